//===- SortNodes.cpp - Sorts nodes topologically --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX requires nodes in topological order, but runtimes do not enforce it: optimizers
// often append fused nodes to the end of the list.
//
//===----------------------------------------------------------------------===//

#include "File/Graph.h"
#include <queue>

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

namespace {
/// For each node, the nodes that wait for it, and the number of nodes that it waits for.
struct Dependences {
  std::vector<SmallVector<int, 2>> readers;
  std::vector<int> waiting;
  bool areInOrder = true;

  void add(int producer, int reader) {
    readers[producer].push_back(reader);
    ++waiting[reader];
    areInOrder &= producer < reader;
  }
};
} // namespace

static Dependences findDependences(const onnx::GraphProto &graph) {
  int count = graph.node_size();
  Dependences found{std::vector<SmallVector<int, 2>>(count), std::vector<int>(count)};
  StringMap<int> producers;
  for (int i = 0; i < count; ++i)
    for (const std::string &output : graph.node(i).output())
      if (!output.empty())
        producers.try_emplace(output, i);
  for (int i = 0; i < count; ++i) {
    auto use = [&](StringRef value) {
      if (auto producer = producers.find(value); producer != producers.end())
        found.add(producer->second, i);
    };
    for (const std::string &input : graph.node(i).input())
      use(input);
    // Values that are read by graphs inside a node are read by the node.
    for (const onnx::AttributeProto &attribute : graph.node(i).attribute()) {
      if (attribute.has_g())
        for (const auto &value : usedValues(attribute.g()))
          use(value.getKey());
      for (const onnx::GraphProto &inner : attribute.graphs())
        for (const auto &value : usedValues(inner))
          use(value.getKey());
    }
  }
  return found;
}

void onnx_import::sortNodes(onnx::GraphProto &graph) {
  for (onnx::NodeProto &node : *graph.mutable_node())
    for (onnx::AttributeProto &attribute : *node.mutable_attribute()) {
      if (attribute.has_g())
        sortNodes(*attribute.mutable_g());
      for (onnx::GraphProto &inner : *attribute.mutable_graphs())
        sortNodes(inner);
    }
  Dependences dependences = findDependences(graph);
  if (dependences.areInOrder)
    return;
  // Of the nodes that are ready, this takes the first in the file.
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (auto [i, waiting] : llvm::enumerate(dependences.waiting))
    if (waiting == 0)
      ready.push(static_cast<int>(i));
  std::vector<int> order;
  while (!ready.empty()) {
    int next = ready.top();
    ready.pop();
    order.push_back(next);
    for (int reader : dependences.readers[next])
      if (--dependences.waiting[reader] == 0)
        ready.push(reader);
  }
  // There is a cycle, which checkGraph reports.
  if (static_cast<int>(order.size()) != graph.node_size())
    return;
  // The nodes keep their addresses in memory, because others refer to them.
  std::vector<onnx::NodeProto *> sorted(order.size());
  graph.mutable_node()->ExtractSubrange(0, graph.node_size(), sorted.data());
  for (int i : order)
    graph.mutable_node()->AddAllocated(sorted[i]);
}
