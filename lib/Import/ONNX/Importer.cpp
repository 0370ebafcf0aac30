//===- Importer.cpp - Imports a graph as a module -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Importer.h"
#include "File/NarrowWeights.h"
#include "Ops/NodeBuilder.h"
#include "Ops/OpTable.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

static std::string listNames(const std::vector<OnnxValue> &inputs, bool ofDims) {
  SmallVector<std::string> names;
  for (const OnnxValue &input : inputs) {
    if (!ofDims)
      names.push_back(quote(input.name));
    else
      for (const OnnxDim &dim : input.dims)
        if (dim.size < 0 && !llvm::is_contained(names, quote(dim.name)))
          names.push_back(quote(dim.name));
  }
  return names.empty() ? "none" : llvm::join(names, ", ");
}

static llvm::Error checkSize(StringRef what, StringRef name, int64_t size) {
  // A cache may be empty: a decoder reads its prompt first.
  if (size >= 0)
    return llvm::Error::success();
  return fail(ErrorKind::InvalidArgument, "give a size of at least 0",
              "the size of {} {} is {}", what.str(), quote(name), size);
}

/// Pins the dimensions of one input to a whole shape, and with them their names.
static llvm::Error bindShape(OnnxValue &input, ArrayRef<int64_t> shape,
                             llvm::StringMap<int64_t> &sizes) {
  if (!input.hasShape) {
    input.hasShape = true;
    input.dims.resize(shape.size());
  }
  if (shape.size() != input.dims.size())
    return fail(ErrorKind::InvalidArgument,
                {"give one size per dimension", Setting::InputShape},
                "input {} is given {} dimensions; it has {}", quote(input.name),
                shape.size(), input.dims.size());
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (llvm::Error error = checkSize("input", input.name, size))
      return error;
    OnnxDim &dim = input.dims[i];
    int64_t expected = dim.size;
    if (dim.size < 0 && !dim.name.empty())
      expected = sizes.try_emplace(dim.name, size).first->second;
    if (expected >= 0 && expected != size)
      return fail(
          ErrorKind::InvalidArgument,
          {"leave the shape out, or give the sizes of the model", Setting::InputShape},
          "dimension {} of input {} is given the size {}; it is {}", i, quote(input.name),
          size, expected);
    dim.size = size;
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<OnnxValue>>
onnx_import::bindDims(const std::vector<OnnxValue> &inputs, const DimBindings &bindings) {
  std::vector<OnnxValue> bound = inputs;
  llvm::StringMap<int64_t> sizes;
  for (const auto &binding : bindings.dims) {
    StringRef name = binding.getKey();
    int64_t size = binding.getValue();
    bool isKnown = llvm::any_of(inputs, [&](const OnnxValue &input) {
      return llvm::any_of(
          input.dims, [&](const OnnxDim &dim) { return dim.size < 0 && dim.name == name; });
    });
    if (!isKnown)
      return fail(
          ErrorKind::InvalidArgument,
          {"correct the name of the dimension", Setting::DimensionName},
          "a size is given for {}, which is not a free dimension of the model; it has {}",
          quote(name), listNames(inputs, /*ofDims=*/true));
    if (llvm::Error error = checkSize("dimension", name, size))
      return std::move(error);
    sizes[name] = size;
  }
  for (const auto &binding : bindings.shapes) {
    StringRef name = binding.getKey();
    auto input = llvm::find_if(
        bound, [&](const OnnxValue &candidate) { return candidate.name == name; });
    if (input == bound.end())
      return fail(ErrorKind::InvalidArgument,
                  {"correct the name of the input", Setting::ShapeName},
                  "a shape is given for {}, which is not an input of the model; it has {}",
                  quote(name), listNames(inputs, /*ofDims=*/false));
    if (llvm::Error error = bindShape(*input, binding.getValue(), sizes))
      return std::move(error);
  }
  for (OnnxValue &input : bound)
    for (OnnxDim &dim : input.dims)
      if (auto size = sizes.find(dim.name); dim.size < 0 && size != sizes.end())
        dim.size = size->second;
  return bound;
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

char UnsupportedError::ID = 0;

std::string tacit::listUnsupported(const std::vector<UnsupportedNode> &nodes) {
  std::string text;
  for (const UnsupportedNode &node : nodes)
    text +=
        fmt::format("\n  {} ({}, opset {}): {}; {}", quote(node.node),
                    node.domain.empty() ? node.opType : node.domain + "::" + node.opType,
                    node.opset, node.reason, node.remedy.text);
  return fmt::format(
      "found {} that cannot be imported:{}",
      nodes.size() == 1 ? "1 place" : std::to_string(nodes.size()) + " places", text);
}

llvm::Error onnx_import::unsupportedError(const std::vector<UnsupportedNode> &nodes) {
  return llvm::make_error<UnsupportedError>(
      listUnsupported(nodes), "`tacit inspect` lists what the model contains", nodes);
}

UnsupportedNode onnx_import::unsupportedType(StringRef name, const char *what,
                                             int32_t dtype, int64_t opset) {
  return {name.str(),
          what,
          "",
          opset,
          "its element type is " + (dtype ? dtypeName(dtype) : "unknown"),
          std::string("expected ") + kElementTypes};
}

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

namespace {
class GraphImporter : public SubgraphImporter {
public:
  GraphImporter(MLIRContext *context, ImportRequest request)
      : request(std::move(request)),
        state(this->request.file, context, this->request.opset) {
    state.needsWeights = this->request.needsWeights;
    state.subgraphs = this;
  }

  llvm::Expected<OwningOpRef<ModuleOp>> run();

  std::optional<SmallVector<Value>> importSubgraph(const onnx::GraphProto &graph,
                                                   ValueRange inputs) override;

private:
  llvm::Error createFunction();
  void importNode(const onnx::NodeProto &node);
  void findWeights();
  llvm::Error finish();
  llvm::Error verifyModule();
  DictionaryAttr inputAttributes(const OnnxValue &input);
  Value valueOf(const OnnxValue &input, BlockArgument argument);
  Value constantOf(const PinnedTensor &tensor, StringRef name);
  Value castTo(Type element, Value value, StringRef name);

  ImportRequest request;
  ImportState state;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
};
} // namespace

DictionaryAttr GraphImporter::inputAttributes(const OnnxValue &input) {
  Builder &builder = state.builder;
  SmallVector<Attribute> dims;
  bool anyFree = false;
  for (const OnnxDim &dim : input.dims) {
    anyFree |= dim.size < 0;
    dims.push_back(builder.getStringAttr(dim.size < 0 ? dim.name : ""));
  }
  NamedAttrList attributes;
  attributes.set(nn::kNameAttr, builder.getStringAttr(input.name));
  if (anyFree)
    attributes.set(nn::kDimsAttr, builder.getArrayAttr(dims));
  return attributes.getDictionary(builder.getContext());
}

Value GraphImporter::constantOf(const PinnedTensor &tensor, StringRef name) {
  OpBuilder &builder = state.builder;
  auto type =
      RankedTensorType::get(tensor.shape, storageType(builder.getContext(), tensor.dtype));
  Value value = nn::ConstantOp::create(builder, NameLoc::get(builder.getStringAttr(name)),
                                       type, makeElements(type, tensor.data, name.str()));
  nn::setFromAttribute(value.getDefiningOp());
  return castTo(elementType(builder.getContext(), tensor.dtype), value, name);
}

/// Returns the value of an input: a constant if its values are pinned, otherwise its
/// argument.
Value GraphImporter::valueOf(const OnnxValue &input, BlockArgument argument) {
  auto pinned = request.values.find(input.name);
  auto type = cast<RankedTensorType>(argument.getType());
  if (pinned == request.values.end() || pinned->second.dtype != input.dtype ||
      failed(verifyCompatibleShape(type.getShape(), pinned->second.shape)))
    return argument;
  type = type.clone(pinned->second.shape);
  OpBuilder &builder = state.builder;
  Value constant =
      nn::ConstantOp::create(builder, NameLoc::get(builder.getStringAttr(input.name)), type,
                             makeElements(type, pinned->second.data, input.name));
  // The value of a pinned input is not a weight of the file.
  nn::setFromAttribute(constant.getDefiningOp());
  return constant;
}

/// Floats of 16 bits are computed in f32: a conversion stands between the stored value and
/// its uses.
Value GraphImporter::castTo(Type element, Value value, StringRef name) {
  auto type = tensorOf(value);
  if (!element || type.getElementType() == element)
    return value;
  OpBuilder &builder = state.builder;
  return builder.createOrFold<nn::CastOp>(NameLoc::get(builder.getStringAttr(name)),
                                          type.clone(element), value);
}

/// An input of an unsupported element type has no argument; it is reported with everything
/// else that is unsupported, and nodes that use it are skipped.
llvm::Error GraphImporter::createFunction() {
  OpBuilder &builder = state.builder;
  SmallVector<Type> types;
  SmallVector<Attribute> attributes;
  SmallVector<const OnnxValue *> arguments;
  for (const OnnxValue &input : request.inputs) {
    Type element = storageType(builder.getContext(), input.dtype);
    if (!element)
      continue;
    if (!input.hasShape)
      return fail(ErrorKind::BadInput, {"give it", Setting::InputShape},
                  "the file does not give the shape of input {}", quote(input.name));
    SmallVector<int64_t> shape, least;
    for (const OnnxDim &dim : input.dims) {
      shape.push_back(dim.size < 0 ? ShapedType::kDynamic : dim.size);
      least.push_back(dim.size < 0 ? 1 : dim.size);
    }
    auto size = byteSize(RankedTensorType::get(least, element));
    if (static_cast<int64_t>(shape.size()) > kMaxRank || !size || *size > kMaxTensorBytes)
      return fail(ErrorKind::BadInput, {"give it smaller dimensions", Setting::Dimensions},
                  "input {} has more than {} dimensions or 2^40 bytes", quote(input.name),
                  kMaxRank);
    types.push_back(RankedTensorType::get(shape, element));
    attributes.push_back(inputAttributes(input));
    arguments.push_back(&input);
  }
  Location loc = builder.getUnknownLoc();
  module = ModuleOp::create(loc);
  builder.setInsertionPointToStart(module->getBody());
  function = func::FuncOp::create(builder, loc, "main", builder.getFunctionType(types, {}));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  for (auto [i, input] : llvm::enumerate(arguments)) {
    function.setArgAttrs(i, cast<DictionaryAttr>(attributes[i]));
    state.values[input->name] = castTo(elementType(builder.getContext(), input->dtype),
                                       valueOf(*input, body->getArgument(i)), input->name);
  }
  for (const auto &fixed : request.fixed)
    if (storageType(builder.getContext(), fixed.second.dtype))
      state.values[fixed.getKey()] = constantOf(fixed.second, fixed.getKey());
  return llvm::Error::success();
}

/// A weight of an unsupported type has no value, and has already been reported.
void GraphImporter::findWeights() {
  for (const onnx::TensorProto &tensor : state.file.graph().initializer())
    if (state.used.contains(tensor.name()) &&
        elementType(state.builder.getContext(), tensor.data_type()))
      state.initializers[tensor.name()] = &tensor;
  state.narrow = narrowWeights(state.file.graph());
}

void GraphImporter::importNode(const onnx::NodeProto &node) {
  const OpEntry *entry = lookupOp(node);
  if (!entry || checkSupported(node, state.opset))
    return;
  // A node that depends on a rejected one is not reported.
  for (const std::string &input : node.input())
    if (!input.empty() && !state.isKnown(input))
      return;
  NodeBuilder builder(state, node);
  Value first = entry->build(builder);
  builder.define(0, first);
  for (int64_t i = 0; first && i < builder.numOutputs(); ++i)
    if (builder.isUsed(i) && !state.lookup(node.output(i)))
      builder.invalid(
          fmt::format("output {} is used, and the operator has no such output", i));
}

namespace {
/// Holds the values that have names while a subgraph is imported. Its names may hide
/// others, and those of a loop's body mean something else in each iteration.
class Scope {
public:
  Scope(ImportState &state, const onnx::GraphProto &graph) : state(state) {
    for (const onnx::TensorProto &tensor : graph.initializer()) {
      keep(tensor.name());
      state.values.erase(tensor.name());
    }
    for (const onnx::ValueInfoProto &input : graph.input())
      keep(input.name());
    for (const onnx::NodeProto &node : graph.node())
      for (const std::string &output : node.output())
        keep(output);
  }
  Scope(const Scope &) = delete;
  ~Scope() {
    for (auto &[name, outer] : hidden) {
      state.values.erase(name);
      state.sequences.erase(name);
      state.initializers.erase(name);
      if (outer.sequence)
        state.sequences[name] = std::move(*outer.sequence);
      if (outer.value)
        state.values[name] = *outer.value;
      if (outer.initializer)
        state.initializers[name] = outer.initializer;
    }
  }

private:
  struct Outer {
    std::optional<Value> value;
    std::optional<SmallVector<Value>> sequence;
    const onnx::TensorProto *initializer;
  };

  void keep(StringRef name) {
    auto value = state.values.find(name);
    Outer outer{std::nullopt, std::nullopt, state.initializers.lookup(name)};
    if (auto sequence = state.sequences.find(name); sequence != state.sequences.end())
      outer.sequence = sequence->second;
    if (value != state.values.end())
      outer.value = value->second;
    hidden.try_emplace(name, outer);
  }

  ImportState &state;
  llvm::MapVector<StringRef, Outer> hidden;
};
} // namespace

std::optional<SmallVector<Value>>
GraphImporter::importSubgraph(const onnx::GraphProto &graph, ValueRange inputs) {
  Scope scope(state, graph);
  for (auto [info, value] : llvm::zip(graph.input(), inputs))
    state.values[info.name()] = value;
  for (const onnx::TensorProto &tensor : graph.initializer()) {
    if (elementType(state.builder.getContext(), tensor.data_type()))
      state.initializers[tensor.name()] = &tensor;
    else
      state.refused.push_back(
          unsupportedType(tensor.name(), "initializer", tensor.data_type(), state.opset));
  }
  for (const onnx::NodeProto &node : graph.node()) {
    if (auto found = checkSupported(node, state.opset))
      state.refused.push_back(std::move(*found));
    importNode(node);
    if (!state.invalid.empty())
      return std::nullopt;
  }
  SmallVector<Value> outputs;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    outputs.push_back(state.lookup(output.name()));
    if (state.sequences.contains(output.name()))
      state.refused.push_back({output.name(), "output", "", state.opset,
                               "a branch or a loop body returns a sequence of tensors",
                               "export the model so that it returns tensors"});
  }
  if (!llvm::all_of(outputs, [](Value value) { return static_cast<bool>(value); }))
    return std::nullopt;
  return outputs;
}

/// Removes unused operations: shape arithmetic and constants that were folded away.
static void eraseDeadOps(Block &body) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

llvm::Error GraphImporter::finish() {
  OpBuilder &builder = state.builder;
  SmallVector<Value> results;
  SmallVector<Type> types;
  SmallVector<Attribute> attributes;
  for (const OnnxValue &output : request.outputs) {
    Value value = state.lookup(output.name);
    if (!value)
      return fail(ErrorKind::Internal, "report this with the model",
                  "graph output {} was not imported, and no reason was given",
                  quote(output.name));
    if (tensorOf(value).getElementType().isF32() &&
        (output.dtype == onnx::TensorProto::FLOAT16 ||
         output.dtype == onnx::TensorProto::BFLOAT16))
      value = castTo(storageType(builder.getContext(), output.dtype), value, output.name);
    results.push_back(value);
    types.push_back(value.getType());
    attributes.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr(nn::kNameAttr, builder.getStringAttr(output.name))));
  }
  func::ReturnOp::create(builder, builder.getUnknownLoc(), results);
  function.setType(builder.getFunctionType(function.getArgumentTypes(), types));
  function.setAllResultAttrs(attributes);
  eraseDeadOps(function.getBody().front());
  return verifyModule();
}

