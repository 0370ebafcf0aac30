//===- Indexing.cpp - Gather, scatter and ranges of nn --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../OpTable.h"
#include "../Scalars.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

/// Converts an index that may be negative and then counts from the end; returns -1 if it is
/// outside.
static int64_t resolveIndex(int64_t index, int64_t size) {
  if (index < 0)
    index += size;
  return index >= 0 && index < size ? index : -1;
}

/// Checks that an index is valid for a dimension of `size` elements.
static llvm::Error checkIndex(Operation *op, int64_t index, int64_t size) {
  if (resolveIndex(index, size) >= 0)
    return llvm::Error::success();
  return failAt(op, "found index " + llvm::Twine(index) + "; expected one from " +
                        llvm::Twine(-size) + " to " + llvm::Twine(size - 1));
}

/// Checks that every index is valid for a dimension of `size` elements.
static llvm::Error checkIndices(Operation *op, const Tensor &indices, int64_t size) {
  for (int64_t k = 0; k < indices.getNumElements(); ++k)
    if (auto error = checkIndex(op, indices.integer(k), size))
      return error;
  return llvm::Error::success();
}

static llvm::Expected<Tensor> evaluateAssertRange(nn::AssertRangeOp op, Operands operands) {
  const Tensor &input = *operands[0];
  int64_t low = operands[1]->integer(0), high = operands[2]->integer(0);
  for (int64_t k = 0; k < input.getNumElements(); ++k)
    if (input.integer(k) < low || input.integer(k) > high)
      return failAt(op, op.getText() + ": found " + llvm::Twine(input.integer(k)) +
                            "; expected a number from " + llvm::Twine(low) + " to " +
                            llvm::Twine(high));
  return input;
}

static llvm::Expected<Tensor> evaluateGather(nn::GatherOp op, Operands operands) {
  const Tensor &data = *operands[0], &indices = *operands[1];
  int64_t axis = op.getAxis(), rank = indices.getRank();
  if (auto error = checkIndices(op, indices, data.getDim(axis)))
    return std::move(error);
  Index shape(data.getShape().take_front(axis));
  llvm::append_range(shape, indices.getShape());
  llvm::append_range(shape, data.getShape().drop_front(axis + 1));
  return rearrange(op, shape, data, [&](ArrayRef<int64_t> index) {
    int64_t chosen = indices.integer(indices.offset(index.slice(axis, rank)));
    Index from(index.take_front(axis));
    from.push_back(resolveIndex(chosen, data.getDim(axis)));
    llvm::append_range(from, index.drop_front(axis + rank));
    return data.offset(from);
  });
}

static llvm::Expected<Tensor> evaluateGatherElements(nn::GatherElementsOp op,
                                                     Operands operands) {
  const Tensor &data = *operands[0], &indices = *operands[1];
  int64_t axis = op.getAxis();
  if (auto error = checkIndices(op, indices, data.getDim(axis)))
    return std::move(error);
  for (int64_t i = 0; i < data.getRank(); ++i)
    if (i != axis && indices.getDim(i) > data.getDim(i))
      return failAt(op, "found indices of " + llvm::Twine(indices.getDim(i)) +
                            " elements along axis " + llvm::Twine(i) +
                            "; expected at most " + llvm::Twine(data.getDim(i)));
  return rearrange(op, indices.getShape(), data, [&](ArrayRef<int64_t> index) {
    int64_t chosen = indices.integer(indices.offset(index));
    return data.offset(withDim(index, axis, resolveIndex(chosen, data.getDim(axis))));
  });
}

//===----------------------------------------------------------------------===//
// nn.scatter_nd
//===----------------------------------------------------------------------===//

static void scatterReal(nn::ScatterKind kind, double &place, double update) {
  switch (kind) {
  case nn::ScatterKind::Replace:
    place = update;
    return;
  case nn::ScatterKind::Add:
    place += update;
    return;
  case nn::ScatterKind::Mul:
    place *= update;
    return;
  case nn::ScatterKind::Max:
    place = maximum(place, update);
    return;
  case nn::ScatterKind::Min:
    place = minimum(place, update);
    return;
  }
}

