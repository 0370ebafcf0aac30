//===- Quantized.h - Products of quantized operands -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_QUANTIZED_H
#define TACIT_LIB_IMPORT_ONNX_OPS_QUANTIZED_H

#include "Ops/Compose.h"

namespace tacit::onnx_import {

/// Says which operands of a node hold integers, their scale and their zero point, which is
/// optional.
struct QuantizedOperand {
  int64_t value, scale, zero;
};

/// Returns the product of two operands of 8 bits, in f32.
mlir::Value quantizedProduct(NodeBuilder &node, const QuantizedOperand &left,
                             const QuantizedOperand &right);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_QUANTIZED_H
