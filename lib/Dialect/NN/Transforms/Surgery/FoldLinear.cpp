//===- FoldLinear.cpp - Merges two linear layers --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearProduct.h"
#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "tacit/Dialect/NN/Analysis/SiteNames.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Dialect/NN/Transforms/Surgery/Passes.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Dialect/NN/Utils/SiteReporter.h"
#include "tacit/Support/Elements.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_FOLDLINEAR
#include "tacit/Dialect/NN/Transforms/Surgery/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// A splat constant can have any number of elements without having bytes for them. The
/// bytes of other constants exist somewhere, which bounds their size.
static constexpr int64_t kMaxSplatBytes = int64_t(1) << 30;

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

static bool isExact(LinearOp op) {
  MultiplierAttr multiplier = op.getMultiplierAttr();
  return !multiplier || multiplier.getKind() == MultiplierKind::Exact;
}

/// Succeeds if this operand is none, or one whose elements can be read now.
static llvm::Error checkConstant(Value value, StringRef what) {
  if (!value)
    return llvm::Error::success();
  ConstantOp source = sourceOf(value);
  if (!source)
    return llvm::createStringError(what + " is computed, not constant");
  ElementsAttr elements = source.getValue();
  if (!isa<DenseElementsAttr, DenseResourceElementsAttr>(elements))
    return llvm::createStringError(what + " is not a dense constant");
  auto size = byteSize(elements.getShapedType());
  auto dense = dyn_cast<DenseElementsAttr>(elements);
  if (!size || (dense && dense.isSplat() && *size > kMaxSplatBytes))
    return llvm::createStringError(what + " is a splat of too many elements");
  return llvm::Error::success();
}

static std::string shapeText(RankedTensorType type) {
  return fmt::format("{}x{}", type.getDimSize(0), type.getDimSize(1));
}

/// Succeeds if `first` and `second`, which reads it, can become one layer.
static llvm::Error checkPair(LinearOp first, LinearOp second) {
  if (!first->hasOneUse())
    return llvm::createStringError("something else reads the first product");
  if (!typeOf(second).getElementType().isF32())
    return llvm::createStringError("the elements are not f32");
  if (!isExact(first) || !isExact(second))
    return llvm::createStringError("a product is not exact");
  std::pair<Value, StringRef> constants[] = {{first.getWeight(), "the first weight"},
                                             {second.getWeight(), "the second weight"},
                                             {first.getBias(), "the first bias"},
                                             {second.getBias(), "the second bias"}};
  for (auto [value, what] : constants)
    if (auto error = checkConstant(value, what))
      return error;
  auto w1 = typeOf(first.getWeight()), w2 = typeOf(second.getWeight());
  // Each type may know dimensions that the other leaves free.
  SmallVector<int64_t> shape(typeOf(first.getInput()).getShape());
  shape.back() = w2.getDimSize(1);
  if (w1.getDimSize(1) != w2.getDimSize(0) ||
      !areCompatibleShapes(TypeRange(RankedTensorType::get(shape, w2.getElementType())),
                           TypeRange(second.getType())))
    return llvm::createStringError(
        "the dimensions of the two layers contradict each other");
  __int128 rows = w1.getDimSize(0), columns = w2.getDimSize(1);
  if (rows * columns > __int128(w1.getNumElements()) + w2.getNumElements())
    return llvm::createStringError(fmt::format("{}x{} is larger than {} and {}",
                                               w1.getDimSize(0), w2.getDimSize(1),
                                               shapeText(w1), shapeText(w2)));
  return llvm::Error::success();
}

/// Returns the layer whose result `op` reads directly, without a change of order.
static LinearOp layerBefore(LinearOp op) {
  auto first = op.getInput().getDefiningOp<LinearOp>();
  return first && first->getBlock() == op->getBlock() ? first : LinearOp();
}

/// Returns the only operation between `op` and a layer, unless it is a residual sum.
static Operation *operationBefore(LinearOp op, const Blocks &blocks) {
  Operation *between = op.getInput().getDefiningOp();
  if (!between || isa<AttentionOp, MatmulOp>(between) || blocks.isResidualSum(between) ||
      llvm::none_of(between->getOperands(),
                    [](Value operand) { return operand.getDefiningOp<LinearOp>(); }))
    return nullptr;
  return between;
}

