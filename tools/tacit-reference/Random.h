//===- Random.h - Programs drawn by lot -------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_REFERENCE_RANDOM_H
#define TACIT_TOOLS_TACIT_REFERENCE_RANDOM_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tacit::reference {

/// A function of nn operations on small tensors, the same on every machine. Which
/// operations, shapes and constants it has follows from its number. Every value is finite
/// and known well: rounding after each operation changes it by less than a comparison
/// allows. With `forSecrets` the conversion to mpc takes every operation.
///
/// Shapes and operands are drawn so that an operation verifies; whether it is taken is
/// then asked of the reference, and of the conversion, and not written down here.
mlir::OwningOpRef<mlir::ModuleOp> makeRandomProgram(mlir::MLIRContext *context,
                                                    uint64_t number, bool forSecrets);

} // namespace tacit::reference

#endif // TACIT_TOOLS_TACIT_REFERENCE_RANDOM_H
