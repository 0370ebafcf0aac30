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

static constexpr double kCubic = 0.044715;

/// This is c (x + 0.044715 x^3).
static Polynomial cubic(double c) { return {{{1, 0}, c}, {{3, 0}, c * kCubic}}; }

/// Returns the standard argument of the function that a kind of GELU is computed from.
static Polynomial argumentOf(GeluKind kind) {
  double scale = GeluOp::standardScale(kind);
  return kind == GeluKind::Tanh ? cubic(scale) : Polynomial{{{1, 0}, scale}};
}

/// Recognises `result` of a function of `factor` times the argument of a kind of GELU.
static ActivationForm formOf(GeluKind kind, const Polynomial &result, double factor = 1) {
  ActivationForm form{argumentOf(kind) * factor, result, /*isDistinctive=*/true};
  form.tolerance = kShortenedConstants;
  return form;
}

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
    std::string what = stringifyGeluKind(kind).str();
    FloatAttr scale, cubic;
    if (auto &own = site->ownArgument) {
      what += " with the model's own constants: the argument is " + own->str();
      double linear = own->coefficient({1, 0});
      double factor = form.argument.coefficient({1, 0}) / GeluOp::standardScale(kind);
      scale = rewriter.getF64FloatAttr(linear / factor);
      if (kind == GeluKind::Tanh)
        cubic = rewriter.getF64FloatAttr(own->coefficient({3, 0}) / linear);
    }
    this->reporter.found(loc, what);
    replaceUsesOf(site->root,
                  GeluOp::create(rewriter, loc, site->input.getType(), kind, site->input,
                                 scale, cubic),
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
    RewritePatternSet sigmoids(&getContext()), patterns(&getContext());
    populateRaiseSigmoidPatterns(sigmoids);
    walkAndRaise(getOperation(), std::move(sigmoids), reporter);
    populateRaiseGeluPatterns(patterns, reporter);
    walkAndRaise(getOperation(), std::move(patterns), reporter);
  }
};

} // namespace

void tacit::nn::populateRaiseGeluPatterns(RewritePatternSet &patterns,
                                          SiteReporter &reporter) {
  MLIRContext *context = patterns.getContext();
  Polynomial halves{{{1, 0}, 0.5}, {{1, 1}, 0.5}}, product{{{1, 1}, 1.0}};
  patterns.add<RaiseGeluPattern<TanhOp>>(context, GeluKind::Tanh,
                                         formOf(GeluKind::Tanh, halves), reporter);
  // This uses that 0.5 (1 + tanh(z)) is sigmoid(2 z).
  patterns.add<RaiseGeluPattern<SigmoidOp>>(context, GeluKind::Tanh,
                                            formOf(GeluKind::Tanh, product, /*factor=*/2),
                                            reporter, /*benefit=*/2);
  // With any other factor it is a Swish.
  ActivationForm quick = formOf(GeluKind::Sigmoid, product);
  quick.hasSiblings = true;
  patterns.add<RaiseGeluPattern<SigmoidOp>>(context, GeluKind::Sigmoid, quick, reporter,
                                            /*benefit=*/1);
  patterns.add<RaiseGeluPattern<ErfOp>>(context, GeluKind::Erf,
                                        formOf(GeluKind::Erf, halves), reporter);
}
