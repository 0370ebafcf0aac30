//===- Products.cpp - matmul, linear and attention to linalg --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tacit;

/// A contraction over the last `numInner` dimensions of the iteration space, from
/// zero on. Each sum runs in ascending order of these dimensions: code generation
/// may regroup outputs, never the terms of one output. `product` makes a term from
/// one element of each operand.
static Value contract(OpBuilder &builder, Location loc, RankedTensorType type, int64_t numInner,
                      ValueRange operands, ArrayRef<AffineMap> operandMaps,
                      BodyBuilder product) {
  int64_t rank = type.getRank();
  MLIRContext *context = builder.getContext();
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  Value zero = floatConstant(builder, loc, type.getElementType(), 0);
  Value init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.append(numInner, utils::IteratorType::reduction);
  SmallVector<AffineMap> maps(operandMaps);
  maps.push_back(AffineMap::getMultiDimIdentityMap(rank + numInner, context).getMajorSubMap(rank));
  auto generic = linalg::GenericOp::create(
      builder, loc, type, operands, init, maps, iterators,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        Value term = product(b, loc, args.drop_back());
        Value sum = arith::AddFOp::create(b, loc, args.back(), term);
        linalg::YieldOp::create(b, loc, sum);
      });
  return generic.getResult(0);
}

