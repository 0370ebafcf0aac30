//===- NNDialect.cpp - The nn dialect -------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

#include "tacit/Dialect/NN/IR/NNDialect.cpp.inc"
#include "tacit/Dialect/NN/IR/NNEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "tacit/Dialect/NN/IR/NNAttributes.cpp.inc"

void NNDialect::initialize() {
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
  return op->emitOpError() << "has attribute '" << name
                           << "', which the nn dialect does not define there";
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
