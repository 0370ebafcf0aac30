//===- FixedPoint.cpp - Ring arithmetic on scalars ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions are those of CrypTen (arXiv 2109.00984, and its sources), step by step, so
// that their errors are reproduced as well.
//
//===----------------------------------------------------------------------===//

#include "FixedPoint.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace tacit;

static constexpr int64_t kWord = 64;

Value FixedPoint::integer(int64_t value) {
  return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(value));
}

Value FixedPoint::number(double number) {
  return integer(static_cast<int64_t>(std::floor(std::ldexp(number, fraction) + 0.5)));
}

Value FixedPoint::wrap(Value x) {
  if (width == kWord)
    return x;
  Value shift = integer(kWord - width);
  return arith::ShRSIOp::create(b, loc, arith::ShLIOp::create(b, loc, x, shift), shift);
}

Value tacit::buildIsOutside(OpBuilder &b, Location loc, Value number, int64_t width) {
  auto beyond = [&](arith::CmpFPredicate when, double bound) -> Value {
    Value limit = arith::ConstantOp::create(b, loc, b.getF64FloatAttr(bound));
    return arith::CmpFOp::create(b, loc, when, number, limit);
  };
  Value isOutside = arith::OrIOp::create(
      b, loc, beyond(arith::CmpFPredicate::OGE, std::ldexp(1.0, width - 1)),
      beyond(arith::CmpFPredicate::OLT, -std::ldexp(1.0, width - 1)));
  return arith::ExtUIOp::create(b, loc, b.getI64Type(), isOutside);
}

template <typename Op, typename FloatOp>
Value FixedPoint::compute(Value x, Value y) {
  if (wraps) {
    Type f64 = b.getF64Type();
    Value exact = FloatOp::create(b, loc, arith::SIToFPOp::create(b, loc, f64, x),
                                  arith::SIToFPOp::create(b, loc, f64, y));
    wraps = arith::AddIOp::create(b, loc, wraps, buildIsOutside(b, loc, exact, width));
  }
  return wrap(Op::create(b, loc, x, y));
}

Value FixedPoint::add(Value x, Value y) {
  return compute<arith::AddIOp, arith::AddFOp>(x, y);
}

Value FixedPoint::subtract(Value x, Value y) {
  return compute<arith::SubIOp, arith::SubFOp>(x, y);
}

Value FixedPoint::multiply(Value x, Value y) {
  return compute<arith::MulIOp, arith::MulFOp>(x, y);
}

Value FixedPoint::shiftRight(Value x, int64_t bits) {
  return arith::ShRSIOp::create(b, loc, x, integer(bits));
}

Value FixedPoint::product(Value x, Value y) { return shiftRight(multiply(x, y), fraction); }

Value FixedPoint::encode(Value real, int64_t bits) {
  Type f64 = b.getF64Type();
  auto constant = [&](double value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getF64FloatAttr(value));
  };
  Value wide = arith::ExtFOp::create(b, loc, f64, real);
  Value scaled = arith::MulFOp::create(b, loc, wide, constant(std::ldexp(1.0, bits)));
  Value shifted = arith::AddFOp::create(b, loc, scaled, constant(0.5));
  Value whole = math::FloorOp::create(b, loc, shifted);
  // The largest double below 2^(width - 1): beyond i64 a conversion is undefined.
  double high = std::nextafter(std::ldexp(1.0, width - 1), 0);
  double low = -std::ldexp(1.0, width - 1);
  auto clamp = [&](arith::CmpFPredicate when, Value value, double bound) -> Value {
    Value is = arith::CmpFOp::create(b, loc, when, value, constant(bound));
    return arith::SelectOp::create(b, loc, is, constant(bound), value);
  };
  // NaN compares false with itself; it becomes the lower end.
  whole = clamp(arith::CmpFPredicate::OGT, whole, high);
  whole = clamp(arith::CmpFPredicate::ULT, whole, low);
  return wrap(arith::FPToSIOp::create(b, loc, b.getI64Type(), whole));
}

Value FixedPoint::decode(Value x) {
  Value wide = arith::SIToFPOp::create(b, loc, b.getF64Type(), x);
  Value unit =
      arith::ConstantOp::create(b, loc, b.getF64FloatAttr(std::ldexp(1.0, -fraction)));
  return arith::TruncFOp::create(b, loc, b.getF32Type(),
                                 arith::MulFOp::create(b, loc, wide, unit));
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

Value FixedPoint::exp(Value x) {
  Value power = add(number(1), shiftRight(x, 8));
  for (int i = 0; i < 8; ++i)
    power = product(power, power);
  return power;
}

Value FixedPoint::reciprocal(Value x) {
  Value start = exp(subtract(number(0.5), x));
  Value y = add(multiply(start, integer(3)), number(0.003));
  for (int i = 0; i < 10; ++i) {
    Value step = product(product(y, y), x);
    y = subtract(add(y, y), step);
  }
  return y;
}

Value FixedPoint::rsqrt(Value x, int64_t steps) {
  Value start = exp(subtract(integer(0), add(shiftRight(x, 1), number(0.2))));
  Value y = add(product(start, number(2.2)), number(0.2));
  y = subtract(y, shiftRight(x, 10));
  for (int64_t i = 0; i < steps; ++i) {
    Value rest = subtract(number(3), product(x, product(y, y)));
    y = shiftRight(product(y, rest), 1);
  }
  return y;
}
