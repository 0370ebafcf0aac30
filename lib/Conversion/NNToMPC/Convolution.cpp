//===- Convolution.cpp - Convolutions of secrets that are linear layers ---===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"

using namespace mlir;
using namespace tacit;

/// Returns true if no element is in two windows, and none is padding: the windows are then
/// the rows of a matrix.
static bool hasSeparateWindows(nn::ConvOp op) {
  auto isZero = [](int64_t pad) { return pad == 0; };
  if (op.getGroup() != 1 || !llvm::all_of(op.getPadsLow(), isZero) ||
      !llvm::all_of(op.getPadsHigh(), isZero))
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

LogicalResult tacit::convertConv(nn::ConvOp op, Lowering &l) {
  if (!hasSeparateWindows(op))
    return l.refuse("has windows that overlap, padding or groups; expected a kernel of the "
                    "size of its stride, or of 1, which is a matrix product");
  Value x = l.share(op.getInput()), weight = l.share(op.getWeight());
  if (!x || !weight)
    return failure();
  ArrayRef<int64_t> result = tensorOf(op.getResult()).getShape(),
                    filter = tensorOf(op.getWeight()).getShape();
  ArrayRef<int64_t> windows = result.drop_front(2), kernel = filter.drop_front(2);
  x = windowsAsRows(keepTouched(x, op, kernel, windows, l), kernel, windows, l);
  int64_t outputs = filter.front(), inputs = shareOf(x).getShape().back();
  weight = l.transpose(l.reshape(weight, {outputs, inputs}), {1, 0});
  Value product = l.matmul(x, weight, mpc::Role::Other);
  if (op.getBias())
    product = l.addTo(product, op.getBias());
  return l.finish(l.reshape(l.transpose(product, {0, 2, 1}), result));
}
