//===- NNSizes.cpp - The sizes of each operation's results ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/SizeInference.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static constexpr StringLiteral kUnknownShape =
    "its shape depends on values that are known only at run time";

//===----------------------------------------------------------------------===//
// Helpers that many rules share
//===----------------------------------------------------------------------===//

SizeList SizeInference::broadcast(ValueRange operands) {
  SizeList joint;
  for (Value operand : operands) {
    SizeList own = sizesOf(operand);
    while (joint.size() < own.size())
      joint.insert(joint.begin(), table.constant(1));
    for (auto [size, other] : llvm::zip(llvm::reverse(joint), llvm::reverse(own)))
      size = broadcast(size, other);
  }
  return joint;
}

SizeExpr SizeInference::product(ArrayRef<SizeExpr> sizes) {
  SizeExpr result = table.constant(1);
  for (SizeExpr size : sizes)
    result = table.multiply(result, size);
  return result;
}

SizeList nn::detail::inferDefaultSizes(SizeInference &inference, Operation *op,
                                       unsigned result) {
  if (isa<ElementwiseOpInterface>(op))
    return inference.broadcast(op->getOperands());
  auto own = tensorOf(op->getResult(result));
  bool isAlike = op->getNumOperands() > 0 &&
                 isa<RankedTensorType>(op->getOperand(0).getType()) &&
                 tensorOf(op->getOperand(0)).getRank() == own.getRank();
  return isAlike ? inference.sizesOf(op->getOperand(0)) : SizeList(own.getRank());
}

/// Returns the sizes of a value whose type is known.
static SizeList sizesOfType(SizeTable &table, RankedTensorType type) {
  SizeList list;
  for (int64_t dim : type.getShape())
    list.push_back(table.constant(dim));
  return list;
}

/// Returns the sizes of `input` without the dimensions `axes`, or with 1 in their place.
static SizeList sizesWithout(SizeInference &inference, Value input, ArrayRef<int64_t> axes,
                             bool keepsDims) {
  SizeList from = inference.sizesOf(input), list;
  for (auto [i, size] : llvm::enumerate(from)) {
    bool isReduced = llvm::is_contained(axes, static_cast<int64_t>(i));
    if (!isReduced || keepsDims)
      list.push_back(isReduced ? inference.table.constant(1) : size);
  }
  return list;
}

//===----------------------------------------------------------------------===//
// Constants, products, reductions
//===----------------------------------------------------------------------===//

#define INFER_SIZES(OP) SizeList OP::inferSizes(SizeInference &inference, unsigned)

INFER_SIZES(ConstantOp) { return sizesOfType(inference.table, tensorOf(getResult())); }
INFER_SIZES(DequantizeOp) { return sizesOfType(inference.table, tensorOf(getResult())); }
INFER_SIZES(PowersOfTwoOp) { return sizesOfType(inference.table, tensorOf(getResult())); }

INFER_SIZES(LinearOp) {
  SizeList list = inference.sizesOf(getInput());
  inference.require(list.back(), inference.sizesOf(getWeight())[0]);
  list.back() = inference.sizesOf(getWeight())[1];
  return list;
}

INFER_SIZES(RotaryOp) {
  SizeList list = inference.sizesOf(getInput());
  for (Value angle : {getCos(), getSin()}) {
    SizeList own = inference.sizesOf(angle);
    for (size_t i = 2; i <= own.size(); ++i)
      inference.requireRepeatable(own[own.size() - i], list[list.size() - i]);
  }
  return list;
}

INFER_SIZES(ReduceOp) {
  return sizesWithout(inference, getInput(), getAxes(), getKeepDims());
}

INFER_SIZES(ArgReduceOp) {
  // Among no elements there is no extreme.
  inference.requireAtMost(inference.table.constant(1),
                          inference.sizesOf(getInput())[getAxis()]);
  return sizesWithout(inference, getInput(), getAxis(), getKeepDims());
}

INFER_SIZES(TopKOp) {
  SizeList list = inference.sizesOf(getInput());
  SizeExpr k = inference.table.constant(getK());
  inference.requireAtMost(k, list[getAxis()]);
  list[getAxis()] = k;
  return list;
}

