//===- Normalization.cpp - Reductions and norms to linalg -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace tacit;

static Value sumOf(OpBuilder &b, Location loc, ValueRange args) {
  return arith::AddFOp::create(b, loc, args.front(), args.back());
}

Value tacit::lowerSoftmax(OpBuilder &builder, Location loc, Value input, int64_t axis,
                          bool hasZeroRows) {
  Type element = tensorOf(input).getElementType();
  Sizes sizes = sizesOf(builder, loc, input);
  int64_t rank = sizes.size();
  auto identity = AffineMap::getMultiDimIdentityMap(rank, builder.getContext());
  AffineMap rows = identity.dropResult(axis);
  TypedAttr lowest = builder.getFloatAttr(
      element, APFloat::getInf(cast<FloatType>(element).getFloatSemantics(), true));
  Value max = reduceGeneric(builder, loc, sizes, axis, element, lowest, input, identity,
                            [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                              return arith::MaximumFOp::create(b, loc, args[0], args[1]);
                            });
  // In a row in which everything is -inf every exponential is then 0, and so is its
  // quotient by at least 1. In any other row the maximum is finite and contributes a term
  // of 1 to the sum.
  auto atLeast = [&](OpBuilder &b, Location loc, Value value,
                     const APFloat &least) -> Value {
    if (!hasZeroRows)
      return value;
    Value bound = arith::ConstantOp::create(b, loc, b.getFloatAttr(element, least));
    return arith::MaximumFOp::create(b, loc, value, bound);
  };
  const llvm::fltSemantics &semantics = cast<FloatType>(element).getFloatSemantics();
  Value exps = parallelGeneric(
      builder, loc, sizes, element, {input, max}, {identity, rows},
      [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Value most =
            atLeast(b, loc, args[1], APFloat::getLargest(semantics, /*Negative=*/true));
        Value d = arith::SubFOp::create(b, loc, args[0], most);
        return math::ExpOp::create(b, loc, d);
      });
  Value sum = reduceGeneric(builder, loc, sizes, axis, element,
                            builder.getFloatAttr(element, 0.0), exps, identity, sumOf);
  return parallelGeneric(builder, loc, sizes, element, {exps, sum}, {identity, rows},
                         [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                           Value divisor =
                               atLeast(b, loc, args[1], APFloat::getOne(semantics));
                           return arith::DivFOp::create(b, loc, args[0], divisor);
                         });
}

/// Returns the map of a tensor that has all of `rank` dimensions but the last.
static AffineMap rowMap(int64_t rank, MLIRContext *context) {
  return AffineMap::getMultiDimIdentityMap(rank, context).dropResult(rank - 1);
}

