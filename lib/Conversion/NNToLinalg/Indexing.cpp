//===- Indexing.cpp - Searches and single elements to linalg --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Searches along an axis (arg_reduce, top_k, cumsum) become reductions over pairs of
// positions: quadratic in the length of the axis, and as parallel and safe as everything
// else. An index is clamped before it is used, whatever is asserted of it: a run that fails
// must not read or write outside a tensor either.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tacit;

static bool isUnsigned(Value value) {
  return getElementTypeOrSelf(value).isUnsignedInteger();
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

static Value indexConstant(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

static Value compareIndices(OpBuilder &b, Location loc, arith::CmpIPredicate predicate,
                            Value lhs, Value rhs) {
  return arith::CmpIOp::create(b, loc, predicate, lhs, rhs);
}

/// Converts an index that may be negative and then counts from the end to one that counts
/// from 0.
static Value wrapIndex(OpBuilder &b, Location loc, Value index, Value bound) {
  Value number = arith::IndexCastOp::create(b, loc, b.getIndexType(), index);
  Value isNegative =
      compareIndices(b, loc, arith::CmpIPredicate::slt, number, indexConstant(b, loc, 0));
  Value wrapped = arith::AddIOp::create(b, loc, number, bound);
  return arith::SelectOp::create(b, loc, isNegative, wrapped, number);
}

/// Clamps a value to the range from 0 to bound - 1.
static Value clampIndex(OpBuilder &b, Location loc, Value index, Value bound) {
  Value last = arith::SubIOp::create(b, loc, bound, indexConstant(b, loc, 1));
  index = arith::MinSIOp::create(b, loc, index, last);
  return arith::MaxSIOp::create(b, loc, index, indexConstant(b, loc, 0));
}

static Value larger(OpBuilder &b, Location loc, bool wantsMax, bool hasNoSign, Value x,
                    Value y) {
  if (isa<FloatType>(x.getType()))
    return wantsMax ? arith::MaximumFOp::create(b, loc, x, y).getResult()
                    : arith::MinimumFOp::create(b, loc, x, y).getResult();
  if (hasNoSign)
    return wantsMax ? arith::MaxUIOp::create(b, loc, x, y).getResult()
                    : arith::MinUIOp::create(b, loc, x, y).getResult();
  return wantsMax ? arith::MaxSIOp::create(b, loc, x, y).getResult()
                  : arith::MinSIOp::create(b, loc, x, y).getResult();
}

/// Returns the start value of a maximum (or minimum): no element is smaller (or larger).
static TypedAttr extreme(OpBuilder &b, Type element, bool wantsMax, bool hasNoSign) {
  if (auto type = dyn_cast<FloatType>(element))
    return b.getFloatAttr(type, APFloat::getInf(type.getFloatSemantics(), wantsMax));
  unsigned width = element.getIntOrFloatBitWidth();
  if (hasNoSign)
    return b.getIntegerAttr(element,
                            wantsMax ? APInt::getZero(width) : APInt::getMaxValue(width));
  return b.getIntegerAttr(element, wantsMax ? APInt::getSignedMinValue(width)
                                            : APInt::getSignedMaxValue(width));
}

/// Returns integers that have the same order as the floats: their bits, of which the lower
/// ones are inverted in negative numbers. Zeros are equal, and NaN is above all others.
static Value orderedBits(OpBuilder &b, Location loc, Value x) {
  auto type = cast<FloatType>(x.getType());
  Type bits = b.getIntegerType(type.getWidth());
  auto constant = [&](const APInt &value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(bits, value));
  };
  Value zero = floatConstant(b, loc, type, 0);
  Value quiet = arith::ConstantOp::create(
      b, loc, b.getFloatAttr(type, APFloat::getQNaN(type.getFloatSemantics())));
  Value isNaN = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, x, x);
  Value isZero = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, x, zero);
  x = arith::SelectOp::create(b, loc, isNaN, quiet, x);
  x = arith::SelectOp::create(b, loc, isZero, zero, x);
  Value key = arith::BitcastOp::create(b, loc, bits, x);
  unsigned width = type.getWidth();
  Value sign = arith::ShRSIOp::create(b, loc, key, constant(APInt(width, width - 1)));
  Value mask =
      arith::AndIOp::create(b, loc, sign, constant(APInt::getSignedMaxValue(width)));
  return arith::XOrIOp::create(b, loc, key, mask);
}

