//===- Elementwise.cpp - Elementwise nn operations to linalg --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Activations.h"
#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// Scalar meaning of each operation
//===----------------------------------------------------------------------===//
//
// One overload of `emit` per operation: its value for scalar arguments. Products
// and sums stay separate operations unless the definition fuses them.

namespace {
struct Scalars {
  OpBuilder &b;
  Location loc;
  ValueRange args;
  /// Of the first argument; what nn said of the sign of its integers.
  Type type;
  bool isUnsigned;

  Value constant(double value) const { return floatConstant(b, loc, type, value); }
  Value integer(int64_t value) const {
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, value));
  }
  bool isFloat() const { return isa<FloatType>(type); }
  template <typename Op, typename... Operands>
  Value make(Operands... operands) const {
    return Op::create(b, loc, operands...);
  }
  /// The float, the signed or the unsigned form of an operation.
  template <typename FloatOp, typename SignedOp, typename UnsignedOp = SignedOp>
  Value either() const {
    if (isFloat())
      return make<FloatOp>(args[0], args[1]);
    return isUnsigned ? make<UnsignedOp>(args[0], args[1])
                      : make<SignedOp>(args[0], args[1]);
  }
};
} // namespace

static bool isUnsigned(Value value) {
  return getElementTypeOrSelf(value).isUnsignedInteger();
}

static Value emit(nn::NegOp, Scalars s) {
  if (s.isFloat())
    return s.make<arith::NegFOp>(s.args[0]);
  return s.make<arith::SubIOp>(s.integer(0), s.args[0]);
}
static Value emit(nn::AbsOp, Scalars s) {
  if (s.isUnsigned)
    return s.args[0];
  return s.isFloat() ? s.make<math::AbsFOp>(s.args[0]) : s.make<math::AbsIOp>(s.args[0]);
}
static Value emit(nn::ExpOp, Scalars s) { return s.make<math::ExpOp>(s.args[0]); }
static Value emit(nn::LogOp, Scalars s) { return s.make<math::LogOp>(s.args[0]); }
static Value emit(nn::SinOp, Scalars s) { return s.make<math::SinOp>(s.args[0]); }
static Value emit(nn::AtanOp, Scalars s) { return s.make<math::AtanOp>(s.args[0]); }
static Value emit(nn::CosOp, Scalars s) { return s.make<math::CosOp>(s.args[0]); }
static Value emit(nn::FloorOp, Scalars s) { return s.make<math::FloorOp>(s.args[0]); }
static Value emit(nn::CeilOp, Scalars s) { return s.make<math::CeilOp>(s.args[0]); }
static Value emit(nn::RoundOp, Scalars s) { return s.make<math::RoundEvenOp>(s.args[0]); }
static Value emit(nn::SqrtOp, Scalars s) { return s.make<math::SqrtOp>(s.args[0]); }
static Value emit(nn::ReciprocalOp, Scalars s) {
  return s.make<arith::DivFOp>(s.constant(1), s.args[0]);
}
static Value emit(nn::TanhOp, Scalars s) { return s.make<math::TanhOp>(s.args[0]); }
static Value emit(nn::ErfOp, Scalars s) { return s.make<math::ErfOp>(s.args[0]); }
static Value emit(nn::ReluOp, Scalars s) {
  return s.make<arith::MaximumFOp>(s.args[0], s.constant(0));
}
static Value emitSigmoid(Scalars s, Value x) {
  Value e = s.make<math::ExpOp>(s.make<arith::NegFOp>(x));
  return s.make<arith::DivFOp>(s.constant(1), s.make<arith::AddFOp>(s.constant(1), e));
}
static Value emit(nn::SigmoidOp, Scalars s) { return emitSigmoid(s, s.args[0]); }
static Value emit(nn::SiluOp, Scalars s) {
  return s.make<arith::MulFOp>(s.args[0], emitSigmoid(s, s.args[0]));
}

static Value emit(nn::GeluOp op, Scalars s) {
  if (Value pieces = emitGeluPieces(s.b, s.loc, op.getApproximation(), s.args[0]))
    return pieces;
  Value x = s.args[0], t;
  if (op.getApproximation() == nn::GeluKind::Sigmoid)
    return s.make<arith::MulFOp>(
        x, emitSigmoid(s, s.make<arith::MulFOp>(x, s.constant(1.702))));
  if (op.getApproximation() == nn::GeluKind::Erf) {
    t = s.make<math::ErfOp>(s.make<arith::MulFOp>(x, s.constant(0.70710678118654752440)));
  } else {
    // sqrt(2/pi) * (x + 0.044715 x^3)
    Value cube = s.make<arith::MulFOp>(s.make<arith::MulFOp>(x, x), x);
    Value inner =
        s.make<arith::AddFOp>(x, s.make<arith::MulFOp>(cube, s.constant(0.044715)));
    t = s.make<math::TanhOp>(
        s.make<arith::MulFOp>(inner, s.constant(0.79788456080286535588)));
  }
  Value half = s.make<arith::MulFOp>(x, s.constant(0.5));
  return s.make<arith::MulFOp>(half, s.make<arith::AddFOp>(t, s.constant(1)));
}

