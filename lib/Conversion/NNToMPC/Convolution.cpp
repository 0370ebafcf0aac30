//===- Convolution.cpp - Convolutions of secrets as matrix products ----===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"

using namespace mlir;
using namespace tacit;

/// Returns true if no element is in two windows, and none is padding: the windows are then
/// the rows of a matrix.
static bool hasSeparateWindows(nn::ConvOp op) {
  auto isZero = [](int64_t pad) { return pad == 0; };
  if (!llvm::all_of(op.getPadsLow(), isZero) || !llvm::all_of(op.getPadsHigh(), isZero))
    return false;
  ArrayRef<int64_t> kernel = tensorOf(op.getWeight()).getShape().drop_front(2);
  for (auto [size, stride, dilation] :
       llvm::zip(kernel, op.getStrides(), op.getDilations()))
    if (size != 1 && (size != stride || dilation != 1))
      return false;
  return true;
}

/// Returns the part of `x` that windows cover: [N, C, O1 * K1, ...] of [N, C, D1, ...].
static Value keepTouched(Value x, nn::ConvOp op, ArrayRef<int64_t> kernel,
                         ArrayRef<int64_t> windows, Lowering &l) {
  SmallVector<int64_t> shape(shareOf(x).getShape()), starts(shape.size(), 0), ends(shape),
      steps(shape.size(), 1);
  for (auto [i, count] : llvm::enumerate(windows)) {
    size_t dim = i + 2;
    shape[dim] = count * kernel[i];
    steps[dim] = kernel[i] == 1 ? op.getStrides()[i] : 1;
    ends[dim] = count == 0 ? 0 : (shape[dim] - 1) * steps[dim] + 1;
  }
  if (shareOf(x).getShape() == ArrayRef(shape))
    return x;
  return mpc::SliceOp::create(l.builder, l.loc, x, starts, ends, steps);
}

/// Reorders [N, C, O1 * K1, ...] to [N, O1 * ..., C * K1 * ...], one row for each window.
static Value windowsAsRows(Value x, ArrayRef<int64_t> kernel, ArrayRef<int64_t> windows,
                           Lowering &l) {
  int64_t batch = shareOf(x).getShape()[0], channels = shareOf(x).getShape()[1];
  SmallVector<int64_t> split{batch, channels}, order{0}, inner{1};
  int64_t rows = 1, columns = channels;
  for (auto [i, sizes] : llvm::enumerate(llvm::zip(windows, kernel))) {
    auto [count, size] = sizes;
    split.append({count, size});
    order.push_back(2 + 2 * i);
    inner.push_back(3 + 2 * i);
    rows *= count;
    columns *= size;
  }
  llvm::append_range(order, inner);
  x = l.transpose(l.reshape(x, split), order);
  return l.reshape(x, {batch, rows, columns});
}

/// Returns the windows of `x` as rows of [N, O1 * ..., C * K1 * ...].
static Value unfold(Value x, nn::ConvOp op, ArrayRef<int64_t> kernel,
                    ArrayRef<int64_t> windows, Lowering &l) {
  if (hasSeparateWindows(op))
    return windowsAsRows(keepTouched(x, op, kernel, windows, l), kernel, windows, l);
  for (auto [i, low] : llvm::enumerate(op.getPadsLow()))
    x = padWithZeros(x, i + 2, low, op.getPadsHigh()[i], l);
  Value all = windowElements(x, {kernel, windows, op.getStrides(), op.getDilations()}, l);
  if (!all)
    return {};
  ArrayRef<int64_t> shape = shareOf(all).getShape();
  int64_t batch = shape[0], columns = shape[1] * shape[2], rows = shape[3];
  return l.reshape(l.transpose(all, {0, 3, 1, 2}), {batch, rows, columns});
}

/// Multiplies the rows of each group of channels, [N, R, G * K], by the filters of the
/// group, [G * M, K]; returns [N, R, G * M].
static Value multiplyGroups(Value rows, Value filters, int64_t groups, Lowering &l) {
  ArrayRef<int64_t> shape = shareOf(rows).getShape();
  int64_t batch = shape[0], count = shape[1], size = shape[2] / groups;
  int64_t outputs = shareOf(filters).getShape()[0] / groups;
  filters = l.reshape(filters, {groups, outputs, size});
  if (groups == 1)
    return l.matmul(rows, l.transpose(l.reshape(filters, {outputs, size}), {1, 0}),
                    mpc::Role::Other);
  rows = l.transpose(l.reshape(rows, {batch, count, groups, size}), {2, 0, 1, 3});
  rows = l.reshape(rows, {groups, batch * count, size});
  Value product = l.matmul(rows, l.transpose(filters, {0, 2, 1}), mpc::Role::Other);
  product = l.reshape(product, {groups, batch, count, outputs});
  return l.reshape(l.transpose(product, {1, 2, 0, 3}), {batch, count, groups * outputs});
}

LogicalResult tacit::convertConv(nn::ConvOp op, Lowering &l) {
  Value x = l.share(op.getInput()), weight = l.share(op.getWeight());
  if (!x || !weight)
    return failure();
  ArrayRef<int64_t> result = tensorOf(op.getResult()).getShape(),
                    filter = tensorOf(op.getWeight()).getShape();
  ArrayRef<int64_t> windows = result.drop_front(2), kernel = filter.drop_front(2);
  int64_t size = 1;
  for (int64_t extent : kernel)
    size *= extent;
  if (shareOf(x).getNumElements() == 0 || tensorOf(op.getResult()).getNumElements() == 0 ||
      size == 0)
    return l.refuse("has no elements; expected at least one window");
  if (!hasSeparateWindows(op) && size > kMaxWindow)
    return l.refuse("has windows of " + Twine(size) +
                    " elements that overlap; expected at "
                    "most " +
                    Twine(kMaxWindow) + ", each of which is a slice");
  int64_t outputs = filter.front();
  weight =
      l.reshape(weight, {outputs, tensorOf(op.getWeight()).getNumElements() / outputs});
  Value rows = unfold(x, op, kernel, windows, l);
  if (!rows)
    return failure();
  Value product = multiplyGroups(rows, weight, op.getGroup(), l);
  if (product && op.getBias())
    product = l.addTo(product, op.getBias());
  return l.finish(l.reshape(l.transpose(product, {0, 2, 1}), result));
}
