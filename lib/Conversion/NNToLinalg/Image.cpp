//===- Image.cpp - Convolution and pooling to linalg ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Windows become rows or columns of a tensor that holds them all, so that a convolution is
// a matrix product and a pool a reduction, for both of which there is fast code.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tacit;

namespace {
/// Describes the windows of one operation over `input`, [N, C, D1, ...].
struct Windows {
  Value input;
  Sizes inputSizes, counts; ///< counts: how many windows per spatial dimension
  SmallVector<nn::Window> dims;

  int64_t numDims() const { return dims.size(); }

  /// Returns true if windows of dimension `i` extend beyond the input.
  bool extendsBeyond(int64_t i, bool isCeil) const {
    return dims[i].low > 0 || dims[i].high > 0 || isCeil;
  }

  Sizes kernelSizes(OpBuilder &builder) const {
    Sizes sizes;
    for (const nn::Window &window : dims)
      sizes.push_back(builder.getIndexAttr(window.kernel));
    return sizes;
  }
};
} // namespace

static Value indexConstant(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

/// Returns the position of the first element of window `place`; it is negative if it lies
/// before the input.
static Value windowStart(OpBuilder &b, Location loc, const nn::Window &window,
                         Value place) {
  Value start = arith::MulIOp::create(b, loc, place, indexConstant(b, loc, window.stride));
  return arith::SubIOp::create(b, loc, start, indexConstant(b, loc, window.low));
}

/// Returns all windows as [N, C, kernel..., counts...], or with the counts first. Positions
/// outside the input hold `padding`.
static Value collectWindows(OpBuilder &builder, Location loc, const Windows &windows,
                            bool kernelFirst, bool isCeil, TypedAttr padding) {
  int64_t rank = windows.numDims();
  Sizes sizes(ArrayRef(windows.inputSizes).take_front(2)),
      kernel = windows.kernelSizes(builder);
  llvm::append_range(sizes, kernelFirst ? kernel : windows.counts);
  llvm::append_range(sizes, kernelFirst ? windows.counts : kernel);
  SmallVector<Value> limits;
  for (OpFoldResult size : ArrayRef(windows.inputSizes).drop_front(2))
    limits.push_back(sizeValue(builder, loc, size));
  int64_t firstTap = 2 + (kernelFirst ? 0 : rank),
          firstPlace = 2 + (kernelFirst ? rank : 0);
  return parallelGeneric(
      builder, loc, sizes, tensorOf(windows.input).getElementType(), {}, {},
      [&](OpBuilder &b, Location loc, ValueRange) -> Value {
        SmallVector<Value> indices{linalg::IndexOp::create(b, loc, 0),
                                   linalg::IndexOp::create(b, loc, 1)};
        Value isInside;
        for (int64_t i = 0; i < rank; ++i) {
          const nn::Window &window = windows.dims[i];
          Value tap = linalg::IndexOp::create(b, loc, firstTap + i);
          Value start =
              windowStart(b, loc, window, linalg::IndexOp::create(b, loc, firstPlace + i));
          Value step =
              arith::MulIOp::create(b, loc, tap, indexConstant(b, loc, window.dilation));
          Value index = arith::AddIOp::create(b, loc, start, step);
          if (windows.extendsBeyond(i, isCeil)) {
            // In an unsigned comparison a negative number is above every limit.
            Value fits =
                arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, index, limits[i]);
            index = arith::SelectOp::create(b, loc, fits, index, indexConstant(b, loc, 0));
            isInside =
                isInside ? arith::AndIOp::create(b, loc, isInside, fits).getResult() : fits;
          }
          indices.push_back(index);
        }
        Value element = tensor::ExtractOp::create(b, loc, windows.input, indices);
        if (!isInside)
          return element;
        Value other = arith::ConstantOp::create(b, loc, padding);
        return arith::SelectOp::create(b, loc, isInside, element, other);
      });
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// Computes result[n, g, m, o] = sum over k of weight[g, m, k] * patches[n, g, k, o], k
/// ascending.
static Value contractPatches(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes,
                             Value weight, Value patches) {
  MLIRContext *context = builder.getContext();
  Type element = tensorOf(weight).getElementType();
  int64_t rank = sizes.size(), batch = rank - 2; // [n, (g,) m, o], then k
  SmallVector<AffineExpr> dims;
  for (int64_t i = 0; i <= rank; ++i)
    dims.push_back(getAffineDimExpr(i, context));
  SmallVector<AffineExpr> left(ArrayRef(dims).slice(1, batch - 1)),
      right(ArrayRef(dims).take_front(batch));
  left.append({dims[batch], dims[rank]});
  right.append({dims[rank], dims[batch + 1]});
  SmallVector<AffineMap> maps{
      AffineMap::get(rank + 1, 0, left, context),
      AffineMap::get(rank + 1, 0, right, context),
      AffineMap::get(rank + 1, 0, ArrayRef(dims).take_front(rank), context)};
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  Value zero = floatConstant(builder, loc, element, 0);
  Value empty = emptyTensor(builder, loc, sizes, element);
  Value init = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), ValueRange{weight, patches}, init, maps, iterators,
      [](OpBuilder &b, Location loc, ValueRange args) {
        Value term = arith::MulFOp::create(b, loc, args[0], args[1]);
        Value sum = arith::AddFOp::create(b, loc, args[2], term);
        linalg::YieldOp::create(b, loc, sum);
      });
  return generic.getResult(0);
}

