//===- DimElements.cpp - Shape arithmetic, element by element -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Small tensors of whole numbers, whatever their element type: exporters cast sizes
// to floats and back. A size has no more bits than a float's fraction; what would be
// rounded there is no element that we follow.
//
//===----------------------------------------------------------------------===//

#include "DimInference.h"
#include "tacit/Dialect/NN/IR/Strides.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/APSInt.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static bool isSmall(RankedTensorType type) {
  return type.hasStaticShape() && type.getNumElements() <= kMaxElements;
}

std::optional<SizeList> DimInference::readElements(Operation *op) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !isSmall(type))
    return std::nullopt;
  auto same = [&](Value input) -> std::optional<SizeList> {
    auto list = elementsOf(input);
    if (!list || static_cast<int64_t>(list->size()) != type.getNumElements())
      return std::nullopt;
    return list;
  };
  /// One element, repeated.
  auto splat = [&](Value input) -> std::optional<SizeList> {
    auto list = elementsOf(input);
    if (list && list->size() == 1)
      return SizeList(type.getNumElements(), list->front());
    return same(input);
  };
  auto found =
      llvm::TypeSwitch<Operation *, std::optional<SizeList>>(op)
          .Case([&](ConstantOp) { return readConstant(op); })
          .Case([&](ShapeOfOp shape) { return sizesOf(shape.getInput()); })
          .Case<ReshapeOp, DynamicReshapeOp>(
              [&](auto reshape) { return same(reshape.getInput()); })
          .Case<ExpandOp, DynamicExpandOp>(
              [&](auto expand) { return splat(expand.getInput()); })
          .Case([&](TransposeOp transpose) -> std::optional<SizeList> {
            auto list = same(transpose.getInput());
            return list ? std::optional(moved(transpose, *list)) : std::nullopt;
          })
          .Case([&](ConcatOp concat) -> std::optional<SizeList> {
            SizeList list;
            for (Value input : concat.getInputs()) {
              auto part = elementsOf(input);
              if (!part || concat.getAxis() != 0)
                return std::nullopt;
              llvm::append_range(list, *part);
            }
            return list;
          })
          .Case([&](RangeOp range) -> std::optional<SizeList> {
            auto start = elementsOf(range.getStart()), delta = elementsOf(range.getDelta());
            if (!start || !delta)
              return std::nullopt;
            SizeList list;
            for (int64_t i = 0; i < type.getNumElements(); ++i)
              list.push_back(table.add(start->front(),
                                       table.multiply(table.constant(i), delta->front())));
            return list;
          })
          .Case([&](GatherOp gather) { return readGather(gather); })
          .Case([&](SliceOp slice) { return readSlice(slice); })
          .Case([&](ReduceOp reduce) { return readReduce(reduce); })
          .Case<AddOp, SubOp, MulOp, DivOp, ModOp, MaximumOp, MinimumOp, CompareOp, WhereOp,
                NotOp, AndOp, OrOp, CastOp, NegOp, AbsOp, FloorOp, CeilOp>(
              [&](auto) { return readElementwise(op); })
          .Default([](Operation *) { return std::nullopt; });
  if (!found || static_cast<int64_t>(found->size()) != type.getNumElements() ||
      llvm::is_contained(*found, SizeExpr()))
    return std::nullopt;
  return found;
}

