//===- Products.cpp - matmul, linear and attention to linalg --------------===//
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

/// A contraction over the last dimension of the iteration space, from zero on.
/// Each sum runs in ascending order of that dimension: code generation may
/// regroup outputs, never the terms of one output.
static Value contract(OpBuilder &builder, Location loc, RankedTensorType type, Value lhs,
                      AffineMap lhsMap, Value rhs, AffineMap rhsMap) {
  int64_t rank = type.getRank();
  MLIRContext *context = builder.getContext();
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  Value zero = floatConstant(builder, loc, type.getElementType(), 0);
  Value init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  AffineMap outMap = AffineMap::getMultiDimIdentityMap(rank + 1, context).dropResult(rank);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, ValueRange{lhs, rhs}, init,
      ArrayRef<AffineMap>{lhsMap, rhsMap, outMap}, iterators,
      [](OpBuilder &b, Location loc, ValueRange args) {
        Value product = arith::MulFOp::create(b, loc, args[0], args[1]);
        Value sum = arith::AddFOp::create(b, loc, args[2], product);
        linalg::YieldOp::create(b, loc, sum);
      });
  return generic.getResult(0);
}

/// Map of a [batch..., rows, columns] operand whose last two dimensions are the
/// iterators `row` and `column`; batch dimensions broadcast.
static AffineMap operandMap(ArrayRef<int64_t> shape, int64_t numDims, int64_t numBatch,
                            int64_t row, int64_t column, MLIRContext *context) {
  SmallVector<AffineExpr> results;
  int64_t own = static_cast<int64_t>(shape.size()) - 2;
  for (int64_t i = 0; i < own; ++i)
    results.push_back(shape[i] == 1 ? getAffineConstantExpr(0, context)
                                    : getAffineDimExpr(numBatch - own + i, context));
  results.push_back(getAffineDimExpr(row, context));
  results.push_back(getAffineDimExpr(column, context));
  return AffineMap::get(numDims, 0, results, context);
}

namespace {
struct LowerLinear : OpConversionPattern<nn::LinearOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::LinearOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    if (!type.hasStaticShape() || !tensorOf(adaptor.getInput()).hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    // All leading dimensions are rows of one matrix.
    int64_t inner = tensorOf(adaptor.getInput()).getShape().back();
    int64_t columns = type.getShape().back(), rows = 1;
    for (int64_t dim : type.getShape().drop_back())
      rows *= dim;
    Value input = reshapeTo(rewriter, loc, adaptor.getInput(), {rows, inner});
    auto flat = RankedTensorType::get({rows, columns}, type.getElementType());
    AffineExpr m, n, k;
    bindDims(context, m, n, k);
    Value result =
        contract(rewriter, loc, flat, input, AffineMap::get(3, 0, {m, k}, context),
                 adaptor.getWeight(), AffineMap::get(3, 0, {k, n}, context));
    if (Value bias = adaptor.getBias())
      result = broadcastGeneric(rewriter, loc, flat, {result, bias},
                                [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                                  return arith::AddFOp::create(b, loc, args[0], args[1]);
                                });
    rewriter.replaceOp(op, reshapeTo(rewriter, loc, result, type.getShape()));
    return success();
  }
};

struct LowerMatmul : OpConversionPattern<nn::MatmulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::MatmulOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    Value lhs = adaptor.getLhs(), rhs = adaptor.getRhs();
    if (!type.hasStaticShape() || !tensorOf(lhs).hasStaticShape() ||
        !tensorOf(rhs).hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    // A vector is a matrix of one row (left) or one column (right).
    if (tensorOf(lhs).getRank() == 1)
      lhs = reshapeTo(rewriter, loc, lhs, {1, tensorOf(lhs).getDimSize(0)});
    if (tensorOf(rhs).getRank() == 1)
      rhs = reshapeTo(rewriter, loc, rhs, {tensorOf(rhs).getDimSize(0), 1});
    ArrayRef<int64_t> left = tensorOf(lhs).getShape(), right = tensorOf(rhs).getShape();
    auto batch = nn::broadcastShapes(left.drop_back(2), right.drop_back(2));
    if (failed(batch))
      return rewriter.notifyMatchFailure(op, "leading dimensions do not broadcast");
    int64_t numBatch = batch->size(), numDims = numBatch + 3;
    SmallVector<int64_t> shape(*batch);
    shape.push_back(left[left.size() - 2]);
    shape.push_back(right.back());
    Value result = contract(
        rewriter, loc, RankedTensorType::get(shape, type.getElementType()), lhs,
        operandMap(left, numDims, numBatch, numBatch, numBatch + 2, context), rhs,
        operandMap(right, numDims, numBatch, numBatch + 2, numBatch + 1, context));
    rewriter.replaceOp(op, reshapeTo(rewriter, loc, result, type.getShape()));
    return success();
  }
};

/// Scores, scale and mask, softmax, weighted sum of the values.
struct LowerAttention : OpConversionPattern<nn::AttentionOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::AttentionOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    Value query = adaptor.getQuery(), key = adaptor.getKey(), value = adaptor.getValue();
    if (!type.hasStaticShape() || !tensorOf(query).hasStaticShape() ||
        !tensorOf(key).hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    Type element = type.getElementType();
    int64_t rank = type.getRank(), numDims = rank + 1, batch = rank - 2;
    int64_t m = batch, n = batch + 1, k = batch + 2;

    SmallVector<int64_t> scoreShape(type.getShape().drop_back());
    scoreShape.push_back(tensorOf(key).getDimSize(rank - 2));
    auto scoreType = RankedTensorType::get(scoreShape, element);
    auto exact = [&](int64_t row, int64_t column) {
      SmallVector<AffineExpr> results;
      for (int64_t i = 0; i < batch; ++i)
        results.push_back(getAffineDimExpr(i, context));
      results.push_back(getAffineDimExpr(row, context));
      results.push_back(getAffineDimExpr(column, context));
      return AffineMap::get(numDims, 0, results, context);
    };
    Value scores = contract(rewriter, loc, scoreType, query, exact(m, k), key, exact(n, k));

    SmallVector<Value> inputs{scores};
    if (Value mask = adaptor.getMask())
      inputs.push_back(mask);
    scores = broadcastGeneric(
        rewriter, loc, scoreType, inputs, [&](OpBuilder &b, Location loc, ValueRange args) {
          Value scale = floatConstant(b, loc, element, op.getScale().convertToFloat());
          Value score = arith::MulFOp::create(b, loc, args[0], scale);
          if (args.size() == 1)
            return score;
          if (!op.getFill())
            return arith::AddFOp::create(b, loc, score, args[1]).getResult();
          Value fill = floatConstant(b, loc, element, op.getFill()->convertToFloat());
          Value zero = arith::ConstantOp::create(b, loc, b.getI8IntegerAttr(0));
          Value keep =
              arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, args[1], zero);
          return arith::SelectOp::create(b, loc, keep, score, fill).getResult();
        });
    Value weights = lowerSoftmax(rewriter, loc, scores, rank - 1);
    rewriter.replaceOp(
        op, contract(rewriter, loc, type, weights, exact(m, k), value, exact(k, n)));
    return success();
  }
};
} // namespace

void tacit::populateProductPatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<LowerLinear, LowerMatmul, LowerAttention>(converter, patterns.getContext());
}
