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
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace tacit::mpc;

static ShareType shareOf(Value value) { return cast<ShareType>(value.getType()); }

/// The fraction of numbers that are at most 1, and of what iterations compute. Products
/// have twice as much.
static constexpr int64_t kFine = 28, kIteration = 24;

/// Returns x with this fraction, which may be larger or smaller than its own.
static Value withFraction(Arithmetic &a, Value x, int64_t fraction) {
  return a.fractionOf(x) <= fraction ? a.raise(x, fraction) : a.truncate(x, fraction);
}

//===----------------------------------------------------------------------===//
// Polynomials
//===----------------------------------------------------------------------===//

/// The fraction of t and its powers, and the bits that the coefficients of their products
/// have. The sum, which is below 2, has twice the former and the latter.
static constexpr int64_t kPower = 24, kCoefficient = 13;

Value tacit::mpc::emitPolynomial(Arithmetic &a, const Polynomial &polynomial, Value x,
                                 int64_t fraction, double constant) {
  constexpr int64_t kSum = 2 * kPower + kCoefficient;
  ArrayRef<double> c = polynomial.coefficients;
  Value t = a.scaleBy(x, polynomial.factor, polynomial.factorBits), sum;
  t = a.limitFraction(t, kPower);
  auto add = [&](double coefficient, Value power) {
    Value term = a.scaleBy(power, coefficient, kSum - a.fractionOf(power));
    sum = sum ? a.add(sum, term) : term;
  };
  auto finish = [&] {
    return a.truncate(constant == 0 ? sum : a.add(sum, constant), fraction);
  };
  Value second = withFraction(a, a.squareOf(t), kPower);
  add(c[0], t);
  add(c[1], second);
  if (c.size() == 4) {
    add(c[2], a.product(t, second));
    add(c[3], a.squareOf(second));
    return finish();
  }
  Value third = a.truncate(a.product(t, second), kPower);
  Value fourth = a.truncate(a.squareOf(second), kPower);
  add(c[2], third);
  add(c[3], fourth);
  add(c[4], a.product(second, third));
  add(c[5], a.squareOf(third));
  add(c[6], a.product(third, fourth));
  add(c[7], a.squareOf(fourth));
  return finish();
}

//===----------------------------------------------------------------------===//
// Maximum
//===----------------------------------------------------------------------===//

/// Returns the larger of the elements that are `half` apart, and those that have no other:
/// the larger of a and b is a - (a - b) [a < b].
static Value halveRows(Arithmetic &a, Value x, int64_t axis, int64_t size, int64_t half) {
  int64_t count = size - half;
  Value left = a.slice(x, axis, 0, count), right = a.slice(x, axis, half, size);
  Value difference = a.sub(left, right);
  Value larger = a.sub(left, a.product(difference, a.isNegative(difference)));
  return count < half ? a.concat({larger, a.slice(x, axis, count, half)}, axis) : larger;
}

/// Returns the largest element of each row along the last axis, of those before the row's
/// end, by halving rows; those that end in the first half anyway are not compared.
static Value maxBefore(Arithmetic &a, Value x, SmallVector<int64_t> ends) {
  int64_t axis = shareOf(x).getRank() - 1, rows = axis - 1;
  auto numRows = static_cast<int64_t>(ends.size());
  for (int64_t size = *llvm::max_element(ends); size > 1;) {
    int64_t half = (size + 1) / 2;
    auto isLong = [&](int64_t end) { return end > half; };
    int64_t first = llvm::find_if(ends, isLong) - ends.begin();
    int64_t last = numRows - (llvm::find_if(llvm::reverse(ends), isLong) - ends.rbegin());
    SmallVector<Value> parts;
    auto keep = [&](int64_t from, int64_t to) {
      if (from < to)
        parts.push_back(a.slice(a.slice(x, rows, from, to), axis, 0, half));
    };
    keep(0, first);
    parts.push_back(halveRows(a, a.slice(x, rows, first, last), axis, size, half));
    keep(last, numRows);
    x = parts.size() == 1 ? parts.front() : a.concat(parts, rows);
    for (int64_t &end : ends)
      end = std::min(end, half);
    size = half;
  }
  return a.slice(x, axis, 0, 1);
}

Value tacit::mpc::emitOwnMax(Arithmetic &a, Value x, int64_t axis) {
  for (int64_t size = shareOf(x).getDimSize(axis); size > 1; size = (size + 1) / 2)
    x = halveRows(a, x, axis, size, (size + 1) / 2);
  return x;
}

