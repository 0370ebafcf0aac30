//===- Movement.cpp - Data movement and shapes to linalg ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tacit;

namespace {

struct LowerReshape : OpConversionPattern<nn::ReshapeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ReshapeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    if (!type.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    rewriter.replaceOp(op, reshapeTo(rewriter, op.getLoc(), adaptor.getInput(), type.getShape()));
    return success();
  }
};

struct LowerTranspose : OpConversionPattern<nn::TransposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::TransposeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = getTypeConverter()->convertType<RankedTensorType>(op.getType());
    if (!type.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    Value empty = tensor::EmptyOp::create(rewriter, op.getLoc(), type.getShape(),
                                          type.getElementType());
    auto transpose = linalg::TransposeOp::create(rewriter, op.getLoc(), adaptor.getInput(),
                                                 empty, op.getPermutation());
    rewriter.replaceOp(op, transpose.getResults());
    return success();
  }
};

struct LowerExpand : OpConversionPattern<nn::ExpandOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ExpandOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = getTypeConverter()->convertType<RankedTensorType>(op.getType());
    if (!type.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    rewriter.replaceOp(
        op, broadcastGeneric(rewriter, op.getLoc(), type, adaptor.getInput(),
                             [](OpBuilder &, Location, ValueRange args) { return args[0]; }));
    return success();
  }
};

struct LowerSlice : OpConversionPattern<nn::SliceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::SliceOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = getTypeConverter()->convertType<RankedTensorType>(op.getType());
    if (!type.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    Location loc = op.getLoc();
    // A part without elements may start behind the last one, which no view may.
    if (llvm::is_contained(type.getShape(), 0)) {
      rewriter.replaceOpWithNewOp<tensor::EmptyOp>(op, type.getShape(), type.getElementType());
      return success();
    }
    if (llvm::all_of(op.getSteps(), [](int64_t step) { return step > 0; })) {
      SmallVector<OpFoldResult> offsets, sizes, strides;
      for (auto [start, size, step] :
           llvm::zip(op.getStarts(), type.getShape(), op.getSteps())) {
        offsets.push_back(rewriter.getIndexAttr(start));
        sizes.push_back(rewriter.getIndexAttr(size));
        strides.push_back(rewriter.getIndexAttr(step));
      }
      rewriter.replaceOpWithNewOp<tensor::ExtractSliceOp>(op, adaptor.getInput(), offsets,
                                                          sizes, strides);
      return success();
    }
    // Backwards: no view has a negative stride, so the elements are picked.
    Value result = parallelGeneric(
        rewriter, loc, type, {}, {}, [&](OpBuilder &b, Location loc, ValueRange) -> Value {
          SmallVector<Value> indices;
          for (auto [i, start, step] : llvm::enumerate(op.getStarts(), op.getSteps())) {
            Value index = linalg::IndexOp::create(b, loc, i);
            Value scale = arith::ConstantIndexOp::create(b, loc, step);
            Value shift = arith::ConstantIndexOp::create(b, loc, start);
            Value scaled = arith::MulIOp::create(b, loc, index, scale);
            indices.push_back(arith::AddIOp::create(b, loc, scaled, shift));
          }
          return tensor::ExtractOp::create(b, loc, adaptor.getInput(), indices);
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct LowerConcat : OpConversionPattern<nn::ConcatOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ConcatOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = getTypeConverter()->convertType<RankedTensorType>(op.getType());
    if (!type.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    Location loc = op.getLoc();
    Value result =
        tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
    SmallVector<OpFoldResult> offsets(type.getRank(), rewriter.getIndexAttr(0));
    SmallVector<OpFoldResult> strides(type.getRank(), rewriter.getIndexAttr(1));
    int64_t offset = 0;
    for (Value input : adaptor.getInputs()) {
      if (llvm::is_contained(tensorOf(input).getShape(), 0))
        continue; // an empty cache, for one
      SmallVector<OpFoldResult> sizes =
          getAsIndexOpFoldResult(op.getContext(), tensorOf(input).getShape());
      offsets[op.getAxis()] = rewriter.getIndexAttr(offset);
      result = tensor::InsertSliceOp::create(rewriter, loc, input, result, offsets, sizes,
                                             strides);
      offset += tensorOf(input).getDimSize(op.getAxis());
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Rows of a table. An index is wrapped when negative and then clamped: one that
/// comes from an input has been checked before the call, and whatever else a
/// hostile model computes must not read outside the table.
struct LowerGather : OpConversionPattern<nn::GatherOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::GatherOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = getTypeConverter()->convertType<RankedTensorType>(op.getType());
    auto data = tensorOf(adaptor.getData());
    if (!type.hasStaticShape() || !data.hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    int64_t axis = op.getAxis(), size = data.getDimSize(axis);
    int64_t indexRank = tensorOf(adaptor.getIndices()).getRank();
    MLIRContext *context = op.getContext();
    SmallVector<AffineExpr> indexDims;
    for (int64_t i = 0; i < indexRank; ++i)
      indexDims.push_back(getAffineDimExpr(axis + i, context));
    AffineMap indexMap = AffineMap::get(type.getRank(), 0, indexDims, context);
    Value result = parallelGeneric(
        rewriter, op.getLoc(), type, adaptor.getIndices(), indexMap,
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value index = arith::IndexCastOp::create(b, loc, b.getIndexType(), args[0]);
          Value zero = arith::ConstantIndexOp::create(b, loc, 0);
          Value bound = arith::ConstantIndexOp::create(b, loc, size);
          Value last = arith::ConstantIndexOp::create(b, loc, size - 1);
          Value isNegative =
              arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, index, zero);
          Value wrapped = arith::AddIOp::create(b, loc, index, bound);
          index = arith::SelectOp::create(b, loc, isNegative, wrapped, index);
          index = arith::MaxSIOp::create(b, loc, index, zero);
          index = arith::MinSIOp::create(b, loc, index, last);
          SmallVector<Value> indices;
          for (int64_t i = 0; i < type.getRank(); ++i) {
            if (i == axis)
              indices.push_back(index);
            if (i < axis || i >= axis + indexRank)
              indices.push_back(linalg::IndexOp::create(b, loc, i));
          }
          if (axis == type.getRank()) // scalar index into the last dimension
            indices.push_back(index);
          return tensor::ExtractOp::create(b, loc, adaptor.getData(), indices);
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

void tacit::populateMovementPatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<LowerReshape, LowerTranspose, LowerExpand, LowerSlice, LowerConcat,
               LowerGather>(converter, patterns.getContext());
}