/// Adds `bias`, one per channel, to [n, (g,) m, o].
static Value addBias(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes,
                     Value result, Value bias) {
  int64_t rank = sizes.size();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(rank, builder.getContext());
  AffineMap channels = identity.getSliceMap(1, rank - 2);
  Sizes channelSizes(sizes.slice(1, rank - 2));
  bias = reshapeTo(builder, loc, bias, channelSizes);
  return parallelGeneric(builder, loc, sizes, tensorOf(result).getElementType(),
                         {result, bias}, {identity, channels},
                         [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                           return arith::AddFOp::create(b, loc, args[0], args[1]);
                         });
}

namespace {
struct LowerConv : OpConversionPattern<nn::ConvOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ConvOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value weight = adaptor.getWeight();
    auto type = tensorOf(weight);
    int64_t group = op.getGroup(), channels = type.getDimSize(0);
    Sizes resultSizes = sizesOf(rewriter, loc, op.getResult());
    Windows windows{adaptor.getInput(),
                    sizesOf(rewriter, loc, op.getInput()),
                    Sizes(ArrayRef(resultSizes).drop_front(2)),
                    {}};
    int64_t taps = type.getDimSize(1);
    bool isPlain = true; // one element to a window, each in one
    for (auto [kernel, stride, low, high, dilation] :
         llvm::zip(type.getShape().drop_front(2), op.getStrides(), op.getPadsLow(),
                   op.getPadsHigh(), op.getDilations())) {
      windows.dims.push_back({kernel, stride, low, high, dilation});
      taps *= kernel;
      isPlain &= kernel == 1 && stride == 1 && low == 0 && high == 0;
    }
    auto known = [&](int64_t size) -> OpFoldResult { return rewriter.getIndexAttr(size); };
    OpFoldResult places = sizeProduct(rewriter, loc, windows.counts);
    Sizes patchSizes{resultSizes[0]}, weightSizes, sizes{resultSizes[0]};
    if (group > 1) {
      patchSizes.push_back(known(group));
      weightSizes.push_back(known(group));
      sizes.push_back(known(group));
    }
    patchSizes.append({known(taps), places});
    weightSizes.append({known(channels / group), known(taps)});
    sizes.append({known(channels / group), places});
    Value patches = isPlain
                        ? windows.input
                        : collectWindows(rewriter, loc, windows, /*kernelFirst=*/true,
                                         /*isCeil=*/false,
                                         rewriter.getFloatAttr(type.getElementType(), 0));
    patches = reshapeTo(rewriter, loc, patches, patchSizes);
    weight = reshapeTo(rewriter, loc, weight, weightSizes);
    Value result = contractPatches(rewriter, loc, sizes, weight, patches);
    if (Value bias = adaptor.getBias())
      result = addBias(rewriter, loc, sizes, result, bias);
    rewriter.replaceOp(op, reshapeTo(rewriter, loc, result, resultSizes));
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// Return the larger of two elements, and the smallest value that an element can have.
static Value maximum(OpBuilder &b, Location loc, Value lhs, Value rhs, bool isUnsigned) {
  if (isa<FloatType>(lhs.getType()))
    return arith::MaximumFOp::create(b, loc, lhs, rhs);
  if (isUnsigned)
    return arith::MaxUIOp::create(b, loc, lhs, rhs);
  return arith::MaxSIOp::create(b, loc, lhs, rhs);
}
static TypedAttr lowest(OpBuilder &b, Type element, bool isUnsigned) {
  if (auto type = dyn_cast<FloatType>(element))
    return b.getFloatAttr(type,
                          APFloat::getInf(type.getFloatSemantics(), /*Negative=*/true));
  unsigned width = element.getIntOrFloatBitWidth();
  return b.getIntegerAttr(element, isUnsigned ? APInt::getZero(width)
                                              : APInt::getSignedMinValue(width));
}

/// Returns how many elements of window `place` lie in the range [low, high).
static Value countTaps(OpBuilder &b, Location loc, const nn::Window &window, Value place,
                       Value low, Value high) {
  Value start = windowStart(b, loc, window, place);
  Value step = indexConstant(b, loc, window.dilation), zero = indexConstant(b, loc, 0);
  auto stepsTo = [&](Value bound) {
    Value distance = arith::SubIOp::create(b, loc, bound, start);
    distance = arith::MaxSIOp::create(b, loc, distance, zero);
    Value steps = arith::CeilDivSIOp::create(b, loc, distance, step);
    return arith::MinSIOp::create(b, loc, steps, indexConstant(b, loc, window.kernel))
        .getResult();
  };
  return arith::SubIOp::create(b, loc, stepsTo(high), stepsTo(low));
}

namespace {
struct LowerPool : OpConversionPattern<nn::PoolOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::PoolOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type element = tensorOf(adaptor.getInput()).getElementType();
    Sizes sizes = sizesOf(rewriter, loc, op.getResult());
    Windows windows{adaptor.getInput(),
                    sizesOf(rewriter, loc, op.getInput()),
                    Sizes(ArrayRef(sizes).drop_front(2)),
                    {}};
    for (auto [kernel, stride, low, high, dilation] :
         llvm::zip(op.getKernel(), op.getStrides(), op.getPadsLow(), op.getPadsHigh(),
                   op.getDilations()))
      windows.dims.push_back({kernel, stride, low, high, dilation});
    bool isMax = op.getKind() == nn::PoolKind::Max;
    bool isUnsigned = getElementTypeOrSelf(op.getInput()).isUnsignedInteger();
    TypedAttr init =
        isMax ? lowest(rewriter, element, isUnsigned) : rewriter.getFloatAttr(element, 0.0);
    Value all =
        collectWindows(rewriter, loc, windows, /*kernelFirst=*/false, op.getCeil(), init);
    Sizes allSizes = sizes;
    llvm::append_range(allSizes, windows.kernelSizes(rewriter));
    int64_t rank = sizes.size();
    auto axes = llvm::to_vector(llvm::seq<int64_t>(rank, allSizes.size()));
    Value result =
        reduceGeneric(rewriter, loc, allSizes, axes, element, init, all,
                      AffineMap::getMultiDimIdentityMap(allSizes.size(), op.getContext()),
                      [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                        if (isMax)
                          return maximum(b, loc, args[0], args[1], isUnsigned);
                        return arith::AddFOp::create(b, loc, args[0], args[1]);
                      });
    rewriter.replaceOp(op, isMax ? result : divide(op, rewriter, windows, sizes, result));
    return success();
  }

