//===- Image.cpp - Convolution and pooling of nn --------------------------===//
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

namespace {
/// The windows of a convolution or a pool, in all spatial dimensions.
struct Windows {
  Shape input; ///< spatial dimensions only
  Index kernel;
  ArrayRef<int64_t> strides, low, high, dilations;

  /// Returns the number of windows along each dimension.
  llvm::Expected<Index> count(Operation *op, bool isCeil) const;
  /// Returns the position in the input of element `inside` of window `window`. It may lie
  /// in the padding, or with `ceil` after it.
  Index place(ArrayRef<int64_t> window, ArrayRef<int64_t> inside) const;
  bool isInInput(const Index &place) const;
  bool isInPadding(const Index &place) const;
};
} // namespace

llvm::Expected<Index> Windows::count(Operation *op, bool isCeil) const {
  Index counts;
  for (size_t i = 0; i < input.size(); ++i) {
    int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
    int64_t room = input[i] + low[i] + high[i] - extent;
    if (room < 0 || kernel[i] < 1)
      return failAt(op, "found a window of " + llvm::Twine(extent) +
                            " elements for a dimension of " + llvm::Twine(input[i]));
    counts.push_back(room / strides[i] + 1);
    // The last window may extend beyond the end, but not begin in the upper padding.
    if (isCeil && room % strides[i] != 0 && counts[i] * strides[i] < input[i] + low[i])
      ++counts[i];
  }
  return counts;
}

Index Windows::place(ArrayRef<int64_t> window, ArrayRef<int64_t> inside) const {
  Index result;
  for (size_t i = 0; i < input.size(); ++i)
    result.push_back(window[i] * strides[i] + inside[i] * dilations[i] - low[i]);
  return result;
}

bool Windows::isInInput(const Index &place) const {
  for (size_t i = 0; i < input.size(); ++i)
    if (place[i] < 0 || place[i] >= input[i])
      return false;
  return true;
}

bool Windows::isInPadding(const Index &place) const {
  for (size_t i = 0; i < input.size(); ++i)
    if (place[i] >= input[i] + high[i])
      return false;
  return true;
}

/// Returns the sum over the channels of the group and the elements of the kernel.
static double convolve(const Tensor &input, const Tensor &weight, const Windows &windows,
                       ArrayRef<int64_t> index, int64_t group) {
  int64_t sample = index[0], output = index[1];
  int64_t channels = weight.getDim(1);
  int64_t first = output / (weight.getDim(0) / group) * channels;
  double sum = 0;
  for (int64_t channel = 0; channel < channels; ++channel)
    for (const Index &inside : Positions(windows.kernel)) {
      Index place = windows.place(index.drop_front(2), inside);
      if (!windows.isInInput(place))
        continue;
      Index from{sample, first + channel}, weightAt{output, channel};
      from.append(place.begin(), place.end());
      weightAt.append(inside.begin(), inside.end());
      sum += input.real(input.offset(from)) * weight.real(weight.offset(weightAt));
    }
  return sum;
}

static llvm::Expected<Tensor> evaluateConv(nn::ConvOp op, Operands operands) {
  const Tensor &input = *operands[0], &weight = *operands[1];
  int64_t group = op.getGroup(), outputs = weight.getDim(0);
  if (weight.getDim(1) * group != input.getDim(1) || outputs % group != 0)
    return failAt(op, "found " + llvm::Twine(input.getDim(1)) + " channels and " +
                          llvm::Twine(outputs) + " outputs for " + llvm::Twine(group) +
                          " groups of " + llvm::Twine(weight.getDim(1)) + " channels");
  if (op.getBias())
    if (auto error = checkShape(op, "a bias", *operands[2], {outputs}))
      return std::move(error);
  Windows windows{input.getShape().drop_front(2),
                  Index(weight.getShape().drop_front(2)),
                  op.getStrides(),
                  op.getPadsLow(),
                  op.getPadsHigh(),
                  op.getDilations()};
  auto counts = windows.count(op, /*isCeil=*/false);
  if (!counts)
    return counts.takeError();
  Index shape{input.getDim(0), outputs};
  llvm::append_range(shape, *counts);
  return generate(op, shape, input.getElementType(), [&](const Index &index) {
    double bias = op.getBias() ? operands[2]->real(index[1]) : 0;
    return bias + convolve(input, weight, windows, index, group);
  });
}

/// Returns the largest element of a window, or the lowest number if it lies in padding
/// alone.
static int64_t poolIntegers(const Tensor &input, const Windows &windows,
                            ArrayRef<int64_t> index) {
  unsigned width = input.getElementType().getIntOrFloatBitWidth();
  bool isSigned = !input.isUnsigned() && width > 1;
  int64_t max = isSigned ? -(int64_t(1) << (width - 2)) * 2 : 0;
  for (const Index &inside : Positions(windows.kernel)) {
    Index place = windows.place(index.drop_front(2), inside);
    if (!windows.isInInput(place))
      continue;
    Index from(index.take_front(2));
    llvm::append_range(from, place);
    int64_t value = input.integer(input.offset(from));
    bool isLarger = isSigned ? value > max : uint64_t(value) > uint64_t(max);
    max = isLarger ? value : max;
  }
  return max;
}

static double poolReals(nn::PoolOp op, const Tensor &input, const Windows &windows,
                        ArrayRef<int64_t> index) {
  double max = -INFINITY, sum = 0;
  int64_t count = 0;
  for (const Index &inside : Positions(windows.kernel)) {
    Index place = windows.place(index.drop_front(2), inside);
    bool isInInput = windows.isInInput(place);
    count += op.getCountIncludePad() ? windows.isInPadding(place) : isInInput;
    if (!isInInput)
      continue;
    Index from(index.take_front(2));
    llvm::append_range(from, place);
    double value = input.real(input.offset(from));
    max = maximum(max, value);
    sum += value;
  }
  return op.getKind() == nn::PoolKind::Max ? max : sum / static_cast<double>(count);
}

static llvm::Expected<Tensor> evaluatePool(nn::PoolOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Windows windows{input.getShape().drop_front(2),
                  Index(op.getKernel()),
                  op.getStrides(),
                  op.getPadsLow(),
                  op.getPadsHigh(),
                  op.getDilations()};
  auto counts = windows.count(op, op.getCeil());
  if (!counts)
    return counts.takeError();
  if (countElements(windows.kernel) < 0)
    return failAt(op, "found a window of more than 2^28 elements");
  Index shape(input.getShape().take_front(2));
  llvm::append_range(shape, *counts);
  auto result = makeTensor(op, shape, input.getElementType());
  if (!result)
    return result;
  int64_t k = 0;
  for (const Index &index : Positions(shape)) {
    if (result->isFloat())
      result->real(k++) = poolReals(op, input, windows, index);
    else
      result->integer(k++) = poolIntegers(input, windows, index);
  }
  return result;
}

void reference::addNNImage(OpTable &table) {
  table.add(evaluateConv);
  table.add(evaluatePool);
}
