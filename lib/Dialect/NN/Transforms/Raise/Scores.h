//===- Scores.h - Reading attention scores ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_SCORES_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_SCORES_H

#include "tacit/Dialect/NN/Analysis/Masks.h"

namespace tacit::nn {

/// Describes what lies between the softmax of an attention and its query and key.
struct Scores {
  MatmulOp product; ///< query by transposed key, or the reverse
  bool isReverse = false;
  double scale = 1; ///< of the product
  /// The mask that was applied last comes first.
  llvm::SmallVector<ScoreMask, 2> masks;
  /// True if the leading dimensions of the product were reshaped before the softmax.
  bool isReshaped = false;
};

/// Follows `value`, the input of the softmax of an attention that ends in `output`, back
/// to the product. The near miss is reported.
mlir::FailureOr<Scores> readScores(mlir::Value value, MatmulOp output,
                                   mlir::PatternRewriter &rewriter);

/// Returns `value` without constant factors, which go into `scale`.
mlir::Value stripScale(mlir::Value value, double &scale);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_SCORES_H
