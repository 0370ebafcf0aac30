//===- ApplyPatterns.cpp - How raise passes apply patterns ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ApplyPatterns.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"

using namespace mlir;
using namespace tacit::nn;

void tacit::nn::walkAndRaise(func::FuncOp function, RewritePatternSet patterns,
                             SiteReporter &reporter) {
  eraseDead(function);
  walkAndApplyPatterns(function, std::move(patterns), &reporter);
  eraseDead(function);
}

LogicalResult tacit::nn::raiseFromTheEnd(func::FuncOp function, RewritePatternSet patterns,
                                         SiteReporter &reporter) {
  // Recognition is the only purpose: no folding, no other simplification. What a
  // pattern builds is not a fragment of an exporter.
  GreedyRewriteConfig config;
  config.setUseTopDownTraversal(false)
      .setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled)
      .setStrictness(GreedyRewriteStrictness::ExistingOps)
      .setListener(&reporter)
      .enableFolding(false)
      .enableConstantCSE(false);
  if (failed(applyPatternsGreedily(function, std::move(patterns), config)))
    return failure();
  eraseDead(function);
  return success();
}

void tacit::nn::replaceUsesOf(Operation *root, Operation *whole,
                              PatternRewriter &rewriter) {
  rewriter.replaceAllUsesWith(root->getResults(), whole->getResults());
}
