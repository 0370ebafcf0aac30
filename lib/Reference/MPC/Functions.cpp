//===- Functions.cpp - Whole functions of mpc in the clear ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A whole function is defined on real numbers: the secrets are decoded, the function is
// computed in double precision, and its values are rounded to the ring. The approximations
// of a protocol, which mpc-expand writes, are compared with this.
//
//===----------------------------------------------------------------------===//

#include "../Rows.h"
#include "../Scalars.h"
#include "Ring.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

/// Applies `function` to the real numbers that the secrets represent.
template <typename OpT, typename Function>
static llvm::Expected<Tensor> compute(OpT op, Operands operands, Function function) {
  const Tensor &input = *operands[0];
  Ring ring = ringOf(op.getInput());
  Tensor reals(input.getShape(), Float64Type::get(op.getContext()));
  for (int64_t k = 0; k < reals.getNumElements(); ++k)
    reals.real(k) = ring.decode(input.integer(k));
  function(reals);
  Tensor result(input.getShape(), elementTypeOf(op));
  for (int64_t k = 0; k < result.getNumElements(); ++k)
    result.integer(k) = ring.encode(reals.real(k));
  return result;
}

template <typename OpT, double (*Function)(double)>
static llvm::Expected<Tensor> map(OpT op, Operands operands) {
  return compute(op, operands, [](Tensor &x) {
    for (int64_t k = 0; k < x.getNumElements(); ++k)
      x.real(k) = Function(x.real(k));
  });
}

static double relu(double x) { return std::max(x, 0.0); }

static double siluOf(double x) { return silu(x); }

static llvm::Expected<Tensor> evaluateGelu(mpc::GeluOp op, Operands operands) {
  return compute(op, operands, [&](Tensor &x) {
    for (int64_t k = 0; k < x.getNumElements(); ++k)
      x.real(k) = gelu(op.getKind(), x.real(k));
  });
}

/// An element that is not kept is 0, and does not contribute to the sum.
static llvm::Expected<Tensor> evaluateSoftmax(mpc::SoftmaxOp op, Operands operands) {
  return compute(op, operands, [&](Tensor &x) {
    int64_t k = 0;
    for (const Index &index : Positions(x.getShape())) {
      double &element = x.real(k++);
      if (op.getKeep() && operands[1]->real(operands[1]->broadcastOffset(index)) == 0)
        element = -INFINITY;
    }
    applySoftmax(x, op.getAxis(), /*hasZeroRows=*/true);
  });
}

static llvm::Expected<Tensor> evaluateLayerNorm(mpc::LayerNormOp op, Operands operands) {
  return compute(op, operands, [&](Tensor &x) {
    normalize(x, op.getEpsilon().convertToFloat(), /*isCentered=*/true);
  });
}

static llvm::Expected<Tensor> evaluateRMSNorm(mpc::RMSNormOp op, Operands operands) {
  return compute(op, operands, [&](Tensor &x) {
    normalize(x, op.getEpsilon().convertToFloat(), /*isCentered=*/false);
  });
}

void reference::addMPCFunctions(OpTable &table) {
  table.add(map<mpc::ReluOp, relu>);
  table.add(map<mpc::SigmoidOp, sigmoid>);
  table.add(map<mpc::TanhOp, std::tanh>);
  table.add(map<mpc::SiluOp, siluOf>);
  table.add(evaluateGelu);
  table.add(evaluateSoftmax);
  table.add(evaluateLayerNorm);
  table.add(evaluateRMSNorm);
}
