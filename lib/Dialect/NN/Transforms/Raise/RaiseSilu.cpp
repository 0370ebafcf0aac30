//===- RaiseSilu.cpp - Recognises SiLU ------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Activation.h"
#include "ApplyPatterns.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Raise/Patterns.h"

namespace tacit::nn {
#define GEN_PASS_DEF_RAISESILU
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

/// Returns x, if `value` is -x.
static Value matchNegated(Value value) {
  if (auto negation = value.getDefiningOp<NegOp>())
    return negation.getInput();
  auto product = matchScalar<MulOp>(value);
  return product && product->scalar == -1 && product->other.getType() == value.getType()
             ? product->other
             : Value();
}

/// x, if `value` is 1 + exp(-x).
static Value matchLogistic(Value value) {
  auto one = matchScalar<AddOp>(value);
  auto exponential = one ? one->other.getDefiningOp<ExpOp>() : ExpOp();
  Value x =
      exponential && one->scalar == 1 ? matchNegated(exponential.getInput()) : Value();
  return x && x.getType() == value.getType() ? x : Value();
}

namespace {

struct RaiseReciprocal : OpRewritePattern<ReciprocalOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReciprocalOp op, PatternRewriter &rewriter) const override {
    Value x = matchLogistic(op.getInput());
    if (!x)
      return failure();
    rewriter.replaceOpWithNewOp<SigmoidOp>(op, x.getType(), x);
    return success();
  }
};

/// y / (1 + exp(-x)). With a y of 1 nn-normalize made it a reciprocal.
struct RaiseQuotient : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op, PatternRewriter &rewriter) const override {
    Value x = matchLogistic(op.getRhs());
    if (!x || op.getType() != x.getType())
      return failure();
    Value gate = SigmoidOp::create(rewriter, op.getLoc(), x.getType(), x);
    rewriter.replaceOpWithNewOp<MulOp>(op, x.getType(), op.getLhs(), gate);
    return success();
  }
};

struct RaiseSiluPattern : RaisePattern<SigmoidOp> {
  using RaisePattern::RaisePattern;

  LogicalResult matchAndRewrite(SigmoidOp op, PatternRewriter &rewriter) const override {
    // A sigmoid of x alone is not a near miss, because gates have it too.
    ActivationForm form{Polynomial::atom(0), {{{1, 1}, 1.0}}, /*isDistinctive=*/false};
    auto site = findActivation(op, form, rewriter);
    if (failed(site))
      return failure();
    Location loc = site->root->getLoc();
    rewriter.setInsertionPoint(site->root);
    reporter.found(loc, "x * sigmoid(x)");
    replaceUsesOf(site->root,
                  SiluOp::create(rewriter, loc, site->input.getType(), site->input),
                  rewriter);
    return success();
  }
};

struct RaiseSilu : tacit::nn::impl::RaiseSiluBase<RaiseSilu> {
  void runOnOperation() override {
    SiteReporter reporter("silu", getOperation(), sites, nearMisses);
    RewritePatternSet sigmoids(&getContext()), silus(&getContext());
    populateRaiseSigmoidPatterns(sigmoids);
    walkAndRaise(getOperation(), std::move(sigmoids), reporter);
    populateRaiseSiluPatterns(silus, reporter);
    walkAndRaise(getOperation(), std::move(silus), reporter);
  }
};

} // namespace

void tacit::nn::populateRaiseSigmoidPatterns(RewritePatternSet &patterns) {
  patterns.add<RaiseReciprocal, RaiseQuotient>(patterns.getContext());
}

void tacit::nn::populateRaiseSiluPatterns(RewritePatternSet &patterns,
                                          SiteReporter &reporter) {
  patterns.add<RaiseSiluPattern>(patterns.getContext(), reporter);
}
