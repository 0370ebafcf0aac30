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
/// Returns 1 / sqrt(mean(x^2) + epsilon) along `axes`.
mlir::Value inverseRoot(NodeBuilder &node, mlir::Value centered,
                        llvm::ArrayRef<int64_t> axes, float epsilon);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_NORMS_H
