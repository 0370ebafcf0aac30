//===- RaiseAttention.cpp - Recognises scaled dot-product attention -------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scores.h"
#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/Transforms/Passes.h"
#include "tacit/Support/Elements.h"
#include <cmath>
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISEATTENTION
#include "tacit/Dialect/NN/Transforms/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

/// Largest constant mask that is inverted at compile time (8192 x 8192).
static constexpr int64_t kMaxInvertedElements = 1 << 26;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Masks that are true where scores are replaced
//===----------------------------------------------------------------------===//

static Value invertConstant(Attribute constant, Location loc, IRRewriter &rewriter) {
  auto type = dyn_cast<RankedTensorType>(cast<ElementsAttr>(constant).getShapedType());
  auto size = type ? tacit::byteSize(type) : std::nullopt;
  if (!size || *size > kMaxInvertedElements)
    return {};
  std::vector<char> scratch;
  auto bytes = tacit::rawBytes(constant, scratch);
  if (!bytes)
    return {};
  std::vector<char> inverted(bytes->begin(), bytes->end());
  for (char &byte : inverted)
    byte = !byte;
  return ConstantOp::create(rewriter, loc, type,
                            tacit::makeElements(type, std::move(inverted), "mask"));
}

/// If `condition` says x == 0: x as a condition.
static Value stripNegation(Value condition, IRRewriter &rewriter) {
  while (auto cast = condition.getDefiningOp<CastOp>()) {
    if (!tensorOf(cast.getInput()).getElementType().isInteger(1))
      break;
    condition = cast.getInput();
  }
  auto compare = condition.getDefiningOp<CompareOp>();
  if (!compare || compare.getPredicate() != ComparePredicate::Equal ||
      constantScalar(compare.getRhs()) != 0.0 ||
      !keepsShape(compare.getRhs(), compare.getLhs()))
    return {};
  Value number = compare.getLhs();
  if (auto cast = number.getDefiningOp<CastOp>())
    if (tensorOf(cast.getInput()).getElementType().isInteger(1))
      return cast.getInput();
  auto type = RankedTensorType::get(tensorOf(number).getShape(), rewriter.getI1Type());
  return CastOp::create(rewriter, condition.getLoc(), type, number);
}

static Value invertMask(Value condition, IRRewriter &rewriter) {
  Location loc = condition.getLoc();
  Attribute constant;
  if (matchPattern(condition, m_Constant(&constant)))
    if (Value inverted = invertConstant(constant, loc, rewriter))
      return inverted;
  if (Value negated = stripNegation(condition, rewriter))
    return negated;
  auto scalar = RankedTensorType::get({}, rewriter.getI1Type());
  auto boolean = [&](bool value) {
    return ConstantOp::create(rewriter, loc, scalar, DenseElementsAttr::get(scalar, value));
  };
  return WhereOp::create(rewriter, loc, condition.getType(), condition, boolean(false),
                         boolean(true));
}

//===----------------------------------------------------------------------===//
// Query, key and value
//===----------------------------------------------------------------------===//

