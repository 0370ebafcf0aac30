//===- ConstantWeight.h - Weight matrices of linear layers ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_UTILS_CONSTANTWEIGHT_H
#define TACIT_DIALECT_NN_UTILS_CONSTANTWEIGHT_H

#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Numerics/Matrix.h"
#include "llvm/Support/Error.h"
#include <string>

namespace tacit::nn {

/// A known weight matrix [K, N] of f32: a constant, possibly reshaped, transposed or stored
/// in 16 bits, or a quantized one whose parts are constants.
class ConstantWeight {
public:
  /// Finds the constant that `weight` is, or the reason why it is none.
  static llvm::Expected<ConstantWeight> find(mlir::Value weight);

  int64_t getRows() const { return type.getDimSize(0); }
  int64_t getColumns() const { return type.getDimSize(1); }
  mlir::RankedTensorType getType() const { return type; }

  /// Returns the key of its blob, without the suffix of quantization; "weight" if it has
  /// none.
  std::string getName() const;

  /// Returns the same for two weights that are certainly equal.
  mlir::Attribute getIdentity() const;

  /// Returns a reader of its numbers. Fails, with an error at `user`, if a blob is missing.
  mlir::FailureOr<numerics::MatrixReader> read(mlir::Operation *user) const;

private:
  /// The whole matrix; or scale, zero point (if any) and planes.
  llvm::SmallVector<mlir::ElementsAttr, 4> parts;
  mlir::RankedTensorType type;
  DequantizeOp packed;
  bool isTransposed = false;
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_UTILS_CONSTANTWEIGHT_H
