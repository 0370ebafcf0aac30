//===- ExpandOwn.cpp - The functions of the suite tacit -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A product costs one opening when it is truncated, whatever its fraction, and comparisons
// of the same secret share one. So numbers that are small have large fractions in between,
// ranges are found by many comparisons at once, and iterations start from what is left of a
// number when its power of two has been taken out.
//
//===----------------------------------------------------------------------===//

#include "Arithmetic.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace tacit::mpc;

static ShareType shareOf(Value value) { return cast<ShareType>(value.getType()); }

/// The fraction of numbers that are at most 1, and of what iterations compute. Products
/// have twice as much.
static constexpr int64_t kFine = 28, kIteration = 24;

//===----------------------------------------------------------------------===//
// Maximum
//===----------------------------------------------------------------------===//

/// Halves the row until one number is left: the larger of a and b is a - (a - b) [a < b].
Value tacit::mpc::emitOwnMax(Arithmetic &a, Value x, int64_t axis) {
  for (int64_t size = shareOf(x).getDimSize(axis); size > 1;
       size = shareOf(x).getDimSize(axis)) {
    int64_t half = size / 2;
    Value left = a.slice(x, axis, 0, half), right = a.slice(x, axis, half, 2 * half);
    Value difference = a.sub(left, right);
    Value larger = a.sub(left, a.product(difference, a.isNegative(difference)));
    x = size % 2 ? a.concat({larger, a.slice(x, axis, 2 * half, size)}, axis) : larger;
  }
  return x;
}

//===----------------------------------------------------------------------===//
// Exponential
//===----------------------------------------------------------------------===//

/// exp(x) is (1 + y + y^2 / 2)^(2^n) with y = x / 2^n; for x from -kLeastExponent to 0 it
/// is off by at most x^3 / (6 * 2^(2n)), relatively. Below, it is that of -kLeastExponent,
/// which is 0 in most fractions.
static constexpr int64_t kSquarings = 5;
static constexpr double kLeastExponent = 16;

Value tacit::mpc::emitOwnExp(Arithmetic &a, Value x) {
  int64_t fraction = shareOf(x).getFraction();
  Value beyond = a.add(x, kLeastExponent);
  Value limited = a.sub(x, a.product(beyond, a.isNegative(beyond)));
  Value square = a.shift(a.squareOf(limited), 2 * kSquarings + 1);
  Value linear = a.raise(a.shift(limited, kSquarings), shareOf(square).getFraction());
  Value power = a.truncate(a.add(a.add(square, linear), 1), kFine);
  for (int64_t i = 0; i < kSquarings; ++i)
    power = a.truncate(a.squareOf(power), i + 1 < kSquarings ? kFine : fraction);
  return power;
}

//===----------------------------------------------------------------------===//
// Powers of two
//===----------------------------------------------------------------------===//

/// Returns whether x is below 2^(step e), for each e from lowest + 1 to highest: bits of a
/// new first dimension, so that one comparison computes all of them.
static Value compareWithPowers(Arithmetic &a, Value x, int64_t step, int64_t lowest,
                               int64_t highest) {
  SmallVector<double> bounds;
  for (int64_t e = lowest + 1; e <= highest; ++e)
    bounds.push_back(-std::ldexp(1.0, static_cast<int>(step * e)));
  return a.isNegative(a.addEach(x, bounds));
}

/// For x from 2^(step lowest) to 2^(step (highest + 1)), returns `valueOf(e)` where
/// 2^(step e) <= x < 2^(step (e + 1)). The values have `fraction` bits of fraction, and are
/// exact. `isBelow` compares x with the powers.
static Value stepFunction(Arithmetic &a, Value isBelow, int64_t lowest, int64_t fraction,
                          llvm::function_ref<double(int64_t)> valueOf) {
  // Below each bound the value of the range above is taken away, and that of the one below
  // is added.
  SmallVector<double> steps;
  int64_t count = shareOf(isBelow).getDimSize(0);
  for (int64_t e = lowest; e < lowest + count; ++e)
    steps.push_back(valueOf(e) - valueOf(e + 1));
  return a.add(a.sumOfEach(isBelow, steps, fraction), valueOf(lowest + count));
}

//===----------------------------------------------------------------------===//
// Reciprocal
//===----------------------------------------------------------------------===//

/// With z = x / 2^(e+1) in [1/2, 1), y = 45/16 - 15/8 z is within 1/16 of 1/z, and with r =
/// 1 - z y, 1/z is y (1 + r) (1 + r^2) (1 + r^4), up to r^8.
Value tacit::mpc::emitOwnReciprocal(Arithmetic &a, Value x, int64_t lowest,
                                    int64_t highest) {
  int64_t fraction = shareOf(x).getFraction();
  lowest = std::max(lowest, 1 - fraction);
  Value bits = compareWithPowers(a, x, 1, lowest, highest);
  Value scale = stepFunction(a, bits, lowest, highest + 1, [](int64_t e) {
    return std::ldexp(1.0, static_cast<int>(-e - 1));
  });
  Value z = a.truncate(a.raise(a.product(x, scale), 2 * kIteration), kIteration);
  Value y = a.add(a.scaleBy(z, -1.875, 4), 2.8125);
  Value rest = a.truncate(a.add(a.neg(a.product(z, y)), 1), kIteration);
  y = a.truncate(y, kIteration);
  for (int i = 0; i < 3; ++i) {
    y = a.truncate(a.product(y, a.add(rest, 1)), kIteration);
    if (i < 2)
      rest = a.truncate(a.squareOf(rest), kIteration);
  }
  return a.truncate(a.product(y, scale), fraction);
}

