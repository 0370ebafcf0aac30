//===- Normalization.cpp - x / sqrt(mean(x^2) + epsilon) ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Normalization.h"
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

using namespace mlir;
using namespace tacit::nn;

using Match = std::optional<Normalization>;
using Mean = Reduction;

//===----------------------------------------------------------------------===//
// Small shapes
//===----------------------------------------------------------------------===//

static Value matchSquare(Value value) {
  auto product = value.getDefiningOp<MulOp>();
  return product && isSameValue(product.getLhs(), product.getRhs()) ? product.getLhs()
                                                                    : Value();
}

static Value matchRoot(Value value) {
  auto root = value.getDefiningOp<SqrtOp>();
  return root ? root.getInput() : Value();
}

static Mean matchMean(Value value) { return matchReduction(value, ReduceKind::Mean); }

/// Returns the mean, if `value` is a difference x - mean(x).
static Mean matchCentered(Value value) {
  auto difference = value.getDefiningOp<SubOp>();
  Mean mean = difference ? matchMean(difference.getRhs()) : Mean{};
  return mean && isSameValue(mean.op.getInput(), difference.getLhs()) ? mean : Mean{};
}

//===----------------------------------------------------------------------===//
// The inverse of the deviation
//===----------------------------------------------------------------------===//

/// Matches mean((x - mean(x))^2), mean(x^2) - mean(x)^2 and mean(x^2).
static Match matchMoment(Value value) {
  Normalization match;
  auto difference = value.getDefiningOp<SubOp>();
  Mean squares = matchMean(difference ? difference.getLhs() : value);
  Value base = squares ? matchSquare(squares.op.getInput()) : Value();
  if (!base)
    return std::nullopt;
  match.means.push_back(squares);
  Mean mean = matchCentered(base);
  if (difference) {
    Value root = matchSquare(difference.getRhs());
    mean = root ? matchMean(root) : Mean{};
    if (!mean || !isSameValue(mean.op.getInput(), base))
      return std::nullopt;
  }
  match.input = mean ? mean.op.getInput() : base;
  match.isCentered = static_cast<bool>(mean);
  if (mean)
    match.means.push_back(mean);
  return match;
}

/// Matches the same, with or without epsilon.
static Match matchVariance(Value value) {
  if (Match match = matchMoment(value))
    return match;
  auto sum = value.getDefiningOp<AddOp>();
  if (!sum)
    return std::nullopt;
  for (auto [moment, epsilon] :
       {std::pair(sum.getLhs(), sum.getRhs()), std::pair(sum.getRhs(), sum.getLhs())})
    if (Match match = matchMoment(moment)) {
      match->epsilon = constantScalar(epsilon);
      return match->epsilon && !keepsShape(epsilon, moment) ? Match() : match;
    }
  return std::nullopt;
}

/// Matches sqrt(variance + epsilon), or with epsilon in the wrong place.
static Match matchDenominator(Value value) {
  if (Value variance = matchRoot(value))
    return matchVariance(variance);
  auto sum = matchScalar<AddOp>(value);
  Value variance = sum ? matchRoot(sum->other) : Value();
  Match match = variance ? matchVariance(variance) : std::nullopt;
  if (match)
    match->isEpsilonOutside = true;
  return match;
}

/// Matches the inverse of the deviation.
static Match matchInverse(Value value) {
  if (auto inverse = value.getDefiningOp<ReciprocalOp>())
    return matchDenominator(inverse.getInput());
  auto power = value.getDefiningOp<PowOp>();
  if (power && constantScalar(power.getRhs()) == -0.5 &&
      keepsShape(power.getRhs(), power.getLhs()))
    return matchVariance(power.getLhs());
  return std::nullopt;
}

