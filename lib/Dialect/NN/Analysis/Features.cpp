//===- Features.cpp - Where the features of a value come from -------------===//
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
#include "llvm/ADT/TypeSwitch.h"
#include <cstring>
#include <limits>
#include <map>
#include <numeric>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// How far back we look; exporters take five or six steps.
static constexpr unsigned kMaxDepth = 24;
/// Largest table of cosines that is compared column by column.
static constexpr int64_t kMaxTableBytes = 1 << 28;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

namespace {
/// `rank` dimensions, the last ones but `skip`.
struct Part {
  unsigned rank, skip = 0;

  bool fits(Value value) const { return rank + skip <= shapeOf(value).size(); }
  ArrayRef<int64_t> of(Value value) const {
    return shapeOf(value).drop_back(skip).take_back(rank);
  }
  /// The dimension that it begins with.
  size_t first(Value value) const { return shapeOf(value).size() - rank - skip; }
  bool contains(Value value, int64_t dim) const {
    int64_t begin = first(value);
    return begin <= dim && dim < begin + rank;
  }
};
} // namespace

/// How many elements the dimensions have, if that is known and not too many to look
/// at.
static std::optional<int64_t> countFeatures(Value value, Part part) {
  if (!part.fits(value))
    return std::nullopt;
  int64_t count = 1;
  for (int64_t dim : part.of(value)) {
    if (ShapedType::isDynamic(dim) || dim < 1 || dim > FeatureReader::kMaxFeatures / count)
      return std::nullopt;
    count *= dim;
  }
  return count;
}

/// How many of the dimensions of `value` before the last `skip` have `count` elements
/// together.
static std::optional<unsigned> rankOfFeatures(Value value, int64_t count,
                                              unsigned skip = 0) {
  for (unsigned rank = 1; rank + skip <= shapeOf(value).size(); ++rank)
    if (auto found = countFeatures(value, {rank, skip}); !found || *found >= count)
      return found == count ? std::optional(rank) : std::nullopt;
  return std::nullopt;
}

using Index = SmallVector<int64_t>;

static int64_t flatten(ArrayRef<int64_t> index, ArrayRef<int64_t> dims) {
  int64_t flat = 0;
  for (auto [i, dim] : llvm::zip(index, dims))
    flat = flat * dim + i;
  return flat;
}

static Index unflatten(int64_t flat, ArrayRef<int64_t> dims) {
  Index index(dims.size());
  for (size_t i = dims.size(); i-- > 0; flat /= dims[i])
    index[i] = flat % dims[i];
  return index;
}

/// What an operation takes an element of its result from: which element, in row-major
/// order over some dimensions, of which operand.
struct Origin {
  unsigned operand;
  int64_t element;
};

namespace {
/// Where an operation that moves elements takes those of some dimensions from.
struct Move {
  SmallVector<unsigned> ranks; ///< of each operand's part that is moved
  std::vector<Origin> origins; ///< of each element of the result
};
} // namespace

/// A move from `inputRank` dimensions of operand 0, as `from` says.
static std::optional<Move> moveOne(Operation *op, Part part, unsigned inputRank,
                                   llvm::function_ref<Index(Index)> from) {
  Part inputPart{inputRank, part.skip};
  auto count = countFeatures(op->getResult(0), part);
  if (!count || !countFeatures(op->getOperand(0), inputPart))
    return std::nullopt;
  auto dims = part.of(op->getResult(0)), inputDims = inputPart.of(op->getOperand(0));
  Move move{{inputRank}, {}};
  for (int64_t i = 0; i < *count; ++i)
    move.origins.push_back({0, flatten(from(unflatten(i, dims)), inputDims)});
  return move;
}

/// What a slice does to the dimensions, whatever it does to the others.
static std::optional<Move> moveWithin(SliceOp op, Part part) {
  size_t first = part.first(op.getResult());
  return moveOne(op, part, part.rank, [&](Index index) {
    for (auto [i, element] : llvm::enumerate(index))
      element = op.getStarts()[first + i] + element * op.getSteps()[first + i];
    return index;
  });
}

