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
#include "tacit/Numerics/GeluPieces.h"

using namespace mlir;
using namespace tacit;
using tacit::numerics::GeluPiece;

static Value emitPiece(OpBuilder &builder, Location loc, const GeluPiece &piece, Value x) {
  auto constant = [&](double value) {
    return floatConstant(builder, loc, x.getType(), value);
  };
  if (piece.isIdentity())
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
  ArrayRef<GeluPiece> pieces = numerics::geluPieces(stringifyGeluKind(kind));
  if (pieces.empty())
    return {};
  // NaN is below no bound and stays with the last piece, which keeps it.
  Value result = emitPiece(builder, loc, pieces.back(), x);
  for (const GeluPiece &piece : llvm::reverse(pieces.drop_back())) {
    auto predicate =
        piece.bound < 0 ? arith::CmpFPredicate::OLT : arith::CmpFPredicate::OLE;
    Value bound = floatConstant(builder, loc, x.getType(), piece.bound);
    Value isInside = arith::CmpFOp::create(builder, loc, predicate, x, bound);
    Value value = emitPiece(builder, loc, piece, x);
    result = arith::SelectOp::create(builder, loc, isInside, value, result);
  }
  return result;
}
