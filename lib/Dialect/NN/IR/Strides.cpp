//===- Strides.cpp - Where elements of moved tensors come from ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/Strides.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

SmallVector<int64_t> nn::stridesOf(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = static_cast<int64_t>(shape.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

static SmallVector<int64_t> stridesOf(Value value) {
  return nn::stridesOf(cast<RankedTensorType>(value.getType()).getShape());
}

StridedView nn::viewOf(SliceOp op) {
  StridedView view{::stridesOf(op.getInput())};
  for (auto [stride, start, step] :
       llvm::zip(view.strides, op.getStarts(), op.getSteps())) {
    view.base += start * stride;
    stride *= step;
  }
  return view;
}

StridedView nn::viewOf(TransposeOp op) {
  SmallVector<int64_t> own = ::stridesOf(op.getInput());
  StridedView view;
  for (int64_t i : op.getPermutation())
    view.strides.push_back(own[i]);
  return view;
}

void nn::visitElements(ArrayRef<int64_t> shape, const StridedView &view,
                       llvm::function_ref<void(int64_t, int64_t)> visit) {
  int64_t count = ShapedType::getNumElements(shape);
  SmallVector<int64_t> index(shape.size(), 0);
  int64_t offset = view.base;
  for (int64_t k = 0; k < count; ++k) {
    visit(k, offset);
    for (int64_t i = static_cast<int64_t>(shape.size()) - 1; i >= 0; --i) {
      offset += view.strides[i];
      if (++index[i] < shape[i])
        break;
      offset -= view.strides[i] * shape[i];
      index[i] = 0;
    }
  }
}
