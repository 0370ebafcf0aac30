//===- DimRules.cpp - The dimensions of each operation's results ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DimInference.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static constexpr StringLiteral kUnknownShape =
    "its shape depends on values that are known only at run time";

//===----------------------------------------------------------------------===//
// Which rule
//===----------------------------------------------------------------------===//

/// One case per operation; whatever has the shape of its first operand needs none.
SizeList DimInference::infer(Operation *op, unsigned result) {
  auto first = [&] { return sizesOf(op->getOperand(0)); };
  return llvm::TypeSwitch<Operation *, SizeList>(op)
      .Case<ConstantOp, DequantizeOp, PowersOfTwoOp>([&](auto) {
        SizeList list;
        for (int64_t dim : tensorOf(op->getResult(0)).getShape())
          list.push_back(table.constant(dim));
        return list;
      })
      .Case<AddOp, SubOp, MulOp, DivOp, PowOp, MaximumOp, MinimumOp, ModOp, AndOp, OrOp,
            XorOp, CompareOp, WhereOp>(
          [&](auto) { return inferBroadcast(op->getOperands()); })
      .Case([&](MatmulOp matmul) { return inferMatmul(matmul); })
      .Case([&](LinearOp linear) {
        SizeList list = first();
        require(list.back(), sizesOf(linear.getWeight())[0]);
        list.back() = sizesOf(linear.getWeight())[1];
        return list;
      })
      .Case([&](AttentionOp attention) { return inferAttention(attention); })
      .Case([&](RotaryOp rotary) {
        SizeList list = first();
        for (Value angle : {rotary.getCos(), rotary.getSin()}) {
          SizeList own = sizesOf(angle);
          for (size_t i = 2; i <= own.size(); ++i)
            requireRepeatable(own[own.size() - i], list[list.size() - i]);
        }
        return list;
      })
      .Case([&](ReduceOp reduce) {
        return inferReduction(reduce.getInput(), reduce.getAxes(), reduce.getKeepDims());
      })
      .Case([&](ArgReduceOp reduce) {
        return inferReduction(reduce.getInput(), reduce.getAxis(), reduce.getKeepDims());
      })
      .Case([&](TopKOp top) {
        SizeList list = first();
        SizeExpr k = table.constant(top.getK());
        requireAtMost(k, list[top.getAxis()]);
        list[top.getAxis()] = k;
        return list;
      })
      .Case([&](GatherOp gather) {
        return inferGather(gather.getData(), gather.getIndices(), gather.getAxis());
      })
      .Case([&](GatherElementsOp gather) { return sizesOf(gather.getIndices()); })
      .Case([&](PadOp pad) {
        SizeList list = first();
        for (auto [size, low, high] : llvm::zip(list, pad.getLow(), pad.getHigh())) {
          size = table.add(size, table.constant(low + high));
          requireAtMost(table.constant(0), size);
        }
        return list;
      })
      .Case([&](TransposeOp transpose) {
        SizeList from = first(), list;
        for (int64_t i : transpose.getPermutation())
          list.push_back(from[i]);
        return list;
      })
      .Case([&](ShapeOfOp shape) -> SizeList {
        return {table.constant(tensorOf(shape.getInput()).getRank())};
      })
      .Case([&](ConcatOp concat) { return inferConcat(concat); })
      .Case([&](SliceOp slice) { return inferSlice(slice); })
      .Case([&](ReshapeOp reshape) { return inferReshape(reshape); })
      .Case([&](ExpandOp expand) { return inferExpand(expand); })
      .Case([&](ConvOp conv) { return inferConv(conv); })
      .Case([&](PoolOp pool) { return inferPool(pool); })
      .Case([&](DynamicSliceOp slice) { return inferDynamicSlice(slice); })
      .Case([&](DynamicReshapeOp reshape) { return inferDynamicReshape(reshape); })
      .Case([&](DynamicExpandOp expand) { return inferDynamicExpand(expand); })
      .Case([&](RangeOp range) { return inferRange(range); })
      .Default([&](Operation *) -> SizeList {
        auto own = tensorOf(op->getResult(result));
        bool isAlike = op->getNumOperands() > 0 &&
                       isa<RankedTensorType>(op->getOperand(0).getType()) &&
                       tensorOf(op->getOperand(0)).getRank() == own.getRank();
        return isAlike ? first() : SizeList(own.getRank());
      });
}

//===----------------------------------------------------------------------===//
// Elementwise, products, reductions
//===----------------------------------------------------------------------===//

