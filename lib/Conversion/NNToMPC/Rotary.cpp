//===- Rotary.cpp - Rotary position embedding of secrets ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

using namespace mlir;
using namespace tacit;

/// Returns `count` features of a secret, from `begin` on, with a step of `step`.
static Value sliceLast(Value secret, int64_t begin, int64_t count, int64_t step,
                       Lowering &l) {
  SmallVector<int64_t> ends(shareOf(secret).getShape()), starts(ends.size(), 0);
  SmallVector<int64_t> steps(ends.size(), 1);
  starts.back() = begin;
  steps.back() = step;
  ends.back() = begin + (count - 1) * step + 1;
  return mpc::SliceOp::create(l.builder, l.loc, secret, starts, ends, steps);
}

/// Concatenates secrets in their last dimension.
static Value joinLast(ArrayRef<Value> parts, Lowering &l) {
  if (llvm::is_contained(parts, Value()))
    return {};
  int64_t axis = shareOf(parts.front()).getRank() - 1;
  return mpc::ConcatOp::create(l.builder, l.loc, parts, axis);
}

/// Return the first and the second features of all pairs, each group contiguous.
static Value interleave(Value first, Value second, Lowering &l) {
  if (!first || !second)
    return {};
  SmallVector<int64_t> pairs(shareOf(first).getShape()), merged(pairs);
  pairs.push_back(1);
  merged.back() *= 2;
  Value joined = joinLast({l.reshape(first, pairs), l.reshape(second, pairs)}, l);
  return joined ? l.reshape(joined, merged) : Value();
}

LogicalResult tacit::convertRotary(nn::RotaryOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  if (!x)
    return failure();
  int64_t features = shareOf(x).getShape().back(), rotated = op.getNumRotated();
  int64_t half = rotated / 2, step = op.getInterleaved() ? 2 : 1;
  Value a = sliceLast(x, 0, half, step, l);
  Value b = sliceLast(x, op.getInterleaved() ? 1 : half, half, step, l);
  Value negative = mpc::NegOp::create(l.builder, l.loc, b);
  Value first = l.multiplyBy(a, op.getCos()), second = l.multiplyBy(b, op.getCos());
  first = l.sum(first, l.multiplyBy(negative, op.getSin()));
  second = l.sum(second, l.multiplyBy(a, op.getSin()));
  Value result =
      op.getInterleaved() ? interleave(first, second, l) : joinLast({first, second}, l);
  if (result && rotated < features)
    result = joinLast({result, sliceLast(x, rotated, features - rotated, 1, l)}, l);
  return l.finish(result);
}