static std::optional<Move> moveOf(SliceOp op, Part part) {
  for (auto [i, dim] : llvm::enumerate(shapeOf(op.getInput())))
    if (!part.contains(op.getResult(), i) &&
        (op.getStarts()[i] != 0 || op.getSteps()[i] != 1 ||
         (op.getEnds()[i] != dim &&
          op.getEnds()[i] != std::numeric_limits<int64_t>::max())))
      return std::nullopt;
  return moveWithin(op, part);
}

static std::optional<Move> moveOf(ReshapeOp op, Part part) {
  auto count = countFeatures(op.getResult(), part);
  auto inputRank = count ? rankOfFeatures(op.getInput(), *count, part.skip) : std::nullopt;
  if (!inputRank || shapeOf(op.getInput()).take_back(part.skip) !=
                        shapeOf(op.getResult()).take_back(part.skip))
    return std::nullopt;
  auto dims = part.of(op.getResult());
  auto inputDims = Part{*inputRank, part.skip}.of(op.getInput());
  return moveOne(op, part, *inputRank,
                 [&](Index index) { return unflatten(flatten(index, dims), inputDims); });
}

static std::optional<Move> moveOf(TransposeOp op, Part part) {
  int64_t first = part.first(op.getResult());
  auto permutation = op.getPermutation();
  for (auto [i, from] : llvm::enumerate(permutation))
    if (part.contains(op.getResult(), i) ? !part.contains(op.getResult(), from)
                                         : from != static_cast<int64_t>(i))
      return std::nullopt;
  return moveOne(op, part, part.rank, [&](Index index) {
    Index from(index.size());
    for (auto [i, element] : llvm::enumerate(index))
      from[permutation[first + i] - first] = element;
    return from;
  });
}

/// Repeats along the dimensions.
static std::optional<Move> moveOf(ExpandOp op, Part part) {
  auto from = shapeOf(op.getInput()), to = shapeOf(op.getResult());
  if (from.size() != to.size())
    return std::nullopt;
  for (size_t i = 0; i < to.size(); ++i)
    if (from[i] != to[i] && !part.contains(op.getResult(), i))
      return std::nullopt;
  auto inputDims = part.of(op.getInput());
  return moveOne(op, part, part.rank, [&](Index index) {
    for (auto [element, dim] : llvm::zip(index, inputDims))
      element = dim == 1 ? 0 : element;
    return index;
  });
}

/// Picks by constant indices along one of the dimensions.
static std::optional<Move> moveOf(GatherOp op, Part part) {
  Attribute constant;
  auto shape = shapeOf(op.getData()), indexShape = shapeOf(op.getIndices());
  if (indexShape.size() > 1 || !matchPattern(op.getIndices(), m_Constant(&constant)))
    return std::nullopt;
  auto picks = readIntegers(constant);
  Part inputPart{static_cast<unsigned>(part.rank + 1 - indexShape.size()), part.skip};
  int64_t dim = op.getAxis(), size = shape[dim];
  if (!picks || !inputPart.fits(op.getData()) || !inputPart.contains(op.getData(), dim) ||
      llvm::any_of(*picks, [&](int64_t pick) { return pick >= size || pick < -size; }))
    return std::nullopt;
  int64_t axis = dim - inputPart.first(op.getData());
  return moveOne(op, part, inputPart.rank, [&](Index index) {
    int64_t pick = (*picks)[indexShape.empty() ? 0 : index[axis]];
    if (indexShape.empty())
      index.insert(index.begin() + axis, 0);
    index[axis] = pick < 0 ? pick + size : pick;
    return index;
  });
}

static std::optional<Move> moveOf(ConcatOp op, Part part) {
  auto count = countFeatures(op.getResult(), part);
  if (!count || !part.contains(op.getResult(), op.getAxis()))
    return std::nullopt;
  size_t axis = op.getAxis() - part.first(op.getResult());
  // Which operand holds each position along the axis, and from where on.
  std::vector<std::pair<unsigned, int64_t>> owners;
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    if (!countFeatures(input, part))
      return std::nullopt;
    owners.insert(owners.end(), shapeOf(input)[op.getAxis()],
                  {static_cast<unsigned>(i), static_cast<int64_t>(owners.size())});
  }
  Move move{SmallVector<unsigned>(op.getInputs().size(), part.rank), {}};
  auto dims = part.of(op.getResult());
  for (int64_t i = 0; i < *count; ++i) {
    Index index = unflatten(i, dims);
    auto [operand, begin] = owners[index[axis]];
    index[axis] -= begin;
    move.origins.push_back({operand, flatten(index, part.of(op.getInputs()[operand]))});
  }
  return move;
}

