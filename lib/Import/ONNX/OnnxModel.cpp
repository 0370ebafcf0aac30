//===- OnnxModel.cpp - An ONNX file and its import ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Import/ONNX/OnnxModel.h"
#include "File/Graph.h"
#include "File/Tensors.h"
#include "Importer.h"
#include "Ops/OpTable.h"
#include "tacit/Support/Error.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::onnx_import;

struct OnnxModel::Impl {
  ProtoFile file;
  int64_t opset = 0, parameters = 0, weightBytes = 0;
  std::vector<OnnxValue> inputs, outputs;
  std::vector<UnsupportedNode> unsupported;

  llvm::Error readOpset(StringRef path);
  llvm::Error readWeights();
  void readValues();
  void readUses();
  void readUnsupported();
};

/// Returns the version of ONNX's own operators that the file uses.
llvm::Error OnnxModel::Impl::readOpset(StringRef path) {
  for (const onnx::OperatorSetIdProto &import : file.model.opset_import())
    if (isDefaultDomain(import.domain()))
      opset = import.version();
  // ONNX Runtime writes files that import only its own operators.
  bool isOwn = llvm::all_of(file.graph().node(), [](const onnx::NodeProto &node) {
    return !isDefaultDomain(node.domain());
  });
  if (opset == 0 && isOwn && file.model.opset_import_size() > 0)
    opset = kMaxOpset;
  if (opset == 0)
    return fail(ErrorKind::BadInput, "export the model again",
                "'{}' does not say which ONNX opset it uses", path.str());
  if (opset < kMinOpset || opset > kMaxOpset)
    return fail(ErrorKind::Unsupported, "re-export with opset 17",
                "'{}' uses ONNX opset {}; expected {} to {}", path.str(), opset, kMinOpset,
                kMaxOpset);
  return llvm::Error::success();
}

llvm::Error OnnxModel::Impl::readWeights() {
  for (const onnx::TensorProto &tensor : file.graph().initializer()) {
    Expected<int64_t> count = countElements(tensor);
    if (!count)
      return count.takeError();
    parameters += isFloatDtype(tensor.data_type()) ? *count : 0;
    weightBytes += *count * dtypeBytes(tensor.data_type());
  }
  return llvm::Error::success();
}

static OnnxValue readValue(const onnx::ValueInfoProto &info) {
  OnnxValue value;
  value.name = info.name();
  value.dtypeName = "no tensor";
  value.hasShape = info.type().tensor_type().has_shape();
  if (!info.type().has_tensor_type())
    return value;
  const auto &tensor = info.type().tensor_type();
  value.dtype = tensor.elem_type();
  value.dtypeName = dtypeName(value.dtype);
  for (const auto &[i, dim] : llvm::enumerate(tensor.shape().dim())) {
    // Some exporters write -1 for a size that they do not know.
    if (dim.has_dim_value() && dim.dim_value() >= 0)
      value.dims.push_back({dim.dim_value(), ""});
    else
      value.dims.push_back({-1, dim.dim_param().empty()
                                    ? value.name + "." + std::to_string(i)
                                    : dim.dim_param()});
  }
  return value;
}

void OnnxModel::Impl::readValues() {
  StringSet<> initializers;
  for (const onnx::TensorProto &tensor : file.graph().initializer())
    initializers.insert(tensor.name());
  for (const onnx::ValueInfoProto &input : file.graph().input())
    if (!initializers.contains(input.name()))
      inputs.push_back(readValue(input));
  for (const onnx::ValueInfoProto &output : file.graph().output())
    outputs.push_back(readValue(output));
}

/// Returns the type of a node, with its domain if that is not ONNX's own.
static std::string fullType(const onnx::NodeProto &node) {
  return isDefaultDomain(node.domain()) ? node.op_type()
                                        : node.domain() + "::" + node.op_type();
}

/// Notes which nodes read each input. Nodes are sorted.
void OnnxModel::Impl::readUses() {
  StringMap<OnnxValue *> known;
  for (OnnxValue &input : inputs)
    known[input.name] = &input;
  for (const onnx::NodeProto &node : file.graph().node()) {
    std::string type = fullType(node);
    bool keepsValues =
        llvm::is_contained({"Cast", "Identity", "Reshape", "Squeeze", "Unsqueeze"}, type);
    for (const auto &[i, name] : llvm::enumerate(node.input())) {
      OnnxValue *input = known.lookup(name);
      if (!input)
        continue;
      input->uses.push_back({type, static_cast<int64_t>(i)});
      if (keepsValues && i == 0 && node.output_size() > 0)
        known[node.output(0)] = input;
    }
  }
}