llvm::Error GraphImporter::verifyModule() {
  std::string text;
  ScopedDiagnosticHandler handler(state.builder.getContext(), [&](Diagnostic &diagnostic) {
    if (text.empty())
      text = diagnostic.str();
    return success();
  });
  if (succeeded(verify(*module)))
    return llvm::Error::success();
  return fail(ErrorKind::Internal, "report this with the model",
              "the imported module is not valid: {}", text);
}

llvm::Expected<OwningOpRef<ModuleOp>> GraphImporter::run() {
  state.refused = std::move(request.unsupported);
  state.used = usedValues(state.file.graph());
  if (llvm::Error error = createFunction())
    return std::move(error);
  findWeights();
  // Also a refused model says which values would help.
  llvm::scope_exit tellWanted([&] {
    if (request.wantedValues)
      *request.wantedValues = state.wantedValues;
  });
  for (const onnx::NodeProto &node : state.file.graph().node()) {
    importNode(node);
    if (!state.invalid.empty())
      return fail(ErrorKind::BadInput,
                  !state.remedy.text.empty()
                      ? state.remedy
                      : Hint("export the model again, or correct the sizes that were given",
                             Setting::Dimensions),
                  "{}", state.invalid);
  }
  if (!state.refused.empty())
    return unsupportedError(state.refused);
  if (llvm::Error error = finish())
    return std::move(error);
  return std::move(module);
}

llvm::Expected<OwningOpRef<ModuleOp>> onnx_import::importGraph(MLIRContext *context,
                                                               ImportRequest request) {
  context->loadDialect<nn::NNDialect, func::FuncDialect>();
  return GraphImporter(context, std::move(request)).run();
}
