//===- SizeInference.h - The interface for size inference -------*- C++ -*-===//
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

/// Tensors of at most this many elements are tracked element by element.
inline constexpr int64_t kMaxInferredElements = 1024;

/// The interface through which an operation reads what is known of its operands while it
/// infers the sizes of its results, and states what must hold. The analysis (Dims.h)
/// implements it.
class SizeInference {
public:
  explicit SizeInference(SizeTable &table) : table(table) {}
  virtual ~SizeInference() = default;

  SizeTable &table;

  /// Returns one size per dimension.
  virtual SizeList sizesOf(mlir::Value value) = 0;
  /// Returns the elements of a small tensor of whole numbers, if all of them are known.
  virtual std::optional<SizeList> elementsOf(mlir::Value value) = 0;
  /// Returns the range of the elements of a tensor of whole numbers.
  virtual SizeSpan spanOf(mlir::Value value) = 0;

  /// Requires that the two are the same; if this cannot be proved, it is checked at run
  /// time.
  virtual void require(SizeExpr a, SizeExpr b) = 0;
  virtual void requireAtMost(SizeExpr a, SizeExpr b) = 0;
  /// Requires that `size` is `wanted`, or 1 and repeated.
  virtual void requireRepeatable(SizeExpr size, SizeExpr wanted) = 0;
  /// Returns the size of two dimensions that are broadcast against each other.
  virtual SizeExpr broadcast(SizeExpr a, SizeExpr b) = 0;
  /// Reports that the operation cannot be valid, or has a size that follows from nothing.
  virtual void fail(const llvm::Twine &text) = 0;
  /// Records the start of each dimension of a slice.
  virtual void setStarts(mlir::Operation *slice, llvm::ArrayRef<SizeExpr> starts) = 0;

  /// Requires of sizes what makes all of `indices` valid for a dimension of `size`
  /// elements. What depends on values is left to nn-check-indices.
  void requireIndices(mlir::Value indices, SizeExpr size);
  /// Requires of sizes what keeps all elements of `value` in the given range.
  void requireSpan(mlir::Value value, SizeExpr low, SizeExpr high);

  /// Returns the sizes of operands that are broadcast against one another.
  SizeList broadcast(mlir::ValueRange operands);
  SizeExpr product(llvm::ArrayRef<SizeExpr> sizes);
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_SIZEINFERENCE_H