//===----------------------------------------------------------------------===//
// Maps
//===----------------------------------------------------------------------===//

/// Returns the map to all of `rank` dimensions but `axis`.
static AffineMap withoutAxis(int64_t rank, int64_t axis, MLIRContext *context) {
  return AffineMap::getMultiDimIdentityMap(rank, context).dropResult(axis);
}

/// Returns the map to the first `rank` of `rank` + 1 dimensions: the current position.
static AffineMap atPosition(int64_t rank, MLIRContext *context) {
  return AffineMap::getMultiDimIdentityMap(rank + 1, context).dropResult(rank);
}

/// Returns the same map with the last dimension in place of `axis`: each other position in
/// turn.
static AffineMap atOther(int64_t rank, int64_t axis, MLIRContext *context) {
  SmallVector<AffineExpr> dims(atPosition(rank, context).getResults());
  dims[axis] = getAffineDimExpr(rank, context);
  return AffineMap::get(rank + 1, 0, dims, context);
}

static Sizes withSize(ArrayRef<OpFoldResult> sizes, OpFoldResult size) {
  Sizes more(sizes);
  more.push_back(size);
  return more;
}

//===----------------------------------------------------------------------===//
// Along an axis
//===----------------------------------------------------------------------===//

namespace {
/// Finds the extreme value first, then the first (or last) position that holds it.
struct LowerArgReduce : OpConversionPattern<nn::ArgReduceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ArgReduceOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value input = adaptor.getInput();
    Sizes sizes = sizesOf(rewriter, loc, op.getInput());
    int64_t rank = sizes.size(), axis = op.getAxis();
    Type element = tensorOf(input).getElementType(), i64 = rewriter.getI64Type();
    bool wantsMax = op.getKind() == nn::ArgKind::Max, wantsLast = op.getLast();
    bool hasNoSign = isUnsigned(op.getInput());
    auto identity = AffineMap::getMultiDimIdentityMap(rank, op.getContext());
    Value top =
        reduceGeneric(rewriter, loc, sizes, axis, element,
                      extreme(rewriter, element, wantsMax, hasNoSign), input, identity,
                      [&](OpBuilder &b, Location loc, ValueRange args) {
                        return larger(b, loc, wantsMax, hasNoSign, args[0], args[1]);
                      });
    Value place = reduceGeneric(
        rewriter, loc, sizes, axis, i64, extreme(rewriter, i64, wantsLast, false),
        {input, top}, {identity, withoutAxis(rank, axis, op.getContext())},
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value found = isExtreme(b, loc, args[0], args[1]);
          Value here = arith::IndexCastOp::create(b, loc, i64,
                                                  linalg::IndexOp::create(b, loc, axis));
          Value better = larger(b, loc, wantsLast, false, here, args[2]);
          return arith::SelectOp::create(b, loc, found, better, args[2]);
        });
    rewriter.replaceOp(
        op, reshapeTo(rewriter, loc, place, sizesOf(rewriter, loc, op.getResult())));
    return success();
  }

  /// The extreme is NaN if there is one, and NaN is not equal to itself.
  static Value isExtreme(OpBuilder &b, Location loc, Value x, Value top) {
    if (!isa<FloatType>(x.getType()))
      return compareIndices(b, loc, arith::CmpIPredicate::eq, x, top);
    Value isEqual = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, x, top);
    Value isNaN = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, x, x);
    return arith::OrIOp::create(b, loc, isEqual, isNaN);
  }
};