  /// Divides sums by the number of elements of their windows.
  static Value divide(nn::PoolOp op, OpBuilder &builder, const Windows &windows,
                      ArrayRef<OpFoldResult> sizes, Value sums) {
    Location loc = op.getLoc();
    Type element = tensorOf(sums).getElementType();
    SmallVector<Value> limits;
    for (OpFoldResult size : ArrayRef(windows.inputSizes).drop_front(2))
      limits.push_back(sizeValue(builder, loc, size));
    AffineMap identity = AffineMap::getMultiDimIdentityMap(sizes.size(), op.getContext());
    return parallelGeneric(
        builder, loc, sizes, element, sums, identity,
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          int64_t known = 1;
          Value count;
          for (auto [i, window] : llvm::enumerate(windows.dims)) {
            bool countsAll = op.getCountIncludePad() && !op.getCeil();
            if (countsAll || !windows.extendsBeyond(i, op.getCeil())) {
              known *= window.kernel;
              continue;
            }
            Value low = indexConstant(b, loc, op.getCountIncludePad() ? -window.low : 0);
            Value high = limits[i];
            if (op.getCountIncludePad())
              high =
                  arith::AddIOp::create(b, loc, high, indexConstant(b, loc, window.high));
            Value place = linalg::IndexOp::create(b, loc, 2 + i);
            Value taps = countTaps(b, loc, window, place, low, high);
            count = count ? arith::MulIOp::create(b, loc, count, taps).getResult() : taps;
          }
          Value divisor = floatConstant(b, loc, element, static_cast<double>(known));
          if (count) {
            Value number = arith::IndexCastOp::create(b, loc, b.getI64Type(), count);
            number = arith::SIToFPOp::create(b, loc, element, number);
            divisor = arith::MulFOp::create(b, loc, divisor, number);
          }
          return arith::DivFOp::create(b, loc, args[0], divisor);
        });
  }
};
} // namespace

void tacit::populateImagePatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<LowerConv, LowerPool>(converter, patterns.getContext());
}
