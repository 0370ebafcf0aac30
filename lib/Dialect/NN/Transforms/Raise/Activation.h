//===- Activation.h - Finding activation functions --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_ACTIVATION_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_ACTIVATION_H

#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Dialect/NN/Utils/Polynomial.h"

namespace tacit::nn {

/// Describes result(x, F(argument(x))) for a function F such as tanh.
struct ActivationForm {
  Polynomial argument; ///< in x
  Polynomial result;   ///< in x and T = F(argument)
  /// The argument alone identifies the function: if the result is then not as expected, it
  /// is a near miss and not just another use of F.
  bool isDistinctive;
  /// With another factor in the argument it is another known function, not a near miss.
  bool hasSiblings = false;
  /// Coefficients of the argument that differ by no more, relative to those expected, are
  /// the model's own for the same function.
  double tolerance = 0;
};

/// Constants that were shortened differ by less: 0.8 for sqrt(2/pi), 1.41 for sqrt(2).
constexpr double kShortenedConstants = 0.01;

struct ActivationSite {
  mlir::Value input;
  mlir::Operation *root; ///< computes the result
  /// The argument of the function as the model has it, if it is not as expected.
  std::optional<Polynomial> ownArgument;
};

/// Looks around `function`, an operation of one operand, for `form`. The near miss is
/// reported; reporting the site is left to the caller.
mlir::FailureOr<ActivationSite> findActivation(mlir::Operation *function,
                                               const ActivationForm &form,
                                               mlir::PatternRewriter &rewriter);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_ACTIVATION_H
