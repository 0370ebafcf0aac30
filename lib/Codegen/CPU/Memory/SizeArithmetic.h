//===- SizeArithmetic.h - Sizes that follow from free dimensions -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CODEGEN_CPU_MEMORY_SIZEARITHMETIC_H
#define TACIT_LIB_CODEGEN_CPU_MEMORY_SIZEARITHMETIC_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace tacit::cpu {

/// The last arguments of @main are the sizes of its free dimensions, in the order of
/// the interface: how many. 0 where every size is known.
unsigned numFreeDims(mlir::func::FuncOp main);

/// The number of elements of dimension `dim` of a buffer, from where it was made. Makes
/// a memref.dim where that is an argument, or cannot be told.
mlir::OpFoldResult sizeOfBuffer(mlir::OpBuilder &b, mlir::Location loc, mlir::Value buffer,
                                int64_t dim);

/// The buffer `pointer`, of which only the address is right, with the shape of `type`
/// (row-major) and these sizes.
mlir::Value castToShape(mlir::OpBuilder &b, mlir::Location loc, mlir::Value pointer,
                        mlir::MemRefType type, llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// Computes `value` once more where `b` stands, from what `known` holds already. Fails
/// with an error where that takes anything but arithmetic on the arguments of the
/// function: a size must not depend on the values of a run.
mlir::FailureOr<mlir::Value> copySize(mlir::OpBuilder &b, mlir::Value value,
                                      mlir::IRMapping &known);

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_MEMORY_SIZEARITHMETIC_H
