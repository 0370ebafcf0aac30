//===- NNElementwise.cpp - Definitions of elementwise operations ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// This file has the methods of ElementwiseOpInterface, operation by operation: the code
// that it becomes, and its value for real numbers, for integers, and for sizes. A new
// operation is added here and nowhere else: folding, the lowering to linalg, the matchers
// of constants and shape arithmetic call these methods. nn.gelu has a file of its own.
//
//===----------------------------------------------------------------------===//

#include "ScalarBuilder.h"
#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static bool isUnsigned(Value value) {
  return getElementTypeOrSelf(value).isUnsignedInteger();
}

/// Integers wrap around in the same way as in the compiled code.
static int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }

/// Defines the code of `OP`, in terms of the scalars `s`.
#define BUILD(OP)                                                                          \
  static Value buildBody(OP op, const ScalarBuilder &s);                                   \
  Value OP::buildScalar(OpBuilder &b, Location loc, ValueRange args) {                     \
    return buildBody(*this, ScalarBuilder(*this, b, loc, args));                           \
  }                                                                                        \
  static Value buildBody([[maybe_unused]] OP op, const ScalarBuilder &s)
/// Defines its value for arguments `x`.
#define REAL(OP) std::optional<double> OP::evaluateReal(ArrayRef<double> x)
#define INTEGER(OP) std::optional<int64_t> OP::evaluateInteger(ArrayRef<int64_t> x)
#define SIZE(OP) SizeExpr OP::evaluateSize(SizeTable &table, ArrayRef<SizeExpr> x)

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

BUILD(NegOp) {
  if (s.isFloat())
    return s.make<arith::NegFOp>(s.args[0]);
  return s.make<arith::SubIOp>(s.integer(0), s.args[0]);
}
REAL(NegOp) { return -x[0]; }
INTEGER(NegOp) { return wrap(-uint64_t(x[0])); }
SIZE(NegOp) { return table.subtract(table.constant(0), x[0]); }

BUILD(AbsOp) {
  if (s.isUnsigned)
    return s.args[0];
  return s.isFloat() ? s.make<math::AbsFOp>(s.args[0]) : s.make<math::AbsIOp>(s.args[0]);
}
REAL(AbsOp) { return std::fabs(x[0]); }
INTEGER(AbsOp) { return x[0] < 0 ? wrap(-uint64_t(x[0])) : x[0]; }
SIZE(AbsOp) { return table.maximum(x[0], table.subtract(table.constant(0), x[0])); }

BUILD(ExpOp) { return s.make<math::ExpOp>(s.args[0]); }
REAL(ExpOp) { return std::exp(x[0]); }

BUILD(LogOp) { return s.make<math::LogOp>(s.args[0]); }
REAL(LogOp) { return std::log(x[0]); }

BUILD(SinOp) { return s.make<math::SinOp>(s.args[0]); }
REAL(SinOp) { return std::sin(x[0]); }

BUILD(AtanOp) { return s.make<math::AtanOp>(s.args[0]); }
REAL(AtanOp) { return std::atan(x[0]); }

BUILD(CosOp) { return s.make<math::CosOp>(s.args[0]); }
REAL(CosOp) { return std::cos(x[0]); }

// A size is a whole number, which rounding leaves as it is.
BUILD(FloorOp) { return s.make<math::FloorOp>(s.args[0]); }
REAL(FloorOp) { return std::floor(x[0]); }
SIZE(FloorOp) { return x[0]; }

BUILD(CeilOp) { return s.make<math::CeilOp>(s.args[0]); }
REAL(CeilOp) { return std::ceil(x[0]); }
SIZE(CeilOp) { return x[0]; }

BUILD(RoundOp) { return s.make<math::RoundEvenOp>(s.args[0]); }
REAL(RoundOp) { return std::nearbyint(x[0]); }

BUILD(SqrtOp) { return s.make<math::SqrtOp>(s.args[0]); }
REAL(SqrtOp) { return std::sqrt(x[0]); }

BUILD(ReciprocalOp) { return s.make<arith::DivFOp>(s.constant(1), s.args[0]); }
REAL(ReciprocalOp) { return 1 / x[0]; }

BUILD(TanhOp) { return s.make<math::TanhOp>(s.args[0]); }
REAL(TanhOp) { return std::tanh(x[0]); }

BUILD(ErfOp) { return s.make<math::ErfOp>(s.args[0]); }
REAL(ErfOp) { return std::erf(x[0]); }

