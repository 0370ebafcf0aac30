//===- Sizes.h - Sizes that are known at run time ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CODEGEN_CPU_VECTORIZE_SIZES_H
#define TACIT_LIB_CODEGEN_CPU_VECTORIZE_SIZES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace tacit::cpu {

/// Returns the dimensions of a tensor: constants if they are known, otherwise values from
/// the operation that creates the tensor, so that no tensor in the middle of a program is
/// queried for its size. Only the dimensions of an argument are read from the tensor
/// itself.
llvm::SmallVector<mlir::OpFoldResult> sizesOf(mlir::OpBuilder &builder, mlir::Location loc,
                                              mlir::Value tensor);

/// Returns the same for a tensor that is the result of an operation. Returns nullopt for
/// arguments and for operations that do not state the size of their results; in this case
/// no operation is created.
std::optional<llvm::SmallVector<mlir::OpFoldResult>>
sizesFromProducer(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tensor);

/// Returns the number of iterations of each loop of `op`, with kDynamic where the type of
/// no operand states it.
llvm::SmallVector<int64_t> staticLoopSizes(mlir::linalg::LinalgOp op);

/// Returns the same, with values for sizes that are known only at run time.
llvm::SmallVector<mlir::OpFoldResult> loopSizes(mlir::OpBuilder &builder,
                                                mlir::linalg::LinalgOp op);

/// Creates a tensor.empty of `type`, whose free dimensions are those of `sizes`.
mlir::Value emptyTensor(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::RankedTensorType type,
                        llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// Returns true if two sizes are the same constant, value or computation.
bool isSameSize(mlir::OpFoldResult a, mlir::OpFoldResult b);

/// Returns size / step, rounded up or down.
mlir::OpFoldResult ceilDivide(mlir::OpBuilder &builder, mlir::Location loc,
                              mlir::OpFoldResult size, int64_t step);
mlir::OpFoldResult floorDivide(mlir::OpBuilder &builder, mlir::Location loc,
                               mlir::OpFoldResult size, int64_t step);

/// Returns the largest multiple of `step` that is at most `size`.
mlir::OpFoldResult roundDown(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::OpFoldResult size, int64_t step);

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_VECTORIZE_SIZES_H
