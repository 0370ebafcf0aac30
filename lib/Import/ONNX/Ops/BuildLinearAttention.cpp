//===- BuildLinearAttention.cpp - Builders: states in place of caches -----===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What Mamba and gated delta networks have in place of attention: a state of a fixed size
// that each token updates, and a convolution with the tokens before it. As recurrent
// layers, the updates are unrolled.
//
//===----------------------------------------------------------------------===//

#include "Ops/AttentionParts.h"
#include "Ops/OpTable.h"
#include "Ops/Shapes.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// CausalConvWithState
//===----------------------------------------------------------------------===//

/// Convolves each channel with its own kernel, over the `k` - 1 elements before the input
/// and the input; the last `k` - 1 are the next state.
Value onnx_import::buildCausalConvWithState(NodeBuilder &node) {
  Value input = node.operand(0), weight = node.operand(1);
  if (!input || !weight)
    return {};
  auto type = tensorOf(input), weightType = tensorOf(weight);
  if (type.getRank() != 3 || weightType.getRank() != 3)
    return node.invalid("its input and its weight do not both have three dimensions");
  if (weightType.getDimSize(2) == 0)
    return node.invalid("its kernel has no elements");
  if (!weightType.hasStaticShape())
    return node.refuse("the shape of its weight is free", {"pin it", Setting::Dimensions});
  std::string activation = node.stringAttribute("activation", "none");
  if (activation != "none" && activation != "silu" && activation != "swish")
    return node.invalid(
        fmt::format("attribute 'activation' is {}; expected 'none', 'silu' or 'swish'",
                    quote(activation)));
  int64_t before = weightType.getDimSize(2) - 1;
  Value all = node.hasOperand(3)
                  ? concat(node, {node.operand(3), input}, 2)
                  : pad(node, input, {0, 0, before}, {0, 0, 0}, scalarLike(node, input, 0));
  SmallVector<Value> operands{all, weight};
  if (node.hasOperand(2))
    operands.push_back(node.operand(2));
  Value result = node.create<nn::ConvOp>(operands, [&](auto &properties) {
    properties.setStrides(node.i64Array({1}));
    properties.setPadsLow(node.i64Array({0}));
    properties.setPadsHigh(node.i64Array({0}));
    properties.setDilations(node.i64Array({1}));
    properties.setGroup(node.i64(weightType.getDimSize(0)));
  });
  if (node.isUsed(1)) {
    Value places =
        add(node, rangeBelow(node, i64Scalar(node, before), before), dimOf(node, input, 2));
    node.define(1, gather(node, all, places, 2));
  }
  return activation == "none" ? result : node.create<nn::SiluOp>({result});
}

//===----------------------------------------------------------------------===//
// LinearAttention
//===----------------------------------------------------------------------===//

namespace {
/// The operands of one LinearAttention, each [B, T, H, D].
struct Recurrence {
  Value query, key, value;
  Value decay; ///< [B, T, G, 1] or [B, T, G, D], or null
  Value rate;  ///< [B, T, 1 or G, 1], or null
  int64_t steps;
  bool isDelta;
};
} // namespace

/// Returns step `t` of [B, T, H, D], as [B, H, D].
static Value stepOf(NodeBuilder &node, Value input, int64_t t) {
  Value part = slice(node, input, 1, t, t + 1);
  if (!part)
    return {};
  SmallVector<int64_t> dims(tensorOf(part).getShape());
  dims.erase(dims.begin() + 1);
  return reshape(node, part, dims);
}

