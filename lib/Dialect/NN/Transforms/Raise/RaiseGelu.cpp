//===- RaiseGelu.cpp - Recognises GELU ------------------------------------===//
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
#define GEN_PASS_DEF_RAISEGELU
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

static constexpr double kSqrt2OverPi = 0.79788456080286535588;
static constexpr double kSqrtHalf = 0.70710678118654752440;
static constexpr double kCubic = 0.044715;
static constexpr double kSigmoid = 1.702;

/// This is c (x + 0.044715 x^3).
static Polynomial cubic(double c) { return {{{1, 0}, c}, {{3, 0}, c * kCubic}}; }

namespace {

/// GELU around an OpT, which computes tanh, erf or sigmoid.
template <typename OpT>
struct RaiseGeluPattern : RaisePattern<OpT> {
  RaiseGeluPattern(MLIRContext *context, GeluKind kind, ActivationForm form,
                   SiteReporter &reporter, PatternBenefit benefit = 1)
      : RaisePattern<OpT>(context, reporter, benefit), kind(kind), form(std::move(form)) {}

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    auto site = findActivation(op, form, rewriter);
    if (failed(site))
      return failure();
    Location loc = site->root->getLoc();
    rewriter.setInsertionPoint(site->root);
    this->reporter.found(loc, stringifyGeluKind(kind).str());
    replaceUsesOf(site->root,
                  GeluOp::create(rewriter, loc, site->input.getType(), kind, site->input),
                  rewriter);
    return success();
  }

private:
  GeluKind kind;
  ActivationForm form;
};

struct RaiseGelu : tacit::nn::impl::RaiseGeluBase<RaiseGelu> {
  void runOnOperation() override {
    SiteReporter reporter("gelu", getOperation(), sites, nearMisses);
    RewritePatternSet patterns(&getContext());
    populateRaiseGeluPatterns(patterns, reporter);
    walkAndRaise(getOperation(), std::move(patterns), reporter);
  }
};

} // namespace

void tacit::nn::populateRaiseGeluPatterns(RewritePatternSet &patterns,
                                          SiteReporter &reporter) {
  MLIRContext *context = patterns.getContext();
  Polynomial halves{{{1, 0}, 0.5}, {{1, 1}, 0.5}}, product{{{1, 1}, 1.0}};
  patterns.add<RaiseGeluPattern<TanhOp>>(
      context, GeluKind::Tanh,
      ActivationForm{cubic(kSqrt2OverPi), halves, /*isDistinctive=*/true}, reporter);
  // This uses that 0.5 (1 + tanh(z)) is sigmoid(2 z).
  patterns.add<RaiseGeluPattern<SigmoidOp>>(
      context, GeluKind::Tanh,
      ActivationForm{cubic(2 * kSqrt2OverPi), product, /*isDistinctive=*/true}, reporter,
      /*benefit=*/2);
  // With a factor of 1 it is a SiLU.
  patterns.add<RaiseGeluPattern<SigmoidOp>>(context, GeluKind::Sigmoid,
                                            ActivationForm{{{{1, 0}, kSigmoid}},
                                                           product,
                                                           /*isDistinctive=*/true,
                                                           /*hasSiblings=*/true},
                                            reporter, /*benefit=*/1);
  patterns.add<RaiseGeluPattern<ErfOp>>(
      context, GeluKind::Erf,
      ActivationForm{{{{1, 0}, kSqrtHalf}}, halves, /*isDistinctive=*/true}, reporter);
}
