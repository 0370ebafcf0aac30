//===- CacheLengths.cpp - Caches that are not full ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The new caches of a GroupQueryAttention hold as many tokens as the old ones, or as
// total_sequence_length says if that is more: a value decides a size. If the value is
// known, or follows from sizes, all layouts are supported: caches that grow, and caches of
// a fixed capacity. Otherwise they grow, and each call checks that they do.
//
//===----------------------------------------------------------------------===//

#include "Ops/CacheLengths.h"
#include "Ops/ShapeEntries.h"
#include "Ops/Shapes.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

static constexpr int64_t kLengths = 5, kTotal = 6;

static std::optional<int64_t> knownNumber(Value value) {
  auto numbers = value ? readIntegers(constantOf(value)) : std::nullopt;
  return numbers && numbers->size() == 1 ? std::optional(numbers->front()) : std::nullopt;
}

static Value scalarOf(NodeBuilder &node, int64_t operand) {
  Value value = castTo(node, node.operand(operand), IntegerType::get(node.context(), 64));
  if (value && tensorOf(value).getRank() > 0 &&
      tensorOf(value).getShape() != ArrayRef<int64_t>(1))
    return node.invalid("its total_sequence_length is not one number");
  return reshape(node, value, {});
}

static Value whereFirst(NodeBuilder &node, Value isFirst, Value first, Value other) {
  return node.create<nn::WhereOp>({isFirst, first, other});
}

/// Asserts that each row ends where the new tokens end. In the first call rows may end
/// earlier, because prompts are padded at the end.
static Value assertLengths(NodeBuilder &node, Value ends, Value isFirst, Value tokens,
                           Value grown, Value capacity) {
  Value zero = i64Scalar(node, 0), one = i64Scalar(node, 1);
  Value last = sub(node, tokens, one);
  Value room = node.create<nn::MinimumOp>({grown, capacity});
  return assertRange(node, ends, whereFirst(node, isFirst, zero, last),
                     whereFirst(node, isFirst, last, sub(node, room, one)),
                     "a seqlens_k that does not fit its caches and new tokens");
}

std::optional<CacheLengths>
onnx_import::readCacheLengths(NodeBuilder &node, const AttentionParts &parts, Value past) {
  CacheLengths lengths;
  lengths.past = past;
  if (!node.hasOperand(kLengths) || !node.hasOperand(kTotal))
    return lengths;
  Type i64 = IntegerType::get(node.context(), 64);
  Value total = scalarOf(node, kTotal), ends = castTo(node, node.operand(kLengths), i64);
  if (!total || !ends || !parts.query)
    return std::nullopt;
  int64_t rank = tensorOf(ends).getRank();
  if (rank != 1 && (rank != 2 || tensorOf(ends).getDimSize(1) != 1)) {
    node.invalid("its seqlens_k are not one number for each row of the batch");
    return std::nullopt;
  }
  if (rank == 2)
    ends = reshape(node, ends, {tensorOf(ends).getDimSize(0)});
  if (!requireSameSize(node, "seqlens_k", ends, 0, "query", parts.query, 0))
    return std::nullopt;
  Value tokens = dimOf(node, parts.query, 2);
  Value grown = past ? add(node, past, tokens) : tokens;
  if (!past || !followsFromSizes(total)) {
    if (past)
      node.wantValue(kTotal);
    assertRange(node, total, grown, grown,
                "a total_sequence_length other than the length of its caches "
                "and new tokens; expected caches that grow: those of a fixed "
                "capacity need it to be a constant, the capacity");
    total = grown;
  }
  Value capacity = past ? node.create<nn::MaximumOp>({past, total}) : grown;
  bool isAppended = tensorOf(ends).getDimSize(0) == 1 && knownNumber(capacity) &&
                    knownNumber(capacity) == knownNumber(grown);
  if (past && isAppended) {
    Value last = sub(node, grown, i64Scalar(node, 1));
    assertRange(node, ends, last, last,
                "a seqlens_k other than the last of its caches and new tokens");
    return lengths;
  }
  Value isFirst = compare(node, nn::ComparePredicate::Equal, total, tokens);
  ends = assertLengths(node, ends, isFirst, tokens, grown, capacity);
  if (!ends)
    return std::nullopt;
  // Without caches all rows begin at the first token.
  if (!past)
    return lengths;
  Value before = sub(node, add(node, ends, i64Scalar(node, 1)), tokens);
  lengths.rowPast = whereFirst(node, isFirst, i64Scalar(node, 0), before);
  lengths.capacity = capacity;
  lengths.total = total;
  if (!lengths.rowPast || !capacity)
    return std::nullopt;
  return lengths;
}

/// Returns [B, G, S, 3]: the row, the head and the place in the cache of each new token.
static Value targetsOf(NodeBuilder &node, const CacheLengths &lengths, Value fresh) {
  int64_t batch = tensorOf(lengths.rowPast).getDimSize(0);
  Value rows = rangeOf(node, fresh, 0), heads = rangeOf(node, fresh, 1),
        tokens = rangeOf(node, fresh, 2);
  if (!rows || !heads || !tokens)
    return {};
  Value places = add(node, reshape(node, lengths.rowPast, {batch, 1, 1}), tokens);
  SmallVector<Value> sizes;
  for (int64_t axis = 0; axis < 3; ++axis)
    sizes.push_back(dimOf(node, fresh, axis));
  SmallVector<Value> parts;
  for (Value part : {reshape(node, rows, {tensorOf(rows).getDimSize(0), 1, 1}),
                     reshape(node, heads, {tensorOf(heads).getDimSize(0), 1}), places})
    parts.push_back(insertDim(node, expandToSizes(node, part, sizes), 3));
  return concat(node, parts, 3);
}

Value onnx_import::overwriteCache(NodeBuilder &node, const CacheLengths &lengths,
                                  Value cache, Value fresh) {
  if (!cache || !fresh)
    return {};
  return node.create<nn::ScatterNDOp>(
      {cache, targetsOf(node, lengths, fresh), fresh}, [&](auto &properties) {
        properties.setReduction(
            nn::ScatterKindAttr::get(node.context(), nn::ScatterKind::Replace));
      });
}

Value onnx_import::writeCache(NodeBuilder &node, const CacheLengths &lengths, Value cache,
                              Value fresh) {
  if (!cache || !fresh)
    return {};
  Value zero = scalarLike(node, cache, 0), none = i64Scalar(node, 0);
  Value more = sub(node, lengths.capacity, lengths.past);
  Value wide =
      padBySizes(node, cache, {none, none, none, none}, {none, none, more, none}, zero);
  int64_t batch = tensorOf(lengths.rowPast).getDimSize(0);
  Value places =
      rangeBelow(node, lengths.capacity, knownNumber(lengths.capacity).value_or(kFreeDim));
  if (!places || !wide)
    return {};
  Value isPast = compare(node, nn::ComparePredicate::Less, insertDim(node, places, 1),
                         reshape(node, lengths.rowPast, {batch, 1, 1, 1}));
  return overwriteCache(node, lengths, node.create<nn::WhereOp>({isPast, wide, zero}),
                        fresh);
}
