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
};

struct ActivationSite {
  mlir::Value input;
  mlir::Operation *root; ///< computes the result
};

/// Looks around `function`, an operation of one operand, for `form`. The near miss is
/// reported; reporting the site is left to the caller.
mlir::FailureOr<ActivationSite> findActivation(mlir::Operation *function,
                                               const ActivationForm &form,
                                               mlir::PatternRewriter &rewriter);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_ACTIVATION_H
