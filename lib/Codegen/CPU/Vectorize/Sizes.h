//===- Sizes.h - Dimensions that are known when a program runs --*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CODEGEN_CPU_VECTORIZE_SIZES_H
#define TACIT_LIB_CODEGEN_CPU_VECTORIZE_SIZES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace tacit::cpu {

/// The dimensions of a tensor: constants where they are known, else values from where
/// the tensor was made, so that nothing asks a tensor in the middle of a program for
/// its size. Only the dimensions of an argument are read from the tensor itself.
llvm::SmallVector<mlir::OpFoldResult> sizesOf(mlir::OpBuilder &builder, mlir::Location loc,
                                              mlir::Value tensor);

/// The same of a tensor that an operation made. nullopt for arguments, and where the
/// operation does not say what it makes; nothing is built then.
std::optional<llvm::SmallVector<mlir::OpFoldResult>>
sizesFromMaker(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tensor);

/// How often each loop of `op` runs, with kDynamic for what no operand's type says.
llvm::SmallVector<int64_t> staticLoopSizes(mlir::linalg::LinalgOp op);

/// The same, with values for what is known only at run time.
llvm::SmallVector<mlir::OpFoldResult> loopSizes(mlir::OpBuilder &builder,
                                                mlir::linalg::LinalgOp op);

/// tensor.empty of `type`, whose free dimensions are those of `sizes`.
mlir::Value emptyTensor(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::RankedTensorType type,
                        llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// True if two sizes are the same constant, value or computation.
bool isSameSize(mlir::OpFoldResult a, mlir::OpFoldResult b);

/// size / step, rounded up or down.
mlir::OpFoldResult ceilDivide(mlir::OpBuilder &builder, mlir::Location loc,
                              mlir::OpFoldResult size, int64_t step);
mlir::OpFoldResult floorDivide(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::OpFoldResult size, int64_t step);

/// The largest multiple of `step` that is at most `size`.
mlir::OpFoldResult roundDown(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::OpFoldResult size, int64_t step);

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_VECTORIZE_SIZES_H
