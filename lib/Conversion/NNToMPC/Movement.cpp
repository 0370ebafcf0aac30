//===- Movement.cpp - Movement of secrets ---------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

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

/// Adds borders of a number that both parties know. What a negative border cuts off is cut
/// off first.
static LogicalResult convertPad(nn::PadOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  auto number = splatValue(op.getValue());
  if (!number)
    return l.refuse("pads a secret by a number that is not constant; expected a constant");
  if (!x || shareOf(x).getNumElements() == 0)
    return l.refuse("pads a secret without elements; expected at least one");
  SmallVector<int64_t> starts, ends, steps(shareOf(x).getRank(), 1);
  for (auto [dim, low, high] :
       llvm::zip(shareOf(x).getShape(), op.getLow(), op.getHigh())) {
    starts.push_back(std::max<int64_t>(-low, 0));
    ends.push_back(std::max(dim + std::min<int64_t>(high, 0), starts.back()));
  }
  if (shareOf(x).getShape() != ArrayRef(ends) ||
      llvm::any_of(starts, [](int64_t s) { return s > 0; }))
    x = mpc::SliceOp::create(l.builder, l.loc, x, starts, ends, steps);
  // With another number than 0, the difference to it is padded by zeros.
  if (x && *number != 0)
    x = l.sum(x, l.term(-*number));
  for (auto [dim, low, high] : llvm::enumerate(op.getLow(), op.getHigh()))
    x = padWithZeros(x, dim, std::max<int64_t>(low, 0), std::max<int64_t>(high, 0), l);
  if (x && *number != 0)
    x = l.sum(x, l.term(*number));
  return l.finish(x);
}

void tacit::addMovementRules(Rules &rules) {
  rules.add(convertReshape);
  rules.add(convertTranspose);
  rules.add(convertExpand);
  rules.add(convertSlice);
  rules.add(convertConcat);
  rules.add(convertPad);
}
