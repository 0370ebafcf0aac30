//===- RaiseRmsNorm.cpp - Recognises root mean square normalisation -------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Normalization.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISERMSNORM
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

static void raise(Operation *op, IRRewriter &rewriter, SiteReporter &reporter) {
  auto match = matchNormalization(op);
  // What is still centered here was a near miss of layer normalisation.
  if (!match || match->isCentered)
    return;
  if (std::string reason = whyNotWhole(*match); !reason.empty())
    return reporter.nearMiss(op->getLoc(), reason);
  Operation *root = op;
  rewriter.setInsertionPoint(root);
  Value input = match->input;
  Value scale = match->scale ? asParameter(rewriter, match->scale, input)
                             : takeParameter<MulOp>(rewriter, root);
  reporter.found(root->getLoc(), fmt::format("{} scale, epsilon {:g}",
                                             scale ? "with" : "no", *match->epsilon));
  rewriter.setInsertionPoint(root);
  auto norm = RMSNormOp::create(rewriter, root->getLoc(), input.getType(), input, scale,
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
    for (Operation *op : collectNormalizations(getOperation()))
      raise(op, rewriter, reporter);
    eraseDead(getOperation());
  }
};

} // namespace
