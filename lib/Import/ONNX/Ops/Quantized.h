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

/// Returns `input` in f32.
mlir::Value toFloat(NodeBuilder &node, mlir::Value input);

/// Returns the floats that `integers` stand for: (integers - zero) * scale, in f32. Operand
/// `scale` is one number and operand `zero` too, or 0 if it is missing.
mlir::Value dequantized(NodeBuilder &node, mlir::Value integers, int64_t scale,
                        int64_t zero);
/// Does the same for an operand.
mlir::Value dequantized(NodeBuilder &node, const QuantizedOperand &operand);

/// Computes round(input / scale) + zero, where operand `scale` is one number and operand
/// `zero` too, or 0 if it is missing. The result has the integers of `like`, and `input`
/// is in f32.
mlir::Value quantizeAs(NodeBuilder &node, mlir::Value input, int64_t scale, int64_t zero,
                       mlir::Type like);

/// Returns operand `input` minus its zero point, which is optional, in i32. `shape` gives a
/// zero point that is a list the dimensions with which it broadcasts.
mlir::Value integersOf(NodeBuilder &node, int64_t input, int64_t zero,
                       llvm::function_ref<mlir::Value(mlir::Value)> shape);

/// Returns operand `index`, a scale of one number or of a list, in f32. `shape` gives a
/// list the dimensions with which it broadcasts.
mlir::Value scaleOf(NodeBuilder &node, int64_t index,
                    llvm::function_ref<mlir::Value(mlir::Value)> shape);

/// Returns the product of two operands of 8 bits, in f32.
mlir::Value quantizedProduct(NodeBuilder &node, const QuantizedOperand &left,
                             const QuantizedOperand &right);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_QUANTIZED_H
