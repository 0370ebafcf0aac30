//===- BuildMath.cpp - Builders: products of matrices -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Compose.h"
#include "Ops/OpTable.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

Value onnx_import::buildMatMul(NodeBuilder &node) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  if (lhs && rhs && (!isFloat(lhs) || !isFloat(rhs)))
    return refuseIntegers(node);
  return binary<nn::MatmulOp>(node, lhs, rhs);
}

static Value transposeIf(NodeBuilder &node, bool condition, Value matrix) {
  return condition ? transpose(node, matrix, {1, 0}) : matrix;
}

static Value scaleBy(NodeBuilder &node, Value value, float factor) {
  return factor == 1.0f ? value : mul(node, value, scalarLike(node, value, factor));
}

/// Computes alpha * A' * B' + beta * C, with A' and B' optionally transposed.
Value onnx_import::buildGemm(NodeBuilder &node) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  if (!lhs || !rhs)
    return {};
  if (!isFloat(lhs) || !isFloat(rhs))
    return refuseIntegers(node);
  if (tensorOf(lhs).getRank() != 2 || tensorOf(rhs).getRank() != 2)
    return node.invalid(fmt::format("expected two matrices, found tensors of {} and {} "
                                    "dimensions",
                                    tensorOf(lhs).getRank(), tensorOf(rhs).getRank()));
  lhs = transposeIf(node, node.intAttribute("transA", 0) != 0, lhs);
  rhs = transposeIf(node, node.intAttribute("transB", 0) != 0, rhs);
  float alpha = node.floatAttribute("alpha", 1), beta = node.floatAttribute("beta", 1);
  Value addend;
  if (node.hasOperand(2) && beta != 0.0f) {
    addend = node.operand(2);
    if (addend && !isFloat(addend))
      return refuseIntegers(node);
    addend = scaleBy(node, addend, beta);
    if (!addend)
      return {};
  }
  if (!lhs || !rhs)
    return {};
  bool isBias = alpha == 1.0f && addend && tensorOf(addend).getRank() == 1 &&
                tensorOf(addend).getDimSize(0) == tensorOf(rhs).getDimSize(1);
  if (isBias)
    return node.create<nn::LinearOp>({lhs, rhs, addend});
  Value product = scaleBy(node, node.create<nn::LinearOp>({lhs, rhs}), alpha);
  return addend ? node.create<nn::AddOp>({product, addend}) : product;
}
