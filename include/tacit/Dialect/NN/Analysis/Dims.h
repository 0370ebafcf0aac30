//===- Dims.h - Analysis of free dimensions ---------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// This analysis expresses every dimension of every value of a program as a function of the
// free dimensions of its inputs. Shape arithmetic is followed through small integer
// tensors, element by element. Requirements of ONNX that cannot be proved become checks at
// run time, and are used as facts from then on.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_ANALYSIS_DIMS_H
#define TACIT_DIALECT_NN_ANALYSIS_DIMS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/SizeExpr.h"
#include "llvm/ADT/DenseMap.h"

namespace tacit::nn {

/// A free dimension, and its first occurrence.
struct FreeDim {
  std::string name;
  unsigned argument;
  int64_t dim;
};

/// Returns the free dimensions of `main`, in the order of their arguments, each name once.
/// One without a name is named after its input: x[1].
llvm::SmallVector<FreeDim> freeDims(mlir::func::FuncOp main);

/// Returns the name of dimension `dim` of argument `argument`, which is free.
std::string freeDimName(mlir::func::FuncOp main, unsigned argument, int64_t dim);

/// Returns n if every element of `argument` must lie in [-n, n-1], because each of them is
/// an index into a dimension of n elements (the smallest one if there are several), or 0 if
/// there is no such n. Looks through casts of integers and movement that omits no element.
int64_t indexBound(mlir::Value argument);

/// A condition that must hold when the program runs.
struct SizeCheck {
  enum class Kind {
    Equal,     // a = b
    AtMost,    // a <= b
    OneOr,     // a = b or a = 1
    Broadcast, // a = b or a = 1 or b = 1
  };
  Kind kind;
  SizeExpr a, b;
  mlir::Operation *op; // that demands it; null: the names of the inputs

  bool operator==(const SizeCheck &other) const {
    return kind == other.kind && a == other.a && b == other.b;
  }
};

/// Returns the message for a run in which `check` does not hold.
std::string describe(const SizeTable &table, const SizeCheck &check);

/// An operation with a dimension that is not a function of free dimensions, or that can
/// never be valid.
struct SizeProblem {
  mlir::Operation *op;
  std::string text;
};

/// The sizes of all values of a function, as the function was when this was made. They
/// follow from types, operands and attributes, but not from multipliers and names.
class Dims {
public:
  /// Analyses every operation of `main`, which has one block.
  explicit Dims(mlir::func::FuncOp main);

  /// Returns one size per dimension. A size is null if there is a problem.
  SizeList sizesOf(mlir::Value value);

  /// Returns the elements of a small tensor of whole numbers in row-major order, if all of
  /// them are functions of free dimensions.
  std::optional<SizeList> elementsOf(mlir::Value value);

  /// Returns the range of the elements of a tensor of whole numbers. The elements of an
  /// argument that is an index lie within its bound, which is checked before each call.
  SizeSpan spanOf(mlir::Value value);

  /// Returns the start of each dimension of an nn.dynamic_slice.
  SizeList startsOf(mlir::Operation *slice);

  llvm::ArrayRef<SizeCheck> checks() const { return allChecks; }
  llvm::ArrayRef<SizeProblem> problems() const { return allProblems; }
  SizeTable &table() { return sizeTable; }

private:
  friend class DimInference;

  void reportUnknown(mlir::Operation *op);

  SizeTable sizeTable;
  llvm::DenseMap<mlir::Value, SizeList> sizes, elements;
  /// The spans of arguments and constants are the same in every round.
  llvm::DenseMap<mlir::Value, SizeSpan> spans, givenSpans;
  llvm::DenseMap<mlir::Operation *, SizeList> starts;
  std::vector<SizeCheck> facts, allChecks;
  std::vector<SizeProblem> allProblems;
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_ANALYSIS_DIMS_H
