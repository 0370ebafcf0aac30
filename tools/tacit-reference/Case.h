//===- Case.h - One function of a test of meaning ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_REFERENCE_CASE_H
#define TACIT_TOOLS_TACIT_REFERENCE_CASE_H

#include "tacit/Reference/Evaluator.h"

namespace tacit::reference {

/// A function and the values of its arguments, which are stated by attributes of the
/// arguments:
///
///   test.value = dense<...>       this constant; of a secret, integers of 64 bits
///   test.uniform = [LOW, HIGH]    drawn uniformly, including the bounds for integers
///   test.normal = [MEAN, SIGMA]   drawn from a normal distribution
///   test.ramp = [FIRST, STEP]     FIRST, FIRST + STEP, and so on
///   test.weight                   an nn.constant in place of the argument
///
/// Without an attribute floats are drawn from the standard normal distribution, and
/// integers and booleans from 0 and 1.
struct Case {
  mlir::func::FuncOp function;
  std::vector<Tensor> inputs;

  /// Draws the values, and turns weights into constants of the function.
  static llvm::Expected<Case> make(mlir::func::FuncOp function, uint64_t seed);

  /// Returns the function alone in a module of its own, under another name.
  mlir::OwningOpRef<mlir::ModuleOp> extract(llvm::StringRef name) const;
};

/// True if an argument has free dimensions, and no value that determines them.
bool hasUnknownShape(mlir::func::FuncOp function);

/// True if the function computes with secrets.
bool usesSecrets(mlir::func::FuncOp function);

} // namespace tacit::reference

#endif // TACIT_TOOLS_TACIT_REFERENCE_CASE_H
