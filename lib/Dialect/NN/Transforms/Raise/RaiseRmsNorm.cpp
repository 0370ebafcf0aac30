//===- RaiseRmsNorm.cpp - Recognises root mean square normalisation -------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ApplyPatterns.h"
#include "Normalization.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Raise/Patterns.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISERMSNORM
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

namespace {

template <typename OpT>
struct RaiseRmsNormPattern : RaisePattern<OpT> {
  using RaisePattern<OpT>::RaisePattern;

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    auto match = matchNormalization(op);
    // A fragment that is still centered was a near miss of layer normalisation.
    if (!match || match->isCentered || failed(checkWhole(*match, rewriter)))
      return failure();
    Operation *root = op;
    Value input = match->input;
    Value scale = match->scale ? asParameter(rewriter, match->scale, input)
                               : takeParameter<MulOp>(rewriter, root);
    this->reporter.found(
        root->getLoc(),
        fmt::format("{} scale, epsilon {:g}", scale ? "with" : "no", *match->epsilon));
    rewriter.setInsertionPoint(root);
    auto norm = RMSNormOp::create(rewriter, root->getLoc(), input.getType(), input, scale,
                                  rewriter.getF32FloatAttr(*match->epsilon));
    replaceUsesOf(root, norm, rewriter);
    return success();
  }
};

struct RaiseRmsNorm : tacit::nn::impl::RaiseRmsNormBase<RaiseRmsNorm> {
  void runOnOperation() override {
    SiteReporter reporter("rms-norm", getOperation(), sites, nearMisses);
    RewritePatternSet patterns(&getContext());
    populateRaiseRmsNormPatterns(patterns, reporter);
    walkAndRaise(getOperation(), std::move(patterns), reporter);
  }
};

} // namespace

void tacit::nn::populateRaiseRmsNormPatterns(RewritePatternSet &patterns,
                                             SiteReporter &reporter) {
  addNormalizationPatterns<RaiseRmsNormPattern>(patterns, reporter);
}
