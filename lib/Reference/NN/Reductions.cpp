//===- Reductions.cpp - Reductions of nn ----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../OpTable.h"
#include "../Scalars.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

//===----------------------------------------------------------------------===//
// nn.reduce
//===----------------------------------------------------------------------===//

static double combineReals(nn::ReduceKind kind, double x, double y) {
  switch (kind) {
  case nn::ReduceKind::Sum:
  case nn::ReduceKind::Mean:
    return x + y;
  case nn::ReduceKind::Max:
    return maximum(x, y);
  case nn::ReduceKind::Min:
    return minimum(x, y);
  case nn::ReduceKind::Prod:
    return x * y;
  }
  return NAN;
}

static int64_t combineIntegers(nn::ReduceKind kind, int64_t x, int64_t y, bool isUnsigned) {
  bool isLess = isUnsigned ? uint64_t(x) < uint64_t(y) : x < y;
  switch (kind) {
  case nn::ReduceKind::Sum:
  case nn::ReduceKind::Mean:
    return uint64_t(x) + uint64_t(y);
  case nn::ReduceKind::Max:
    return isLess ? y : x;
  case nn::ReduceKind::Min:
    return isLess ? x : y;
  case nn::ReduceKind::Prod:
    return uint64_t(x) * uint64_t(y);
  }
  return 0;
}

/// Returns the result for no elements at all.
static double neutralReal(nn::ReduceKind kind) {
  switch (kind) {
  case nn::ReduceKind::Max:
    return -INFINITY;
  case nn::ReduceKind::Min:
    return INFINITY;
  case nn::ReduceKind::Prod:
    return 1;
  default:
    return 0;
  }
}

static int64_t neutralInteger(nn::ReduceKind kind, const Tensor &input) {
  unsigned width = input.getElementType().getIntOrFloatBitWidth();
  bool isSigned = !input.isUnsigned() && width > 1;
  uint64_t highest = llvm::maskTrailingOnes<uint64_t>(isSigned ? width - 1 : width);
  switch (kind) {
  case nn::ReduceKind::Max:
    return isSigned ? ~highest : 0;
  case nn::ReduceKind::Min:
    return highest;
  case nn::ReduceKind::Prod:
    return 1;
  default:
    return 0;
  }
}

/// Divides sums by the number of elements in each; integers are truncated toward zero.
static void divideSums(Tensor &sums, int64_t count) {
  for (int64_t k = 0; k < sums.getNumElements(); ++k) {
    if (sums.isFloat())
      sums.real(k) /= static_cast<double>(count);
    else if (count != 0)
      sums.integer(k) =
          sums.isUnsigned() ? uint64_t(sums.integer(k)) / count : sums.integer(k) / count;
  }
}

static llvm::Expected<Tensor> evaluateReduce(nn::ReduceOp op, Operands operands) {
  const Tensor &input = *operands[0];
  nn::ReduceKind kind = op.getKind();
  Index kept(input.getShape()), dropped;
  int64_t count = 1;
  for (auto [i, dim] : llvm::enumerate(input.getShape())) {
    if (llvm::is_contained(op.getAxes(), i)) {
      kept[i] = 1;
      count *= dim;
    } else {
      dropped.push_back(dim);
    }
  }
  auto result = makeTensor(op, kept, input.getElementType());
  if (!result)
    return result;
  for (int64_t k = 0; k < result->getNumElements(); ++k) {
    if (result->isFloat())
      result->real(k) = neutralReal(kind);
    else
      result->integer(k) = neutralInteger(kind, input);
  }
  int64_t k = 0;
  for (const Index &index : Positions(input.getShape())) {
    int64_t to = result->broadcastOffset(index);
    if (result->isFloat())
      result->real(to) = combineReals(kind, result->real(to), input.real(k++));
    else
      result->integer(to) = combineIntegers(kind, result->integer(to), input.integer(k++),
                                            input.isUnsigned());
  }
  if (kind == nn::ReduceKind::Mean)
    divideSums(*result, count);
  return result->reshaped(op.getKeepDims() ? kept : dropped);
}

//===----------------------------------------------------------------------===//
// Orders
//===----------------------------------------------------------------------===//

/// Returns true if element i comes before element j in ascending order. NaN is larger than
/// every number.
static bool isLess(const Tensor &tensor, int64_t i, int64_t j) {
  if (!tensor.isFloat())
    return tensor.isUnsigned() ? uint64_t(tensor.integer(i)) < uint64_t(tensor.integer(j))
                               : tensor.integer(i) < tensor.integer(j);
  double x = tensor.real(i), y = tensor.real(j);
  return std::isnan(y) ? !std::isnan(x) : x < y;
}

