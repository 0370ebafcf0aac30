//===- CPUDialect.cpp - The cpu dialect -----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "tacit/Dialect/CPU/IR/CPU.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::cpu;

#include "tacit/Dialect/CPU/IR/CPUDialect.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "tacit/Dialect/CPU/IR/CPUAttributes.cpp.inc"

namespace {
/// #cpu.weight must not be written to bytecode as text: each text would name its resource
/// anew, and one blob would come back as several.
struct CPUBytecode : BytecodeDialectInterface {
  explicit CPUBytecode(Dialect *dialect) : BytecodeDialectInterface(dialect) {}

  LogicalResult writeAttribute(Attribute attr,
                               DialectBytecodeWriter &writer) const override {
    auto weight = dyn_cast<WeightAttr>(attr);
    if (!weight)
      return failure();
    writer.writeVarInt(kWeight);
    writer.writeAttribute(weight.getValue());
    writer.writeSignedVarInt(weight.getOffset());
    writer.writeSignedVarInt(weight.getPanel());
    writer.writeSignedVarInt(weight.getPosition());
    writer.writeSignedVarInts(weight.getPermutation());
    return success();
  }

  Attribute readAttribute(DialectBytecodeReader &reader) const override {
    uint64_t kind = 0;
    ElementsAttr value;
    int64_t offset = 0, panel = 0, position = 0;
    SmallVector<int64_t> permutation;
    if (failed(reader.readVarInt(kind)))
      return {};
    if (kind != kWeight) {
      reader.emitError() << "unknown cpu attribute " << kind;
      return {};
    }
    if (failed(reader.readAttribute(value)) || failed(reader.readSignedVarInt(offset)) ||
        failed(reader.readSignedVarInt(panel)) ||
        failed(reader.readSignedVarInt(position)) ||
        failed(reader.readSignedVarInts(permutation)))
      return {};
    return WeightAttr::getChecked([&] { return reader.emitError(); }, getContext(), value,
                                  offset, panel, position, permutation);
  }

private:
  static constexpr uint64_t kWeight = 0;
};
} // namespace

void CPUDialect::initialize() {
  addInterfaces<CPUBytecode>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tacit/Dialect/CPU/IR/CPUAttributes.cpp.inc"
      >();
}

/// Returns the expected value of the attribute `name` of a module; empty if the dialect
/// does not define that name.
static StringRef expectedValue(StringRef name) {
  return llvm::StringSwitch<StringRef>(name)
      .Case(kWeightsAttr, "an array of #cpu.weight")
      .Case(kArenaAttr, "an integer")
      .Cases({kChecksAttr, kValueChecksAttr, kOutputSizesAttr}, "an array of strings")
      .Default("");
}

static bool hasExpectedValue(NamedAttribute attribute) {
  if (attribute.getName() == kArenaAttr)
    return isa<IntegerAttr>(attribute.getValue());
  auto entries = dyn_cast<ArrayAttr>(attribute.getValue());
  if (attribute.getName() == kWeightsAttr)
    return entries && llvm::all_of(entries, llvm::IsaPred<WeightAttr>);
  return entries && llvm::all_of(entries, llvm::IsaPred<StringAttr>);
}

LogicalResult CPUDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  StringRef name = attribute.getName();
  StringRef expected = expectedValue(name);
  if (!isa<ModuleOp>(op) || expected.empty())
    return op->emitOpError() << "has attribute '" << name
                             << "', which the cpu dialect does not define there";
  if (!hasExpectedValue(attribute))
    return op->emitOpError() << "expects '" << name << "' to be " << expected << ", found "
                             << attribute.getValue();
  return success();
}

//===----------------------------------------------------------------------===//
// #cpu.weight
//===----------------------------------------------------------------------===//

LogicalResult WeightAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ElementsAttr value, int64_t offset, int64_t panel,
                                 int64_t position, ArrayRef<int64_t> permutation) {
  auto type = dyn_cast<RankedTensorType>(value.getShapedType());
  if (!type || !byteSize(type) || *byteSize(type) > kMaxTensorBytes || offset < 0 ||
      panel < 0)
    return emitError() << "expected a tensor of known size at a non-negative offset";
  if (panel == 0)
    return success();
  if (panel > kMaxPanelColumns)
    return emitError() << "has panels of " << panel << " elements; expected at most "
                       << kMaxPanelColumns;
  SmallVector<int64_t> sorted(permutation);
  llvm::sort(sorted);
  if (position < 0 || position >= type.getRank() ||
      !llvm::equal(sorted, llvm::seq<int64_t>(0, type.getRank())))
    return emitError() << "expected 'position' and 'permutation' to name the "
                       << type.getRank() << " dimensions of the value";
  return success();
}

int64_t WeightAttr::getByteSize() const {
  auto type = cast<RankedTensorType>(getValue().getShapedType());
  int64_t size = *byteSize(type);
  if (getPanel() == 0 || size == 0)
    return size;
  int64_t dim = type.getDimSize(getPosition());
  return size / dim * llvm::divideCeil(dim, getPanel()) * getPanel();
}
