//===- SiteReporter.cpp - Says what a pass found --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Utils/SiteReporter.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace tacit::nn;

static remark::RemarkOpts optionsOf(StringRef kind, StringRef category,
                                    func::FuncOp function) {
  return remark::RemarkOpts::name(kind).category(category).function(function.getName());
}

void SiteReporter::found(Location loc, StringRef what) {
  ++sites;
  remark::passed(loc, optionsOf(kind, category, function)) << remark::add("{0}", what);
}

void SiteReporter::nearMiss(Location loc, StringRef reason) {
  ++nearMisses;
  remark::missed(loc, optionsOf(kind, category, function)) << remark::reason("{0}", reason);
}

void SiteReporter::notifyMatchFailure(
    Location loc, llvm::function_ref<void(Diagnostic &)> reasonCallback) {
  if (current && !missed.insert(current).second)
    return;
  Diagnostic reason(loc, DiagnosticSeverity::Remark);
  reasonCallback(reason);
  nearMiss(loc, reason.str());
}

void SiteReporter::notifyPatternBegin(const Pattern &, Operation *op) { current = op; }

void SiteReporter::notifyPatternEnd(const Pattern &, LogicalResult) { current = nullptr; }

void SiteReporter::notifyOperationErased(Operation *op) { missed.erase(op); }
