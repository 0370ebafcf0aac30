//===- Interface.cpp - The interface of a compiled model ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The phase `check` writes the interface down, and every later phase keeps it. A program
// can come from a file that somebody edited, and callers allocate their buffers with the
// sizes that the interface states. Therefore it is validated here.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/Codegen/CPU/WeightFile.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/ElementTypes.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/HostTensor.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::cpu;

static constexpr const char *kEarlierPhase = "start from an earlier phase";

/// Returns a number from 0 to kMaxTensorBytes, or nullopt for any other, whatever its
/// width.
static std::optional<int64_t> readSize(IntegerAttr attr) {
  auto value = attr ? attr.getValue().trySExtValue() : std::nullopt;
  return value && *value >= 0 && *value <= kMaxTensorBytes ? value : std::nullopt;
}

/// Returns the smallest number of bytes that a tensor can have: that with free dimensions
/// of 1.
static std::optional<int64_t> leastBytes(const LibraryTensor &tensor) {
  std::vector<int64_t> shape = tensor.shape;
  for (int64_t &dim : shape)
    dim = std::abs(dim);
  return tensorBytes(tensor.dtype, shape);
}

/// Checks that the C interface can express `entry`, and describes it for the library.
static llvm::Expected<LibraryTensor> readTensor(nn::InterfaceAttr interface,
                                                nn::TensorAttr entry, StringRef kind) {
  RankedTensorType type = entry.getType();
  const ElementType *element = findElementType(type.getElementType());
  if (!element || type.getRank() > TACIT_MAX_RANK)
    return fail(ErrorKind::Unsupported, "drop or cast this value before exporting",
                "{} '{}' cannot cross the C interface; expected at most {} dimensions of "
                "floats, integers of 8 to 64 bits, or bool",
                kind.str(), entry.getName().str(), TACIT_MAX_RANK);
  LibraryTensor tensor{entry.getName().str(), element->code, {}, 0, {}};
  for (int64_t dim : type.getShape())
    tensor.shape.push_back(ShapedType::isDynamic(dim) ? -1 : dim);
  auto bytes = leastBytes(tensor);
  if (!bytes || *bytes > kMaxTensorBytes)
    return fail(ErrorKind::BadInput, "pin its dimensions to smaller sizes",
                "{} '{}' has no size that fits into {} bytes", kind.str(), tensor.name,
                kMaxTensorBytes);
  tensor.indexBound = entry.getIndexBound();
  if (type.hasStaticShape())
    return tensor;
  // A free dimension of an input has a name; one of an output may be computed.
  for (auto [i, dim] : llvm::enumerate(tensor.shape)) {
    auto number = dim < 0 ? interface.getDimNumber(entry, i) : std::nullopt;
    tensor.dims.push_back(number ? static_cast<int32_t>(*number) : -1);
  }
  return tensor;
}

static llvm::Error readTensors(nn::InterfaceAttr interface,
                               ArrayRef<nn::TensorAttr> entries, StringRef kind,
                               std::vector<LibraryTensor> &tensors) {
  for (nn::TensorAttr entry : entries) {
    auto tensor = readTensor(interface, entry, kind);
    if (!tensor)
      return tensor.takeError();
    tensors.push_back(std::move(*tensor));
  }
  return llvm::Error::success();
}

/// Reads how the dimensions of the outputs are computed, which is documentation only.
static void readSizes(ModuleOp module, ModelFacts &facts) {
  auto texts = module->getAttrOfType<ArrayAttr>(kOutputSizesAttr);
  size_t count = 0, next = 0;
  for (const LibraryTensor &output : facts.outputs)
    count += output.shape.size();
  if (!texts || texts.size() != count)
    return;
  for (LibraryTensor &output : facts.outputs)
    for (size_t i = 0; i < output.shape.size(); ++i)
      output.sizes.push_back(cast<StringAttr>(texts[next++]).str());
}

