//===- BuildMicrosoft.cpp - Builders: com.microsoft norms and activations -===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// These are the operators that ONNX Runtime's optimizer writes into a model, as
// ContribOperators.md of that project documents them.
//
//===----------------------------------------------------------------------===//

#include "Ops/Norms.h"
#include "Ops/OpTable.h"
#include "Ops/Quantized.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

static Value geluOf(NodeBuilder &node, Value input, nn::GeluKind kind) {
  return node.create<nn::GeluOp>({input}, [&](auto &properties) {
    properties.setApproximation(nn::GeluKindAttr::get(node.context(), kind));
  });
}

Value onnx_import::buildMicrosoftGelu(NodeBuilder &node) {
  return geluOf(node, node.operand(0), nn::GeluKind::Erf);
}

Value onnx_import::buildBiasGelu(NodeBuilder &node) {
  Value input = node.operand(0), bias = node.operand(1);
  return geluOf(node, add(node, input, bias), nn::GeluKind::Erf);
}

Value onnx_import::buildFastGelu(NodeBuilder &node) {
  Value input = node.operand(0);
  if (node.hasOperand(1))
    input = add(node, input, node.operand(1));
  return geluOf(node, input, nn::GeluKind::Tanh);
}

/// Computes x * sigmoid(alpha * x).
Value onnx_import::buildQuickGelu(NodeBuilder &node) {
  Value input = node.operand(0);
  float alpha = node.floatAttribute("alpha", 1.702f);
  if (alpha == 1.0f)
    return node.create<nn::SiluOp>({input});
  if (alpha == 1.702f)
    return geluOf(node, input, nn::GeluKind::Sigmoid);
  Value scaled = mul(node, input, scalarLike(node, input, alpha));
  return mul(node, input, node.create<nn::SigmoidOp>({scaled}));
}

/// Halves the last dimension of input and bias: the first half times the GELU of the
/// second.
Value onnx_import::buildBiasSplitGelu(NodeBuilder &node) {
  Value input = node.operand(0), bias = node.operand(1);
  Value sum = add(node, input, bias);
  if (!sum)
    return {};
  int64_t last = tensorOf(sum).getRank() - 1;
  int64_t size = last < 0 ? 0 : tensorOf(sum).getDimSize(last);
  if (ShapedType::isDynamic(size))
    return node.refuse("the dimension that it halves is free",
                       {"pin it", Setting::Dimensions});
  if (size % 2 != 0 || last < 0)
    return node.invalid("its input does not have an even number of columns");
  return mul(node, slice(node, sum, last, 0, size / 2),
             geluOf(node, slice(node, sum, last, size / 2, size), nn::GeluKind::Erf));
}

Value onnx_import::buildBiasAdd(NodeBuilder &node) {
  return add(node, add(node, node.operand(0), node.operand(1)), node.operand(2));
}

//===----------------------------------------------------------------------===//
// Norms behind a residual connection
//===----------------------------------------------------------------------===//

/// Computes input + skip + bias, and its norm. The sum is output 3, mean and inverse
/// deviation are 1 and 2.
static Value buildSkipNorm(NodeBuilder &node, bool isCentered) {
  Value input = node.operand(0), skip = node.operand(1);
  int64_t bias = isCentered ? 4 : 3;
  Value sum = add(node, input, skip);
  if (node.hasOperand(bias))
    sum = add(node, sum, node.operand(bias));
  if (!sum)
    return {};
  if (tensorOf(sum).getRank() == 0)
    return node.invalid("its input has no dimensions");
  NormParameters given;
  given.isCentered = isCentered;
  given.epsilon = node.floatAttribute("epsilon", 1e-12f);
  given.scale = node.operand(2);
  given.bias = isCentered && node.hasOperand(3) ? node.operand(3) : Value();
  int64_t last = tensorOf(sum).getRank() - 1;
  Value mean;
  if (isCentered && (node.isUsed(1) || node.isUsed(2)))
    node.define(1, mean = meanOf(node, sum, last));
  if (node.isUsed(2))
    node.define(
        2, inverseRoot(node, momentsOf(node, sum, mean, last).variance, given.epsilon));
  node.define(3, sum);
  return given.scale ? normalizeLast(node, sum, given) : Value();
}

