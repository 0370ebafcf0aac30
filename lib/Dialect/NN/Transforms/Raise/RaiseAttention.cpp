//===- RaiseAttention.cpp - Recognises scaled dot-product attention -------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ApplyPatterns.h"
#include "Heads.h"
#include "Scores.h"
#include "mlir/Support/DebugStringHelper.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Raise/Patterns.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include <cmath>
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISEATTENTION
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

//===----------------------------------------------------------------------===//
// Query, key and value
//===----------------------------------------------------------------------===//

/// Returns the key whose last two dimensions `transposed` has swapped. Transpositions
/// compose, and cancel if they can; factors go into `scale`.
static Value keyOf(Value transposed, double &scale, RewriterBase &rewriter) {
  auto permutation = llvm::to_vector(llvm::seq<int64_t>(0, tensorOf(transposed).getRank()));
  std::swap(permutation.back(), permutation[permutation.size() - 2]);
  Value key = stripScale(transposed, scale);
  while (auto transpose = key.getDefiningOp<TransposeOp>()) {
    for (int64_t &dim : permutation)
      dim = transpose.getPermutation()[dim];
    key = stripScale(transpose.getInput(), scale);
  }
  if (llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())))
    return key;
  return TransposeOp::create(rewriter, transposed.getLoc(), key, permutation);
}

/// Succeeds if query, key and value can be the operands of one nn.attention. The near
/// miss is reported.
static LogicalResult checkOperands(Scores scores, MatmulOp output,
                                   PatternRewriter &rewriter) {
  if (scores.product.getMultiplierAttr() != output.getMultiplierAttr())
    return rewriter.notifyMatchFailure(output,
                                       "the two products have different multipliers");
  auto query = tensorOf(scores.product.getLhs()), key = tensorOf(scores.product.getRhs()),
       value = tensorOf(output.getRhs());
  if (scores.isReverse)
    std::swap(query, key);
  // If one of two dimensions is free, the other must not be 1, because it might broadcast.
  // Those of key and value may be, and are repeated.
  auto isShared = [](ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
    return llvm::all_of(llvm::zip(lhs, rhs), [](auto pair) {
      auto [a, b] = pair;
      return a == b || b == 1 || ShapedType::isDynamic(a) ||
             (ShapedType::isDynamic(b) && a != 1);
    });
  };
  auto leading = [](RankedTensorType type) { return type.getShape().drop_back(2); };
  if (query.getRank() >= 2 && key.getRank() == query.getRank() &&
      value.getRank() == query.getRank() && isShared(leading(query), leading(key)) &&
      isShared(leading(query), leading(value)))
    return success();
  return rewriter.notifyMatchFailure(
      output, fmt::format("query, transposed key and value are {}, {} and {}; expected "
                          "equal leading dimensions, or 1 in those of key and value",
                          debugString(query), debugString(key), debugString(value)));
}

/// Returns `value` with other leading dimensions; null if free ones prevent it.
static Value reshapeLeading(Value value, ArrayRef<int64_t> leading,
                            RewriterBase &rewriter) {
  auto type = tensorOf(value);
  SmallVector<int64_t> shape(leading);
  llvm::append_range(shape, type.getShape().take_back(2));
  auto knownProduct = [](ArrayRef<int64_t> dims) {
    __int128 product = 1;
    for (int64_t dim : dims)
      product *= ShapedType::isDynamic(dim) ? 1 : dim;
    return product;
  };
  if (type.clone(shape).getNumDynamicDims() != type.getNumDynamicDims() ||
      knownProduct(shape) != knownProduct(type.getShape()))
    return {};
  return ReshapeOp::create(rewriter, value.getLoc(), type.clone(shape), value);
}

//===----------------------------------------------------------------------===//
// The fragment
//===----------------------------------------------------------------------===//

namespace {
/// A softmax between two products.
struct Site {
  MatmulOp output;
  SoftmaxOp softmax;
  /// If set, NaN probabilities, which rows without keys have, are replaced by 0.
  bool isGuarded = false;
  /// True if the leading dimensions of the probabilities were reshaped after the softmax.
  bool isReshaped = false;
};
} // namespace

