//===- Exact.cpp - Byte counts without overflow ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exact.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/APInt.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace tacit::cost {

/// The type has room for eight factors of 63 bits, and for one more in the rounding.
static constexpr unsigned kBits = 576;

llvm::Error tooLarge() {
  return fail(ErrorKind::Unsupported, {"pin smaller dimensions", Setting::Dimensions},
              "the program is too large for its bytes to be counted: more than 2^63");
}

static APInt productOf(ArrayRef<int64_t> factors) {
  APInt product(kBits, 1);
  for (int64_t factor : factors)
    product *= APInt(kBits, factor);
  return product;
}

Expected<int64_t> exactRatio(ArrayRef<int64_t> numerators, ArrayRef<int64_t> denominators) {
  APInt numerator = productOf(numerators), denominator = productOf(denominators);
  if (numerator.isZero())
    return 0;
  if (denominator.isZero())
    return tooLarge();
  APInt rounded = (numerator + denominator.lshr(1)).udiv(denominator);
  if (rounded.getActiveBits() > 63)
    return tooLarge();
  return rounded.getZExtValue();
}

Expected<int64_t> exactSum(ArrayRef<int64_t> numbers) {
  int64_t sum = 0;
  for (int64_t number : numbers)
    if (AddOverflow(sum, number, sum))
      return tooLarge();
  return sum;
}

} // namespace tacit::cost