static Value emit(nn::AddOp, Scalars s) { return s.either<arith::AddFOp, arith::AddIOp>(); }
static Value emit(nn::SubOp, Scalars s) { return s.either<arith::SubFOp, arith::SubIOp>(); }
static Value emit(nn::MulOp, Scalars s) { return s.either<arith::MulFOp, arith::MulIOp>(); }
/// x / 0 and the lowest number / -1 have no result, but a processor that traps on
/// them must not stop the program: the first gives x, the second wraps around.
static Value emit(nn::DivOp, Scalars s) {
  Value x = s.args[0], y = s.args[1];
  if (s.isFloat())
    return s.make<arith::DivFOp>(x, y);
  Value zero = s.integer(0), one = s.integer(1), minusOne = s.integer(-1);
  Value isZero = s.make<arith::CmpIOp>(arith::CmpIPredicate::eq, y, zero);
  if (s.isUnsigned)
    return s.make<arith::DivUIOp>(x, s.make<arith::SelectOp>(isZero, one, y));
  Value isMinusOne = s.make<arith::CmpIOp>(arith::CmpIPredicate::eq, y, minusOne);
  Value isSpecial = s.make<arith::OrIOp>(isZero, isMinusOne);
  Value safe = s.make<arith::SelectOp>(isSpecial, one, y);
  Value quotient = s.make<arith::DivSIOp>(x, safe);
  return s.make<arith::SelectOp>(isMinusOne, s.make<arith::SubIOp>(zero, x), quotient);
}
/// A division that leaves no remainder, by 1, stands for those that have none.
static Value emit(nn::ModOp, Scalars s) {
  Value x = s.args[0], y = s.args[1];
  if (s.isFloat())
    return s.make<arith::RemFOp>(x, y);
  Value zero = s.integer(0), one = s.integer(1), minusOne = s.integer(-1);
  Value isZero = s.make<arith::CmpIOp>(arith::CmpIPredicate::eq, y, zero);
  if (s.isUnsigned)
    return s.make<arith::RemUIOp>(x, s.make<arith::SelectOp>(isZero, one, y));
  Value isMinusOne = s.make<arith::CmpIOp>(arith::CmpIPredicate::eq, y, minusOne);
  Value safe = s.make<arith::SelectOp>(s.make<arith::OrIOp>(isZero, isMinusOne), one, y);
  Value rest = s.make<arith::RemSIOp>(x, safe);
  // Toward zero has the sign of the dividend; rounding down, that of the divisor.
  Value differs = s.make<arith::CmpIOp>(arith::CmpIPredicate::slt,
                                        s.make<arith::XOrIOp>(rest, safe), zero);
  Value hasRest = s.make<arith::CmpIOp>(arith::CmpIPredicate::ne, rest, zero);
  return s.make<arith::SelectOp>(s.make<arith::AndIOp>(differs, hasRest),
                                 s.make<arith::AddIOp>(rest, safe), rest);
}

// Truth values are bytes of 0 or 1.
static Value emit(nn::AndOp, Scalars s) {
  return s.make<arith::AndIOp>(s.args[0], s.args[1]);
}
static Value emit(nn::OrOp, Scalars s) {
  return s.make<arith::OrIOp>(s.args[0], s.args[1]);
}
static Value emit(nn::XorOp, Scalars s) {
  return s.make<arith::XOrIOp>(s.args[0], s.args[1]);
}
static Value emit(nn::NotOp, Scalars s) {
  return s.make<arith::XOrIOp>(s.args[0], s.integer(1));
}

static Value emit(nn::MaximumOp, Scalars s) {
  return s.either<arith::MaximumFOp, arith::MaxSIOp, arith::MaxUIOp>();
}
static Value emit(nn::MinimumOp, Scalars s) {
  return s.either<arith::MinimumFOp, arith::MinSIOp, arith::MinUIOp>();
}

/// The number that every element of a constant exponent is.
static std::optional<double> exponentOf(nn::PowOp op) {
  Attribute constant;
  if (!matchPattern(op.getRhs(), m_Constant(&constant)))
    return std::nullopt;
  auto integers = readIntegers(constant);
  if (!integers)
    return readSplatFloat(constant);
  if (integers->empty() || !llvm::all_equal(*integers))
    return std::nullopt;
  return integers->front();
}