//===----------------------------------------------------------------------===//
// Reciprocal of the root
//===----------------------------------------------------------------------===//

/// The powers of four between which a mean of squares is.
static constexpr int64_t kLeastRoot = -10, kLargestRoot = 8;

/// Returns 1 / sqrt(x) with kIteration bits of fraction; x has as many. With z = x /
/// 4^(e+1) in [1/4, 1), y = 2.1328 - 1.21875 z is within 9 % of 1 / sqrt(z); g = z y and h
/// = y / 2 approach sqrt(z) and 1 / (2 sqrt(z)) by g (1 + r) and h (1 + r) with r = 1/2 - g
/// h (Goldschmidt).
static Value fineRsqrt(Arithmetic &a, Value x) {
  Value bits = compareWithPowers(a, x, 2, kLeastRoot, kLargestRoot);
  Value quarter = stepFunction(a, bits, kLeastRoot, 2 * (kLargestRoot + 1), [](int64_t e) {
    return std::ldexp(1.0, static_cast<int>(-2 * (e + 1)));
  });
  Value half = stepFunction(a, bits, kLeastRoot, kLargestRoot + 1, [](int64_t e) {
    return std::ldexp(1.0, static_cast<int>(-(e + 1)));
  });
  Value z = a.truncate(a.product(x, quarter), kIteration);
  Value y = a.add(a.scaleBy(z, -1.21875, 5), 2.1328125);
  Value g = a.truncate(a.product(z, y), kIteration);
  Value h = a.truncate(a.shift(y, 1), kIteration);
  for (int i = 0; i < 3; ++i) {
    Value rest = a.truncate(a.add(a.neg(a.product(g, h)), 0.5), kIteration);
    Value factor = a.add(rest, 1);
    if (i < 2)
      g = a.truncate(a.product(g, factor), kIteration);
    h = a.truncate(a.product(h, factor), kIteration);
  }
  // Twice h: the words of a fraction that is smaller by one.
  return a.truncate(a.product(a.scaleBy(h, 2, 0), half), kIteration);
}

Value tacit::mpc::emitOwnRsqrt(Arithmetic &a, Value x) {
  int64_t fraction = shareOf(x).getFraction();
  Value fine = fraction <= kIteration ? a.raise(x, kIteration) : a.truncate(x, kIteration);
  Value root = fineRsqrt(a, fine);
  return fraction <= kIteration ? a.truncate(root, fraction) : a.raise(root, fraction);
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

namespace {
/// The length n of rows, as ratio * 2^exponent with a ratio from 1/2 to 1: a division by
/// the power of two moves no bits.
struct RowLength {
  explicit RowLength(Value x) : axis(shareOf(x).getRank() - 1) {
    auto count = static_cast<uint64_t>(std::max<int64_t>(shareOf(x).getDimSize(axis), 1));
    n = static_cast<double>(count);
    exponent = llvm::Log2_64_Ceil(count);
    ratio = std::ldexp(n, -static_cast<int>(exponent));
  }

  int64_t axis, exponent;
  double n, ratio;
};
} // namespace

/// The fraction of a factor that is not a power of two.
static constexpr int64_t kRatioBits = 14;

/// Returns x / sqrt(mean(x^2) + epsilon) along the last axis, as sqrt(ratio) x /
/// sqrt(sum(x^2) / 2^exponent + ratio epsilon).
static Value normalizeRows(Arithmetic &a, Value x, double epsilon) {
  RowLength length(x);
  int64_t fraction = shareOf(x).getFraction();
  Value sum = a.shift(a.sum(a.squareOf(x), length.axis), length.exponent);
  Value mean = a.truncate(a.add(sum, length.ratio * epsilon), kIteration);
  Value product = a.product(x, fineRsqrt(a, mean));
  if (length.ratio != 1)
    product = a.scaleBy(product, std::sqrt(length.ratio), kRatioBits);
  return a.truncate(product, fraction);
}

Value tacit::mpc::emitOwnRMSNorm(Arithmetic &a, Value x, double epsilon) {
  return normalizeRows(a, x, epsilon);
}

/// Normalizes ratio (x - mean), which is (n x - sum(x)) / 2^exponent and exact, so that
/// rows of large and nearly equal numbers lose nothing.
Value tacit::mpc::emitOwnLayerNorm(Arithmetic &a, Value x, double epsilon) {
  RowLength length(x);
  Value difference = a.sub(a.scaleBy(x, length.n, 0), a.sum(x, length.axis));
  Value scaled = a.truncate(a.shift(difference, length.exponent), shareOf(x).getFraction());
  return normalizeRows(a, scaled, length.ratio * length.ratio * epsilon);
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// A score that is excluded is below all others.
static constexpr double kExcluded = -8192;

Value tacit::mpc::emitOwnSoftmax(Arithmetic &a, Value x, Value keep, int64_t axis) {
  Value scores = x;
  if (keep)
    scores = a.add(a.mask(a.add(x, -kExcluded), keep), kExcluded);
  Value difference = a.sub(x, a.max(scores, axis));
  // An excluded score may be above the largest that counts.
  if (keep)
    difference = a.mask(difference, keep);
  Value powers = a.exp(difference);
  if (keep)
    powers = a.mask(powers, keep);
  // The largest power is 1, and the others are at most 1.
  auto count = static_cast<uint64_t>(shareOf(x).getDimSize(axis));
  Value sum = a.sum(powers, axis);
  Value inverse = emitOwnReciprocal(a, a.add(sum, 0.0009765625), -1,
                                    static_cast<int64_t>(llvm::Log2_64_Ceil(count + 1)));
  return a.mul(powers, inverse);
}