SizeList DimInference::inferBroadcast(ValueRange operands) {
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

SizeList DimInference::inferMatmul(MatmulOp op) {
  SizeList left = sizesOf(op.getLhs()), right = sizesOf(op.getRhs());
  bool isRow = left.size() == 1, isColumn = right.size() == 1;
  if (isRow)
    left.insert(left.begin(), table.constant(1));
  if (isColumn)
    right.push_back(table.constant(1));
  require(left.back(), right[right.size() - 2]);
  SizeExpr rows = left[left.size() - 2], columns = right.back();
  left.pop_back_n(2), right.pop_back_n(2);
  if (left.size() < right.size())
    std::swap(left, right);
  SizeList list = left;
  for (auto [size, other] : llvm::zip(llvm::reverse(list), llvm::reverse(right)))
    size = broadcast(size, other);
  if (!isRow)
    list.push_back(rows);
  if (!isColumn)
    list.push_back(columns);
  return list;
}

SizeList DimInference::inferAttention(AttentionOp op) {
  SizeList query = sizesOf(op.getQuery()), key = sizesOf(op.getKey()),
           value = sizesOf(op.getValue());
  size_t rank = query.size();
  for (size_t i = 0; i + 2 < rank; ++i)
    for (SizeExpr other : {key[i], value[i]})
      if (table.asConstant(other) != 1)
        require(other, query[i]);
  require(query[rank - 1], key[rank - 1]);
  require(key[rank - 2], value[rank - 2]);
  if (Value mask = op.getMask()) {
    SizeList scores = query, own = sizesOf(mask);
    scores.back() = table.resolve(key[rank - 2]);
    for (auto [size, wanted] : llvm::zip(llvm::reverse(own), llvm::reverse(scores)))
      requireRepeatable(size, wanted);
  }
  query.back() = value.back();
  return query;
}

SizeList DimInference::inferReduction(Value input, ArrayRef<int64_t> axes, bool keepsDims) {
  SizeList from = sizesOf(input), list;
  for (auto [i, size] : llvm::enumerate(from)) {
    bool isReduced = llvm::is_contained(axes, static_cast<int64_t>(i));
    if (!isReduced || keepsDims)
      list.push_back(isReduced ? table.constant(1) : size);
  }
  return list;
}

/// (n + pads - window) / stride + 1 places, rounded down.
static SizeExpr windowsIn(SizeTable &table, SizeExpr size, int64_t pads, int64_t kernel,
                          int64_t dilation, int64_t stride) {
  int64_t window = (kernel - 1) * dilation + 1;
  return table.divide(table.add(size, table.constant(pads - window + stride)),
                      table.constant(stride));
}

SizeList DimInference::inferConv(ConvOp op) {
  SizeList list = sizesOf(op.getInput()), weight = sizesOf(op.getWeight());
  require(list[1], table.multiply(weight[1], table.constant(op.getGroup())));
  list[1] = weight[0];
  for (size_t i = 0; i + 2 < list.size(); ++i) {
    auto kernel = table.asConstant(weight[2 + i]);
    if (!kernel)
      return {};
    int64_t pads = op.getPadsLow()[i] + op.getPadsHigh()[i],
            dilation = op.getDilations()[i];
    // No window of padding alone.
    int64_t least = std::max<int64_t>(1, (*kernel - 1) * dilation + 1 - pads);
    requireAtMost(table.constant(least), list[2 + i]);
    list[2 + i] =
        windowsIn(table, list[2 + i], pads, *kernel, dilation, op.getStrides()[i]);
  }
  return list;
}

SizeList DimInference::inferPool(PoolOp op) {
  SizeList list = sizesOf(op.getInput());
  for (auto [i, kernel] : llvm::enumerate(op.getKernel())) {
    SizeExpr size = list[2 + i];
    int64_t low = op.getPadsLow()[i], pads = low + op.getPadsHigh()[i];
    int64_t stride = op.getStrides()[i], dilation = op.getDilations()[i];
    int64_t least = std::max<int64_t>(1, (kernel - 1) * dilation + 1 - pads);
    requireAtMost(table.constant(least), size);
    int64_t more = op.getCeil() ? stride - 1 : 0;
    SizeExpr count = windowsIn(table, size, pads + more, kernel, dilation, stride);
    // A window that starts in the upper padding is none.
    SizeExpr before = table.subtract(count, table.constant(1));
    SizeExpr start = table.multiply(before, table.constant(stride));
    list[2 + i] = op.getCeil() ? table.choose(SizePredicate::LessOrEqual,
                                              table.add(size, table.constant(low)), start,
                                              before, count)
                               : count;
  }
  return list;
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

SizeList DimInference::inferConcat(ConcatOp op) {
  SizeList list = sizesOf(op.getInputs().front());
  for (Value input : op.getInputs().drop_front())
    for (auto [i, size] : llvm::enumerate(sizesOf(input))) {
      if (i == op.getAxis())
        list[i] = table.add(list[i], size);
      else
        require(list[i], size);
    }
  return list;
}

SizeList DimInference::inferGather(Value data, Value indices, int64_t axis) {
  SizeList from = sizesOf(data), list(ArrayRef(from).take_front(axis));
  llvm::append_range(list, sizesOf(indices));
  llvm::append_range(list, ArrayRef(from).drop_front(axis + 1));
  return list;
}

/// Only dimensions that are known are cut; what the type says of them is right.
SizeList DimInference::inferSlice(SliceOp op) {
  SizeList list = sizesOf(op.getInput());
  for (auto [i, size] : llvm::enumerate(list)) {
    int64_t end = op.getEnds()[i], step = op.getSteps()[i];
    if (end == std::numeric_limits<int64_t>::max())
      continue;
    int64_t span = step > 0 ? end - op.getStarts()[i] : op.getStarts()[i] - end;
    int64_t magnitude = step > 0 ? step : -step;
    size = table.constant(span / magnitude + (span % magnitude != 0));
  }
  return list;
}

SizeList DimInference::inferReshape(ReshapeOp op) {
  auto from = tensorOf(op.getInput()), to = tensorOf(op.getResult());
  SizeList own = sizesOf(op.getInput()), list;
  int64_t next = 0;
  for (int64_t dim : to.getShape()) {
    if (!ShapedType::isDynamic(dim)) {
      list.push_back(table.constant(dim));
      continue;
    }
    while (next < from.getRank() && !from.isDynamicDim(next))
      ++next;
    list.push_back(next < from.getRank() ? own[next++] : SizeExpr());
  }
  return list;
}

SizeList DimInference::inferExpand(ExpandOp op) {
  auto to = tensorOf(op.getResult());
  SizeList own = sizesOf(op.getInput()), list;
  size_t missing = to.getRank() - own.size();
  for (auto [i, dim] : llvm::enumerate(to.getShape())) {
    if (!ShapedType::isDynamic(dim)) {
      list.push_back(table.constant(dim));
      if (i >= missing)
        requireRepeatable(own[i - missing], list.back());
      continue;
    }
    bool isOpen = i < missing || table.asConstant(own[i - missing]) == 1;
    list.push_back(isOpen ? SizeExpr() : own[i - missing]);
    if (isOpen)
      fail("nothing says what its free dimension is");
  }
  return list;
}

SizeList DimInference::inferDynamicSlice(DynamicSliceOp op) {
  SizeList list = sizesOf(op.getInput());
  SizeExpr zero = table.constant(0), one = table.constant(1);
  SizeList &begin = dims.starts[op] = SizeList(list.size(), zero);
  auto starts = elementsOf(op.getStarts()), ends = elementsOf(op.getEnds()),
       steps = elementsOf(op.getSteps());
  if (!starts || !ends || !steps) {
    fail(kUnknownShape);
    return {};
  }
  for (auto [i, axis] : llvm::enumerate(op.getAxes())) {
    SizeExpr size = list[axis], start = (*starts)[i], end = (*ends)[i];
    auto step = table.asConstant((*steps)[i]);
    if (!step || *step == 0 || *step == std::numeric_limits<int64_t>::min()) {
      fail("its step is zero, or known only at run time");
      return {};
    }
    // From the end where negative; then moved to where elements are, or one behind.
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
  return list;
}

SizeList DimInference::inferDynamicReshape(DynamicReshapeOp op) {
  SizeList from = sizesOf(op.getInput());
  auto shape = elementsOf(op.getShape());
  if (!shape) {
    fail(kUnknownShape);
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
    // Two sizes below zero have the right product, too.
    if (!known)
      requireAtMost(table.constant(0), entry);
  }
  SizeExpr whole = product(from), rest = product(list);
  if (leftOver) {
    list[*leftOver] = table.divide(whole, rest);
    rest = table.multiply(rest, list[*leftOver]);
  }
  require(rest, whole);
  for (SizeExpr &size : list)
    size = table.resolve(size);
  return list;
}

SizeList DimInference::inferDynamicExpand(DynamicExpandOp op) {
  SizeList own = sizesOf(op.getInput());
  auto shape = elementsOf(op.getShape());
  if (!shape) {
    fail(kUnknownShape);
    return {};
  }
  SizeList list = *shape;
  for (SizeExpr size : list)
    requireAtMost(table.constant(0), size);
  while (list.size() < own.size())
    list.insert(list.begin(), table.constant(1));
  for (auto [size, other] : llvm::zip(llvm::reverse(list), llvm::reverse(own)))
    size = broadcast(size, other);
  return list;
}

SizeList DimInference::inferRange(RangeOp op) {
  auto start = elementsOf(op.getStart()), limit = elementsOf(op.getLimit()),
       delta = elementsOf(op.getDelta());
  auto step = delta ? table.asConstant(delta->front()) : std::nullopt;
  if (!start || !limit || !step || *step == 0 ||
      *step == std::numeric_limits<int64_t>::min()) {
    if (!tensorOf(op.getResult()).hasStaticShape())
      fail(kUnknownShape);
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
