//===- Activations.cpp - GELU in polynomial pieces ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Activations.h"
#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <limits>

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// The pieces; docs/Numerics.md, "Activations", has their sources
//===----------------------------------------------------------------------===//

namespace {
/// One polynomial, from the bound of the piece before up to its own. A bound belongs
/// to the piece on the side of 0.
struct Piece {
  double bound;
  /// The constant first.
  ArrayRef<double> coefficients;
  /// The polynomial is one in |x|, and x/2 is added to it.
  bool ofMagnitude = false;
};
} // namespace

static constexpr double kEverywhere = std::numeric_limits<double>::infinity();
static constexpr double kZero[] = {0};
static constexpr double kIdentity[] = {0, 1};

static constexpr double kPumaLow[] = {-0.5054031199708174, -0.42226581151983866,
                                      -0.11807612951181953, -0.011034134030615728};
static constexpr double kPumaHigh[] = {0.008526321541038084,  0.5, 0.3603292692789629,   0,
                                       -0.037688200365904236, 0,   0.0018067462606141187};
static constexpr double kBolt[] = {0.001620808531841547, -0.03798164612714154,
                                   0.5410550166368381, -0.18352506127082727,
                                   0.020848611754127593};
static constexpr double kNimbus[] = {-0.006946478426716862, 0.32421075145645123,
                                     0.17025471961795552};
static constexpr double kQuad[] = {0.5, 0.25, 0.125};

static constexpr Piece kPumaPieces[] = {
    {-4, kZero}, {-1.95, kPumaLow}, {3, kPumaHigh}, {kEverywhere, kIdentity}};
static constexpr Piece kBumblebeePieces[] = {
    {-5, kZero}, {-1.97, kPumaLow}, {3, kPumaHigh}, {kEverywhere, kIdentity}};
static constexpr Piece kBoltPieces[] = {
    {-2.7, kZero}, {2.7, kBolt, /*ofMagnitude=*/true}, {kEverywhere, kIdentity}};
static constexpr Piece kNimbusPieces[] = {
    {-1.8, kZero}, {0.5, kNimbus}, {kEverywhere, kIdentity}};
static constexpr Piece kQuadPieces[] = {{kEverywhere, kQuad}};

static ArrayRef<Piece> piecesOf(nn::GeluKind kind) {
  switch (kind) {
  case nn::GeluKind::Erf:
  case nn::GeluKind::Tanh:
    return {};
  case nn::GeluKind::Puma:
    return kPumaPieces;
  case nn::GeluKind::Bolt:
    return kBoltPieces;
  case nn::GeluKind::Bumblebee:
    return kBumblebeePieces;
  case nn::GeluKind::Nimbus:
    return kNimbusPieces;
  case nn::GeluKind::Quad:
    return kQuadPieces;
  }
  llvm_unreachable("a kind that is none");
}

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

static Value emitPiece(OpBuilder &builder, Location loc, const Piece &piece, Value x) {
  auto constant = [&](double value) {
    return floatConstant(builder, loc, x.getType(), value);
  };
  if (piece.coefficients == ArrayRef<double>(kIdentity))
    return x;
  Value z = piece.ofMagnitude ? math::AbsFOp::create(builder, loc, x).getResult() : x;
  // Horner's rule, each step rounded once.
  Value sum = constant(piece.coefficients.back());
  for (double coefficient : llvm::reverse(piece.coefficients.drop_back()))
    sum = math::FmaOp::create(builder, loc, sum, z, constant(coefficient));
  if (piece.ofMagnitude)
    sum = math::FmaOp::create(builder, loc, x, constant(0.5), sum);
  return sum;
}

Value tacit::emitGeluPieces(OpBuilder &builder, Location loc, nn::GeluKind kind, Value x) {
  ArrayRef<Piece> pieces = piecesOf(kind);
  if (pieces.empty())
    return {};
  // NaN is below no bound and stays with the last piece, which keeps it.
  Value result = emitPiece(builder, loc, pieces.back(), x);
  for (const Piece &piece : llvm::reverse(pieces.drop_back())) {
    auto predicate =
        piece.bound < 0 ? arith::CmpFPredicate::OLT : arith::CmpFPredicate::OLE;
    Value bound = floatConstant(builder, loc, x.getType(), piece.bound);
    Value isInside = arith::CmpFOp::create(builder, loc, predicate, x, bound);
    Value value = emitPiece(builder, loc, piece, x);
    result = arith::SelectOp::create(builder, loc, isInside, value, result);
  }
  return result;
}
