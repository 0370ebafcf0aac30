//===- NNDialect.cpp - The nn dialect -------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

#include "tacit/Dialect/NN/IR/NNDialect.cpp.inc"
#include "tacit/Dialect/NN/IR/NNEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "tacit/Dialect/NN/IR/NNAttributes.cpp.inc"

namespace {
/// Bytecode of our attributes. Enums go as text; #nn.weight must not: each text
/// would name its resource anew, and one blob would come back as several.
struct NNBytecode : BytecodeDialectInterface {
  explicit NNBytecode(Dialect *dialect) : BytecodeDialectInterface(dialect) {}

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
      reader.emitError() << "unknown nn attribute " << kind;
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

void NNDialect::initialize() {
  addInterfaces<NNBytecode>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "tacit/Dialect/NN/IR/NNAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "tacit/Dialect/NN/IR/NNOps.cpp.inc"
      >();
}

Operation *NNDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                          Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, type, elements);
}

//===----------------------------------------------------------------------===//
// Attributes on functions and modules
//===----------------------------------------------------------------------===//

LogicalResult NNDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (isa<ModuleOp>(op) && name == kInterfaceAttr &&
      isa<DictionaryAttr>(attribute.getValue()))
    return success();
  if (isa<ModuleOp>(op) && name == kArenaAttr && isa<IntegerAttr>(attribute.getValue()))
    return success();
  if (isa<ModuleOp>(op) && name == kChecksAttr) {
    auto checks = dyn_cast<ArrayAttr>(attribute.getValue());
    if (checks && llvm::all_of(checks, llvm::IsaPred<StringAttr>))
      return success();
    return op->emitOpError() << "expects '" << name << "' to be an array of strings";
  }
  if (isa<ModuleOp>(op) && name == kWeightsAttr) {
    auto weights = dyn_cast<ArrayAttr>(attribute.getValue());
    if (weights && llvm::all_of(weights, llvm::IsaPred<WeightAttr>))
      return success();
    return op->emitOpError() << "expects '" << name << "' to be an array of #nn.weight";
  }
  return op->emitOpError() << "has attribute '" << name
                           << "', which the nn dialect does not define there";
}

LogicalResult WeightAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ElementsAttr value, int64_t offset, int64_t panel,
                                 int64_t position, ArrayRef<int64_t> permutation) {
  auto type = dyn_cast<RankedTensorType>(value.getShapedType());
  if (!type || !byteSize(type) || *byteSize(type) > kMaxTensorBytes || offset < 0 ||
      panel < 0)
    return emitError()
           << "expected a tensor of known size at an offset that is not negative";
  if (panel == 0)
    return success();
  // More would make a file of zeros out of a small weight.
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

static LogicalResult verifyValueAttribute(Operation *op, NamedAttribute attribute,
                                          Type type, const Twine &where) {
  StringRef name = attribute.getName();
  if (name == kNameAttr) {
    if (isa<StringAttr>(attribute.getValue()))
      return success();
    return op->emitOpError() << "expects '" << kNameAttr << "' on " << where
                             << " to be a string, found " << attribute.getValue();
  }
  if (name == kDimsAttr) {
    auto dims = dyn_cast<ArrayAttr>(attribute.getValue());
    auto shaped = dyn_cast<ShapedType>(type);
    if (dims && shaped && shaped.hasRank() &&
        static_cast<int64_t>(dims.size()) == shaped.getRank() &&
        llvm::all_of(dims, llvm::IsaPred<StringAttr>))
      return success();
    return op->emitOpError() << "expects '" << kDimsAttr << "' on " << where
                             << " to be one string per dimension of " << type << ", found "
                             << attribute.getValue();
  }
  return op->emitOpError() << "has attribute '" << name << "' on " << where
                           << "; expected '" << kNameAttr << "' or '" << kDimsAttr << "'";
}

LogicalResult NNDialect::verifyRegionArgAttribute(Operation *op, unsigned regionIndex,
                                                  unsigned argIndex,
                                                  NamedAttribute attribute) {
  Type type = cast<FunctionOpInterface>(op).getArgumentTypes()[argIndex];
  return verifyValueAttribute(op, attribute, type, "argument " + Twine(argIndex));
}

LogicalResult NNDialect::verifyRegionResultAttribute(Operation *op, unsigned regionIndex,
                                                     unsigned resultIndex,
                                                     NamedAttribute attribute) {
  Type type = cast<FunctionOpInterface>(op).getResultTypes()[resultIndex];
  return verifyValueAttribute(op, attribute, type, "result " + Twine(resultIndex));
}
