//===- Rotation.h - Reading rotary embeddings -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_ROTATION_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_ROTATION_H

#include "tacit/Dialect/NN/Utils/Matchers.h"

namespace tacit::nn {

/// Describes the operands and attributes of an nn.rotary.
struct Rotation {
  mlir::Operation *root; ///< computes the result
  mlir::Value input, cos, sin;
  bool isInterleaved;
};

// Both report a near miss. What they need besides is built before `root`.

/// Reads x cos + rotated(x) sin.
mlir::FailureOr<Rotation> readTurnedSum(mlir::Operation *root,
                                        mlir::PatternRewriter &rewriter);

/// Reads a cos - b sin and b cos + a sin, put together by `root`.
mlir::FailureOr<Rotation> readJoint(mlir::Operation *root, mlir::PatternRewriter &rewriter);

/// If the rotated features are joined with other features of the same tensor, makes it a
/// rotation of all.
void widen(Rotation &rotation, mlir::OpBuilder &builder);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_RAISE_ROTATION_H
