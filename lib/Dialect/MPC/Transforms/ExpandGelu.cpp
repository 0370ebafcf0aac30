//===- ExpandGelu.cpp - GELU by a series or in polynomial pieces ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arithmetic.h"
#include "tacit/Numerics/GeluPieces.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace tacit::mpc;
using tacit::numerics::GeluPiece;

//===----------------------------------------------------------------------===//
// The series of CrypTen
//===----------------------------------------------------------------------===//

static constexpr unsigned kErfTerms = 8;

/// Computes x to the power of `exponent`, by repeated squaring from the start.
static Value power(Arithmetic &a, Value x, unsigned exponent) {
  if (exponent == 1)
    return x;
  Value rest = power(a, a.square(x), exponent / 2);
  return exponent % 2 ? a.mul(x, rest) : rest;
}

/// Computes 2/sqrt(pi) times the sum of (-1)^n x^(2n+1) / (n! (2n+1)). CrypTen computes
/// each power from scratch, and the program has to show that cost: squares are not shared.
static Value emitErf(Arithmetic &a, Value x) {
  Value sum = x;
  double factorial = 1;
  for (unsigned n = 1; n <= kErfTerms; ++n) {
    factorial *= n;
    double coefficient = (n % 2 ? -1 : 1) / (factorial * (2 * n + 1));
    sum = a.add(sum, a.scale(power(a, x, 2 * n + 1), coefficient));
  }
  return a.scale(sum, M_2_SQRTPI);
}

static Value emitSeries(Arithmetic &a, Value x) {
  Value erf = emitErf(a, a.scale(x, M_SQRT1_2));
  return a.mul(a.scale(x, 0.5), a.add(erf, 1));
}

/// Computes the series of inputs within the bound, x above it and 0 below. For inputs
/// outside the bound the series is evaluated at 0, where it gives 0, because its powers
/// would leave the ring.
static Value emitBoundedSeries(Arithmetic &a, Value x, double bound) {
  Value below = a.isNegative(a.add(x, bound));
  Value above = a.isNegative(a.add(a.neg(x), bound));
  Value inside = a.mul(x, a.flip(a.add(below, above)));
  return a.add(emitSeries(a, inside), a.mul(x, above));
}

//===----------------------------------------------------------------------===//
// Polynomial pieces
//===----------------------------------------------------------------------===//

namespace {
/// Holds the powers of one value, each computed once.
class Powers {
public:
  Powers(Arithmetic &a, Value x) : a(a), x(x) {}

  Value get(unsigned exponent) {
    if (exponent == 1)
      return x;
    auto known = powers.find(exponent);
    if (known != powers.end())
      return known->second;
    Value value = exponent % 2 ? a.mul(get(exponent - 1), x) : a.square(get(exponent / 2));
    return powers[exponent] = value;
  }

private:
  Arithmetic &a;
  Value x;
  llvm::DenseMap<unsigned, Value> powers;
};

/// Computes GELU in pieces of one input.
class Pieces {
public:
  Pieces(Arithmetic &a, Value x) : a(a), x(x), powers(a, x) {}

  /// A null value means zero.
  Value emit(const GeluPiece &piece) {
    if (!piece.ofMagnitude)
      return polynomial(powers, piece.coefficients);
    Value magnitude = a.mul(x, a.signOf(a.isNegative(x)));
    Powers ofMagnitude(a, magnitude);
    return a.add(polynomial(ofMagnitude, piece.coefficients), a.scale(x, 0.5));
  }

  /// Returns 1 where x lies beyond the bound.
  Value isBeyond(double bound) {
    if (bound < 0)
      return a.flip(a.isNegative(a.add(x, -bound)));
    return a.isNegative(a.add(a.neg(x), bound));
  }

private:
  Value polynomial(Powers &of, ArrayRef<double> coefficients) {
    Value sum;
    for (auto [exponent, coefficient] : llvm::drop_begin(llvm::enumerate(coefficients))) {
      if (coefficient == 0)
        continue;
      Value term = a.scale(of.get(exponent), coefficient);
      sum = sum ? a.add(sum, term) : term;
    }
    return sum && coefficients.front() != 0 ? a.add(sum, coefficients.front()) : sum;
  }

  Arithmetic &a;
  Value x;
  Powers powers;
};
} // namespace

/// Adds up the first piece and, for each bound that x exceeds, the step to the next piece.
/// The steps add up exactly, whatever a polynomial is outside its piece.
static Value emitPieces(Arithmetic &a, ArrayRef<GeluPiece> pieces, Value x) {
  Pieces emitter(a, x);
  Value last = emitter.emit(pieces.front()), result = last;
  for (auto [piece, next] : llvm::zip(pieces.drop_back(), pieces.drop_front())) {
    Value value = emitter.emit(next);
    Value step = last ? a.sub(value, last) : value;
    Value part = a.mul(step, emitter.isBeyond(piece.bound));
    result = result ? a.add(result, part) : part;
    last = value;
  }
  return result;
}

Value tacit::mpc::emitGelu(Arithmetic &a, GeluKind kind, Value x, const Functions &f) {
  ArrayRef<GeluPiece> pieces = numerics::geluPieces(kind);
  if (!pieces.empty())
    return emitPieces(a, pieces, x);
  return f.geluBound > 0 ? emitBoundedSeries(a, x, f.geluBound) : emitSeries(a, x);
}