BUILD(ReluOp) { return s.make<arith::MaximumFOp>(s.args[0], s.constant(0)); }
REAL(ReluOp) { return std::isnan(x[0]) ? x[0] : std::max(x[0], 0.0); }

BUILD(SigmoidOp) { return s.sigmoid(s.args[0]); }
REAL(SigmoidOp) { return 1 / (1 + std::exp(-x[0])); }

/// The logarithm is log(1 + exp(-|x|)) + max(x, 0), whose exponential cannot overflow.
BUILD(MishOp) {
  Value x = s.args[0];
  Value magnitude = s.make<math::AbsFOp>(x);
  Value small = s.make<math::ExpOp>(s.make<arith::NegFOp>(magnitude));
  Value log = s.make<math::LogOp>(s.make<arith::AddFOp>(small, s.constant(1)));
  Value positive = s.make<arith::MaximumFOp>(x, s.constant(0));
  Value softplus = s.make<arith::AddFOp>(positive, log);
  return s.make<arith::MulFOp>(x, s.make<math::TanhOp>(softplus));
}
REAL(MishOp) {
  double softplus = std::log1p(std::exp(-std::fabs(x[0]))) + std::fmax(x[0], 0);
  return x[0] * std::tanh(softplus);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

BUILD(AddOp) { return s.either<arith::AddFOp, arith::AddIOp>(); }
REAL(AddOp) { return x[0] + x[1]; }
INTEGER(AddOp) { return wrap(uint64_t(x[0]) + uint64_t(x[1])); }
SIZE(AddOp) { return table.add(x[0], x[1]); }

BUILD(SubOp) { return s.either<arith::SubFOp, arith::SubIOp>(); }
REAL(SubOp) { return x[0] - x[1]; }
INTEGER(SubOp) { return wrap(uint64_t(x[0]) - uint64_t(x[1])); }
SIZE(SubOp) { return table.subtract(x[0], x[1]); }

BUILD(MulOp) { return s.either<arith::MulFOp, arith::MulIOp>(); }
REAL(MulOp) { return x[0] * x[1]; }
INTEGER(MulOp) { return wrap(uint64_t(x[0]) * uint64_t(x[1])); }
SIZE(MulOp) { return table.multiply(x[0], x[1]); }

namespace {
/// The divisor of an integer in place of `y`: 1 where y is 0, and where it is a signed
/// -1. x / 0 and the lowest number / -1 have no result, but a processor that traps on them
/// must not stop the program.
struct SafeDivisor {
  SafeDivisor(const ScalarBuilder &s, Value y) : zero(s.integer(0)) {
    Value one = s.integer(1), minusOne = s.integer(-1);
    Value takesOne = s.make<arith::CmpIOp>(arith::CmpIPredicate::eq, y, zero);
    if (!s.isUnsigned) {
      isMinusOne = s.make<arith::CmpIOp>(arith::CmpIPredicate::eq, y, minusOne);
      takesOne = s.make<arith::OrIOp>(takesOne, isMinusOne);
    }
    value = s.make<arith::SelectOp>(takesOne, one, y);
  }

  Value zero, value, isMinusOne;
};
} // namespace

/// x / 0 gives x, and the lowest number / -1 wraps around.
BUILD(DivOp) {
  Value x = s.args[0], y = s.args[1];
  if (s.isFloat())
    return s.make<arith::DivFOp>(x, y);
  SafeDivisor safe(s, y);
  if (s.isUnsigned)
    return s.make<arith::DivUIOp>(x, safe.value);
  Value quotient = s.make<arith::DivSIOp>(x, safe.value);
  return s.make<arith::SelectOp>(safe.isMinusOne, s.make<arith::SubIOp>(safe.zero, x),
                                 quotient);
}
REAL(DivOp) { return x[0] / x[1]; }
INTEGER(DivOp) {
  if (x[1] == 0 || (x[1] == -1 && x[0] == std::numeric_limits<int64_t>::min()))
    return std::nullopt;
  return x[0] / x[1];
}
SIZE(DivOp) {
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(getLhs()));
  return isFloat ? table.divideExactly(x[0], x[1]) : table.divide(x[0], x[1]);
}