/// Replaces two layers by one, if there is no reason against it. It keeps the site of the
/// second, whose result it computes.
static FailureOr<LinearOp> fold(LinearOp first, LinearOp second, bool isNamed,
                                IRRewriter &rewriter) {
  FailureOr<LinearProduct> product = isNamed ? LinearProduct() : multiply(first, second);
  if (failed(product))
    return failure();
  auto constant = [&](ArrayRef<int64_t> shape, std::vector<char> bytes, Value a, Value b) {
    std::string key;
    for (Value value : {a, b})
      if (std::string part = value ? keyOf(value) : ""; !part.empty())
        key += (key.empty() ? "" : "*") + part;
    key = key.empty() ? "folded" : key;
    auto type = RankedTensorType::get(shape, rewriter.getF32Type());
    return ConstantOp::create(rewriter, second.getLoc(), type,
                              isNamed ? makeNamedElements(type, key)
                                      : makeElements(type, std::move(bytes), key));
  };
  rewriter.setInsertionPoint(second);
  std::string site = getSiteName(second).str();
  int64_t rows = typeOf(first.getWeight()).getDimSize(0);
  int64_t columns = typeOf(second.getWeight()).getDimSize(1);
  Value weight = constant({rows, columns}, std::move(product->weight), first.getWeight(),
                          second.getWeight());
  Value bias = second.getBias();
  if (first.getBias())
    bias = constant({columns}, std::move(product->bias), first.getBias(), second.getBias());
  auto folded = rewriter.replaceOpWithNewOp<LinearOp>(
      second, second.getType(), first.getInput(), weight, bias, MultiplierAttr());
  setSiteName(folded, site);
  rewriter.eraseOp(first);
  return folded;
}

namespace {

struct FoldLinear : tacit::nn::impl::FoldLinearBase<FoldLinear> {
  using FoldLinearBase::FoldLinearBase;

  LogicalResult initialize(MLIRContext *context) override {
    return parseSites(siteText, context, chosen);
  }

  /// Folds layers into `op`, the nearest first, as long as there are any. Returns
  /// true if there was one.
  FailureOr<bool> foldInto(LinearOp op, std::optional<unsigned> block,
                           SiteReporter &reporter) {
    IRRewriter rewriter(&getContext());
    bool isFolded = false;
    while (LinearOp first = layerBefore(op)) {
      if (!chosen.contains(block, getSiteName(op)) || errorToBool(checkPair(first, op)))
        break;
      std::string shapes = shapeText(typeOf(first.getWeight())) + " and " +
                           shapeText(typeOf(op.getWeight()));
      auto folded = fold(first, op, named, rewriter);
      if (failed(folded))
        return failure();
      op = *folded;
      isFolded = true;
      reporter.found(getSiteLocation(op), describe(block) + ": " + shapes + " become " +
                                              shapeText(typeOf(op.getWeight())));
    }
    return isFolded;
  }

  void reportNearMisses(SiteReporter &reporter) {
    const Blocks &blocks = getAnalysis<Blocks>();
    for (LinearOp op : collect<LinearOp>(getOperation())) {
      auto block = blocks.blockOf(op);
      auto miss = [&](const Twine &reason) {
        reporter.nearMiss(getSiteLocation(op), (describe(block) + ": " + reason).str());
      };
      LinearOp first = layerBefore(op);
      if (first && !chosen.contains(block, getSiteName(op)))
        miss("not among the sites");
      else if (auto error = first ? checkPair(first, op) : llvm::Error::success())
        miss(llvm::toString(std::move(error)));
      else if (Operation *between = first ? nullptr : operationBefore(op, blocks))
        miss(between->getName().getStringRef() + " stands between");
    }
  }

  /// Folds what can be folded; returns whether there was something.
  FailureOr<bool> foldAll(SiteReporter &reporter) {
    const Blocks &blocks = getAnalysis<Blocks>();
    bool isFolded = false;
    for (LinearOp op : collect<LinearOp>(getOperation())) {
      auto folded = foldInto(op, blocks.blockOf(op), reporter);
      if (failed(folded))
        return failure();
      isFolded |= *folded;
    }
    return eraseDead(getOperation()) || isFolded;
  }

  void runOnOperation() override {
    AnalysisManager analyses = getAnalysisManager();
    if (failed(checkSites(chosen, getOperation(), analyses)))
      return signalPassFailure();
    SiteReporter reporter("fold-linear", getOperation(), sites, nearMisses, "surgery");
    bool wasDead = eraseDead(getOperation());
    if (wasDead)
      analyses.invalidate({});
    auto folded = foldAll(reporter);
    if (failed(folded))
      return signalPassFailure();
    if (*folded)
      analyses.invalidate({});
    reportNearMisses(reporter);
    // Analyses were invalidated after each change above, and reports change nothing.
    markAllAnalysesPreserved();
  }

  Sites chosen;
};

} // namespace