INFER_SIZES(MatmulOp) {
  SizeList left = inference.sizesOf(getLhs()), right = inference.sizesOf(getRhs());
  bool isRow = left.size() == 1, isColumn = right.size() == 1;
  if (isRow)
    left.insert(left.begin(), inference.table.constant(1));
  if (isColumn)
    right.push_back(inference.table.constant(1));
  inference.require(left.back(), right[right.size() - 2]);
  SizeExpr rows = left[left.size() - 2], columns = right.back();
  left.pop_back_n(2), right.pop_back_n(2);
  if (left.size() < right.size())
    std::swap(left, right);
  SizeList list = left;
  for (auto [size, other] : llvm::zip(llvm::reverse(list), llvm::reverse(right)))
    size = inference.broadcast(size, other);
  if (!isRow)
    list.push_back(rows);
  if (!isColumn)
    list.push_back(columns);
  return list;
}

INFER_SIZES(AttentionOp) {
  SizeList query = inference.sizesOf(getQuery()), key = inference.sizesOf(getKey()),
           value = inference.sizesOf(getValue());
  size_t rank = query.size();
  for (size_t i = 0; i + 2 < rank; ++i)
    for (SizeExpr other : {key[i], value[i]})
      if (inference.table.asConstant(other) != 1)
        inference.require(other, query[i]);
  inference.require(query[rank - 1], key[rank - 1]);
  inference.require(key[rank - 2], value[rank - 2]);
  if (Value mask = getMask()) {
    SizeList scores = query, own = inference.sizesOf(mask);
    scores.back() = inference.table.resolve(key[rank - 2]);
    for (auto [size, wanted] : llvm::zip(llvm::reverse(own), llvm::reverse(scores)))
      inference.requireRepeatable(size, wanted);
  }
  query.back() = value.back();
  return query;
}

/// Returns (n + pads - window) / stride + 1, rounded down.
static SizeExpr windowsIn(SizeTable &table, SizeExpr size, int64_t pads, int64_t kernel,
                          int64_t dilation, int64_t stride) {
  int64_t window = (kernel - 1) * dilation + 1;
  return table.divide(table.add(size, table.constant(pads - window + stride)),
                      table.constant(stride));
}

INFER_SIZES(ConvOp) {
  SizeTable &table = inference.table;
  SizeList list = inference.sizesOf(getInput()), weight = inference.sizesOf(getWeight());
  inference.require(list[1], table.multiply(weight[1], table.constant(getGroup())));
  list[1] = weight[0];
  for (size_t i = 0; i + 2 < list.size(); ++i) {
    auto kernel = table.asConstant(weight[2 + i]);
    if (!kernel)
      return {};
    int64_t pads = getPadsLow()[i] + getPadsHigh()[i], dilation = getDilations()[i];
    // A window must not consist of padding alone.
    int64_t least = std::max<int64_t>(1, (*kernel - 1) * dilation + 1 - pads);
    inference.requireAtMost(table.constant(least), list[2 + i]);
    list[2 + i] = windowsIn(table, list[2 + i], pads, *kernel, dilation, getStrides()[i]);
  }
  return list;
}

