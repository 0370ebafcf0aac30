//===- RaiseRmsNorm.cpp - Recognises root mean square normalisation -------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Normalization.h"
#include "tacit/Dialect/NN/Transforms/Passes.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISERMSNORM
#include "tacit/Dialect/NN/Transforms/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

static void raise(Operation *quotient, IRRewriter &rewriter, SiteReporter &reporter) {
  auto match = matchNormalization(quotient);
  // What is still centered here was a near miss of layer normalisation.
  if (!match || matchCentered(match->base))
    return;
  if (std::string reason = whyNotWhole(*match); !reason.empty())
    return reporter.nearMiss(quotient->getLoc(), reason);
  Operation *root = quotient;
  Value scale = takeParameter<MulOp>(rewriter, root);
  reporter.found(root->getLoc(), fmt::format("{} scale, epsilon {:g}",
                                             scale ? "with" : "no", *match->epsilon));
  rewriter.setInsertionPoint(root);
  auto norm =
      RMSNormOp::create(rewriter, root->getLoc(), match->base.getType(), match->base, scale,
                        rewriter.getF32FloatAttr(*match->epsilon));
  // Not erased yet: it may be among the operations still to look at.
  rewriter.replaceAllUsesWith(root->getResult(0), norm.getResult());
}

namespace {

struct RaiseRmsNorm : tacit::nn::impl::RaiseRmsNormBase<RaiseRmsNorm> {
  void runOnOperation() override {
    SiteReporter reporter("rms-norm", getOperation(), sites, nearMisses);
    IRRewriter rewriter(&getContext());
    eraseDead(getOperation());
    for (Operation *quotient : collectQuotients(getOperation()))
      raise(quotient, rewriter, reporter);
    eraseDead(getOperation());
  }
};

} // namespace
