//===- Tensor.h - The values of the reference interpreter -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REFERENCE_TENSOR_H
#define TACIT_REFERENCE_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace tacit::reference {

/// The position of an element: one number for each dimension.
using Index = llvm::SmallVector<int64_t, 6>;
using Shape = llvm::ArrayRef<int64_t>;

/// The largest tensor that is evaluated: 2 GiB of doubles.
inline constexpr int64_t kMaxElements = int64_t(1) << 28;

/// Returns the number of elements of a tensor of this shape, or -1 if it is above
/// kMaxElements.
int64_t countElements(Shape shape);

/// Iterates over all positions of a shape in row-major order: `for (const Index &i :
/// Positions(shape))`.
class Positions {
public:
  explicit Positions(Shape shape)
      : shape(shape.begin(), shape.end()), size(countElements(shape)) {}

  class Iterator {
  public:
    Iterator(Shape shape, int64_t count) : shape(shape), index(shape.size(), 0), k(count) {}
    const Index &operator*() const { return index; }
    Iterator &operator++();
    bool operator!=(const Iterator &other) const { return k != other.k; }

  private:
    Shape shape;
    Index index;
    int64_t k;
  };

  Iterator begin() const { return {shape, 0}; }
  Iterator end() const { return {shape, size}; }

private:
  Index shape;
  int64_t size;
};

/// A tensor in row-major order. Floats of every format are doubles. Integers are 64 bits
/// wide, extended from the width of their type, and booleans are 0 or 1. A secret is a
/// tensor of signed integers as wide as its ring.
class Tensor {
public:
  Tensor() = default;
  /// Creates zeros. The shape must have at most kMaxElements elements.
  Tensor(Shape shape, mlir::Type elementType);

  static Tensor scalar(mlir::Type elementType, int64_t value);
  /// Creates a constant; fails if its bytes are not available.
  static llvm::Expected<Tensor> fromAttribute(mlir::Attribute constant);
  /// Creates a tensor from as many bytes as the shape requires; a boolean takes one.
  static Tensor fromBytes(Shape shape, mlir::Type elementType, llvm::ArrayRef<char> bytes);
  /// Floats are rounded to the element type.
  std::vector<char> toBytes() const;

  Shape getShape() const { return shape; }
  int64_t getRank() const { return shape.size(); }
  int64_t getDim(int64_t i) const { return shape[i]; }
  int64_t getNumElements() const { return isFloat() ? reals.size() : integers.size(); }
  mlir::Type getElementType() const { return elementType; }
  bool isFloat() const { return llvm::isa_and_present<mlir::FloatType>(elementType); }
  bool isUnsigned() const { return elementType.isUnsignedInteger(); }

  /// The element at a position in row-major order. A tensor of floats has only reals, and
  /// one of integers only integers.
  double &real(int64_t k) { return reals[k]; }
  double real(int64_t k) const { return reals[k]; }
  int64_t &integer(int64_t k) { return integers[k]; }
  int64_t integer(int64_t k) const { return integers[k]; }

  /// Returns the position in row-major order of the element at `index`.
  int64_t offset(llvm::ArrayRef<int64_t> index) const;
  /// Does the same with NumPy's broadcasting: `index` is aligned at the last dimension, and
  /// a dimension of 1 has one element for all.
  int64_t broadcastOffset(llvm::ArrayRef<int64_t> index) const;

  /// Returns the same elements in another shape, which must have as many.
  Tensor reshaped(Shape other) const;

  /// Wraps integers around to the width of their type.
  void wrap();
  /// Rounds floats to the format of their type.
  void round();

private:
  llvm::SmallVector<int64_t, 6> shape;
  mlir::Type elementType;
  std::vector<double> reals;
  std::vector<int64_t> integers;
};

/// Returns `value` rounded to a format, to the nearest and ties to even.
double roundTo(mlir::FloatType format, double value);

/// Formats the type as in "4x8xf32".
std::string describe(const Tensor &tensor);

} // namespace tacit::reference

#endif // TACIT_REFERENCE_TENSOR_H