//===----------------------------------------------------------------------===//
// Exponential
//===----------------------------------------------------------------------===//

/// For x up to 0, exp(x) is p(x / 16)^8, where p has degree 4; for x from -kLeastExponent
/// on it is off by at most 3.4e-6 (utils/fit-functions.py), and below, it is that of
/// -kLeastExponent, which is 0 in most fractions.
static constexpr int64_t kSquarings = 3;
static constexpr double kLeastExponent = 16;
static constexpr double kExp[] = {1.999925137, 1.996608479, 1.292027736, 0.4880231079};

Value tacit::mpc::emitOwnExp(Arithmetic &a, Value x) {
  int64_t fraction = shareOf(x).getFraction();
  Value beyond = a.add(x, kLeastExponent);
  Value limited = a.sub(x, a.product(beyond, a.isNegative(beyond)));
  Value power =
      emitPolynomial(a, {1 / kLeastExponent, 4, kExp}, limited, kFine, /*constant=*/1);
  for (int64_t i = 0; i < kSquarings; ++i)
    power = a.truncate(a.squareOf(power), i + 1 < kSquarings ? kFine : fraction);
  return power;
}

/// For any x, exp(x) is q(x / 64)^64, where q are the first terms of the series: it is off
/// by 1e-5 of itself up to 8, and by 2.5e-4 at the end. Larger powers have fewer bits of
/// fraction, so that their squares have room up to that of kLargestExponent, which is 10^6
/// and stands for whatever is beyond.
static constexpr double kLargestExponent = 13.8125, kSeriesOf = 64;
static constexpr double kSeries[] = {1, 1.0 / 2, 1.0 / 6, 1.0 / 24};
static constexpr int64_t kFractionsOfPowers[] = {kFine, kFine, kFine, 25, 20};

