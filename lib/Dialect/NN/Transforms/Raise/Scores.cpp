//===- Scores.cpp - Reading attention scores ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scores.h"
#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/Transforms/Raise/Patterns.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// The limit of steps from a softmax to its product; exporters need two to five.
static constexpr unsigned kMaxSteps = 12;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Factors
//===----------------------------------------------------------------------===//

/// Splits `value` into another value of its type and a constant factor.
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

namespace {

struct ReadShapeElsewhere : OpRewritePattern<ShapeOfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ShapeOfOp op, PatternRewriter &rewriter) const override {
    double scale = 1;
    auto product = stripScale(op.getInput(), scale).getDefiningOp<MatmulOp>();
    if (!product)
      return failure();
    auto query = shapeOf(product.getLhs()), key = shapeOf(product.getRhs());
    int64_t last = query.size() - 1;
    if (last < 1 || query.drop_back(2) != key.drop_back(2))
      return failure();
    auto part = [&](Value value, int64_t begin, int64_t end) -> Value {
      Value shape = ShapeOfOp::create(rewriter, op.getLoc(), value);
      return SliceOp::create(rewriter, op.getLoc(), shape, ArrayRef{begin}, ArrayRef{end},
                             ArrayRef<int64_t>{1});
    };
    SmallVector<Value> parts{part(product.getLhs(), 0, last),
                             part(product.getRhs(), last, last + 1)};
    rewriter.replaceOpWithNewOp<ConcatOp>(op, op.getType(), parts, /*axis=*/0);
    return success();
  }
};

} // namespace

void tacit::nn::populateShapesOfScoresPatterns(RewritePatternSet &patterns) {
  patterns.add<ReadShapeElsewhere>(patterns.getContext());
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

static bool isZero(Value value) {
  if (constantScalar(value) == 0.0)
    return true;
  Attribute constant;
  std::vector<char> scratch;
  auto bytes = matchPattern(value, m_Constant(&constant)) ? rawBytes(constant, scratch)
                                                          : std::nullopt;
  return bytes && llvm::all_of(*bytes, [](char byte) { return byte == 0; });
}

/// Returns the number that replaces excluded scores. It is part of a mask, and therefore no
/// weight, whatever its shape.
static std::optional<double> fillOf(Value value) {
  Attribute constant;
  if (matchPattern(value, m_Constant(&constant)))
    if (auto number = readSplatFloat(constant))
      return number;
  return constantScalar(value);
}

/// Returns the input of a reshape that leaves queries and keys, the last two dimensions, as
/// they are; null for any other value.
static Value matchReshaped(Value value) {
  auto reshape = value.getDefiningOp();
  if (!isa_and_present<ReshapeOp, DynamicReshapeOp>(reshape))
    return {};
  Value input = reshape->getOperand(0);
  auto from = shapeOf(input), to = shapeOf(value);
  return from.size() >= 2 && to.size() >= 2 && from.take_back(2) == to.take_back(2)
             ? input
             : Value();
}

/// Returns the input of a transposition of the last two dimensions; null for any other
/// value.
static Value matchTransposed(Value value) {
  auto transpose = value.getDefiningOp<TransposeOp>();
  if (!transpose)
    return {};
  auto permutation = transpose.getPermutation();
  auto expected = llvm::to_vector(llvm::seq<int64_t>(0, permutation.size()));
  if (expected.size() < 2)
    return {};
  std::swap(expected.back(), expected[expected.size() - 2]);
  return permutation == ArrayRef(expected) ? transpose.getInput() : Value();
}

/// Returns true if `value` is a product, possibly scaled or masked.
static bool leadsToProduct(Value value, unsigned steps) {
  Operation *op = value.getDefiningOp();
  if (!op || steps == 0)
    return false;
  if (isa<MatmulOp>(op))
    return true;
  for (Value input : {matchReshaped(value), matchTransposed(value)})
    if (input)
      return leadsToProduct(input, steps - 1);
  return isa<AddOp, SubOp, MulOp, DivOp, WhereOp>(op) &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return operand.getType() == value.getType() &&
                  leadsToProduct(operand, steps - 1);
         });
}

