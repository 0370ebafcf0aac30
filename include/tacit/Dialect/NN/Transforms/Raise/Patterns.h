//===- Patterns.h - Patterns that recognise operations ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The patterns of the raise phase, each set as its pass applies it. A pattern reports
// the sites it replaces to a reporter, and gives the reason of a near miss to
// `notifyMatchFailure`; with the same reporter as the driver's listener both are remarks.
//
// Where the result of a fragment is computed after the operation that a pattern starts
// from, the pattern replaces its uses and leaves the rest, which is dead then, to the
// caller: a driver that walks may be about to visit it.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_RAISE_PATTERNS_H
#define TACIT_DIALECT_NN_TRANSFORMS_RAISE_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace tacit::nn {

class SiteReporter;

/// Writes in one form what exporters spell in several. For a driver that does not fold:
/// constants are to stay as they are.
void populateNormalizePatterns(mlir::RewritePatternSet &patterns);

void populateRaiseLayerNormPatterns(mlir::RewritePatternSet &patterns,
                                    SiteReporter &reporter);
void populateRaiseRmsNormPatterns(mlir::RewritePatternSet &patterns,
                                  SiteReporter &reporter);
void populateRaiseGeluPatterns(mlir::RewritePatternSet &patterns, SiteReporter &reporter);

/// Writes y / (1 + exp(-x)) with nn.sigmoid: a fragment that the patterns of SiLU find
/// as one operation.
void populateRaiseSigmoidPatterns(mlir::RewritePatternSet &patterns);
void populateRaiseSiluPatterns(mlir::RewritePatternSet &patterns, SiteReporter &reporter);

void populateRaiseSoftmaxPatterns(mlir::RewritePatternSet &patterns,
                                  SiteReporter &reporter);

/// Rotations that are sums, x cos + turned(x) sin.
void populateRaiseTurnedSumPatterns(mlir::RewritePatternSet &patterns,
                                    SiteReporter &reporter);
/// Rotations of which each half is computed by itself. They start from where the halves
/// are joined and have to see the last such operation first.
void populateRaiseJointPatterns(mlir::RewritePatternSet &patterns, SiteReporter &reporter);

void populateRaiseLinearPatterns(mlir::RewritePatternSet &patterns, SiteReporter &reporter);

/// Takes the dimensions of attention scores from those of query and key, for whoever
/// reads them: models cut their masks by the dimensions of the scores.
void populateShapesOfScoresPatterns(mlir::RewritePatternSet &patterns);
void populateRaiseAttentionPatterns(mlir::RewritePatternSet &patterns,
                                    SiteReporter &reporter);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_TRANSFORMS_RAISE_PATTERNS_H
