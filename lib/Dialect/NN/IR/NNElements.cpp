//===- NNElements.cpp - Shape arithmetic, element by element --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// These functions track small tensors of whole numbers, whatever their element type:
// exporters cast sizes to floats and back. A size has no more bits than a float's fraction,
// and elements that would be rounded are not tracked.
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/SizeInference.h"
#include "tacit/Dialect/NN/IR/Strides.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/APSInt.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// Returns the elements of `input`, if they are as many as those of `result`.
static std::optional<SizeList> sameElements(SizeInference &inference, Value input,
                                            Value result) {
  auto list = inference.elementsOf(input);
  if (!list || static_cast<int64_t>(list->size()) != tensorOf(result).getNumElements())
    return std::nullopt;
  return list;
}

/// Does the same as sameElements, and also repeats a single element.
static std::optional<SizeList> repeatedElements(SizeInference &inference, Value input,
                                                Value result) {
  auto list = inference.elementsOf(input);
  if (list && list->size() == 1)
    return SizeList(tensorOf(result).getNumElements(), list->front());
  return sameElements(inference, input, result);
}

#define INFER_ELEMENTS(OP)                                                                 \
  std::optional<SizeList> OP::inferElements(SizeInference &inference)

//===----------------------------------------------------------------------===//
// Constants, sizes and reductions
//===----------------------------------------------------------------------===//

INFER_ELEMENTS(ConstantOp) {
  auto payload = readPayload(getValue(), kMaxInferredElements);
  if (!payload)
    return std::nullopt;
  auto isFloat = dyn_cast<FloatType>(payload->type.getElementType());
  SizeList list;
  for (int64_t bits : payload->values) {
    if (!isFloat) {
      list.push_back(inference.table.constant(bits));
      continue;
    }
    APFloat value(isFloat.getFloatSemantics(),
                  APInt(isFloat.getWidth(), bits, false, true));
    APSInt whole(64, /*isUnsigned=*/false);
    bool isExact = false;
    if (value.convertToInteger(whole, APFloat::rmTowardZero, &isExact) != APFloat::opOK ||
        !isExact)
      return std::nullopt;
    list.push_back(inference.table.constant(whole.getSExtValue()));
  }
  return list;
}

INFER_ELEMENTS(ShapeOfOp) { return inference.sizesOf(getInput()); }

INFER_ELEMENTS(RangeOp) {
  auto start = inference.elementsOf(getStart()), delta = inference.elementsOf(getDelta());
  if (!start || !delta)
    return std::nullopt;
  SizeTable &table = inference.table;
  SizeList list;
  for (int64_t i = 0, e = tensorOf(getResult()).getNumElements(); i < e; ++i)
    list.push_back(
        table.add(start->front(), table.multiply(table.constant(i), delta->front())));
  return list;
}

INFER_ELEMENTS(ReduceOp) {
  SizeTable &table = inference.table;
  auto data = inference.elementsOf(getInput());
  if (!data || data->empty() || tensorOf(getInput()).getRank() != 1)
    return std::nullopt;
  SizeExpr result = data->front();
  for (SizeExpr element : ArrayRef(*data).drop_front())
    switch (getKind()) {
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
  if (getAxes().empty())
    return std::nullopt;
  return SizeList{result};
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// Returns the index of element `k` of a tensor of `shape` in an operand that is broadcast.
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

std::optional<SizeList> nn::detail::inferDefaultElements(SizeInference &inference,
                                                         Operation *op) {
  auto elementwise = dyn_cast<ElementwiseOpInterface>(op);
  if (!elementwise)
    return std::nullopt;
  SmallVector<SizeList> operands;
  for (Value operand : op->getOperands()) {
    auto list = inference.elementsOf(operand);
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
    list.push_back(elementwise.evaluateSize(inference.table, picked));
  }
  return list;
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

INFER_ELEMENTS(ReshapeOp) { return sameElements(inference, getInput(), getResult()); }
INFER_ELEMENTS(DynamicReshapeOp) {
  return sameElements(inference, getInput(), getResult());
}
INFER_ELEMENTS(ExpandOp) { return repeatedElements(inference, getInput(), getResult()); }
INFER_ELEMENTS(DynamicExpandOp) {
  return repeatedElements(inference, getInput(), getResult());
}

INFER_ELEMENTS(AssertRangeOp) { return sameElements(inference, getInput(), getResult()); }

INFER_ELEMENTS(TransposeOp) {
  auto list = sameElements(inference, getInput(), getResult());
  return list ? std::optional(moved(*this, *list)) : std::nullopt;
}

INFER_ELEMENTS(SliceOp) {
  auto list = inference.elementsOf(getInput());
  return list ? std::optional(moved(*this, *list)) : std::nullopt;
}

INFER_ELEMENTS(ConcatOp) {
  SizeList list;
  for (Value input : getInputs()) {
    auto part = inference.elementsOf(input);
    if (!part || getAxis() != 0)
      return std::nullopt;
    llvm::append_range(list, *part);
  }
  return list;
}

INFER_ELEMENTS(GatherOp) {
  auto data = inference.elementsOf(getData()), indices = inference.elementsOf(getIndices());
  if (!data || !indices || tensorOf(getData()).getRank() != 1)
    return std::nullopt;
  int64_t count = data->size();
  SizeList list;
  for (SizeExpr index : *indices) {
    auto known = inference.table.asConstant(index);
    if (!known || *known < -count || *known >= count)
      return std::nullopt;
    list.push_back((*data)[*known + (*known < 0 ? count : 0)]);
  }
  return list;
}

#undef INFER_ELEMENTS
