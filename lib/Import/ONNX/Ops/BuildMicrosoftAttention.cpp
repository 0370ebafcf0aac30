//===- BuildMicrosoftAttention.cpp - Builders: com.microsoft attention ----===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/CacheLengths.h"
#include "Ops/OpTable.h"
#include "Ops/Quantized.h"
#include "Ops/Shapes.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Masks
//===----------------------------------------------------------------------===//

/// Converts a mask of padded keys to the form that is added to scores: [B] holds the number
/// of valid keys, [2B] also the first ones, and [B, N], [B, S, N] and [B, 1, most, most]
/// are 1 where a key is valid.
static Value paddingKeep(NodeBuilder &node, Value mask, Value query, Value key,
                         Value past) {
  if (!mask || !query || !key)
    return {};
  auto type = tensorOf(mask);
  int64_t batch = tensorOf(query).getDimSize(0);
  if (type.getRank() == 1) {
    Value ends = castTo(node, mask, IntegerType::get(node.context(), 64)), starts;
    // If sizes are free there is one number per row, the only form that is exported.
    bool isKnown = !type.isDynamicDim(0) && !ShapedType::isDynamic(batch);
    if (isKnown && type.getDimSize(0) == 2 * batch) {
      starts = slice(node, ends, 0, batch, 2 * batch);
      ends = slice(node, ends, 0, 0, batch);
    } else if (isKnown && type.getDimSize(0) != batch) {
      return node.refuse(fmt::format("its mask has {} elements for a batch of {}",
                                     type.getDimSize(0), batch),
                         "export the model with a mask of one number per token");
    }
    Value places = rangeOf(node, key, 2);
    auto beside = [&](Value numbers) {
      return numbers ? reshape(node, numbers, {tensorOf(numbers).getDimSize(0), 1, 1, 1})
                     : Value();
    };
    Value keep = compare(node, nn::ComparePredicate::Less, places, beside(ends));
    return starts ? keepBoth(node, keep,
                             compare(node, nn::ComparePredicate::GreaterOrEqual, places,
                                     beside(starts)))
                  : keep;
  }
  Value keep =
      compare(node, nn::ComparePredicate::Greater, mask, scalarLike(node, mask, 0));
  if (type.getRank() == 2)
    return insertDim(node, insertDim(node, keep, 1), 1);
  if (type.getRank() == 3)
    return insertDim(node, keep, 1);
  if (type.getRank() != 4)
    return node.invalid("its mask does not have one to four dimensions");
  Value rows = rangeOf(node, query, 2);
  if (past)
    rows = add(node, rows, past);
  return gather(node, gather(node, keep, rows, 2), rangeOf(node, key, 2), 3);
}

static void addBias(NodeBuilder &node, AttentionParts &parts, Value bias) {
  parts.bias = parts.bias ? add(node, parts.bias, bias) : bias;
}

/// Reads the masks that Attention and MultiHeadAttention share. Returns false if an operand
/// is missing. `past` is as in causalMask.
static bool setMasks(NodeBuilder &node, AttentionParts &parts, int64_t mask, int64_t bias,
                     Value past) {
  if (!parts.query || !parts.key)
    return false;
  if (node.hasOperand(mask)) {
    Value keep = paddingKeep(node, node.operand(mask), parts.query, parts.key, past);
    addBias(node, parts,
            biasWhere(node, keep, node.floatAttribute("mask_filter_value", -10000.0f)));
    if (!parts.bias)
      return false;
  }
  if (node.hasOperand(bias)) {
    addBias(node, parts, node.operand(bias));
    if (!parts.bias)
      return false;
  }
  if (node.intAttribute("unidirectional", 0)) {
    parts.keep = causalMask(node, parts.query, parts.key, past, 0);
    return static_cast<bool>(parts.keep);
  }
  return true;
}