/// Matches the inverse, or its product with the scale.
static Match matchFactor(Value value) {
  if (Match match = matchInverse(value))
    return match;
  auto product = value.getDefiningOp<MulOp>();
  if (!product)
    return std::nullopt;
  for (auto [inverse, scale] : {std::pair(product.getLhs(), product.getRhs()),
                                std::pair(product.getRhs(), product.getLhs())})
    if (Match match = matchInverse(inverse); match && isPerColumn(scale, match->input)) {
      match->scale = scale;
      return match;
    }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The fragment
//===----------------------------------------------------------------------===//

/// Returns true if `match` has the deviation of `value`.
static bool isDividend(Value value, const Normalization &match) {
  if (!match.isCentered)
    return isSameValue(value, match.input);
  Mean mean = matchCentered(value), expected = match.means.back();
  return mean && isSameValue(mean.op.getInput(), match.input) &&
         mean.op.getAxes() == expected.op.getAxes();
}

/// Returns `match` if `dividend` is the matching value, possibly times the scale.
static Match checkDividend(Match match, Value dividend) {
  if (!match || isDividend(dividend, *match))
    return match;
  auto product = dividend.getDefiningOp<MulOp>();
  if (!product || match->scale)
    return std::nullopt;
  for (auto [value, scale] : {std::pair(product.getLhs(), product.getRhs()),
                              std::pair(product.getRhs(), product.getLhs())})
    if (isPerColumn(scale, match->input) && isDividend(value, *match)) {
      match->scale = scale;
      return match;
    }
  return std::nullopt;
}

/// Matches x factor - mean(x) factor: `product` is the product with x, and `shift` the
/// other one. TensorFlow writes a normalisation in this form, as that of a batch.
static Match matchShifted(MulOp product, MulOp shift) {
  if (!product || !shift)
    return std::nullopt;
  for (auto [x, factor] : {std::pair(product.getLhs(), product.getRhs()),
                           std::pair(product.getRhs(), product.getLhs())})
    for (auto [center, again] : {std::pair(shift.getLhs(), shift.getRhs()),
                                 std::pair(shift.getRhs(), shift.getLhs())}) {
      Mean mean = matchMean(center);
      if (!mean || !isSameValue(mean.op.getInput(), x) || !isSameValue(factor, again))
        continue;
      Match match = matchFactor(factor);
      if (match && match->isCentered && isSameValue(match->input, x) &&
          mean.op.getAxes() == match->means.back().op.getAxes())
        return match;
    }
  return std::nullopt;
}

/// Matches x factor + (bias - mean(x) factor).
static Match matchShiftedSum(AddOp sum) {
  for (auto [left, right] :
       {std::pair(sum.getLhs(), sum.getRhs()), std::pair(sum.getRhs(), sum.getLhs())}) {
    auto difference = right.getDefiningOp<SubOp>();
    if (!difference || !isPerColumn(difference.getLhs(), left))
      continue;
    Match match = matchShifted(left.getDefiningOp<MulOp>(),
                               difference.getRhs().getDefiningOp<MulOp>());
    if (match)
      match->bias = difference.getLhs();
    if (match)
      return match;
  }
  return std::nullopt;
}

static Match matchProduct(MulOp product) {
  for (auto [dividend, factor] : {std::pair(product.getLhs(), product.getRhs()),
                                  std::pair(product.getRhs(), product.getLhs())})
    if (Match match = checkDividend(matchFactor(factor), dividend))
      return match;
  return std::nullopt;
}

Match tacit::nn::matchNormalization(Operation *root) {
  Match match;
  if (auto division = dyn_cast<DivOp>(root))
    match = checkDividend(matchDenominator(division.getRhs()), division.getLhs());
  else if (auto product = dyn_cast<MulOp>(root))
    match = matchProduct(product);
  else if (auto sum = dyn_cast<AddOp>(root))
    match = matchShiftedSum(sum);
  else if (auto difference = dyn_cast<SubOp>(root))
    match = matchShifted(difference.getLhs().getDefiningOp<MulOp>(),
                         difference.getRhs().getDefiningOp<MulOp>());
  if (match)
    match->root = root;
  return match;
}

//===----------------------------------------------------------------------===//
// Near misses
//===----------------------------------------------------------------------===//

/// Succeeds if `mean` runs over the last dimension and keeps it as 1.
static LogicalResult checkMean(Mean mean, Operation *root, PatternRewriter &rewriter) {
  auto axes = mean.op.getAxes();
  int64_t last = cast<RankedTensorType>(mean.op.getInput().getType()).getRank() - 1;
  if (axes != ArrayRef<int64_t>(last))
    return rewriter.notifyMatchFailure(
        root, fmt::format("the mean runs over axes [{}]; expected the last one, [{}]",
                          fmt::join(axes, ", "), last));
  if (!mean.keepsDims)
    return rewriter.notifyMatchFailure(root,
                                       "the mean drops its dimension; expected keep_dims");
  return success();
}

LogicalResult tacit::nn::checkWhole(const Normalization &match, PatternRewriter &rewriter) {
  auto miss = [&](const Twine &reason) {
    return rewriter.notifyMatchFailure(match.root, reason);
  };
  for (Mean mean : match.means)
    if (failed(checkMean(mean, match.root, rewriter)))
      return failure();
  if (match.isEpsilonOutside)
    return miss("epsilon is added to the square root; expected it under the root");
  if (!match.epsilon)
    return miss("epsilon is not a constant");
  if (!(*match.epsilon >= 0 && *match.epsilon <= std::numeric_limits<float>::max()))
    return miss(fmt::format("epsilon is {:g}; expected a number that is not negative",
                            *match.epsilon));
  // Arithmetic on f32 has no use for more digits; that on f64 has.
  auto type =
      cast<FloatType>(cast<RankedTensorType>(match.input.getType()).getElementType());
  if (type.getFPMantissaWidth() > 24 &&
      static_cast<float>(*match.epsilon) != *match.epsilon)
    return miss(fmt::format("epsilon is {:.17g}, which f32 cannot hold", *match.epsilon));
  if (match.input.getType() != match.root->getResult(0).getType())
    return miss("its result and its input have different shapes");
  return success();
}
