//===- Heads.cpp - Heads that share a key and a value ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Heads.h"
#include "tacit/Dialect/NN/Analysis/Features.h"

using namespace mlir;
using namespace tacit::nn;

//===----------------------------------------------------------------------===//
// Repetition
//===----------------------------------------------------------------------===//

namespace {
/// The heads before they were repeated.
struct Shared {
  Value source{};
  int64_t heads = 0, group = 1;
  /// Head i is used by i, i + heads, ... and not by i * group, i * group + 1, ...
  bool isTiled = false;
  /// Transposes the source to the layout of the repeated heads; empty if that is not
  /// necessary.
  SmallVector<int64_t> permutation{};
};
} // namespace

/// Reads how dimension `axis` of `value` was lengthened.
static std::optional<Shared> readShared(Value value, int64_t axis) {
  FeatureReader reader(tensorOf(value).getRank() - axis - 1);
  auto features = reader.read(value);
  if (!features || features->size() < 2)
    return std::nullopt;
  Shared shared;
  shared.source = features->front().source;
  auto source = tensorOf(shared.source);
  if (shared.source == value || features->front().rank != 1 ||
      source.getRank() != tensorOf(value).getRank())
    return std::nullopt;
  shared.heads = source.getDimSize(axis);
  int64_t count = features->size();
  if (shared.heads < 1 || count % shared.heads != 0 || shared.heads == count)
    return std::nullopt;
  shared.group = count / shared.heads;
  auto matches = [&](llvm::function_ref<int64_t(int64_t)> headOf) {
    for (auto [i, feature] : llvm::enumerate(*features))
      if (!(feature == Feature{shared.source, 1, headOf(i), false}))
        return false;
    return true;
  };
  shared.isTiled = !matches([&](int64_t i) { return i / shared.group; });
  if (shared.isTiled && !matches([&](int64_t i) { return i % shared.heads; }))
    return std::nullopt;
  return shared;
}

/// Returns the heads of a key or a value, in the third dimension from the end.
static std::optional<Shared> readShared(Value value) {
  int64_t axis = tensorOf(value).getRank() - 3;
  if (axis < 0)
    return std::nullopt;
  auto transpose = value.getDefiningOp<TransposeOp>();
  if (!transpose)
    return readShared(value, axis);
  auto shared = readShared(transpose.getInput(), transpose.getPermutation()[axis]);
  if (shared)
    shared->permutation.assign(transpose.getPermutation().begin(),
                               transpose.getPermutation().end());
  return shared;
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// Splits the third dimension from the end of `value` into `first` by `second`.
static Value splitHeads(Value value, int64_t first, int64_t second,
                        RewriterBase &rewriter) {
  auto type = tensorOf(value);
  SmallVector<int64_t> shape(type.getShape());
  size_t axis = shape.size() - 3;
  shape[axis] = first;
  shape.insert(shape.begin() + axis + 1, second);
  return ReshapeOp::create(rewriter, value.getLoc(), type.clone(shape), value);
}

/// Returns the mask for heads in two dimensions; null if it cannot be split.
static Value splitMask(Value mask, int64_t first, int64_t second, RewriterBase &rewriter) {
  if (!mask || tensorOf(mask).getRank() < 3)
    return mask;
  int64_t heads = tensorOf(mask).getDimSize(tensorOf(mask).getRank() - 3);
  if (heads == 1)
    return splitHeads(mask, 1, 1, rewriter);
  return heads == first * second ? splitHeads(mask, first, second, rewriter) : Value();
}

static Value sourceOf(const Shared &shared, RewriterBase &rewriter) {
  if (shared.permutation.empty())
    return shared.source;
  return TransposeOp::create(rewriter, shared.source.getLoc(), shared.source,
                             shared.permutation);
}

int64_t tacit::nn::groupHeads(Heads &heads, RewriterBase &rewriter) {
  auto key = readShared(heads.key), value = readShared(heads.value);
  if (!key || !value || key->heads != value->heads || key->group != value->group ||
      key->isTiled != value->isTiled)
    return 1;
  int64_t rank = tensorOf(heads.query).getRank(), all = key->heads * key->group;
  if (rank != tensorOf(heads.key).getRank() ||
      tensorOf(heads.query).getDimSize(rank - 3) != all)
    return 1;
  Value keys = sourceOf(*key, rewriter), values = sourceOf(*value, rewriter);
  // The operation itself repeats a single head for all.
  if (key->heads == 1) {
    heads = {heads.query, keys, values, heads.mask};
    return key->group;
  }
  int64_t first = key->heads, second = key->group;
  if (key->isTiled)
    std::swap(first, second);
  Value mask = splitMask(heads.mask, first, second, rewriter);
  if (heads.mask && !mask)
    return 1;
  auto split = [&](Value shared) {
    return key->isTiled ? splitHeads(shared, 1, key->heads, rewriter)
                        : splitHeads(shared, key->heads, 1, rewriter);
  };
  heads = {splitHeads(heads.query, first, second, rewriter), split(keys), split(values),
           mask};
  return key->group;
}
