//===- Evaluator.h - Evaluates nn and mpc programs --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// This is the oracle of the tests: each operation is computed from its definition, element
// by element, by code that shares nothing with folding, lowering or the code generator.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REFERENCE_EVALUATOR_H
#define TACIT_REFERENCE_EVALUATOR_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Reference/Tensor.h"

namespace tacit::reference {

/// The precision to which floats are rounded.
enum class Precision {
  Double, ///< to double precision, whatever their type says
  Element ///< to the element type, after each operation
};

/// Evaluates a function of nn and mpc operations. The secrets of mpc are exact integers
/// modulo 2^width, of at most 64 bits; they are passed and returned as integers. An error
/// names the operation and its location. No program that verifies crashes the interpreter.
llvm::Expected<std::vector<Tensor>> evaluate(mlir::func::FuncOp function,
                                             llvm::ArrayRef<Tensor> inputs,
                                             Precision precision = Precision::Double);

/// Returns the type of the elements that represent a value of `type`, a tensor or a secret.
/// Null if the interpreter cannot represent values of this type.
mlir::Type elementTypeOf(mlir::Type type);
/// Returns its dimensions.
Shape shapeOf(mlir::Type type);

} // namespace tacit::reference

#endif // TACIT_REFERENCE_EVALUATOR_H
