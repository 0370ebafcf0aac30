//===- ExpandOwnActivations.cpp - Activations of the suite tacit ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// GELU and SiLU are max(x, 0) minus a bump, sigmoid is a step plus or minus a tail, and
// bump and tail are functions of |x| that vanish beyond a bound. So x is compared with 0
// and both bounds, which takes one opening and three signs that come at once, and the
// function of |x| is a polynomial.
//
//===----------------------------------------------------------------------===//

#include "Arithmetic.h"
#include "tacit/Numerics/GeluPieces.h"

using namespace mlir;
using namespace tacit::mpc;
using tacit::numerics::GeluPiece;

//===----------------------------------------------------------------------===//
// The polynomials. utils/fit-functions.py prints the coefficients and the errors. Those of
// degree 5 to 8 are multiples of 2^-13.
//===----------------------------------------------------------------------===//

/// -|x| (1 - erf(|x| / sqrt(2))) / 2, up to 1.3e-4.
static constexpr double kErf[] = {-1.986707702, 5.929953913,  5.209051234, -45.1038398,
                                  77.97900391,  -62.42163086, 23.58520508, -3.191040039};
/// The same for the form of GELU with tanh, up to 1.1e-4.
static constexpr double kTanh[] = {-1.987832355, 5.961273916,  4.933444653, -44.19065971,
                                   76.65722656,  -61.64221191, 23.53967285, -3.270874023};
/// -|x| / (1 + exp(|x|)), up to 1.1e-3.
static constexpr double kSilu[] = {-4.671336283, 23.84574228, -25.12654133, -98.0386429,
                                   343.8665771,  -454.723999, 285.4400635,  -70.59545898};
/// 1 / (1 + exp(|x|)), up to 3.4e-4.
static constexpr double kSigmoid[] = {0.01565575089, -0.1404097942, 0.9167704937,
                                      -3.367648277,  9.387084961,   -16.13330078,
                                      15.75793457,   -5.936279297};

namespace {
/// A polynomial that replaces a function of |x| <= bound: of |x|, or of bound - |x|.
struct Fit {
  double bound;
  Polynomial polynomial;
};
} // namespace

static constexpr Fit kErfFit{4, {0.25, 2, kErf}}, kTanhFit{4, {0.25, 2, kTanh}},
    kSiluFit{9.0625, {7.0 / 64, 6, kSilu}}, kSigmoidFit{8, {0.125, 3, kSigmoid}};

namespace {
/// What is known of x when it has been compared with -bound, 0 and bound.
struct Range {
  Range(Arithmetic &a, Value x, double bound) {
    Value isBelow = a.isNegative(a.addEach(x, {bound, 0, -bound}));
    isNegative = a.row(isBelow, 1);
    isInside = a.sumOfEach(isBelow, {-1, 0, 1}, 0);
    Value below = a.product(isBelow, x);
    positive = a.sub(x, a.row(below, 1));
    magnitude = a.sumOfEach(below, {1, -2, 1}, 0);
  }

  /// Bits: x < 0, and -bound <= x < bound.
  Value isNegative, isInside;
  /// max(x, 0), and |x| inside the bounds and 0 elsewhere.
  Value positive, magnitude;
};
} // namespace

/// Beyond the bounds this is max(x, 0), and exact.
static Value rampAndBump(Arithmetic &a, const Fit &fit, Value x) {
  Range range(a, x, fit.bound);
  return a.add(emitPolynomial(a, fit.polynomial, range.magnitude, a.fractionOf(x)),
               range.positive);
}

std::optional<double> tacit::mpc::errorOfOwnFunction(Operation *op) {
  if (auto gelu = dyn_cast<GeluOp>(op))
    return isOneFunction(gelu.getKind()) ? std::optional(kActivationError) : std::nullopt;
  if (isa<SiluOp>(op))
    return kSiluError;
  if (isa<SigmoidOp, TanhOp>(op))
    return kActivationError;
  return std::nullopt;
}

Value tacit::mpc::emitOwnSilu(Arithmetic &a, Value x) {
  return rampAndBump(a, kSiluFit, x);
}

/// sigmoid(-|x|) is the tail S, and sigmoid(x) is S where x < 0, and 1 - S elsewhere.
Value tacit::mpc::emitOwnSigmoid(Arithmetic &a, Value x) {
  int64_t fraction = a.fractionOf(x);
  Range range(a, x, kSigmoidFit.bound);
  Value edge = a.scaleBy(range.isInside, kSigmoidFit.bound, fraction);
  Value tail =
      emitPolynomial(a, kSigmoidFit.polynomial, a.sub(edge, range.magnitude), fraction);
  Value twice = a.scaleBy(a.product(tail, range.isNegative), 2, 0);
  Value step = a.add(a.scaleBy(range.isNegative, -1, fraction), 1);
  return a.add(step, a.sub(twice, tail));
}

/// 2 sigmoid(2 x) - 1.
Value tacit::mpc::emitOwnTanh(Arithmetic &a, Value x) {
  return a.add(a.scaleBy(emitOwnSigmoid(a, a.scaleBy(x, 2, 0)), 2, 0), -1);
}

/// The piece between the bounds is x/2 plus a polynomial of |x|, which is max(x, 0) plus
/// the same polynomial less |x|/2; its constant is there between the bounds only.
static Value ofPieces(Arithmetic &a, ArrayRef<GeluPiece> pieces, Value x) {
  constexpr int64_t kShift = 2;
  ArrayRef<double> c = pieces[1].coefficients;
  double scale = 1 << kShift;
  double coefficients[] = {(c[1] - 0.5) * scale, c[2] * scale * scale,
                           c[3] * std::pow(scale, 3), c[4] * std::pow(scale, 4)};
  Fit fit{pieces[1].bound, {1 / scale, kShift, coefficients}};
  Range range(a, x, fit.bound);
  int64_t fraction = a.fractionOf(x);
  Value sum =
      a.add(emitPolynomial(a, fit.polynomial, range.magnitude, fraction), range.positive);
  return a.add(sum, a.scaleBy(range.isInside, c[0], fraction));
}

Value tacit::mpc::emitOwnGelu(Arithmetic &a, GeluKind kind, Value x) {
  if (kind == GeluKind::Erf || kind == GeluKind::Tanh)
    return rampAndBump(a, kind == GeluKind::Erf ? kErfFit : kTanhFit, x);
  ArrayRef<GeluPiece> pieces = numerics::geluPieces(kind);
  // The polynomials of |x| up to 4 in between, which BOLT's is.
  if (pieces.size() == 3 && pieces[1].ofMagnitude && pieces[2].isIdentity() &&
      pieces[0].bound == -pieces[1].bound && pieces[1].coefficients.size() == 5)
    return ofPieces(a, pieces, x);
  return emitGelu(a, kind, x, Functions());
}
