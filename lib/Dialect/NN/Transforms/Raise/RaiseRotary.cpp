//===- RaiseRotary.cpp - Recognises rotary position embeddings ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rotation.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISEROTARY
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static void raise(Operation *root, std::optional<Rotation> rotation,
                  const std::string &reason, IRRewriter &rewriter, SiteReporter &reporter) {
  if (!rotation) {
    if (!reason.empty())
      reporter.nearMiss(root->getLoc(), reason);
    return;
  }
  widen(*rotation, rewriter);
  root = rotation->root;
  reporter.found(root->getLoc(),
                 fmt::format("{} of {} features, pairs of {}",
                             2 * tensorOf(rotation->cos).getShape().back(),
                             tensorOf(rotation->input).getShape().back(),
                             rotation->isInterleaved ? "neighbours" : "halves"));
  rewriter.setInsertionPoint(root);
  rewriter.replaceOpWithNewOp<RotaryOp>(root, root->getResult(0).getType(), rotation->input,
                                        rotation->cos, rotation->sin,
                                        rotation->isInterleaved);
}

namespace {

struct RaiseRotary : tacit::nn::impl::RaiseRotaryBase<RaiseRotary> {
  void runOnOperation() override {
    SiteReporter reporter("rotary", getOperation(), sites, nearMisses);
    IRRewriter rewriter(&getContext());
    eraseDead(getOperation());
    raiseSums(rewriter, reporter);
    eraseDead(getOperation());
    raiseJoints(rewriter, reporter);
    eraseDead(getOperation());
  }

  void raiseSums(IRRewriter &rewriter, SiteReporter &reporter) {
    SmallVector<Operation *> sums;
    getOperation().walk([&](Operation *op) {
      if (isa<AddOp, SubOp>(op))
        sums.push_back(op);
    });
    for (Operation *op : sums) {
      std::string reason;
      auto rotation = readTurnedSum(op, rewriter, reason);
      raise(op, rotation, reason, rewriter, reporter);
    }
  }

  void raiseJoints(IRRewriter &rewriter, SiteReporter &reporter) {
    SmallVector<Operation *> joints;
    getOperation().walk([&](Operation *op) {
      if (isa<ConcatOp, ReshapeOp>(op))
        joints.push_back(op);
    });
    // The last first: a dimension of 2 that is joined before it is merged would pass
    // for pairs of its own.
    for (Operation *op : llvm::reverse(joints)) {
      if (op->use_empty())
        continue;
      std::string reason;
      auto rotation = readJoint(op, rewriter, reason);
      raise(op, rotation, reason, rewriter, reporter);
    }
  }
};

} // namespace
