//===- BuildElementwise.cpp - Builders: element by element ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Compose.h"
#include "Ops/OpTable.h"
#include <cfloat>
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Operators that become one operation each
//===----------------------------------------------------------------------===//

template <typename OpTy>
static Value buildUnary(NodeBuilder &node) {
  return node.create<OpTy>({node.operand(0)});
}

template <typename OpTy>
static Value buildBinary(NodeBuilder &node) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  return binary<OpTy>(node, lhs, rhs);
}

/// Combines any number of operands from left to right.
template <typename OpTy>
static Value buildVariadic(NodeBuilder &node) {
  Value result = node.operand(0);
  for (int64_t i = 1; i < node.numOperands(); ++i)
    result = node.create<OpTy>({result, node.operand(i)});
  return result;
}

static Value buildCompare(NodeBuilder &node, nn::ComparePredicate predicate) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  return compare(node, predicate, lhs, rhs);
}

/// The result has the type of the base, whatever the type of the exponent.
Value onnx_import::buildPow(NodeBuilder &node) {
  Value base = node.operand(0), power = node.operand(1);
  if (!base || !power || isFloat(base) || !isFloat(power))
    return binary<nn::PowOp>(node, base, power);
  Value result =
      binary<nn::PowOp>(node, castTo(node, base, tensorOf(power).getElementType()), power);
  return castTo(node, result, tensorOf(base).getElementType());
}

namespace tacit::onnx_import {
Value buildAdd(NodeBuilder &node) { return buildBinary<nn::AddOp>(node); }
Value buildSub(NodeBuilder &node) { return buildBinary<nn::SubOp>(node); }
Value buildMul(NodeBuilder &node) { return buildBinary<nn::MulOp>(node); }
Value buildDiv(NodeBuilder &node) { return buildBinary<nn::DivOp>(node); }
Value buildAnd(NodeBuilder &node) { return buildBinary<nn::AndOp>(node); }
Value buildOr(NodeBuilder &node) { return buildBinary<nn::OrOp>(node); }
Value buildXor(NodeBuilder &node) { return buildBinary<nn::XorOp>(node); }
Value buildMax(NodeBuilder &node) { return buildVariadic<nn::MaximumOp>(node); }
Value buildMin(NodeBuilder &node) { return buildVariadic<nn::MinimumOp>(node); }
Value buildSum(NodeBuilder &node) { return buildVariadic<nn::AddOp>(node); }
Value buildNeg(NodeBuilder &node) { return buildUnary<nn::NegOp>(node); }
Value buildNot(NodeBuilder &node) { return buildUnary<nn::NotOp>(node); }
Value buildAbs(NodeBuilder &node) { return buildUnary<nn::AbsOp>(node); }
Value buildExp(NodeBuilder &node) { return buildUnary<nn::ExpOp>(node); }
Value buildLog(NodeBuilder &node) { return buildUnary<nn::LogOp>(node); }
Value buildSin(NodeBuilder &node) { return buildUnary<nn::SinOp>(node); }
Value buildAtan(NodeBuilder &node) { return buildUnary<nn::AtanOp>(node); }
Value buildCos(NodeBuilder &node) { return buildUnary<nn::CosOp>(node); }
Value buildFloor(NodeBuilder &node) { return buildUnary<nn::FloorOp>(node); }
Value buildCeil(NodeBuilder &node) { return buildUnary<nn::CeilOp>(node); }
Value buildRound(NodeBuilder &node) { return buildUnary<nn::RoundOp>(node); }
Value buildSqrt(NodeBuilder &node) { return buildUnary<nn::SqrtOp>(node); }
Value buildReciprocal(NodeBuilder &node) { return buildUnary<nn::ReciprocalOp>(node); }
Value buildTanh(NodeBuilder &node) { return buildUnary<nn::TanhOp>(node); }
Value buildErf(NodeBuilder &node) { return buildUnary<nn::ErfOp>(node); }
Value buildSigmoid(NodeBuilder &node) { return buildUnary<nn::SigmoidOp>(node); }
Value buildMish(NodeBuilder &node) { return buildUnary<nn::MishOp>(node); }
Value buildEqual(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::Equal);
}
Value buildLess(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::Less);
}
Value buildLessOrEqual(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::LessOrEqual);
}
Value buildGreater(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::Greater);
}
Value buildGreaterOrEqual(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::GreaterOrEqual);
}
} // namespace tacit::onnx_import

