//===- Movement.cpp - Data movement and shapes to linalg ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;

namespace {

struct LowerReshape : OpConversionPattern<nn::ReshapeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ReshapeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, reshapeTo(rewriter, op.getLoc(), adaptor.getInput(),
                                     sizesOf(rewriter, op.getLoc(), op.getResult())));
    return success();
  }
};

/// Lowers a reshape whose sizes nn-resolve-dims has computed.
struct LowerDynamicReshape : OpConversionPattern<nn::DynamicReshapeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::DynamicReshapeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, reshapeTo(rewriter, op.getLoc(), adaptor.getInput(),
                                     sizesOf(rewriter, op.getLoc(), op.getResult())));
    return success();
  }
};

struct LowerTranspose : OpConversionPattern<nn::TransposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::TransposeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value empty = emptyTensor(rewriter, loc, sizesOf(rewriter, loc, op.getResult()),
                              tensorOf(adaptor.getInput()).getElementType());
    auto transpose = linalg::TransposeOp::create(rewriter, op.getLoc(), adaptor.getInput(),
                                                 empty, op.getPermutation());
    rewriter.replaceOp(op, transpose.getResults());
    return success();
  }
};

template <typename Op>
struct LowerExpand : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value input = adaptor.getInput();
    rewriter.replaceOp(
        op,
        broadcastGeneric(rewriter, loc, sizesOf(rewriter, loc, op.getResult()),
                         tensorOf(input).getElementType(), input,
                         [](OpBuilder &, Location, ValueRange args) { return args[0]; }));
    return success();
  }
};

/// Returns a part of `input`, as a view if no step is negative.
static Value sliceOf(OpBuilder &builder, Location loc, Value input,
                     ArrayRef<OpFoldResult> starts, ArrayRef<OpFoldResult> sizes,
                     ArrayRef<int64_t> steps) {
  if (llvm::all_of(steps, [](int64_t step) { return step > 0; }))
    return tensor::ExtractSliceOp::create(
        builder, loc, input, starts, sizes,
        getAsIndexOpFoldResult(builder.getContext(), steps));
  // No view has a negative stride, so the elements of a reversed part are picked one by
  // one.
  return parallelGeneric(builder, loc, sizes, tensorOf(input).getElementType(), {}, {},
                         [&](OpBuilder &b, Location loc, ValueRange) -> Value {
                           SmallVector<Value> indices;
                           for (auto [i, start, step] : llvm::enumerate(starts, steps)) {
                             Value index = linalg::IndexOp::create(b, loc, i);
                             Value scale = arith::ConstantIndexOp::create(b, loc, step);
                             Value shift = sizeValue(b, loc, start);
                             Value scaled = arith::MulIOp::create(b, loc, index, scale);
                             indices.push_back(
                                 arith::AddIOp::create(b, loc, scaled, shift));
                           }
                           return tensor::ExtractOp::create(b, loc, input, indices);
                         });
}

struct LowerSlice : OpConversionPattern<nn::SliceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::SliceOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = getTypeConverter()->convertType<RankedTensorType>(op.getType());
    Location loc = op.getLoc();
    // A part without elements may start after the last one, which a view must not.
    if (llvm::is_contained(type.getShape(), 0)) {
      rewriter.replaceOp(op,
                         emptyTensor(rewriter, loc, sizesOf(rewriter, loc, op.getResult()),
                                     type.getElementType()));
      return success();
    }
    rewriter.replaceOp(op, sliceOf(rewriter, loc, adaptor.getInput(),
                                   getAsIndexOpFoldResult(op.getContext(), op.getStarts()),
                                   sizesOf(rewriter, loc, op.getResult()), op.getSteps()));
    return success();
  }
};

/// nn-resolve-dims has clamped the bounds to the elements. A part without elements may
/// start one after the last one: a view reads nothing there.
struct LowerDynamicSlice : OpConversionPattern<nn::DynamicSliceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::DynamicSliceOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    int64_t rank = tensorOf(op.getInput()).getRank();
    Sizes starts(rank, rewriter.getIndexAttr(0));
    SmallVector<int64_t> steps(rank, 1);
    for (auto [i, axis] : llvm::enumerate(op.getAxes())) {
      auto start = numberAt(op.getStarts(), i), step = numberAt(op.getSteps(), i);
      auto known = step ? getConstantIntValue(*step) : std::nullopt;
      if (!start || !known)
        return rewriter.notifyMatchFailure(op, "its bounds are not resolved");
      starts[axis] = *start;
      steps[axis] = *known;
    }
    rewriter.replaceOp(op, sliceOf(rewriter, loc, adaptor.getInput(), starts,
                                   sizesOf(rewriter, loc, op.getResult()), steps));
    return success();
  }

  /// Returns element `i` of a list of bounds as an index.
  static std::optional<OpFoldResult> numberAt(Value list, size_t i) {
    if (auto constant = list.getDefiningOp<nn::ConstantOp>()) {
      auto numbers = readIntegers(constant.getValue());
      if (!numbers)
        return std::nullopt;
      return Builder(list.getContext()).getIndexAttr((*numbers)[i]);
    }
    auto elements = list.getDefiningOp<tensor::FromElementsOp>();
    if (!elements)
      return std::nullopt;
    auto number = elements.getElements()[i].getDefiningOp<arith::IndexCastOp>();
    return number ? std::optional(getAsOpFoldResult(number.getIn())) : std::nullopt;
  }
};