/// Every element counts those that come before it. The element of rank r is the one that
/// counted r.
struct LowerTopK : OpConversionPattern<nn::TopKOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::TopKOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value input = adaptor.getInput();
    Sizes sizes = sizesOf(rewriter, loc, op.getInput());
    int64_t rank = sizes.size(), axis = op.getAxis();
    Value counts = countBefore(op, makeKeys(op, input, sizes, rewriter), sizes, rewriter);
    Sizes kept(sizes);
    kept[axis] = rewriter.getIndexAttr(op.getK());
    Type i64 = rewriter.getI64Type();
    Value places = reduceGeneric(
        rewriter, loc, withSize(kept, sizes[axis]), rank, i64,
        rewriter.getI64IntegerAttr(0), counts, atOther(rank, axis, op.getContext()),
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value wanted = arith::IndexCastOp::create(b, loc, i64,
                                                    linalg::IndexOp::create(b, loc, axis));
          Value other = arith::IndexCastOp::create(b, loc, i64,
                                                   linalg::IndexOp::create(b, loc, rank));
          Value found = compareIndices(b, loc, arith::CmpIPredicate::eq, args[0], wanted);
          return arith::SelectOp::create(b, loc, found, other, args[1]);
        });
    Value values = pickAlong(rewriter, loc, input, places, kept, sizes, axis);
    rewriter.replaceOp(op, {values, places});
    return success();
  }

  /// Maps elements to integers whose smallest one comes first.
  static Value makeKeys(nn::TopKOp op, Value input, const Sizes &sizes,
                        OpBuilder &builder) {
    Type element = tensorOf(input).getElementType();
    Type bits = builder.getIntegerType(element.getIntOrFloatBitWidth());
    return broadcastGeneric(
        builder, op.getLoc(), sizes, bits, input,
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value key = isa<FloatType>(element) ? orderedBits(b, loc, args[0]) : args[0];
          if (!op.getLargest())
            return key;
          Value ones = arith::ConstantOp::create(b, loc, b.getIntegerAttr(bits, -1));
          return arith::XOrIOp::create(b, loc, key, ones);
        });
  }

  static Value countBefore(nn::TopKOp op, Value keys, const Sizes &sizes,
                           OpBuilder &builder) {
    int64_t rank = sizes.size(), axis = op.getAxis();
    MLIRContext *context = op.getContext();
    auto below =
        isUnsigned(op.getInput()) ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt;
    return reduceGeneric(
        builder, op.getLoc(), withSize(sizes, sizes[axis]), rank, builder.getI64Type(),
        builder.getI64IntegerAttr(0), {keys, keys},
        {atPosition(rank, context), atOther(rank, axis, context)},
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value here = linalg::IndexOp::create(b, loc, axis),
                other = linalg::IndexOp::create(b, loc, rank);
          Value isLess = compareIndices(b, loc, below, args[1], args[0]);
          Value isEqual =
              compareIndices(b, loc, arith::CmpIPredicate::eq, args[1], args[0]);
          Value isEarlier = compareIndices(b, loc, arith::CmpIPredicate::slt, other, here);
          Value isTie = arith::AndIOp::create(b, loc, isEqual, isEarlier);
          Value one = arith::ExtUIOp::create(b, loc, b.getI64Type(),
                                             arith::OrIOp::create(b, loc, isLess, isTie));
          return arith::AddIOp::create(b, loc, args[2], one);
        });
  }

  /// Gathers the elements of `data` whose index along `axis` is in `places`, of size
  /// `sizes`.
  static Value pickAlong(OpBuilder &builder, Location loc, Value data, Value places,
                         const Sizes &sizes, const Sizes &dataSizes, int64_t axis) {
    SmallVector<Value> bounds;
    for (auto [i, size] : llvm::enumerate(dataSizes)) {
      bool isInside = static_cast<int64_t>(i) != axis && size == sizes[i];
      bounds.push_back(isInside ? Value() : sizeValue(builder, loc, size));
    }
    auto identity = AffineMap::getMultiDimIdentityMap(sizes.size(), builder.getContext());
    return parallelGeneric(
        builder, loc, sizes, tensorOf(data).getElementType(), places, identity,
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          SmallVector<Value> indices;
          for (auto [i, bound] : llvm::enumerate(bounds)) {
            Value index = static_cast<int64_t>(i) == axis
                              ? wrapIndex(b, loc, args[0], bound)
                              : linalg::IndexOp::create(b, loc, i);
            indices.push_back(bound ? clampIndex(b, loc, index, bound) : index);
          }
          return tensor::ExtractOp::create(b, loc, data, indices);
        });
  }
};

