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

/// Creates a constant of `type` from the bytes of another; it is only a name if those are
/// not in the file. Refuses the node if `value` is not a constant.
mlir::Value repackConstant(NodeBuilder &node, mlir::Value value,
                           mlir::RankedTensorType type, Repack repack);

/// Creates nn.dequantize of one plane: `bits` is 4 or 8; `zeroPoint`, integers or floats,
/// may be null.
mlir::Value dequantize(NodeBuilder &node, int64_t bits, int64_t rows, mlir::Value scale,
                       mlir::Value zeroPoint, mlir::Value plane);

/// Transposes a constant of rows * columns elements to [columns, rows].
mlir::Value transposeConstant(NodeBuilder &node, mlir::Value value, int64_t rows,
                              int64_t columns);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_PACKEDWEIGHT_H
