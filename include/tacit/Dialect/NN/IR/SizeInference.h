//===- SizeInference.h - What operations infer sizes from -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_SIZEINFERENCE_H
#define TACIT_DIALECT_NN_IR_SIZEINFERENCE_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "tacit/Dialect/NN/IR/SizeExpr.h"

namespace tacit::nn {

/// Tensors of at most this many elements are followed element by element.
inline constexpr int64_t kMaxInferredElements = 1024;

/// What is known while an operation infers the sizes of its results, and where it says
/// what has to hold of those of its operands. The analysis (Dims.h) implements it.
class SizeInference {
public:
  explicit SizeInference(SizeTable &table) : table(table) {}
  virtual ~SizeInference() = default;

  SizeTable &table;

  /// One size per dimension.
  virtual SizeList sizesOf(mlir::Value value) = 0;
  /// The elements of a small tensor of whole numbers, if all of them are known.
  virtual std::optional<SizeList> elementsOf(mlir::Value value) = 0;

  /// From here on the two are the same; if they cannot be proved so, a run checks it.
  virtual void require(SizeExpr a, SizeExpr b) = 0;
  virtual void requireAtMost(SizeExpr a, SizeExpr b) = 0;
  /// `size` is `wanted`, or 1 and repeated.
  virtual void requireRepeatable(SizeExpr size, SizeExpr wanted) = 0;
  /// The size of two dimensions that are broadcast against each other.
  virtual SizeExpr broadcast(SizeExpr a, SizeExpr b) = 0;
  /// The operation cannot be right, or has a size that follows from nothing.
  virtual void fail(const llvm::Twine &text) = 0;
  /// Keeps where each dimension of a slice starts.
  virtual void setStarts(mlir::Operation *slice, llvm::ArrayRef<SizeExpr> starts) = 0;

  /// The sizes of operands that are broadcast against one another.
  SizeList broadcast(mlir::ValueRange operands);
  SizeExpr product(llvm::ArrayRef<SizeExpr> sizes);
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_SIZEINFERENCE_H
