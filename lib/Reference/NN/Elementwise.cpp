//===- Elementwise.cpp - Constants and elementwise operations of nn -------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../OpTable.h"
#include "../Scalars.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

static llvm::Expected<Tensor> evaluateConstant(nn::ConstantOp op, Operands) {
  auto value = Tensor::fromAttribute(op.getValue());
  if (!value)
    return failAt(op, llvm::toString(value.takeError()));
  return value;
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

/// Applies `function` to each float.
template <typename OpT, double (*Function)(double)>
static llvm::Expected<Tensor> mapReals(OpT op, Operands operands) {
  Tensor result = *operands[0];
  for (int64_t k = 0; k < result.getNumElements(); ++k)
    result.real(k) = Function(result.real(k));
  return result;
}

/// Integers wrap around, so that the negative of the lowest one is itself.
static llvm::Expected<Tensor> evaluateNeg(nn::NegOp op, Operands operands) {
  Tensor result = *operands[0];
  for (int64_t k = 0; k < result.getNumElements(); ++k) {
    if (result.isFloat())
      result.real(k) = -result.real(k);
    else
      result.integer(k) = -uint64_t(result.integer(k));
  }
  return result;
}

static llvm::Expected<Tensor> evaluateAbs(nn::AbsOp op, Operands operands) {
  Tensor result = *operands[0];
  for (int64_t k = 0; k < result.getNumElements(); ++k) {
    if (result.isFloat())
      result.real(k) = std::fabs(result.real(k));
    else if (!result.isUnsigned() && result.integer(k) < 0)
      result.integer(k) = -uint64_t(result.integer(k));
  }
  return result;
}

static llvm::Expected<Tensor> evaluateNot(nn::NotOp op, Operands operands) {
  Tensor result = *operands[0];
  for (int64_t k = 0; k < result.getNumElements(); ++k)
    result.integer(k) = !result.integer(k);
  return result;
}

static std::optional<double> toDouble(std::optional<llvm::APFloat> number) {
  return number ? std::optional(number->convertToDouble()) : std::nullopt;
}

static llvm::Expected<Tensor> evaluateGelu(nn::GeluOp op, Operands operands) {
  Tensor result = *operands[0];
  nn::GeluKind kind = op.getApproximation();
  auto scale = toDouble(op.getScale()), cubic = toDouble(op.getCubic());
  for (int64_t k = 0; k < result.getNumElements(); ++k)
    result.real(k) = gelu(kind, result.real(k), scale, cubic);
  return result;
}

static llvm::Expected<Tensor> evaluateSilu(nn::SiluOp op, Operands operands) {
  Tensor result = *operands[0];
  double beta = toDouble(op.getBeta()).value_or(1);
  for (int64_t k = 0; k < result.getNumElements(); ++k)
    result.real(k) = silu(result.real(k), beta);
  return result;
}

static double reciprocal(double x) { return 1 / x; }

static double relu(double x) { return maximum(x, 0); }

static double mish(double x) {
  return x * std::tanh(std::log1p(std::exp(-std::fabs(x))) + maximum(x, 0));
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

/// Rounds `x` toward zero. Outside of 64 bits the result is undefined; it is the nearest
/// end here, and 0 for NaN.
static int64_t toInteger(double x, bool isUnsigned) {
  double low = isUnsigned ? 0 : -0x1p63, beyond = isUnsigned ? 0x1p64 : 0x1p63;
  if (std::isnan(x))
    return 0;
  if (x < low)
    return isUnsigned ? 0 : std::numeric_limits<int64_t>::min();
  if (x >= beyond)
    return isUnsigned ? -1 : std::numeric_limits<int64_t>::max();
  return isUnsigned ? static_cast<int64_t>(static_cast<uint64_t>(x))
                    : static_cast<int64_t>(x);
}

static double toReal(const Tensor &tensor, int64_t k) {
  if (tensor.isFloat())
    return tensor.real(k);
  return tensor.isUnsigned() ? static_cast<double>(uint64_t(tensor.integer(k)))
                             : static_cast<double>(tensor.integer(k));
}

/// A cast rounds, in every precision.
static llvm::Expected<Tensor> evaluateCast(nn::CastOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Tensor result(input.getShape(), elementTypeOf(op));
  for (int64_t k = 0; k < result.getNumElements(); ++k) {
    if (result.isFloat())
      result.real(k) = toReal(input, k);
    else if (result.getElementType().isInteger(1))
      result.integer(k) = input.isFloat() ? input.real(k) != 0 : input.integer(k) != 0;
    else
      result.integer(k) = input.isFloat() ? toInteger(input.real(k), result.isUnsigned())
                                          : input.integer(k);
  }
  result.round();
  return result;
}

//===----------------------------------------------------------------------===//
// Several operands
//===----------------------------------------------------------------------===//

using OnReals = double (*)(double, double);
using OnIntegers = int64_t (*)(int64_t, int64_t);

/// Applies a function to two numbers, with broadcasting.
static llvm::Expected<Tensor> combine(Operation *op, Operands operands, OnReals onReals,
                                      OnIntegers onSigned, OnIntegers onUnsigned) {
  const Tensor &lhs = *operands[0], &rhs = *operands[1];
  auto shape = broadcastShapes(op, {lhs.getShape(), rhs.getShape()});
  if (!shape)
    return shape.takeError();
  auto result = makeTensor(op, *shape, lhs.getElementType());
  if (!result)
    return result;
  OnIntegers onIntegers = lhs.isUnsigned() ? onUnsigned : onSigned;
  int64_t k = 0;
  for (const Index &index : Positions(*shape)) {
    int64_t i = lhs.broadcastOffset(index), j = rhs.broadcastOffset(index);
    if (lhs.isFloat())
      result->real(k++) = onReals(lhs.real(i), rhs.real(j));
    else
      result->integer(k++) = onIntegers(lhs.integer(i), rhs.integer(j));
  }
  return result;
}

/// Sums, differences and products of integers wrap around, whatever their sign.
static int64_t add(int64_t x, int64_t y) { return uint64_t(x) + uint64_t(y); }
static int64_t subtract(int64_t x, int64_t y) { return uint64_t(x) - uint64_t(y); }
static int64_t multiply(int64_t x, int64_t y) { return uint64_t(x) * uint64_t(y); }

/// x / 0, which is undefined, gives x, and the lowest number / -1 wraps around to itself.
static int64_t divide(int64_t x, int64_t y) {
  if (y == 0)
    return x;
  return y == -1 ? subtract(0, x) : x / y;
}
static int64_t divideUnsigned(int64_t x, int64_t y) {
  return y == 0 ? x : uint64_t(x) / uint64_t(y);
}

/// The remainder has the sign of y; for y = 0, where it is undefined, it is 0.
static int64_t modulo(int64_t x, int64_t y) {
  if (y == 0 || y == -1)
    return 0;
  int64_t rest = x % y;
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}
static int64_t moduloUnsigned(int64_t x, int64_t y) {
  return y == 0 ? 0 : uint64_t(x) % uint64_t(y);
}

static llvm::Expected<Tensor> evaluateAdd(nn::AddOp op, Operands operands) {
  return combine(op, operands, [](double x, double y) { return x + y; }, add, add);
}

static llvm::Expected<Tensor> evaluateSub(nn::SubOp op, Operands operands) {
  return combine(
      op, operands, [](double x, double y) { return x - y; }, subtract, subtract);
}

static llvm::Expected<Tensor> evaluateMul(nn::MulOp op, Operands operands) {
  return combine(
      op, operands, [](double x, double y) { return x * y; }, multiply, multiply);
}

static llvm::Expected<Tensor> evaluateDiv(nn::DivOp op, Operands operands) {
  return combine(
      op, operands, [](double x, double y) { return x / y; }, divide, divideUnsigned);
}

static llvm::Expected<Tensor> evaluateMod(nn::ModOp op, Operands operands) {
  return combine(
      op, operands, [](double x, double y) { return std::fmod(x, y); }, modulo,
      moduloUnsigned);
}

static llvm::Expected<Tensor> evaluateMaximum(nn::MaximumOp op, Operands operands) {
  return combine(
      op, operands, maximum, [](int64_t x, int64_t y) { return std::max(x, y); },
      [](int64_t x, int64_t y) -> int64_t { return std::max(uint64_t(x), uint64_t(y)); });
}

static llvm::Expected<Tensor> evaluateMinimum(nn::MinimumOp op, Operands operands) {
  return combine(
      op, operands, minimum, [](int64_t x, int64_t y) { return std::min(x, y); },
      [](int64_t x, int64_t y) -> int64_t { return std::min(uint64_t(x), uint64_t(y)); });
}

template <typename OpT>
static llvm::Expected<Tensor> evaluateLogical(OpT op, Operands operands) {
  return combine(
      op, operands, nullptr,
      [](int64_t x, int64_t y) -> int64_t {
        if constexpr (std::is_same_v<OpT, nn::AndOp>)
          return x & y;
        else if constexpr (std::is_same_v<OpT, nn::OrOp>)
          return x | y;
        else
          return x ^ y;
      },
      nullptr);
}

/// Computes an integer to a whole power. Negative powers round toward zero; those of 0,
/// which are undefined, give 1.
static int64_t power(int64_t x, int64_t exponent) {
  if (exponent < 0)
    return x == 1 || x == 0 ? 1 : x == -1 ? (exponent % 2 ? -1 : 1) : 0;
  int64_t result = 1;
  for (int64_t square = x; exponent > 0; exponent /= 2) {
    if (exponent % 2)
      result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/// The exponent may have another element type than the base.
static llvm::Expected<Tensor> evaluatePow(nn::PowOp op, Operands operands) {
  const Tensor &base = *operands[0], &exponent = *operands[1];
  auto shape = broadcastShapes(op, {base.getShape(), exponent.getShape()});
  if (!shape)
    return shape.takeError();
  auto result = makeTensor(op, *shape, base.getElementType());
  if (!result)
    return result;
  int64_t k = 0;
  for (const Index &index : Positions(*shape)) {
    int64_t i = base.broadcastOffset(index), j = exponent.broadcastOffset(index);
    if (base.isFloat())
      result->real(k++) = std::pow(base.real(i), toReal(exponent, j));
    else
      result->integer(k++) =
          power(base.integer(i), exponent.isFloat() ? toInteger(exponent.real(j), false)
                                                    : exponent.integer(j));
  }
  return result;
}

template <typename Number>
static bool compare(nn::ComparePredicate predicate, Number x, Number y) {
  switch (predicate) {
  case nn::ComparePredicate::Equal:
    return x == y;
  case nn::ComparePredicate::Less:
    return x < y;
  case nn::ComparePredicate::LessOrEqual:
    return x <= y;
  case nn::ComparePredicate::Greater:
    return x > y;
  case nn::ComparePredicate::GreaterOrEqual:
    return x >= y;
  }
  return false;
}

static llvm::Expected<Tensor> evaluateCompare(nn::CompareOp op, Operands operands) {
  const Tensor &lhs = *operands[0], &rhs = *operands[1];
  auto shape = broadcastShapes(op, {lhs.getShape(), rhs.getShape()});
  if (!shape)
    return shape.takeError();
  return generate(op, *shape, elementTypeOf(op), [&](const Index &index) {
    int64_t i = lhs.broadcastOffset(index), j = rhs.broadcastOffset(index);
    if (lhs.isFloat())
      return compare(op.getPredicate(), lhs.real(i), rhs.real(j));
    if (lhs.isUnsigned())
      return compare(op.getPredicate(), uint64_t(lhs.integer(i)), uint64_t(rhs.integer(j)));
    return compare(op.getPredicate(), lhs.integer(i), rhs.integer(j));
  });
}

static llvm::Expected<Tensor> evaluateWhere(nn::WhereOp op, Operands operands) {
  const Tensor &condition = *operands[0];
  auto shape = broadcastShapes(
      op, {condition.getShape(), operands[1]->getShape(), operands[2]->getShape()});
  if (!shape)
    return shape.takeError();
  auto result = makeTensor(op, *shape, operands[1]->getElementType());
  if (!result)
    return result;
  int64_t k = 0;
  for (const Index &index : Positions(*shape)) {
    bool isTrue = condition.integer(condition.broadcastOffset(index));
    const Tensor &chosen = isTrue ? *operands[1] : *operands[2];
    if (chosen.isFloat())
      result->real(k++) = chosen.real(chosen.broadcastOffset(index));
    else
      result->integer(k++) = chosen.integer(chosen.broadcastOffset(index));
  }
  return result;
}

void reference::addNNElementwise(OpTable &table) {
  table.add(evaluateConstant);
  table.add(evaluateNeg);
  table.add(evaluateAbs);
  table.add(evaluateNot);
  table.add(mapReals<nn::ExpOp, std::exp>);
  table.add(mapReals<nn::LogOp, std::log>);
  table.add(mapReals<nn::SinOp, std::sin>);
  table.add(mapReals<nn::CosOp, std::cos>);
  table.add(mapReals<nn::AtanOp, std::atan>);
  table.add(mapReals<nn::FloorOp, std::floor>);
  table.add(mapReals<nn::CeilOp, std::ceil>);
  // Ties go to the even number, in the rounding mode that every program begins with.
  table.add(mapReals<nn::RoundOp, std::nearbyint>);
  table.add(mapReals<nn::SqrtOp, std::sqrt>);
  table.add(mapReals<nn::ReciprocalOp, reciprocal>);
  table.add(mapReals<nn::TanhOp, std::tanh>);
  table.add(mapReals<nn::ErfOp, std::erf>);
  table.add(mapReals<nn::SigmoidOp, sigmoid>);
  table.add(mapReals<nn::ReluOp, relu>);
  table.add(evaluateSilu);
  table.add(mapReals<nn::MishOp, mish>);
  table.add(evaluateGelu);
  table.add(evaluateCast);
  table.add(evaluateAdd);
  table.add(evaluateSub);
  table.add(evaluateMul);
  table.add(evaluateDiv);
  table.add(evaluateMod);
  table.add(evaluateMaximum);
  table.add(evaluateMinimum);
  table.add(evaluateLogical<nn::AndOp>);
  table.add(evaluateLogical<nn::OrOp>);
  table.add(evaluateLogical<nn::XorOp>);
  table.add(evaluatePow);
  table.add(evaluateCompare);
  table.add(evaluateWhere);
}
