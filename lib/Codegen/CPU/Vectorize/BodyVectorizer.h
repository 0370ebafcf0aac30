//===- BodyVectorizer.h - Vectorises a linalg body --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CODEGEN_CPU_VECTORIZE_BODYVECTORIZER_H
#define TACIT_LIB_CODEGEN_CPU_VECTORIZE_BODYVECTORIZER_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace tacit::cpu {

/// Describes where a vector lies in the iteration space: `width` consecutive points along
/// dimension `dim`, starting at `ivs`. If `mask` is given, it says which of them exist.
struct VectorFrame {
  llvm::SmallVector<mlir::Value> ivs;
  unsigned dim;
  int64_t width;
  mlir::Value mask;
};

/// Returns true if vectors may read and write a tensor of this type. Booleans are bits in a
/// vector and bytes in a scalar, and there are no vectors of complex numbers.
bool hasVectors(mlir::Type tensor);

/// Returns true if `op` can be computed along dimension `dim` with vectors: every operation
/// of its body is elementwise, and data that it picks by index is read either at one place
/// or along `dim`.
bool isVectorizable(mlir::linalg::GenericOp op, unsigned dim);

/// Returns the indices that `map` gives for the point `ivs`.
llvm::SmallVector<mlir::Value> indicesAt(mlir::OpBuilder &builder, mlir::Location loc,
                                         mlir::AffineMap map, mlir::ValueRange ivs);

/// Reads an operand: as a vector if it varies along the frame's dimension, otherwise as a
/// scalar.
mlir::Value readOperand(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tensor,
                        mlir::AffineMap map, const VectorFrame &frame);

/// Returns `value` as a vector of the frame's width.
mlir::Value toVector(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value,
                     int64_t width);

/// Computes the value `wanted` of the body of `op` (an operation's result or a block
/// argument) at `frame`. `given` replaces block arguments; the others are read from their
/// operands. A value that does not vary along the vector stays scalar.
mlir::Value vectorizeBody(mlir::OpBuilder &builder, mlir::linalg::GenericOp op,
                          mlir::Value wanted, const VectorFrame &frame,
                          llvm::DenseMap<mlir::Value, mlir::Value> given =
                              llvm::DenseMap<mlir::Value, mlir::Value>());

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_VECTORIZE_BODYVECTORIZER_H
