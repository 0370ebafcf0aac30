//===- OpTable.h - The functions that evaluate operations -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_REFERENCE_OPTABLE_H
#define TACIT_LIB_REFERENCE_OPTABLE_H

#include "mlir/IR/Operation.h"
#include "tacit/Reference/Tensor.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"
#include <functional>

namespace tacit::reference {

using Operands = llvm::ArrayRef<const Tensor *>;
using Results = llvm::Expected<std::vector<Tensor>>;

/// Maps the name of an operation to the function that evaluates it. That function takes the
/// operation and the values of its operands, and returns the value of the result.
class OpTable {
public:
  template <typename OpT>
  void add(llvm::Expected<Tensor> (*evaluate)(OpT, Operands)) {
    functions[OpT::getOperationName()] = [=](mlir::Operation *op, Operands operands) {
      return asList(evaluate(llvm::cast<OpT>(op), operands));
    };
  }
  /// Adds an operation with several results.
  template <typename OpT>
  void add(Results (*evaluate)(OpT, Operands)) {
    functions[OpT::getOperationName()] = [=](mlir::Operation *op, Operands operands) {
      return evaluate(llvm::cast<OpT>(op), operands);
    };
  }

  /// Fails for an operation without a function.
  Results evaluate(mlir::Operation *op, Operands operands) const;

private:
  static Results asList(llvm::Expected<Tensor> tensor);

  llvm::StringMap<std::function<Results(mlir::Operation *, Operands)>> functions;
};

void addNNElementwise(OpTable &table);
void addNNImage(OpTable &table);
void addNNIndexing(OpTable &table);
void addNNMovement(OpTable &table);
void addNNNormalization(OpTable &table);
void addNNProducts(OpTable &table);
void addNNReductions(OpTable &table);
void addNNWeights(OpTable &table);
void addMPCArithmetic(OpTable &table);
void addMPCBorders(OpTable &table);
void addMPCFunctions(OpTable &table);
void addMPCMovement(OpTable &table);

/// Returns an error that begins with "'nn.gather' at FILE:3:8: " or "'nn.gather' (node
/// 'NAME'): ", followed by a message: what was found and what was expected.
llvm::Error failAt(mlir::Operation *op, const llvm::Twine &message);

//===----------------------------------------------------------------------===//
// Construction of tensors
//===----------------------------------------------------------------------===//

/// Returns the element type of a tensor or a secret; for an operation, that of its first
/// result.
mlir::Type elementTypeOf(mlir::Operation *op);

/// Returns zeros; fails if the shape has too many elements.
llvm::Expected<Tensor> makeTensor(mlir::Operation *op, Shape shape, mlir::Type elementType);

/// Returns a tensor of floats, or of integers, from a function of the position.
template <typename Function>
llvm::Expected<Tensor> generate(mlir::Operation *op, Shape shape, mlir::Type elementType,
                                Function element) {
  auto result = makeTensor(op, shape, elementType);
  if (!result)
    return result.takeError();
  int64_t k = 0;
  for (const Index &index : Positions(shape)) {
    if (result->isFloat())
      result->real(k++) = static_cast<double>(element(index));
    else
      result->integer(k++) = static_cast<int64_t>(element(index));
  }
  return result;
}

/// Fails unless `tensor` has this shape, which its type need not state.
llvm::Error checkShape(mlir::Operation *op, llvm::StringRef what, const Tensor &tensor,
                       Shape expected);

/// Returns a tensor whose elements are those of `source` at the offsets that `from` gives
/// for each position.
llvm::Expected<Tensor> rearrange(mlir::Operation *op, Shape shape, const Tensor &source,
                                 llvm::function_ref<int64_t(llvm::ArrayRef<int64_t>)> from);

/// Returns the shape to which operands broadcast by NumPy's rules.
llvm::Expected<Index> broadcastShapes(mlir::Operation *op, llvm::ArrayRef<Shape> shapes);

/// Returns `shape` with dimension `axis` replaced.
Index withDim(Shape shape, int64_t axis, int64_t dim);

/// Iterates over the rows of a tensor along one axis: element i of row r is at offset(r,
/// i).
struct Rows {
  Rows(Shape shape, int64_t axis);
  int64_t offset(int64_t row, int64_t i) const {
    return row / stride * stride * length + row % stride + i * stride;
  }
  int64_t count, length;

private:
  int64_t stride;
};

} // namespace tacit::reference

#endif // TACIT_LIB_REFERENCE_OPTABLE_H
