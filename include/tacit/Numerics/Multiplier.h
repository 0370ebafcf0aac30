//===- Multiplier.h - Products by integer addition --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A positive float 2^e (1 + m), read as an integer, is 2^23 (e + 127 + m): nearly
// its logarithm. So the sum of two such integers, less the bias that is then in it
// twice, is nearly the product: 2^(ex + ey) (1 + mx + my) where mx + my < 1, and
// 2^(ex + ey + 1) (mx + my) where the mantissas carry into the exponent (Mitchell
// 1962). The multipliers of Tacit are this one addition with different offsets:
//
// - L-Mul (arXiv 2410.00907) adds 2^-l to the mantissas and reads the first k bits
//   of each;
// - PAM (arXiv 2012.03458 and 2305.17190) scales the result by a constant alpha,
//   which is one more term of the sum;
// - by a power of two (mantissa 0) the addition is the exact product: with weights
//   that are sums of signed powers of two it is the shift of shift-add.
//
// This is the scalar reference: compiled code equals it bit for bit.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_MULTIPLIER_H
#define TACIT_NUMERICS_MULTIPLIER_H

#include "tacit/Support/Words.h"
#include <cstdint>

// MultiplierKind, ZeroPolicy and OverflowPolicy, which Multiplier.td documents.
#include "tacit/Numerics/MultiplierEnums.h.inc"

namespace tacit {
template <>
llvm::ArrayRef<Word<numerics::MultiplierKind>> words<numerics::MultiplierKind>();
template <>
llvm::ArrayRef<Word<numerics::ZeroPolicy>> words<numerics::ZeroPolicy>();
template <>
llvm::ArrayRef<Word<numerics::OverflowPolicy>> words<numerics::OverflowPolicy>();
} // namespace tacit

namespace tacit::numerics {

/// The bits of 1.0: the exponent bias in the exponent field.
inline constexpr uint32_t kOneBits = 0x3F800000;
/// The smallest normal number, 2^-126: anything below it is zero or denormal.
inline constexpr uint32_t kNormalBits = 0x00800000;
inline constexpr uint32_t kInfinityBits = 0x7F800000;
inline constexpr uint32_t kSignBit = 0x80000000;
/// 2^-62, to which ZeroPolicy::Lift lifts: the product of two such numbers is a normal
/// number with every offset, and too small to change a sum that matters.
inline constexpr uint32_t kLiftBits = 0x20800000;

/// A multiplier: the bits of a product are the sum of those of its operands, masked, minus
/// the offset.
struct Product {
  /// Subtracted from the sum: kOneBits minus what the multiplier adds.
  uint32_t offset = kOneBits;
  /// The bits of each operand that are read; always sign and exponent.
  uint32_t mask = 0xFFFFFFFF;
  ZeroPolicy zero = ZeroPolicy::Exact;
  OverflowPolicy overflow = OverflowPolicy::Infinity;
};

/// Returns L-Mul reading the first `mantissa` (1 to 23) bits of each mantissa. It adds 2^-l
/// with l = k up to 3 bits, 3 for 4 bits, and 4 above (arXiv 2410.00907, section 2.1). Note
/// that lmul(x, 1) != x: for powers of two use `powerOfTwo`.
Product lmul(unsigned mantissa);

/// Returns PAM scaled by `alpha`, in [1, 2): 1 is the plain piecewise affine product, which
/// is 3.8 % too small on average; 1.0552 nearly compensates for that.
Product pam(float alpha);

/// Returns the product with a power of two: exact unless a policy interferes.
Product powerOfTwo();

/// The product, bit by bit:
///
/// 1. OverflowPolicy::Infinity: if an operand is infinite or NaN, the IEEE product.
/// 2. X = bits(lhs) & mask, Y = bits(rhs) & mask; the sign is that of X ^ Y; x and y
///    are the other 31 bits.
/// 3. ZeroPolicy::Lift: x = max(x, kLiftBits), y = max(y, kLiftBits).
/// 4. s = x + y, which fits 32 bits.
/// 5. ZeroPolicy::Exact: if x or y is below kNormalBits, or s below
///    offset + kNormalBits, the result is a zero with the sign.
/// 6. OverflowPolicy::Infinity: if s is offset + kInfinityBits or more, the result is
///    infinite with the sign.
/// 7. The result has the bits sign ^ (s - offset), modulo 2^32.
float multiply(const Product &product, float lhs, float rhs);

} // namespace tacit::numerics

#endif // TACIT_NUMERICS_MULTIPLIER_H
