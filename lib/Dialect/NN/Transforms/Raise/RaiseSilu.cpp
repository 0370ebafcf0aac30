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
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISESILU
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

/// Any factor is a Swish. This one is larger than those of models.
static constexpr double kLargestBeta = 1000;

namespace {
/// Describes 1 + exp(-factor * x).
struct Logistic {
  Value x;
  double factor;

  Value sigmoid(RewriterBase &rewriter, Location loc) const;
};
} // namespace

static std::optional<Logistic> matchLogistic(Value value) {
  auto one = matchScalar<AddOp>(value);
  auto exponential = one ? one->other.getDefiningOp<ExpOp>() : ExpOp();
  if (!exponential || one->scalar != 1 || exponential.getType() != value.getType())
    return std::nullopt;
  if (auto negation = exponential.getInput().getDefiningOp<NegOp>())
    return Logistic{negation.getInput(), 1};
  auto product = matchScalar<MulOp>(exponential.getInput());
  if (!product || !(product->scalar < 0) || product->other.getType() != value.getType())
    return std::nullopt;
  return Logistic{product->other, -product->scalar};
}

/// Returns sigmoid(factor * x).
Value Logistic::sigmoid(RewriterBase &rewriter, Location loc) const {
  auto type = cast<RankedTensorType>(x.getType());
  if (factor == 1)
    return SigmoidOp::create(rewriter, loc, type, x);
  auto scalar = RankedTensorType::get({}, type.getElementType());
  auto number = FloatAttr::get(type.getElementType(), factor);
  Value constant =
      ConstantOp::create(rewriter, loc, scalar, DenseElementsAttr::get(scalar, number));
  Value scaled = MulOp::create(rewriter, loc, type, x, constant);
  return SigmoidOp::create(rewriter, loc, type, scaled);
}

namespace {

struct RaiseReciprocal : OpRewritePattern<ReciprocalOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReciprocalOp op, PatternRewriter &rewriter) const override {
    auto logistic = matchLogistic(op.getInput());
    if (!logistic)
      return failure();
    rewriter.replaceOp(op, logistic->sigmoid(rewriter, op.getLoc()));
    return success();
  }
};

/// y / (1 + exp(-x)). With a y of 1 nn-normalize made it a reciprocal.
struct RaiseQuotient : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op, PatternRewriter &rewriter) const override {
    auto logistic = matchLogistic(op.getRhs());
    if (!logistic || op.getType() != logistic->x.getType())
      return failure();
    Value gate = logistic->sigmoid(rewriter, op.getLoc());
    rewriter.replaceOpWithNewOp<MulOp>(op, op.getType(), op.getLhs(), gate);
    return success();
  }
};

struct RaiseSiluPattern : RaisePattern<SigmoidOp> {
  using RaisePattern::RaisePattern;

  LogicalResult matchAndRewrite(SigmoidOp op, PatternRewriter &rewriter) const override {
    // A sigmoid of x alone is not a near miss, because gates have it too.
    ActivationForm form{Polynomial::atom(0), {{{1, 1}, 1.0}}, /*isDistinctive=*/false};
    form.tolerance = kLargestBeta;
    auto site = findActivation(op, form, rewriter);
    if (failed(site))
      return failure();
    double beta = site->ownArgument ? site->ownArgument->coefficient({1, 0}) : 1;
    if (beta <= 0)
      return rewriter.notifyMatchFailure(
          op, fmt::format("the argument is {}; expected a positive factor",
                          site->ownArgument->str()));
    Location loc = site->root->getLoc();
    rewriter.setInsertionPoint(site->root);
    reporter.found(loc, beta == 1 ? "x * sigmoid(x)"
                                  : fmt::format("x * sigmoid({:.7g} x)", beta));
    FloatAttr own = beta == 1 ? FloatAttr() : rewriter.getF64FloatAttr(beta);
    replaceUsesOf(site->root,
                  SiluOp::create(rewriter, loc, site->input.getType(), site->input, own),
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
