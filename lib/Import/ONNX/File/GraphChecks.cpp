//===- GraphChecks.cpp - Checks that a graph is valid ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "File/Graph.h"
#include "File/Tensors.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

static constexpr const char *kExportAgain = "export the model again";

std::string onnx_import::nodeName(const onnx::NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  return node.op_type() + ":" + (node.output_size() > 0 ? node.output(0) : "");
}

bool onnx_import::isDefaultDomain(StringRef domain) {
  return domain.empty() || domain == "ai.onnx";
}

SmallVector<const onnx::GraphProto *>
onnx_import::subgraphsOf(const onnx::NodeProto &node) {
  SmallVector<const onnx::GraphProto *> graphs;
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      graphs.push_back(&attribute.g());
    for (const onnx::GraphProto &graph : attribute.graphs())
      graphs.push_back(&graph);
  }
  return graphs;
}

// Protobuf limits the nesting depth of graphs.
static void addUsed(const onnx::GraphProto &graph, StringSet<> &used) {
  for (const onnx::NodeProto &node : graph.node()) {
    for (const std::string &input : node.input())
      used.insert(input);
    for (const onnx::GraphProto *inner : subgraphsOf(node))
      addUsed(*inner, used);
  }
  for (const onnx::ValueInfoProto &output : graph.output())
    used.insert(output.name());
}

StringSet<> onnx_import::usedValues(const onnx::GraphProto &graph) {
  StringSet<> used;
  addUsed(graph, used);
  return used;
}

namespace {
/// Checks one graph; `outer` is the checker of the graph whose node holds it, if there is
/// one. Values of outer graphs can be used, and may be hidden.
class GraphChecker {
public:
  explicit GraphChecker(const onnx::GraphProto &graph, const GraphChecker *outer = nullptr)
      : graph(graph), outer(outer) {}

  llvm::Error check() {
    if (llvm::Error error = defineSources())
      return error;
    for (const onnx::NodeProto &node : graph.node())
      if (llvm::Error error = checkNode(node))
        return error;
    return checkOutputs();
  }

private:
  bool isDefined(StringRef value) const {
    return defined.contains(value) || (outer && outer->isDefined(value));
  }

  llvm::Error define(StringRef value, const Twine &producer) {
    if (!json::isUTF8(value))
      return fail(ErrorKind::BadInput, kExportAgain, "a name of {} is not UTF-8",
                  producer.str());
    if (!defined.insert(value).second)
      return fail(ErrorKind::BadInput, kExportAgain,
                  "{} defines the value {}, which is defined already", producer.str(),
                  quote(value));
    return llvm::Error::success();
  }

  /// Checks initializers and inputs. An initializer may have the name of an input, whose
  /// default it is.
  llvm::Error defineSources() {
    for (const auto &[i, tensor] : llvm::enumerate(graph.initializer())) {
      if (tensor.name().empty())
        return fail(ErrorKind::BadInput, kExportAgain, "initializer {} has no name", i);
      if (llvm::Error error = define(tensor.name(), "an initializer"))
        return error;
    }
    // They are rejected later, together with everything else that is not supported.
    for (const onnx::SparseTensorProto &sparse : graph.sparse_initializer())
      if (llvm::Error error = define(sparse.values().name(), "a sparse initializer"))
        return error;
    StringSet<> inputs;
    for (const onnx::ValueInfoProto &input : graph.input()) {
      if (llvm::Error error = checkDims(input))
        return error;
      if (!inputs.insert(input.name()).second)
        return fail(ErrorKind::BadInput, kExportAgain, "the graph has two inputs {}",
                    quote(input.name()));
      if (!defined.contains(input.name()))
        if (llvm::Error error = define(input.name(), "a graph input"))
          return error;
    }
    return llvm::Error::success();
  }

  /// Names of dimensions appear in the program and in messages.
  llvm::Error checkDims(const onnx::ValueInfoProto &value) {
    for (const auto &dim : value.type().tensor_type().shape().dim())
      if (!json::isUTF8(dim.dim_param()))
        return fail(ErrorKind::BadInput, kExportAgain,
                    "the name of a dimension of {} is not UTF-8", quote(value.name()));
    return llvm::Error::success();
  }

  llvm::Error checkNode(const onnx::NodeProto &node) {
    std::string where =
        "node " + quote(nodeName(node)) + " (" + quote(node.op_type()) + ")";
    if (!json::isUTF8(node.name()) || !json::isUTF8(node.op_type()) ||
        !json::isUTF8(node.domain()))
      return fail(ErrorKind::BadInput, kExportAgain, "a name of {} is not UTF-8",
                  "node " + std::to_string(&node - &graph.node(0)));
    if (node.op_type().empty() || node.output_size() == 0)
      return fail(ErrorKind::BadInput, kExportAgain,
                  "{} has {}; expected an operator and at least one output", where,
                  node.op_type().empty() ? "no operator" : "no output");
    for (const std::string &input : node.input())
      if (!input.empty() && !isDefined(input))
        return undefined(where, input);
    for (const onnx::GraphProto *inner : subgraphsOf(node))
      if (llvm::Error error = GraphChecker(*inner, this).check())
        return error;
    for (const std::string &output : node.output())
      if (!output.empty())
        if (llvm::Error error = define(output, where))
          return error;
    return llvm::Error::success();
  }

  llvm::Error undefined(const std::string &where, StringRef value) {
    for (const onnx::NodeProto &node : graph.node())
      if (llvm::is_contained(node.output(), value))
        return fail(ErrorKind::BadInput, kExportAgain,
                    "{} uses the value {} before node {} produces it; expected nodes "
                    "without cycles",
                    where, quote(value), quote(nodeName(node)));
    return fail(ErrorKind::BadInput, kExportAgain,
                "{} uses the value {}, which nothing produces", where, quote(value));
  }

  llvm::Error checkOutputs() {
    if (graph.output_size() == 0 && !outer)
      return fail(ErrorKind::BadInput, kExportAgain, "the graph has no outputs");
    StringSet<> outputs;
    for (const onnx::ValueInfoProto &output : graph.output()) {
      if (!isDefined(output.name()))
        return fail(ErrorKind::BadInput, kExportAgain,
                    "no node produces the graph output {}", quote(output.name()));
      if (llvm::Error error = checkDims(output))
        return error;
      // A body may give the same value twice.
      if (!outputs.insert(output.name()).second && !outer)
        return fail(ErrorKind::BadInput, kExportAgain, "the graph has two outputs {}",
                    quote(output.name()));
    }
    return llvm::Error::success();
  }

  const onnx::GraphProto &graph;
  const GraphChecker *outer;
  StringSet<> defined;
};
} // namespace

llvm::Error onnx_import::checkGraph(StringRef path, const onnx::GraphProto &graph) {
  if (graph.node_size() == 0 && graph.output_size() == 0)
    return fail(ErrorKind::BadInput, kExportAgain, "'{}' contains no graph", path.str());
  return GraphChecker(graph).check();
}
