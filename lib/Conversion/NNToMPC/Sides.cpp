//===- Sides.cpp - Who knows a value --------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sides.h"
#include "tacit/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace tacit;

std::optional<double> tacit::repeatedNumber(Value value) {
  auto constant = value.getDefiningOp<nn::ConstantOp>();
  auto dense = constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr;
  if (!dense || !dense.isSplat() || !isa<FloatType>(dense.getElementType()))
    return std::nullopt;
  APFloat number = dense.getSplatValue<APFloat>();
  bool losesInfo;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return number.convertToDouble();
}

static Side sideOf(nn::ConstantOp constant) {
  Type element = getElementTypeOrSelf(constant.getType());
  // Integers of eight bits are packed weights; others are shapes, positions and masks.
  bool isArchitecture = isa<IntegerType>(element) && element.getIntOrFloatBitWidth() != 8;
  return isArchitecture || repeatedNumber(constant) ? Side::Public : Side::Server;
}

static Side join(Side lhs, Side rhs) {
  if (lhs == rhs || rhs == Side::Public)
    return lhs;
  return lhs == Side::Public ? rhs : Side::Secret;
}

Sides::Sides(func::FuncOp function) {
  for (Value argument : function.getArguments())
    sides[argument] = Side::Client;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    Side side = Side::Public;
    if (auto constant = dyn_cast<nn::ConstantOp>(op))
      side = sideOf(constant);
    for (Value operand : op->getOperands())
      side = join(side, of(operand));
    for (Value result : op->getResults())
      sides[result] = side;
  });
}
