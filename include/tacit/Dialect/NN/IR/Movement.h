//===- Movement.h - Where moved elements come from --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_MOVEMENT_H
#define TACIT_DIALECT_NN_IR_MOVEMENT_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <vector>

namespace tacit::nn {

class SliceOp;

/// `rank` consecutive dimensions, the last ones but `skip`.
struct DimRange {
  unsigned rank, skip = 0;

  bool fits(mlir::Value value) const;
  llvm::ArrayRef<int64_t> of(mlir::Value value) const;
  /// Returns the first dimension of the range.
  size_t first(mlir::Value value) const;
  bool contains(mlir::Value value, int64_t dim) const;
};

/// Ranges with more elements than this, over all their dimensions, are not traced.
inline constexpr int64_t kMaxTracedElements = 8192;

/// Returns the number of elements in the dimensions, if it is known and small enough to
/// trace them.
std::optional<int64_t> countElements(mlir::Value value, DimRange range);

/// Returns how many of the dimensions of `value` before the last `skip` have `count`
/// elements together.
std::optional<unsigned> rankOfElements(mlir::Value value, int64_t count, unsigned skip = 0);

/// Convert between the index of an element in each dimension and its number in row-major
/// order.
using ElementIndex = llvm::SmallVector<int64_t>;
int64_t flatten(llvm::ArrayRef<int64_t> index, llvm::ArrayRef<int64_t> dims);
ElementIndex unflatten(int64_t flat, llvm::ArrayRef<int64_t> dims);

/// Identifies an element by its operand and its number in row-major order over some
/// dimensions.
struct ElementOrigin {
  unsigned operand;
  int64_t element;
};

/// Says from where an operation that moves elements takes those of some dimensions.
struct Movement {
  llvm::SmallVector<unsigned> ranks;  ///< of each operand's dimensions that are moved
  std::vector<ElementOrigin> origins; ///< of each element of the result
};

/// Builds a movement from `inputRank` dimensions of operand 0, where `from` maps the
/// indices.
std::optional<Movement> traceFrom(mlir::Operation *op, DimRange range, unsigned inputRank,
                                  llvm::function_ref<ElementIndex(ElementIndex)> from);

/// Traces a slice within the dimensions of a range, whatever it does to the others.
std::optional<Movement> traceWithin(SliceOp op, DimRange range);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_MOVEMENT_H