/// Divisions without a remainder are computed as a division by 1.
BUILD(ModOp) {
  Value x = s.args[0], y = s.args[1];
  if (s.isFloat())
    return s.make<arith::RemFOp>(x, y);
  SafeDivisor safe(s, y);
  if (s.isUnsigned)
    return s.make<arith::RemUIOp>(x, safe.value);
  Value rest = s.make<arith::RemSIOp>(x, safe.value);
  // Rounding toward zero gives the sign of the dividend; rounding down gives that of the
  // divisor.
  Value differs = s.make<arith::CmpIOp>(arith::CmpIPredicate::slt,
                                        s.make<arith::XOrIOp>(rest, safe.value), safe.zero);
  Value hasRest = s.make<arith::CmpIOp>(arith::CmpIPredicate::ne, rest, safe.zero);
  return s.make<arith::SelectOp>(s.make<arith::AndIOp>(differs, hasRest),
                                 s.make<arith::AddIOp>(rest, safe.value), rest);
}
REAL(ModOp) { return std::fmod(x[0], x[1]); }
/// Returns the remainder with the sign of the divisor.
INTEGER(ModOp) {
  if (x[1] == 0)
    return std::nullopt;
  if (x[1] == -1)
    return 0;
  int64_t rest = x[0] % x[1];
  return rest != 0 && (rest < 0) != (x[1] < 0) ? rest + x[1] : rest;
}
SIZE(ModOp) {
  if (!x[0] || !x[1] || table.bounds(x[0]).low < 0 || table.bounds(x[1]).low < 0)
    return {};
  return table.subtract(x[0], table.multiply(x[1], table.divide(x[0], x[1])));
}

BUILD(MaximumOp) { return s.either<arith::MaximumFOp, arith::MaxSIOp, arith::MaxUIOp>(); }
REAL(MaximumOp) {
  bool isNumber = !std::isnan(x[0]) && !std::isnan(x[1]);
  return isNumber ? std::max(x[0], x[1]) : std::numeric_limits<double>::quiet_NaN();
}
INTEGER(MaximumOp) { return std::max(x[0], x[1]); }
SIZE(MaximumOp) { return table.maximum(x[0], x[1]); }

BUILD(MinimumOp) { return s.either<arith::MinimumFOp, arith::MinSIOp, arith::MinUIOp>(); }
REAL(MinimumOp) {
  bool isNumber = !std::isnan(x[0]) && !std::isnan(x[1]);
  return isNumber ? std::min(x[0], x[1]) : std::numeric_limits<double>::quiet_NaN();
}
INTEGER(MinimumOp) { return std::min(x[0], x[1]); }
SIZE(MinimumOp) { return table.minimum(x[0], x[1]); }