namespace {

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

struct LowerReduce : OpConversionPattern<nn::ReduceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ReduceOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Sizes sizes = sizesOf(rewriter, loc, op.getInput());
    Type element = tensorOf(adaptor.getInput()).getElementType();
    nn::ReduceKind kind = op.getKind();
    bool isUnsigned = getElementTypeOrSelf(op.getInput()).isUnsignedInteger();
    auto init = neutral(kind, element, isUnsigned, rewriter);
    if (!init)
      return rewriter.notifyMatchFailure(
          op, "this reduction is not defined for this element type");
    auto identity = AffineMap::getMultiDimIdentityMap(sizes.size(), op.getContext());
    Value result = reduceGeneric(
        rewriter, loc, sizes, op.getAxes(), element, init, adaptor.getInput(), identity,
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          bool isFloat = isa<FloatType>(element);
          switch (kind) {
          case nn::ReduceKind::Max:
            if (isUnsigned)
              return arith::MaxUIOp::create(b, loc, args[0], args[1]);
            return isFloat ? arith::MaximumFOp::create(b, loc, args[0], args[1]).getResult()
                           : arith::MaxSIOp::create(b, loc, args[0], args[1]).getResult();
          case nn::ReduceKind::Min:
            if (isUnsigned)
              return arith::MinUIOp::create(b, loc, args[0], args[1]);
            return isFloat ? arith::MinimumFOp::create(b, loc, args[0], args[1]).getResult()
                           : arith::MinSIOp::create(b, loc, args[0], args[1]).getResult();
          case nn::ReduceKind::Prod:
            return isFloat ? arith::MulFOp::create(b, loc, args[0], args[1]).getResult()
                           : arith::MulIOp::create(b, loc, args[0], args[1]).getResult();
          case nn::ReduceKind::Sum:
          case nn::ReduceKind::Mean:
            return isFloat ? arith::AddFOp::create(b, loc, args[0], args[1]).getResult()
                           : arith::AddIOp::create(b, loc, args[0], args[1]).getResult();
          }
          return nullptr;
        });
    if (kind == nn::ReduceKind::Mean) {
      Sizes reduced;
      for (int64_t axis : op.getAxes())
        reduced.push_back(sizes[axis]);
      OpFoldResult count = sizeProduct(rewriter, loc, reduced);
      result =
          broadcastGeneric(rewriter, loc, sizesOf(rewriter, loc, result), element, result,
                           [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                             Value n = sizeAsFloat(b, loc, count, element);
                             return arith::DivFOp::create(b, loc, args[0], n);
                           });
    }
    rewriter.replaceOp(
        op, reshapeTo(rewriter, loc, result, sizesOf(rewriter, loc, op.getResult())));
    return success();
  }

  /// Returns the start value of a reduction; null for a mean of integers, which ONNX rounds
  /// in a way that no transformer needs.
  static TypedAttr neutral(nn::ReduceKind kind, Type element, bool isUnsigned,
                           OpBuilder &b) {
    if (kind == nn::ReduceKind::Prod) {
      if (auto type = dyn_cast<FloatType>(element))
        return b.getFloatAttr(type, 1);
      return b.getIntegerAttr(element, 1);
    }
    bool isSum = kind == nn::ReduceKind::Sum || kind == nn::ReduceKind::Mean;
    bool isMax = kind == nn::ReduceKind::Max;
    if (auto type = dyn_cast<FloatType>(element))
      return b.getFloatAttr(type, isSum ? APFloat::getZero(type.getFloatSemantics())
                                        : APFloat::getInf(type.getFloatSemantics(), isMax));
    if (kind == nn::ReduceKind::Mean)
      return nullptr;
    unsigned width = element.getIntOrFloatBitWidth();
    if (isUnsigned)
      return b.getIntegerAttr(element, isSum || isMax ? APInt::getZero(width)
                                                      : APInt::getMaxValue(width));
    return b.getIntegerAttr(element, isSum   ? APInt::getZero(width)
                                     : isMax ? APInt::getSignedMinValue(width)
                                             : APInt::getSignedMaxValue(width));
  }
};

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

struct LowerSoftmax : OpConversionPattern<nn::SoftmaxOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::SoftmaxOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(
        op, lowerSoftmax(rewriter, op.getLoc(), adaptor.getInput(), op.getAxis()));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// LayerNorm and RMSNorm
//===----------------------------------------------------------------------===//

/// Computes sum / n, one number per row.
static Value meanOf(OpBuilder &builder, Location loc, Value sum, OpFoldResult n) {
  Type element = tensorOf(sum).getElementType();
  return broadcastGeneric(builder, loc, sizesOf(builder, loc, sum), element, sum,
                          [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                            return arith::DivFOp::create(b, loc, args[0],
                                                         sizeAsFloat(b, loc, n, element));
                          });
}

/// Computes 1 / sqrt(squares / n + epsilon), one number per row. With a `correction`, the
/// variance is squares / n - correction^2, and at least 0.
static Value inverseDeviation(OpBuilder &builder, Location loc, Value squares,
                              Value correction, OpFoldResult n, APFloat epsilon) {
  Type element = tensorOf(squares).getElementType();
  Sizes sizes = sizesOf(builder, loc, squares);
  AffineMap identity =
      AffineMap::getMultiDimIdentityMap(sizes.size(), builder.getContext());
  SmallVector<Value> inputs{squares};
  if (correction)
    inputs.push_back(correction);
  return parallelGeneric(
      builder, loc, sizes, element, inputs, SmallVector<AffineMap>(inputs.size(), identity),
      [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Value variance =
            arith::DivFOp::create(b, loc, args[0], sizeAsFloat(b, loc, n, element));
        if (correction) {
          Value square = arith::MulFOp::create(b, loc, args[1], args[1]);
          variance = arith::MaximumFOp::create(
              b, loc, arith::SubFOp::create(b, loc, variance, square),
              floatConstant(b, loc, element, 0));
        }
        Value eps = floatConstant(b, loc, element, epsilon.convertToFloat());
        Value shifted = arith::AddFOp::create(b, loc, variance, eps);
        Value deviation = math::SqrtOp::create(b, loc, shifted);
        return arith::DivFOp::create(b, loc, floatConstant(b, loc, element, 1), deviation);
      });
}

