//===- Arithmetic.cpp - Arithmetic of mpc in the clear --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../OpTable.h"
#include "Ring.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

using Combine = llvm::function_ref<int64_t(const Ring &, int64_t, int64_t)>;

/// Applies a function to two secrets, or to a secret and public numbers, which get `bits`
/// bits of fraction. Operands broadcast.
static llvm::Expected<Tensor> combine(Operation *op, Operands operands, int64_t bits,
                                      Combine function) {
  const Tensor &lhs = *operands[0], &rhs = *operands[1];
  Ring ring = ringOf(op->getResult(0));
  auto shape = broadcastShapes(op, {lhs.getShape(), rhs.getShape()});
  if (!shape)
    return shape.takeError();
  return generate(op, *shape, elementTypeOf(op), [&](const Index &index) {
    int64_t where = rhs.broadcastOffset(index);
    int64_t y = rhs.isFloat() ? ring.encode(rhs.real(where), bits) : rhs.integer(where);
    return function(ring, lhs.integer(lhs.broadcastOffset(index)), y);
  });
}

static int64_t fractionOf(Value secret) {
  return cast<mpc::ShareType>(secret.getType()).getFraction();
}

static llvm::Expected<Tensor> evaluateAdd(mpc::AddOp op, Operands operands) {
  return combine(op, operands, fractionOf(op.getResult()),
                 [](const Ring &ring, int64_t x, int64_t y) { return ring.add(x, y); });
}

static llvm::Expected<Tensor> evaluateSub(mpc::SubOp op, Operands operands) {
  return combine(
      op, operands, fractionOf(op.getResult()),
      [](const Ring &ring, int64_t x, int64_t y) { return ring.subtract(x, y); });
}

/// A public factor has as many bits of fraction as the product has more than the secret.
static llvm::Expected<Tensor> evaluateMul(mpc::MulOp op, Operands operands) {
  return combine(
      op, operands, fractionOf(op.getResult()) - fractionOf(op.getLhs()),
      [](const Ring &ring, int64_t x, int64_t y) { return ring.multiply(x, y); });
}

/// Applies `function` to each number.
template <typename OpT, typename Function>
static llvm::Expected<Tensor> map(OpT op, Operands operands, Function function) {
  const Tensor &input = *operands[0];
  Ring ring = ringOf(op.getInput());
  Tensor result(input.getShape(), elementTypeOf(op));
  for (int64_t k = 0; k < result.getNumElements(); ++k)
    result.integer(k) = function(ring, input.integer(k));
  return result;
}

static llvm::Expected<Tensor> evaluateNeg(mpc::NegOp op, Operands operands) {
  return map(op, operands, [](Ring ring, int64_t x) { return ring.subtract(0, x); });
}

static llvm::Expected<Tensor> evaluateSquare(mpc::SquareOp op, Operands operands) {
  return map(op, operands, [](Ring ring, int64_t x) { return ring.multiply(x, x); });
}

static llvm::Expected<Tensor> evaluateTruncate(mpc::TruncateOp op, Operands operands) {
  int64_t bits = fractionOf(op.getInput()) - fractionOf(op.getResult());
  return map(op, operands, [=](Ring ring, int64_t x) { return ring.truncate(x, bits); });
}

static llvm::Expected<Tensor> evaluateIsNegative(mpc::IsNegativeOp op, Operands operands) {
  return map(op, operands, [](Ring, int64_t x) { return int64_t(x < 0); });
}

static llvm::Expected<Tensor> evaluateMsb(mpc::MsbOp op, Operands operands) {
  return map(op, operands, [](Ring, int64_t x) { return int64_t(x < 0); });
}

static llvm::Expected<Tensor> evaluateB2A(mpc::B2AOp op, Operands operands) {
  const Tensor &bits = *operands[0];
  Tensor result(bits.getShape(), elementTypeOf(op));
  for (int64_t k = 0; k < result.getNumElements(); ++k)
    result.integer(k) = int64_t(bits.integer(k) != 0);
  return result;
}

static llvm::Expected<Tensor> evaluateExp(mpc::ExpOp op, Operands operands) {
  return map(op, operands, [](Ring ring, int64_t x) { return ring.exp(x); });
}

static llvm::Expected<Tensor> evaluateReciprocal(mpc::ReciprocalOp op, Operands operands) {
  return map(op, operands, [](Ring ring, int64_t x) { return ring.reciprocal(x); });
}

static llvm::Expected<Tensor> evaluateRsqrt(mpc::RsqrtOp op, Operands operands) {
  return map(op, operands,
             [&](Ring ring, int64_t x) { return ring.rsqrt(x, op.getSteps()); });
}

static llvm::Expected<Tensor> evaluateMatmul(mpc::MatmulOp op, Operands operands) {
  const Tensor &lhs = *operands[0], &rhs = *operands[1];
  Ring ring = ringOf(op.getResult());
  Shape shape = op.getResult().getType().getShape();
  return generate(op, shape, elementTypeOf(op), [&](const Index &index) {
    Index row(ArrayRef<int64_t>(index).take_back(lhs.getRank())),
        column(ArrayRef<int64_t>(index).take_back(rhs.getRank()));
    int64_t sum = 0;
    for (int64_t k = 0; k < lhs.getShape().back(); ++k) {
      row.back() = column[column.size() - 2] = k;
      sum = ring.add(sum, ring.multiply(lhs.integer(lhs.broadcastOffset(row)),
                                        rhs.integer(rhs.broadcastOffset(column))));
    }
    return sum;
  });
}

/// Combines the elements along the axes in which the result has size 1.
static llvm::Expected<Tensor> reduce(Operation *op, const Tensor &input, int64_t init,
                                     Combine function) {
  auto type = cast<mpc::ShareType>(op->getResult(0).getType());
  auto result =
      generate(op, type.getShape(), elementTypeOf(op), [&](const Index &) { return init; });
  if (!result)
    return result;
  int64_t k = 0;
  for (const Index &index : Positions(input.getShape())) {
    int64_t &element = result->integer(result->broadcastOffset(index));
    element = function(Ring(type), element, input.integer(k++));
  }
  return result;
}

static llvm::Expected<Tensor> evaluateSum(mpc::SumOp op, Operands operands) {
  return reduce(op, *operands[0], 0,
                [](const Ring &ring, int64_t x, int64_t y) { return ring.add(x, y); });
}

static llvm::Expected<Tensor> evaluateMax(mpc::MaxOp op, Operands operands) {
  int64_t lowest = ringOf(op.getResult()).encode(-INFINITY);
  return reduce(op, *operands[0], lowest,
                [](const Ring &, int64_t x, int64_t y) { return std::max(x, y); });
}

void reference::addMPCArithmetic(OpTable &table) {
  table.add(evaluateAdd);
  table.add(evaluateSub);
  table.add(evaluateMul);
  table.add(evaluateNeg);
  table.add(evaluateSquare);
  table.add(evaluateTruncate);
  table.add(evaluateIsNegative);
  table.add(evaluateMsb);
  table.add(evaluateB2A);
  table.add(evaluateExp);
  table.add(evaluateReciprocal);
  table.add(evaluateRsqrt);
  table.add(evaluateMatmul);
  table.add(evaluateSum);
  table.add(evaluateMax);
}
