//===- RemoveLayerNorm.cpp - Removes normalisations -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "tacit/Dialect/NN/Analysis/SiteNames.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Dialect/NN/Transforms/Surgery/Passes.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Dialect/NN/Utils/SiteReporter.h"

namespace tacit::nn {
#define GEN_PASS_DEF_REMOVELAYERNORM
#include "tacit/Dialect/NN/Transforms/Surgery/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

namespace {

struct RemoveLayerNorm : tacit::nn::impl::RemoveLayerNormBase<RemoveLayerNorm> {
  using RemoveLayerNormBase::RemoveLayerNormBase;

  LogicalResult initialize(MLIRContext *context) override {
    return parseSites(siteText, context, chosen);
  }

  /// True if there were some.
  template <typename OpT>
  bool remove(const Blocks &blocks, SiteReporter &reporter) {
    bool isFound = false;
    for (OpT op : collect<OpT>(getOperation())) {
      auto block = blocks.blockOf(op);
      std::string what = describe(block) + ": " + op.getOperationName().str();
      if (!chosen.contains(block, getSiteName(op))) {
        reporter.nearMiss(getSiteLocation(op), what + " is not among the sites");
        continue;
      }
      reporter.found(getSiteLocation(op), what + " removed");
      op.getResult().replaceAllUsesWith(op.getInput());
      op.erase();
      isFound = true;
    }
    return isFound;
  }

  void runOnOperation() override {
    AnalysisManager analyses = getAnalysisManager();
    if (failed(checkSites(chosen, getOperation(), analyses)))
      return signalPassFailure();
    SiteReporter reporter("remove-layer-norm", getOperation(), sites, nearMisses,
                          "surgery");
    const Blocks &blocks = getAnalysis<Blocks>();
    bool isChanged = remove<LayerNormOp>(blocks, reporter);
    isChanged |= remove<RMSNormOp>(blocks, reporter);
    isChanged |= eraseDead(getOperation());
    if (!isChanged)
      markAllAnalysesPreserved();
  }

  Sites chosen;
};

} // namespace
