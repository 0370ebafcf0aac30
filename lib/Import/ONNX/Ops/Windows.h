//===- Windows.h - Convolutions and pools of a node -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_WINDOWS_H
#define TACIT_LIB_IMPORT_ONNX_OPS_WINDOWS_H

#include "Ops/Compose.h"

namespace tacit::onnx_import {

/// Convolves as the attributes of a Conv say; `bias` may be null.
mlir::Value convolutionOf(NodeBuilder &node, mlir::Value input, mlir::Value weight,
                          mlir::Value bias);

/// Pools as the attributes of a MaxPool or AveragePool say.
mlir::Value poolOf(NodeBuilder &node, mlir::Value input, nn::PoolKind kind);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_WINDOWS_H
