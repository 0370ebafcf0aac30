//===- RaiseLayerNorm.cpp - Recognises layer normalisation ----------------===//
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
#define GEN_PASS_DEF_RAISELAYERNORM
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

namespace {

template <typename OpT>
struct RaiseLayerNormPattern : RaisePattern<OpT> {
  using RaisePattern<OpT>::RaisePattern;

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    auto match = matchNormalization(op);
    if (!match || !match->isCentered || failed(checkWhole(*match, rewriter)))
      return failure();
    Operation *root = op;
    Value input = match->input;
    Value scale = match->scale ? asParameter(rewriter, match->scale, input) : Value();
    Value bias = match->bias ? asParameter(rewriter, match->bias, input) : Value();
    if (!scale && !bias)
      scale = takeParameter<MulOp>(rewriter, root);
    if (!bias)
      bias = takeParameter<AddOp>(rewriter, root);
    this->reporter.found(root->getLoc(),
                         fmt::format("{} scale, {} bias, epsilon {:g}",
                                     scale ? "with" : "no", bias ? "with" : "no",
                                     *match->epsilon));
    rewriter.setInsertionPoint(root);
    auto norm = LayerNormOp::create(rewriter, root->getLoc(), input.getType(), input, scale,
                                    bias, rewriter.getF32FloatAttr(*match->epsilon));
    replaceUsesOf(root, norm, rewriter);
    return success();
  }
};

struct RaiseLayerNorm : tacit::nn::impl::RaiseLayerNormBase<RaiseLayerNorm> {
  void runOnOperation() override {
    SiteReporter reporter("layer-norm", getOperation(), sites, nearMisses);
    RewritePatternSet patterns(&getContext());
    populateRaiseLayerNormPatterns(patterns, reporter);
    walkAndRaise(getOperation(), std::move(patterns), reporter);
  }
};

} // namespace

void tacit::nn::populateRaiseLayerNormPatterns(RewritePatternSet &patterns,
                                               SiteReporter &reporter) {
  addNormalizationPatterns<RaiseLayerNormPattern>(patterns, reporter);
}
