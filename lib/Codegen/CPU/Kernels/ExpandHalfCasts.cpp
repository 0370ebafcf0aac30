//===- ExpandHalfCasts.cpp - f16 and bf16 by integer arithmetic -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Processors differ in the conversions that they support, and an unsupported one becomes
// the call of a library that is not shipped with a compiled model. The code written here
// needs only integers and f32 arithmetic, whose results are the same everywhere.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "tacit/Codegen/CPU/Passes.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_EXPANDHALFCASTS
#include "tacit/Codegen/CPU/Kernels/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit;

static bool isHalf(Type type) {
  Type element = getElementTypeOrSelf(type);
  return !isa<TensorType>(type) && (element.isF16() || element.isBF16());
}

static Type like(Type shape, Type element) {
  auto vector = dyn_cast<VectorType>(shape);
  return vector ? vector.clone(element) : element;
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

namespace {
/// Builds conversions of one value, or of each element of a vector.
class Bits {
public:
  Bits(OpBuilder &builder, Location loc, Type shape)
      : builder(builder), loc(loc), word(like(shape, builder.getI32Type())),
        single(like(shape, builder.getF32Type())), wide(like(shape, builder.getF64Type())) {
  }

  /// Convert from and to f16 or bf16; the latter rounds to nearest, ties to even.
  Value toSingle(Value half);
  Value fromSingle(Value x, Type halfType);
  /// Converts f64 to f32 such that rounding the result again gives the same as rounding
  /// once.
  Value narrow(Value x);
  /// Does the same as toSingle, in one operation.
  Value extend(Value half) { return arith::ExtFOp::create(builder, loc, single, half); }
  Value widen(Value x) { return arith::ExtFOp::create(builder, loc, wide, x); }

private:
  Value splat(Type type, TypedAttr value) {
    if (auto vector = dyn_cast<VectorType>(type))
      value = DenseElementsAttr::get(vector, Attribute(value));
    return arith::ConstantOp::create(builder, loc, type, value);
  }
  Value integer(uint32_t value) {
    return splat(word, builder.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  Value number(float value) { return splat(single, builder.getF32FloatAttr(value)); }
  template <typename Op>
  Value make(Value a, Value b) {
    return Op::create(builder, loc, a, b);
  }
  Value add(Value a, Value b) { return make<arith::AddIOp>(a, b); }
  Value subtract(Value a, Value b) { return make<arith::SubIOp>(a, b); }
  Value both(Value a, Value b) { return make<arith::AndIOp>(a, b); }
  Value either(Value a, Value b) { return make<arith::OrIOp>(a, b); }
  Value left(Value a, uint32_t by) { return make<arith::ShLIOp>(a, integer(by)); }
  Value right(Value a, uint32_t by) { return make<arith::ShRUIOp>(a, integer(by)); }
  Value below(Value a, uint32_t bound) {
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, a,
                                 integer(bound));
  }
  Value select(Value when, Value yes, Value no) {
    return arith::SelectOp::create(builder, loc, when, yes, no);
  }
  Value cast(Type type, Value x) { return arith::BitcastOp::create(builder, loc, type, x); }
  Value shorten(Value bits, Type halfType);
  /// Returns bits / 2^by, rounded to nearest, ties to even.
  Value roundOff(Value bits, uint32_t by);
  Value toHalf(Value magnitude);
  Value toBrain(Value magnitude);

  OpBuilder &builder;
  Location loc;
  Type word, single, wide;
};
} // namespace

Value Bits::toSingle(Value half) {
  Type shortType = like(half.getType(), builder.getIntegerType(16));
  Value bits = arith::ExtUIOp::create(builder, loc, word, cast(shortType, half));
  if (getElementTypeOrSelf(half.getType()).isBF16())
    return cast(single, left(bits, 16));
  Value sign = left(both(bits, integer(0x8000)), 16);
  Value magnitude = both(bits, integer(0x7FFF));
  // Where the exponent field is zero, the value is 2^-24 times an integer.
  Value count = arith::SIToFPOp::create(builder, loc, single, magnitude);
  Value denormal = cast(word, make<arith::MulFOp>(count, number(0x1p-24f)));
  // The exponent is rebiased from 15 to 127; that of infinity becomes the largest one.
  Value moved = left(magnitude, 13);
  // This turns a signalling NaN into a quiet one.
  Value special = select(below(magnitude, 0x7C01), integer(0x7F800000),
                         either(moved, integer(0x7FC00000)));
  Value normal = select(below(magnitude, 0x7C00), add(moved, integer(112 << 23)), special);
  return cast(single, either(select(below(magnitude, 0x0400), denormal, normal), sign));
}

Value Bits::roundOff(Value bits, uint32_t by) {
  Value odd = both(right(bits, by), integer(1));
  return right(add(bits, add(odd, integer((1u << (by - 1)) - 1))), by);
}

/// Returns the f16 of a number without its sign.
Value Bits::toHalf(Value magnitude) {
  // Below 2^-14 the result is a multiple of 2^-24, as is the sum with 1/2.
  Value sum = make<arith::AddFOp>(cast(single, magnitude), number(0.5f));
  Value denormal = subtract(cast(word, sum), integer(0x3F000000));
  // A value that rounds up to 2^16 becomes infinity without further code.
  Value normal = roundOff(subtract(magnitude, integer(112 << 23)), 13);
  Value finite = select(below(magnitude, 0x38800000), denormal, normal);
  Value nan = either(both(right(magnitude, 13), integer(0x03FF)), integer(0x7E00));
  Value rest = select(below(magnitude, 0x7F800001), integer(0x7C00), nan);
  return select(below(magnitude, 0x47800000), finite, rest);
}

/// Returns the bf16 of a number without its sign.
Value Bits::toBrain(Value magnitude) {
  Value nan = either(right(magnitude, 16), integer(0x0040));
  return select(below(magnitude, 0x7F800001), roundOff(magnitude, 16), nan);
}

Value Bits::fromSingle(Value x, Type halfType) {
  Value bits = cast(word, x);
  Value magnitude = both(bits, integer(0x7FFFFFFF));
  Value sign = both(right(bits, 16), integer(0x8000));
  bool isBrain = getElementTypeOrSelf(halfType).isBF16();
  return shorten(either(isBrain ? toBrain(magnitude) : toHalf(magnitude), sign), halfType);
}

Value Bits::shorten(Value bits, Type halfType) {
  Type shortType = like(halfType, builder.getIntegerType(16));
  return cast(halfType, arith::TruncIOp::create(builder, loc, shortType, bits));
}

Value Bits::narrow(Value x) {
  // The value is rounded toward zero, and the last bit is set if the result is inexact, so
  // that a value near a tie cannot be mistaken for the tie.
  Value near = arith::TruncFOp::create(builder, loc, single, x);
  Value back = widen(near);
  auto compare = [&](arith::CmpFPredicate predicate, Value a, Value b) -> Value {
    return arith::CmpFOp::create(builder, loc, predicate, a, b);
  };
  Value zero = splat(wide, builder.getF64FloatAttr(0));
  Value isPositive = compare(arith::CmpFPredicate::OGT, x, zero);
  Value isFar = select(isPositive, compare(arith::CmpFPredicate::OGT, back, x),
                       compare(arith::CmpFPredicate::OLT, back, x));
  Value bits = cast(word, near);
  Value truncated = select(isFar, subtract(bits, integer(1)), bits);
  Value isInexact = compare(arith::CmpFPredicate::ONE, back, x);
  return cast(single, select(isInexact, either(truncated, integer(1)), bits));
}

//===----------------------------------------------------------------------===//
// ExpandHalfCasts
//===----------------------------------------------------------------------===//

namespace {
struct ExpandExtension : OpRewritePattern<arith::ExtFOp> {
  ExpandExtension(MLIRContext *context, bool keepsHalf)
      : OpRewritePattern(context), keepsHalf(keepsHalf) {}

  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    if (!isHalf(op.getIn().getType()))
      return rewriter.notifyMatchFailure(op, "neither f16 nor bf16");
    bool isKept = keepsHalf && getElementTypeOrSelf(op.getIn().getType()).isF16();
    bool isWide = getElementTypeOrSelf(op.getType()).isF64();
    if (isKept && !isWide)
      return rewriter.notifyMatchFailure(op, "the processor has an instruction for it");
    Bits bits(rewriter, op.getLoc(), op.getType());
    Value result = isKept ? bits.extend(op.getIn()) : bits.toSingle(op.getIn());
    rewriter.replaceOp(op, isWide ? bits.widen(result) : result);
    return success();
  }

private:
  bool keepsHalf;
};

struct ExpandTruncation : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    if (!isHalf(op.getType()))
      return rewriter.notifyMatchFailure(op, "neither f16 nor bf16");
    auto mode = op.getRoundingmode();
    if (mode && *mode != arith::RoundingMode::to_nearest_even)
      return rewriter.notifyMatchFailure(op, "rounds differently");
    Bits bits(rewriter, op.getLoc(), op.getType());
    Value x = op.getIn();
    if (getElementTypeOrSelf(x.getType()).isF64())
      x = bits.narrow(x);
    rewriter.replaceOp(op, bits.fromSingle(x, op.getType()));
    return success();
  }
};

