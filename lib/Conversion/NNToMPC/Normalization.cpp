//===- Normalization.cpp - Norms, softmax and reductions of secrets -------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

using namespace mlir;
using namespace tacit;

/// Applies the scale and the bias, if there are any: they are operands of their own, and
/// not a part of the norm.
static Value applyParameters(Value normalized, Value scale, Value bias, Lowering &l) {
  if (scale)
    normalized = l.multiplyBy(normalized, scale);
  if (bias)
    normalized = l.addTo(normalized, bias);
  return normalized;
}

static LogicalResult convertLayerNorm(nn::LayerNormOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  Value normalized = l.apply<mpc::LayerNormOp>(x, op.getEpsilonAttr());
  return l.finish(applyParameters(normalized, op.getScale(), op.getBias(), l));
}

static LogicalResult convertRMSNorm(nn::RMSNormOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  Value normalized = l.apply<mpc::RMSNormOp>(x, op.getEpsilonAttr());
  return l.finish(applyParameters(normalized, op.getScale(), {}, l));
}

static LogicalResult convertSoftmax(nn::SoftmaxOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  return l.finish(l.apply<mpc::SoftmaxOp>(x, Value(), op.getAxisAttr()));
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// Takes the maximum along one axis after another.
static Value maximum(Value x, ArrayRef<int64_t> axes, Lowering &l) {
  for (int64_t axis : axes)
    x = l.apply<mpc::MaxOp>(x, axis);
  return x;
}

static Value negate(Value x, Lowering &l) {
  return mpc::NegOp::create(l.builder, l.loc, x);
}

static LogicalResult convertReduce(nn::ReduceOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  if (!x)
    return failure();
  ArrayRef<int64_t> axes = op.getAxes();
  int64_t elements = 1;
  for (int64_t axis : axes)
    elements *= shareOf(x).getShape()[axis];
  if (elements == 0)
    return l.refuse("reduces no elements; expected at least one");
  switch (op.getKind()) {
  case nn::ReduceKind::Sum:
  case nn::ReduceKind::Mean:
    x = mpc::SumOp::create(l.builder, l.loc, x, axes);
    if (op.getKind() == nn::ReduceKind::Mean)
      x = l.scale(x, 1.0 / elements);
    break;
  case nn::ReduceKind::Max:
    x = maximum(x, axes, l);
    break;
  case nn::ReduceKind::Min:
    x = negate(maximum(negate(x, l), axes, l), l);
    break;
  case nn::ReduceKind::Prod:
    return l.refuse("multiplies all elements of a secret, for which there is no two-party "
                    "protocol; expected a sum, a mean, a maximum or a minimum");
  }
  return l.finish(l.reshape(x, tensorOf(op.getResult()).getShape()));
}

void tacit::addNormalizationRules(Rules &rules) {
  rules.add(convertLayerNorm);
  rules.add(convertRMSNorm);
  rules.add(convertSoftmax);
  rules.add(convertReduce);
}
