//===- Multiplier.cpp - Products by integer addition ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Numerics/Multiplier.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/bit.h"
#include <algorithm>

using namespace tacit::numerics;

#include "tacit/Numerics/MultiplierEnums.cpp.inc"

namespace tacit {
#define GET_MultiplierKindWords_IMPL
#define GET_ZeroPolicyWords_IMPL
#define GET_OverflowPolicyWords_IMPL
#include "tacit/Numerics/MultiplierWords.inc"

template <>
llvm::ArrayRef<Word<MultiplierKind>> words<MultiplierKind>() {
  return MultiplierKindWords;
}
template <>
llvm::ArrayRef<Word<ZeroPolicy>> words<ZeroPolicy>() {
  return ZeroPolicyWords;
}
template <>
llvm::ArrayRef<Word<OverflowPolicy>> words<OverflowPolicy>() {
  return OverflowPolicyWords;
}
} // namespace tacit

/// The number of bits in the mantissa of a float.
static constexpr unsigned kMantissaBits = 23;

Product tacit::numerics::lmul(unsigned mantissa) {
  // Returns the best power of two to compensate for the average loss by truncation to k
  // bits and by the carry.
  unsigned exponent = mantissa <= 3 ? mantissa : mantissa == 4 ? 3 : 4;
  Product product;
  product.offset = kOneBits - (1u << (kMantissaBits - exponent));
  product.mask = ~((1u << (kMantissaBits - mantissa)) - 1);
  return product;
}

Product tacit::numerics::pam(float alpha) {
  Product product;
  product.offset = kOneBits - (llvm::bit_cast<uint32_t>(alpha) - kOneBits);
  return product;
}

Product tacit::numerics::powerOfTwo() { return {}; }

float tacit::numerics::multiply(const Product &product, float lhs, float rhs) {
  auto left = llvm::bit_cast<uint32_t>(lhs), right = llvm::bit_cast<uint32_t>(rhs);
  bool overflows = product.overflow == OverflowPolicy::Infinity;
  if (overflows &&
      ((left & kInfinityBits) == kInfinityBits || (right & kInfinityBits) == kInfinityBits))
    return lhs * rhs;
  left &= product.mask;
  right &= product.mask;
  uint32_t sign = (left ^ right) & kSignBit;
  uint32_t x = left & ~kSignBit, y = right & ~kSignBit;
  if (product.zero == ZeroPolicy::Lift) {
    x = std::max(x, kLiftBits);
    y = std::max(y, kLiftBits);
  }
  uint32_t sum = x + y;
  if (product.zero == ZeroPolicy::Exact &&
      (x < kNormalBits || y < kNormalBits || sum < product.offset + kNormalBits))
    return llvm::bit_cast<float>(sign);
  if (overflows && sum >= product.offset + kInfinityBits)
    return llvm::bit_cast<float>(sign | kInfinityBits);
  return llvm::bit_cast<float>(sign ^ (sum - product.offset));
}
