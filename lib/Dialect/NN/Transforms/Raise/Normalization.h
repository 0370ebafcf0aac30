//===- Normalization.h - x / sqrt(mean(x^2) + epsilon) ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_NORMALIZATION_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_NORMALIZATION_H

#include "tacit/Dialect/NN/Utils/Matchers.h"

namespace tacit::nn {

/// The fragment that layer_norm and rms_norm have in common.
struct Normalization {
  mlir::Operation *root = nullptr; ///< computes the result
  mlir::Value input;
  /// True if the input minus its mean is normalised, not the input itself.
  bool isCentered = false;
  llvm::SmallVector<Reduction, 2> means; ///< of the squares, and of the input
  /// The value of epsilon; nullopt if the added value is not a constant.
  std::optional<double> epsilon = 0.0;
  /// True if epsilon is added to the root instead of under it.
  bool isEpsilonOutside = false;
  /// One number per element of the last dimension, if they are part of the fragment.
  mlir::Value scale, bias;
};

/// Matches such a fragment that ends at `root`.
std::optional<Normalization> matchNormalization(mlir::Operation *root);

/// Succeeds if a whole operation means the same. The near miss is reported.
llvm::LogicalResult checkWhole(const Normalization &match, mlir::PatternRewriter &rewriter);

/// Adds a pattern `PatternT<OpT>` for each operation that may end such a fragment.
template <template <typename> class PatternT, typename... Args>
void addNormalizationPatterns(mlir::RewritePatternSet &patterns, Args &&...args) {
  patterns.add<PatternT<AddOp>, PatternT<SubOp>, PatternT<MulOp>, PatternT<DivOp>>(
      patterns.getContext(), args...);
}

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_NORMALIZATION_H