/// Returns the number that every element of a constant exponent is equal to.
static std::optional<double> exponentOf(PowOp op) {
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

static Value integerPower(PowOp op, const ScalarBuilder &s) {
  Value x = s.args[0], y = s.args[1];
  unsigned width = s.type.getIntOrFloatBitWidth();
  if (isa<FloatType>(y.getType()))
    y = s.make<arith::FPToSIOp>(s.type, y);
  else if (y.getType().getIntOrFloatBitWidth() < width)
    y = isUnsigned(op.getRhs()) ? s.make<arith::ExtUIOp>(s.type, y)
                                : s.make<arith::ExtSIOp>(s.type, y);
  else if (y.getType() != s.type)
    y = s.make<arith::TruncIOp>(s.type, y);
  // 0 to a negative power is undefined, but must not stop the program.
  Value zero = s.integer(0);
  Value isZero = s.make<arith::CmpIOp>(arith::CmpIPredicate::eq, x, zero);
  Value isNegative = s.make<arith::CmpIOp>(arith::CmpIPredicate::slt, y, zero);
  Value isSpecial = s.make<arith::AndIOp>(isZero, isNegative);
  Value base = s.make<arith::SelectOp>(isSpecial, s.integer(1), x);
  return s.make<math::IPowIOp>(base, y);
}

/// Small whole exponents become products, which are exact where a library's pow need not
/// be, and which can be vectorised.
BUILD(PowOp) {
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
REAL(PowOp) { return std::pow(x[0], x[1]); }

//===----------------------------------------------------------------------===//
// Truth values
//===----------------------------------------------------------------------===//

// Truth values are bytes of 0 or 1.

BUILD(AndOp) { return s.make<arith::AndIOp>(s.args[0], s.args[1]); }
REAL(AndOp) { return x[0] != 0 && x[1] != 0; }
INTEGER(AndOp) { return x[0] & x[1]; }
SIZE(AndOp) { return table.multiply(x[0], x[1]); }

BUILD(OrOp) { return s.make<arith::OrIOp>(s.args[0], s.args[1]); }
REAL(OrOp) { return x[0] != 0 || x[1] != 0; }
INTEGER(OrOp) { return x[0] | x[1]; }
SIZE(OrOp) { return table.maximum(x[0], x[1]); }

BUILD(XorOp) { return s.make<arith::XOrIOp>(s.args[0], s.args[1]); }
REAL(XorOp) { return (x[0] != 0) != (x[1] != 0); }
INTEGER(XorOp) { return x[0] ^ x[1]; }

BUILD(NotOp) { return s.make<arith::XOrIOp>(s.args[0], s.integer(1)); }
REAL(NotOp) { return x[0] == 0; }
INTEGER(NotOp) { return x[0] == 0; }
SIZE(NotOp) { return table.subtract(table.constant(1), x[0]); }

/// Booleans are stored as one i8 of 0 or 1 (see the type converter).
static Value toByte(const ScalarBuilder &s, Value flag) {
  return arith::ExtUIOp::create(s.b, s.loc, s.b.getI8Type(), flag);
}
static Value fromByte(const ScalarBuilder &s, Value byte) {
  Value zero = arith::ConstantOp::create(s.b, s.loc, s.b.getI8IntegerAttr(0));
  return arith::CmpIOp::create(s.b, s.loc, arith::CmpIPredicate::ne, byte, zero);
}

BUILD(CompareOp) {
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

/// Returns the result of `predicate` for two numbers.
template <typename Number>
static bool holds(ComparePredicate predicate, Number a, Number b) {
  switch (predicate) {
  case ComparePredicate::Equal:
    return a == b;
  case ComparePredicate::Less:
    return a < b;
  case ComparePredicate::LessOrEqual:
    return a <= b;
  case ComparePredicate::Greater:
    return a > b;
  case ComparePredicate::GreaterOrEqual:
    return a >= b;
  }
  return false;
}

REAL(CompareOp) { return holds(getPredicate(), x[0], x[1]); }
INTEGER(CompareOp) { return holds(getPredicate(), x[0], x[1]); }
/// True is 1, and a condition that is not yet known becomes a choice.
SIZE(CompareOp) {
  SizeExpr no = table.constant(0), yes = table.constant(1);
  switch (getPredicate()) {
  case ComparePredicate::Equal:
    return table.choose(SizePredicate::Equal, x[0], x[1], yes, no);
  case ComparePredicate::Less:
    return table.choose(SizePredicate::Less, x[0], x[1], yes, no);
  case ComparePredicate::LessOrEqual:
    return table.choose(SizePredicate::LessOrEqual, x[0], x[1], yes, no);
  case ComparePredicate::Greater:
    return table.choose(SizePredicate::Less, x[1], x[0], yes, no);
  case ComparePredicate::GreaterOrEqual:
    return table.choose(SizePredicate::LessOrEqual, x[1], x[0], yes, no);
  }
  return {};
}

BUILD(WhereOp) {
  return s.make<arith::SelectOp>(fromByte(s, s.args[0]), s.args[1], s.args[2]);
}
REAL(WhereOp) { return x[0] != 0 ? x[1] : x[2]; }
INTEGER(WhereOp) { return x[0] != 0 ? x[1] : x[2]; }
SIZE(WhereOp) {
  return table.choose(SizePredicate::Equal, x[0], table.constant(0), x[2], x[1]);
}

//===----------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------===//

static Value castFloat(const ScalarBuilder &s, Value x, Type to) {
  unsigned from = s.type.getIntOrFloatBitWidth(), width = to.getIntOrFloatBitWidth();
  if (from == width) // two formats of 16 bits
    x = s.make<arith::ExtFOp>(s.b.getF32Type(), x);
  return from < width ? s.make<arith::ExtFOp>(to, x) : s.make<arith::TruncFOp>(to, x);
}

BUILD(CastOp) {
  Type to = getElementTypeOrSelf(op.getResult());
  Value x = s.args[0];
  bool isFlag = getElementTypeOrSelf(op.getInput()).isInteger(1);
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
/// The conversion of a number depends on the two formats.
REAL(CastOp) { return std::nullopt; }
SIZE(CastOp) {
  if (!getElementTypeOrSelf(getResult()).isInteger(1))
    return x[0];
  SizeExpr zero = table.constant(0);
  return table.choose(SizePredicate::Equal, x[0], zero, zero, table.constant(1));
}

#undef BUILD
#undef REAL
#undef INTEGER
#undef SIZE