static llvm::Error readInterface(ModuleOp module, ModelFacts &facts) {
  auto interface = module->getAttrOfType<nn::InterfaceAttr>(nn::kInterfaceAttr);
  if (!interface)
    return fail(ErrorKind::BadInput, kEarlierPhase,
                "the program has no '{}' attribute: its inputs and outputs are unknown",
                nn::kInterfaceAttr.str());
  for (StringAttr name : interface.getDims())
    facts.dims.push_back(name.str());
  if (auto error = readTensors(interface, interface.getInputs(), "input", facts.inputs))
    return error;
  if (auto error = readTensors(interface, interface.getOutputs(), "output", facts.outputs))
    return error;
  readSizes(module, facts);
  return llvm::Error::success();
}

/// Reads the messages of attribute `name`, which become C strings.
static llvm::Error readSentences(ArrayAttr sentences, StringRef name,
                                 std::vector<std::string> &checks) {
  for (auto text : sentences.getAsRange<StringAttr>()) {
    if (text.empty() || text.getValue().contains('\0'))
      return fail(ErrorKind::BadInput, kEarlierPhase,
                  "entry {} of the program's '{}' is empty or has a zero byte",
                  checks.size(), name.str());
    checks.push_back(text.str());
  }
  return llvm::Error::success();
}

/// Reads the messages of the checks in @main and @shapes.
static llvm::Error readChecks(ModuleOp module, ModelFacts &facts) {
  if (auto checks = module->getAttrOfType<ArrayAttr>(kValueChecksAttr))
    if (auto error = readSentences(checks, kValueChecksAttr, facts.valueChecks))
      return error;
  if (facts.dims.empty())
    return llvm::Error::success();
  auto checks = module->getAttrOfType<ArrayAttr>(kChecksAttr);
  if (!checks)
    return fail(ErrorKind::BadInput, kEarlierPhase,
                "the program has free dimensions, but no '{}' attribute that is a list",
                kChecksAttr.str());
  return readSentences(checks, kChecksAttr, facts.checks);
}

/// The outputs of a program can have free dimensions only if its inputs have some.
static bool hasFreeOutput(const ModelFacts &facts) {
  return llvm::any_of(facts.outputs,
                      [](const LibraryTensor &output) { return !output.dims.empty(); });
}

llvm::Expected<ModelFacts> ModelFacts::of(ModuleOp module) {
  ModelFacts facts;
  if (auto error = readInterface(module, facts))
    return std::move(error);
  if (auto error = readChecks(module, facts))
    return std::move(error);
  if (!facts.dims.empty())
    return facts;
  auto arena = readSize(module->getAttrOfType<IntegerAttr>(kArenaAttr));
  if (!arena || hasFreeOutput(facts))
    return fail(ErrorKind::BadInput, kEarlierPhase,
                "the program has no '{}' attribute that is a size", kArenaAttr.str());
  facts.arenaBytes = *arena;
  return facts;
}

//===----------------------------------------------------------------------===//
// The interface and @main
//===----------------------------------------------------------------------===//

/// Returns true if a value of `type` fills a buffer for `tensor`, byte for byte. Types
/// change between the phases (bool becomes i8, an empty tensor becomes one dimension, free
/// dimensions become a pointer), but sizes do not.
static bool fits(Type type, const LibraryTensor &tensor) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped || !shaped.hasRank())
    return false;
  if (tensor.dims.empty()) {
    auto size = byteSize(shaped);
    return size && size == tensorBytes(tensor.dtype, tensor.shape);
  }
  if (byteWidth(shaped.getElementType()) != dtypeBytes(tensor.dtype))
    return false;
  auto isSame = [](int64_t found, int64_t expected) {
    return ShapedType::isDynamic(found) ? expected < 0 : found == expected;
  };
  bool isPointer = isa<MemRefType>(type) && shaped.getShape() == ArrayRef<int64_t>{1};
  return isPointer || llvm::equal(shaped.getShape(), tensor.shape, isSame);
}

static llvm::Error compare(StringRef which, TypeRange types,
                           ArrayRef<LibraryTensor> tensors) {
  for (auto [type, tensor] : llvm::zip(types, tensors)) {
    if (fits(type, tensor))
      continue;
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return fail(ErrorKind::BadInput, "change both, or start from an earlier phase",
                "{} '{}' of the program's interface is {} {}, but @main has {}",
                which.str(), tensor.name, dtypeName(tensor.dtype).str(),
                shapeText(tensor.shape), text);
  }
  return llvm::Error::success();
}

