//===- BuildAttention.cpp - Builders: ONNX Attention and RotaryEmbedding --===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
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
// Attention
//===----------------------------------------------------------------------===//

/// Concatenates a cache and the new keys or values.
static Value appendTo(NodeBuilder &node, int64_t cache, Value input) {
  return node.hasOperand(cache) ? concat(node, {node.operand(cache), input}, 2) : input;
}

/// A mask may have fewer columns than there are keys; the others are masked.
static Value padMask(NodeBuilder &node, Value mask, Value key) {
  if (!mask || !key)
    return {};
  auto type = tensorOf(mask);
  if (type.getRank() == 0)
    return mask;
  int64_t last = type.getRank() - 1, columns = type.getShape().back();
  int64_t keys = tensorOf(key).getDimSize(2);
  bool isKnown = !ShapedType::isDynamic(columns) && !ShapedType::isDynamic(keys);
  if (isKnown && keys <= columns)
    return mask;
  bool isBoolean = type.getElementType().isInteger(1);
  Value value = scalarLike(node, mask, isBoolean ? 0 : -INFINITY);
  SmallVector<Value> low(last + 1, i64Scalar(node, 0)), high = low;
  high.back() = sub(node, dimOf(node, key, 2), dimOf(node, mask, last));
  return padBySizes(node, mask, low, high, value);
}

/// Keys of a row from nonpad_kv_seqlen on are padding. Returns [B] as [B, 1, 1, 1].
static Value validLengths(NodeBuilder &node, Value key) {
  Value lengths = castTo(node, node.operand(6), IntegerType::get(node.context(), 64));
  if (!lengths)
    return {};
  if (tensorOf(lengths).getRank() != 1)
    return node.invalid("nonpad_kv_seqlen does not have one dimension");
  if (!requireSameSize(node, "nonpad_kv_seqlen", lengths, 0, "key", key, 0))
    return {};
  lengths = assertRange(node, lengths, i64Scalar(node, 0), dimOf(node, key, 2),
                        "a nonpad_kv_seqlen that is negative or beyond its keys");
  return lengths ? reshape(node, lengths, {tensorOf(lengths).getDimSize(0), 1, 1, 1})
                 : Value();
}

/// The meaning of modes 1 and 2 depends on whether there is a cap: without one both return
/// the masked scores, as in the first versions of the operator.
static ScoreOutput scoreOutput(NodeBuilder &node, float softcap) {
  if (!node.isUsed(3))
    return ScoreOutput::None;
  switch (node.intAttribute("qk_matmul_output_mode", 0)) {
  case 1:
    return softcap != 0 ? ScoreOutput::Capped : ScoreOutput::Masked;
  case 2:
    return ScoreOutput::Masked;
  case 3:
    return ScoreOutput::Weights;
  default:
    return ScoreOutput::Product;
  }
}

/// Adds the masks that the operands and is_causal specify. Returns false if the node was
/// refused.
static bool setMasks(NodeBuilder &node, AttentionParts &parts) {
  if (node.hasOperand(3)) {
    Value mask = padMask(node, node.operand(3), parts.key);
    if (!mask)
      return false;
    (tensorOf(mask).getElementType().isInteger(1) ? parts.keep : parts.bias) = mask;
  }
  Value lengths = node.hasOperand(6) ? validLengths(node, parts.key) : Value();
  if (node.hasOperand(6) && !lengths)
    return false;
  if (node.intAttribute("is_causal", 0)) {
    Value past;
    if (node.hasOperand(4))
      past = dimOf(node, node.operand(4), 2);
    else if (lengths) // the queries are the last of the valid keys
      past = sub(node, lengths, dimOf(node, parts.query, 2));
    parts.keep =
        keepBoth(node, causalMask(node, parts.query, parts.key, past, 0), parts.keep);
  }
  if (lengths) {
    Value isValid =
        compare(node, nn::ComparePredicate::Less, rangeOf(node, parts.key, 2), lengths);
    parts.keep = keepBoth(node, parts.keep, isValid);
  }
  return true;
}