static Value integerPower(nn::PowOp op, Scalars s) {
  Value x = s.args[0], y = s.args[1];
  unsigned width = s.type.getIntOrFloatBitWidth();
  if (isa<FloatType>(y.getType()))
    y = s.make<arith::FPToSIOp>(s.type, y);
  else if (y.getType().getIntOrFloatBitWidth() < width)
    y = isUnsigned(op.getRhs()) ? s.make<arith::ExtUIOp>(s.type, y)
                                : s.make<arith::ExtSIOp>(s.type, y);
  else if (y.getType() != s.type)
    y = s.make<arith::TruncIOp>(s.type, y);
  // 0 to a negative power has no result, but must not stop the program.
  Value zero = s.integer(0);
  Value isZero = s.make<arith::CmpIOp>(arith::CmpIPredicate::eq, x, zero);
  Value isNegative = s.make<arith::CmpIOp>(arith::CmpIPredicate::slt, y, zero);
  Value isSpecial = s.make<arith::AndIOp>(isZero, isNegative);
  Value base = s.make<arith::SelectOp>(isSpecial, s.integer(1), x);
  return s.make<math::IPowIOp>(base, y);
}

/// Small whole exponents become products, which are exact where a library's pow
/// need not be, and vectorise.
static Value emit(nn::PowOp op, Scalars s) {
  auto exponent = exponentOf(op);
  Value x = s.args[0], y = s.args[1];
  auto times = [&](Value a, Value b) {
    return s.isFloat() ? s.make<arith::MulFOp>(a, b) : s.make<arith::MulIOp>(a, b);
  };
  if (exponent == 1)
    return x;
  if (exponent == 2 || exponent == 3) {
    Value square = times(x, x);
    return exponent == 2 ? square : times(square, x);
  }
  if (!s.isFloat())
    return integerPower(op, s);
  if (exponent == 0.5)
    return s.make<math::SqrtOp>(x);
  if (isa<IntegerType>(y.getType()))
    y = isUnsigned(op.getRhs()) ? s.make<arith::UIToFPOp>(s.type, y)
                                : s.make<arith::SIToFPOp>(s.type, y);
  else if (y.getType().getIntOrFloatBitWidth() < s.type.getIntOrFloatBitWidth())
    y = s.make<arith::ExtFOp>(s.type, y);
  else if (y.getType() != s.type)
    y = s.make<arith::TruncFOp>(s.type, y);
  return s.make<math::PowFOp>(x, y);
}

/// Booleans live in memory as one i8 of 0 or 1 (see the type converter).
static Value toByte(Scalars s, Value flag) {
  return arith::ExtUIOp::create(s.b, s.loc, s.b.getI8Type(), flag);
}
static Value fromByte(Scalars s, Value byte) {
  Value zero = arith::ConstantOp::create(s.b, s.loc, s.b.getI8IntegerAttr(0));
  return arith::CmpIOp::create(s.b, s.loc, arith::CmpIPredicate::ne, byte, zero);
}

static Value emit(nn::CompareOp op, Scalars s) {
  struct Pair {
    arith::CmpFPredicate onFloats;
    arith::CmpIPredicate onSigned, onUnsigned;
  };
  static constexpr Pair predicates[] = {
      {arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq, arith::CmpIPredicate::eq},
      {arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt, arith::CmpIPredicate::ult},
      {arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle, arith::CmpIPredicate::ule},
      {arith::CmpFPredicate::OGT, arith::CmpIPredicate::sgt, arith::CmpIPredicate::ugt},
      {arith::CmpFPredicate::OGE, arith::CmpIPredicate::sge, arith::CmpIPredicate::uge}};
  Pair predicate = predicates[static_cast<int>(op.getPredicate())];
  if (s.isFloat())
    return toByte(s, s.make<arith::CmpFOp>(predicate.onFloats, s.args[0], s.args[1]));
  auto onIntegers = s.isUnsigned ? predicate.onUnsigned : predicate.onSigned;
  return toByte(s, s.make<arith::CmpIOp>(onIntegers, s.args[0], s.args[1]));
}

static Value emit(nn::WhereOp, Scalars s) {
  return s.make<arith::SelectOp>(fromByte(s, s.args[0]), s.args[1], s.args[2]);
}

static Value castFloat(Scalars s, Value x, Type to) {
  unsigned from = s.type.getIntOrFloatBitWidth(), width = to.getIntOrFloatBitWidth();
  if (from == width) // two formats of 16 bits
    x = s.make<arith::ExtFOp>(s.b.getF32Type(), x);
  return from < width ? s.make<arith::ExtFOp>(to, x) : s.make<arith::TruncFOp>(to, x);
}

