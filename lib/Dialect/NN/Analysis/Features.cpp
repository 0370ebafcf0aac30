//===- Features.cpp - Traces the origin of features -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Analysis/Features.h"
#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/STLExtras.h"
#include <cstring>
#include <map>
#include <numeric>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// The limit of steps to search backwards; exporters need five or six.
static constexpr unsigned kMaxDepth = 24;
/// The largest table of cosines that is compared column by column.
static constexpr int64_t kMaxTableBytes = 1 << 28;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// Returns the origin of the elements of `range` for an operation that moves or negates
/// elements.
static std::optional<Movement> traceFeatures(Operation *op, DimRange range) {
  if (auto movement = dyn_cast<MovementOpInterface>(op))
    return movement.trace(range);
  if (isa<NegOp>(op))
    return traceFrom(op, range, range.rank, [](ElementIndex index) { return index; });
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Sources
//===----------------------------------------------------------------------===//

std::optional<Features> FeatureReader::follow(Operation *op, unsigned rank) {
  auto move = op && depth < kMaxDepth ? traceFeatures(op, {rank, skip}) : std::nullopt;
  if (!move)
    return std::nullopt;
  ++depth;
  std::vector<Features> inputs;
  for (auto [operand, inputRank] : llvm::zip(op->getOperands(), move->ranks))
    if (auto input = read(operand, inputRank))
      inputs.push_back(std::move(*input));
  --depth;
  if (inputs.size() != move->ranks.size())
    return std::nullopt;
  Features result;
  for (ElementOrigin origin : move->origins) {
    result.push_back(inputs[origin.operand][origin.element]);
    result.back().isNegated ^= isa<NegOp>(op);
  }
  return result;
}

std::optional<Features> FeatureReader::read(Value value, unsigned rank) {
  if (auto entry = known.find({value, rank}); entry != known.end())
    return entry->second;
  auto count = countElements(value, {rank, skip});
  auto result = count ? follow(value.getDefiningOp(), rank) : std::nullopt;
  if (count && !result) {
    result.emplace();
    for (int64_t i = 0; i < *count; ++i)
      result->push_back({value, rank, i, false});
  }
  known[{value, rank}] = result;
  return result;
}

//===----------------------------------------------------------------------===//
// Equal features
//===----------------------------------------------------------------------===//

/// Maps each element to the first one with the same key.
template <typename Key>
static EqualFeatures::Firsts firstsOf(ArrayRef<Key> keys) {
  std::map<Key, int64_t> first;
  EqualFeatures::Firsts firsts;
  for (auto [i, key] : llvm::enumerate(keys))
    firsts.push_back(first.try_emplace(key, i).first->second);
  return firsts;
}

/// Compares the columns of a constant.
static std::optional<EqualFeatures::Firsts> compareColumns(Attribute constant,
                                                           int64_t columns) {
  auto type = cast<RankedTensorType>(cast<ElementsAttr>(constant).getShapedType());
  auto size = byteSize(type);
  std::vector<char> scratch;
  auto bytes = size && *size <= kMaxTableBytes ? rawBytes(constant, scratch) : std::nullopt;
  if (!bytes)
    return std::nullopt;
  int64_t width = byteWidth(type.getElementType()), stride = width * columns;
  // Only columns with the same hash are compared.
  std::vector<uint64_t> hashes(columns);
  for (const char *row = bytes->begin(); row != bytes->end(); row += stride)
    for (int64_t i = 0; i < columns; ++i) {
      uint64_t bits = 0;
      std::memcpy(&bits, row + i * width, width);
      hashes[i] = llvm::hash_combine(hashes[i], bits);
    }
  auto areEqual = [&](int64_t a, int64_t b) {
    for (const char *row = bytes->begin(); row != bytes->end(); row += stride)
      if (std::memcmp(row + a * width, row + b * width, width) != 0)
        return false;
    return true;
  };
  EqualFeatures::Firsts firsts = firstsOf(ArrayRef(hashes));
  for (auto [i, first] : llvm::enumerate(firsts))
    if (!areEqual(i, first))
      first = i;
  return firsts;
}

/// Handles an operand that is broadcast to `dims` in its last dimensions.
std::optional<EqualFeatures::Firsts> EqualFeatures::readBroadcast(Value operand,
                                                                  ArrayRef<int64_t> dims) {
  auto shape = shapeOf(operand);
  unsigned rank = std::min(shape.size(), dims.size());
  auto own = shape.take_back(rank);
  auto firsts = read(operand, rank);
  if (!firsts)
    return std::nullopt;
  Firsts result;
  int64_t count =
      std::accumulate(dims.begin(), dims.end(), int64_t(1), std::multiplies<>());
  for (int64_t i = 0; i < count; ++i) {
    ElementIndex index = unflatten(i, dims);
    index.erase(index.begin(), index.end() - rank);
    for (auto [element, dim] : llvm::zip(index, own))
      element = dim == 1 ? 0 : element;
    result.push_back((*firsts)[flatten(index, own)]);
  }
  return result;
}

/// Handles an operation that combines its operands element by element.
std::optional<EqualFeatures::Firsts> EqualFeatures::readAll(Operation *op,
                                                            ArrayRef<int64_t> dims) {
  std::vector<Firsts> keys;
  for (Value operand : op->getOperands()) {
    auto firsts = readBroadcast(operand, dims);
    if (!firsts)
      return std::nullopt;
    keys.resize(firsts->size());
    for (auto [key, first] : llvm::zip(keys, *firsts))
      key.push_back(first);
  }
  return firstsOf(ArrayRef(keys));
}

/// Returns true if an element of the result follows from elements at the same position, in
/// the last `rank` dimensions, of each operand.
static bool combines(Operation *op, unsigned rank) {
  if (auto concat = dyn_cast<ConcatOp>(op))
    return concat.getAxis() + rank < shapeOf(concat.getResult()).size();
  return isa<ElementwiseOpInterface, ExpandOp>(op);
}

std::optional<EqualFeatures::Firsts> EqualFeatures::follow(Value source, unsigned rank,
                                                           int64_t count) {
  Operation *op = source.getDefiningOp();
  Attribute constant;
  if (matchPattern(source, m_Constant(&constant)))
    return compareColumns(constant, count);
  if (!op)
    return std::nullopt;
  auto dims = shapeOf(source).take_back(rank);
  if (auto movement = dyn_cast<MovementOpInterface>(op);
      movement && movement.keepsLast(rank))
    return read(op->getOperand(0), rank);
  if (isa<DynamicExpandOp>(op))
    return readBroadcast(op->getOperand(0), dims);
  if (combines(op, rank))
    return readAll(op, dims);
  if (auto reshape = dyn_cast<DynamicReshapeOp>(op)) {
    auto inputRank = rankOfElements(reshape.getInput(), count);
    return inputRank ? read(reshape.getInput(), *inputRank) : std::nullopt;
  }
  auto slice = dyn_cast<SliceOp>(op);
  auto move = slice ? traceWithin(slice, {rank}) : std::nullopt;
  auto input = move ? read(slice.getInput(), rank) : std::nullopt;
  if (!input)
    return std::nullopt;
  Firsts keys;
  for (ElementOrigin origin : move->origins)
    keys.push_back((*input)[origin.element]);
  return firstsOf(ArrayRef(keys));
}

const EqualFeatures::Firsts &EqualFeatures::readSource(Value source, unsigned rank) {
  auto entry = sources.find({source.getAsOpaquePointer(), rank});
  if (entry != sources.end())
    return entry->second;
  int64_t count = *countElements(source, {rank});
  auto found = follow(source, rank, count);
  if (!found) {
    found.emplace(count);
    std::iota(found->begin(), found->end(), 0);
  }
  return sources[{source.getAsOpaquePointer(), rank}] = std::move(*found);
}

std::optional<EqualFeatures::Firsts> EqualFeatures::read(Value value, unsigned rank) {
  auto moved = depth < kMaxDepth ? features.read(value, rank) : std::nullopt;
  if (!moved)
    return std::nullopt;
  ++depth;
  // Features are equal if they come from equal features of one source.
  std::vector<Firsts> keys;
  SmallVector<Value> origins;
  for (const Feature &feature : *moved) {
    auto *same = llvm::find_if(
        origins, [&](Value origin) { return isSameValue(origin, feature.source); });
    int64_t number = same - origins.begin();
    if (same == origins.end())
      origins.push_back(feature.source);
    int64_t first = readSource(feature.source, feature.rank)[feature.index];
    keys.push_back({number, feature.rank, first, feature.isNegated});
  }
  --depth;
  return firstsOf(ArrayRef(keys));
}
