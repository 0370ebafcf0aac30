//===- Masks.h - Masks of attention scores ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_ANALYSIS_MASKS_H
#define TACIT_DIALECT_NN_ANALYSIS_MASKS_H

#include "mlir/IR/PatternMatch.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include <optional>

namespace tacit::nn {

/// A mask of scores: a float that is added, or a condition that keeps some scores and
/// replaces the others.
struct ScoreMask {
  /// A condition, or a float; a factor of 0 or 1 is used as the condition x != 0.
  mlir::Value value;
  /// For a condition: the number that replaces scores.
  std::optional<double> fill;
  /// For a condition: it is true where scores are replaced, not where they are kept.
  bool isInverted = false;
  /// For a float: its factor.
  double scale = 1;
};

/// Matches scores * weight + fill * (1 - weight), where weight is 0 or 1: exporters wrote a
/// selection in this way before there was an operator for it.
struct Blend {
  mlir::Value scores, weight;
  double fill;
};
std::optional<Blend> matchBlend(mlir::Operation *sum);

/// The operand of nn.attention that has the effect of some masks.
struct AttentionMask {
  mlir::Value value;
  std::optional<double> fill;
};

/// Builds the one mask that has the effect of `masks`, of which the first was put on
/// last, for elements of this type. Where there is none nothing is built, and the
/// rewriter gets the reason why `user` does not match.
mlir::FailureOr<AttentionMask> combineMasks(llvm::ArrayRef<ScoreMask> masks,
                                            mlir::Type element, mlir::Operation *user,
                                            mlir::RewriterBase &rewriter);

/// Returns true if the mask is known to hide from each query the keys after its own
/// position, where the last query is at the position of the last key. Defined in
/// CausalMasks.cpp.
bool isCausal(const AttentionMask &mask);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_ANALYSIS_MASKS_H
