//===- AttentionParts.cpp - Parts of attention operators ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/AttentionParts.h"
#include <cfloat>
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

bool onnx_import::hasOneBatch(NodeBuilder &node, const AttentionParts &parts,
                              int64_t past) {
  auto agrees = [&](StringRef name, Value value) {
    return requireSameSize(node, name, value, 0, "query", parts.query, 0);
  };
  auto agreesIfGiven = [&](StringRef name, int64_t index) {
    return !node.hasOperand(index) || agrees(name, node.operand(index));
  };
  return agrees("key", parts.key) && agrees("value", parts.value) &&
         agreesIfGiven("cache of keys", past) && agreesIfGiven("cache of values", past + 1);
}

Value onnx_import::splitHeads(NodeBuilder &node, Value input, int64_t heads) {
  Value cut = splitDim(node, input, 2, heads);
  if (cut && tensorOf(cut).getRank() != 4)
    return node.invalid(fmt::format("an input has {} dimensions; expected three",
                                    tensorOf(input).getRank()));
  return transpose(node, cut, {0, 2, 1, 3});
}

Value onnx_import::mergeHeads(NodeBuilder &node, Value input) {
  return mergeDims(node, transpose(node, input, {0, 2, 1, 3}), 2);
}

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

Value onnx_import::keepBoth(NodeBuilder &node, Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return lhs ? lhs : rhs;
  return binary<nn::AndOp>(node, lhs, rhs);
}

Value onnx_import::biasWhere(NodeBuilder &node, Value keep, double value) {
  auto type = Float32Type::get(node.context());
  Value zero = node.scalarConstant(type, 0), other = node.scalarConstant(type, value);
  return node.create<nn::WhereOp>({keep, zero, other});
}

Value onnx_import::causalMask(NodeBuilder &node, Value query, Value key, Value past,
                              int64_t window) {
  Value rows = insertDim(node, rangeOf(node, query, 2), 1), columns = rangeOf(node, key, 2);
  if (past)
    rows = add(node, rows, past);
  Value keep = compare(node, nn::ComparePredicate::LessOrEqual, columns, rows);
  if (window <= 0)
    return keep;
  Value first = sub(node, rows, scalarLike(node, rows, window));
  return keepBoth(node, keep, compare(node, nn::ComparePredicate::Greater, columns, first));
}

//===----------------------------------------------------------------------===//
// The operation
//===----------------------------------------------------------------------===//

/// Reshapes a mask of at most four dimensions for scores [B, G, H / G, S, N].
static Value splitMaskHeads(NodeBuilder &node, Value mask, int64_t groups) {
  if (!mask || tensorOf(mask).getRank() < 3)
    return mask;
  int64_t axis = tensorOf(mask).getRank() - 3;
  if (tensorOf(mask).getDimSize(axis) == 1)
    return insertDim(node, mask, axis);
  return splitDim(node, mask, axis, groups);
}

/// Computes the scores step by step, because nn.attention does not return them.
static Value decompose(NodeBuilder &node, const AttentionParts &parts, ScoreOutput output,
                       Value &scores) {
  Value product = binary<nn::MatmulOp>(node, parts.query, transposeMatrix(node, parts.key));
  product = mul(node, product, scalarLike(node, product, parts.scale));
  Value capped = product;
  if (parts.softcap != 0) {
    Value cap = scalarLike(node, product, parts.softcap);
    capped = mul(node, node.create<nn::TanhOp>({div(node, product, cap)}), cap);
  }
  Value masked = parts.bias ? add(node, capped, parts.bias) : capped;
  if (parts.keep)
    masked =
        node.create<nn::WhereOp>({parts.keep, masked, scalarLike(node, masked, -INFINITY)});
  if (!masked)
    return {};
  int64_t last = tensorOf(masked).getRank() - 1;
  Value weights;
  if (parts.hasSink) {
    Value most = reduce(node, nn::ReduceKind::Max, masked, last, /*keepDims=*/true);
    Value sink = parts.sink ? parts.sink : scalarLike(node, masked, 0);
    most = binary<nn::MaximumOp>(node, most, sink);
    Value terms = node.create<nn::ExpOp>({sub(node, masked, most)});
    Value sum = reduce(node, nn::ReduceKind::Sum, terms, last, /*keepDims=*/true);
    Value more = node.create<nn::ExpOp>({sub(node, sink, most)});
    weights = div(node, terms, add(node, sum, more));
  } else {
    weights = softmax(node, masked, last);
  }
  if (parts.hasZeroRows && (parts.keep || parts.bias)) {
    Value most = reduce(node, nn::ReduceKind::Max, masked, last, /*keepDims=*/true);
    Value isEmpty =
        compare(node, nn::ComparePredicate::Equal, most, scalarLike(node, most, -INFINITY));
    weights = node.create<nn::WhereOp>({isEmpty, scalarLike(node, weights, 0), weights});
  }
  scores = output == ScoreOutput::Product  ? product
           : output == ScoreOutput::Capped ? capped
           : output == ScoreOutput::Masked ? masked
                                           : weights;
  return binary<nn::MatmulOp>(node, weights, parts.value);
}

static Value attend(NodeBuilder &node, const AttentionParts &parts, ScoreOutput output,
                    Value &scores) {
  if (output != ScoreOutput::None || parts.softcap != 0 || parts.hasSink)
    return decompose(node, parts, output, scores);
  SmallVector<Value> operands{parts.query, parts.key, parts.value};
  bool hasFill = parts.keep && !parts.bias;
  if (hasFill)
    operands.push_back(parts.keep);
  else if (parts.keep)
    operands.push_back(add(node, parts.bias, biasWhere(node, parts.keep, -INFINITY)));
  else if (parts.bias)
    operands.push_back(parts.bias);
  return node.create<nn::AttentionOp>(operands, [&](auto &properties) {
    auto type = Float32Type::get(node.context());
    properties.setScale(FloatAttr::get(type, parts.scale));
    if (hasFill)
      properties.setFill(FloatAttr::get(type, parts.hasZeroRows ? -INFINITY : -FLT_MAX));
    if (parts.hasZeroRows && (parts.keep || parts.bias))
      properties.setZeroRows(UnitAttr::get(node.context()));
  });
}

Value onnx_import::buildAttentionOf(NodeBuilder &node, const AttentionParts &given,
                                    ScoreOutput output, Value &scores) {
  if (!given.query || !given.key || !given.value)
    return {};
  AttentionParts parts = given;
  auto query = tensorOf(parts.query), key = tensorOf(parts.key);
  int64_t heads = query.getDimSize(1), groups = key.getDimSize(1),
          features = query.getDimSize(3);
  for (int64_t dim : {heads, groups, features})
    if (ShapedType::isDynamic(dim))
      return node.refuse("the number of its heads or their size is free",
                         {"pin it", Setting::Dimensions});
  if (parts.scale == 0)
    parts.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(features)));
  if (parts.sink)
    parts.sink = reshape(node, parts.sink, {heads, 1, 1});
  if (heads == groups)
    return attend(node, parts, output, scores);
  parts.query = splitDim(node, parts.query, 1, groups);
  parts.key = insertDim(node, parts.key, 2);
  parts.value = insertDim(node, parts.value, 2);
  parts.bias = splitMaskHeads(node, parts.bias, groups);
  parts.keep = splitMaskHeads(node, parts.keep, groups);
  parts.sink = splitMaskHeads(node, parts.sink, groups);
  Value result = attend(node, parts, output, scores);
  if (output != ScoreOutput::None)
    scores = mergeDims(node, scores, 1);
  return mergeDims(node, result, 1);
}
