//===- Ring.h - Fixed-point arithmetic modulo 2^width -----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_REFERENCE_RING_H
#define TACIT_LIB_REFERENCE_RING_H

#include "tacit/Dialect/MPC/IR/MPC.h"

namespace tacit::reference {

/// Numbers of one type of secrets, in the clear. A number is an integer from -2^(width - 1)
/// to 2^(width - 1) - 1, which represents its class modulo 2^width and counts units of
/// 2^-fraction. Widths are at most 64.
class Ring {
public:
  explicit Ring(mpc::ShareType type)
      : width(type.getWidth()), fraction(type.getFraction()) {}

  /// Returns the multiple of 2^-bits that is nearest to `x`, and the upper one of a tie;
  /// saturates at the ends of the ring, and gives the lower end for NaN.
  int64_t encode(double x, int64_t bits) const;
  int64_t encode(double x) const { return encode(x, fraction); }
  double decode(int64_t x) const;

  int64_t wrap(uint64_t x) const;
  int64_t add(int64_t x, int64_t y) const { return wrap(uint64_t(x) + uint64_t(y)); }
  int64_t subtract(int64_t x, int64_t y) const { return wrap(uint64_t(x) - uint64_t(y)); }
  /// The product has twice the fraction.
  int64_t multiply(int64_t x, int64_t y) const { return wrap(uint64_t(x) * uint64_t(y)); }
  /// Returns the product of two numbers of the type, truncated to its fraction.
  int64_t product(int64_t x, int64_t y) const { return truncate(multiply(x, y), fraction); }
  /// Drops the lowest bits, which rounds down.
  static int64_t truncate(int64_t x, int64_t bits);

  /// Computes (1 + x / 256)^256, by eight squarings.
  int64_t exp(int64_t x) const;
  /// Performs ten steps of Newton's method from 3 exp(1 - 2 x) + 0.003.
  int64_t reciprocal(int64_t x) const;
  /// Performs steps of Newton's method from 2.2 exp(-(x / 2 + 0.2)) + 0.2 - x / 1024.
  int64_t rsqrt(int64_t x, int64_t steps) const;

private:
  int64_t width, fraction;
};

inline Ring ringOf(mlir::Value secret) {
  return Ring(llvm::cast<mpc::ShareType>(secret.getType()));
}

} // namespace tacit::reference

#endif // TACIT_LIB_REFERENCE_RING_H