static bool readRecurrence(NodeBuilder &node, Recurrence &parts) {
  std::string rule = node.stringAttribute("update_rule", "gated_delta");
  bool isKnown =
      llvm::is_contained({"linear", "gated", "delta", "gated_delta"}, StringRef(rule));
  int64_t heads = node.intAttribute("q_num_heads", 0),
          groups = node.intAttribute("kv_num_heads", 0);
  if (!isKnown || groups <= 0 || heads <= 0 || heads % groups != 0) {
    node.invalid(
        fmt::format("it has the update rule {}, {} heads of queries and {} of keys",
                    quote(rule), heads, groups));
    return false;
  }
  bool isGated = StringRef(rule).starts_with("gated");
  parts.isDelta = StringRef(rule).ends_with("delta");
  parts.query = splitDim(node, node.operand(0), 2, heads);
  parts.key = splitDim(node, node.operand(1), 2, groups);
  parts.value = splitDim(node, node.operand(2), 2, groups);
  if (isGated)
    parts.decay = splitDim(node, node.operand(4), 2, groups);
  if (parts.isDelta)
    parts.rate = insertDim(node, node.operand(5), 3);
  if (!parts.query || !parts.key || !parts.value || (isGated && !parts.decay) ||
      (parts.isDelta && !parts.rate))
    return false;
  if (tensorOf(parts.query).getRank() != 4 || tensorOf(parts.key).getRank() != 4 ||
      tensorOf(parts.value).getRank() != 4) {
    node.invalid("query, key and value do not all have three dimensions");
    return false;
  }
  parts.steps = tensorOf(parts.query).getDimSize(1);
  for (Value operand : {parts.query, parts.key, parts.value})
    if (tensorOf(operand).isDynamicDim(1)) {
      node.refuse("the number of its tokens is free, and it is unrolled",
                  {"pin it", Setting::Dimensions});
      return false;
    }
  if (parts.steps == 0) {
    node.invalid("it has no tokens");
    return false;
  }
  return node.spend(parts.steps * 10);
}

/// Returns the state [B, G, D, E] before the first token.
static Value firstState(NodeBuilder &node, const Recurrence &parts) {
  if (node.hasOperand(3))
    return node.operand(3);
  Value zero = scalarLike(node, parts.query, 0);
  return expandToSizes(node, zero,
                       {dimOf(node, parts.key, 0), dimOf(node, parts.key, 2),
                        dimOf(node, parts.key, 3), dimOf(node, parts.value, 3)});
}

/// Returns the state after token `t`.
static Value nextState(NodeBuilder &node, const Recurrence &parts, int64_t t, Value state) {
  Value key = stepOf(node, parts.key, t), value = stepOf(node, parts.value, t);
  if (!key || !value)
    return {};
  key = insertDim(node, key, 3);
  value = insertDim(node, value, 2);
  if (parts.decay) {
    Value decay = stepOf(node, parts.decay, t);
    state = mul(node, state, node.create<nn::ExpOp>({insertDim(node, decay, 3)}));
  }
  if (parts.isDelta) {
    Value known = binary<nn::MatmulOp>(node, transposeMatrix(node, key), state);
    Value rate = insertDim(node, stepOf(node, parts.rate, t), 3);
    value = mul(node, sub(node, value, known), rate);
  }
  return add(node, state, mul(node, key, value));
}

/// Each token updates the state, a matrix for each head of keys, and then reads it.
Value onnx_import::buildLinearAttention(NodeBuilder &node) {
  Recurrence parts{};
  if (!readRecurrence(node, parts))
    return {};
  auto query = tensorOf(parts.query);
  int64_t groups = tensorOf(parts.key).getDimSize(2);
  Value state = firstState(node, parts);
  float scale = node.floatAttribute("scale", 0);
  if (scale == 0)
    scale = static_cast<float>(1 / std::sqrt(static_cast<double>(query.getDimSize(3))));
  SmallVector<Value> results;
  for (int64_t t = 0; t < parts.steps; ++t) {
    state = nextState(node, parts, t, state);
    // Several query heads read the state of one key head.
    Value reader = splitDim(node, stepOf(node, parts.query, t), 1, groups);
    Value read = binary<nn::MatmulOp>(node, reader, state);
    read = mergeDims(node, read, 1);
    results.push_back(insertDim(node, read, 1));
    if (!state || !results.back())
      return {};
  }
  node.define(1, state);
  Value all = concat(node, results, 1);
  return mergeDims(node, mul(node, all, scalarLike(node, all, scale)), 2);
}