struct LowerGatherElements : OpConversionPattern<nn::GatherElementsOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::GatherElementsOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    rewriter.replaceOp(
        op, LowerTopK::pickAlong(rewriter, loc, adaptor.getData(), adaptor.getIndices(),
                                 sizesOf(rewriter, loc, op.getResult()),
                                 sizesOf(rewriter, loc, op.getData()), op.getAxis()));
    return success();
  }
};

/// Every element adds up those before it.
struct LowerCumSum : OpConversionPattern<nn::CumSumOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::CumSumOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Sizes sizes = sizesOf(rewriter, loc, op.getInput());
    int64_t rank = sizes.size(), axis = op.getAxis();
    Type element = tensorOf(adaptor.getInput()).getElementType();
    auto predicate = op.getReverse()     ? op.getExclusive() ? arith::CmpIPredicate::sgt
                                                             : arith::CmpIPredicate::sge
                     : op.getExclusive() ? arith::CmpIPredicate::slt
                                         : arith::CmpIPredicate::sle;
    auto zero = cast<TypedAttr>(rewriter.getZeroAttr(element));
    Value sums = reduceGeneric(
        rewriter, loc, withSize(sizes, sizes[axis]), rank, element, zero,
        adaptor.getInput(), atOther(rank, axis, op.getContext()),
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value here = linalg::IndexOp::create(b, loc, axis),
                other = linalg::IndexOp::create(b, loc, rank);
          Value counts = compareIndices(b, loc, predicate, other, here);
          Value sum = isa<FloatType>(element)
                          ? arith::AddFOp::create(b, loc, args[1], args[0]).getResult()
                          : arith::AddIOp::create(b, loc, args[1], args[0]).getResult();
          return arith::SelectOp::create(b, loc, counts, sum, args[1]);
        });
    rewriter.replaceOp(op, sums);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Assertions
//===----------------------------------------------------------------------===//