/// Converts integers to halves through f64, which represents all that are not too large for
/// f16.
template <typename Op>
struct ExpandFromInteger : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (!isHalf(op.getType()))
      return rewriter.notifyMatchFailure(op, "neither f16 nor bf16");
    Bits bits(rewriter, op.getLoc(), op.getType());
    Type wide = like(op.getType(), rewriter.getF64Type());
    Value x = Op::create(rewriter, op.getLoc(), wide, op.getIn());
    rewriter.replaceOp(op, bits.fromSingle(bits.narrow(x), op.getType()));
    return success();
  }
};

template <typename Op>
struct ExpandToInteger : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (!isHalf(op.getIn().getType()))
      return rewriter.notifyMatchFailure(op, "neither f16 nor bf16");
    Bits bits(rewriter, op.getLoc(), op.getIn().getType());
    rewriter.replaceOpWithNewOp<Op>(op, op.getType(), bits.toSingle(op.getIn()));
    return success();
  }
};

struct ExpandHalfCasts : cpu::impl::ExpandHalfCastsBase<ExpandHalfCasts> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandExtension>(&getContext(), keepF16Extension);
    patterns.add<ExpandTruncation, ExpandFromInteger<arith::SIToFPOp>,
                 ExpandFromInteger<arith::UIToFPOp>, ExpandToInteger<arith::FPToSIOp>,
                 ExpandToInteger<arith::FPToUIOp>>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