INFER_SIZES(PoolOp) {
  SizeTable &table = inference.table;
  SizeList list = inference.sizesOf(getInput());
  for (auto [i, kernel] : llvm::enumerate(getKernel())) {
    SizeExpr size = list[2 + i];
    int64_t low = getPadsLow()[i], pads = low + getPadsHigh()[i];
    int64_t stride = getStrides()[i], dilation = getDilations()[i];
    int64_t least = std::max<int64_t>(1, (kernel - 1) * dilation + 1 - pads);
    inference.requireAtMost(table.constant(least), size);
    int64_t more = getCeil() ? stride - 1 : 0;
    SizeExpr count = windowsIn(table, size, pads + more, kernel, dilation, stride);
    // A window that starts in the upper padding does not count.
    SizeExpr before = table.subtract(count, table.constant(1));
    SizeExpr start = table.multiply(before, table.constant(stride));
    list[2 + i] =
        getCeil() ? table.choose(SizePredicate::LessOrEqual,
                                 table.add(size, table.constant(low)), start, before, count)
                  : count;
  }
  return list;
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

INFER_SIZES(ConcatOp) {
  SizeList list = inference.sizesOf(getInputs().front());
  for (Value input : getInputs().drop_front())
    for (auto [i, size] : llvm::enumerate(inference.sizesOf(input))) {
      if (i == getAxis())
        list[i] = inference.table.add(list[i], size);
      else
        inference.require(list[i], size);
    }
  return list;
}

INFER_SIZES(GatherOp) {
  inference.requireIndices(getIndices(), inference.sizesOf(getData())[getAxis()]);
  SizeList from = inference.sizesOf(getData()), list(ArrayRef(from).take_front(getAxis()));
  llvm::append_range(list, inference.sizesOf(getIndices()));
  llvm::append_range(list, ArrayRef(from).drop_front(getAxis() + 1));
  return list;
}

INFER_SIZES(GatherElementsOp) {
  SizeList from = inference.sizesOf(getData()), list = inference.sizesOf(getIndices());
  for (auto [i, size, limit] : llvm::enumerate(list, from))
    if (i != getAxis())
      inference.requireAtMost(size, limit);
  inference.requireIndices(getIndices(), from[getAxis()]);
  return list;
}

INFER_SIZES(ScatterNDOp) {
  SizeList list = inference.sizesOf(getData()), tuples = inference.sizesOf(getIndices());
  size_t depth = tensorOf(getIndices()).getShape().back();
  SizeList slices(ArrayRef(tuples).drop_back());
  llvm::append_range(slices, ArrayRef(list).drop_front(depth));
  for (auto [size, wanted] : llvm::zip(inference.sizesOf(getUpdates()), slices))
    inference.require(size, wanted);
  return list;
}

INFER_SIZES(AssertRangeOp) {
  auto low = inference.elementsOf(getLow()), high = inference.elementsOf(getHigh());
  if (low && high)
    inference.requireSpan(getInput(), low->front(), high->front());
  return inference.sizesOf(getInput());
}

INFER_SIZES(PadOp) {
  SizeTable &table = inference.table;
  SizeList list = inference.sizesOf(getInput());
  for (auto [size, low, high] : llvm::zip(list, getLow(), getHigh())) {
    size = table.add(size, table.constant(low + high));
    inference.requireAtMost(table.constant(0), size);
  }
  return list;
}

INFER_SIZES(TransposeOp) {
  SizeList from = inference.sizesOf(getInput()), list;
  for (int64_t i : getPermutation())
    list.push_back(from[i]);
  return list;
}

INFER_SIZES(ShapeOfOp) {
  return {inference.table.constant(tensorOf(getInput()).getRank())};
}

/// Only known dimensions are cut, for which the type is right.
INFER_SIZES(SliceOp) {
  SizeList list = inference.sizesOf(getInput());
  for (auto [i, size] : llvm::enumerate(list)) {
    int64_t end = getEnds()[i], step = getSteps()[i];
    if (end == std::numeric_limits<int64_t>::max())
      continue;
    int64_t span = step > 0 ? end - getStarts()[i] : getStarts()[i] - end;
    int64_t magnitude = step > 0 ? step : -step;
    size = inference.table.constant(span / magnitude + (span % magnitude != 0));
  }
  return list;
}

INFER_SIZES(ReshapeOp) {
  auto from = tensorOf(getInput()), to = tensorOf(getResult());
  SizeList own = inference.sizesOf(getInput()), list;
  int64_t next = 0;
  for (int64_t dim : to.getShape()) {
    if (!ShapedType::isDynamic(dim)) {
      list.push_back(inference.table.constant(dim));
      continue;
    }
    while (next < from.getRank() && !from.isDynamicDim(next))
      ++next;
    list.push_back(next < from.getRank() ? own[next++] : SizeExpr());
  }
  return list;
}

INFER_SIZES(ExpandOp) {
  auto to = tensorOf(getResult());
  SizeList own = inference.sizesOf(getInput()), list;
  size_t missing = to.getRank() - own.size();
  for (auto [i, dim] : llvm::enumerate(to.getShape())) {
    if (!ShapedType::isDynamic(dim)) {
      list.push_back(inference.table.constant(dim));
      if (i >= missing)
        inference.requireRepeatable(own[i - missing], list.back());
      continue;
    }
    bool isOpen = i < missing || inference.table.asConstant(own[i - missing]) == 1;
    list.push_back(isOpen ? SizeExpr() : own[i - missing]);
    if (isOpen)
      inference.fail("nothing determines its free dimension");
  }
  return list;
}

INFER_SIZES(DynamicSliceOp) {
  SizeTable &table = inference.table;
  SizeList list = inference.sizesOf(getInput());
  SizeExpr zero = table.constant(0), one = table.constant(1);
  SizeList begin(list.size(), zero);
  inference.setStarts(getOperation(), begin);
  auto starts = inference.elementsOf(getStarts()), ends = inference.elementsOf(getEnds()),
       steps = inference.elementsOf(getSteps());
  if (!starts || !ends || !steps) {
    inference.fail(kUnknownShape);
    return {};
  }
  for (auto [i, axis] : llvm::enumerate(getAxes())) {
    SizeExpr size = list[axis], start = (*starts)[i], end = (*ends)[i];
    auto step = table.asConstant((*steps)[i]);
    if (!step || *step == 0 || *step == std::numeric_limits<int64_t>::min()) {
      inference.fail("its step is zero, or known only at run time");
      return {};
    }
    // Negative bounds count from the end; then the bound is clamped to the elements, or one
    // after the last.
    SizeExpr least = table.constant(*step > 0 ? 0 : -1);
    SizeExpr most = *step > 0 ? size : table.subtract(size, one);
    auto clamp = [&](SizeExpr bound, SizeExpr least) {
      SizeExpr fromEnd = table.add(bound, size);
      bound = table.choose(SizePredicate::Less, bound, zero, fromEnd, bound);
      return table.minimum(table.maximum(bound, least), most);
    };
    start = clamp(start, zero), end = clamp(end, least);
    SizeExpr span = *step > 0 ? table.subtract(end, start) : table.subtract(start, end);
    int64_t stride = *step > 0 ? *step : -*step;
    SizeExpr count =
        table.divide(table.add(span, table.constant(stride - 1)), table.constant(stride));
    list[axis] = table.maximum(count, zero);
    begin[axis] = start;
  }
  inference.setStarts(getOperation(), begin);
  return list;
}

INFER_SIZES(DynamicReshapeOp) {
  SizeTable &table = inference.table;
  SizeList from = inference.sizesOf(getInput());
  auto shape = inference.elementsOf(getShape());
  if (!shape) {
    inference.fail(kUnknownShape);
    return {};
  }
  SizeList list;
  std::optional<size_t> leftOver;
  for (auto [i, entry] : llvm::enumerate(*shape)) {
    auto known = table.asConstant(entry);
    if (known == -1)
      leftOver = i;
    list.push_back(known == 0 && i < from.size() ? from[i]
                   : known == -1                 ? table.constant(1)
                                                 : entry);
    // Two negative sizes would also have the right product.
    if (!known)
      inference.requireAtMost(table.constant(0), entry);
  }
  SizeExpr whole = inference.product(from), rest = inference.product(list);
  if (leftOver) {
    list[*leftOver] = table.divide(whole, rest);
    rest = table.multiply(rest, list[*leftOver]);
  }
  inference.require(rest, whole);
  for (SizeExpr &size : list)
    size = table.resolve(size);
  return list;
}

INFER_SIZES(DynamicExpandOp) {
  SizeList own = inference.sizesOf(getInput());
  auto shape = inference.elementsOf(getShape());
  if (!shape) {
    inference.fail(kUnknownShape);
    return {};
  }
  SizeList list = *shape;
  for (SizeExpr size : list)
    inference.requireAtMost(inference.table.constant(0), size);
  while (list.size() < own.size())
    list.insert(list.begin(), inference.table.constant(1));
  for (auto [size, other] : llvm::zip(llvm::reverse(list), llvm::reverse(own)))
    size = inference.broadcast(size, other);
  return list;
}

INFER_SIZES(RangeOp) {
  SizeTable &table = inference.table;
  auto start = inference.elementsOf(getStart()), limit = inference.elementsOf(getLimit()),
       delta = inference.elementsOf(getDelta());
  auto step = delta ? table.asConstant(delta->front()) : std::nullopt;
  if (!start || !limit || !step || *step == 0 ||
      *step == std::numeric_limits<int64_t>::min()) {
    if (!tensorOf(getResult()).hasStaticShape())
      inference.fail(kUnknownShape);
    return {};
  }
  SizeExpr span = table.subtract(limit->front(), start->front());
  if (*step < 0)
    span = table.subtract(table.constant(0), span);
  int64_t stride = *step > 0 ? *step : -*step;
  SizeExpr count =
      table.divide(table.add(span, table.constant(stride - 1)), table.constant(stride));
  return {table.maximum(count, table.constant(0))};
}

#undef INFER_SIZES
