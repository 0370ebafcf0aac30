//===- ReplaceActivation.cpp - Replaces activations by other functions ----===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "tacit/Dialect/NN/Analysis/SiteNames.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Dialect/NN/Transforms/Surgery/Passes.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Dialect/NN/Utils/SiteReporter.h"
#include "tacit/Support/Error.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_REPLACEACTIVATION
#include "tacit/Dialect/NN/Transforms/Surgery/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

llvm::Error tacit::nn::checkOptions(const ReplaceActivationOptions &options) {
  if (!(options.slope >= 0 && options.slope < 1))
    return fail(ErrorKind::InvalidArgument,
                "a slope of 0.01 gives x / 100 where x is negative",
                "slope is {:g}; expected a number from 0 to less than 1", options.slope);
  if (options.slope != 0 && options.with != Replacement::Relu)
    return fail(ErrorKind::InvalidArgument, "leave the slope out",
                "'slope' applies to a ReLU only; expected it together with with=relu");
  return llvm::Error::success();
}

/// Returns the kind of GELU that replaces the activation, if it is one.
static std::optional<GeluKind> geluKindOf(Replacement replacement) {
  return tacit::numerics::symbolizeGeluKind(stringifyReplacement(replacement));
}

/// Returns the name of the function that an activation computes.
static std::string nameOf(Operation *op) {
  std::string name = op->getName().stripDialect().str();
  if (auto gelu = dyn_cast<GeluOp>(op))
    name += " " + stringifyGeluKind(gelu.getApproximation()).str();
  // With constants of its own it is not the function that may replace it.
  if (op->hasAttr("scale") || op->hasAttr("beta"))
    name += " with its own constants";
  return name;
}

/// Computes max(x, slope * x).
static Value leakyRelu(OpBuilder &builder, Location loc, Value x, double slope) {
  auto type = cast<RankedTensorType>(x.getType());
  auto scalar = RankedTensorType::get({}, type.getElementType());
  auto number = FloatAttr::get(type.getElementType(), slope);
  Value factor =
      ConstantOp::create(builder, loc, scalar, DenseElementsAttr::get(scalar, number));
  setFromAttribute(factor.getDefiningOp());
  Value scaled = MulOp::create(builder, loc, type, x, factor);
  return MaximumOp::create(builder, loc, type, x, scaled);
}

namespace {

struct ReplaceActivation : tacit::nn::impl::ReplaceActivationBase<ReplaceActivation> {
  using ReplaceActivationBase::ReplaceActivationBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (auto error = checkOptions({siteText, what, with, slope}))
      return emitError(UnknownLoc::get(context)) << llvm::toString(std::move(error));
    return parseSites(siteText, context, chosen);
  }

  bool isReplaced(Operation *op) const {
    return isa<GeluOp>(op) || (what == ActivationSet::Any && isa<SiluOp, ReluOp>(op));
  }

  /// Returns the replacement of an activation of `x`.
  std::string newName() const {
    if (auto kind = geluKindOf(with))
      return "gelu " + stringifyGeluKind(*kind).str();
    if (with == Replacement::Identity)
      return "identity";
    return slope == 0 ? "relu" : fmt::format("relu of slope {:g}", slope.getValue());
  }

  Value replacementOf(OpBuilder &builder, Location loc, Value x) const {
    if (auto kind = geluKindOf(with))
      return GeluOp::create(builder, loc, x.getType(), *kind, x, /*scale=*/FloatAttr(),
                            /*cubic=*/FloatAttr());
    if (with == Replacement::Identity)
      return x;
    if (slope == 0)
      return ReluOp::create(builder, loc, x.getType(), x);
    return leakyRelu(builder, loc, x, slope);
  }

  /// False if the activation is not among the sites.
  bool replace(Operation *op, std::optional<unsigned> block, SiteReporter &reporter) const {
    std::string before = describe(block) + ": " + nameOf(op);
    if (!chosen.contains(block, getSiteName(op))) {
      reporter.nearMiss(getSiteLocation(op), before + " is not among the sites");
      return false;
    }
    reporter.found(getSiteLocation(op), before + " becomes " + newName());
    OpBuilder builder(op);
    Value result = replacementOf(builder, op->getLoc(), op->getOperand(0));
    if (with != Replacement::Identity)
      copySiteName(op, result.getDefiningOp());
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
    return true;
  }

  void runOnOperation() override {
    AnalysisManager analyses = getAnalysisManager();
    if (failed(checkSites(chosen, getOperation(), analyses)))
      return signalPassFailure();
    SiteReporter reporter("replace-activation", getOperation(), sites, nearMisses,
                          "surgery");
    const Blocks &blocks = getAnalysis<Blocks>();
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isReplaced(op) && nameOf(op) != newName())
        ops.push_back(op);
    });
    bool isChanged = false;
    for (Operation *op : ops)
      isChanged |= replace(op, blocks.blockOf(op), reporter);
    if (!isChanged)
      markAllAnalysesPreserved();
  }

  Sites chosen;
};

} // namespace
