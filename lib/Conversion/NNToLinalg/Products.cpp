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

/// Creates a contraction over the last `numInner` dimensions of the iteration space,
/// starting from zero. Each sum runs in ascending order of these dimensions: code
/// generation may regroup outputs, but never the terms of one output. `product` computes a
/// term from one element of each operand.
static Value contract(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes,
                      Type element, int64_t numInner, ValueRange operands,
                      ArrayRef<AffineMap> operandMaps, BodyBuilder product) {
  int64_t rank = sizes.size();
  MLIRContext *context = builder.getContext();
  Value empty = emptyTensor(builder, loc, sizes, element);
  bool isFloat = isa<FloatType>(element);
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(element));
  Value init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.append(numInner, utils::IteratorType::reduction);
  SmallVector<AffineMap> maps(operandMaps);
  maps.push_back(
      AffineMap::getMultiDimIdentityMap(rank + numInner, context).getMajorSubMap(rank));
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), operands, init, maps, iterators,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        Value term = product(b, loc, args.drop_back());
        Value sum = isFloat ? arith::AddFOp::create(b, loc, args.back(), term).getResult()
                            : arith::AddIOp::create(b, loc, args.back(), term).getResult();
        linalg::YieldOp::create(b, loc, sum);
      });
  return generic.getResult(0);
}

/// Creates the same for two matrices.
static Value contract(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes,
                      Value lhs, AffineMap lhsMap, Value rhs, AffineMap rhsMap,
                      nn::MultiplierAttr multiplier) {
  return contract(builder, loc, sizes, tensorOf(lhs).getElementType(), 1, {lhs, rhs},
                  {lhsMap, rhsMap},
                  [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                    if (isa<IntegerType>(args[0].getType()))
                      return arith::MulIOp::create(b, loc, args[0], args[1]);
                    return buildProduct(b, loc, multiplier, args[0], args[1]);
                  });
}

/// Returns the map of a [batch..., rows, columns] operand whose last two dimensions are the
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

/// Returns `operand` in a form in which the broadcast of its leading dimensions to those of
/// `result` is fully determined; the last two are its own.
static Value resolveBatch(OpBuilder &builder, Location loc, Value operand,
                          ArrayRef<OpFoldResult> result) {
  Sizes wanted(result.drop_back(2));
  llvm::append_range(wanted, ArrayRef(sizesOf(builder, loc, operand)).take_back(2));
  return resolveBroadcast(builder, loc, operand, wanted);
}

