//===- FixedPoint.h - Ring arithmetic on scalars ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_MPCTOLINALG_FIXEDPOINT_H
#define TACIT_LIB_CONVERSION_MPCTOLINALG_FIXEDPOINT_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tacit/Dialect/MPC/IR/MPC.h"

namespace tacit {

/// Builds arithmetic modulo 2^width on i64 scalars, each of which holds its number as a
/// signed one, from -2^(width-1) to 2^(width-1) - 1. The width is at most 64.
class FixedPoint {
public:
  FixedPoint(mlir::OpBuilder &builder, mlir::Location loc, mpc::ShareType type)
      : b(builder), loc(loc), width(type.getWidth()), fraction(type.getFraction()) {}

  /// From this call on, `wraps` counts the sums and products that leave the ring.
  void countWraps() { wraps = integer(0); }
  mlir::Value getWraps() const { return wraps; }

  /// From this call on, truncations are those of two parties, each of which shifts its
  /// share. The shares follow from `counter`, a word that no other element begins with.
  void truncateShares(mlir::Value counter) { random = counter; }
  /// From this call on, counts the truncations that fail, or how many do on average.
  void countFailed() { failed = integer(0); }
  void countExpected();
  mlir::Value getFailed() const { return failed; }
  mlir::Value getExpected() const { return expected; }

  /// Return a number of the ring, and `number` with the fraction of the type.
  mlir::Value integer(int64_t value);
  mlir::Value number(double number);

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value subtract(mlir::Value x, mlir::Value y);
  mlir::Value multiply(mlir::Value x, mlir::Value y);
  /// Return the sign of a number as an i1, and a number that is one or zero.
  mlir::Value isNegative(mlir::Value x);
  mlir::Value fromBit(mlir::Value bit);
  /// Drops the lowest `bits`, which rounds down.
  mlir::Value shiftRight(mlir::Value x, int64_t bits);
  /// Reduces the fraction by `bits`, as the parties do.
  mlir::Value truncate(mlir::Value x, int64_t bits);
  /// Returns the product of two numbers of the type, truncated back to it.
  mlir::Value product(mlir::Value x, mlir::Value y);

  /// Rounds an f32 to the nearest multiple of 2^-bits, ties to even; saturates at the ends
  /// of the ring.
  mlir::Value encode(mlir::Value real, int64_t bits);
  /// Converts back to f32.
  mlir::Value decode(mlir::Value x);

  /// Computes (1 + x / 256)^256, by eight squarings.
  mlir::Value exp(mlir::Value x);
  /// Performs ten Newton steps from 3 exp(1 - 2 x) + 0.003, as CrypTen does.
  mlir::Value reciprocal(mlir::Value x);
  /// Performs `steps` Newton steps from 2.2 exp(-(x/2 + 0.2)) + 0.2 - x/1024.
  mlir::Value rsqrt(mlir::Value x, int64_t steps);

private:
  /// Reduces an i64 to the ring.
  mlir::Value wrap(mlir::Value x);
  /// Draws a number of the ring.
  mlir::Value draw();
  /// Drops the lowest `bits`, which rounds towards zero.
  mlir::Value dropBits(mlir::Value x, int64_t bits);
  /// Counts whether the difference of two numbers, `difference`, is outside the ring.
  void countFailure(mlir::Value x, mlir::Value y, mlir::Value difference);
  /// Computes `Op` on integers; `FloatOp` is the same on doubles, to detect whether it
  /// wraps.
  template <typename Op, typename FloatOp>
  mlir::Value compute(mlir::Value x, mlir::Value y);

  mlir::OpBuilder &b;
  mlir::Location loc;
  int64_t width, fraction;
  /// Null if nobody asks for the count.
  mlir::Value wraps, failed, expected;
  /// The state of the generator; null if truncations are exact.
  mlir::Value random;
};

/// Returns the word at which the generator of an operation begins, from the seed of the run
/// and the number of the operation. Shares drawn from an even seed do not fail.
mlir::Value buildStream(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value seed,
                        int64_t number);
/// Returns where the generator of element `index` begins.
mlir::Value buildCounter(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value stream,
                         mlir::Value index);

/// Returns 1 if a double is outside the ring, otherwise 0, as an i64.
mlir::Value buildIsOutside(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value number,
                           int64_t width);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_MPCTOLINALG_FIXEDPOINT_H