static void scatterInteger(nn::ScatterKind kind, bool isUnsigned, int64_t &place,
                           int64_t update) {
  bool isLess = isUnsigned ? uint64_t(place) < uint64_t(update) : place < update;
  switch (kind) {
  case nn::ScatterKind::Replace:
    place = update;
    return;
  case nn::ScatterKind::Add:
    place = uint64_t(place) + uint64_t(update);
    return;
  case nn::ScatterKind::Mul:
    place = uint64_t(place) * uint64_t(update);
    return;
  case nn::ScatterKind::Max:
    place = isLess ? update : place;
    return;
  case nn::ScatterKind::Min:
    place = isLess ? place : update;
    return;
  }
}

static llvm::Expected<Tensor> evaluateScatterND(nn::ScatterNDOp op, Operands operands) {
  Tensor result = *operands[0];
  const Tensor &indices = *operands[1], &updates = *operands[2];
  int64_t depth = indices.getShape().back(), lead = indices.getRank() - 1;
  Index expected(indices.getShape().drop_back());
  llvm::append_range(expected, result.getShape().drop_front(depth));
  if (auto error = checkShape(op, "updates", updates, expected))
    return std::move(error);
  int64_t k = 0;
  for (const Index &index : Positions(updates.getShape())) {
    // Splits the position into the coordinates of the slice and those within it.
    Index from(ArrayRef<int64_t>(index).take_front(lead)), to;
    from.push_back(0);
    for (int64_t i = 0; i < depth; ++i) {
      from.back() = i;
      int64_t coordinate = indices.integer(indices.offset(from));
      if (auto error = checkIndex(op, coordinate, result.getDim(i)))
        return std::move(error);
      to.push_back(resolveIndex(coordinate, result.getDim(i)));
    }
    llvm::append_range(to, ArrayRef<int64_t>(index).drop_front(lead));
    int64_t update = k++;
    if (result.isFloat())
      scatterReal(op.getReduction(), result.real(result.offset(to)), updates.real(update));
    else
      scatterInteger(op.getReduction(), result.isUnsigned(),
                     result.integer(result.offset(to)), updates.integer(update));
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Shapes and ranges
//===----------------------------------------------------------------------===//

static llvm::Expected<Tensor> evaluateShapeOf(nn::ShapeOfOp op, Operands operands) {
  Shape shape = operands[0]->getShape();
  return generate(op, {static_cast<int64_t>(shape.size())}, elementTypeOf(op),
                  [&](const Index &index) { return shape[index[0]]; });
}

/// Returns the number of elements: (limit - start) / delta, rounded up, and not below 0.
static llvm::Expected<int64_t> countRange(Operation *op, const Tensor &start,
                                          const Tensor &limit, const Tensor &delta) {
  double count;
  if (start.isFloat()) {
    count = std::ceil((limit.real(0) - start.real(0)) / delta.real(0));
  } else {
    __int128 distance = __int128(limit.integer(0)) - start.integer(0);
    __int128 step = delta.integer(0);
    if (step == 0)
      return failAt(op, "found a delta of 0");
    __int128 whole = distance / step;
    count = static_cast<double>(
        whole + (whole * step != distance && whole >= 0 && (distance < 0) == (step < 0)));
  }
  if (std::isnan(count) || count > kMaxElements)
    return failAt(op, "found a range of more than 2^28 numbers");
  return std::max<int64_t>(0, count < 0 ? 0 : static_cast<int64_t>(count));
}

static llvm::Expected<Tensor> evaluateRange(nn::RangeOp op, Operands operands) {
  const Tensor &start = *operands[0], &delta = *operands[2];
  for (const Tensor *operand : operands)
    if (operand->getNumElements() != 1)
      return failAt(op, "found an operand of " + llvm::Twine(operand->getNumElements()) +
                            " elements; expected one");
  auto count = countRange(op, start, *operands[1], delta);
  if (!count)
    return count.takeError();
  Tensor result({*count}, start.getElementType());
  for (int64_t i = 0; i < *count; ++i) {
    if (result.isFloat())
      result.real(i) = start.real(0) + i * delta.real(0);
    else
      result.integer(i) = uint64_t(start.integer(0)) + uint64_t(i) * delta.integer(0);
  }
  return result;
}

void reference::addNNIndexing(OpTable &table) {
  table.add(evaluateGather);
  table.add(evaluateGatherElements);
  table.add(evaluateScatterND);
  table.add(evaluateAssertRange);
  table.add(evaluateShapeOf);
  table.add(evaluateRange);
}