/// Returns one of several parts of dimension `axis`, and removes that dimension.
static Value pick(NodeBuilder &node, Value input, int64_t axis, int64_t index) {
  Value part = slice(node, input, axis, index, index + 1);
  if (!part)
    return {};
  SmallVector<int64_t> dims(tensorOf(part).getShape());
  dims.erase(dims.begin() + axis);
  return reshape(node, part, dims);
}

/// Rejects attributes that change what an operator does, and that no known model sets.
static bool refusesFlags(NodeBuilder &node, ArrayRef<StringRef> names) {
  for (StringRef name : names)
    if (int64_t value = node.intAttribute(name, 0); value != 0 && value != -1) {
      node.refuse(fmt::format("its attribute '{}' is {}", name.str(), value),
                  "export the model without this option");
      return true;
    }
  return false;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Returns the sizes of query, key and value in the product: equal thirds unless an
/// attribute states others.
static std::optional<SmallVector<int64_t>> hiddenSizes(NodeBuilder &node, Value product) {
  int64_t all = tensorOf(product).getShape().back();
  if (ShapedType::isDynamic(all)) {
    node.refuse("the columns of its weight are free", "export with constant weights");
    return std::nullopt;
  }
  SmallVector<int64_t> sizes(3, all / 3);
  if (auto given = node.intsAttribute("qkv_hidden_sizes"); given && !given->empty())
    sizes.assign(given->begin(), given->end());
  bool ok = sizes.size() == 3 && llvm::all_of(sizes, [](int64_t s) { return s > 0; }) &&
            llvm::all_of(sizes, [&](int64_t s) { return s <= all; }) &&
            sizes[0] == sizes[1] && all - sizes[0] - sizes[1] == sizes[2];
  if (ok)
    return sizes;
  node.invalid(fmt::format("its weight has {} columns, which do not divide into query, key "
                           "and value of its sizes",
                           all));
  return std::nullopt;
}

/// The cache [2, B, H, P, D], operand `index`, holds keys and values: appends to both, and
/// defines the new cache.
static bool appendPast(NodeBuilder &node, AttentionParts &parts, int64_t index,
                       Value &past) {
  if (node.hasOperand(index)) {
    Value cache = node.operand(index);
    bool hasRank = cache && tensorOf(cache).getRank() == 5;
    if (hasRank && tensorOf(cache).isDynamicDim(0)) {
      node.refuse("the first dimension of its cache, which holds keys and values, is free",
                  {"pin it", Setting::Dimensions});
      return false;
    }
    if (!hasRank || tensorOf(cache).getDimSize(0) != 2) {
      node.invalid("its cache does not have the dimensions [2, batch, heads, past, size]");
      return false;
    }
    past = dimOf(node, cache, 3);
    parts.key = concat(node, {pick(node, cache, 0, 0), parts.key}, 2);
    parts.value = concat(node, {pick(node, cache, 0, 1), parts.value}, 2);
  }
  if (node.isUsed(1))
    node.define(
        1,
        concat(node, {insertDim(node, parts.key, 0), insertDim(node, parts.value, 0)}, 0));
  return parts.key && parts.value;
}

namespace {
/// Says which operands of Attention or QAttention hold a mask, caches and a bias of the
/// scores, if they can.
struct AttentionOperands {
  int64_t mask, past, bias;
};
} // namespace

/// Attends with a product that holds query, key and value.
static Value attendWith(NodeBuilder &node, Value product,
                        const AttentionOperands &operands) {
  if (!product)
    return {};
  auto sizes = hiddenSizes(node, product);
  if (!sizes)
    return {};
  if (tensorOf(product).getRank() != 3)
    return node.invalid("its input does not have three dimensions");
  int64_t heads = node.intAttribute("num_heads", 0), from = 0;
  Value heads3[3];
  for (auto [i, size] : llvm::enumerate(*sizes)) {
    heads3[i] = splitHeads(node, slice(node, product, 2, from, from + size), heads);
    from += size;
  }
  AttentionParts parts;
  parts.query = heads3[0];
  parts.key = heads3[1];
  parts.value = heads3[2];
  parts.scale = node.floatAttribute("scale", 0);
  Value past, scores;
  if (!parts.query || !appendPast(node, parts, operands.past, past) ||
      !setMasks(node, parts, operands.mask, operands.bias, past))
    return {};
  return mergeHeads(node, buildAttentionOf(node, parts, ScoreOutput::None, scores));
}

Value onnx_import::buildMicrosoftAttention(NodeBuilder &node) {
  Value input = node.operand(0), weight = node.operand(1);
  if (refusesFlags(node, {"do_rotary", "past_present_share_buffer"}))
    return {};
  SmallVector<Value> operands{input, weight};
  if (node.hasOperand(2))
    operands.push_back(node.operand(2));
  return attendWith(node, node.create<nn::LinearOp>(operands), {3, 4, 5});
}

/// The operands are input, weight and bias, two scales, a mask, two zero points and caches.
Value onnx_import::buildQAttention(NodeBuilder &node) {
  if (refusesFlags(node, {"do_rotary", "past_present_share_buffer"}))
    return {};
  Value product = quantizedProduct(node, {0, 3, 6}, {1, 4, 7});
  constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
  return attendWith(node, add(node, product, node.operand(2)), {5, 8, kNone});
}

//===----------------------------------------------------------------------===//
// MultiHeadAttention
//===----------------------------------------------------------------------===//

/// Returns the part of a bias [Q | K | V] that belongs to heads [B, S, H, D].
static Value addPart(NodeBuilder &node, Value heads, int64_t bias, int64_t from) {
  if (!node.hasOperand(bias) || !heads || !node.operand(bias))
    return heads;
  int64_t count = tensorOf(heads).getDimSize(2), size = tensorOf(heads).getDimSize(3);
  Value part = slice(node, node.operand(bias), 0, from, from + count * size);
  return add(node, heads, reshape(node, part, {count, size}));
}

static int64_t widthOf(Value heads) {
  return heads ? tensorOf(heads).getDimSize(2) * tensorOf(heads).getDimSize(3) : 0;
}

/// Returns query, key and value as [B, S, H, D], from whichever of the forms is given:
/// separate, key and value in one [B, N, H, 2, D], or all in one [B, S, H, 3, D]. Sets
/// `isTransposed` if key and value are [B, H, N, D] already.
static bool separate(NodeBuilder &node, AttentionParts &parts, int64_t heads,
                     bool &isTransposed) {
  Value query = node.operand(0);
  if (!query)
    return false;
  int64_t rank = tensorOf(query).getRank();
  auto isPacked = [](Value value, int64_t parts) {
    auto type = tensorOf(value);
    return type.getRank() == 5 && type.getDimSize(3) == parts && !type.isDynamicDim(2) &&
           !type.isDynamicDim(4);
  };
  if (rank != 3 && !isPacked(query, 3)) {
    node.invalid("its query has neither three dimensions nor those of a packed one");
    return false;
  }
  if (rank == 5) {
    parts.query = pick(node, query, 3, 0);
    parts.key = pick(node, query, 3, 1);
    parts.value = pick(node, query, 3, 2);
    return true;
  }
  parts.query = splitDim(node, query, 2, heads);
  Value key = node.operand(1);
  if (!key)
    return false;
  if (isPacked(key, 2)) {
    parts.key = pick(node, key, 3, 0);
    parts.value = pick(node, key, 3, 1);
    return true;
  }
  Value value = node.operand(2);
  if (!value)
    return false;
  isTransposed = tensorOf(key).getRank() == 4 && tensorOf(value).getRank() == 4;
  if (!isTransposed && (tensorOf(key).getRank() != 3 || tensorOf(value).getRank() != 3)) {
    node.invalid("its key and its value do not both have three or four dimensions");
    return false;
  }
  parts.key = isTransposed ? key : splitDim(node, key, 2, heads);
  parts.value = isTransposed ? value : splitDim(node, value, 2, heads);
  return true;
}

/// Appends key and value to the caches that are operands `first` and the next, and defines
/// the new ones, outputs 1 and 2.
static Value appendCaches(NodeBuilder &node, AttentionParts &parts, int64_t first) {
  Value past;
  if (node.hasOperand(first) && node.hasOperand(first + 1)) {
    Value key = node.operand(first), value = node.operand(first + 1);
    if (!key || !value || tensorOf(key).getRank() != 4 || tensorOf(value).getRank() != 4)
      return node.invalid("its caches do not have four dimensions");
    past = dimOf(node, key, 2);
    parts.key = concat(node, {key, parts.key}, 2);
    parts.value = concat(node, {value, parts.value}, 2);
  }
  node.define(1, parts.key);
  node.define(2, parts.value);
  return past;
}

namespace {
/// Says which operands of an operator hold what, besides query, key and value.
struct HeadOperands {
  int64_t bias, mask, scoreBias, past, pastLength, indirection;
};
} // namespace

/// Pads the last dimension of a mask or bias, which has a column for each of `tokens` at
/// least, to the capacity of caches. No token attends to what is added.
static Value padColumns(NodeBuilder &node, Value mask, Value tokens, Value capacity) {
  if (!mask || !capacity)
    return {};
  int64_t last = tensorOf(mask).getRank() - 1;
  if (last < 0)
    return mask;
  if (!assertRange(node, dimOf(node, mask, last), tokens, capacity,
                   "a mask or attention_bias whose last dimension does not fit its caches "
                   "and new tokens"))
    return {};
  SmallVector<Value> low(last + 1, i64Scalar(node, 0)), high = low;
  high[last] = sub(node, capacity, dimOf(node, mask, last));
  return padBySizes(node, mask, low, high, scalarLike(node, mask, 0));
}

/// Attends with caches of a fixed capacity, into which the new tokens are written behind
/// the past, whose length is an operand.
static bool shareCaches(NodeBuilder &node, AttentionParts &parts,
                        const HeadOperands &operands) {
  Value key = node.operand(operands.past), value = node.operand(operands.past + 1);
  Value length =
      castTo(node, node.operand(operands.pastLength), IntegerType::get(node.context(), 64));
  if (!key || !value || !length)
    return false;
  bool isOne = tensorOf(length).hasStaticShape() && tensorOf(length).getNumElements() == 1;
  if (tensorOf(key).getRank() != 4 || tensorOf(value).getRank() != 4 || !isOne) {
    node.invalid("its caches do not have four dimensions, or its past_sequence_length is "
                 "not one number");
    return false;
  }
  CacheLengths lengths;
  lengths.past = lengths.capacity = dimOf(node, key, 2);
  length = assertRange(node, reshape(node, length, {}), i64Scalar(node, 0),
                       sub(node, lengths.capacity, dimOf(node, parts.query, 2)),
                       "a past_sequence_length beyond its caches");
  lengths.rowPast = expandToSizes(node, length, {dimOf(node, parts.query, 0)});
  parts.key = overwriteCache(node, lengths, key, parts.key);
  parts.value = overwriteCache(node, lengths, value, parts.value);
  node.define(1, parts.key);
  node.define(2, parts.value);
  parts.keep = causalMask(node, parts.query, parts.key, length, 0);
  Value tokens = add(node, length, dimOf(node, parts.query, 2));
  if (node.hasOperand(operands.mask)) {
    Value mask = node.operand(operands.mask);
    // A mask of one dimension has a number of tokens for each row.
    if (mask && tensorOf(mask).getRank() > 1)
      mask = padColumns(node, mask, tokens, lengths.capacity);
    Value keep = paddingKeep(node, mask, parts.query, parts.key, {});
    addBias(node, parts,
            biasWhere(node, keep, node.floatAttribute("mask_filter_value", -10000.0f)));
    if (!parts.bias)
      return false;
  }
  if (node.hasOperand(operands.scoreBias)) {
    addBias(node, parts,
            padColumns(node, node.operand(operands.scoreBias), tokens, lengths.capacity));
    if (!parts.bias)
      return false;
  }
  return parts.keep && parts.key && parts.value;
}

/// Appends to the caches, or writes into them, and sets the masks.
static bool prepareHeads(NodeBuilder &node, AttentionParts &parts,
                         const HeadOperands &operands, bool sharesCaches) {
  if (sharesCaches)
    return shareCaches(node, parts, operands);
  Value past = appendCaches(node, parts, operands.past);
  return (!node.hasOperand(operands.past) || past) &&
         setMasks(node, parts, operands.mask, operands.scoreBias, past);
}

/// Returns true if the query [B, S, H, D] has one token, which is asserted if the number is
/// free.
static bool hasOneToken(NodeBuilder &node, Value query) {
  int64_t tokens = tensorOf(query).getDimSize(1);
  Value one = i64Scalar(node, 1);
  if (ShapedType::isDynamic(tokens))
    return static_cast<bool>(assertRange(node, dimOf(node, query, 1), one, one,
                                         "a query of more than one token, or of none"));
  if (tokens == 1)
    return true;
  node.refuse(
      fmt::format("its query has {} tokens, and the operator is defined for one", tokens),
      "use MultiHeadAttention for prompts");
  return false;
}

/// `decodes`: the query is a single new token.
static Value attendHeads(NodeBuilder &node, const HeadOperands &operands, bool sharesCaches,
                         bool decodes) {
  AttentionParts parts;
  bool isTransposed = false;
  int64_t heads = node.intAttribute("num_heads", 0);
  if (node.hasOperand(operands.indirection))
    return node.refuse("its caches belong to a beam search (cache_indirection)",
                       "export the model for greedy decoding");
  if (!separate(node, parts, heads, isTransposed) || !parts.query ||
      (decodes && !hasOneToken(node, parts.query)))
    return {};
  int64_t queryWidth = widthOf(parts.query);
  parts.query = transpose(node, addPart(node, parts.query, operands.bias, 0), {0, 2, 1, 3});
  if (!isTransposed) {
    int64_t keyWidth = widthOf(parts.key);
    parts.key =
        transpose(node, addPart(node, parts.key, operands.bias, queryWidth), {0, 2, 1, 3});
    parts.value =
        transpose(node, addPart(node, parts.value, operands.bias, queryWidth + keyWidth),
                  {0, 2, 1, 3});
  }
  if (!parts.query || !parts.key || !parts.value ||
      !hasOneBatch(node, parts, operands.past) ||
      !prepareHeads(node, parts, operands, sharesCaches))
    return {};
  parts.scale = node.floatAttribute("scale", 0);
  ScoreOutput output = node.isUsed(3) ? ScoreOutput::Weights : ScoreOutput::None;
  if (sharesCaches && output != ScoreOutput::None)
    return node.refuse("its scores are an output, and its caches may have room for more",
                       "export the model without this output");
  Value scores, result = buildAttentionOf(node, parts, output, scores);
  if (scores)
    node.define(3, scores);
  return mergeHeads(node, result);
}

Value onnx_import::buildMultiHeadAttention(NodeBuilder &node) {
  HeadOperands operands{3, 4, 5, 6, 8, 9};
  return attendHeads(node, operands, node.hasOperand(operands.pastLength),
                     /*decodes=*/false);
}

/// A MultiHeadAttention of one new token, whose caches usually have a fixed capacity. In
/// cross attention key and value are the caches, and nothing is appended.
Value onnx_import::buildDecoderMaskedAttention(NodeBuilder &node) {
  HeadOperands operands{10, 3, 4, 5, 7, 9};
  bool sharesCaches = node.intAttribute("past_present_share_buffer", 0) != 0 &&
                      node.hasOperand(operands.past);
  if (sharesCaches && !node.hasOperand(operands.pastLength))
    return node.invalid("it shares its caches, and past_sequence_length is missing");
  return attendHeads(node, operands, sharesCaches, /*decodes=*/true);
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding and GroupQueryAttention
//===----------------------------------------------------------------------===//

/// Asserts that the positions that are operand `index` lie in a table of angles: they do
/// not count from its end if they are negative.
static Value givenPositions(NodeBuilder &node, int64_t index, Value table) {
  return assertEntries(node, node.operand(index), table,
                       "position_ids that are negative or beyond its tables");
}

/// Returns rows of a table of angles [places, R / 2]: for positions [B, S] as [B, 1, S, R /
/// 2], for others as [S, R / 2].
static Value anglesAt(NodeBuilder &node, Value table, Value positions) {
  Value rows = gather(node, table, positions, 0);
  return rows && tensorOf(rows).getRank() == 3 ? insertDim(node, rows, 1) : rows;
}

/// The input is [B, S, H * D] or [B, H, S, D]; positions are [B, S], or [1]: where a row
/// begins.
Value onnx_import::buildMicrosoftRotaryEmbedding(NodeBuilder &node) {
  Value input = node.operand(0), positions = node.operand(1), cos = node.operand(2),
        sin = node.operand(3);
  if (!input || !positions || !cos || !sin || refusesFlags(node, {"is_packed_batching"}))
    return {};
  if (float scale = node.floatAttribute("scale", 1); scale != 1)
    return node.refuse("its attribute 'scale' is not 1", "export the model without it");
  int64_t rank = tensorOf(input).getRank();
  if ((rank != 3 && rank != 4) || tensorOf(cos).getRank() != 2 ||
      tensorOf(sin).getRank() != 2)
    return node.invalid("expected an input of three or four dimensions, and two tables");
  int64_t heads = node.intAttribute("num_heads", 0);
  if (rank == 3 && heads == 0) {
    // Without a number of heads, the width of the table determines the width of a head.
    int64_t half = tensorOf(cos).getDimSize(1), all = tensorOf(input).getDimSize(2);
    heads = half > 0 && all % (2 * half) == 0 ? all / (2 * half) : 0;
  }
  Value x = rank == 3 ? splitHeads(node, input, heads) : input;
  positions = givenPositions(node, 1, cos);
  if (!positions)
    return {};
  if (tensorOf(positions).getRank() <= 1 && x)
    positions =
        add(node, reshape(node, positions, {1}),
            castTo(node, rangeOf(node, x, 2), tensorOf(positions).getElementType()));
  bool isInterleaved = node.intAttribute("interleaved", 0) != 0;
  Value result = rotateHeads(node, x, anglesAt(node, cos, positions),
                             anglesAt(node, sin, positions), isInterleaved);
  return rank == 3 ? mergeHeads(node, result) : result;
}

/// Returns query, key and value as [B, H, S, D], from separate operands or from one in
/// which they follow one another.
static bool separateGroups(NodeBuilder &node, AttentionParts &parts, int64_t heads,
                           int64_t groups) {
  Value query = node.operand(0);
  if (!query)
    return false;
  if (tensorOf(query).getRank() != 3 || heads <= 0 || groups <= 0) {
    node.invalid("its query does not have three dimensions, or it has no number of heads");
    return false;
  }
  if (node.hasOperand(1)) {
    parts.query = splitHeads(node, query, heads);
    parts.key = splitHeads(node, node.operand(1), groups);
    parts.value = splitHeads(node, node.operand(2), groups);
  } else {
    Value all = splitHeads(node, query, heads + 2 * groups);
    parts.query = slice(node, all, 1, 0, heads);
    parts.key = slice(node, all, 1, heads, heads + groups);
    parts.value = slice(node, all, 1, heads + groups, heads + 2 * groups);
  }
  return parts.query && parts.key && parts.value;
}

/// Rotates query and key, whose first token has the past of `lengths` before it.
static bool rotate(NodeBuilder &node, AttentionParts &parts, const CacheLengths &lengths) {
  Value cos = node.operand(7), sin = node.operand(8), positions;
  if (node.hasOperand(9)) {
    positions = givenPositions(node, 9, cos);
  } else {
    positions = rangeOf(node, parts.query, 2);
    if (lengths.rowPast)
      positions = add(node, insertDim(node, lengths.rowPast, 1), positions);
    else if (lengths.past)
      positions = add(node, positions, lengths.past);
  }
  cos = anglesAt(node, cos, positions);
  sin = anglesAt(node, sin, positions);
  bool isInterleaved = node.intAttribute("rotary_interleaved", 0) != 0;
  parts.query = rotateHeads(node, parts.query, cos, sin, isInterleaved);
  parts.key = rotateHeads(node, parts.key, cos, sin, isInterleaved);
  return parts.query && parts.key;
}

/// Defines the new caches, operands 3 and 4 and the new tokens, and attends to all of them.
static void writeCaches(NodeBuilder &node, AttentionParts &parts,
                        const CacheLengths &lengths) {
  if (!lengths.rowPast) {
    appendCaches(node, parts, 3);
    return;
  }
  parts.key = writeCache(node, lengths, node.operand(3), parts.key);
  parts.value = writeCache(node, lengths, node.operand(4), parts.value);
  node.define(1, parts.key);
  node.define(2, parts.value);
}

/// The bias that is added to the scores. It has no columns for room in the caches, to which
/// no token attends.
static Value groupBias(NodeBuilder &node, const CacheLengths &lengths) {
  if (!node.hasOperand(10))
    return {};
  Value bias = node.operand(10);
  if (!bias || !lengths.rowPast)
    return bias;
  return padColumns(node, bias, lengths.total, lengths.capacity);
}

Value onnx_import::buildGroupQueryAttention(NodeBuilder &node) {
  AttentionParts parts;
  int64_t heads = node.intAttribute("num_heads", 0),
          groups = node.intAttribute("kv_num_heads", 0);
  if (refusesFlags(node, {"k_quant_type", "v_quant_type", "kv_cache_bit_width"}) ||
      !separateGroups(node, parts, heads, groups))
    return {};
  Value past;
  if (node.hasOperand(3)) {
    Value cache = node.operand(3);
    if (!cache || tensorOf(cache).getRank() != 4)
      return node.invalid("its caches do not have four dimensions");
    past = dimOf(node, cache, 2);
  }
  if (!hasOneBatch(node, parts, /*past=*/3))
    return {};
  auto lengths = readCacheLengths(node, parts, past);
  if (!lengths || (node.intAttribute("do_rotary", 0) && !rotate(node, parts, *lengths)))
    return {};
  writeCaches(node, parts, *lengths);
  if (!parts.key || !parts.value)
    return {};
  if (Value rowPast = lengths->rowPast)
    past = reshape(node, rowPast, {tensorOf(rowPast).getDimSize(0), 1, 1, 1});
  parts.keep = causalMask(node, parts.query, parts.key, past,
                          node.intAttribute("local_window_size", -1));
  parts.bias = groupBias(node, *lengths);
  parts.scale = node.floatAttribute("scale", 0);
  parts.softcap = node.floatAttribute("softcap", 0);
  parts.sink = node.hasOperand(11) ? node.operand(11) : Value();
  parts.hasSink = parts.sink || node.intAttribute("smooth_softmax", 0) == 1;
  int64_t mode = node.intAttribute("qk_output", 0);
  ScoreOutput output = !node.isUsed(3) || mode == 0 ? ScoreOutput::None
                       : mode == 1                  ? ScoreOutput::Masked
                                                    : ScoreOutput::Weights;
  if (lengths->rowPast && output != ScoreOutput::None)
    return node.refuse("its scores are an output, and its caches may have room for more",
                       "export the model without this output");
  Value scores, result = buildAttentionOf(node, parts, output, scores);
  if (scores)
    node.define(3, scores);
  return mergeHeads(node, result);
}
