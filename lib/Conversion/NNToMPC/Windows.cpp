//===- Windows.cpp - Windows of secrets -----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"
#include "tacit/Dialect/NN/IR/Movement.h"

using namespace mlir;
using namespace tacit;

int64_t Windows::numElements() const {
  int64_t product = 1;
  for (int64_t size : sizes)
    product *= size;
  return product;
}

/// Puts `count` copies of `border`, which has one element along a dimension, or nothing, at
/// each side.
static Value surround(Value x, int64_t dim, std::pair<Value, int64_t> low,
                      std::pair<Value, int64_t> high, Lowering &l) {
  auto copies = [&](std::pair<Value, int64_t> border) {
    SmallVector<int64_t> shape(shareOf(x).getShape());
    shape[dim] = border.second;
    return l.expand(border.first, shape);
  };
  SmallVector<Value> parts;
  if (low.second > 0)
    parts.push_back(copies(low));
  parts.push_back(x);
  if (high.second > 0)
    parts.push_back(copies(high));
  if (parts.size() == 1)
    return x;
  SmallVector<int64_t> shape(shareOf(x).getShape());
  shape[dim] += low.second + high.second;
  if (llvm::is_contained(parts, Value()) || failed(l.checkSize(shape)))
    return {};
  return mpc::ConcatOp::create(l.builder, l.loc, parts, dim);
}

Value tacit::padWithZeros(Value secret, int64_t dim, int64_t low, int64_t high,
                          Lowering &l) {
  if (!secret || (low == 0 && high == 0))
    return secret;
  SmallVector<int64_t> starts(shareOf(secret).getRank(), 0), ones(starts.size(), 1);
  Value element = mpc::SliceOp::create(l.builder, l.loc, secret, starts, ones, ones);
  Value zero = mpc::SubOp::create(l.builder, l.loc, element, element);
  return surround(secret, dim, {zero, low}, {zero, high}, l);
}

Value tacit::padWithEdges(Value secret, int64_t dim, int64_t low, int64_t high,
                          Lowering &l) {
  if (!secret || (low == 0 && high == 0))
    return secret;
  ArrayRef<int64_t> shape = shareOf(secret).getShape();
  auto edge = [&](int64_t position) -> Value {
    SmallVector<int64_t> starts(shape.size(), 0), ends(shape), ones(shape.size(), 1);
    starts[dim] = position;
    ends[dim] = position + 1;
    return mpc::SliceOp::create(l.builder, l.loc, secret, starts, ends, ones);
  };
  return surround(secret, dim, {low > 0 ? edge(0) : Value(), low},
                  {high > 0 ? edge(shape[dim] - 1) : Value(), high}, l);
}

Value tacit::windowElements(Value secret, const Windows &windows, Lowering &l) {
  if (!secret)
    return {};
  int64_t batch = shareOf(secret).getShape()[0], channels = shareOf(secret).getShape()[1],
          size = windows.numElements(), rows = 1;
  for (int64_t count : windows.counts)
    rows *= count;
  if (failed(l.checkSize({batch, channels, size, rows})))
    return {};
  SmallVector<Value> parts;
  for (int64_t number = 0; number < size; ++number) {
    SmallVector<int64_t> starts(2, 0), ends{batch, channels}, steps(2, 1);
    auto place = nn::unflatten(number, windows.sizes);
    for (auto [i, count] : llvm::enumerate(windows.counts)) {
      starts.push_back(place[i] * windows.dilations[i]);
      steps.push_back(windows.strides[i]);
      ends.push_back(starts.back() + (count - 1) * steps.back() + 1);
    }
    Value part = mpc::SliceOp::create(l.builder, l.loc, secret, starts, ends, steps);
    parts.push_back(l.reshape(part, {batch, channels, 1, rows}));
  }
  return size == 1 ? parts.front()
                   : mpc::ConcatOp::create(l.builder, l.loc, parts, 2).getResult();
}