Value tacit::mpc::emitOwnExpOfAny(Arithmetic &a, Value x) {
  int64_t fraction = shareOf(x).getFraction();
  Value isBelow = a.isNegative(a.addEach(x, {kLeastExponent, -kLargestExponent}));
  Value tooSmall = a.product(a.add(x, kLeastExponent), a.row(isBelow, 0));
  Value notLarge = a.product(a.add(x, -kLargestExponent), a.row(isBelow, 1));
  Value limited = a.add(a.sub(notLarge, tooSmall), kLargestExponent);
  Value power =
      emitPolynomial(a, {1 / kSeriesOf, 6, kSeries}, limited, kFine, /*constant=*/1);
  for (int64_t next : kFractionsOfPowers)
    power = a.truncate(a.squareOf(power), next);
  return a.truncate(a.squareOf(power), fraction);
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

/// The powers of four between which a mean of squares is, and up to which any other number
/// may be.
static constexpr int64_t kLeastRoot = -10, kLargestRoot = 8, kLargestRootOfAny = 17;

/// Returns 1 / sqrt(x) with kIteration bits of fraction; x has as many. With z = x /
/// 4^(e+1) in [1/4, 1), y = 2.1328 - 1.21875 z is within 9 % of 1 / sqrt(z); g = z y and h
/// = y / 2 approach sqrt(z) and 1 / (2 sqrt(z)) by g (1 + r) and h (1 + r) with r = 1/2 - g
/// h (Goldschmidt).
static Value fineRsqrt(Arithmetic &a, Value x, int64_t largest) {
  Value bits = compareWithPowers(a, x, 2, kLeastRoot, largest);
  Value quarter = stepFunction(a, bits, kLeastRoot, 2 * (largest + 1), [](int64_t e) {
    return std::ldexp(1.0, static_cast<int>(-2 * (e + 1)));
  });
  Value half = stepFunction(a, bits, kLeastRoot, largest + 1, [](int64_t e) {
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
  Value root = fineRsqrt(a, withFraction(a, x, kIteration), kLargestRootOfAny);
  return withFraction(a, root, fraction);
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
  Value mean = withFraction(a, a.add(sum, length.ratio * epsilon), kIteration);
  Value product = a.product(x, fineRsqrt(a, mean, kLargestRoot));
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

static Value exclude(Arithmetic &a, Value scores, Value keep) {
  return a.add(a.mask(a.add(scores, -kExcluded), keep), kExcluded);
}

/// Returns the reciprocal of the sum of powers of which the largest is 1, and the others
/// are at most 1.
static Value invertSum(Arithmetic &a, Value powers, int64_t axis) {
  auto count = static_cast<uint64_t>(shareOf(powers).getDimSize(axis));
  return emitOwnReciprocal(a, a.sum(powers, axis), -1,
                           static_cast<int64_t>(llvm::Log2_64_Ceil(count + 1)));
}

namespace {
/// The scores of each row that take part.
struct Ranges {
  SmallVector<int64_t> begins, ends;
};
} // namespace

/// The most elements of a mask that are read.
static constexpr int64_t kMaxMask = int64_t(1) << 24;

/// Returns the range of each row along the last axis, if the same constant mask excludes
/// what is before and after it in all matrices of scores.
static std::optional<Ranges> rangesOf(Value keep, ShareType scores, int64_t axis) {
  int64_t rank = scores.getRank();
  auto disclosed = keep ? keep.getDefiningOp<PublicOp>() : PublicOp();
  if (!disclosed || rank < 2 || axis != rank - 1)
    return std::nullopt;
  auto constant = disclosed.getInput().getDefiningOp<tacit::nn::ConstantOp>();
  auto payload =
      constant ? tacit::readPayload(constant.getValue(), kMaxMask) : std::nullopt;
  int64_t numRows = scores.getDimSize(rank - 2), columns = scores.getDimSize(axis);
  if (!payload || payload->type.getShape().empty() ||
      payload->type.getShape().back() != columns)
    return std::nullopt;
  ArrayRef<int64_t> values(payload->values);
  bool isRepeated = static_cast<int64_t>(values.size()) == columns;
  if (columns == 0 ||
      (!isRepeated && static_cast<int64_t>(values.size()) != numRows * columns))
    return std::nullopt;
  // All matrices have the mask, unless it is one of columns that another dimension repeats.
  ArrayRef<int64_t> shape = payload->type.getShape();
  if (!isRepeated && (shape.size() < 2 || shape[shape.size() - 2] != numRows))
    return std::nullopt;
  Ranges ranges;
  int64_t count = 0;
  for (int64_t row = 0; row < numRows; ++row) {
    ArrayRef<int64_t> own = values.slice(isRepeated ? 0 : row * columns, columns);
    auto isKept = [](int64_t value) { return value != 0; };
    int64_t begin = llvm::find_if(own, isKept) - own.begin();
    int64_t end = columns - (llvm::find_if(llvm::reverse(own), isKept) - own.rbegin());
    if (begin >= end || llvm::is_contained(own.slice(begin, end - begin), 0))
      return std::nullopt;
    ranges.begins.push_back(begin);
    ranges.ends.push_back(end);
    count += end - begin;
  }
  if (count == numRows * columns)
    return std::nullopt;
  return ranges;
}

/// Returns the packed scores. If nothing else reads them, they are truncated afterwards.
static Value packScores(Arithmetic &a, Value x, const Ranges &ranges) {
  auto truncate = x.getDefiningOp<TruncateOp>();
  if (!truncate || !x.hasOneUse())
    return a.pack(x, ranges.begins, ranges.ends);
  Value packed = a.pack(truncate.getInput(), ranges.begins, ranges.ends);
  return a.truncate(packed, shareOf(x).getFraction());
}

/// Only scores that take part are truncated, exponentiated, and multiplied by the inverse
/// of their row's sum.
static Value packedSoftmax(Arithmetic &a, Value x, Value keep, const Ranges &ranges) {
  SmallVector<int64_t> shape(shareOf(x).getShape());
  int64_t axis = shareOf(x).getRank() - 1, columns = shape.back();
  Value packed = packScores(a, x, ranges);
  auto unpack = [&](Value value) {
    return a.unpack(value, ranges.begins, ranges.ends, columns);
  };
  auto spread = [&](Value ofRows) {
    return a.pack(a.expand(ofRows, shape), ranges.begins, ranges.ends);
  };
  Value largest = maxBefore(a, exclude(a, unpack(packed), keep), ranges.ends);
  Value powers = a.exp(a.sub(packed, spread(largest)));
  Value inverse = invertSum(a, unpack(powers), axis);
  return unpack(a.mul(powers, spread(inverse)));
}

Value tacit::mpc::emitOwnSoftmax(Arithmetic &a, Value x, Value keep, int64_t axis) {
  if (auto ranges = rangesOf(keep, shareOf(x), axis))
    return packedSoftmax(a, x, keep, *ranges);
  Value difference = a.sub(x, a.max(keep ? exclude(a, x, keep) : x, axis));
  // An excluded score may be above the largest that counts.
  if (keep)
    difference = a.mask(difference, keep);
  Value powers = a.exp(difference);
  if (keep)
    powers = a.mask(powers, keep);
  return a.mul(powers, invertSum(a, powers, axis));
}
