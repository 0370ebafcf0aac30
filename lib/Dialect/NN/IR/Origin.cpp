//===- Origin.cpp - Where constants come from -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/Origin.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tacit/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace tacit;

StringRef nn::getConstantName(Operation *constant) {
  auto op = cast<ConstantOp>(constant);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue()))
    return resource.getRawHandle().getKey();
  if (auto name = dyn_cast_or_null<StringAttr>(op->getDiscardableAttr(kNameAttr)))
    return name.getValue();
  auto name = op.getLoc()->findInstanceOf<NameLoc>();
  return name ? name.getName().getValue() : StringRef();
}

void nn::keepConstantNames(Operation *program) {
  program->walk([](ConstantOp op) {
    StringRef name = getConstantName(op);
    // The key of a blob says it already.
    if (isa<DenseResourceElementsAttr>(op.getValue()))
      op->removeDiscardableAttr(kNameAttr);
    else if (!name.empty())
      op->setDiscardableAttr(kNameAttr, StringAttr::get(op.getContext(), name));
  });
}

void nn::keepConstantsApart(Operation *program) {
  program->walk([](ConstantOp op) {
    StringRef name = isFromAttribute(op) ? "" : getConstantName(op);
    if (!name.empty())
      op->setDiscardableAttr(kNameAttr, StringAttr::get(op.getContext(), name));
  });
}

bool nn::isKeptApart(Operation *constant) {
  return constant->getDiscardableAttr(kNameAttr) != nullptr;
}

void nn::restoreConstantNames(Operation *program) {
  program->walk([](ConstantOp op) {
    auto name = dyn_cast_or_null<StringAttr>(op->removeDiscardableAttr(kNameAttr));
    if (name && !name.empty())
      op->setLoc(NameLoc::get(name, op.getLoc()));
  });
}