/// A reduction computes whether any element is outside the range.
struct LowerAssertRange : OpConversionPattern<nn::AssertRangeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::AssertRangeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (!llvm::is_contained(tensorOf(op.getInput()).getShape(), 0))
      assertInside(op, adaptor, rewriter);
    rewriter.replaceOp(op, adaptor.getInput());
    return success();
  }

  static void assertInside(nn::AssertRangeOp op, OpAdaptor adaptor, OpBuilder &builder) {
    Location loc = op.getLoc();
    Sizes sizes = sizesOf(builder, loc, op.getInput());
    int64_t rank = sizes.size();
    AffineMap identity = AffineMap::getMultiDimIdentityMap(rank, op.getContext()),
              scalar = AffineMap::get(rank, 0, op.getContext());
    Type i64 = builder.getI64Type(), byte = builder.getI8Type();
    Value anyOutside = reduceGeneric(
        builder, loc, sizes, llvm::to_vector(llvm::seq<int64_t>(0, rank)), byte,
        builder.getI8IntegerAttr(0),
        {adaptor.getInput(), adaptor.getLow(), adaptor.getHigh()},
        {identity, scalar, scalar},
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value number = args[0];
          if (number.getType() != i64)
            number = arith::ExtSIOp::create(b, loc, i64, number);
          Value isBelow =
              compareIndices(b, loc, arith::CmpIPredicate::slt, number, args[1]);
          Value isAbove =
              compareIndices(b, loc, arith::CmpIPredicate::sgt, number, args[2]);
          Value isOutside = arith::OrIOp::create(b, loc, isBelow, isAbove);
          return arith::OrIOp::create(b, loc, args[3],
                                      arith::ExtUIOp::create(b, loc, byte, isOutside));
        });
    Value found = tensor::ExtractOp::create(builder, loc, anyOutside, ValueRange());
    Value zero = arith::ConstantOp::create(builder, loc, builder.getI8IntegerAttr(0));
    cf::AssertOp::create(
        builder, loc, compareIndices(builder, loc, arith::CmpIPredicate::eq, found, zero),
        op.getText());
  }
};

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// Creates one loop per dimension of the updates, in their order. An update outside the
/// tensor writes the value that is already there.
struct LowerScatterND : OpConversionPattern<nn::ScatterNDOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ScatterNDOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Sizes sizes = sizesOf(rewriter, loc, op.getData());
    int64_t numTuples = tensorOf(op.getIndices()).getRank() - 1,
            depth = tensorOf(op.getIndices()).getShape().back();
    if (llvm::any_of(sizes, [](OpFoldResult size) { return isSize(size, 0); })) {
      rewriter.replaceOp(op, adaptor.getData());
      return success();
    }
    SmallVector<Value> bounds;
    for (OpFoldResult size : sizes)
      bounds.push_back(sizeValue(rewriter, loc, size));
    SmallVector<Value> lower, upper, steps;
    for (OpFoldResult size : loopSizes(op, sizes, numTuples, depth, rewriter)) {
      lower.push_back(indexConstant(rewriter, loc, 0));
      upper.push_back(sizeValue(rewriter, loc, size));
      steps.push_back(indexConstant(rewriter, loc, 1));
    }
    scf::LoopNest nest = scf::buildLoopNest(
        rewriter, loc, lower, upper, steps, adaptor.getData(),
        [&](OpBuilder &b, Location loc, ValueRange place, ValueRange state) {
          Value update = tensor::ExtractOp::create(b, loc, adaptor.getUpdates(), place);
          SmallVector<Value> target(place.drop_front(numTuples));
          Value isInside = findTarget(b, loc, adaptor.getIndices(),
                                      place.take_front(numTuples), depth, bounds, target);
          Value old = tensor::ExtractOp::create(b, loc, state.front(), target);
          Value changed = combine(op, b, loc, old, update);
          if (isInside)
            changed = arith::SelectOp::create(b, loc, isInside, changed, old);
          return scf::ValueVector{
              tensor::InsertOp::create(b, loc, changed, state.front(), target)};
        });
    rewriter.replaceOp(op, nest.results);
    return success();
  }

  /// Free sizes that should be equal may differ at run time; the smaller one is safe. If a
  /// dimension of the data may be empty, nothing is written.
  static Sizes loopSizes(nn::ScatterNDOp op, const Sizes &data, int64_t numTuples,
                         int64_t depth, OpBuilder &b) {
    Location loc = op.getLoc();
    Sizes sizes = sizesOf(b, loc, op.getUpdates()),
          tuples = sizesOf(b, loc, op.getIndices());
    auto atMost = [&](OpFoldResult size, OpFoldResult limit) -> OpFoldResult {
      if (size == limit)
        return size;
      return arith::MinSIOp::create(b, loc, sizeValue(b, loc, size),
                                    sizeValue(b, loc, limit))
          .getResult();
    };
    for (auto [i, size] : llvm::enumerate(sizes)) {
      int64_t slice = static_cast<int64_t>(i) - numTuples;
      size = atMost(size, slice < 0 ? tuples[i] : data[depth + slice]);
    }
    for (int64_t j = 0; j < depth && !sizes.empty(); ++j) {
      if (getConstantIntValue(data[j]))
        continue;
      Value isEmpty = compareIndices(b, loc, arith::CmpIPredicate::eq,
                                     sizeValue(b, loc, data[j]), indexConstant(b, loc, 0));
      sizes[0] = arith::SelectOp::create(b, loc, isEmpty, indexConstant(b, loc, 0),
                                         sizeValue(b, loc, sizes[0]))
                     .getResult();
    }
    return sizes;
  }

  /// Prepends the coordinates of a tuple to `target`. Returns whether they lie inside; null
  /// for an empty tuple.
  static Value findTarget(OpBuilder &b, Location loc, Value indices, ValueRange tuple,
                          int64_t depth, ArrayRef<Value> bounds,
                          SmallVectorImpl<Value> &target) {
    Value isInside;
    for (int64_t j = 0; j < depth; ++j) {
      SmallVector<Value> at(tuple);
      at.push_back(indexConstant(b, loc, j));
      Value raw =
          wrapIndex(b, loc, tensor::ExtractOp::create(b, loc, indices, at), bounds[j]);
      Value clamped = clampIndex(b, loc, raw, bounds[j]);
      Value isSame = compareIndices(b, loc, arith::CmpIPredicate::eq, raw, clamped);
      isInside = isInside ? arith::AndIOp::create(b, loc, isInside, isSame) : isSame;
      target.insert(target.begin() + j, clamped);
    }
    return isInside;
  }

  static Value combine(nn::ScatterNDOp op, OpBuilder &b, Location loc, Value old,
                       Value update) {
    bool isFloat = isa<FloatType>(old.getType()), hasNoSign = isUnsigned(op.getData());
    switch (op.getReduction()) {
    case nn::ScatterKind::Replace:
      return update;
    case nn::ScatterKind::Add:
      return isFloat ? arith::AddFOp::create(b, loc, old, update).getResult()
                     : arith::AddIOp::create(b, loc, old, update).getResult();
    case nn::ScatterKind::Mul:
      return isFloat ? arith::MulFOp::create(b, loc, old, update).getResult()
                     : arith::MulIOp::create(b, loc, old, update).getResult();
    case nn::ScatterKind::Max:
    case nn::ScatterKind::Min:
      return larger(b, loc, op.getReduction() == nn::ScatterKind::Max, hasNoSign, old,
                    update);
    }
    return nullptr;
  }
};

