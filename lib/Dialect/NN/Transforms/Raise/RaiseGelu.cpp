//===- RaiseGelu.cpp - Recognises GELU ------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Activation.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"

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

/// c (x + 0.044715 x^3)
static Polynomial cubic(double c) { return {{{1, 0}, c}, {{3, 0}, c * kCubic}}; }

namespace {

struct RaiseGelu : tacit::nn::impl::RaiseGeluBase<RaiseGelu> {
  template <typename OpT>
  void raise(GeluKind kind, const ActivationForm &form, SiteReporter &reporter) {
    IRRewriter rewriter(&getContext());
    for (OpT op : collect<OpT>(getOperation())) {
      auto site = findActivation(op, form, reporter);
      if (!site)
        continue;
      rewriter.setInsertionPoint(site->root);
      reporter.found(site->root->getLoc(), stringifyGeluKind(kind).str());
      rewriter.replaceOpWithNewOp<GeluOp>(site->root, site->input.getType(), kind,
                                          site->input);
    }
  }

  void runOnOperation() override {
    SiteReporter reporter("gelu", getOperation(), sites, nearMisses);
    Polynomial halves{{{1, 0}, 0.5}, {{1, 1}, 0.5}};
    eraseDead(getOperation());
    raise<TanhOp>(GeluKind::Tanh, {cubic(kSqrt2OverPi), halves, /*isDistinctive=*/true},
                  reporter);
    // 0.5 (1 + tanh(z)) is sigmoid(2 z).
    raise<SigmoidOp>(GeluKind::Tanh,
                     {cubic(2 * kSqrt2OverPi), {{{1, 1}, 1.0}}, /*isDistinctive=*/true},
                     reporter);
    // A factor of 1 makes it a SiLU.
    raise<SigmoidOp>(GeluKind::Sigmoid,
                     {{{{1, 0}, kSigmoid}},
                      {{{1, 1}, 1.0}},
                      /*isDistinctive=*/true,
                      /*hasSiblings=*/true},
                     reporter);
    raise<ErfOp>(GeluKind::Erf, {{{{1, 0}, kSqrtHalf}}, halves, /*isDistinctive=*/true},
                 reporter);
    eraseDead(getOperation());
  }
};

} // namespace
