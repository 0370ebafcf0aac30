//===- Movement.cpp - Movement of secrets ---------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Movement.h"
#include "tacit/Dialect/MPC/IR/MPC.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

static llvm::Expected<Tensor> evaluateReshape(mpc::ReshapeOp op, Operands operands) {
  return reshape(op, *operands[0], op.getResult().getType().getShape());
}

static llvm::Expected<Tensor> evaluateTranspose(mpc::TransposeOp op, Operands operands) {
  return transpose(op, *operands[0], op.getPermutation());
}

static llvm::Expected<Tensor> evaluateSlice(mpc::SliceOp op, Operands operands) {
  return slice(op, *operands[0], op.getStarts(), op.getEnds(), op.getSteps());
}

static llvm::Expected<Tensor> evaluateExpand(mpc::ExpandOp op, Operands operands) {
  return expand(op, *operands[0], op.getResult().getType().getShape());
}

static llvm::Expected<Tensor> evaluateConcat(mpc::ConcatOp op, Operands operands) {
  return concat(op, operands, op.getAxis());
}

void reference::addMPCMovement(OpTable &table) {
  table.add(evaluateReshape);
  table.add(evaluateTranspose);
  table.add(evaluateSlice);
  table.add(evaluateExpand);
  table.add(evaluateConcat);
}
