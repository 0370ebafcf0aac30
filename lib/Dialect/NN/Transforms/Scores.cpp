//===- Scores.cpp - Reading attention scores ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scores.h"

using namespace mlir;
using namespace tacit::nn;

/// Steps from a softmax to its product; exporters take two or three.
static constexpr unsigned kMaxSteps = 8;

//===----------------------------------------------------------------------===//
// Factors
//===----------------------------------------------------------------------===//

/// `value` as another value of its type times a constant.
static std::optional<ScalarOperation> matchScaled(Value value) {
  auto match = matchScalar<MulOp>(value);
  if (auto division = value.getDefiningOp<DivOp>())
    if (auto divisor = constantScalar(division.getRhs());
        divisor && *divisor != 0 && keepsShape(division.getRhs(), division.getLhs()))
      match = ScalarOperation{division.getLhs(), 1 / *divisor};
  return match && match->other.getType() == value.getType() ? match : std::nullopt;
}

Value tacit::nn::stripScale(Value value, double &scale) {
  while (auto match = matchScaled(value)) {
    scale *= match->scalar;
    value = match->other;
  }
  return value;
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

/// True if `value` is a product, perhaps scaled or masked.
static bool leadsToProduct(Value value, unsigned steps) {
  Operation *op = value.getDefiningOp();
  if (!op || steps == 0)
    return false;
  if (isa<MatmulOp>(op))
    return true;
  return isa<AddOp, MulOp, DivOp, WhereOp>(op) &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return operand.getType() == value.getType() &&
                  leadsToProduct(operand, steps - 1);
         });
}

namespace {

/// Walks from the softmax back to the product, one operation at a time.
class ScoreReader {
public:
  ScoreReader(std::string &reason) : reason(reason) {}

  std::optional<Scores> read(Value value) {
    for (unsigned steps = kMaxSteps; value && steps > 0; --steps) {
      if (!value.hasOneUse())
        return fail("something else reads the scores");
      if ((scores.product = value.getDefiningOp<MatmulOp>()))
        return scores;
      value = step(value, steps);
    }
    return fail("no product of query and key found before the softmax");
  }

private:
  std::nullopt_t fail(StringRef why) {
    // The first reason is the cause of the others.
    if (reason.empty())
      reason = why.str();
    return std::nullopt;
  }

  /// The value that `value` is a scaled or masked form of; null if none.
  Value step(Value value, unsigned steps) {
    if (auto scaled = matchScaled(value)) {
      scores.scale *= scaled->scalar;
      return scaled->other;
    }
    if (auto choice = value.getDefiningOp<WhereOp>())
      return stepOverChoice(choice, steps);
    if (auto sum = value.getDefiningOp<AddOp>())
      return stepOverSum(sum, steps);
    return {};
  }

  Value stepOverChoice(WhereOp choice, unsigned steps) {
    bool keepsTrue = isScores(choice.getTrueValue(), choice, steps);
    Value kept = keepsTrue ? choice.getTrueValue() : choice.getFalseValue();
    Value replacement = keepsTrue ? choice.getFalseValue() : choice.getTrueValue();
    if (!isScores(kept, choice, steps) || !setMask(choice.getCondition()))
      return {};
    auto fill = constantScalar(replacement);
    if (!fill) {
      fail("the scores that the mask replaces do not all become one constant");
      return {};
    }
    scores.fill = *fill * scores.scale;
    scores.isInverted = !keepsTrue;
    return kept;
  }

  Value stepOverSum(AddOp sum, unsigned steps) {
    bool isLeft = isScores(sum.getLhs(), sum, steps);
    Value kept = isLeft ? sum.getLhs() : sum.getRhs();
    if (!isScores(kept, sum, steps) || !setMask(isLeft ? sum.getRhs() : sum.getLhs()))
      return {};
    if (scores.scale != 1) {
      fail("the mask is added before the scaling; expected it after");
      return {};
    }
    return kept;
  }

  static bool isScores(Value value, Operation *user, unsigned steps) {
    return value.getType() == user->getResult(0).getType() && leadsToProduct(value, steps);
  }

  bool setMask(Value mask) {
    if (scores.mask) {
      fail("there is a second mask; expected at most one");
      return false;
    }
    scores.mask = mask;
    return true;
  }

  Scores scores;
  std::string &reason;
};

} // namespace

std::optional<Scores> tacit::nn::readScores(Value value, std::string &reason) {
  return ScoreReader(reason).read(value);
}
