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
  /// The dimension that it begins with.
  size_t first(mlir::Value value) const;
  bool contains(mlir::Value value, int64_t dim) const;
};

/// More elements than these, over all dimensions of a range, are not traced.
inline constexpr int64_t kMaxTracedElements = 8192;

/// How many elements the dimensions have, if that is known and not too many to trace.
std::optional<int64_t> countElements(mlir::Value value, DimRange range);

/// How many of the dimensions of `value` before the last `skip` have `count` elements
/// together.
std::optional<unsigned> rankOfElements(mlir::Value value, int64_t count, unsigned skip = 0);

/// The place of an element in each dimension, and its number in row-major order.
using ElementIndex = llvm::SmallVector<int64_t>;
int64_t flatten(llvm::ArrayRef<int64_t> index, llvm::ArrayRef<int64_t> dims);
ElementIndex unflatten(int64_t flat, llvm::ArrayRef<int64_t> dims);

/// Which element, in row-major order over some dimensions, of which operand.
struct ElementOrigin {
  unsigned operand;
  int64_t element;
};

/// Where an operation that moves elements takes those of some dimensions from.
struct Movement {
  llvm::SmallVector<unsigned> ranks;  ///< of each operand's dimensions that are moved
  std::vector<ElementOrigin> origins; ///< of each element of the result
};

/// A movement from `inputRank` dimensions of operand 0, as `from` says.
std::optional<Movement> traceFrom(mlir::Operation *op, DimRange range, unsigned inputRank,
                                  llvm::function_ref<ElementIndex(ElementIndex)> from);

/// What a slice does to the dimensions, whatever it does to the others.
std::optional<Movement> traceWithin(SliceOp op, DimRange range);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_MOVEMENT_H
