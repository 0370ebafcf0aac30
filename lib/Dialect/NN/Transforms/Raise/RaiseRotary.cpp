//===- RaiseRotary.cpp - Recognises rotary position embeddings ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ApplyPatterns.h"
#include "Rotation.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Raise/Patterns.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISEROTARY
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

/// Builds the whole operation. Its uses are not replaced yet.
static RotaryOp buildRotary(Rotation &rotation, PatternRewriter &rewriter,
                            SiteReporter &reporter) {
  widen(rotation, rewriter);
  Operation *root = rotation.root;
  reporter.found(root->getLoc(),
                 fmt::format("{} of {} features, pairs of {}",
                             2 * tensorOf(rotation.cos).getShape().back(),
                             tensorOf(rotation.input).getShape().back(),
                             rotation.isInterleaved ? "neighbours" : "halves"));
  rewriter.setInsertionPoint(root);
  return RotaryOp::create(rewriter, root->getLoc(), root->getResult(0).getType(),
                          rotation.input, rotation.cos, rotation.sin,
                          rotation.isInterleaved);
}

namespace {

/// A rotation that is a sum or a difference.
template <typename OpT>
struct RaiseTurnedSum : RaisePattern<OpT> {
  using RaisePattern<OpT>::RaisePattern;

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    auto rotation = readTurnedSum(op, rewriter);
    if (failed(rotation))
      return failure();
    RotaryOp rotary = buildRotary(*rotation, rewriter, this->reporter);
    replaceUsesOf(rotation->root, rotary, rewriter);
    return success();
  }
};

/// A rotation whose halves an OpT puts together.
template <typename OpT>
struct RaiseJoint : RaisePattern<OpT> {
  using RaisePattern<OpT>::RaisePattern;

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    auto rotation = readJoint(op, rewriter);
    if (failed(rotation))
      return failure();
    RotaryOp rotary = buildRotary(*rotation, rewriter, this->reporter);
    rewriter.replaceOp(rotation->root, rotary);
    return success();
  }
};

struct RaiseRotary : tacit::nn::impl::RaiseRotaryBase<RaiseRotary> {
  void runOnOperation() override {
    SiteReporter reporter("rotary", getOperation(), sites, nearMisses);
    RewritePatternSet sums(&getContext()), joints(&getContext());
    populateRaiseTurnedSumPatterns(sums, reporter);
    walkAndRaise(getOperation(), std::move(sums), reporter);
    populateRaiseJointPatterns(joints, reporter);
    if (failed(raiseFromTheEnd(getOperation(), std::move(joints), reporter)))
      return signalPassFailure();
  }
};

} // namespace

void tacit::nn::populateRaiseTurnedSumPatterns(RewritePatternSet &patterns,
                                               SiteReporter &reporter) {
  patterns.add<RaiseTurnedSum<AddOp>, RaiseTurnedSum<SubOp>>(patterns.getContext(),
                                                             reporter);
}

void tacit::nn::populateRaiseJointPatterns(RewritePatternSet &patterns,
                                           SiteReporter &reporter) {
  // From the end: a dimension of 2 that is joined before it is merged would pass for
  // pairs of its own.
  patterns.add<RaiseJoint<ConcatOp>, RaiseJoint<ReshapeOp>>(patterns.getContext(),
                                                            reporter);
}
