//===- Norms.h - Parts common to normalising operators ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_NORMS_H
#define TACIT_LIB_IMPORT_ONNX_OPS_NORMS_H

#include "Ops/Compose.h"

namespace tacit::onnx_import {

struct NormParameters {
  mlir::Value scale, bias; ///< null for none
  float epsilon = 1e-5f;
  bool isCentered = true; ///< the mean is subtracted: a layer norm, else an RMS norm
};

/// Normalises over the last dimension; parameters broadcast.
mlir::Value normalizeLast(NodeBuilder &node, mlir::Value input,
                          const NormParameters &given);

/// Returns the mean along `axes`, which stay as 1.
mlir::Value meanOf(NodeBuilder &node, mlir::Value input, llvm::ArrayRef<int64_t> axes);
/// The deviations of a tensor from its mean, and the mean of their squares.
struct Moments {
  mlir::Value deviations, variance;
};
/// Computes what nn.layer_norm computes. `mean` is rounded: where all elements are nearly
/// equal, its error is as large as the deviations, whose own mean therefore is subtracted
/// as well. A null `mean` stands for 0.
Moments momentsOf(NodeBuilder &node, mlir::Value input, mlir::Value mean,
                  llvm::ArrayRef<int64_t> axes);
/// Returns 1 / sqrt(variance + epsilon).
mlir::Value inverseRoot(NodeBuilder &node, mlir::Value variance, float epsilon);

/// Returns the logarithm of the softmax over `axes`: x - max - log(sum(exp(x - max))).
mlir::Value logSoftmax(NodeBuilder &node, mlir::Value input, llvm::ArrayRef<int64_t> axes);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_NORMS_H
