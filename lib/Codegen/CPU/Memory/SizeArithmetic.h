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

/// Returns the number of sizes of free dimensions that @main takes, as its last arguments
/// and in the order of the interface. It is 0 if every size is known.
unsigned numFreeDims(mlir::func::FuncOp main);

/// Returns the size of dimension `dim` of a buffer, taken from the operation that creates
/// the buffer. Creates a memref.dim if the buffer is an argument or its size cannot be
/// traced.
mlir::OpFoldResult sizeOfBuffer(mlir::OpBuilder &b, mlir::Location loc, mlir::Value buffer,
                                int64_t dim);

/// Returns the buffer `pointer`, whose address alone is valid, with the shape of `type`
/// (row-major) and these sizes.
mlir::Value castToShape(mlir::OpBuilder &b, mlir::Location loc, mlir::Value pointer,
                        mlir::MemRefType type, llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// Returns true if `value` requires nothing but arithmetic on the sizes of free dimensions.
bool isSizeArithmetic(mlir::Value value);

/// Computes `value` again at the insertion point of `b`, from the values in `known`. Fails
/// with an error if that requires anything but arithmetic on the arguments of the function:
/// a size must not depend on the data of a run.
mlir::FailureOr<mlir::Value> copySize(mlir::OpBuilder &b, mlir::Value value,
                                      mlir::IRMapping &known);

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_MEMORY_SIZEARITHMETIC_H
