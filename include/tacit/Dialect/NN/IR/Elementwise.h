//===- Elementwise.h - Parts of all elementwise operations ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_ELEMENTWISE_H
#define TACIT_DIALECT_NN_IR_ELEMENTWISE_H

#include "tacit/Dialect/NN/IR/NN.h"

namespace tacit::nn::detail {

/// Folds an operation on constants by the evaluation methods of its interface. On floats
/// only operations fold whose results are the same bits on every machine: see
/// CorrectlyRounded.
mlir::OpFoldResult foldElementwise(ElementwiseOpInterface op,
                                   llvm::ArrayRef<mlir::Attribute> operands);

/// Returns the type of the result of two operands of one element type.
llvm::LogicalResult inferBinaryType(std::optional<mlir::Location> loc,
                                    mlir::ValueRange operands,
                                    llvm::SmallVectorImpl<mlir::Type> &types);

} // namespace tacit::nn::detail

#endif // TACIT_DIALECT_NN_IR_ELEMENTWISE_H