/// Creates a tensor full of the value, and inserts the remaining part of the input.
struct LowerPad : OpConversionPattern<nn::PadOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::PadOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Sizes from = sizesOf(rewriter, loc, op.getInput()),
          to = sizesOf(rewriter, loc, op.getResult());
    Value value =
        tensor::ExtractOp::create(rewriter, loc, adaptor.getValue(), ValueRange());
    Value empty = emptyTensor(rewriter, loc, to, value.getType());
    Value filled = linalg::FillOp::create(rewriter, loc, value, empty).getResult(0);
    Sizes starts, places, sizes, ones(from.size(), rewriter.getIndexAttr(1));
    for (auto [size, low, high] : llvm::zip(from, op.getLow(), op.getHigh())) {
      int64_t cut = std::max<int64_t>(0, -low) + std::max<int64_t>(0, -high);
      starts.push_back(rewriter.getIndexAttr(std::max<int64_t>(0, -low)));
      places.push_back(rewriter.getIndexAttr(std::max<int64_t>(0, low)));
      sizes.push_back(lessThan(size, cut, rewriter, loc));
    }
    if (llvm::any_of(sizes, [](OpFoldResult size) { return isSize(size, 0); })) {
      rewriter.replaceOp(op, filled);
      return success();
    }
    Value kept = adaptor.getInput();
    if (sizes != from)
      kept = tensor::ExtractSliceOp::create(rewriter, loc, kept, starts, sizes, ones);
    rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(op, kept, filled, places, sizes,
                                                       ones);
    return success();
  }

  /// Returns `size` - `cut`, or 0 if that is negative.
  static OpFoldResult lessThan(OpFoldResult size, int64_t cut, OpBuilder &b, Location loc) {
    if (cut == 0)
      return size;
    if (auto known = getConstantIntValue(size))
      return b.getIndexAttr(std::max<int64_t>(0, *known - cut));
    Value rest =
        arith::SubIOp::create(b, loc, sizeValue(b, loc, size), indexConstant(b, loc, cut));
    return arith::MaxSIOp::create(b, loc, rest, indexConstant(b, loc, 0)).getResult();
  }
};
} // namespace

void tacit::populateIndexingPatterns(TypeConverter &converter,
                                     RewritePatternSet &patterns) {
  patterns.add<LowerArgReduce, LowerTopK, LowerGatherElements, LowerCumSum, LowerScatterND,
               LowerPad, LowerAssertRange>(converter, patterns.getContext());
}
