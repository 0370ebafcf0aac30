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

//===----------------------------------------------------------------------===//
// Small shapes
//===----------------------------------------------------------------------===//

/// The base of `value`, if that is a power with the constant `exponent`.
static Value matchPower(Value value, double exponent) {
  auto op = value.getDefiningOp<PowOp>();
  return op && constantScalar(op.getRhs()) == exponent &&
                 keepsShape(op.getRhs(), op.getLhs())
             ? op.getLhs()
             : Value();
}

static Value matchSquare(Value value) {
  if (Value base = matchPower(value, 2))
    return base;
  auto product = value.getDefiningOp<MulOp>();
  return product && isSameValue(product.getLhs(), product.getRhs()) ? product.getLhs()
                                                                    : Value();
}

static Value matchRoot(Value value) {
  if (auto root = value.getDefiningOp<SqrtOp>())
    return root.getInput();
  return matchPower(value, 0.5);
}

static ReduceOp matchMean(Value value) {
  auto mean = value.getDefiningOp<ReduceOp>();
  return mean && mean.getKind() == ReduceKind::Mean ? mean : ReduceOp();
}

//===----------------------------------------------------------------------===//
// The fragment
//===----------------------------------------------------------------------===//

/// Matches mean(base^2) + epsilon.
static std::optional<Normalization> matchVariance(Value value) {
  Normalization match{nullptr, {}, matchMean(value), 0.0, false};
  if (auto sum = value.getDefiningOp<AddOp>(); sum && !match.mean) {
    match.mean = matchMean(sum.getLhs());
    Value epsilon = match.mean ? sum.getRhs() : sum.getLhs();
    if (!match.mean)
      match.mean = matchMean(sum.getRhs());
    match.epsilon = constantScalar(epsilon);
    if (match.mean && match.epsilon && !keepsShape(epsilon, match.mean))
      return std::nullopt;
  }
  match.base = match.mean ? matchSquare(match.mean.getInput()) : Value();
  return match.base ? std::optional(match) : std::nullopt;
}

/// Matches sqrt(mean(base^2) + epsilon), or with epsilon in the wrong place.
static std::optional<Normalization> matchDenominator(Value value) {
  if (Value variance = matchRoot(value))
    return matchVariance(variance);
  auto sum = matchScalar<AddOp>(value);
  Value variance = sum ? matchRoot(sum->other) : Value();
  auto match = variance ? matchVariance(variance) : std::nullopt;
  if (match)
    match->isEpsilonOutside = true;
  return match;
}

/// Matches the inverse of that.
static std::optional<Normalization> matchFactor(Value value) {
  if (auto inverse = value.getDefiningOp<ReciprocalOp>())
    return matchDenominator(inverse.getInput());
  if (Value variance = matchPower(value, -0.5))
    return matchVariance(variance);
  auto quotient = value.getDefiningOp<DivOp>();
  if (quotient && constantScalar(quotient.getLhs()) == 1.0 &&
      keepsShape(quotient.getLhs(), quotient.getRhs()))
    return matchDenominator(quotient.getRhs());
  return std::nullopt;
}

std::optional<Normalization> tacit::nn::matchNormalization(Operation *quotient) {
  std::optional<Normalization> match;
  Value numerator;
  if (auto division = dyn_cast<DivOp>(quotient)) {
    numerator = division.getLhs();
    match = matchDenominator(division.getRhs());
  } else if (auto product = dyn_cast<MulOp>(quotient)) {
    numerator = product.getLhs();
    match = matchFactor(product.getRhs());
    if (!match) {
      numerator = product.getRhs();
      match = matchFactor(product.getLhs());
    }
  }
  if (!match || !isSameValue(match->base, numerator))
    return std::nullopt;
  match->quotient = quotient;
  return match;
}

std::optional<Centered> tacit::nn::matchCentered(Value value) {
  auto difference = value.getDefiningOp<SubOp>();
  ReduceOp mean = difference ? matchMean(difference.getRhs()) : ReduceOp();
  if (!mean || !isSameValue(mean.getInput(), difference.getLhs()))
    return std::nullopt;
  return Centered{difference.getLhs(), mean};
}

//===----------------------------------------------------------------------===//
// Near misses
//===----------------------------------------------------------------------===//

/// Why `mean` is no mean over the last dimension that stays as 1.
static std::string whyNotLast(ReduceOp mean) {
  int64_t last = cast<RankedTensorType>(mean.getInput().getType()).getRank() - 1;
  if (mean.getAxes() != ArrayRef<int64_t>(last))
    return fmt::format("the mean runs over axes [{}]; expected the last one, [{}]",
                       fmt::join(mean.getAxes(), ", "), last);
  if (!mean.getKeepDims())
    return "the mean drops its dimension; expected keep_dims";
  return {};
}

std::string tacit::nn::whyNotWhole(const Normalization &match) {
  if (std::string reason = whyNotLast(match.mean); !reason.empty())
    return reason;
  auto centered = matchCentered(match.base);
  if (centered)
    if (std::string reason = whyNotLast(centered->mean); !reason.empty())
      return reason;
  if (match.isEpsilonOutside)
    return "epsilon is added to the square root; expected it under the root";
  if (!match.epsilon)
    return "epsilon is no constant";
  if (!(*match.epsilon >= 0 && *match.epsilon <= std::numeric_limits<float>::max()))
    return fmt::format("epsilon is {:g}; expected a number that is not negative",
                       *match.epsilon);
  Type input = (centered ? centered->input : match.base).getType();
  if (input != match.quotient->getResult(0).getType())
    return "its result has another shape than its input";
  return {};
}
