//===- Shapes.h - Reshapes whose dimensions may be free ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sizes are i64 scalars here, constants where they are known: what is made of known
// ones folds, and what is left is shape arithmetic.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_SHAPES_H
#define TACIT_LIB_IMPORT_ONNX_OPS_SHAPES_H

#include "Ops/Compose.h"

namespace tacit::onnx_import {

mlir::Value i64Scalar(NodeBuilder &node, int64_t value);

/// The number of elements of the dimensions from `begin` up to `end`.
mlir::Value productOf(NodeBuilder &node, mlir::Value input, int64_t begin, int64_t end);

/// To the dimensions that `sizes` say.
mlir::Value reshapeToSizes(NodeBuilder &node, mlir::Value input, mlir::ValueRange sizes);

/// Repeats dimensions of 1, to the dimensions that `sizes` say.
mlir::Value expandToSizes(NodeBuilder &node, mlir::Value input, mlir::ValueRange sizes);

/// `low` elements of a scalar `value` in front of each dimension, and `high` behind it.
/// None of them is below zero where it is computed.
mlir::Value padBySizes(NodeBuilder &node, mlir::Value input, mlir::ValueRange low,
                       mlir::ValueRange high, mlir::Value value);

/// Two dimensions: those before `axis` and those from there on.
mlir::Value flatten(NodeBuilder &node, mlir::Value input, int64_t axis);

/// To the shape of `like`, which has as many elements.
mlir::Value reshapeLike(NodeBuilder &node, mlir::Value input, mlir::Value like);

/// Repeats `input` to fill the shape of `like`.
mlir::Value expandLike(NodeBuilder &node, mlir::Value input, mlir::Value like);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_SHAPES_H