/// Returns p of where(not (p == p), 0, p), by which PyTorch guards probabilities; null for
/// any other value.
static Value guardedBy(WhereOp guard) {
  auto condition = guard ? guard.getCondition().getDefiningOp<NotOp>() : nullptr;
  auto isNumber = condition ? condition.getInput().getDefiningOp<CompareOp>() : nullptr;
  Value value = guard ? guard.getFalseValue() : Value();
  bool isGuard = isNumber && isNumber.getPredicate() == ComparePredicate::Equal &&
                 isNumber.getLhs() == value && isNumber.getRhs() == value &&
                 matchPattern(guard.getTrueValue(), m_AnyZeroFloat()) &&
                 guard.getType() == value.getType();
  return isGuard ? value : Value();
}

static std::optional<Site> findSite(MatmulOp output) {
  Value weights = output.getLhs();
  Value guarded = guardedBy(weights.getDefiningOp<WhereOp>());
  auto softmax = (guarded ? guarded : weights).getDefiningOp<SoftmaxOp>();
  if (softmax)
    return Site{output, softmax, guarded != nullptr};
  auto reshape = weights.getDefiningOp();
  if (!isa_and_present<ReshapeOp, DynamicReshapeOp>(reshape))
    return std::nullopt;
  softmax = reshape->getOperand(0).getDefiningOp<SoftmaxOp>();
  auto shape = tensorOf(weights).getShape();
  bool keepsLast = softmax && shape.size() >= 2 && softmax.getType().getRank() >= 2 &&
                   shape.take_back(2) == softmax.getType().getShape().take_back(2);
  return keepsLast ? std::optional(Site{output, softmax, false, true}) : std::nullopt;
}

/// Succeeds if the probabilities are those of an attention. The near miss is reported.
static LogicalResult checkProbabilities(Site site, PatternRewriter &rewriter) {
  int64_t axis = site.softmax.getAxis(), last = site.softmax.getType().getRank() - 1;
  if (axis != last)
    return rewriter.notifyMatchFailure(
        site.output,
        fmt::format("the softmax runs along axis {}; expected the last one, {}", axis,
                    last));
  // The guard reads them three times: twice to compare, once to select.
  auto isAllowed = [&](Operation *user) {
    return user == site.output.getLhs().getDefiningOp() || user == site.output ||
           (isa<CompareOp>(user) && user->hasOneUse());
  };
  bool isShared = site.isGuarded ? !llvm::all_of(site.softmax->getUsers(), isAllowed)
                                 : !site.softmax.getResult().hasOneUse();
  if (isShared || !site.output.getLhs().hasOneUse())
    return rewriter.notifyMatchFailure(site.output,
                                       "something else reads the probabilities");
  return success();
}

/// Brings query, key and value to the leading dimensions that the softmax has.
static LogicalResult alignHeads(Heads &heads, Site site, const Scores &scores,
                                PatternRewriter &rewriter) {
  auto leading = site.softmax.getType().getShape().drop_back(2);
  if (scores.isReshaped) {
    heads.query = reshapeLeading(heads.query, leading, rewriter);
    heads.key = reshapeLeading(heads.key, leading, rewriter);
  }
  if (site.isReshaped)
    heads.value = reshapeLeading(heads.value, leading, rewriter);
  if (heads.query && heads.key && heads.value)
    return success();
  return rewriter.notifyMatchFailure(
      site.output, "the heads are merged with another dimension that is free");
}

/// Returns the type of an attention that leads to `output` by a reshape of leading
/// dimensions.
static RankedTensorType attentionType(Site site, const Heads &heads) {
  SmallVector<int64_t> shape(tensorOf(heads.query).getShape().drop_back(2));
  llvm::append_range(shape, site.output.getType().getShape().take_back(2));
  return site.output.getType().clone(shape);
}

static std::string describe(float scale, const AttentionMask &mask, int64_t group) {
  std::string text = fmt::format("scale {:g}, {} mask", scale,
                                 !mask.value      ? "no"
                                 : isCausal(mask) ? "causal"
                                 : mask.fill      ? "boolean"
                                                  : "float");
  return group == 1 ? text : text + fmt::format(", {} heads share a key", group);
}

