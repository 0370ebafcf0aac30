//===- Ring.cpp - Fixed-point arithmetic modulo 2^width -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ring.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace tacit::reference;

int64_t Ring::wrap(uint64_t x) const {
  return width < 64 ? llvm::SignExtend64(x, width) : static_cast<int64_t>(x);
}

int64_t Ring::encode(double x, int64_t bits) const {
  double units = std::floor(std::ldexp(x, bits) + 0.5);
  int64_t highest = llvm::maskTrailingOnes<uint64_t>(width - 1);
  if (units >= std::ldexp(1.0, width - 1))
    return highest;
  // NaN is not above anything.
  return units >= -std::ldexp(1.0, width - 1) ? static_cast<int64_t>(units) : ~highest;
}

double Ring::decode(int64_t x) const { return std::ldexp(double(x), -fraction); }

int64_t Ring::truncate(int64_t x, int64_t bits) {
  // This is an arithmetic shift also for negative numbers, in every compiler that we
  // support.
  return x >> std::min<int64_t>(bits, 63);
}

//===----------------------------------------------------------------------===//
// Functions that are not expanded, as CrypTen computes them
//===----------------------------------------------------------------------===//

int64_t Ring::exp(int64_t x) const {
  int64_t power = add(encode(1), truncate(x, 8));
  for (int i = 0; i < 8; ++i)
    power = product(power, power);
  return power;
}

int64_t Ring::reciprocal(int64_t x) const {
  int64_t start = exp(subtract(encode(1), add(x, x)));
  int64_t y = add(multiply(3, start), encode(0.003));
  for (int i = 0; i < 10; ++i)
    y = subtract(add(y, y), product(product(y, y), x));
  return y;
}

int64_t Ring::rsqrt(int64_t x, int64_t steps) const {
  int64_t start = exp(subtract(0, add(truncate(x, 1), encode(0.2))));
  int64_t y = add(product(start, encode(2.2)), encode(0.2));
  y = subtract(y, truncate(x, 10));
  for (int64_t i = 0; i < steps; ++i) {
    int64_t rest = subtract(encode(3), product(x, product(y, y)));
    y = truncate(product(y, rest), 1);
  }
  return y;
}
