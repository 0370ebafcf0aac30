//===- ApplyPatterns.h - How raise passes apply patterns --------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_APPLYPATTERNS_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_APPLYPATTERNS_H

#include "tacit/Dialect/NN/Utils/SiteReporter.h"

namespace tacit::nn {

/// A pattern that says which sites it replaced.
template <typename OpT>
struct RaisePattern : mlir::OpRewritePattern<OpT> {
  RaisePattern(mlir::MLIRContext *context, SiteReporter &reporter,
               mlir::PatternBenefit benefit = 1)
      : mlir::OpRewritePattern<OpT>(context, benefit), reporter(reporter) {}

protected:
  SiteReporter &reporter;
};

/// Applies `patterns` to each operation once, producers before users. Erases what nothing
/// reads: before, since it would count as a user of what it reads, and after.
void walkAndRaise(mlir::func::FuncOp function, mlir::RewritePatternSet patterns,
                  SiteReporter &reporter);

/// Applies `patterns` to the last operation first, so that the larger of two fragments is
/// found where one contains the other. What is dead by then is erased and not looked at.
llvm::LogicalResult raiseFromTheEnd(mlir::func::FuncOp function,
                                    mlir::RewritePatternSet patterns,
                                    SiteReporter &reporter);

/// Replaces the uses of `root`, the result of a fragment that a walk may not have reached
/// yet, so that it must not be erased now.
void replaceUsesOf(mlir::Operation *root, mlir::Operation *whole,
                   mlir::PatternRewriter &rewriter);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_APPLYPATTERNS_H
