//===- KnownShapes.h - Updates types with known shapes ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_SIZES_KNOWNSHAPES_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_SIZES_KNOWNSHAPES_H

#include "mlir/IR/PatternMatch.h"
#include "tacit/Dialect/NN/Analysis/Dims.h"

namespace tacit::nn {

/// Returns the operations of `main` in order, those in the bodies of loops included.
llvm::SmallVector<mlir::Operation *> operationsOf(mlir::func::FuncOp main);

/// Returns true if any value of `main` has a dimension that its type does not state.
bool hasFreeDims(mlir::func::FuncOp main);

/// Emits an error for each dimension of `main` that cannot be valid or known, and fails if
/// there are any.
llvm::LogicalResult reportProblems(mlir::func::FuncOp main, const Dims &dims);

/// Gives every value the type that `dims` knows; returns the number of types that changed.
unsigned refineTypes(mlir::func::FuncOp main, Dims &dims);

/// Returns the constant with the elements of `list`, as a tensor of `type`; null if an
/// element is not constant.
mlir::ElementsAttr constantElements(Dims &dims, mlir::RankedTensorType type,
                                    llvm::ArrayRef<SizeExpr> list);

using OperationSet = llvm::SmallPtrSet<mlir::Operation *, 8>;

/// Replaces computed tensors whose elements are constants, except the results of `kept`;
/// returns their number.
unsigned foldElements(mlir::RewriterBase &rewriter, mlir::func::FuncOp main, Dims &dims,
                      const OperationSet &kept);

/// Erases operations whose results are unused, and those that only they used. Returns true
/// if there were any.
bool eraseDead(mlir::RewriterBase &rewriter, mlir::func::FuncOp main);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_SIZES_KNOWNSHAPES_H
