//===- Rotary.cpp - Rotary position embedding to linalg -------------------===//
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
/// Selects some features of a tensor: `count` of them, with a step of `step`.
struct Span {
  int64_t begin, count, step;
};

/// Extracts features from a tensor and inserts them into another.
class Slicer {
public:
  Slicer(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes)
      : builder(builder), loc(loc), offsets(sizes.size(), builder.getIndexAttr(0)),
        sizes(sizes), strides(sizes.size(), builder.getIndexAttr(1)) {}

  Value extract(Value from, Span span) {
    select(span);
    return tensor::ExtractSliceOp::create(builder, loc, from, offsets, sizes, strides);
  }

  Value insert(Value part, Value into, Span span) {
    select(span);
    return tensor::InsertSliceOp::create(builder, loc, part, into, offsets, sizes, strides);
  }

  /// Returns the sizes of the last selection.
  ArrayRef<OpFoldResult> getSizes() const { return sizes; }

private:
  void select(Span span) {
    offsets.back() = builder.getIndexAttr(span.begin);
    sizes.back() = builder.getIndexAttr(span.count);
    strides.back() = builder.getIndexAttr(span.step);
  }

  OpBuilder &builder;
  Location loc;
  Sizes offsets, sizes, strides;
};

/// Computes x cos - y sin for the first features of pairs, and x cos + y sin for the
/// second, rounded in the same way as the formula that exporters write.
template <typename CombineOp>
Value rotate(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes, Value x,
             Value y, Value cos, Value sin) {
  return broadcastGeneric(builder, loc, sizes, tensorOf(x).getElementType(),
                          {x, y, cos, sin},
                          [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                            Value lhs = arith::MulFOp::create(b, loc, args[0], args[2]);
                            Value rhs = arith::MulFOp::create(b, loc, args[1], args[3]);
                            return CombineOp::create(b, loc, lhs, rhs);
                          });
}

struct LowerRotary : OpConversionPattern<nn::RotaryOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::RotaryOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value x = adaptor.getInput(), cos = adaptor.getCos(), sin = adaptor.getSin();
    auto type = tensorOf(x);
    int64_t features = type.getShape().back(), rotated = op.getNumRotated();
    int64_t half = rotated / 2;
    bool isInterleaved = op.getInterleaved();
    Span first{0, half, isInterleaved ? 2 : 1};
    Span second{isInterleaved ? 1 : half, half, first.step};

    Sizes sizes = sizesOf(rewriter, loc, x);
    Slicer slicer(rewriter, loc, sizes);
    Value result = emptyTensor(rewriter, loc, sizes, type.getElementType());
    Value a = slicer.extract(x, first), b = slicer.extract(x, second);
    Sizes halves(slicer.getSizes());
    Value low = rotate<arith::SubFOp>(rewriter, loc, halves, a, b, cos, sin);
    Value high = rotate<arith::AddFOp>(rewriter, loc, halves, b, a, cos, sin);
    result = slicer.insert(low, result, first);
    result = slicer.insert(high, result, second);
    if (rotated < features) {
      Span rest{rotated, features - rotated, 1};
      result = slicer.insert(slicer.extract(x, rest), result, rest);
    }
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

void tacit::populateRotaryPatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<LowerRotary>(converter, patterns.getContext());
}
