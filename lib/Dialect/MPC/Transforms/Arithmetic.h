//===- Arithmetic.h - Fixed-point arithmetic on shares ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_MPC_TRANSFORMS_ARITHMETIC_H
#define TACIT_LIB_DIALECT_MPC_TRANSFORMS_ARITHMETIC_H

#include "mlir/IR/Builders.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/MPC/Transforms/OwnFunctions.h"

namespace tacit::mpc {

/// The bits of a ring beyond two fractions that a function needs: for constants up to 128,
/// and a sign.
inline constexpr int64_t kIntegerBits = 9;

/// Writes the arithmetic that replaces one function. The operations have the function's
/// location, and its site with its name. Products are truncated to the larger fraction of
/// their factors; a bit has fraction 0, so that a product with it needs no truncation.
class Arithmetic {
public:
  /// The protocol computes comparisons on bits if `hasBits`.
  explicit Arithmetic(mlir::Operation *function, bool hasBits = false);

  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs);
  mlir::Value add(mlir::Value x, double number);
  mlir::Value neg(mlir::Value x);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  mlir::Value square(mlir::Value x);
  /// Returns x * factor, which is local.
  mlir::Value scale(mlir::Value x, double factor);
  /// Multiplies x by public zeros and ones.
  mlir::Value mask(mlir::Value x, mlir::Value keep);
  mlir::Value sum(mlir::Value x, int64_t axis);
  /// Returns `factor` times the mean.
  mlir::Value mean(mlir::Value x, int64_t axis, double factor = 1);
  mlir::Value max(mlir::Value x, int64_t axis);
  mlir::Value exp(mlir::Value x);
  mlir::Value reciprocal(mlir::Value x);
  mlir::Value rsqrt(mlir::Value x, int64_t steps);

  /// Bits: x < 0, 1 - bit, 1 - 2 bit, and the bit as a number with a fraction.
  mlir::Value isNegative(mlir::Value x);
  mlir::Value flip(mlir::Value bit);
  mlir::Value signOf(mlir::Value bit);
  mlir::Value lift(mlir::Value bit);

  //===--------------------------------------------------------------------===//
  // Products that are not truncated, for functions that choose their own fractions
  //===--------------------------------------------------------------------===//