static std::optional<Move> moveOf(Operation *op, Part part) {
  return llvm::TypeSwitch<Operation *, std::optional<Move>>(op)
      .Case<SliceOp, ReshapeOp, TransposeOp, ExpandOp, GatherOp, ConcatOp>(
          [&](auto move) { return moveOf(move, part); })
      .Case([&](NegOp) {
        return moveOne(op, part, part.rank, [](Index index) { return index; });
      })
      .Default([](Operation *) { return std::nullopt; });
}

//===----------------------------------------------------------------------===//
// Sources
//===----------------------------------------------------------------------===//

std::optional<Features> FeatureReader::follow(Operation *op, unsigned rank) {
  auto move = op && depth < kMaxDepth ? moveOf(op, {rank, skip}) : std::nullopt;
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
  for (Origin origin : move->origins) {
    result.push_back(inputs[origin.operand][origin.element]);
    result.back().isNegated ^= isa<NegOp>(op);
  }
  return result;
}

std::optional<Features> FeatureReader::read(Value value, unsigned rank) {
  if (auto entry = known.find({value, rank}); entry != known.end())
    return entry->second;
  auto count = countFeatures(value, {rank, skip});
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

/// The first element with the same key, for each.
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

/// Of an operand that is broadcast to `dims` in its last dimensions.
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
    Index index = unflatten(i, dims);
    index.erase(index.begin(), index.end() - rank);
    for (auto [element, dim] : llvm::zip(index, own))
      element = dim == 1 ? 0 : element;
    result.push_back((*firsts)[flatten(index, own)]);
  }
  return result;
}

/// Of an operation that combines its operands element by element.
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

/// True if `op` leaves the last `rank` dimensions of its first operand as they are,
/// whatever it does with those before.
static bool keepsLast(Operation *op, unsigned rank) {
  int64_t first = static_cast<int64_t>(shapeOf(op->getResult(0)).size()) - rank;
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](GatherOp gather) {
        return static_cast<int64_t>(gather.getAxis()) + rank <
               static_cast<int64_t>(shapeOf(gather.getData()).size());
      })
      .Case([&](TransposeOp transpose) {
        auto last = transpose.getPermutation().take_back(rank);
        return llvm::equal(last, llvm::seq<int64_t>(first, first + rank));
      })
      .Case([&](DynamicSliceOp slice) {
        return llvm::all_of(slice.getAxes(), [&](int64_t axis) { return axis < first; });
      })
      .Default([](Operation *) { return false; });
}

/// True if an element of the result follows from elements of the same place, in the
/// last `rank` dimensions, of each operand.
static bool combines(Operation *op, unsigned rank) {
  if (auto concat = dyn_cast<ConcatOp>(op))
    return concat.getAxis() + rank < shapeOf(concat.getResult()).size();
  return op->hasTrait<OpTrait::Elementwise>() ||
         isa<AddOp, SubOp, MulOp, DivOp, PowOp, WhereOp, ExpandOp>(op);
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
  if (keepsLast(op, rank))
    return read(op->getOperand(0), rank);
  if (isa<DynamicExpandOp>(op))
    return readBroadcast(op->getOperand(0), dims);
  if (combines(op, rank))
    return readAll(op, dims);
  if (auto reshape = dyn_cast<DynamicReshapeOp>(op)) {
    auto inputRank = rankOfFeatures(reshape.getInput(), count);
    return inputRank ? read(reshape.getInput(), *inputRank) : std::nullopt;
  }
  auto slice = dyn_cast<SliceOp>(op);
  auto move = slice ? moveWithin(slice, {rank}) : std::nullopt;
  auto input = move ? read(slice.getInput(), rank) : std::nullopt;
  if (!input)
    return std::nullopt;
  Firsts keys;
  for (Origin origin : move->origins)
    keys.push_back((*input)[origin.element]);
  return firstsOf(ArrayRef(keys));
}

const EqualFeatures::Firsts &EqualFeatures::readSource(Value source, unsigned rank) {
  auto entry = sources.find({source.getAsOpaquePointer(), rank});
  if (entry != sources.end())
    return entry->second;
  int64_t count = *countFeatures(source, {rank});
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
