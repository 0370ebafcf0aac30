//===- RaiseLayerNorm.cpp - Recognises layer normalisation ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Normalization.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISELAYERNORM
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

static void raise(Operation *op, IRRewriter &rewriter, SiteReporter &reporter) {
  auto match = matchNormalization(op);
  if (!match || !match->isCentered)
    return;
  if (std::string reason = whyNotWhole(*match); !reason.empty())
    return reporter.nearMiss(op->getLoc(), reason);
  Operation *root = op;
  rewriter.setInsertionPoint(root);
  Value input = match->input;
  Value scale = match->scale ? asParameter(rewriter, match->scale, input) : Value();
  Value bias = match->bias ? asParameter(rewriter, match->bias, input) : Value();
  if (!scale && !bias)
    scale = takeParameter<MulOp>(rewriter, root);
  if (!bias)
    bias = takeParameter<AddOp>(rewriter, root);
  reporter.found(root->getLoc(),
                 fmt::format("{} scale, {} bias, epsilon {:g}", scale ? "with" : "no",
                             bias ? "with" : "no", *match->epsilon));
  rewriter.setInsertionPoint(root);
  auto norm = LayerNormOp::create(rewriter, root->getLoc(), input.getType(), input, scale,
                                  bias, rewriter.getF32FloatAttr(*match->epsilon));
  // Not erased yet: it may be among the operations still to look at.
  rewriter.replaceAllUsesWith(root->getResult(0), norm.getResult());
}

namespace {

struct RaiseLayerNorm : tacit::nn::impl::RaiseLayerNormBase<RaiseLayerNorm> {
  void runOnOperation() override {
    SiteReporter reporter("layer-norm", getOperation(), sites, nearMisses);
    IRRewriter rewriter(&getContext());
    eraseDead(getOperation());
    for (Operation *op : collectNormalizations(getOperation()))
      raise(op, rewriter, reporter);
    eraseDead(getOperation());
  }
};

} // namespace
