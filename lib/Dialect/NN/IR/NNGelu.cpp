//===- NNGelu.cpp - Definitions of SiLU and the kinds of GELU -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarBuilder.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;
using tacit::numerics::GeluPiece;

static constexpr double kSqrtHalf = 0.70710678118654752440;
static constexpr double kSqrtTwoByPi = 0.79788456080286535588;
static constexpr double kSigmoidScale = 1.702, kStandardCubic = 0.044715;

//===----------------------------------------------------------------------===//
// Kinds that consist of polynomial pieces
//===----------------------------------------------------------------------===//

static Value buildPiece(const ScalarBuilder &s, const GeluPiece &piece) {
  Value x = s.args[0];
  if (piece.isIdentity())
    return x;
  Value z = piece.ofMagnitude ? s.make<math::AbsFOp>(x) : x;
  // Evaluates a polynomial by Horner's rule, with each step rounded once.
  Value sum = s.constant(piece.coefficients.back());
  for (double coefficient : llvm::reverse(piece.coefficients.drop_back()))
    sum = s.make<math::FmaOp>(sum, z, s.constant(coefficient));
  if (piece.ofMagnitude)
    sum = s.make<math::FmaOp>(x, s.constant(0.5), sum);
  return sum;
}

/// Returns null for kinds that have no pieces.
static Value buildPieces(const ScalarBuilder &s, GeluKind kind) {
  ArrayRef<GeluPiece> pieces = numerics::geluPieces(kind);
  if (pieces.empty())
    return {};
  // NaN is below no bound and therefore stays with the last piece, which keeps it.
  Value result = buildPiece(s, pieces.back());
  for (const GeluPiece &piece : llvm::reverse(pieces.drop_back())) {
    auto predicate =
        piece.bound < 0 ? arith::CmpFPredicate::OLT : arith::CmpFPredicate::OLE;
    Value bound = s.constant(piece.bound);
    Value isInside = s.make<arith::CmpFOp>(predicate, s.args[0], bound);
    Value value = buildPiece(s, piece);
    result = s.make<arith::SelectOp>(isInside, value, result);
  }
  return result;
}

static double evaluatePiece(const GeluPiece &piece, double x) {
  if (piece.isIdentity())
    return x;
  double z = piece.ofMagnitude ? std::fabs(x) : x, sum = piece.coefficients.back();
  for (double coefficient : llvm::reverse(piece.coefficients.drop_back()))
    sum = sum * z + coefficient;
  return piece.ofMagnitude ? 0.5 * x + sum : sum;
}

/// Returns nullopt for kinds that have no pieces.
static std::optional<double> evaluatePieces(GeluKind kind, double x) {
  ArrayRef<GeluPiece> pieces = numerics::geluPieces(kind);
  for (const GeluPiece &piece : pieces.drop_back(pieces.empty() ? 0 : 1))
    if (piece.bound < 0 ? x < piece.bound : x <= piece.bound)
      return evaluatePiece(piece, x);
  if (pieces.empty())
    return std::nullopt;
  return evaluatePiece(pieces.back(), x);
}

//===----------------------------------------------------------------------===//
// Constants of the model
//===----------------------------------------------------------------------===//

double GeluOp::standardScale(GeluKind kind) {
  if (kind == GeluKind::Sigmoid)
    return kSigmoidScale;
  return kind == GeluKind::Tanh ? kSqrtTwoByPi : kSqrtHalf;
}

double GeluOp::scaleOfArgument() {
  auto own = getScale();
  return own ? own->convertToDouble() : standardScale(getApproximation());
}

double GeluOp::cubicOfArgument() {
  auto own = getCubic();
  return own ? own->convertToDouble() : kStandardCubic;
}

/// Checks a constant of the model in the argument of an activation.
static LogicalResult verifyFactor(Operation *op, StringRef name,
                                  std::optional<APFloat> factor) {
  if (factor && !(factor->isFinite() && !factor->isNegative() && !factor->isZero()))
    return op->emitOpError() << "has a " << name << " of " << factor->convertToDouble()
                             << "; expected a positive number";
  return success();
}

LogicalResult GeluOp::verify() {
  GeluKind kind = getApproximation();
  if (getScale() && !numerics::geluPieces(kind).empty())
    return emitOpError() << "has a scale, but " << stringifyGeluKind(kind)
                         << " consists of polynomials; leave the scale out";
  if (getCubic() && kind != GeluKind::Tanh)
    return emitOpError() << "has a cubic term, which " << stringifyGeluKind(kind)
                         << " has not; expected tanh";
  return failure(failed(verifyFactor(*this, "scale", getScale())) ||
                 failed(verifyFactor(*this, "cubic term", getCubic())));
}

//===----------------------------------------------------------------------===//
// The operations
//===----------------------------------------------------------------------===//

Value GeluOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(*this, b, loc, args);
  if (Value pieces = buildPieces(s, getApproximation()))
    return pieces;
  Value x = s.args[0], t;
  if (getApproximation() == GeluKind::Sigmoid)
    return s.make<arith::MulFOp>(
        x, s.sigmoid(s.make<arith::MulFOp>(x, s.constant(scaleOfArgument()))));
  if (getApproximation() == GeluKind::Erf) {
    t = s.make<math::ErfOp>(s.make<arith::MulFOp>(x, s.constant(scaleOfArgument())));
  } else {
    // Computes scale * (x + cubic * x^3).
    Value cube = s.make<arith::MulFOp>(s.make<arith::MulFOp>(x, x), x);
    Value inner = s.make<arith::AddFOp>(
        x, s.make<arith::MulFOp>(cube, s.constant(cubicOfArgument())));
    t = s.make<math::TanhOp>(s.make<arith::MulFOp>(inner, s.constant(scaleOfArgument())));
  }
  Value half = s.make<arith::MulFOp>(x, s.constant(0.5));
  return s.make<arith::MulFOp>(half, s.make<arith::AddFOp>(t, s.constant(1)));
}

std::optional<double> GeluOp::evaluateReal(ArrayRef<double> arguments) {
  double x = arguments[0], scale = scaleOfArgument(), cubic = cubicOfArgument();
  if (auto value = evaluatePieces(getApproximation(), x))
    return value;
  if (getApproximation() == GeluKind::Sigmoid)
    return x / (1 + std::exp(-scale * x));
  double t = getApproximation() == GeluKind::Erf
                 ? std::erf(x * scale)
                 : std::tanh(scale * (x + cubic * x * x * x));
  return x / 2 * (1 + t);
}

LogicalResult SiluOp::verify() { return verifyFactor(*this, "beta", getBeta()); }

Value SiluOp::buildScalar(OpBuilder &b, Location loc, ValueRange args) {
  ScalarBuilder s(*this, b, loc, args);
  Value x = s.args[0], z = x;
  if (auto beta = getBeta())
    z = s.make<arith::MulFOp>(x, s.constant(beta->convertToDouble()));
  return s.make<arith::MulFOp>(x, s.sigmoid(z));
}

std::optional<double> SiluOp::evaluateReal(ArrayRef<double> arguments) {
  double x = arguments[0], beta = getBeta() ? getBeta()->convertToDouble() : 1;
  return x / (1 + std::exp(-beta * x));
}
