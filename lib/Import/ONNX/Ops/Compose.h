//===- Compose.h - Helpers for builders of many operations ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A fused operator becomes ten or twenty operations of nn. Each of these functions creates
// one, with its attributes. As everything that a NodeBuilder creates, the result is null if
// an operand is null or the operation would be invalid.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_COMPOSE_H
#define TACIT_LIB_IMPORT_ONNX_OPS_COMPOSE_H

#include "Ops/NodeBuilder.h"
#include <fmt/format.h>

namespace tacit::onnx_import {

inline constexpr int64_t kFreeDim = mlir::ShapedType::kDynamic;

template <typename OpTy>
mlir::Value binary(NodeBuilder &node, mlir::Value lhs, mlir::Value rhs) {
  return node.create<OpTy>({lhs, rhs});
}
inline mlir::Value add(NodeBuilder &node, mlir::Value lhs, mlir::Value rhs) {
  return binary<nn::AddOp>(node, lhs, rhs);
}
inline mlir::Value sub(NodeBuilder &node, mlir::Value lhs, mlir::Value rhs) {
  return binary<nn::SubOp>(node, lhs, rhs);
}
inline mlir::Value mul(NodeBuilder &node, mlir::Value lhs, mlir::Value rhs) {
  return binary<nn::MulOp>(node, lhs, rhs);
}
inline mlir::Value div(NodeBuilder &node, mlir::Value lhs, mlir::Value rhs) {
  return binary<nn::DivOp>(node, lhs, rhs);
}

/// Refuses the node: ONNX allows integers in some operations that are defined for floats
/// here.
inline bool isFloat(mlir::Value value) {
  return value && llvm::isa<mlir::FloatType>(tensorOf(value).getElementType());
}
mlir::Value refuseIntegers(NodeBuilder &node);

/// Returns a scalar of the element type of `like`; null if `like` is null.
mlir::Value scalarLike(NodeBuilder &node, mlir::Value like, double value);

mlir::Value compare(NodeBuilder &node, nn::ComparePredicate predicate, mlir::Value lhs,
                    mlir::Value rhs);
mlir::Value castTo(NodeBuilder &node, mlir::Value input, mlir::Type element);
mlir::Value transpose(NodeBuilder &node, mlir::Value input,
                      llvm::ArrayRef<int64_t> permutation);
/// Swaps the last two dimensions.
mlir::Value transposeMatrix(NodeBuilder &node, mlir::Value input);
/// Reshapes to these dimensions, of which the k-th free one is the k-th free one of
/// `input`.
mlir::Value reshape(NodeBuilder &node, mlir::Value input, llvm::ArrayRef<int64_t> dims);
/// Returns false, and marks the node invalid, if `input` does not have a dimension `axis`.
bool hasDim(NodeBuilder &node, mlir::Value input, int64_t axis);
/// Splits dimension `axis` of `input` into `outer` and the rest.
mlir::Value splitDim(NodeBuilder &node, mlir::Value input, int64_t axis, int64_t outer);
/// Merges dimension `axis` of `input` with the next, both of which are known.
mlir::Value mergeDims(NodeBuilder &node, mlir::Value input, int64_t axis);
/// Inserts a dimension of 1.
mlir::Value insertDim(NodeBuilder &node, mlir::Value input, int64_t axis);
/// Returns the elements from `start` up to `end` of a known dimension.
mlir::Value slice(NodeBuilder &node, mlir::Value input, int64_t axis, int64_t start,
                  int64_t end);
/// Adds `low` elements of a scalar `value` before each dimension, and `high` after it.
mlir::Value pad(NodeBuilder &node, mlir::Value input, llvm::ArrayRef<int64_t> low,
                llvm::ArrayRef<int64_t> high, mlir::Value value);
mlir::Value concat(NodeBuilder &node, mlir::ValueRange inputs, int64_t axis);
/// Repeats each element along `axis` to a block of `block`, to `size` elements in total.
mlir::Value repeatEach(NodeBuilder &node, mlir::Value input, int64_t axis, int64_t block,
                       int64_t size);
/// The node is invalid if an index is a constant outside of the dimension.
mlir::Value gather(NodeBuilder &node, mlir::Value data, mlir::Value indices, int64_t axis);
/// Asserts that `indices` are entries of dimension 0 of `table`, which do not count from
/// its end if they are negative. If one is outside, the node has `what`.
mlir::Value assertEntries(NodeBuilder &node, mlir::Value indices, mlir::Value table,
                          llvm::StringRef what);
/// Asserts that `indices` are valid for dimension `axis` of `data`, and returns them. This
/// is for operators that compute with an index before they look it up.
mlir::Value assertIndices(NodeBuilder &node, mlir::Value indices, mlir::Value data,
                          int64_t axis);
/// Asserts that all elements of `input` lie between the i64 scalars `low` and `high`, and
/// returns it. If they do not, the node has `what`.
mlir::Value assertRange(NodeBuilder &node, mlir::Value input, mlir::Value low,
                        mlir::Value high, llvm::StringRef what);
/// Requires dimension `axis` of `input`, which the message calls `name`, to be as large as
/// dimension `otherAxis` of `other`: a size of 1 would be repeated, and a smaller one would
/// leave the rest as it is. Returns false, and the node is invalid, if it is known not to
/// be.
bool requireSameSize(NodeBuilder &node, llvm::StringRef name, mlir::Value input,
                     int64_t axis, llvm::StringRef otherName, mlir::Value other,
                     int64_t otherAxis);
mlir::Value reduce(NodeBuilder &node, nn::ReduceKind kind, mlir::Value input,
                   llvm::ArrayRef<int64_t> axes, bool keepDims);
mlir::Value softmax(NodeBuilder &node, mlir::Value input, int64_t axis);
mlir::Value layerNorm(NodeBuilder &node, mlir::Value input, float epsilon);
mlir::Value rmsNorm(NodeBuilder &node, mlir::Value input, mlir::Value scale, float epsilon);

/// Returns a dimension as an i64 scalar: a constant if it is known.
mlir::Value dimOf(NodeBuilder &node, mlir::Value input, int64_t axis);
/// Returns 0, 1, ... below `limit`, an i64 scalar; `size` is its value if it is known.
mlir::Value rangeBelow(NodeBuilder &node, mlir::Value limit, int64_t size);
/// Returns 0, 1, ... below dimension `axis` of `input`.
mlir::Value rangeOf(NodeBuilder &node, mlir::Value input, int64_t axis);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_COMPOSE_H
