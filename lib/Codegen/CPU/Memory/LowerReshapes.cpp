//===- LowerReshapes.cpp - Splits one free dimension into several ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "tacit/Codegen/CPU/Passes.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_LOWERRESHAPES
#include "tacit/Codegen/CPU/Memory/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

/// Returns true if one dimension becomes several, of which more than one are free.
static bool splitsFreeDims(memref::ExpandShapeOp op) {
  MemRefType type = op.getResultType();
  return llvm::any_of(op.getReassociationIndices(), [&](const ReassociationIndices &group) {
    return llvm::count_if(group, [&](int64_t dim) { return type.isDynamicDim(dim); }) > 1;
  });
}

static OpFoldResult multiply(OpBuilder &b, Location loc, OpFoldResult x, OpFoldResult y) {
  AffineExpr product = b.getAffineSymbolExpr(0) * b.getAffineSymbolExpr(1);
  return affine::makeComposedFoldedAffineApply(b, loc, product, {x, y});
}

namespace {
struct LowerExpandShape : OpRewritePattern<memref::ExpandShapeOp> {
  LowerExpandShape(MLIRContext *context, Pass::Statistic &done)
      : OpRewritePattern(context), done(done) {}

  LogicalResult matchAndRewrite(memref::ExpandShapeOp op,
                                PatternRewriter &rewriter) const override {
    MemRefType type = op.getResultType();
    int64_t offset;
    SmallVector<int64_t> known;
    if (!splitsFreeDims(op) || failed(type.getStridesAndOffset(known, offset)))
      return rewriter.notifyMatchFailure(op, "every dimension follows from the others");
    Location loc = op.getLoc();
    auto source = memref::ExtractStridedMetadataOp::create(rewriter, loc, op.getSrc());
    SmallVector<OpFoldResult> sizes = op.getMixedOutputShape(), strides(sizes.size());
    for (auto [i, group] : llvm::enumerate(op.getReassociationIndices())) {
      OpFoldResult stride = source.getConstifiedMixedStrides()[i];
      for (int64_t dim : llvm::reverse(group)) {
        strides[dim] = ShapedType::isDynamic(known[dim])
                           ? stride
                           : OpFoldResult(rewriter.getIndexAttr(known[dim]));
        stride = multiply(rewriter, loc, stride, sizes[dim]);
      }
    }
    rewriter.replaceOpWithNewOp<memref::ReinterpretCastOp>(
        op, type, source.getBaseBuffer(), source.getConstifiedMixedOffset(), sizes,
        strides);
    ++done;
    return success();
  }

  Pass::Statistic &done;
};

struct LowerReshapes : tacit::cpu::impl::LowerReshapesBase<LowerReshapes> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<LowerExpandShape>(&getContext(), numReshapes);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
