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

Value FixedPoint::isNegative(Value x) {
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, x, integer(0));
}

Value FixedPoint::fromBit(Value bit) {
  return arith::ExtUIOp::create(b, loc, b.getI64Type(), bit);
}

Value FixedPoint::shiftRight(Value x, int64_t bits) {
  return arith::ShRSIOp::create(b, loc, x, integer(bits));
}

Value FixedPoint::product(Value x, Value y) { return truncate(multiply(x, y), fraction); }

//===----------------------------------------------------------------------===//
// Truncation of shares
//===----------------------------------------------------------------------===//

// The generator is SplitMix64 (Steele, Lea and Flood, 2014) on a counter: each draw depends
// on the seed, the operation, the element and the step alone, and not on the order in which
// elements are computed. It is not cryptographic, and need not be: it decides where a
// simulation fails, and hides nothing.
//
// The lowest bit of the counter is that of the seed, because every step is even. If it is
// 0, shares are from half of the ring: truncations have the same small errors, and none
// fails while numbers are in the other half. After a failure the numbers are no longer
// those of the model, so that another run says what is to be expected.

/// The step of the counter. Half of it is odd, so that the bits above the lowest one take
/// every value.
static constexpr uint64_t kStep = 2 * 0x9E3779B97F4A7C15;
/// More draws than any operation makes for one element.
static constexpr uint64_t kMaxDraws = 512;

/// Builds arithmetic on words that wraps around.
static Value buildWord(OpBuilder &b, Location loc, uint64_t word) {
  return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(static_cast<int64_t>(word)));
}

static Value buildMix(OpBuilder &b, Location loc, Value x) {
  auto fold = [&](int64_t shift, uint64_t factor) {
    Value high = arith::ShRUIOp::create(b, loc, x, buildWord(b, loc, shift));
    x = arith::XOrIOp::create(b, loc, x, high);
    if (factor != 1)
      x = arith::MulIOp::create(b, loc, x, buildWord(b, loc, factor));
  };
  fold(30, 0xBF58476D1CE4E5B9);
  fold(27, 0x94D049BB133111EB);
  fold(31, 1);
  return x;
}

Value tacit::buildStream(OpBuilder &b, Location loc, Value seed, int64_t number) {
  // An odd factor, so that operations differ in more than a few bits.
  uint64_t word = static_cast<uint64_t>(number + 1) * 0xD1342543DE82EF95;
  Value mixed =
      buildMix(b, loc, arith::XOrIOp::create(b, loc, seed, buildWord(b, loc, word)));
  mixed = buildMix(b, loc, arith::AddIOp::create(b, loc, mixed, buildWord(b, loc, kStep)));
  Value bit = arith::AndIOp::create(b, loc, seed, buildWord(b, loc, 1));
  Value high = arith::ShLIOp::create(b, loc, mixed, buildWord(b, loc, 1));
  return arith::OrIOp::create(b, loc, high, bit);
}

Value tacit::buildCounter(OpBuilder &b, Location loc, Value stream, Value index) {
  Value step = arith::MulIOp::create(b, loc, index, buildWord(b, loc, kStep * kMaxDraws));
  return arith::AddIOp::create(b, loc, stream, step);
}

Value FixedPoint::draw() {
  random = arith::AddIOp::create(b, loc, random, integer(static_cast<int64_t>(kStep)));
  Value isWhole = arith::AndIOp::create(b, loc, random, integer(1));
  Value shift = arith::SubIOp::create(b, loc, integer(1), isWhole);
  return arith::ShRSIOp::create(b, loc, wrap(buildMix(b, loc, random)), shift);
}

Value FixedPoint::dropBits(Value x, int64_t bits) {
  // A negative number is moved up by one unit less the last place.
  Value sign = shiftRight(x, kWord - 1);
  Value most = arith::AndIOp::create(b, loc, sign, integer((int64_t(1) << bits) - 1));
  return shiftRight(arith::AddIOp::create(b, loc, x, most), bits);
}

void FixedPoint::countExpected() {
  expected = arith::ConstantOp::create(b, loc, b.getF64FloatAttr(0));
}

void FixedPoint::countFailure(Value x, Value y, Value difference) {
  Value isOutside;
  if (width == kWord) {
    // The signs of both differ, and that of the difference is not that of the first.
    Value signs = arith::AndIOp::create(b, loc, arith::XOrIOp::create(b, loc, x, y),
                                        arith::XOrIOp::create(b, loc, x, difference));
    isOutside = arith::ShRUIOp::create(b, loc, signs, integer(kWord - 1));
  } else {
    Value exact = arith::SubIOp::create(b, loc, x, y);
    Value differs =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, exact, difference);
    isOutside = arith::ExtUIOp::create(b, loc, b.getI64Type(), differs);
  }
  failed = arith::AddIOp::create(b, loc, failed, isOutside);
}

Value FixedPoint::truncate(Value x, int64_t bits) {
  if (!random || bits == 0)
    return shiftRight(x, bits);
  // One party has a random share, and the other the rest, modulo 2^width. As numbers with a
  // sign they add up to x, or, with a probability of |x| / 2^width, to x plus or minus
  // 2^width: then the result is wrong by 2^(width - bits). Each is divided as CrypTen does,
  // towards zero (crypten/mpc/primitives/arithmetic.py: div_).
  Value share = draw();
  Value rest = wrap(arith::SubIOp::create(b, loc, x, share));
  if (failed)
    countFailure(x, share, rest);
  if (expected) {
    Value real = arith::SIToFPOp::create(b, loc, b.getF64Type(), x);
    Value unit =
        arith::ConstantOp::create(b, loc, b.getF64FloatAttr(std::ldexp(1.0, -width)));
    Value odds = arith::MulFOp::create(b, loc, math::AbsFOp::create(b, loc, real), unit);
    expected = arith::AddFOp::create(b, loc, expected, odds);
  }
  return arith::AddIOp::create(b, loc, dropBits(share, bits), dropBits(rest, bits));
}

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
  Value power = add(number(1), truncate(x, 8));
  for (int i = 0; i < 8; ++i)
    power = product(power, power);
  return power;
}

Value FixedPoint::reciprocal(Value x) {
  Value start = exp(subtract(number(1), add(x, x)));
  Value y = add(multiply(start, integer(3)), number(0.003));
  for (int i = 0; i < 10; ++i) {
    Value step = product(product(y, y), x);
    y = subtract(add(y, y), step);
  }
  return y;
}

Value FixedPoint::rsqrt(Value x, int64_t steps) {
  Value start = exp(subtract(integer(0), add(truncate(x, 1), number(0.2))));
  Value y = add(product(start, number(2.2)), number(0.2));
  y = subtract(y, truncate(x, 10));
  for (int64_t i = 0; i < steps; ++i) {
    Value rest = subtract(number(3), product(x, product(y, y)));
    y = truncate(product(y, rest), 1);
  }
  return y;
}