/// The same for two matrices.
static Value contract(OpBuilder &builder, Location loc, RankedTensorType type, Value lhs,
                      AffineMap lhsMap, Value rhs, AffineMap rhsMap,
                      nn::MultiplierAttr multiplier) {
  return contract(builder, loc, type, 1, {lhs, rhs}, {lhsMap, rhsMap},
                  [&](OpBuilder &b, Location loc, ValueRange args) {
                    return buildProduct(b, loc, multiplier, args[0], args[1]);
                  });
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

/// How the product reads the weight of `op`, whose loops are row, column and then the
/// inner ones. Packed weights are read as they are, element by element.
static FailureOr<WeightReader> readWeight(nn::LinearOp op, Value converted,
                                          ConversionPatternRewriter &rewriter) {
  nn::MultiplierAttr multiplier = op.getMultiplierAttr();
  bool isShiftAdd = multiplier && multiplier.getKind() == nn::MultiplierKind::ShiftAdd;
  if (auto powers = op.getWeight().getDefiningOp<nn::PowersOfTwoOp>(); powers && isShiftAdd)
    return readPowersOfTwo(rewriter.getRemappedValue(powers.getCodes()));
  if (isShiftAdd)
    return rewriter.notifyMatchFailure(op, "shift_add needs a weight of powers of two");
  auto packed = op.getWeight().getDefiningOp<nn::DequantizeOp>();
  // The rows that fill up the last group meet zeros of the input, and only with zero =
  // exact are such products zero.
  bool isFilledUp = packed && tensorOf(packed.getResult()).getDimSize(0) % packed.getGroup();
  bool addsZeros = !multiplier || multiplier.getZero() == nn::ZeroPolicy::Exact;
  if (!packed || (isFilledUp && !addsZeros))
    return readPlain(converted);
  SmallVector<Value> planes;
  Value zeroPoint = packed.getZeroPoint();
  if (failed(rewriter.getRemappedValues(packed.getPlanes(), planes)))
    return rewriter.notifyMatchFailure(op, "the planes of the weight were not converted");
  return readDequantized(packed, rewriter.getRemappedValue(packed.getScale()),
                         zeroPoint ? rewriter.getRemappedValue(zeroPoint) : Value(), planes,
                         /*firstInner=*/2);
}

/// [rows, n] as [rows, n + padding], filled up with zeros.
static Value padColumns(OpBuilder &b, Location loc, Value input, int64_t columns) {
  auto type = tensorOf(input);
  if (type.getDimSize(1) == columns)
    return input;
  Value empty = tensor::EmptyOp::create(b, loc, {type.getDimSize(0), columns},
                                        type.getElementType());
  Value zero = floatConstant(b, loc, type.getElementType(), 0);
  Value filled = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
  // Nothing has no place anywhere.
  if (type.getNumElements() == 0)
    return filled;
  SmallVector<OpFoldResult> zeros(2, b.getIndexAttr(0)), ones(2, b.getIndexAttr(1)),
      sizes = getAsIndexOpFoldResult(b.getContext(), type.getShape());
  return tensor::InsertSliceOp::create(b, loc, input, filled, zeros, sizes, ones);
}

namespace {
struct LowerLinear : OpConversionPattern<nn::LinearOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::LinearOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    if (!type.hasStaticShape() || !tensorOf(adaptor.getInput()).hasStaticShape())
      return rewriter.notifyMatchFailure(op, "dimensions are not known");
    auto reader = readWeight(op, adaptor.getWeight(), rewriter);
    if (failed(reader))
      return failure();
    Location loc = op.getLoc();
    // All leading dimensions are rows of one matrix.
    int64_t columns = type.getShape().back(), rows = 1;
    for (int64_t dim : type.getShape().drop_back())
      rows *= dim;
    Value input =
        reshapeTo(rewriter, loc, adaptor.getInput(),
                  {rows, tensorOf(adaptor.getInput()).getShape().back()});
    auto flat = RankedTensorType::get({rows, columns}, type.getElementType());
    Value result = multiply(rewriter, loc, flat, input, *reader, op.getMultiplierAttr());
    if (Value bias = adaptor.getBias())
      result = broadcastGeneric(rewriter, loc, flat, {result, bias},
                                [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                                  return arith::AddFOp::create(b, loc, args[0], args[1]);
                                });
    rewriter.replaceOp(op, reshapeTo(rewriter, loc, result, type.getShape()));
    return success();
  }

  /// [rows, K] by the weight that `reader` reads.
  static Value multiply(OpBuilder &builder, Location loc, RankedTensorType type, Value input,
                        const WeightReader &reader, nn::MultiplierAttr multiplier) {
    MLIRContext *context = builder.getContext();
    int64_t numInner = reader.inner.size(), numDims = numInner + 2;
    bool isShiftAdd = multiplier && multiplier.getKind() == nn::MultiplierKind::ShiftAdd;
    // The terms of one weight meet the same element of the input.
    ArrayRef<int64_t> inputDims = ArrayRef(reader.inner).drop_back(isShiftAdd ? 1 : 0);
    SmallVector<int64_t> shape{type.getDimSize(0)};
    SmallVector<AffineExpr> results{getAffineDimExpr(0, context)};
    int64_t inner = 1;
    for (auto [i, dim] : llvm::enumerate(inputDims)) {
      shape.push_back(dim);
      results.push_back(getAffineDimExpr(2 + i, context));
      inner *= dim;
    }
    input = reshapeTo(builder, loc, padColumns(builder, loc, input, inner), shape);
    SmallVector<Value> operands{input};
    SmallVector<AffineMap> maps{AffineMap::get(numDims, 0, results, context)};
    for (auto [i, operand] : llvm::enumerate(reader.operands)) {
      operands.push_back(operand);
      maps.push_back(reader.map(i, numDims, /*column=*/1, /*firstInner=*/2, context));
    }
    return contract(builder, loc, type, numInner, operands, maps,
                    [&](OpBuilder &b, Location loc, ValueRange args) {
                      Value weight = reader.element(b, loc, args.drop_front());
                      return buildProduct(b, loc, multiplier, args[0], weight);
                    });
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
        operandMap(right, numDims, numBatch, numBatch + 2, numBatch + 1, context),
        op.getMultiplierAttr());
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
    nn::MultiplierAttr multiplier = op.getMultiplierAttr();
    Value scores = contract(rewriter, loc, scoreType, query, exact(m, k), key, exact(n, k),
                            multiplier);

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
        op, contract(rewriter, loc, type, weights, exact(m, k), value, exact(k, n),
                     multiplier));
    return success();
  }
};
} // namespace

void tacit::populateProductPatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<LowerLinear, LowerMatmul, LowerAttention>(converter, patterns.getContext());
}
