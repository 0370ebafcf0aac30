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

/// Something that changes scores: a float that is added, or a condition that keeps
/// some and replaces the others.
struct ScoreMask {
  /// A condition, or a float; one that is a factor of 0 or 1 stands for x != 0.
  mlir::Value value;
  /// With a condition: what replaced scores become.
  std::optional<double> fill;
  /// With a condition: it is true where scores are replaced, not where kept.
  bool isInverted = false;
  /// With a float: its factor.
  double scale = 1;
};

/// scores * weight + fill * (1 - weight), where weight is 0 or 1: how exporters wrote
/// a choice before there was one.
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
/// rewriter is told why `user` does not match.
mlir::FailureOr<AttentionMask> combineMasks(llvm::ArrayRef<ScoreMask> masks,
                                            mlir::Type element, mlir::Operation *user,
                                            mlir::RewriterBase &rewriter);

/// True if the mask is known to hide from each query the keys behind its own place,
/// the last query being at the place of the last key. CausalMasks.cpp.
bool isCausal(const AttentionMask &mask);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_ANALYSIS_MASKS_H
