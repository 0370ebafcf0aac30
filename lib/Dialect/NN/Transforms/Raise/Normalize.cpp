//===- Normalize.cpp - One form of what exporters spell in several --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Raise/Patterns.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"

namespace tacit::nn {
#define GEN_PASS_DEF_NORMALIZE
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

/// Operations between a constant and what reads it; exporters put one or two.
static constexpr unsigned kMaxSteps = 6;

/// Returns the order of an operand from left to right: computed values first, then
/// constants and converted constants, then numbers.
static unsigned rankOf(Value value) {
  if (constantScalar(value))
    return 2;
  for (unsigned i = 0; i < kMaxSteps; ++i)
    if (auto cast = value.getDefiningOp<CastOp>())
      value = cast.getInput();
  return matchPattern(value, m_Constant()) ? 1 : 0;
}

/// Returns the number that the constant `value` repeats. Arithmetic on constants is not
/// followed, because its result would be known in double precision only.
static std::optional<double> numberOf(Value value) {
  return matchPattern(value, m_Constant()) ? constantScalar(value) : std::nullopt;
}

/// Returns true if all elements of `value` are 1, which movements do not change.
static bool isOne(Value value) {
  for (unsigned i = 0; i < kMaxSteps; ++i)
    if (auto movement = value.getDefiningOp<MovementOpInterface>())
      if (Value moved = movement.getMovedOperand())
        value = moved;
  return numberOf(value) == 1.0;
}

namespace {

/// Removes an operation that folds to one of its operands. Constant operands are hidden
/// from the fold, because constants must not be folded here.
struct DropNoOp : RewritePattern {
  DropNoOp(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/2, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    if (!isa_and_present<NNDialect>(op->getDialect()) || op->getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "is not an operation of nn with one result");
    SmallVector<Attribute> unknown(op->getNumOperands());
    SmallVector<OpFoldResult> results;
    if (failed(op->fold(unknown, results)) || results.size() != 1)
      return rewriter.notifyMatchFailure(op, "does something to its operands");
    auto value = dyn_cast<Value>(results.front());
    if (!value)
      return rewriter.notifyMatchFailure(op, "folds to a constant");
    rewriter.replaceOp(op, value);
    return success();
  }
};

template <typename OpT>
struct MoveConstantRight : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    Value lhs = op.getLhs(), rhs = op.getRhs();
    if (rankOf(lhs) <= rankOf(rhs))
      return rewriter.notifyMatchFailure(op, "has no constant on the left alone");
    rewriter.modifyOpInPlace(op, [&] { op->setOperands({rhs, lhs}); });
    return success();
  }
};

struct DivideToReciprocal : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op, PatternRewriter &rewriter) const override {
    Value divisor = op.getRhs();
    if (!isa<FloatType>(op.getType().getElementType()) ||
        op.getType() != divisor.getType() || !keepsShape(op.getLhs(), divisor) ||
        !isOne(op.getLhs()))
      return rewriter.notifyMatchFailure(op, "does not divide 1");
    rewriter.replaceOpWithNewOp<ReciprocalOp>(op, op.getType(), divisor);
    return success();
  }
};

/// Powers that are defined as something simpler; see the lowering of nn.pow.
struct SimplifyPower : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PowOp op, PatternRewriter &rewriter) const override {
    Value base = op.getLhs();
    auto exponent = numberOf(op.getRhs());
    if (!exponent || !keepsShape(op.getRhs(), base) || op.getType() != base.getType())
      return rewriter.notifyMatchFailure(op, "the exponent is not one number");
    if (*exponent == 1)
      rewriter.replaceOp(op, base);
    else if (*exponent == 2)
      rewriter.replaceOpWithNewOp<MulOp>(op, op.getType(), base, base);
    else if (*exponent == 0.5 && isa<FloatType>(op.getType().getElementType()))
      rewriter.replaceOpWithNewOp<SqrtOp>(op, op.getType(), base);
    else
      return rewriter.notifyMatchFailure(op, "the exponent is none of 0.5, 1 and 2");
    return success();
  }
};

struct Normalize : tacit::nn::impl::NormalizeBase<Normalize> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    populateNormalizePatterns(set);
    patterns = std::move(set);
    return success();
  }

  void runOnOperation() override {
    // Weights are not folded, and constants keep their places and names. Every rewrite
    // leaves less to do, so no limit is needed.
    auto config = GreedyRewriteConfig()
                      .setUseTopDownTraversal()
                      .setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled)
                      .enableFolding(false)
                      .enableConstantCSE(false)
                      .setMaxIterations(GreedyRewriteConfig::kNoLimit);
    if (failed(applyPatternsGreedily(getOperation(), patterns, config)))
      signalPassFailure();
  }

private:
  FrozenRewritePatternSet patterns;
};

} // namespace

void tacit::nn::populateNormalizePatterns(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  ReshapeOp::getCanonicalizationPatterns(patterns, context);
  TransposeOp::getCanonicalizationPatterns(patterns, context);
  ConcatOp::getCanonicalizationPatterns(patterns, context);
  patterns.add<DropNoOp, MoveConstantRight<AddOp>, MoveConstantRight<MulOp>,
               DivideToReciprocal, SimplifyPower>(context);
}