struct LowerConcat : OpConversionPattern<nn::ConcatOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ConcatOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Sizes whole = sizesOf(rewriter, loc, op.getResult());
    Value result = emptyTensor(rewriter, loc, whole,
                               tensorOf(adaptor.getInputs().front()).getElementType());
    Sizes offsets(whole.size(), rewriter.getIndexAttr(0)),
        strides(whole.size(), rewriter.getIndexAttr(1));
    OpFoldResult offset = rewriter.getIndexAttr(0);
    for (auto [input, converted] : llvm::zip(op.getInputs(), adaptor.getInputs())) {
      if (llvm::is_contained(tensorOf(input).getShape(), 0))
        continue; // an empty cache, for one
      // Dimensions that must be equal are those of the result.
      Sizes sizes = whole;
      sizes[op.getAxis()] = sizesOf(rewriter, loc, input)[op.getAxis()];
      offsets[op.getAxis()] = offset;
      result = tensor::InsertSliceOp::create(rewriter, loc, converted, result, offsets,
                                             sizes, strides);
      offset = sizeSum(rewriter, loc, offset, sizes[op.getAxis()]);
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Gathers rows of a table. A negative index is wrapped, and every index is then clamped: a
/// run in which a check of the indices fails must not read outside the table either.
static Value lastIndex(OpBuilder &b, Location loc, OpFoldResult size) {
  if (auto known = getConstantIntValue(size))
    return arith::ConstantIndexOp::create(b, loc, *known - 1);
  return arith::SubIOp::create(b, loc, cast<Value>(size),
                               arith::ConstantIndexOp::create(b, loc, 1));
}

struct LowerGather : OpConversionPattern<nn::GatherOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::GatherOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Sizes sizes = sizesOf(rewriter, op.getLoc(), op.getResult());
    int64_t axis = op.getAxis(), rank = sizes.size();
    OpFoldResult size = sizesOf(rewriter, op.getLoc(), op.getData())[axis];
    int64_t indexRank = tensorOf(adaptor.getIndices()).getRank();
    MLIRContext *context = op.getContext();
    SmallVector<AffineExpr> indexDims;
    for (int64_t i = 0; i < indexRank; ++i)
      indexDims.push_back(getAffineDimExpr(axis + i, context));
    AffineMap indexMap = AffineMap::get(rank, 0, indexDims, context);
    Value result = parallelGeneric(
        rewriter, op.getLoc(), sizes, tensorOf(adaptor.getData()).getElementType(),
        adaptor.getIndices(), indexMap,
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value index = arith::IndexCastOp::create(b, loc, b.getIndexType(), args[0]);
          Value zero = arith::ConstantIndexOp::create(b, loc, 0);
          Value bound = sizeValue(b, loc, size);
          Value last = lastIndex(b, loc, size);
          Value isNegative =
              arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, index, zero);
          Value wrapped = arith::AddIOp::create(b, loc, index, bound);
          index = arith::SelectOp::create(b, loc, isNegative, wrapped, index);
          index = arith::MaxSIOp::create(b, loc, index, zero);
          index = arith::MinSIOp::create(b, loc, index, last);
          SmallVector<Value> indices;
          for (int64_t i = 0; i < rank; ++i) {
            if (i == axis)
              indices.push_back(index);
            if (i < axis || i >= axis + indexRank)
              indices.push_back(linalg::IndexOp::create(b, loc, i));
          }
          if (axis == rank) // scalar index into the last dimension
            indices.push_back(index);
          return tensor::ExtractOp::create(b, loc, adaptor.getData(), indices);
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Computes start, start + delta, ...; the values of floats are computed by a product, not
/// by adding up, as a loop would.
struct LowerRange : OpConversionPattern<nn::RangeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::RangeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Sizes sizes = sizesOf(rewriter, loc, op.getResult());
    Type element = tensorOf(adaptor.getStart()).getElementType();
    // Each operand is one number, read once for all elements.
    AffineMap scalar = AffineMap::get(1, 0, op.getContext());
    auto number = [&](Value value) { return reshapeTo(rewriter, loc, value, Sizes()); };
    Value result = parallelGeneric(
        rewriter, loc, sizes, element,
        {number(adaptor.getStart()), number(adaptor.getDelta())}, {scalar, scalar},
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value index = linalg::IndexOp::create(b, loc, 0);
          if (auto type = dyn_cast<FloatType>(element)) {
            Value count = arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
            Value steps = arith::SIToFPOp::create(b, loc, type, count);
            Value span = arith::MulFOp::create(b, loc, steps, args[1]);
            return arith::AddFOp::create(b, loc, args[0], span);
          }
          Value steps = arith::IndexCastOp::create(b, loc, element, index);
          Value span = arith::MulIOp::create(b, loc, steps, args[1]);
          return arith::AddIOp::create(b, loc, args[0], span);
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

void tacit::populateMovementPatterns(TypeConverter &converter,
                                     RewritePatternSet &patterns) {
  patterns.add<LowerReshape, LowerDynamicReshape, LowerTranspose, LowerExpand<nn::ExpandOp>,
               LowerExpand<nn::DynamicExpandOp>, LowerSlice, LowerDynamicSlice, LowerConcat,
               LowerGather, LowerRange>(converter, patterns.getContext());
}
