//===- Weights.h - How products read their weights --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_NNTOLINALG_WEIGHTS_H
#define TACIT_LIB_CONVERSION_NNTOLINALG_WEIGHTS_H

#include "Lowering.h"

namespace tacit {

/// Computes one element of a weight from one element of each of its operands, inside the
/// body of a generic.
using ElementBuilder =
    std::function<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// Describes how a loop nest reads a weight matrix [K, N]: K is split into `inner`
/// dimensions, the outermost first, and an element is computed from the elements of
/// `operands`.
struct WeightReader {
  llvm::SmallVector<int64_t> inner;
  llvm::SmallVector<mlir::Value> operands;
  /// For each operand, its dimensions: a position in `inner`, or `kColumn`.
  llvm::SmallVector<llvm::SmallVector<int64_t>> dims;
  ElementBuilder element;

  static constexpr int64_t kColumn = -1;

  /// Returns the indexing map of operand `i` in a nest of `numDims` loops in which `column`
  /// is loop `column` and the inner dimensions are the loops from `firstInner` on.
  mlir::AffineMap map(size_t i, int64_t numDims, int64_t column, int64_t firstInner,
                      mlir::MLIRContext *context) const;
};

/// Reads `weight` itself.
WeightReader readPlain(mlir::Value weight);

/// Reads `weight`, floats of 16 bits, as f32.
WeightReader readWidened(mlir::Value weight);

/// Reads the packed integers of `op`; `scale`, `zeroPoint` (may be null) and `planes` are
/// its converted operands. The first loop of the nest's inner dimensions is `firstInner`.
WeightReader readDequantized(nn::DequantizeOp op, mlir::Value scale, mlir::Value zeroPoint,
                             mlir::ValueRange planes, int64_t firstInner);

/// Reads each power of two of [terms, K, N] codes; the innermost dimension counts terms.
WeightReader readPowersOfTwo(mlir::Value codes);

/// Returns lhs * rhs on scalars as `multiplier` defines it (null: exactly).
mlir::Value buildProduct(mlir::OpBuilder &builder, mlir::Location loc,
                         nn::MultiplierAttr multiplier, mlir::Value lhs, mlir::Value rhs);

void populateWeightPatterns(mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_NNTOLINALG_WEIGHTS_H
