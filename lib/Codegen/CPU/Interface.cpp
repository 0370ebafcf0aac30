//===- Interface.cpp - What a compiled model takes and gives --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The phase `check` writes the interface down, and every later phase keeps it. A
// program can come from a file that somebody edited, and callers make their buffers
// as large as the interface says: so it is read with care.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/Codegen/CPU/WeightFile.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/HostTensor.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::cpu;

static constexpr const char *kEarlierPhase = "start from an earlier phase";

static int32_t dtypeOf(Type element) {
  if (element.isF32())
    return TACIT_F32;
  if (element.isF64())
    return TACIT_F64;
  if (element.isInteger(1))
    return TACIT_BOOL;
  if (element.isInteger(8))
    return element.isUnsignedInteger() ? TACIT_U8 : TACIT_I8;
  if (element.isInteger(32))
    return TACIT_I32;
  return element.isInteger(64) ? TACIT_I64 : 0;
}

/// A number from 0 to kMaxTensorBytes; nullopt for others, of whatever width.
static std::optional<int64_t> readSize(IntegerAttr attr) {
  auto value = attr ? attr.getValue().trySExtValue() : std::nullopt;
  return value && *value >= 0 && *value <= nn::kMaxTensorBytes ? value : std::nullopt;
}

static llvm::Error readTensors(DictionaryAttr interface, StringRef which,
                               std::vector<LibraryTensor> &tensors) {
  auto entries = interface.getAs<ArrayAttr>(which);
  if (!entries)
    return fail(ExitCode::BadInput, kEarlierPhase, "the program's '{}' has no list '{}'",
                nn::kInterfaceAttr.str(), which.str());
  for (Attribute entry : entries) {
    auto fields = dyn_cast<DictionaryAttr>(entry);
    auto name = fields ? fields.getAs<StringAttr>("name") : StringAttr();
    auto typeAttr = fields ? fields.getAs<TypeAttr>("type") : TypeAttr();
    auto type =
        typeAttr ? dyn_cast<RankedTensorType>(typeAttr.getValue()) : RankedTensorType();
    int32_t dtype = type ? dtypeOf(type.getElementType()) : 0;
    // Names become C strings.
    if (!name || name.empty() || name.getValue().contains('\0'))
      return fail(ExitCode::BadInput, "give each input and output a name",
                  "{} {} of the program has no name", which.drop_back().str(),
                  tensors.size());
    if (dtype == 0 || type.getRank() > TACIT_MAX_RANK)
      return fail(ExitCode::Unsupported, "drop or cast this value before exporting",
                  "{} '{}' cannot cross the C interface; expected at most {} dimensions of "
                  "float32, float64, int64, int32, int8, uint8 or bool",
                  which.drop_back().str(), name.str(), TACIT_MAX_RANK);
    auto bytes = byteSize(type);
    if (!bytes || *bytes > nn::kMaxTensorBytes)
      return fail(ExitCode::BadInput, "pin every dimension, and to less",
                  "{} '{}' has no size of at most {} bytes", which.drop_back().str(),
                  name.str(), nn::kMaxTensorBytes);
    LibraryTensor tensor{name.str(), dtype, {}, 0};
    tensor.shape.assign(type.getShape().begin(), type.getShape().end());
    if (fields.get("index_bound")) {
      auto bound = readSize(fields.getAs<IntegerAttr>("index_bound"));
      if (!bound)
        return fail(ExitCode::BadInput, kEarlierPhase,
                    "{} '{}' has an 'index_bound' that is no size", which.drop_back().str(),
                    name.str());
      tensor.indexBound = *bound;
    }
    tensors.push_back(std::move(tensor));
  }
  return llvm::Error::success();
}

static llvm::Error readInterface(ModuleOp module, ModelFacts &facts) {
  auto interface = module->getAttrOfType<DictionaryAttr>(nn::kInterfaceAttr);
  if (!interface)
    return fail(ExitCode::BadInput, kEarlierPhase,
                "the program has no '{}' attribute: its inputs and outputs are unknown",
                nn::kInterfaceAttr.str());
  if (auto error = readTensors(interface, "inputs", facts.inputs))
    return error;
  return readTensors(interface, "outputs", facts.outputs);
}

llvm::Expected<ModelFacts> ModelFacts::of(ModuleOp module) {
  ModelFacts facts;
  if (auto error = readInterface(module, facts))
    return std::move(error);
  auto arena = readSize(module->getAttrOfType<IntegerAttr>(nn::kArenaAttr));
  if (!arena)
    return fail(ExitCode::BadInput, kEarlierPhase,
                "the program has no '{}' attribute that is a size", nn::kArenaAttr.str());
  facts.arenaBytes = *arena;
  return facts;
}

//===----------------------------------------------------------------------===//
// The interface and @main
//===----------------------------------------------------------------------===//

/// Does a value of `type` fill a buffer for `tensor`, byte for byte? Types change on
/// the road (bool becomes i8, nothing becomes one dimension), sizes do not.
static bool fits(Type type, const LibraryTensor &tensor) {
  auto shaped = dyn_cast<ShapedType>(type);
  auto size = shaped && shaped.hasRank() ? byteSize(shaped) : std::nullopt;
  return size && size == tensorBytes(tensor.dtype, tensor.shape);
}

static llvm::Error compare(StringRef which, TypeRange types,
                           ArrayRef<LibraryTensor> tensors) {
  for (auto [type, tensor] : llvm::zip(types, tensors)) {
    if (fits(type, tensor))
      continue;
    std::string text;
    llvm::raw_string_ostream(text) << type;
    return fail(ExitCode::BadInput, "change both, or start from an earlier phase",
                "{} '{}' of the program's interface is {} {}, but @main has {}",
                which.str(), tensor.name, dtypeName(tensor.dtype).str(),
                shapeText(tensor.shape), text);
  }
  return llvm::Error::success();
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
  if (module->hasAttr(nn::kArenaAttr)) {
    auto isBytes = [](Type type) {
      auto buffer = dyn_cast<MemRefType>(type);
      return buffer && buffer.getRank() == 1 && buffer.getElementType().isInteger(8);
    };
    auto arena = readSize(module->getAttrOfType<IntegerAttr>(nn::kArenaAttr));
    auto weights = WeightFile::of(module);
    if (!weights)
      return weights.takeError();
    if (inputs.size() < 2 || !isBytes(inputs[0]) || !isBytes(inputs[1]) ||
        static_cast<uint64_t>(cast<MemRefType>(inputs[0]).getDimSize(0)) !=
            weights->size() ||
        cast<MemRefType>(inputs[1]).getDimSize(0) != arena)
      return fail(
          ExitCode::BadInput, kEarlierPhase,
          "@main does not begin with the {} bytes of the weights and the {} bytes of "
          "memory that '{}' says",
          weights->size(), arena.value_or(0), nn::kArenaAttr.str());
    size_t numInputs = std::min(inputs.size() - 2, facts.inputs.size());
    outputs.append(inputs.begin() + 2 + numInputs, inputs.end());
    inputs = SmallVector<Type>(ArrayRef(inputs).slice(2, numInputs));
  }
  if (inputs.size() != facts.inputs.size() || outputs.size() != facts.outputs.size())
    return fail(ExitCode::BadInput, "change both, or start from an earlier phase",
                "@main has {} inputs and {} outputs; expected {} and {}, as '{}' says",
                inputs.size(), outputs.size(), facts.inputs.size(), facts.outputs.size(),
                nn::kInterfaceAttr.str());
  if (auto error = compare("input", inputs, facts.inputs))
    return error;
  return compare("output", outputs, facts.outputs);
}