static bool isBytes(Type type, std::optional<int64_t> count) {
  auto buffer = dyn_cast<MemRefType>(type);
  return buffer && count && buffer.getRank() == 1 && buffer.getElementType().isInteger(8) &&
         buffer.getDimSize(0) == *count;
}

/// The first two arguments of @main in a bufferized program are the weights and the arena,
/// and its last ones the sizes of free dimensions. Returns the types of those between them:
/// the inputs and outputs.
static llvm::Expected<SmallVector<Type>>
betweenInputsAndOutputs(ModuleOp module, func::FuncOp main, const ModelFacts &facts) {
  SmallVector<Type> types(main.getArgumentTypes());
  auto weights = WeightFile::of(module);
  if (!weights)
    return weights.takeError();
  // If sizes are free, so is the size of the arena, and its type does not state it.
  auto arena = facts.dims.empty() ? readSize(module->getAttrOfType<IntegerAttr>(kArenaAttr))
                                  : std::optional<int64_t>(1);
  if (types.size() < 2 || !isBytes(types[0], weights->size()) || !isBytes(types[1], arena))
    return fail(ErrorKind::BadInput, kEarlierPhase,
                "the first two arguments of @main are not the {} bytes of weights and the "
                "{} bytes of memory that '{}' states",
                weights->size(), arena.value_or(0), kArenaAttr.str());
  types.erase(types.begin(), types.begin() + 2);
  size_t numDims = 0;
  while (!types.empty() && types.back().isIndex()) {
    types.pop_back();
    ++numDims;
  }
  if (numDims != facts.dims.size())
    return fail(ErrorKind::BadInput, kEarlierPhase,
                "@main takes {} sizes of free dimensions; expected {}, as '{}' says",
                numDims, facts.dims.size(), nn::kInterfaceAttr.str());
  return types;
}

/// Checks that @shapes takes the sizes of the free dimensions and returns those of the
/// outputs.
static llvm::Error checkShapes(ModuleOp module, const ModelFacts &facts) {
  if (facts.dims.empty())
    return llvm::Error::success();
  int64_t numSizes = 1, numDims = facts.dims.size();
  for (const LibraryTensor &output : facts.outputs)
    numSizes += output.shape.size();
  auto shapes = module.lookupSymbol<func::FuncOp>("shapes");
  Type word = IntegerType::get(module.getContext(), 64);
  auto expected = FunctionType::get(
      module.getContext(),
      {MemRefType::get({numDims}, word), MemRefType::get({numSizes}, word)}, {word});
  if (shapes && shapes.getFunctionType() == expected)
    return llvm::Error::success();
  return fail(ErrorKind::BadInput, kEarlierPhase,
              "the program has no function @shapes that takes {} sizes of free dimensions "
              "and returns {} others",
              numDims, numSizes);
}

llvm::Error tacit::cpu::checkInterface(ModuleOp module) {
  ModelFacts facts;
  if (auto error = readInterface(module, facts))
    return error;
  // In the llvm dialect only pointers are left; addModelDescription counts them.
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return llvm::Error::success();
  SmallVector<Type> inputs(main.getArgumentTypes()), outputs(main.getResultTypes());
  // The status is none of them; addModelDescription looks whether there is one.
  if (module->hasAttr(kValueChecksAttr) && !outputs.empty() && outputs.back().isInteger(64))
    outputs.pop_back();
  if (module->hasAttr(kArenaAttr) || module->hasAttr(kChecksAttr)) {
    auto types = betweenInputsAndOutputs(module, main, facts);
    if (!types)
      return types.takeError();
    if (auto error = checkShapes(module, facts))
      return error;
    size_t numInputs = std::min(types->size(), facts.inputs.size());
    outputs.append(types->begin() + numInputs, types->end());
    inputs.assign(types->begin(), types->begin() + numInputs);
  }
  if (inputs.size() != facts.inputs.size() || outputs.size() != facts.outputs.size())
    return fail(ErrorKind::BadInput, "change both, or start from an earlier phase",
                "@main has {} inputs and {} outputs; expected {} and {}, as '{}' says",
                inputs.size(), outputs.size(), facts.inputs.size(), facts.outputs.size(),
                nn::kInterfaceAttr.str());
  if (auto error = compare("input", inputs, facts.inputs))
    return error;
  return compare("output", outputs, facts.outputs);
}
