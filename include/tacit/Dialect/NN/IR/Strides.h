//===- Strides.h - Where elements of moved tensors come from ----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_STRIDES_H
#define TACIT_DIALECT_NN_IR_STRIDES_H

#include "tacit/Dialect/NN/IR/NN.h"

namespace tacit::nn {

/// Returns the row-major strides, in elements, of a static shape.
llvm::SmallVector<int64_t> stridesOf(llvm::ArrayRef<int64_t> shape);

/// Describes a view: element `index` of a tensor lies at `base` plus the index times
/// `strides`.
struct StridedView {
  llvm::SmallVector<int64_t> strides;
  int64_t base = 0;
};

/// Returns the view of the result in the input, whose shape is static.
StridedView viewOf(SliceOp op);
StridedView viewOf(TransposeOp op);

/// Calls `visit(k, offset)` for the k-th element of `shape` in row-major order, which lies
/// at `offset` of `view`.
void visitElements(llvm::ArrayRef<int64_t> shape, const StridedView &view,
                   llvm::function_ref<void(int64_t, int64_t)> visit);

/// Returns the elements of row-major `list`, of the static input of a slice or a transpose,
/// in the order of its result.
template <typename List, typename OpTy>
List moved(OpTy op, const List &list) {
  List result;
  auto type = llvm::cast<mlir::RankedTensorType>(op.getType());
  visitElements(type.getShape(), viewOf(op),
                [&](int64_t, int64_t offset) { result.push_back(list[offset]); });
  return result;
}

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_STRIDES_H
