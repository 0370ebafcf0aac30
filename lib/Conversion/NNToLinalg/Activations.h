//===- Activations.h - GELU in polynomial pieces ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_NNTOLINALG_ACTIVATIONS_H
#define TACIT_LIB_CONVERSION_NNTOLINALG_ACTIVATIONS_H

#include "mlir/IR/Builders.h"
#include "tacit/Dialect/NN/IR/NN.h"

namespace tacit {

/// A kind of GELU that consists of polynomial pieces, for a scalar float `x`. Null for
/// the kinds that do not.
mlir::Value emitGeluPieces(mlir::OpBuilder &builder, mlir::Location loc, nn::GeluKind kind,
                           mlir::Value x);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_NNTOLINALG_ACTIVATIONS_H
