//===- Lowering.h - Shared parts of the mpc to linalg lowering --*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_MPCTOLINALG_LOWERING_H
#define TACIT_LIB_CONVERSION_MPCTOLINALG_LOWERING_H

#include "../NNToLinalg/Lowering.h"
#include "FixedPoint.h"
#include "mlir/Transforms/DialectConversion.h"
#include "tacit/Dialect/MPC/Analysis/Truncations.h"

namespace tacit {

/// The type of the words that the code computes with.
inline constexpr int64_t kMaxClearWidth = 64;

inline mpc::ShareType shareOf(mlir::Value value) {
  return mlir::cast<mpc::ShareType>(value.getType());
}

/// Returns the type of the result of `op` in the clear: its integers.
mlir::RankedTensorType clearType(mlir::Operation *op);

/// Builds an elementwise operation with broadcasting; `body` computes with numbers of the
/// type of `type`.
using RingBody = llvm::function_ref<mlir::Value(FixedPoint &, mlir::ValueRange)>;
mlir::Value mapElements(mlir::OpBuilder &builder, mlir::Operation *op, mpc::ShareType type,
                        mlir::RankedTensorType result, mlir::ValueRange inputs,
                        RingBody body);

/// Returns 1, as an i64, where the loop `dim` is at column `index` of `classes`, otherwise
/// 0. As in nn.gather, an index below zero counts from the end.
mlir::Value buildIsColumn(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value index,
                          int64_t dim, int64_t classes);

/// Return what mpc.pack and mpc.unpack do with words.
mlir::Value packRows(mlir::OpBuilder &b, mlir::Location loc, mlir::Value words,
                     llvm::ArrayRef<int64_t> begins, llvm::ArrayRef<int64_t> ends);
mlir::Value unpackRows(mlir::OpBuilder &b, mlir::Location loc, mlir::Value words,
                       llvm::ArrayRef<int64_t> begins, llvm::ArrayRef<int64_t> ends,
                       int64_t columns);

/// Sums of what the elements of operations lead to, integers or doubles: one tensor for
/// each operation, with an entry for each of its rows.
struct Counts {
  llvm::SmallVector<mlir::Value> rows;

  /// Adds an operation over `shape` that reads its `inputs` by `maps`; `countOfElement`
  /// computes what one element of each leads to.
  void add(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type,
           llvm::ArrayRef<int64_t> shape, mlir::ValueRange inputs,
           llvm::ArrayRef<mlir::AffineMap> maps, BodyBuilder countOfElement);

  /// Returns the sum, a tensor without dimensions.
  mlir::Value total(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type) const;
};

/// What a twin returns in addition to its results. Nothing is counted unless it was
/// requested.
struct TwinCounts {
  bool isWanted = false;
  /// Numbers of more bits count where they are truncated or compared; 0 if sums and
  /// products that leave the ring do.
  int64_t truncatedBits = 0;
  Counts wraps;  ///< numbers that leave their ring
  Counts failed; ///< truncations of shares that fail
  /// How many fail on average, for each of `sites`.
  llvm::SmallVector<Counts> expected;
  mpc::TruncationSites sites;
  /// The seed of the function whose truncations are local; null if they are exact.
  mlir::Value seed;

  /// Where the generator of an operation begins; null if its truncations are exact.
  mlir::Value streamOf(mlir::ConversionPatternRewriter &b, mlir::Operation *op) const;
};

/// These add the patterns for operations at the borders of the secret part, and for those
/// that only move numbers.
void populateBorderPatterns(mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);
void populateArithmeticPatterns(mlir::TypeConverter &converter,
                                mlir::RewritePatternSet &patterns, TwinCounts &counts);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_MPCTOLINALG_LOWERING_H
