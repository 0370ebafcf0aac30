//===- Movement.cpp - Movement of secrets ---------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

using namespace mlir;
using namespace tacit;

static LogicalResult convertReshape(nn::ReshapeOp op, Lowering &l) {
  return l.finish(l.reshape(l.share(op.getInput()), tensorOf(op.getResult()).getShape()));
}

static LogicalResult convertTranspose(nn::TransposeOp op, Lowering &l) {
  return l.finish(l.transpose(l.share(op.getInput()), op.getPermutation()));
}

static LogicalResult convertExpand(nn::ExpandOp op, Lowering &l) {
  return l.finish(l.expand(l.share(op.getInput()), tensorOf(op.getResult()).getShape()));
}

static LogicalResult convertSlice(nn::SliceOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  if (!x)
    return failure();
  return l.finish(mpc::SliceOp::create(l.builder, l.loc, x, op.getStarts(), op.getEnds(),
                                       op.getSteps()));
}

static LogicalResult convertConcat(nn::ConcatOp op, Lowering &l) {
  SmallVector<Value> parts;
  for (Value input : op.getInputs()) {
    parts.push_back(l.share(input));
    if (!parts.back())
      return failure();
  }
  if (failed(l.checkSize(tensorOf(op.getResult()).getShape())))
    return failure();
  return l.finish(mpc::ConcatOp::create(l.builder, l.loc, parts, op.getAxis()));
}

void tacit::addMovementRules(Rules &rules) {
  rules.add(convertReshape);
  rules.add(convertTranspose);
  rules.add(convertExpand);
  rules.add(convertSlice);
  rules.add(convertConcat);
}