namespace {

/// Walks from the softmax back to the product, one operation at a time.
class ScoreReader {
public:
  ScoreReader(MatmulOp output, PatternRewriter &rewriter)
      : output(output), rewriter(rewriter) {}

  FailureOr<Scores> read(Value value) {
    for (unsigned steps = kMaxSteps; steps > 0; --steps) {
      if (!value.hasOneUse())
        return miss("something else reads the scores");
      if ((scores.product = value.getDefiningOp<MatmulOp>()))
        return scores;
      auto before = step(value, steps);
      if (failed(before))
        return failure();
      value = *before;
    }
    return missProduct();
  }

private:
  LogicalResult miss(const char *reason) {
    return rewriter.notifyMatchFailure(output, reason);
  }

  LogicalResult missProduct() {
    return miss("no product of query and key found before the softmax");
  }

  /// The value that `value` is a scaled or masked form of.
  FailureOr<Value> step(Value value, unsigned steps) {
    if (auto scaled = matchScaled(value)) {
      scores.scale *= scaled->scalar;
      return scaled->other;
    }
    if (Value input = matchReshaped(value)) {
      scores.isReshaped = true;
      return input;
    }
    if (Value input = matchTransposed(value)) {
      scores.isReverse = !scores.isReverse;
      return input;
    }
    Operation *op = value.getDefiningOp();
    if (auto choice = dyn_cast_if_present<WhereOp>(op))
      return stepOverChoice(choice, steps);
    if (isa_and_present<AddOp, SubOp>(op))
      return stepOverSum(op, steps);
    return missProduct();
  }

  FailureOr<Value> stepOverChoice(WhereOp choice, unsigned steps) {
    bool keepsTrue = isScores(choice.getTrueValue(), choice, steps);
    Value kept = keepsTrue ? choice.getTrueValue() : choice.getFalseValue();
    Value replacement = keepsTrue ? choice.getFalseValue() : choice.getTrueValue();
    if (!isScores(kept, choice, steps))
      return missProduct();
    auto fill = fillOf(replacement);
    if (!fill)
      return miss("the scores that the mask replaces do not all become one constant");
    return addMask({choice.getCondition(), *fill * scores.scale, !keepsTrue, 1}, kept);
  }

  FailureOr<Value> stepOverSum(Operation *sum, unsigned steps) {
    if (auto blend = matchBlend(sum))
      if (isScores(blend->scores, sum, steps))
        return addMask({blend->weight, blend->fill * scores.scale, false, 1},
                       blend->scores);
    Value lhs = sum->getOperand(0), rhs = sum->getOperand(1);
    double sign = isa<SubOp>(sum) ? -1 : 1;
    // Some exporters add an empty operand to the product.
    if (isScores(lhs, sum, steps) && isZero(rhs))
      return lhs;
    if (isScores(rhs, sum, steps) && isZero(lhs) && sign == 1)
      return rhs;
    if (isScores(lhs, sum, steps))
      return addMask({rhs, std::nullopt, false, sign * scores.scale}, lhs);
    if (isScores(rhs, sum, steps) && sign == 1)
      return addMask({lhs, std::nullopt, false, scores.scale}, rhs);
    return missProduct();
  }

  static bool isScores(Value value, Operation *user, unsigned steps) {
    return value.getType() == user->getResult(0).getType() && leadsToProduct(value, steps);
  }

  /// Continues with the scores under the mask.
  FailureOr<Value> addMask(ScoreMask mask, Value kept) {
    if (scores.isReshaped || scores.isReverse)
      return miss("the scores are masked before they are brought into the shape of the "
                  "softmax");
    scores.masks.push_back(mask);
    return kept;
  }

  Scores scores;
  MatmulOp output;
  PatternRewriter &rewriter;
};

} // namespace

FailureOr<Scores> tacit::nn::readScores(Value value, MatmulOp output,
                                        PatternRewriter &rewriter) {
  return ScoreReader(output, rewriter).read(value);
}
