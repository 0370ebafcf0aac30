//===- SiteReporter.h - Says what a pass found ------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_UTILS_SITEREPORTER_H
#define TACIT_DIALECT_NN_UTILS_SITEREPORTER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/DenseSet.h"

namespace tacit::nn {

/// Says what a pass found: a remark per site and per near miss, and counts. As the
/// listener of a pattern driver it makes a near miss of each reason that a pattern gives
/// to `notifyMatchFailure`: a pattern that declines without a reason saw nothing alike.
class SiteReporter : public mlir::RewriterBase::Listener {
public:
  /// `kind` is the name of the remarks ("layer-norm") and `category` the phase that
  /// they are of, literals both.
  SiteReporter(llvm::StringRef kind, mlir::func::FuncOp function,
               mlir::Pass::Statistic &sites, mlir::Pass::Statistic &nearMisses,
               llvm::StringRef category = "raise")
      : kind(kind), category(category), function(function), sites(sites),
        nearMisses(nearMisses) {}

  void found(mlir::Location loc, llvm::StringRef what);
  void nearMiss(mlir::Location loc, llvm::StringRef reason);

  void
  notifyMatchFailure(mlir::Location loc,
                     llvm::function_ref<void(mlir::Diagnostic &)> reasonCallback) override;

  // A driver that looks at an operation several times says which one it looks at. Its
  // near miss is reported once.
  void notifyPatternBegin(const mlir::Pattern &pattern, mlir::Operation *op) override;
  void notifyPatternEnd(const mlir::Pattern &pattern, llvm::LogicalResult status) override;
  void notifyOperationErased(mlir::Operation *op) override;

private:
  llvm::StringRef kind, category;
  mlir::func::FuncOp function;
  mlir::Pass::Statistic &sites, &nearMisses;
  mlir::Operation *current = nullptr;
  llvm::DenseSet<mlir::Operation *> missed;
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_UTILS_SITEREPORTER_H
