//===- Shapes.h - Reshapes whose dimensions may be free ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sizes are i64 scalars here, constants if they are known: operations on known ones fold,
// and the remaining ones are shape arithmetic.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_SHAPES_H
#define TACIT_LIB_IMPORT_ONNX_OPS_SHAPES_H

#include "Ops/Compose.h"

namespace tacit::onnx_import {

mlir::Value i64Scalar(NodeBuilder &node, int64_t value);

/// Returns the number of elements of the dimensions from `begin` up to `end`.
mlir::Value productOf(NodeBuilder &node, mlir::Value input, int64_t begin, int64_t end);

/// Reshapes to the dimensions that `sizes` state.
mlir::Value reshapeToSizes(NodeBuilder &node, mlir::Value input, mlir::ValueRange sizes);

/// Repeats dimensions of 1, to the dimensions that `sizes` state.
mlir::Value expandToSizes(NodeBuilder &node, mlir::Value input, mlir::ValueRange sizes);

/// Adds `low` elements of a scalar `value` before each dimension, and `high` after it.
/// Computed amounts must not be negative.
mlir::Value padBySizes(NodeBuilder &node, mlir::Value input, mlir::ValueRange low,
                       mlir::ValueRange high, mlir::Value value);

/// Merges to two dimensions: those before `axis`, and those from there on.
mlir::Value flatten(NodeBuilder &node, mlir::Value input, int64_t axis);

/// Reshapes to the shape of `like`, which has as many elements.
mlir::Value reshapeLike(NodeBuilder &node, mlir::Value input, mlir::Value like);

/// Repeats `input` to fill the shape of `like`.
mlir::Value expandLike(NodeBuilder &node, mlir::Value input, mlir::Value like);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_SHAPES_H
