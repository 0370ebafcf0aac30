//===- InlineFunctions.cpp - Inlines functions that a file defines --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A model may define operators by graphs of others (onnx.proto, FunctionProto). Each node
// that calls one is replaced by the nodes of the definition, under names of their own.
//
//===----------------------------------------------------------------------===//

#include "File/Graph.h"
#include "File/Tensors.h"
#include "Ops/OpTable.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringMap.h"
#include <google/protobuf/unknown_field_set.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

/// This is more than any model has; functions that call functions multiply.
static constexpr int kMostNodes = 200000, kMostBytes = 1 << 30;
/// The limit of nested calls, which is deeper than anybody writes them.
static constexpr int kMostDepth = 64;
/// The part of a call's name that becomes part of the names that it creates.
static constexpr size_t kMostPrefix = 200;

// Fields that were added to the format after the version that we build with.
static constexpr int kNodeOverload = 8, kFunctionDefaults = 11, kFunctionOverload = 13;

/// Returns the contents of the unknown fields with this number.
template <typename Message>
static SmallVector<StringRef> unknownFields(const Message &message, int number) {
  SmallVector<StringRef> found;
  const auto &fields = message.unknown_fields();
  for (int i = 0; i < fields.field_count(); ++i)
    if (const auto &field = fields.field(i);
        field.number() == number &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
      found.push_back(field.length_delimited());
  return found;
}

template <typename Message>
static std::string keyOf(const Message &message, StringRef name, int overloadField) {
  std::string key = message.domain();
  key.append("\0", 1).append(name.begin(), name.end());
  for (StringRef overload : unknownFields(message, overloadField))
    key.append("\0", 1).append(overload.begin(), overload.end());
  return key;
}

namespace {
using Attributes = StringMap<const onnx::AttributeProto *>;
using Nodes = std::vector<std::unique_ptr<onnx::NodeProto>>;

class Inliner {
public:
  Inliner(ProtoFile &file, StringRef path);
  llvm::Error run();

private:
  const onnx::FunctionProto *calledBy(const onnx::NodeProto &node) const;
  llvm::Error checkOpset(const onnx::FunctionProto &function) const;
  llvm::Error inlineCalls(onnx::GraphProto &graph, int depth);
  llvm::Error inlineCall(const onnx::NodeProto &call, const onnx::FunctionProto &function,
                         Nodes &nodes);
  llvm::Error checkSize(const onnx::FunctionProto &function, int depth);
  void bind(onnx::NodeProto &node, const StringMap<std::string> &names,
            const Attributes &given);
  void bind(onnx::GraphProto &graph, const StringMap<std::string> &names,
            const Attributes &given);
  std::string uniquePrefix(const onnx::NodeProto &call);

  ProtoFile &file;
  StringRef path;
  StringMap<const onnx::FunctionProto *> functions;
  StringSet<> taken;
  int64_t numNodes = 0, numBytes = 0;
};
} // namespace

/// Returns the version of ONNX's own operators that a model or function imports; 0 for
/// none.
template <typename Message>
static int64_t ownOpset(const Message &message) {
  int64_t opset = 0;
  for (const onnx::OperatorSetIdProto &import : message.opset_import())
    if (isDefaultDomain(import.domain()))
      opset = import.version();
  return opset;
}

Inliner::Inliner(ProtoFile &file, StringRef path) : file(file), path(path) {
  for (const onnx::FunctionProto &function : file.model.functions())
    functions[keyOf(function, function.name(), kFunctionOverload)] = &function;
}

/// Returns the definition of an operator, unless we support that operator ourselves.
const onnx::FunctionProto *Inliner::calledBy(const onnx::NodeProto &node) const {
  return lookupOp(node) ? nullptr
                        : functions.lookup(keyOf(node, node.op_type(), kNodeOverload));
}

llvm::Error Inliner::checkOpset(const onnx::FunctionProto &function) const {
  int64_t found = ownOpset(function), expected = ownOpset(file.model);
  if (found == 0 || expected == 0 || found == expected)
    return llvm::Error::success();
  return fail(ErrorKind::Unsupported,
              "convert both to one version with onnx.version_converter, or inline the "
              "functions with onnx.inliner",
              "function {} of '{}' uses ONNX opset {}, and the model {}",
              quote(function.name()), path.str(), found, expected);
}

/// Returns the prefix of the names that one call creates.
std::string Inliner::uniquePrefix(const onnx::NodeProto &call) {
  std::string name = StringRef(nodeName(call)).take_back(kMostPrefix).str();
  std::string prefix = name + "::";
  for (int i = 2; !taken.insert(prefix).second; ++i)
    prefix = name + "_" + std::to_string(i) + "::";
  return prefix;
}

/// Gives a copy of a node of a function the names and attributes of the call.
void Inliner::bind(onnx::NodeProto &node, const StringMap<std::string> &names,
                   const Attributes &given) {
  auto rename = [&](std::string &value) {
    if (auto found = names.find(value); found != names.end())
      value = found->second;
  };
  for (std::string &input : *node.mutable_input())
    rename(input);
  for (std::string &output : *node.mutable_output())
    rename(output);
  for (int i = node.attribute_size() - 1; i >= 0; --i) {
    onnx::AttributeProto &attribute = *node.mutable_attribute(i);
    if (!attribute.ref_attr_name().empty()) {
      const onnx::AttributeProto *value = given.lookup(attribute.ref_attr_name());
      // An attribute that the call does not give is removed, so that the operator uses its
      // default.
      if (!value) {
        node.mutable_attribute()->DeleteSubrange(i, 1);
        continue;
      }
      std::string name = attribute.name();
      attribute.CopyFrom(*value);
      attribute.set_name(name);
      if (value->has_t())
        if (ArrayRef<char> left = file.leftOut.lookup(&value->t()); !left.empty())
          file.leftOut[&attribute.t()] = left;
    }
    if (attribute.has_g())
      bind(*attribute.mutable_g(), names, given);
    for (onnx::GraphProto &inner : *attribute.mutable_graphs())
      bind(inner, names, given);
  }
}

/// Graphs inside nodes read the values around them, and have names of their own.
void Inliner::bind(onnx::GraphProto &graph, const StringMap<std::string> &names,
                   const Attributes &given) {
  for (onnx::NodeProto &node : *graph.mutable_node())
    bind(node, names, given);
  for (onnx::ValueInfoProto &output : *graph.mutable_output())
    if (auto found = names.find(output.name()); found != names.end())
      output.set_name(found->second);
}

llvm::Error Inliner::checkSize(const onnx::FunctionProto &function, int depth) {
  numNodes += function.node_size() + function.output_size();
  numBytes += static_cast<int64_t>(function.ByteSizeLong());
  if (numNodes <= kMostNodes && numBytes <= kMostBytes && depth <= kMostDepth)
    return llvm::Error::success();
  return fail(ErrorKind::BadInput, "export the model again",
              "inlining the functions of '{}' leads to more than {} nodes, {} bytes, or {} "
              "nested calls: the last one is {}",
              path.str(), kMostNodes, kMostBytes, kMostDepth, quote(function.name()));
}

llvm::Error Inliner::inlineCall(const onnx::NodeProto &call,
                                const onnx::FunctionProto &function, Nodes &nodes) {
  std::string prefix = uniquePrefix(call);
  StringMap<std::string> names;
  for (int i = 0; i < function.input_size(); ++i)
    names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
  // A result that is also an operand, or that is given twice, is copied.
  auto addCopy = [&](const std::string &from, const std::string &to) {
    auto copy = std::make_unique<onnx::NodeProto>();
    copy->set_op_type("Identity");
    copy->set_name(prefix + "Identity");
    copy->add_input(from);
    copy->add_output(to);
    nodes.push_back(std::move(copy));
  };
  std::vector<std::pair<std::string, std::string>> copies;
  for (int i = 0; i < function.output_size() && i < call.output_size(); ++i)
    if (!call.output(i).empty() &&
        !names.try_emplace(function.output(i), call.output(i)).second)
      copies.emplace_back(names[function.output(i)], call.output(i));
  for (const onnx::NodeProto &node : function.node())
    for (const std::string &output : node.output())
      if (!output.empty())
        names.try_emplace(output, prefix + output);

  Attributes given;
  std::vector<onnx::AttributeProto> defaults;
  for (StringRef text : unknownFields(function, kFunctionDefaults))
    if (!defaults.emplace_back().ParseFromArray(text.data(), static_cast<int>(text.size())))
      return fail(ErrorKind::BadInput, "export the model again",
                  "function {} of '{}' has a default that is not an attribute",
                  quote(function.name()), path.str());
  for (const onnx::AttributeProto &attribute : defaults)
    given[attribute.name()] = &attribute;
  for (const onnx::AttributeProto &attribute : call.attribute())
    given[attribute.name()] = &attribute;
  for (const onnx::NodeProto &node : function.node()) {
    auto copy = std::make_unique<onnx::NodeProto>(node);
    copy->set_name(prefix + nodeName(node));
    bind(*copy, names, given);
    nodes.push_back(std::move(copy));
  }
  for (const auto &[from, to] : copies)
    addCopy(from, to);
  return llvm::Error::success();
}

llvm::Error Inliner::inlineCalls(onnx::GraphProto &graph, int outerDepth) {
  // Nodes that stay keep their address, to which others refer.
  std::vector<onnx::NodeProto *> old(graph.node_size());
  graph.mutable_node()->ExtractSubrange(0, graph.node_size(), old.data());
  std::vector<std::pair<std::unique_ptr<onnx::NodeProto>, int>> pending;
  for (onnx::NodeProto *node : reverse(old))
    pending.emplace_back(std::unique_ptr<onnx::NodeProto>(node), outerDepth);
  while (!pending.empty()) {
    auto [node, depth] = std::move(pending.back());
    pending.pop_back();
    const onnx::FunctionProto *function = calledBy(*node);
    if (!function) {
      for (onnx::AttributeProto &attribute : *node->mutable_attribute()) {
        if (attribute.has_g())
          if (llvm::Error error = inlineCalls(*attribute.mutable_g(), depth))
            return error;
        for (onnx::GraphProto &inner : *attribute.mutable_graphs())
          if (llvm::Error error = inlineCalls(inner, depth))
            return error;
      }
      graph.mutable_node()->AddAllocated(node.release());
      continue;
    }
    Nodes body;
    if (llvm::Error error = checkSize(*function, depth + 1))
      return error;
    if (llvm::Error error = checkOpset(*function))
      return error;
    if (llvm::Error error = inlineCall(*node, *function, body))
      return error;
    for (std::unique_ptr<onnx::NodeProto> &inner : reverse(body))
      pending.emplace_back(std::move(inner), depth + 1);
    // Another tensor may be allocated at the address of one of this node.
    for (const onnx::AttributeProto &attribute : node->attribute())
      if (attribute.has_t())
        file.leftOut.erase(&attribute.t());
  }
  return llvm::Error::success();
}

llvm::Error Inliner::run() {
  return functions.empty() ? llvm::Error::success()
                           : inlineCalls(*file.model.mutable_graph(), 0);
}

llvm::Error onnx_import::inlineFunctions(ProtoFile &file, StringRef path) {
  return Inliner(file, path).run();
}