/// Returns how the product reads the weight of `op`, whose loops are row, column and then
/// the inner ones. Packed weights are read as they are, element by element.
static FailureOr<WeightReader> readWeight(nn::LinearOp op, Value converted,
                                          ConversionPatternRewriter &rewriter) {
  nn::MultiplierAttr multiplier = op.getMultiplierAttr();
  bool isShiftAdd = multiplier && multiplier.getKind() == nn::MultiplierKind::ShiftAdd;
  if (auto powers = op.getWeight().getDefiningOp<nn::PowersOfTwoOp>(); powers && isShiftAdd)
    return readPowersOfTwo(rewriter.getRemappedValue(powers.getCodes()));
  if (isShiftAdd)
    return rewriter.notifyMatchFailure(op, "shift_add needs a weight of powers of two");
  if (auto cast = op.getWeight().getDefiningOp<nn::CastOp>()) {
    Type stored = tensorOf(cast.getInput()).getElementType();
    if ((stored.isF16() || stored.isBF16()) && op.getType().getElementType().isF32())
      return readWidened(rewriter.getRemappedValue(cast.getInput()));
  }
  auto packed = op.getWeight().getDefiningOp<nn::DequantizeOp>();
  // The padding rows of the last group are multiplied by zeros of the input, and such
  // products are zero only with zero = exact.
  bool isFilledUp =
      packed && tensorOf(packed.getResult()).getDimSize(0) % packed.getGroup();
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

/// Returns [rows, n] as [rows, n + padding], padded with zeros.
static Value padColumns(OpBuilder &b, Location loc, Value input, int64_t columns) {
  auto type = tensorOf(input);
  if (type.getDimSize(1) == columns)
    return input;
  Sizes sizes = sizesOf(b, loc, input), padded{sizes[0], b.getIndexAttr(columns)};
  Value empty = emptyTensor(b, loc, padded, type.getElementType());
  Value zero = floatConstant(b, loc, type.getElementType(), 0);
  Value filled = linalg::FillOp::create(b, loc, zero, empty).getResult(0);
  // An empty tensor cannot be inserted anywhere.
  if (type.hasStaticShape() && type.getNumElements() == 0)
    return filled;
  Sizes zeros(2, b.getIndexAttr(0)), ones(2, b.getIndexAttr(1));
  return tensor::InsertSliceOp::create(b, loc, input, filled, zeros, sizes, ones);
}

namespace {
struct LowerLinear : OpConversionPattern<nn::LinearOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::LinearOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto reader = readWeight(op, adaptor.getWeight(), rewriter);
    if (failed(reader))
      return failure();
    Location loc = op.getLoc();
    Type element = op.getType().getElementType();
    Sizes sizes = sizesOf(rewriter, loc, op.getResult()),
          inputSizes = sizesOf(rewriter, loc, op.getInput());
    // All leading dimensions together are the rows of one matrix.
    OpFoldResult rows = sizeProduct(rewriter, loc, ArrayRef(sizes).drop_back());
    Sizes flat{rows, sizes.back()}, inputFlat{rows, inputSizes.back()};
    Value input = reshapeTo(rewriter, loc, adaptor.getInput(), inputFlat);
    Value result = multiply(rewriter, loc, flat, input, *reader, op.getMultiplierAttr());
    if (Value bias = adaptor.getBias())
      result = broadcastGeneric(rewriter, loc, flat, element, {result, bias},
                                [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                                  return arith::AddFOp::create(b, loc, args[0], args[1]);
                                });
    rewriter.replaceOp(op, reshapeTo(rewriter, loc, result, sizes));
    return success();
  }

  /// Multiplies [rows, K] by the weight that `reader` reads.
  static Value multiply(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes,
                        Value input, const WeightReader &reader,
                        nn::MultiplierAttr multiplier) {
    MLIRContext *context = builder.getContext();
    int64_t numInner = reader.inner.size(), numDims = numInner + 2;
    bool isShiftAdd = multiplier && multiplier.getKind() == nn::MultiplierKind::ShiftAdd;
    // All terms of one weight are multiplied by the same element of the input.
    ArrayRef<int64_t> inputDims = ArrayRef(reader.inner).drop_back(isShiftAdd ? 1 : 0);
    Sizes shape{sizes[0]};
    SmallVector<AffineExpr> results{getAffineDimExpr(0, context)};
    int64_t inner = 1;
    for (auto [i, dim] : llvm::enumerate(inputDims)) {
      shape.push_back(builder.getIndexAttr(dim));
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
    Type element = tensorOf(input).getElementType();
    return contract(builder, loc, sizes, element, numInner, operands, maps,
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
    Value lhs = adaptor.getLhs(), rhs = adaptor.getRhs();
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    Sizes left = sizesOf(rewriter, loc, op.getLhs()),
          right = sizesOf(rewriter, loc, op.getRhs()),
          sizes = sizesOf(rewriter, loc, op.getResult());
    bool isRow = left.size() == 1, isColumn = right.size() == 1;
    OpFoldResult one = rewriter.getIndexAttr(1);
    // A vector is a matrix of one row (left) or one column (right).
    if (isRow)
      lhs = reshapeTo(rewriter, loc, lhs, Sizes{one, left[0]});
    if (isColumn)
      rhs = reshapeTo(rewriter, loc, rhs, Sizes{right[0], one});
    int64_t numBatch = sizes.size() - !isRow - !isColumn, numDims = numBatch + 3;
    Sizes whole(ArrayRef(sizes).take_front(numBatch));
    whole.push_back(isRow ? one : left[left.size() - 2]);
    whole.push_back(isColumn ? one : right.back());
    lhs = resolveBatch(rewriter, loc, lhs, whole);
    rhs = resolveBatch(rewriter, loc, rhs, whole);
    ArrayRef<int64_t> leftShape = tensorOf(lhs).getShape(),
                      rightShape = tensorOf(rhs).getShape();
    Value result = contract(
        rewriter, loc, whole, lhs,
        operandMap(leftShape, numDims, numBatch, numBatch, numBatch + 2, context), rhs,
        operandMap(rightShape, numDims, numBatch, numBatch + 2, numBatch + 1, context),
        op.getMultiplierAttr());
    rewriter.replaceOp(op, reshapeTo(rewriter, loc, result, sizes));
    return success();
  }
};

/// Lowers attention to scores, scale and mask, softmax, and the weighted sum of the values.
struct LowerAttention : OpConversionPattern<nn::AttentionOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::AttentionOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Value query = adaptor.getQuery(), key = adaptor.getKey(), value = adaptor.getValue();
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    Type element = tensorOf(query).getElementType();
    Sizes sizes = sizesOf(rewriter, loc, op.getResult());
    int64_t rank = sizes.size(), numDims = rank + 1, batch = rank - 2;
    int64_t m = batch, n = batch + 1, k = batch + 2;

    Sizes scoreSizes(ArrayRef(sizes).drop_back());
    scoreSizes.push_back(sizesOf(rewriter, loc, op.getKey())[rank - 2]);
    auto exact = [&](Value operand, int64_t row, int64_t column) {
      SmallVector<AffineExpr> results;
      // Heads may share keys and values: a leading dimension of 1 is read by all.
      for (int64_t i = 0; i < batch; ++i)
        results.push_back(tensorOf(operand).getDimSize(i) == 1 && !isSize(sizes[i], 1)
                              ? getAffineConstantExpr(0, context)
                              : getAffineDimExpr(i, context));
      results.push_back(getAffineDimExpr(row, context));
      results.push_back(getAffineDimExpr(column, context));
      return AffineMap::get(numDims, 0, results, context);
    };
    nn::MultiplierAttr multiplier = op.getMultiplierAttr();
    Value scores = contract(rewriter, loc, scoreSizes, query, exact(query, m, k), key,
                            exact(key, n, k), multiplier);

    SmallVector<Value> inputs{scores};
    if (Value mask = adaptor.getMask())
      inputs.push_back(mask);
    scores = broadcastGeneric(
        rewriter, loc, scoreSizes, element, inputs,
        [&](OpBuilder &b, Location loc, ValueRange args) {
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
    Value weights = lowerSoftmax(rewriter, loc, scores, rank - 1, op.getZeroRows());
    rewriter.replaceOp(op, contract(rewriter, loc, sizes, weights, exact(weights, m, k),
                                    value, exact(value, k, n), multiplier));
    return success();
  }
};
} // namespace

void tacit::populateProductPatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<LowerLinear, LowerMatmul, LowerAttention>(converter, patterns.getContext());
}