Value onnx_import::buildSkipLayerNormalization(NodeBuilder &node) {
  return buildSkipNorm(node, /*isCentered=*/true);
}

Value onnx_import::buildSkipSimplifiedLayerNormalization(NodeBuilder &node) {
  return buildSkipNorm(node, /*isCentered=*/false);
}

//===----------------------------------------------------------------------===//
// Embeddings
//===----------------------------------------------------------------------===//

/// Counts the tokens of each row for the attention that follows; zeros without a mask.
static Value tokenCounts(NodeBuilder &node, Value ids) {
  Type element = IntegerType::get(node.context(), 32);
  if (node.hasOperand(7))
    return reduce(node, nn::ReduceKind::Sum, castTo(node, node.operand(7), element), 1,
                  /*keepDims=*/false);
  Value none = mul(node, ids, scalarLike(node, ids, 0));
  return castTo(node, reduce(node, nn::ReduceKind::Sum, none, 1, /*keepDims=*/false),
                element);
}

namespace {
/// The operands that are the same for tables of floats and of integers.
struct Embedding {
  /// Returns the rows `indices` of the table that operand `table` holds.
  llvm::function_ref<Value(int64_t table, Value indices)> lookUp;
  Value positions, scale, bias;
};
} // namespace

/// Normalises the sum of the embeddings of words, positions and, if there are any,
/// segments.
static Value embed(NodeBuilder &node, const Embedding &embedding) {
  Value ids = node.operand(0);
  if (!ids || !embedding.scale || !embedding.bias)
    return {};
  if (tensorOf(ids).getRank() != 2)
    return node.invalid("its token ids do not have two dimensions");
  auto rowsOf = [&](int64_t table, Value indices, StringRef what) {
    return embedding.lookUp(table, assertEntries(node, indices, node.operand(table), what));
  };
  Value sum = rowsOf(2, ids, "a token id that is negative or beyond its table");
  sum =
      add(node, sum,
          embedding.positions ? rowsOf(3, embedding.positions,
                                       "position_ids that are negative or beyond its table")
                              : embedding.lookUp(3, rangeOf(node, ids, 1)));
  if (node.hasOperand(1) && node.hasOperand(4))
    sum = add(
        node, sum,
        rowsOf(4, node.operand(1), "a segment id that is negative or beyond its table"));
  NormParameters given;
  given.epsilon = node.floatAttribute("epsilon", 1e-12f);
  given.scale = embedding.scale;
  given.bias = embedding.bias;
  if (node.isUsed(1))
    node.define(1, tokenCounts(node, ids));
  node.define(2, sum);
  return normalizeLast(node, sum, given);
}

Value onnx_import::buildEmbedLayerNormalization(NodeBuilder &node) {
  auto lookUp = [&](int64_t table, Value indices) {
    return gather(node, node.operand(table), indices, 0);
  };
  Value positions = node.hasOperand(8) ? node.operand(8) : Value();
  return embed(node, {lookUp, positions, node.operand(5), node.operand(6)});
}

/// Tables, scale and bias are integers, operands 2 to 6. Their scales are operands 8 to 12,
/// and their zero points 13 to 17.
Value onnx_import::buildQEmbedLayerNormalization(NodeBuilder &node) {
  auto floatsOf = [&](int64_t operand, Value integers) {
    return dequantized(node, integers, operand + 6, operand + 11);
  };
  auto lookUp = [&](int64_t table, Value indices) {
    return floatsOf(table, gather(node, node.operand(table), indices, 0));
  };
  return embed(node,
               {lookUp, {}, floatsOf(5, node.operand(5)), floatsOf(6, node.operand(6))});
}