  mlir::Value product(mlir::Value lhs, mlir::Value rhs);
  mlir::Value squareOf(mlir::Value x);
  /// Returns x * factor, for a public factor of `bits` bits of fraction.
  mlir::Value scaleBy(mlir::Value x, double factor, int64_t bits);
  /// Returns x * 2^-exponent: the same words, with a larger fraction.
  mlir::Value shift(mlir::Value x, int64_t exponent);
  /// Returns x with a larger fraction.
  mlir::Value raise(mlir::Value x, int64_t fraction);
  mlir::Value truncate(mlir::Value x, int64_t fraction);
  /// Returns x with a fraction that is at most `fraction`.
  mlir::Value limitFraction(mlir::Value x, int64_t fraction);
  mlir::Value slice(mlir::Value x, int64_t axis, int64_t from, int64_t to);
  mlir::Value concat(mlir::ValueRange values, int64_t axis);
  mlir::Value expand(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  /// See mpc.pack and mpc.unpack.
  mlir::Value pack(mlir::Value x, llvm::ArrayRef<int64_t> begins,
                   llvm::ArrayRef<int64_t> ends);
  mlir::Value unpack(mlir::Value x, llvm::ArrayRef<int64_t> begins,
                     llvm::ArrayRef<int64_t> ends, int64_t columns);

  /// Returns x plus each of the numbers, which are a new first dimension.
  mlir::Value addEach(mlir::Value x, llvm::ArrayRef<double> numbers);
  /// Returns the sum over the first dimension, which is dropped, of x times a number, with
  /// `bits` bits of fraction.
  mlir::Value sumOfEach(mlir::Value x, llvm::ArrayRef<double> numbers, int64_t bits);

  /// Returns element `i` of the first dimension, which is dropped.
  mlir::Value row(mlir::Value x, int64_t i);

  static int64_t fractionOf(mlir::Value x) {
    return mlir::cast<ShareType>(x.getType()).getFraction();
  }
  int64_t getFraction() const { return type.getFraction(); }
  int64_t integerBits() const { return type.getWidth() - type.getFraction(); }
  /// Returns the number of operations written so far.
  int64_t count() const { return written; }

private:
  template <typename OpT, typename... Args>
  mlir::Value write(Args &&...args);
  mlir::Value publicNumber(double number);
  mlir::Value publicNumbers(llvm::ArrayRef<double> numbers, llvm::ArrayRef<int64_t> shape);
  mlir::Value mulPublic(mlir::Value x, mlir::Value factor, int64_t bits);
  int64_t bitsFor(double factor) const;

  mlir::OpBuilder builder;
  mlir::Location loc;
  SiteAttr site;
  std::string name; ///< of the site, or ""
  /// The type of the function's result.
  ShareType type;
  bool hasBits;
  int64_t written = 0;
};

/// The parameters of the approximations that a recipe prescribes.
struct Functions {
  /// Beyond +-bound the series of GELU is replaced by x or 0. A bound of 0 means that it is
  /// used everywhere.
  double geluBound = 0;
  int64_t rsqrtSteps = 3;
  /// Norms are computed as scale * x / sqrt(scale^2 variance).
  double normScale = 1;
};

/// Each of these computes one family of functions, for an input of the function's type.
mlir::Value emitRelu(Arithmetic &a, mlir::Value x);
mlir::Value emitSigmoid(Arithmetic &a, mlir::Value x);
mlir::Value emitTanh(Arithmetic &a, mlir::Value x);
mlir::Value emitSilu(Arithmetic &a, mlir::Value x);
mlir::Value emitGelu(Arithmetic &a, GeluKind kind, mlir::Value x, const Functions &f);
mlir::Value emitSoftmax(Arithmetic &a, mlir::Value x, mlir::Value keep, int64_t axis);
mlir::Value emitLayerNorm(Arithmetic &a, mlir::Value x, double epsilon, const Functions &f);
mlir::Value emitRMSNorm(Arithmetic &a, mlir::Value x, double epsilon, const Functions &f);

/// A polynomial in t = factor x, without a constant, of degree 4 or 8. |t| is at most 1,
/// and the factor has `factorBits` bits of fraction.
struct Polynomial {
  double factor;
  int64_t factorBits;
  llvm::ArrayRef<double> coefficients;
};

/// Returns the polynomial plus a constant, if |polynomial + constant| is below 2. All
/// products are of two powers, so that the sum is truncated once.
mlir::Value emitPolynomial(Arithmetic &a, const Polynomial &polynomial, mlir::Value x,
                           int64_t fraction, double constant = 0);

/// The functions of the suite tacit: each takes the range of its input into account, and
/// chooses the fractions of what is in between.
mlir::Value emitOwnSoftmax(Arithmetic &a, mlir::Value x, mlir::Value keep, int64_t axis);
/// For x up to 0, as functions that are made of exponentials have it, and for any x.
mlir::Value emitOwnExp(Arithmetic &a, mlir::Value x);
mlir::Value emitOwnExpOfAny(Arithmetic &a, mlir::Value x);
mlir::Value emitOwnReciprocal(Arithmetic &a, mlir::Value x, int64_t lowest,
                              int64_t highest);
mlir::Value emitOwnRsqrt(Arithmetic &a, mlir::Value x);
mlir::Value emitOwnMax(Arithmetic &a, mlir::Value x, int64_t axis);
mlir::Value emitOwnLayerNorm(Arithmetic &a, mlir::Value x, double epsilon);
mlir::Value emitOwnRMSNorm(Arithmetic &a, mlir::Value x, double epsilon);

/// These are within kActivationError of the function's own definition for every x, besides
/// two units of the fraction; SiLU within kSiluError, and kinds of GELU that consist of
/// pieces within twice that of their polynomials.
mlir::Value emitOwnGelu(Arithmetic &a, GeluKind kind, mlir::Value x);
mlir::Value emitOwnSilu(Arithmetic &a, mlir::Value x);
mlir::Value emitOwnSigmoid(Arithmetic &a, mlir::Value x);
mlir::Value emitOwnTanh(Arithmetic &a, mlir::Value x);

} // namespace tacit::mpc

#endif // TACIT_LIB_DIALECT_MPC_TRANSFORMS_ARITHMETIC_H