/// Computes (x - m) * inverse * scale + bias, where every m of `centers` is subtracted in
/// turn, and scale and bias are optional.
static Value normalize(OpBuilder &builder, Location loc, Value input, ValueRange centers,
                       Value inverse, Value scale, Value bias) {
  Sizes sizes = sizesOf(builder, loc, input);
  MLIRContext *context = builder.getContext();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(sizes.size(), context);
  AffineMap last = AffineMap::get(sizes.size(), 0, identity.getResults().back(), context);
  SmallVector<Value> inputs{input, inverse};
  SmallVector<AffineMap> maps{identity, rowMap(sizes.size(), context)};
  auto append = [&](Value value, AffineMap map) {
    if (!value)
      return;
    inputs.push_back(value);
    maps.push_back(map);
  };
  for (Value center : centers)
    append(center, maps[1]);
  append(scale, last);
  append(bias, last);
  return parallelGeneric(builder, loc, sizes, tensorOf(input).getElementType(), inputs,
                         maps, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                           auto next = args.begin() + 2;
                           Value x = args[0];
                           for (size_t i = 0; i < centers.size(); ++i)
                             x = arith::SubFOp::create(b, loc, x, *next++);
                           x = arith::MulFOp::create(b, loc, x, args[1]);
                           if (scale)
                             x = arith::MulFOp::create(b, loc, x, *next++);
                           if (bias)
                             x = arith::AddFOp::create(b, loc, x, *next++);
                           return x;
                         });
}

struct LowerLayerNorm : OpConversionPattern<nn::LayerNormOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::LayerNormOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Value x = adaptor.getInput();
    Location loc = op.getLoc();
    Sizes sizes = sizesOf(rewriter, loc, op.getInput());
    Type element = tensorOf(x).getElementType();
    int64_t last = sizes.size() - 1;
    OpFoldResult n = sizes.back();
    AffineMap identity = AffineMap::getMultiDimIdentityMap(sizes.size(), op.getContext());
    AffineMap rows = rowMap(sizes.size(), op.getContext());
    TypedAttr zero = rewriter.getFloatAttr(element, 0.0);
    Value sum =
        reduceGeneric(rewriter, loc, sizes, last, element, zero, x, identity, sumOf);
    Value mean = meanOf(rewriter, loc, sum, n);
    // The row is read again, because the one-pass form E[x^2] - E[x]^2 cancels. The mean is
    // rounded; in a row of nearly equal elements that rounding is as large as the
    // deviations, so their own mean, the correction, is subtracted as well.
    auto reduceDeviations =
        [&](function_ref<Value(OpBuilder &, Location, Value)> term) -> Value {
      return reduceGeneric(rewriter, loc, sizes, last, element, zero, {x, mean},
                           {identity, rows},
                           [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                             Value d = arith::SubFOp::create(b, loc, args[0], args[1]);
                             return arith::AddFOp::create(b, loc, term(b, loc, d), args[2]);
                           });
    };
    Value rest = reduceDeviations([](OpBuilder &, Location, Value d) { return d; });
    Value squares = reduceDeviations([](OpBuilder &b, Location loc, Value d) -> Value {
      return arith::MulFOp::create(b, loc, d, d);
    });
    Value correction = meanOf(rewriter, loc, rest, n);
    Value inverse =
        inverseDeviation(rewriter, loc, squares, correction, n, op.getEpsilon());
    rewriter.replaceOp(op, normalize(rewriter, loc, x, {mean, correction}, inverse,
                                     adaptor.getScale(), adaptor.getBias()));
    return success();
  }
};

struct LowerRMSNorm : OpConversionPattern<nn::RMSNormOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::RMSNormOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Value x = adaptor.getInput();
    Location loc = op.getLoc();
    Sizes sizes = sizesOf(rewriter, loc, op.getInput());
    Type element = tensorOf(x).getElementType();
    int64_t last = sizes.size() - 1;
    Value squares = reduceGeneric(
        rewriter, loc, sizes, last, element, rewriter.getFloatAttr(element, 0.0), x,
        AffineMap::getMultiDimIdentityMap(sizes.size(), op.getContext()),
        [](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value square = arith::MulFOp::create(b, loc, args[0], args[0]);
          return arith::AddFOp::create(b, loc, square, args[1]);
        });
    Value inverse = inverseDeviation(rewriter, loc, squares, /*correction=*/nullptr,
                                     sizes.back(), op.getEpsilon());
    rewriter.replaceOp(op, normalize(rewriter, loc, x, /*centers=*/{}, inverse,
                                     adaptor.getScale(), /*bias=*/nullptr));
    return success();
  }
};
} // namespace

void tacit::populateNormalizationPatterns(TypeConverter &converter,
                                          RewritePatternSet &patterns) {
  patterns.add<LowerReduce, LowerSoftmax, LowerLayerNorm, LowerRMSNorm>(
      converter, patterns.getContext());
}