/// The key whose last two dimensions `transposed` has swapped. Transpositions
/// compose, and cancel where they can; factors go into `scale`.
static Value keyOf(Value transposed, double &scale, IRRewriter &rewriter) {
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

/// Why query, key and value cannot be the operands of one nn.attention.
static std::string whyNotTogether(MatmulOp scores, MatmulOp output) {
  if (scores.getMultiplierAttr() != output.getMultiplierAttr())
    return "the two products have different multipliers";
  auto query = tensorOf(scores.getLhs()), key = tensorOf(scores.getRhs()),
       value = tensorOf(output.getRhs());
  // Of two dimensions one of which is free, the other must not be a 1: it might
  // broadcast.
  auto areEqual = [](ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
    return llvm::all_of(llvm::zip(lhs, rhs), [](auto pair) {
      auto [a, b] = pair;
      return a == b || (ShapedType::isDynamic(a) && b != 1) ||
             (ShapedType::isDynamic(b) && a != 1);
    });
  };
  auto leading = [](RankedTensorType type) { return type.getShape().drop_back(2); };
  if (query.getRank() >= 2 && key.getRank() == query.getRank() &&
      value.getRank() == query.getRank() && areEqual(leading(query), leading(key)) &&
      areEqual(leading(query), leading(value)) && areEqual(leading(key), leading(value)))
    return {};
  std::string text;
  llvm::raw_string_ostream(text)
      << "query, transposed key and value are " << query << ", " << key << " and " << value
      << "; expected equal leading dimensions";
  return text;
}

static std::string whyNotAttention(SoftmaxOp softmax) {
  int64_t axis = softmax.getAxis(), last = tensorOf(softmax.getInput()).getRank() - 1;
  if (axis != last)
    return fmt::format("the softmax runs along axis {}; expected the last one, {}", axis,
                       last);
  if (!softmax.getResult().hasOneUse())
    return "something else reads the probabilities";
  return {};
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Replaces `output` by an attention over `scores`; says why not where it cannot.
static std::string replace(MatmulOp output, Scores scores, IRRewriter &rewriter,
                           SiteReporter &reporter) {
  rewriter.setInsertionPoint(output);
  Value query = stripScale(scores.product.getLhs(), scores.scale);
  Value key = keyOf(scores.product.getRhs(), scores.scale, rewriter);
  auto scale = static_cast<float>(scores.scale);
  if (!std::isfinite(scale))
    return fmt::format("the scale is {:g}; expected a finite number", scores.scale);
  if (scores.isInverted)
    scores.mask = invertMask(scores.mask, rewriter);
  AttentionOp::Properties properties;
  properties.setScale(rewriter.getF32FloatAttr(scale));
  if (scores.fill)
    properties.setFill(rewriter.getF32FloatAttr(*scores.fill));
  SmallVector<Value> operands{query, key, output.getRhs()};
  if (scores.mask)
    operands.push_back(scores.mask);
  // Free dimensions may hide that the parts do not fit together.
  SmallVector<Type> types;
  if (failed(AttentionOp::inferReturnTypes(rewriter.getContext(), std::nullopt, operands,
                                           DictionaryAttr(), OpaqueProperties(&properties),
                                           {}, types)) ||
      !areCompatibleShapes(types, output->getResultTypes()))
    return "the shapes of query, key, value and mask contradict one another";
  reporter.found(output.getLoc(), fmt::format("scale {:g}, {}", scale,
                                              !scores.mask  ? "no mask"
                                              : scores.fill ? "boolean mask"
                                                            : "float mask"));
  rewriter.replaceOpWithNewOp<AttentionOp>(output, output.getType(), query, key,
                                           output.getRhs(), scores.mask,
                                           properties.getScale(), properties.getFill(),
                                           output.getMultiplierAttr());
  return {};
}

static void raise(MatmulOp output, IRRewriter &rewriter, SiteReporter &reporter) {
  auto softmax = output.getLhs().getDefiningOp<SoftmaxOp>();
  if (!softmax)
    return;
  std::string reason = whyNotAttention(softmax);
  std::optional<Scores> scores;
  if (reason.empty())
    scores = readScores(softmax.getInput(), reason);
  if (scores)
    reason = whyNotTogether(scores->product, output);
  if (reason.empty())
    reason = replace(output, *scores, rewriter, reporter);
  if (!reason.empty())
    reporter.nearMiss(output.getLoc(), reason);
}

namespace {

struct RaiseAttention : tacit::nn::impl::RaiseAttentionBase<RaiseAttention> {
  void runOnOperation() override {
    SiteReporter reporter("attention", getOperation(), sites, nearMisses);
    IRRewriter rewriter(&getContext());
    eraseDead(getOperation());
    for (MatmulOp output : collect<MatmulOp>(getOperation()))
      raise(output, rewriter, reporter);
    eraseDead(getOperation());
  }
};

} // namespace