static bool isNaN(const Tensor &tensor, int64_t k) {
  return tensor.isFloat() && std::isnan(tensor.real(k));
}

/// Returns the position in a row of the element that is searched for.
static int64_t findInRow(nn::ArgReduceOp op, const Tensor &input, const Rows &rows,
                         int64_t row) {
  int64_t best = 0;
  for (int64_t i = 0; i < rows.length; ++i) {
    int64_t here = rows.offset(row, i), there = rows.offset(row, best);
    // A NaN is what is searched for, be it the largest or the smallest.
    if (isNaN(input, there) != isNaN(input, here)) {
      best = isNaN(input, here) ? i : best;
      continue;
    }
    bool isBetter = op.getKind() == nn::ArgKind::Max ? isLess(input, there, here)
                                                     : isLess(input, here, there);
    bool isEqual = !isLess(input, there, here) && !isLess(input, here, there);
    if (isBetter || (isEqual && op.getLast()))
      best = i;
  }
  return best;
}

static llvm::Expected<Tensor> evaluateArgReduce(nn::ArgReduceOp op, Operands operands) {
  const Tensor &input = *operands[0];
  int64_t axis = op.getAxis();
  Index shape = withDim(input.getShape(), axis, 1);
  auto result = makeTensor(op, shape, elementTypeOf(op));
  if (!result)
    return result;
  Rows rows(input.getShape(), axis);
  if (rows.length == 0 && result->getNumElements() > 0)
    return failAt(op, "found no elements along axis " + llvm::Twine(axis));
  for (int64_t row = 0; row < result->getNumElements(); ++row)
    result->integer(row) = findInRow(op, input, rows, row);
  if (!op.getKeepDims())
    shape.erase(shape.begin() + axis);
  return result->reshaped(shape);
}

static Results evaluateTopK(nn::TopKOp op, Operands operands) {
  const Tensor &input = *operands[0];
  int64_t axis = op.getAxis(), count = op.getK();
  if (count > input.getDim(axis))
    return failAt(op, "found " + llvm::Twine(input.getDim(axis)) +
                          " elements along the axis; expected at least " +
                          llvm::Twine(count));
  Index shape = withDim(input.getShape(), axis, count);
  std::vector<Tensor> results{Tensor(shape, input.getElementType()),
                              Tensor(shape, op.getIndices().getType().getElementType())};
  if (results[0].getNumElements() == 0)
    return results;
  Rows from(input.getShape(), axis), to(shape, axis);
  for (int64_t row = 0; row < from.count; ++row) {
    std::vector<int64_t> order(from.length);
    std::iota(order.begin(), order.end(), 0);
    // Of equal elements the one with the lower index comes first.
    llvm::sort(order, [&](int64_t i, int64_t j) {
      int64_t x = from.offset(row, i), y = from.offset(row, j);
      bool isBefore = op.getLargest() ? isLess(input, y, x) : isLess(input, x, y);
      bool isBehind = op.getLargest() ? isLess(input, x, y) : isLess(input, y, x);
      return isBefore || (!isBehind && i < j);
    });
    for (int64_t i = 0; i < count; ++i) {
      int64_t source = from.offset(row, order[i]), k = to.offset(row, i);
      results[1].integer(k) = order[i];
      if (input.isFloat())
        results[0].real(k) = input.real(source);
      else
        results[0].integer(k) = input.integer(source);
    }
  }
  return results;
}

//===----------------------------------------------------------------------===//
// nn.cumsum
//===----------------------------------------------------------------------===//

static llvm::Expected<Tensor> evaluateCumSum(nn::CumSumOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Tensor result(input.getShape(), input.getElementType());
  if (input.getNumElements() == 0)
    return result;
  Rows rows(input.getShape(), op.getAxis());
  for (int64_t row = 0; row < rows.count; ++row) {
    double realSum = 0;
    uint64_t integerSum = 0;
    for (int64_t i = 0; i < rows.length; ++i) {
      int64_t k = rows.offset(row, op.getReverse() ? rows.length - 1 - i : i);
      double real = input.isFloat() ? input.real(k) : 0;
      int64_t integer = input.isFloat() ? 0 : input.integer(k);
      if (input.isFloat())
        result.real(k) = op.getExclusive() ? realSum : realSum + real;
      else
        result.integer(k) = op.getExclusive() ? integerSum : integerSum + integer;
      realSum += real;
      integerSum += integer;
    }
  }
  return result;
}

void reference::addNNReductions(OpTable &table) {
  table.add(evaluateReduce);
  table.add(evaluateArgReduce);
  table.add(evaluateTopK);
  table.add(evaluateCumSum);
}