static Value emit(nn::CastOp op, Scalars s) {
  Type to = tensorOf(op.getResult()).getElementType();
  Value x = s.args[0];
  bool isFlag = tensorOf(op.getInput()).getElementType().isInteger(1);
  if (to.isInteger(1)) {
    if (s.isFloat())
      return toByte(s, s.make<arith::CmpFOp>(arith::CmpFPredicate::UNE, x, s.constant(0)));
    return toByte(s, s.make<arith::CmpIOp>(arith::CmpIPredicate::ne, x, s.integer(0)));
  }
  bool extendsWithZeros = isFlag || s.isUnsigned;
  if (isa<FloatType>(to)) {
    if (s.isFloat())
      return castFloat(s, x, to);
    return extendsWithZeros ? s.make<arith::UIToFPOp>(to, x)
                            : s.make<arith::SIToFPOp>(to, x);
  }
  Type stored = s.b.getIntegerType(to.getIntOrFloatBitWidth());
  if (s.isFloat())
    return to.isUnsignedInteger() ? s.make<arith::FPToUIOp>(stored, x)
                                  : s.make<arith::FPToSIOp>(stored, x);
  unsigned from = s.type.getIntOrFloatBitWidth(), width = stored.getIntOrFloatBitWidth();
  if (from == width)
    return x;
  if (from > width)
    return s.make<arith::TruncIOp>(stored, x);
  return extendsWithZeros ? s.make<arith::ExtUIOp>(stored, x)
                          : s.make<arith::ExtSIOp>(stored, x);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {
template <typename Op>
struct LowerElementwise : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = this->getTypeConverter()->template convertType<RankedTensorType>(
        op->getResult(0).getType());
    if (!type)
      return rewriter.notifyMatchFailure(op, "the type of the result has no lowering");
    if (op->getResult(0).getType() == op->getOperand(0).getType() &&
        isa<nn::CastOp>(op.getOperation()))
      return rewriter.replaceOp(op, adaptor.getOperands()), success();
    Sizes sizes = sizesOf(rewriter, op.getLoc(), op->getResult(0));
    Value result = broadcastGeneric(
        rewriter, op.getLoc(), sizes, type.getElementType(), adaptor.getOperands(),
        [&](OpBuilder &b, Location loc, ValueRange args) {
          return emit(op, Scalars{b, loc, args, args.front().getType(),
                                  isUnsigned(op->getOperand(0))});
        });
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// A weight keeps its blob; one of booleans or unsigned numbers is read anew.
struct LowerConstant : OpConversionPattern<nn::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ConstantOp op, OpAdaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto value = cast<TypedAttr>(op.getValue());
    auto type = getTypeConverter()->convertType<RankedTensorType>(op.getType());
    if (type != op.getType()) {
      auto payload = readPayload(op.getValue(), std::numeric_limits<int64_t>::max());
      if (!payload)
        return rewriter.notifyMatchFailure(op, "constant has no bytes");
      value = makeElements(Payload{type, std::move(payload->values)}, "bytes");
    }
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, value);
    return success();
  }
};
} // namespace

void tacit::populateElementwisePatterns(TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<
      LowerConstant, LowerElementwise<nn::LogOp>, LowerElementwise<nn::SinOp>,
      LowerElementwise<nn::AtanOp>, LowerElementwise<nn::CosOp>,
      LowerElementwise<nn::FloorOp>, LowerElementwise<nn::CeilOp>,
      LowerElementwise<nn::RoundOp>, LowerElementwise<nn::ModOp>,
      LowerElementwise<nn::AndOp>, LowerElementwise<nn::OrOp>, LowerElementwise<nn::XorOp>,
      LowerElementwise<nn::NotOp>, LowerElementwise<nn::NegOp>, LowerElementwise<nn::AbsOp>,
      LowerElementwise<nn::ExpOp>, LowerElementwise<nn::SqrtOp>,
      LowerElementwise<nn::ReciprocalOp>, LowerElementwise<nn::TanhOp>,
      LowerElementwise<nn::ErfOp>, LowerElementwise<nn::SigmoidOp>,
      LowerElementwise<nn::ReluOp>, LowerElementwise<nn::SiluOp>,
      LowerElementwise<nn::GeluOp>, LowerElementwise<nn::AddOp>,
      LowerElementwise<nn::SubOp>, LowerElementwise<nn::MulOp>, LowerElementwise<nn::DivOp>,
      LowerElementwise<nn::PowOp>, LowerElementwise<nn::MaximumOp>,
      LowerElementwise<nn::MinimumOp>, LowerElementwise<nn::CompareOp>,
      LowerElementwise<nn::WhereOp>, LowerElementwise<nn::CastOp>>(converter,
                                                                   patterns.getContext());
}
