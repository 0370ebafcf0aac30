//===- Movement.cpp - Movement of elements in nn --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Movement.h"
#include "tacit/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

//===----------------------------------------------------------------------===//
// Operations that mpc shares
//===----------------------------------------------------------------------===//

/// Returns the number of elements of a slice of a dimension.
static int64_t countSteps(int64_t start, int64_t end, int64_t step) {
  if (step > 0)
    return start < end ? (end - start - 1) / step + 1 : 0;
  return start > end ? (start - end - 1) / -step + 1 : 0;
}

llvm::Expected<Tensor> reference::slice(Operation *op, const Tensor &input,
                                        ArrayRef<int64_t> starts, ArrayRef<int64_t> ends,
                                        ArrayRef<int64_t> steps) {
  Index shape;
  for (int64_t i = 0; i < input.getRank(); ++i) {
    int64_t dim = input.getDim(i), end = std::min(ends[i], dim);
    if (starts[i] < 0 || starts[i] > dim || end < -1 || steps[i] == 0 ||
        steps[i] == std::numeric_limits<int64_t>::min() || (steps[i] > 0 && end < 0))
      return failAt(op, "found a slice from " + llvm::Twine(starts[i]) + " to " +
                            llvm::Twine(ends[i]) + " of dimension " + llvm::Twine(i) +
                            ", which has " + llvm::Twine(dim) + " elements");
    // A slice with a negative step that begins after the last element begins with the last
    // one.
    shape.push_back(countSteps(starts[i], end, steps[i]));
    if (steps[i] < 0 && starts[i] == dim && shape.back() > 0)
      return failAt(op, "found a slice that begins at " + llvm::Twine(dim) +
                            " with a negative step, in a dimension of as many elements");
  }
  return rearrange(op, shape, input, [&](ArrayRef<int64_t> index) {
    Index from(index);
    for (size_t i = 0; i < from.size(); ++i)
      from[i] = starts[i] + from[i] * steps[i];
    return input.offset(from);
  });
}

llvm::Expected<Tensor> reference::transpose(Operation *op, const Tensor &input,
                                            ArrayRef<int64_t> permutation) {
  Index shape;
  for (int64_t axis : permutation)
    shape.push_back(input.getDim(axis));
  return rearrange(op, shape, input, [&](ArrayRef<int64_t> index) {
    Index from(index);
    for (auto [i, axis] : llvm::enumerate(permutation))
      from[axis] = index[i];
    return input.offset(from);
  });
}

llvm::Expected<Tensor> reference::expand(Operation *op, const Tensor &input, Shape shape) {
  auto whole = broadcastShapes(op, {input.getShape(), shape});
  if (!whole)
    return whole.takeError();
  return rearrange(op, *whole, input,
                   [&](ArrayRef<int64_t> index) { return input.broadcastOffset(index); });
}

llvm::Expected<Tensor> reference::concat(Operation *op, Operands inputs, int64_t axis) {
  Index shape(inputs.front()->getShape());
  shape[axis] = 0;
  for (const Tensor *input : inputs) {
    if (withDim(input->getShape(), axis, 0) != withDim(shape, axis, 0))
      return failAt(op, "found parts that differ in a dimension other than axis " +
                            llvm::Twine(axis));
    shape[axis] += input->getDim(axis);
  }
  auto result = makeTensor(op, shape, inputs.front()->getElementType());
  if (!result)
    return result;
  int64_t first = 0;
  for (const Tensor *input : inputs) {
    int64_t k = 0;
    for (const Index &index : Positions(input->getShape())) {
      int64_t to = result->offset(withDim(index, axis, first + index[axis]));
      if (result->isFloat())
        result->real(to) = input->real(k++);
      else
        result->integer(to) = input->integer(k++);
    }
    first += input->getDim(axis);
  }
  return result;
}

