//===- Multiply.cpp - Products by a multiplier ----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The steps are those of numerics::multiply, which is the definition. In vector code,
// values that depend on one operand only are computed once for all products with it.
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tacit/Numerics/Multiplier.h"

using namespace mlir;
using namespace tacit;

static numerics::Product productOf(nn::MultiplierAttr multiplier) {
  numerics::Product product;
  switch (multiplier.getKind()) {
  case nn::MultiplierKind::LMul:
    product = numerics::lmul(multiplier.getMantissa());
    break;
  case nn::MultiplierKind::Pam:
    product = numerics::pam(multiplier.getAlphaValue());
    break;
  case nn::MultiplierKind::Exact: // never reached: it does not add bit patterns
  case nn::MultiplierKind::ShiftAdd:
    product = numerics::powerOfTwo();
    break;
  }
  product.zero = multiplier.getZero();
  product.overflow = multiplier.getOverflow();
  return product;
}

namespace {
/// Builds integer arithmetic on the bits of f32 scalars.
struct Bits {
  OpBuilder &b;
  Location loc;

  Value constant(uint32_t value) {
    return arith::ConstantOp::create(b, loc,
                                     b.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  Value of(Value number) {
    return arith::BitcastOp::create(b, loc, b.getI32Type(), number);
  }
  Value keep(Value x, uint32_t mask) {
    return mask == ~uint32_t(0)
               ? x
               : arith::AndIOp::create(b, loc, x, constant(mask)).getResult();
  }
  Value isBelow(Value x, uint32_t bound) {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, x, constant(bound));
  }
  Value either(Value x, Value y) { return arith::OrIOp::create(b, loc, x, y); }
};
} // namespace

Value tacit::buildProduct(OpBuilder &b, Location loc, nn::MultiplierAttr multiplier,
                          Value lhs, Value rhs) {
  if (!multiplier || multiplier.getKind() == nn::MultiplierKind::Exact)
    return arith::MulFOp::create(b, loc, lhs, rhs);
  numerics::Product product = productOf(multiplier);
  bool isZeroExact = product.zero == numerics::ZeroPolicy::Exact;
  bool isBounded = product.overflow == numerics::OverflowPolicy::Infinity;
  constexpr uint32_t kMagnitude = ~numerics::kSignBit;
  Bits bits{b, loc};

  Value wholeX = bits.of(lhs), wholeY = bits.of(rhs);
  Value maskedX = bits.keep(wholeX, product.mask),
        maskedY = bits.keep(wholeY, product.mask);
  Value x = bits.keep(maskedX, kMagnitude), y = bits.keep(maskedY, kMagnitude);
  Value sign = bits.keep(arith::XOrIOp::create(b, loc, wholeX, wholeY), numerics::kSignBit);
  Value tooSmall;
  if (isZeroExact)
    tooSmall = bits.either(bits.isBelow(x, numerics::kNormalBits),
                           bits.isBelow(y, numerics::kNormalBits));
  if (product.zero == numerics::ZeroPolicy::Lift) {
    x = arith::MaxUIOp::create(b, loc, x, bits.constant(numerics::kLiftBits));
    y = arith::MaxUIOp::create(b, loc, y, bits.constant(numerics::kLiftBits));
  }
  Value sum = arith::AddIOp::create(b, loc, x, y);
  if (isZeroExact)
    tooSmall =
        bits.either(tooSmall, bits.isBelow(sum, product.offset + numerics::kNormalBits));
  if (isBounded)
    sum = arith::MinUIOp::create(b, loc, sum,
                                 bits.constant(product.offset + numerics::kInfinityBits));
  Value magnitude = arith::SubIOp::create(b, loc, sum, bits.constant(product.offset));
  if (isZeroExact)
    magnitude = arith::SelectOp::create(b, loc, tooSmall, bits.constant(0), magnitude);
  Value word = arith::XOrIOp::create(b, loc, sign, magnitude);
  Value result = arith::BitcastOp::create(b, loc, b.getF32Type(), word);
  if (!isBounded)
    return result;
  // Infinite operands and NaN multiply as in IEEE 754.
  Value isFinite = arith::AndIOp::create(
      b, loc, bits.isBelow(bits.keep(wholeX, kMagnitude), numerics::kInfinityBits),
      bits.isBelow(bits.keep(wholeY, kMagnitude), numerics::kInfinityBits));
  Value exact = arith::MulFOp::create(b, loc, lhs, rhs);
  return arith::SelectOp::create(b, loc, isFinite, result, exact);
}
