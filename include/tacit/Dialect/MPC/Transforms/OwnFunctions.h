//===- OwnFunctions.h - How exact the functions of tacit are ----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_TRANSFORMS_OWNFUNCTIONS_H
#define TACIT_DIALECT_MPC_TRANSFORMS_OWNFUNCTIONS_H

#include "mlir/IR/Operation.h"
#include <optional>

namespace tacit::mpc {

/// What mpc-expand with recipe=tacit computes for an activation is within kActivationError
/// of the function's own definition for every number, besides two units of the fraction;
/// SiLU within kSiluError.
inline constexpr double kActivationError = 1e-3, kSiluError = 1.2e-3;

/// Returns that bound; nothing for an operation that is no activation, and for the kinds of
/// GELU that consist of pieces, which are what they say.
std::optional<double> errorOfOwnFunction(mlir::Operation *op);

} // namespace tacit::mpc

#endif // TACIT_DIALECT_MPC_TRANSFORMS_OWNFUNCTIONS_H