llvm::Expected<Tensor> reference::reshape(Operation *op, const Tensor &input, Shape shape) {
  if (countElements(shape) != input.getNumElements())
    return failAt(op, "found " + llvm::Twine(input.getNumElements()) +
                          " elements; expected those of a shape with " +
                          llvm::Twine(countElements(shape)));
  return input.reshaped(shape);
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

static llvm::Expected<Tensor> evaluateSlice(nn::SliceOp op, Operands operands) {
  return slice(op, *operands[0], op.getStarts(), op.getEnds(), op.getSteps());
}

/// Negative bounds count from the end; then all are clamped, as ONNX defines it.
static llvm::Expected<Tensor> evaluateDynamicSlice(nn::DynamicSliceOp op,
                                                   Operands operands) {
  const Tensor &input = *operands[0];
  Index starts(input.getRank(), 0), ends(input.getShape()), steps(input.getRank(), 1);
  for (const Tensor *bounds : operands.drop_front())
    if (auto error =
            checkShape(op, "bounds", *bounds, {static_cast<int64_t>(op.getAxes().size())}))
      return std::move(error);
  for (auto [i, axis] : llvm::enumerate(op.getAxes())) {
    int64_t dim = input.getDim(axis), step = operands[3]->integer(i);
    if (step == 0)
      return failAt(op, "found a step of 0");
    auto clamp = [&](int64_t bound, int64_t low, int64_t high) {
      return std::clamp(bound < 0 ? bound + dim : bound, low, std::max(low, high));
    };
    starts[axis] = clamp(operands[1]->integer(i), 0, step > 0 ? dim : dim - 1);
    ends[axis] = clamp(operands[2]->integer(i), step > 0 ? 0 : -1, dim);
    // A step is clamped to the size of the dimension.
    steps[axis] = std::clamp(step, -dim - 1, dim + 1);
    if (dim == 0)
      steps[axis] = 1;
    if (step > 0 ? ends[axis] < starts[axis] : ends[axis] > starts[axis])
      ends[axis] = starts[axis];
  }
  return slice(op, input, starts, ends, steps);
}

static llvm::Expected<Tensor> evaluatePad(nn::PadOp op, Operands operands) {
  const Tensor &input = *operands[0], &border = *operands[1];
  Index shape(input.getShape());
  for (size_t i = 0; i < shape.size(); ++i)
    shape[i] += op.getLow()[i] + op.getHigh()[i];
  auto result = makeTensor(op, shape, input.getElementType());
  if (!result)
    return result;
  int64_t k = 0;
  for (const Index &index : Positions(shape)) {
    Index from(index);
    bool isInside = true;
    for (size_t i = 0; i < from.size(); ++i) {
      from[i] -= op.getLow()[i];
      isInside &= from[i] >= 0 && from[i] < input.getDim(i);
    }
    const Tensor &source = isInside ? input : border;
    int64_t where = isInside ? input.offset(from) : 0;
    if (result->isFloat())
      result->real(k++) = source.real(where);
    else
      result->integer(k++) = source.integer(where);
  }
  return result;
}

static llvm::Expected<Tensor> evaluateConcat(nn::ConcatOp op, Operands operands) {
  return concat(op, operands, op.getAxis());
}

static llvm::Expected<Tensor> evaluateTranspose(nn::TransposeOp op, Operands operands) {
  return transpose(op, *operands[0], op.getPermutation());
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static llvm::Expected<Tensor> evaluateReshape(nn::ReshapeOp op, Operands operands) {
  const Tensor &input = *operands[0];
  // The k-th free dimension of the result is the k-th of the input.
  Index shape(op.getType().getShape()), sizes;
  for (auto [i, dim] : llvm::enumerate(op.getInput().getType().getShape()))
    if (ShapedType::isDynamic(dim))
      sizes.push_back(input.getDim(i));
  for (int64_t &dim : shape)
    if (ShapedType::isDynamic(dim) && !sizes.empty()) {
      dim = sizes.front();
      sizes.erase(sizes.begin());
    }
  return reshape(op, input, shape);
}

static llvm::Expected<Tensor> evaluateDynamicReshape(nn::DynamicReshapeOp op,
                                                     Operands operands) {
  const Tensor &input = *operands[0], &wanted = *operands[1];
  Index shape;
  int64_t rest = -1;
  for (int64_t i = 0; i < wanted.getNumElements(); ++i) {
    shape.push_back(wanted.integer(i));
    if (shape.back() == 0 && i < input.getRank())
      shape.back() = input.getDim(i);
    if (shape.back() == -1)
      rest = i;
  }
  if (rest >= 0) {
    shape[rest] = 1;
    int64_t others = countElements(shape);
    if (others > 0)
      shape[rest] = input.getNumElements() / others;
  }
  return reshape(op, input, shape);
}

static llvm::Expected<Tensor> evaluateExpand(nn::ExpandOp op, Operands operands) {
  Index shape(op.getType().getShape());
  // A free dimension keeps its size.
  for (int64_t &dim : shape)
    if (ShapedType::isDynamic(dim))
      dim = 1;
  return expand(op, *operands[0], shape);
}

static llvm::Expected<Tensor> evaluateDynamicExpand(nn::DynamicExpandOp op,
                                                    Operands operands) {
  Index shape;
  for (int64_t i = 0; i < operands[1]->getNumElements(); ++i)
    shape.push_back(operands[1]->integer(i));
  return expand(op, *operands[0], shape);
}

static llvm::Expected<Tensor> evaluateSized(nn::SizedOp op, Operands operands) {
  const Tensor &input = *operands[0];
  size_t next = 1;
  for (auto [i, dim] : llvm::enumerate(op.getInput().getType().getShape())) {
    if (!ShapedType::isDynamic(dim))
      continue;
    int64_t size = operands[next++]->integer(0);
    if (size != input.getDim(i))
      return failAt(op, "found " + llvm::Twine(input.getDim(i)) +
                            " elements along dimension " + llvm::Twine(i) + "; expected " +
                            llvm::Twine(size));
  }
  return input;
}

void reference::addNNMovement(OpTable &table) {
  table.add(evaluateSlice);
  table.add(evaluateDynamicSlice);
  table.add(evaluatePad);
  table.add(evaluateConcat);
  table.add(evaluateTranspose);
  table.add(evaluateReshape);
  table.add(evaluateDynamicReshape);
  table.add(evaluateExpand);
  table.add(evaluateDynamicExpand);
  table.add(evaluateSized);
}