/// Builds an attention over `scores` that has the result of `site`.
static FailureOr<Value> buildAttention(Site site, Scores scores, PatternRewriter &rewriter,
                                       SiteReporter &reporter) {
  MatmulOp output = site.output;
  Location loc = output.getLoc();
  Heads heads{stripScale(scores.product.getLhs(), scores.scale),
              keyOf(scores.product.getRhs(), scores.scale, rewriter),
              output.getRhs(),
              {}};
  if (scores.isReverse)
    std::swap(heads.query, heads.key);
  auto scale = static_cast<float>(scores.scale);
  if (!std::isfinite(scale))
    return rewriter.notifyMatchFailure(
        output, fmt::format("the scale is {:g}; expected a finite number", scores.scale));
  // Arithmetic on f32 has no use for more digits; that on f64 has.
  auto element = cast<FloatType>(output.getType().getElementType());
  if (element.getFPMantissaWidth() > 24 && scale != scores.scale)
    return rewriter.notifyMatchFailure(
        output, fmt::format("the scale is {:.17g}, which f32 cannot hold", scores.scale));
  if (failed(alignHeads(heads, site, scores, rewriter)))
    return failure();
  auto mask = combineMasks(scores.masks, element, output, rewriter);
  if (failed(mask))
    return failure();
  heads.mask = mask->value;
  int64_t group = groupHeads(heads, rewriter);

  AttentionOp::Properties properties;
  properties.setScale(rewriter.getF32FloatAttr(scale));
  if (mask->fill)
    properties.setFill(rewriter.getF32FloatAttr(*mask->fill));
  SmallVector<Value> operands{heads.query, heads.key, heads.value};
  if (heads.mask)
    operands.push_back(heads.mask);
  // Free dimensions may hide that the parts do not fit together.
  SmallVector<Type> types;
  RankedTensorType type = attentionType(site, heads);
  if (failed(AttentionOp::inferReturnTypes(rewriter.getContext(), std::nullopt, operands,
                                           DictionaryAttr(), OpaqueProperties(&properties),
                                           {}, types)) ||
      !areCompatibleShapes(types, TypeRange(type)))
    return rewriter.notifyMatchFailure(
        output, "the shapes of query, key, value and mask contradict each other");
  reporter.found(loc, describe(scale, *mask, group));
  Value result = AttentionOp::create(
      rewriter, loc, type, heads.query, heads.key, heads.value, heads.mask,
      properties.getScale(), properties.getFill(),
      site.isGuarded ? rewriter.getUnitAttr() : UnitAttr(), output.getMultiplierAttr());
  if (type != output.getType())
    result = ReshapeOp::create(rewriter, loc, output.getType(), result);
  return result;
}

namespace {

struct RaiseAttentionPattern : RaisePattern<MatmulOp> {
  using RaisePattern::RaisePattern;

  LogicalResult matchAndRewrite(MatmulOp output, PatternRewriter &rewriter) const override {
    auto site = findSite(output);
    if (!site || failed(checkProbabilities(*site, rewriter)))
      return failure();
    auto scores = readScores(site->softmax.getInput(), output, rewriter);
    if (failed(scores) || failed(checkOperands(*scores, output, rewriter)))
      return failure();
    Operation *before = output->getPrevNode();
    auto result = buildAttention(*site, *scores, rewriter, reporter);
    if (succeeded(result)) {
      rewriter.replaceOp(output, *result);
      return success();
    }
    // Only what was built shows whether the shapes fit; a pattern that fails leaves the
    // program as it was.
    while (output->getPrevNode() != before)
      rewriter.eraseOp(output->getPrevNode());
    return failure();
  }
};

struct RaiseAttention : tacit::nn::impl::RaiseAttentionBase<RaiseAttention> {
  void runOnOperation() override {
    SiteReporter reporter("attention", getOperation(), sites, nearMisses);
    RewritePatternSet shapes(&getContext()), attentions(&getContext());
    populateShapesOfScoresPatterns(shapes);
    walkAndRaise(getOperation(), std::move(shapes), reporter);
    populateRaiseAttentionPatterns(attentions, reporter);
    walkAndRaise(getOperation(), std::move(attentions), reporter);
  }
};

} // namespace

void tacit::nn::populateRaiseAttentionPatterns(RewritePatternSet &patterns,
                                               SiteReporter &reporter) {
  patterns.add<RaiseAttentionPattern>(patterns.getContext(), reporter);
}
