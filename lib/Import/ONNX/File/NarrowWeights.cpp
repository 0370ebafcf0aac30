//===- NarrowWeights.cpp - Weights that stay floats of 16 bits ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "File/NarrowWeights.h"
#include "File/Graph.h"
#include "File/Tensors.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;
using onnx::TensorProto;

/// Below this size, the extra code that reads 16 bits is larger than what it saves.
static constexpr int64_t kLeastElements = 1 << 12;

namespace {
/// Records the uses of each value in a graph.
class Readers {
public:
  explicit Readers(const onnx::GraphProto &graph) {
    for (const onnx::NodeProto &node : graph.node()) {
      for (int i = 0; i < node.input_size(); ++i)
        uses[node.input(i)].push_back({&node, i});
      for (const onnx::GraphProto *inner : subgraphsOf(node))
        for (const auto &name : usedValues(*inner))
          others.insert(name.getKey());
    }
    for (const onnx::ValueInfoProto &output : graph.output())
      others.insert(output.name());
  }

  /// Returns true if `name` is read only by look-ups and by products as their right side,
  /// perhaps through a transposition or cast.
  bool isWeight(StringRef name, int depth = 0) const {
    constexpr int kMostSteps = 8;
    auto found = uses.find(name);
    if (depth > kMostSteps || others.contains(name) || found == uses.end())
      return false;
    return all_of(found->second, [&](const Use &use) {
      StringRef type = use.node->op_type();
      if (!isDefaultDomain(use.node->domain()))
        return false;
      if (type == "MatMul" || type == "Gemm")
        return use.operand == 1;
      if (type == "Gather")
        return use.operand == 0;
      bool isMoved = type == "Transpose" || type == "Identity" ||
                     (type == "Cast" && isFloatDtype(targetOf(*use.node)));
      return isMoved && use.node->output_size() == 1 &&
             isWeight(use.node->output(0), depth + 1);
    });
  }

private:
  struct Use {
    const onnx::NodeProto *node;
    int operand;
  };

  /// A cast to 64 bits, or to the other 16-bit type, is a computation.
  static int32_t targetOf(const onnx::NodeProto &cast) {
    for (const onnx::AttributeProto &attribute : cast.attribute())
      if (attribute.name() == "to" && attribute.i() == TensorProto::FLOAT)
        return TensorProto::FLOAT;
    return TensorProto::UNDEFINED;
  }

  StringMap<SmallVector<Use, 2>> uses;
  StringSet<> others;
};
} // namespace

StringSet<> onnx_import::narrowWeights(const onnx::GraphProto &graph) {
  StringSet<> narrow;
  std::optional<Readers> readers;
  for (const TensorProto &tensor : graph.initializer()) {
    bool isHalf = tensor.data_type() == TensorProto::FLOAT16 ||
                  tensor.data_type() == TensorProto::BFLOAT16;
    if (!isHalf || tensor.dims_size() != 2)
      continue;
    auto count = countElements(tensor);
    if (!count)
      consumeError(count.takeError());
    else if (*count >= kLeastElements) {
      if (!readers)
        readers.emplace(graph);
      if (readers->isWeight(tensor.name()))
        narrow.insert(tensor.name());
    }
  }
  return narrow;
}