Value onnx_import::buildAttention(NodeBuilder &node) {
  AttentionParts parts;
  parts.query = node.operand(0);
  parts.key = node.operand(1);
  parts.value = node.operand(2);
  if (!parts.query || !parts.key || !parts.value)
    return {};
  int64_t rank = tensorOf(parts.query).getRank();
  for (Value operand : {parts.query, parts.key, parts.value})
    if ((rank != 3 && rank != 4) || tensorOf(operand).getRank() != rank)
      return node.invalid("query, key and value do not all have three or four dimensions");
  if (rank == 3) {
    int64_t heads = node.intAttribute("q_num_heads", 0),
            groups = node.intAttribute("kv_num_heads", 0);
    parts.query = splitHeads(node, parts.query, heads);
    parts.key = splitHeads(node, parts.key, groups);
    parts.value = splitHeads(node, parts.value, groups);
  }
  if (!hasOneBatch(node, parts, /*past=*/4))
    return {};
  parts.key = appendTo(node, 4, parts.key);
  parts.value = appendTo(node, 5, parts.value);
  if (!parts.query || !parts.key || !parts.value || !setMasks(node, parts))
    return {};
  node.define(1, parts.key);
  node.define(2, parts.value);
  parts.scale = node.floatAttribute("scale", 0);
  parts.softcap = node.floatAttribute("softcap", 0);
  parts.hasZeroRows = true;
  Value scores;
  Value result = buildAttentionOf(node, parts, scoreOutput(node, parts.softcap), scores);
  if (scores)
    node.define(3, scores);
  return rank == 3 ? mergeHeads(node, result) : result;
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

Value onnx_import::rotateHeads(NodeBuilder &node, Value input, Value cos, Value sin,
                               bool isInterleaved) {
  return node.create<nn::RotaryOp>(
      {input, cos, sin},
      [&](auto &properties) {
        if (isInterleaved)
          properties.setInterleaved(UnitAttr::get(node.context()));
      },
      input ? input.getType() : Type());
}

Value onnx_import::buildRotaryEmbedding(NodeBuilder &node) {
  Value input = node.operand(0), cos = node.operand(1), sin = node.operand(2);
  if (!input || !cos || !sin)
    return {};
  if (node.hasOperand(3)) {
    Value positions = assertEntries(node, node.operand(3), cos,
                                    "position_ids that are negative or beyond its tables");
    cos = gather(node, cos, positions, 0);
    sin = gather(node, sin, positions, 0);
  }
  int64_t rank = tensorOf(input).getRank();
  bool isInterleaved = node.intAttribute("interleaved", 0) != 0;
  if (!cos || !sin)
    return {};
  if ((rank != 3 && rank != 4) || tensorOf(cos).getRank() != 3 ||
      tensorOf(sin).getRank() != 3)
    return node.invalid(
        "expected an input of three or four dimensions, and sines and cosines "
        "of three");
  // The tables may cover all features of a head: then their first columns are used.
  int64_t pairs = node.intAttribute("rotary_embedding_dim", 0) / 2;
  int64_t columns = tensorOf(cos).getDimSize(2);
  if (ShapedType::isDynamic(tensorOf(input).getShape().back()) ||
      ShapedType::isDynamic(columns) || tensorOf(sin).isDynamicDim(2))
    return node.refuse("the number of features that it rotates is free",
                       {"pin it", Setting::Dimensions});
  if (pairs > 0 && (columns < pairs || tensorOf(sin).getDimSize(2) != columns))
    return node.invalid(
        fmt::format("it rotates {} features, and there are {} cosines and {} sines; "
                    "expected at least {}",
                    2 * pairs, columns, tensorOf(sin).getDimSize(2), pairs));
  if (pairs > 0 && columns > pairs) {
    cos = slice(node, cos, 2, 0, pairs);
    sin = slice(node, sin, 2, 0, pairs);
  }
  if (rank == 4)
    return rotateHeads(node, input, insertDim(node, cos, 1), insertDim(node, sin, 1),
                       isInterleaved);
  // The input is [B, S, H, D]: the sequence need not be next to the features.
  Value heads = splitDim(node, input, 2, node.intAttribute("num_heads", 0));
  return mergeDims(node,
                   rotateHeads(node, heads, insertDim(node, cos, 2),
                               insertDim(node, sin, 2), isInterleaved),
                   2);
}
