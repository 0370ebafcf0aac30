//===- LinearProduct.h - The weights of two layers in one -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_SURGERY_LINEARPRODUCT_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_SURGERY_LINEARPRODUCT_H

#include "tacit/Dialect/NN/IR/NN.h"
#include <string>
#include <vector>

namespace tacit::nn {

/// The constant that `value` is, perhaps transposed or reshaped on the way.
ConstantOp sourceOf(mlir::Value value);

/// The name of that constant, or "".
std::string keyOf(mlir::Value value);

/// The bytes of the weight and the bias of one layer in place of two. The bias is empty
/// where that of the second layer stays.
struct LinearProduct {
  std::vector<char> weight, bias;
};

/// Of two layers whose weights and biases are constants. Fails, with an error, where the
/// bytes of one are missing.
mlir::FailureOr<LinearProduct> multiply(LinearOp first, LinearOp second);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_SURGERY_LINEARPRODUCT_H
