//===- Movement.h - Movement of elements, for nn and for mpc ----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_REFERENCE_MOVEMENT_H
#define TACIT_LIB_REFERENCE_MOVEMENT_H

#include "OpTable.h"

namespace tacit::reference {

/// Returns the part of each dimension from its start (included) to its end (excluded), in
/// steps. With a negative step the end may be -1: up to the first element.
llvm::Expected<Tensor> slice(mlir::Operation *op, const Tensor &input,
                             llvm::ArrayRef<int64_t> starts, llvm::ArrayRef<int64_t> ends,
                             llvm::ArrayRef<int64_t> steps);

/// Permutes dimensions: dimension i of the result is dimension permutation[i] of the input.
llvm::Expected<Tensor> transpose(mlir::Operation *op, const Tensor &input,
                                 llvm::ArrayRef<int64_t> permutation);

/// Broadcasts the input and the shape against each other.
llvm::Expected<Tensor> expand(mlir::Operation *op, const Tensor &input, Shape shape);

llvm::Expected<Tensor> concat(mlir::Operation *op, Operands inputs, int64_t axis);

llvm::Expected<Tensor> reshape(mlir::Operation *op, const Tensor &input, Shape shape);

} // namespace tacit::reference

#endif // TACIT_LIB_REFERENCE_MOVEMENT_H
