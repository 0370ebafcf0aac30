//===- Masks.cpp - Masks of attention scores ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/Masks.h"
#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Dialect/NN/Utils/Polynomial.h"
#include "tacit/Support/Elements.h"
#include <cstring>
#include <fmt/format.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// The largest constant mask that is read or inverted at compile time (8192 x 8192).
static constexpr int64_t kMaxElements = 1 << 26;

/// A number as low as this excludes a score when it is added to it, so that replacing the
/// score by it has the same effect as adding it.
static constexpr double kAbsorbing = -1e9;

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

static Value invertConstant(Attribute constant, Location loc, RewriterBase &rewriter) {
  auto type = dyn_cast<RankedTensorType>(cast<ElementsAttr>(constant).getShapedType());
  auto size = type ? byteSize(type) : std::nullopt;
  if (!size || *size > kMaxElements)
    return {};
  std::vector<char> scratch;
  auto bytes = rawBytes(constant, scratch);
  if (!bytes)
    return {};
  std::vector<char> inverted(bytes->begin(), bytes->end());
  for (char &byte : inverted)
    byte = !byte;
  return ConstantOp::create(rewriter, loc, type,
                            makeElements(type, std::move(inverted), "mask"));
}

/// Returns x as a condition if `condition` is x == 0, or "not x".
static Value stripNegation(Value condition, RewriterBase &rewriter) {
  while (auto cast = condition.getDefiningOp<CastOp>()) {
    if (!tensorOf(cast.getInput()).getElementType().isInteger(1))
      break;
    condition = cast.getInput();
  }
  if (auto negation = condition.getDefiningOp<NotOp>())
    return negation.getInput();
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

static Value invert(Value condition, RewriterBase &rewriter) {
  Attribute constant;
  if (matchPattern(condition, m_Constant(&constant)))
    if (Value inverted = invertConstant(constant, condition.getLoc(), rewriter))
      return inverted;
  if (Value negated = stripNegation(condition, rewriter))
    return negated;
  return NotOp::create(rewriter, condition.getLoc(), condition.getType(), condition);
}

/// Returns a condition that is true where scores are kept.
static Value asCondition(const ScoreMask &mask, RewriterBase &rewriter) {
  Value keep = mask.value;
  if (!tensorOf(keep).getElementType().isInteger(1))
    keep = rewriter.createOrFold<CastOp>(keep.getLoc(),
                                         tensorOf(keep).clone(rewriter.getI1Type()), keep);
  return mask.isInverted ? invert(keep, rewriter) : keep;
}

//===----------------------------------------------------------------------===//
// Blends
//===----------------------------------------------------------------------===//

/// Returns the elements of a float constant; nullopt if there are too many.
static std::optional<std::vector<float>> readFloats(Value value) {
  Attribute constant;
  auto type = tensorOf(value);
  if (!type.getElementType().isF32() || !matchPattern(value, m_Constant(&constant)) ||
      type.getNumElements() > kMaxElements)
    return std::nullopt;
  std::vector<char> scratch;
  auto bytes = rawBytes(constant, scratch);
  if (!bytes)
    return std::nullopt;
  std::vector<float> floats(bytes->size() / sizeof(float));
  std::memcpy(floats.data(), bytes->data(), bytes->size());
  return floats;
}

/// Returns true if every element of `value` is 0 or 1.
static bool isZeroOrOne(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto floats = readFloats(value))
      return llvm::all_of(*floats, [](float x) { return x == 0 || x == 1; });
    if (isa<CastOp>(op) && tensorOf(op->getOperand(0)).getElementType().isInteger(1))
      return true;
    auto movement = dyn_cast<MovementOpInterface>(op);
    if (!movement || !movement.getMovedOperand())
      return false;
    value = movement.getMovedOperand();
  }
  return false;
}

/// Returns the F for which `value` is F * (1 - weight).
static std::optional<double> readFill(Value value, Value weight) {
  if (auto floats = readFloats(value), weights = readFloats(weight);
      floats && weights && tensorOf(value) == tensorOf(weight)) {
    auto hidden = llvm::find(*weights, 0.0f);
    if (hidden == weights->end())
      return std::nullopt;
    float fill = (*floats)[hidden - weights->begin()];
    for (auto [x, w] : llvm::zip(*floats, *weights))
      if (x != fill * (1 - w))
        return std::nullopt;
    return fill;
  }
  auto polynomial = PolynomialReader({weight}).read(value);
  if (!polynomial)
    return std::nullopt;
  double fill = polynomial->coefficient({});
  Polynomial expected{{Polynomial::Term{}, fill}, {{1, 0}, -fill}};
  return polynomial->isNear(expected) ? std::optional(fill) : std::nullopt;
}

