//===- NNMovement.cpp - Where moved elements come from --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"
#include <limits>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Elements of a range of dimensions
//===----------------------------------------------------------------------===//

bool DimRange::fits(Value value) const { return rank + skip <= shapeOf(value).size(); }

ArrayRef<int64_t> DimRange::of(Value value) const {
  return shapeOf(value).drop_back(skip).take_back(rank);
}

size_t DimRange::first(Value value) const { return shapeOf(value).size() - rank - skip; }

bool DimRange::contains(Value value, int64_t dim) const {
  int64_t begin = first(value);
  return begin <= dim && dim < begin + rank;
}

/// Returns the number of elements in the dimensions, if it is known and small enough to
/// look at all of them.
std::optional<int64_t> nn::countElements(Value value, DimRange range) {
  if (!range.fits(value))
    return std::nullopt;
  int64_t count = 1;
  for (int64_t dim : range.of(value)) {
    if (ShapedType::isDynamic(dim) || dim < 1 || dim > kMaxTracedElements / count)
      return std::nullopt;
    count *= dim;
  }
  return count;
}

/// Returns how many of the dimensions of `value` before the last `skip` have `count`
/// elements together.
std::optional<unsigned> nn::rankOfElements(Value value, int64_t count, unsigned skip) {
  for (unsigned rank = 1; rank + skip <= shapeOf(value).size(); ++rank)
    if (auto found = countElements(value, {rank, skip}); !found || *found >= count)
      return found == count ? std::optional(rank) : std::nullopt;
  return std::nullopt;
}

int64_t nn::flatten(ArrayRef<int64_t> index, ArrayRef<int64_t> dims) {
  int64_t flat = 0;
  for (auto [i, dim] : llvm::zip(index, dims))
    flat = flat * dim + i;
  return flat;
}

ElementIndex nn::unflatten(int64_t flat, ArrayRef<int64_t> dims) {
  ElementIndex index(dims.size());
  for (size_t i = dims.size(); i-- > 0; flat /= dims[i])
    index[i] = flat % dims[i];
  return index;
}

/// Builds a move from `inputRank` dimensions of operand 0, where `from` maps the indices.
std::optional<Movement> nn::traceFrom(Operation *op, DimRange range, unsigned inputRank,
                                      llvm::function_ref<ElementIndex(ElementIndex)> from) {
  DimRange inputRange{inputRank, range.skip};
  auto count = countElements(op->getResult(0), range);
  if (!count || !countElements(op->getOperand(0), inputRange))
    return std::nullopt;
  auto dims = range.of(op->getResult(0)), inputDims = inputRange.of(op->getOperand(0));
  Movement move{{inputRank}, {}};
  for (int64_t i = 0; i < *count; ++i)
    move.origins.push_back({0, flatten(from(unflatten(i, dims)), inputDims)});
  return move;
}

//===----------------------------------------------------------------------===//
// The operations
//===----------------------------------------------------------------------===//

/// Traces a slice within the dimensions of `range`, whatever it does to the others.
std::optional<Movement> nn::traceWithin(SliceOp op, DimRange range) {
  size_t first = range.first(op.getResult());
  return traceFrom(op, range, range.rank, [&](ElementIndex index) {
    for (auto [i, element] : llvm::enumerate(index))
      element = op.getStarts()[first + i] + element * op.getSteps()[first + i];
    return index;
  });
}

std::optional<Movement> SliceOp::trace(DimRange range) {
  for (auto [i, dim] : llvm::enumerate(shapeOf(getInput())))
    if (!range.contains(getResult(), i) &&
        (getStarts()[i] != 0 || getSteps()[i] != 1 ||
         (getEnds()[i] != dim && getEnds()[i] != std::numeric_limits<int64_t>::max())))
      return std::nullopt;
  return traceWithin(*this, range);
}

std::optional<Movement> ReshapeOp::trace(DimRange range) {
  auto count = countElements(getResult(), range);
  auto inputRank = count ? rankOfElements(getInput(), *count, range.skip) : std::nullopt;
  if (!inputRank || shapeOf(getInput()).take_back(range.skip) !=
                        shapeOf(getResult()).take_back(range.skip))
    return std::nullopt;
  auto dims = range.of(getResult());
  auto inputDims = DimRange{*inputRank, range.skip}.of(getInput());
  return traceFrom(*this, range, *inputRank, [&](ElementIndex index) {
    return unflatten(flatten(index, dims), inputDims);
  });
}

