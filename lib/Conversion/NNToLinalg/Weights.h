//===- Weights.h - How a product reads its right side -----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_NNTOLINALG_WEIGHTS_H
#define TACIT_LIB_CONVERSION_NNTOLINALG_WEIGHTS_H

#include "Lowering.h"

namespace tacit {

/// Makes one element of a weight from one element of each of its operands, inside
/// the body of a generic.
using ElementBuilder =
    std::function<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// A weight matrix [K, N] as a loop nest reads it: K is cut into `inner` dimensions,
/// the outermost first, and an element is computed from the elements of `operands`.
struct WeightReader {
  llvm::SmallVector<int64_t> inner;
  llvm::SmallVector<mlir::Value> operands;
  /// For each operand, the dimensions that it has: a position in `inner`, or
  /// `kColumn`.
  llvm::SmallVector<llvm::SmallVector<int64_t>> dims;
  ElementBuilder element;

  static constexpr int64_t kColumn = -1;

  /// Indexing map of operand `i` in a nest of `numDims` loops in which `column` is
  /// loop `column` and the inner dimensions are the loops from `firstInner` on.
  mlir::AffineMap map(size_t i, int64_t numDims, int64_t column, int64_t firstInner,
                      mlir::MLIRContext *context) const;
};

/// `weight` itself.
WeightReader readPlain(mlir::Value weight);

/// `weight`, floats of 16 bits, as f32.
WeightReader readWidened(mlir::Value weight);

/// The packed integers of `op`; `scale`, `zeroPoint` (may be null) and `planes` are
/// its converted operands. The first loop of the nest's inner dimensions is
/// `firstInner`.
WeightReader readDequantized(nn::DequantizeOp op, mlir::Value scale, mlir::Value zeroPoint,
                             mlir::ValueRange planes, int64_t firstInner);

/// Each power of two of [terms, K, N] codes; the innermost dimension counts terms.
WeightReader readPowersOfTwo(mlir::Value codes);

/// lhs * rhs as `multiplier` (null: exactly) has it, on scalars.
mlir::Value buildProduct(mlir::OpBuilder &builder, mlir::Location loc,
                         nn::MultiplierAttr multiplier, mlir::Value lhs, mlir::Value rhs);

void populateWeightPatterns(mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_NNTOLINALG_WEIGHTS_H