std::optional<Blend> tacit::nn::matchBlend(Operation *sum) {
  bool isDifference = isa<SubOp>(sum);
  for (int side : {0, 1}) {
    auto product = sum->getOperand(side).getDefiningOp<MulOp>();
    if (!product || (side == 1 && isDifference))
      continue;
    for (auto [scores, weight] : {std::pair(product.getLhs(), product.getRhs()),
                                  std::pair(product.getRhs(), product.getLhs())}) {
      if (!isZeroOrOne(weight))
        continue;
      if (auto fill = readFill(sum->getOperand(1 - side), weight))
        return Blend{scores, weight, isDifference ? -*fill : *fill};
    }
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Several masks
//===----------------------------------------------------------------------===//

static Value number(double value, Type element, Location loc, RewriterBase &rewriter) {
  auto type = RankedTensorType::get({}, element);
  auto number = DenseElementsAttr::get(type, rewriter.getFloatAttr(element, value));
  return ConstantOp::create(rewriter, loc, type, number);
}

static Value asFloat(const ScoreMask &mask, RewriterBase &rewriter) {
  if (mask.scale == 1)
    return mask.value;
  Location loc = mask.value.getLoc();
  Value factor = number(mask.scale, tensorOf(mask.value).getElementType(), loc, rewriter);
  return MulOp::create(rewriter, loc, mask.value.getType(), mask.value, factor);
}

/// Returns true if the masks broadcast against one another.
static bool fitTogether(ArrayRef<ScoreMask> masks) {
  SmallVector<int64_t> joint;
  for (const ScoreMask &mask : masks) {
    auto shape = broadcastShapes(joint, tensorOf(mask.value).getShape());
    if (failed(shape))
      return false;
    joint = *shape;
  }
  return true;
}

/// Combines conditions with the same fill: a score is kept where all of them keep it.
static AttentionMask combineConditions(ArrayRef<ScoreMask> masks, RewriterBase &rewriter) {
  Value all;
  for (const ScoreMask &mask : masks) {
    Value keep = asCondition(mask, rewriter);
    all = all ? AndOp::create(rewriter, keep.getLoc(), all, keep).getResult() : keep;
  }
  return {all, masks.front().fill};
}

/// Adds up masks; a condition contributes the number by which it replaces scores.
static AttentionMask combineFloats(ArrayRef<ScoreMask> masks, Type element,
                                   RewriterBase &rewriter) {
  Value sum;
  for (const ScoreMask &mask : llvm::reverse(masks)) {
    Location loc = mask.value.getLoc();
    if (!mask.fill) {
      Value next = asFloat(mask, rewriter);
      sum = sum ? AddOp::create(rewriter, loc, sum, next).getResult() : next;
      continue;
    }
    Value keep = asCondition(mask, rewriter);
    Value fill = number(*mask.fill, element, loc, rewriter);
    sum = WhereOp::create(rewriter, loc, keep,
                          sum ? sum : number(0, element, loc, rewriter), fill);
  }
  return {sum, std::nullopt};
}

FailureOr<AttentionMask> tacit::nn::combineMasks(ArrayRef<ScoreMask> masks, Type element,
                                                 Operation *user, RewriterBase &rewriter) {
  if (masks.empty())
    return AttentionMask{};
  if (!fitTogether(masks))
    return rewriter.notifyMatchFailure(user,
                                       "the shapes of the masks contradict each other");
  auto hasOwnFill = [&](const ScoreMask &mask) {
    return mask.fill && mask.fill == masks.front().fill;
  };
  if (llvm::all_of(masks, hasOwnFill))
    return combineConditions(masks, rewriter);
  for (const ScoreMask &mask : masks)
    if (mask.fill && !(*mask.fill <= kAbsorbing))
      return rewriter.notifyMatchFailure(
          user, fmt::format("one of {} masks replaces scores by {:g}; expected at most "
                            "{:g}, which may be added to them as well",
                            masks.size(), *mask.fill, kAbsorbing));
  return combineFloats(masks, element, rewriter);
}