Value onnx_import::buildMean(NodeBuilder &node) {
  Value sum = buildSum(node);
  return div(node, sum, scalarLike(node, sum, node.numOperands()));
}

/// For integers nn.mod has the sign of the divisor. With `fmod` the result should have the
/// sign of the dividend, which nn.mod gives for floats.
Value onnx_import::buildMod(NodeBuilder &node) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  bool isFmod = node.intAttribute("fmod", 0) != 0;
  if (!lhs || !rhs)
    return {};
  if (isFloat(lhs) && !isFmod)
    return node.invalid(
        "its operands are floats; expected integers, or attribute fmod = 1");
  if (isFloat(lhs) || !isFmod)
    return binary<nn::ModOp>(node, lhs, rhs);
  return sub(node, lhs, mul(node, div(node, lhs, rhs), rhs));
}

Value onnx_import::buildWhere(NodeBuilder &node) {
  Value condition = node.operand(0), onTrue = node.operand(1), onFalse = node.operand(2);
  return node.create<nn::WhereOp>({condition, onTrue, onFalse});
}

/// Bounds are attributes before opset 11, and optional operands from then on.
Value onnx_import::buildClip(NodeBuilder &node) {
  Value result = node.operand(0);
  if (!result)
    return {};
  Value low, high;
  if (node.opset() < 11) {
    if (!isFloat(result))
      return refuseIntegers(node);
    low = scalarLike(node, result, node.floatAttribute("min", -FLT_MAX));
    high = scalarLike(node, result, node.floatAttribute("max", FLT_MAX));
  } else {
    low = node.hasOperand(1) ? node.operand(1) : Value();
    high = node.hasOperand(2) ? node.operand(2) : Value();
  }
  if (low)
    result = binary<nn::MaximumOp>(node, result, low);
  return high ? binary<nn::MinimumOp>(node, result, high) : result;
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

/// Floats of 16 bits are computed in f32; a cast to them only rounds.
Value onnx_import::buildCast(NodeBuilder &node) {
  int64_t to = node.intAttribute("to", 0);
  Value input = node.operand(0);
  if (!input)
    return {};
  int32_t dtype = llvm::isInt<32>(to) ? static_cast<int32_t>(to) : -1;
  Type stored = storageType(node.context(), dtype);
  if (!stored)
    return node.refuse("it casts to " + dtypeName(dtype),
                       std::string("cast to ") + kElementTypes);
  return castTo(node, castTo(node, input, stored), elementType(node.context(), dtype));
}

Value onnx_import::buildCastLike(NodeBuilder &node) {
  Value input = node.operand(0), like = node.operand(1);
  return like ? castTo(node, input, tensorOf(like).getElementType()) : Value();
}

Value onnx_import::buildIsNaN(NodeBuilder &node) {
  Value input = node.operand(0);
  return node.create<nn::NotOp>({compare(node, nn::ComparePredicate::Equal, input, input)});
}

Value onnx_import::buildIsInf(NodeBuilder &node) {
  Value input = node.operand(0);
  if (input && !isFloat(input))
    return refuseIntegers(node);
  bool positive = node.intAttribute("detect_positive", 1) != 0,
       negative = node.intAttribute("detect_negative", 1) != 0;
  if (positive && negative)
    input = node.create<nn::AbsOp>({input});
  else if (negative)
    input = node.create<nn::NegOp>({input});
  else if (!positive) // detects nothing: the same as being above infinity
    return compare(node, nn::ComparePredicate::Greater, input,
                   scalarLike(node, input, INFINITY));
  return compare(node, nn::ComparePredicate::Equal, input,
                 scalarLike(node, input, INFINITY));
}

/// Returns 1, 0 or -1, and NaN for NaN.
Value onnx_import::buildSign(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  Value zero = scalarLike(node, input, 0), rest = zero;
  // What is neither above, below nor equal to 0 is NaN.
  if (isFloat(input))
    rest = node.create<nn::WhereOp>(
        {compare(node, nn::ComparePredicate::Equal, input, zero), zero, input});
  Value isAbove = compare(node, nn::ComparePredicate::Greater, input, zero);
  Value sign = node.create<nn::WhereOp>({isAbove, scalarLike(node, input, 1), rest});
  if (tensorOf(input).getElementType().isUnsignedInteger())
    return sign;
  Value isBelow = compare(node, nn::ComparePredicate::Less, input, zero);
  return node.create<nn::WhereOp>({isBelow, scalarLike(node, input, -1), sign});
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

namespace {
/// Builds an activation from its input and scalars of the same element type.
struct Activation {
  explicit Activation(NodeBuilder &node) : node(node), x(node.operand(0)) {
    if (x && !isFloat(x))
      x = refuseIntegers(node);
  }

  NodeBuilder &node;
  Value x;

  Value constant(double value) const { return scalarLike(node, x, value); }
  /// Returns an attribute that has a default in ONNX.
  Value scalar(StringRef name, float fallback) const {
    return constant(node.floatAttribute(name, fallback));
  }
  Value positive(Value value) const {
    return binary<nn::MaximumOp>(node, value, constant(0));
  }
  Value negative(Value value) const {
    return binary<nn::MinimumOp>(node, value, constant(0));
  }
  /// Computes alpha * (exp(x) - 1) for negative x, and 0 for the rest.
  Value expBelow(Value scaled, Value alpha) const {
    Value e = node.create<nn::ExpOp>({negative(scaled)});
    return mul(node, alpha, sub(node, e, constant(1)));
  }
  Value where(nn::ComparePredicate predicate, Value bound, Value yes, Value no) const {
    return node.create<nn::WhereOp>({compare(node, predicate, x, bound), yes, no});
  }
};
} // namespace

/// A maximum is defined for integers, too.
Value onnx_import::buildRelu(NodeBuilder &node) {
  Value x = node.operand(0);
  if (x && !isFloat(x))
    return binary<nn::MaximumOp>(node, x, scalarLike(node, x, 0));
  return node.create<nn::ReluOp>({x});
}

Value onnx_import::buildGelu(NodeBuilder &node) {
  std::string kind = node.stringAttribute("approximate", "none");
  if (kind != "none" && kind != "tanh")
    return node.invalid(fmt::format(
        "attribute 'approximate' is {}; expected 'none' or 'tanh'", quote(kind)));
  return node.create<nn::GeluOp>({node.operand(0)}, [&](auto &properties) {
    properties.setApproximation(nn::GeluKindAttr::get(
        node.context(), kind == "tanh" ? nn::GeluKind::Tanh : nn::GeluKind::Erf));
  });
}

/// Uses max(x, alpha * x), which is the same for alpha up to 1.
Value onnx_import::buildLeakyRelu(NodeBuilder &node) {
  Activation a(node);
  float alpha = node.floatAttribute("alpha", 0.01f);
  Value scaled = mul(node, a.x, a.constant(alpha));
  if (alpha >= 0 && alpha <= 1)
    return binary<nn::MaximumOp>(node, a.x, scaled);
  return a.where(nn::ComparePredicate::Less, a.constant(0), scaled, a.x);
}

Value onnx_import::buildPRelu(NodeBuilder &node) {
  Activation a(node);
  Value scaled = mul(node, a.x, node.operand(1));
  return a.where(nn::ComparePredicate::Less, a.constant(0), scaled, a.x);
}

Value onnx_import::buildThresholdedRelu(NodeBuilder &node) {
  Activation a(node);
  return a.where(nn::ComparePredicate::Greater, a.scalar("alpha", 1), a.x, a.constant(0));
}

/// Computes alpha * x + beta, clamped to the range from 0 to 1.
static Value hardSigmoid(const Activation &a, Value alpha, Value beta) {
  Value line = add(a.node, mul(a.node, a.x, alpha), beta);
  return binary<nn::MinimumOp>(a.node, a.positive(line), a.constant(1));
}

Value onnx_import::buildHardSigmoid(NodeBuilder &node) {
  Activation a(node);
  return hardSigmoid(a, a.scalar("alpha", 0.2f), a.scalar("beta", 0.5f));
}

Value onnx_import::buildHardSwish(NodeBuilder &node) {
  Activation a(node);
  return mul(node, a.x, hardSigmoid(a, a.constant(1.0 / 6), a.constant(0.5)));
}

Value onnx_import::buildSwish(NodeBuilder &node) {
  Activation a(node);
  if (node.floatAttribute("alpha", 1) == 1.0f)
    return node.create<nn::SiluOp>({a.x});
  Value scaled = mul(node, a.x, a.scalar("alpha", 1));
  return mul(node, a.x, node.create<nn::SigmoidOp>({scaled}));
}

/// Multiplies the second operand by the Swish of the first.
Value onnx_import::buildSwiGLU(NodeBuilder &node) {
  return mul(node, buildSwish(node), node.operand(1));
}

Value onnx_import::buildElu(NodeBuilder &node) {
  Activation a(node);
  return a.where(nn::ComparePredicate::Less, a.constant(0),
                 a.expBelow(a.x, a.scalar("alpha", 1)), a.x);
}

Value onnx_import::buildSelu(NodeBuilder &node) {
  Activation a(node);
  // These are the defaults of ONNX.
  Value alpha = a.scalar("alpha", 1.67326319217681884765625f);
  Value below = a.expBelow(a.x, alpha);
  return mul(node, a.scalar("gamma", 1.05070102214813232421875f),
             a.where(nn::ComparePredicate::LessOrEqual, a.constant(0), below, a.x));
}

Value onnx_import::buildCelu(NodeBuilder &node) {
  Activation a(node);
  Value alpha = a.scalar("alpha", 1);
  Value below = a.expBelow(div(node, a.x, alpha), alpha);
  return add(node, a.positive(a.x), a.negative(below));
}

/// Computes log(1 + exp(x)), without overflow.
Value onnx_import::buildSoftplus(NodeBuilder &node) {
  Activation a(node);
  Value magnitude = a.node.create<nn::AbsOp>({a.x});
  Value small = a.node.create<nn::ExpOp>({a.node.create<nn::NegOp>({magnitude})});
  Value log = a.node.create<nn::LogOp>({add(a.node, small, a.constant(1))});
  return add(a.node, a.positive(a.x), log);
}

Value onnx_import::buildSoftsign(NodeBuilder &node) {
  Activation a(node);
  return div(node, a.x, add(node, node.create<nn::AbsOp>({a.x}), a.constant(1)));
}

Value onnx_import::buildShrink(NodeBuilder &node) {
  Activation a(node);
  float lambda = node.floatAttribute("lambd", 0.5f);
  Value bias = a.scalar("bias", 0);
  Value above = a.where(nn::ComparePredicate::Greater, a.constant(lambda),
                        sub(node, a.x, bias), a.constant(0));
  return a.where(nn::ComparePredicate::Less, a.constant(-lambda), add(node, a.x, bias),
                 above);
}

Value onnx_import::buildTan(NodeBuilder &node) {
  Value x = node.operand(0);
  return div(node, node.create<nn::SinOp>({x}), node.create<nn::CosOp>({x}));
}

//===----------------------------------------------------------------------===//
// Inverse and hyperbolic functions
//===----------------------------------------------------------------------===//

static Value root(NodeBuilder &node, Value x) { return node.create<nn::SqrtOp>({x}); }
static Value logarithm(NodeBuilder &node, Value x) { return node.create<nn::LogOp>({x}); }

/// Computes 2 atan(sqrt((1 - x) / (1 + x))), which is exact at both ends.
Value onnx_import::buildAcos(NodeBuilder &node) {
  Activation a(node);
  Value one = a.constant(1);
  Value ratio = div(node, sub(node, one, a.x), add(node, one, a.x));
  return mul(node, node.create<nn::AtanOp>({root(node, ratio)}), a.constant(2));
}

/// Computes atan(x / sqrt((1 - x) (1 + x))).
Value onnx_import::buildAsin(NodeBuilder &node) {
  Activation a(node);
  Value one = a.constant(1);
  Value square = mul(node, sub(node, one, a.x), add(node, one, a.x));
  return node.create<nn::AtanOp>({div(node, a.x, root(node, square))});
}

/// Computes log(x + y) for a y that is as good as x where x is large: log(x) + log(2),
/// since the sum might overflow.
static Value logarithmOfSum(const Activation &a, Value x, Value y) {
  constexpr double kLarge = 0x1p28;
  Value large = add(a.node, logarithm(a.node, x), a.constant(M_LN2));
  Value small = logarithm(a.node, add(a.node, x, y));
  Value isLarge = compare(a.node, nn::ComparePredicate::Less, a.constant(kLarge), x);
  return a.node.create<nn::WhereOp>({isLarge, large, small});
}

/// Computes log(x + sqrt(x - 1) sqrt(x + 1)).
Value onnx_import::buildAcosh(NodeBuilder &node) {
  Activation a(node);
  Value one = a.constant(1);
  Value below = root(node, sub(node, a.x, one)), above = root(node, add(node, a.x, one));
  return logarithmOfSum(a, a.x, mul(node, below, above));
}

/// Computes log(|x| + sqrt(x^2 + 1)), with the sign of x.
Value onnx_import::buildAsinh(NodeBuilder &node) {
  Activation a(node);
  Value magnitude = node.create<nn::AbsOp>({a.x});
  Value square = add(node, mul(node, a.x, a.x), a.constant(1));
  Value log = logarithmOfSum(a, magnitude, root(node, square));
  return a.where(nn::ComparePredicate::Less, a.constant(0), node.create<nn::NegOp>({log}),
                 log);
}

/// Computes log((1 + x) / (1 - x)) / 2.
Value onnx_import::buildAtanh(NodeBuilder &node) {
  Activation a(node);
  Value one = a.constant(1);
  Value ratio = div(node, add(node, one, a.x), sub(node, one, a.x));
  return mul(node, logarithm(node, ratio), a.constant(0.5));
}

/// Computes (exp(x) + exp(-x)) / 2, or the half of their difference, from the exponentials
/// of x/2 and -x/2: exp(x) overflows where its half does not.
static Value hyperbolic(NodeBuilder &node, bool isCosine) {
  Activation a(node);
  Value half = mul(node, a.x, a.constant(0.5));
  Value up = node.create<nn::ExpOp>({half});
  Value down = node.create<nn::ExpOp>({node.create<nn::NegOp>({half})});
  auto halved = [&](Value x) { return mul(node, x, a.constant(0.5)); };
  if (isCosine)
    return add(node, mul(node, halved(up), up), mul(node, halved(down), down));
  return mul(node, halved(sub(node, up, down)), add(node, up, down));
}

Value onnx_import::buildCosh(NodeBuilder &node) { return hyperbolic(node, true); }
Value onnx_import::buildSinh(NodeBuilder &node) { return hyperbolic(node, false); }