std::optional<Movement> TransposeOp::trace(DimRange range) {
  int64_t first = range.first(getResult());
  auto permutation = getPermutation();
  for (auto [i, from] : llvm::enumerate(permutation))
    if (range.contains(getResult(), i) ? !range.contains(getResult(), from)
                                       : from != static_cast<int64_t>(i))
      return std::nullopt;
  return traceFrom(*this, range, range.rank, [&](ElementIndex index) {
    ElementIndex from(index.size());
    for (auto [i, element] : llvm::enumerate(index))
      from[permutation[first + i] - first] = element;
    return from;
  });
}

/// Repeats elements along the dimensions.
std::optional<Movement> ExpandOp::trace(DimRange range) {
  auto from = shapeOf(getInput()), to = shapeOf(getResult());
  if (from.size() != to.size())
    return std::nullopt;
  for (size_t i = 0; i < to.size(); ++i)
    if (from[i] != to[i] && !range.contains(getResult(), i))
      return std::nullopt;
  auto inputDims = range.of(getInput());
  return traceFrom(*this, range, range.rank, [&](ElementIndex index) {
    for (auto [element, dim] : llvm::zip(index, inputDims))
      element = dim == 1 ? 0 : element;
    return index;
  });
}

/// Picks elements by constant indices along one of the dimensions.
std::optional<Movement> GatherOp::trace(DimRange range) {
  Attribute constant;
  auto shape = shapeOf(getData()), indexShape = shapeOf(getIndices());
  if (indexShape.size() > 1 || !matchPattern(getIndices(), m_Constant(&constant)))
    return std::nullopt;
  auto picks = readIntegers(constant);
  DimRange inputRange{static_cast<unsigned>(range.rank + 1 - indexShape.size()),
                      range.skip};
  int64_t dim = getAxis(), size = shape[dim];
  if (!picks || !inputRange.fits(getData()) || !inputRange.contains(getData(), dim) ||
      llvm::any_of(*picks, [&](int64_t pick) { return pick >= size || pick < -size; }))
    return std::nullopt;
  int64_t axis = dim - inputRange.first(getData());
  return traceFrom(*this, range, inputRange.rank, [&](ElementIndex index) {
    int64_t pick = (*picks)[indexShape.empty() ? 0 : index[axis]];
    if (indexShape.empty())
      index.insert(index.begin() + axis, 0);
    index[axis] = pick < 0 ? pick + size : pick;
    return index;
  });
}

std::optional<Movement> ConcatOp::trace(DimRange range) {
  auto count = countElements(getResult(), range);
  if (!count || !range.contains(getResult(), getAxis()))
    return std::nullopt;
  size_t axis = getAxis() - range.first(getResult());
  // Lists the operand that holds each position along the axis, and where it begins.
  std::vector<std::pair<unsigned, int64_t>> owners;
  for (auto [i, input] : llvm::enumerate(getInputs())) {
    if (!countElements(input, range))
      return std::nullopt;
    owners.insert(owners.end(), shapeOf(input)[getAxis()],
                  {static_cast<unsigned>(i), static_cast<int64_t>(owners.size())});
  }
  Movement move{SmallVector<unsigned>(getInputs().size(), range.rank), {}};
  auto dims = range.of(getResult());
  for (int64_t i = 0; i < *count; ++i) {
    ElementIndex index = unflatten(i, dims);
    auto [operand, begin] = owners[index[axis]];
    index[axis] -= begin;
    move.origins.push_back({operand, flatten(index, range.of(getInputs()[operand]))});
  }
  return move;
}

/// The value comes from several operands.
Value ConcatOp::getMovedOperand() { return {}; }

bool GatherOp::keepsAll() { return false; }
bool GatherElementsOp::keepsAll() { return false; }
bool SliceOp::keepsAll() { return false; }
bool DynamicSliceOp::keepsAll() { return false; }

//===----------------------------------------------------------------------===//
// Which dimensions stay
//===----------------------------------------------------------------------===//

bool GatherOp::keepsLast(unsigned rank) {
  return static_cast<int64_t>(getAxis()) + rank <
         static_cast<int64_t>(shapeOf(getData()).size());
}

bool TransposeOp::keepsLast(unsigned rank) {
  int64_t first = static_cast<int64_t>(shapeOf(getResult()).size()) - rank;
  auto last = getPermutation().take_back(rank);
  return llvm::equal(last, llvm::seq<int64_t>(first, first + rank));
}

bool DynamicSliceOp::keepsLast(unsigned rank) {
  int64_t first = static_cast<int64_t>(shapeOf(getResult()).size()) - rank;
  return llvm::all_of(getAxes(), [&](int64_t axis) { return axis < first; });
}
