//===- RaiseSilu.cpp - Recognises SiLU ------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Activation.h"
#include "tacit/Dialect/NN/Transforms/Passes.h"

namespace tacit::nn {
#define GEN_PASS_DEF_RAISESILU
#include "tacit/Dialect/NN/Transforms/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

namespace {

struct RaiseSilu : tacit::nn::impl::RaiseSiluBase<RaiseSilu> {
  void runOnOperation() override {
    SiteReporter reporter("silu", getOperation(), sites, nearMisses);
    IRRewriter rewriter(&getContext());
    // A sigmoid of x alone says nothing: gates have it too.
    ActivationForm form{Polynomial::atom(0), {{{1, 1}, 1.0}}, /*isDistinctive=*/false};
    eraseDead(getOperation());
    for (SigmoidOp op : collect<SigmoidOp>(getOperation())) {
      auto site = findActivation(op, form, reporter);
      if (!site)
        continue;
      rewriter.setInsertionPoint(site->root);
      reporter.found(site->root->getLoc(), "x * sigmoid(x)");
      rewriter.replaceOpWithNewOp<SiluOp>(site->root, site->input.getType(), site->input);
    }
    eraseDead(getOperation());
  }
};

} // namespace