std::optional<SizeList> DimInference::readConstant(Operation *op) {
  auto payload = readPayload(cast<ConstantOp>(op).getValue(), kMaxElements);
  if (!payload)
    return std::nullopt;
  auto isFloat = dyn_cast<FloatType>(payload->type.getElementType());
  SizeList list;
  for (int64_t bits : payload->values) {
    if (!isFloat) {
      list.push_back(table.constant(bits));
      continue;
    }
    APFloat value(isFloat.getFloatSemantics(),
                  APInt(isFloat.getWidth(), bits, false, true));
    APSInt whole(64, /*isUnsigned=*/false);
    bool isExact = false;
    if (value.convertToInteger(whole, APFloat::rmTowardZero, &isExact) != APFloat::opOK ||
        !isExact)
      return std::nullopt;
    list.push_back(table.constant(whole.getSExtValue()));
  }
  return list;
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// Where element `k` of a tensor of `shape` lies in an operand that is broadcast.
static int64_t sourceOf(int64_t k, ArrayRef<int64_t> shape, ArrayRef<int64_t> own) {
  int64_t source = 0, stride = 1;
  for (size_t i = 1; i <= own.size(); ++i) {
    int64_t dim = shape[shape.size() - i], size = own[own.size() - i];
    source += size == 1 ? 0 : (k % dim) * stride;
    stride *= size;
    k /= dim;
  }
  return source;
}

std::optional<SizeList> DimInference::readElementwise(Operation *op) {
  SmallVector<SizeList> operands;
  for (Value operand : op->getOperands()) {
    auto list = elementsOf(operand);
    if (!list)
      return std::nullopt;
    operands.push_back(*list);
  }
  auto type = tensorOf(op->getResult(0));
  SizeList list;
  for (int64_t k = 0; k < type.getNumElements(); ++k) {
    SizeList picked;
    for (auto [operand, elements] : llvm::zip(op->getOperands(), operands))
      picked.push_back(
          elements[sourceOf(k, type.getShape(), tensorOf(operand).getShape())]);
    list.push_back(combine(op, picked));
  }
  return list;
}

/// Truth is 1, and a truth that is not known yet a choice.
SizeExpr DimInference::combine(Operation *op, ArrayRef<SizeExpr> x) {
  SizeExpr zero = table.constant(0), one = table.constant(1);
  bool isFloat = isa<FloatType>(tensorOf(op->getOperand(0)).getElementType());
  return llvm::TypeSwitch<Operation *, SizeExpr>(op)
      .Case([&](AddOp) { return table.add(x[0], x[1]); })
      .Case([&](SubOp) { return table.subtract(x[0], x[1]); })
      .Case<MulOp, AndOp>([&](auto) { return table.multiply(x[0], x[1]); })
      .Case([&](DivOp) {
        return isFloat ? table.divideExactly(x[0], x[1]) : table.divide(x[0], x[1]);
      })
      .Case([&](ModOp) -> SizeExpr {
        if (!x[0] || !x[1] || table.bounds(x[0]).low < 0 || table.bounds(x[1]).low < 0)
          return {};
        return table.subtract(x[0], table.multiply(x[1], table.divide(x[0], x[1])));
      })
      .Case<MaximumOp, OrOp>([&](auto) { return table.maximum(x[0], x[1]); })
      .Case([&](MinimumOp) { return table.minimum(x[0], x[1]); })
      .Case([&](NegOp) { return table.subtract(zero, x[0]); })
      .Case([&](AbsOp) { return table.maximum(x[0], table.subtract(zero, x[0])); })
      .Case([&](NotOp) { return table.subtract(one, x[0]); })
      .Case<FloorOp, CeilOp>([&](auto) { return x[0]; })
      .Case([&](CastOp cast) -> SizeExpr {
        if (tensorOf(cast.getResult()).getElementType().isInteger(1))
          return table.choose(SizePredicate::Equal, x[0], zero, zero, one);
        return x[0];
      })
      .Case([&](WhereOp) {
        return table.choose(SizePredicate::Equal, x[0], zero, x[2], x[1]);
      })
      .Case([&](CompareOp compare) -> SizeExpr {
        switch (compare.getPredicate()) {
        case ComparePredicate::Equal:
          return table.choose(SizePredicate::Equal, x[0], x[1], one, zero);
        case ComparePredicate::Less:
          return table.choose(SizePredicate::Less, x[0], x[1], one, zero);
        case ComparePredicate::LessOrEqual:
          return table.choose(SizePredicate::LessOrEqual, x[0], x[1], one, zero);
        case ComparePredicate::Greater:
          return table.choose(SizePredicate::Less, x[1], x[0], one, zero);
        case ComparePredicate::GreaterOrEqual:
          return table.choose(SizePredicate::LessOrEqual, x[1], x[0], one, zero);
        }
        return {};
      })
      .Default([](Operation *) { return SizeExpr(); });
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

std::optional<SizeList> DimInference::readGather(GatherOp op) {
  auto data = elementsOf(op.getData()), indices = elementsOf(op.getIndices());
  if (!data || !indices || tensorOf(op.getData()).getRank() != 1)
    return std::nullopt;
  int64_t count = data->size();
  SizeList list;
  for (SizeExpr index : *indices) {
    auto known = table.asConstant(index);
    if (!known || *known < -count || *known >= count)
      return std::nullopt;
    list.push_back((*data)[*known + (*known < 0 ? count : 0)]);
  }
  return list;
}

std::optional<SizeList> DimInference::readSlice(SliceOp op) {
  auto data = elementsOf(op.getInput());
  return data ? std::optional(moved(op, *data)) : std::nullopt;
}

std::optional<SizeList> DimInference::readReduce(ReduceOp op) {
  auto data = elementsOf(op.getInput());
  if (!data || data->empty() || tensorOf(op.getInput()).getRank() != 1)
    return std::nullopt;
  SizeExpr result = data->front();
  for (SizeExpr element : ArrayRef(*data).drop_front())
    switch (op.getKind()) {
    case ReduceKind::Sum:
      result = table.add(result, element);
      break;
    case ReduceKind::Prod:
      result = table.multiply(result, element);
      break;
    case ReduceKind::Max:
      result = table.maximum(result, element);
      break;
    case ReduceKind::Min:
      result = table.minimum(result, element);
      break;
    case ReduceKind::Mean:
      return std::nullopt;
    }
  if (op.getAxes().empty())
    return std::nullopt;
  return SizeList{result};
}
