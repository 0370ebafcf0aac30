//===- LinearProduct.h - The product of two linear layers -------*- C++ -*-===//
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

/// Returns the constant from which `value` is obtained, possibly by transposing or
/// reshaping.
ConstantOp sourceOf(mlir::Value value);

/// Returns the name of that constant, or "".
std::string keyOf(mlir::Value value);

/// The bytes of the weight and the bias of the layer that replaces two. The bias is empty
/// if that of the second layer is kept.
struct LinearProduct {
  std::vector<char> weight, bias;
};

/// Combines two layers whose weights and biases are constants. Fails, with an error, if the
/// bytes of one are missing.
mlir::FailureOr<LinearProduct> multiply(LinearOp first, LinearOp second);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_SURGERY_LINEARPRODUCT_H
