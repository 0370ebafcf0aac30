//===- FuseElementwise.cpp - Fewer passes over memory ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Vectorize/Sizes.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "tacit/Codegen/CPU/Passes.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "tacit/Codegen/CPU/Vectorize/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

/// Matches a generic that only permutes dimensions. A single number has no dimensions that
/// could change places.
static bool isTranspose(linalg::GenericOp op) {
  return op && op.getNumLoops() > 0 && op.getNumDpsInputs() == 1 &&
         op->getNumResults() == 1 && op.getNumParallelLoops() == op.getNumLoops() &&
         op.getIndexingMapsArray()[0].isPermutation() &&
         op.getIndexingMapsArray()[1].isIdentity() &&
         op.getBody()->getTerminator()->getOperand(0) == op.getBody()->getArgument(0);
}

static bool isContraction(linalg::GenericOp op) {
  return op && op->getNumResults() == 1 && op.getNumReductionLoops() > 0 &&
         op.getNumDpsInputs() >= 2;
}

namespace {
/// Reads an operand of a contraction in place instead of through a transposed copy.
struct FoldTransposeIntoOperand : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!isContraction(op))
      return rewriter.notifyMatchFailure(op, "not a contraction");
    for (OpOperand *operand : op.getDpsInputOperands()) {
      auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
      if (!isTranspose(producer) || producer->getBlock() != op->getBlock())
        continue;
      AffineMap source = producer.getIndexingMapsArray()[0];
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      maps[operand->getOperandNumber()] = source.compose(maps[operand->getOperandNumber()]);
      rewriter.modifyOpInPlace(op, [&] {
        operand->set(producer.getDpsInputOperand(0)->get());
        op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      });
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no transposed operand");
  }
};

/// Writes the result of a contraction in the order in which its user reads it.
struct FoldTransposeIntoResult : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    if (!isTranspose(op))
      return rewriter.notifyMatchFailure(op, "not a transposition");
    auto producer = op.getDpsInputOperand(0)->get().getDefiningOp<linalg::GenericOp>();
    if (!isContraction(producer) || !producer->hasOneUse() ||
        producer->getBlock() != op->getBlock())
      return rewriter.notifyMatchFailure(op,
                                         "input is not a contraction with this one use");
    auto fill = producer.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>();
    AffineMap permutation = op.getIndexingMapsArray()[0];
    unsigned last = permutation.getNumDims() - 1;
    if (!fill || permutation.getDimPosition(last) != last)
      return rewriter.notifyMatchFailure(op, "rows would not stay contiguous");
    rewriter.setInsertionPoint(op);
    auto init = linalg::FillOp::create(rewriter, fill.getLoc(), fill.getInputs(),
                                       op.getDpsInitOperand(0)->get());
    SmallVector<AffineMap> maps = producer.getIndexingMapsArray();
    maps.back() = inversePermutation(permutation).compose(maps.back());
    auto merged = linalg::GenericOp::create(
        rewriter, producer.getLoc(), op.getResultTypes(), producer.getInputs(),
        init.getResults(), maps, producer.getIteratorTypesArray());
    rewriter.cloneRegionBefore(producer.getRegion(), merged.getRegion(),
                               merged.getRegion().begin());
    rewriter.replaceOp(op, merged.getResults());
    return success();
  }
};

/// Takes the size of a tensor from the operation that produces it. A tensor.dim would be
/// another use of the tensor, and a tensor with two uses is not fused.
struct ResolveSize : OpRewritePattern<tensor::DimOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::DimOp op,
                                PatternRewriter &rewriter) const override {
    auto dim = op.getConstantIndex();
    auto type = dyn_cast<RankedTensorType>(op.getSource().getType());
    if (!dim || !type || *dim < 0 || *dim >= type.getRank())
      return rewriter.notifyMatchFailure(op, "not a dimension of a ranked tensor");
    auto sizes = tacit::cpu::sizesFromProducer(rewriter, op.getLoc(), op.getSource());
    if (!sizes)
      return rewriter.notifyMatchFailure(
          op, "the operation that produces the tensor does not state its sizes");
    rewriter.replaceOp(
        op, getValueOrCreateConstantIndexOp(rewriter, op.getLoc(), (*sizes)[*dim]));
    return success();
  }
};

struct FuseElementwise : tacit::cpu::impl::FuseElementwiseBase<FuseElementwise> {
  using Base::Base;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    IRRewriter rewriter(context);
    WalkResult generalized = getOperation().walk([&](linalg::TransposeOp op) {
      rewriter.setInsertionPoint(op);
      return failed(linalg::generalizeNamedOp(rewriter, op)) ? WalkResult::interrupt()
                                                             : WalkResult::advance();
    });
    if (generalized.wasInterrupted())
      return signalPassFailure();

    // An operation is fused into its consumer if that is its only use and covers each of
    // its dimensions, so that nothing is computed twice. Products and reductions are not
    // fused.
    linalg::ControlFusionFn fuseOnce = [](OpOperand *operand) {
      Operation *producer = operand->get().getDefiningOp();
      auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
      // What is computed in front of a loop would be computed in each of its steps.
      if (!producer || !producer->hasOneUse() || !consumer ||
          consumer.getNumReductionLoops() != 0 ||
          producer->getBlock() != consumer->getBlock())
        return false;
      return consumer.getMatchingIndexingMap(operand).isPermutation();
    };
    // A split of a leading dimension (rows into batch and sequence) moves after the
    // elementwise operations, so that they see the shape of the product.
    linalg::ControlFusionFn sinkReshape = [](OpOperand *operand) {
      auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
      return consumer && consumer.getNumReductionLoops() == 0 && !isTranspose(consumer);
    };
    RewritePatternSet patterns(context);
    linalg::populateElementwiseOpsFusionPatterns(patterns, fuseOnce);
    linalg::populateFoldReshapeOpsByCollapsingPatterns(patterns, sinkReshape);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, context);
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, context);
    patterns.add<FoldTransposeIntoOperand, FoldTransposeIntoResult, ResolveSize>(context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