/// Lists every operator that the table lacks, and inputs and weights of unsupported types.
void OnnxModel::Impl::readUnsupported() {
  StringSet<> used = usedValues(file.graph());
  mlir::MLIRContext types(mlir::MLIRContext::Threading::DISABLED);
  for (const OnnxValue &input : inputs)
    if (!storageType(&types, input.dtype))
      unsupported.push_back(unsupportedType(input.name, "input", input.dtype, opset));
  for (const onnx::TensorProto &tensor : file.graph().initializer())
    if (used.contains(tensor.name()) && !elementType(&types, tensor.data_type()))
      unsupported.push_back(
          unsupportedType(tensor.name(), "initializer", tensor.data_type(), opset));
  for (const onnx::SparseTensorProto &sparse : file.graph().sparse_initializer())
    unsupported.push_back({sparse.values().name(), "sparse initializer", "", opset,
                           "sparse weights are not supported",
                           "save the weights as dense"});
  for (const onnx::NodeProto &node : file.graph().node())
    if (auto found = checkSupported(node, opset))
      unsupported.push_back(std::move(*found));
}

OnnxModel::OnnxModel(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
OnnxModel::~OnnxModel() = default;

Expected<std::unique_ptr<OnnxModel>> OnnxModel::open(StringRef path) {
  auto contents = mapProtoFile(path);
  if (!contents)
    return contents.takeError();
  return parse(std::move(*contents), path);
}

Expected<std::unique_ptr<OnnxModel>>
OnnxModel::parse(std::unique_ptr<llvm::MemoryBuffer> contents, StringRef path) {
  auto file = parseProtoFile(std::move(contents), path);
  if (!file)
    return file.takeError();
  auto impl = std::make_unique<Impl>();
  impl->file = std::move(*file);
  noteExternalFiles(impl->file.model, path);
  if (llvm::Error error = inlineFunctions(impl->file, path))
    return std::move(error);
  sortNodes(*impl->file.model.mutable_graph());
  if (llvm::Error error = checkGraph(path, impl->file.graph()))
    return std::move(error);
  if (llvm::Error error = impl->readOpset(path))
    return std::move(error);
  if (llvm::Error error = impl->readWeights())
    return std::move(error);
  impl->readValues();
  impl->readUses();
  impl->readUnsupported();
  return std::unique_ptr<OnnxModel>(new OnnxModel(std::move(impl)));
}

StringRef OnnxModel::producer() const { return impl->file.model.producer_name(); }
int64_t OnnxModel::opset() const { return impl->opset; }
int64_t OnnxModel::parameters() const { return impl->parameters; }
int64_t OnnxModel::weightBytes() const { return impl->weightBytes; }
const std::vector<OnnxValue> &OnnxModel::inputs() const { return impl->inputs; }
const std::vector<OnnxValue> &OnnxModel::outputs() const { return impl->outputs; }

std::map<std::string, int64_t> OnnxModel::opCounts() const {
  std::map<std::string, int64_t> counts;
  for (const onnx::NodeProto &node : impl->file.graph().node())
    ++counts[fullType(node)];
  return counts;
}

std::vector<std::string> OnnxModel::freeDims() const {
  std::vector<std::string> names;
  for (const OnnxValue &input : impl->inputs)
    for (const OnnxDim &dim : input.dims)
      if (dim.size < 0 && !llvm::is_contained(names, dim.name))
        names.push_back(dim.name);
  return names;
}

const std::vector<UnsupportedNode> &OnnxModel::unsupported() const {
  return impl->unsupported;
}

Expected<mlir::OwningOpRef<mlir::ModuleOp>>
OnnxModel::import(mlir::MLIRContext *context, const DimBindings &bindings,
                  bool needsWeights, StringSet<> *wantedValues) const {
  auto inputs = bindDims(impl->inputs, bindings);
  if (!inputs)
    return inputs.takeError();
  auto fixed = fixInputs(*inputs, bindings);
  if (!fixed)
    return fixed.takeError();
  return importGraph(context, {impl->file, impl->opset, std::move(*inputs),
                               std::move(*fixed), bindings.values, impl->outputs,
                               impl->unsupported, needsWeights, wantedValues});
}
