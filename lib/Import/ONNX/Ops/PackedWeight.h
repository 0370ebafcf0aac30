//===- PackedWeight.h - Weights of few bits of a file -----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_PACKEDWEIGHT_H
#define TACIT_LIB_IMPORT_ONNX_OPS_PACKEDWEIGHT_H

#include "Ops/Compose.h"

namespace tacit::onnx_import {

/// Makes the bytes of a new constant from those of an old one.
using Repack = llvm::function_ref<std::vector<char>(llvm::ArrayRef<char>)>;

/// A constant of `type` made from the bytes of another; only a name where those are
/// not in the file. Refused if `value` is no constant.
mlir::Value repackConstant(NodeBuilder &node, mlir::Value value,
                           mlir::RankedTensorType type, Repack repack);

/// nn.dequantize of one plane: `bits` is 4 or 8; `zeroPoint` may be null.
mlir::Value dequantize(NodeBuilder &node, int64_t bits, int64_t rows, mlir::Value scale,
                       mlir::Value zeroPoint, mlir::Value plane);

/// A constant of rows * columns elements as [columns, rows].
mlir::Value transposeConstant(NodeBuilder &node, mlir::Value value, int64_t rows,
                              int64_t columns);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_PACKEDWEIGHT_H
