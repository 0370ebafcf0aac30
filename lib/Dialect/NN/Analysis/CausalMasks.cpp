//===- CausalMasks.cpp - Masks that hide later keys -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/Analysis/Masks.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/ADT/bit.h"
#include <cstring>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static constexpr unsigned kMaxDepth = 12;

/// A score as low as this is excluded.
static constexpr double kHidden = -1000;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Returns true if `isHidden` holds for the bits of every element after the diagonal that
/// ends in the last row and column.
static bool hidesLater(Value constant, llvm::function_ref<bool(uint64_t)> isHidden) {
  auto type = tensorOf(constant);
  Attribute attribute;
  if (type.getRank() < 2 || !matchPattern(constant, m_Constant(&attribute)))
    return false;
  std::vector<char> scratch;
  auto bytes = rawBytes(attribute, scratch);
  if (!bytes || bytes->empty())
    return false;
  int64_t columns = type.getShape().back(), rows = type.getDimSize(type.getRank() - 2);
  int64_t width = byteWidth(type.getElementType());
  const char *element = bytes->data();
  for (int64_t i = 0, e = bytes->size() / width; i < e; ++i, element += width) {
    uint64_t bits = 0;
    std::memcpy(&bits, element, width);
    if (i % columns - columns > i / columns % rows - rows && !isHidden(bits))
      return false;
  }
  return true;
}

static float asFloat(uint64_t bits) {
  return llvm::bit_cast<float>(static_cast<uint32_t>(bits));
}

//===----------------------------------------------------------------------===//
// Slices of tables, and position numbers
//===----------------------------------------------------------------------===//

namespace {
/// A bound with one element: a number, or a value that the program computes.
struct Bound {
  std::optional<int64_t> number;
  Value value;

  bool operator==(const Bound &other) const {
    if (number || other.number)
      return number == other.number;
    return value && other.value && isSameValue(value, other.value, /*depth=*/6);
  }
};

/// The range from `start` (included) to `end` (excluded), in steps of 1.
struct Span {
  Bound start, end;
};
} // namespace

/// Returns the value of one element, looking through operations that only change its shape.
static Value stripReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getInput();
  return value;
}

static Bound boundOf(Value value) {
  value = stripReshapes(value);
  if (auto number = constantScalar(value))
    return {static_cast<int64_t>(*number), {}};
  return {std::nullopt, value};
}

/// Returns the part of dimension `dim` of a table that the slices on the way keep.
static std::optional<Span> sliceOf(Value part, Value table, int64_t dim) {
  Span span{{0, {}}, {tensorOf(table).getDimSize(dim), {}}};
  for (; part != table; part = part.getDefiningOp()->getOperand(0)) {
    if (auto slice = part.getDefiningOp<SliceOp>()) {
      int64_t size = tensorOf(slice.getInput()).getDimSize(dim);
      if (slice.getSteps()[dim] != 1)
        return std::nullopt;
      if (slice.getStarts()[dim] != 0 || slice.getEnds()[dim] != size)
        span = {{slice.getStarts()[dim], {}}, {slice.getEnds()[dim], {}}};
      continue;
    }
    auto slice = part.getDefiningOp<DynamicSliceOp>();
    if (!slice || constantScalar(slice.getSteps()) != 1.0)
      return std::nullopt;
    if (!llvm::is_contained(slice.getAxes(), dim))
      continue;
    // Exporters slice one axis at a time, so that bounds of several axes are not handled.
    if (slice.getAxes().size() != 1)
      return std::nullopt;
    span = {boundOf(slice.getStarts()), boundOf(slice.getEnds())};
  }
  return span;
}

/// Matches a square table of which rows and columns are taken that end at the same
/// position.
static bool isAligned(Value part, Value table) {
  int64_t rank = tensorOf(table).getRank();
  if (rank < 2 ||
      tensorOf(table).getDimSize(rank - 1) != tensorOf(table).getDimSize(rank - 2))
    return false;
  auto rows = sliceOf(part, table, rank - 2), columns = sliceOf(part, table, rank - 1);
  return rows && columns && columns->start.number == 0 && rows->end == columns->end;
}

static Value tableOf(Value part) {
  while (isa_and_present<SliceOp, DynamicSliceOp>(part.getDefiningOp()))
    part = part.getDefiningOp()->getOperand(0);
  return part;
}

/// Matches the numbers start, start + 1, ... along dimension `dim` from the end, the only
/// one that is not 1.
static std::optional<Span> positionsAlong(Value value, int64_t dim) {
  auto shape = tensorOf(value).getShape();
  if (static_cast<int64_t>(shape.size()) < dim)
    return std::nullopt;
  for (int64_t i = 0, rank = shape.size(); i < rank; ++i)
    if (i != rank - dim && shape[i] != 1)
      return std::nullopt;
  while (isa_and_present<ReshapeOp, CastOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  if (auto range = value.getDefiningOp<RangeOp>()) {
    if (constantScalar(range.getDelta()) != 1.0)
      return std::nullopt;
    return Span{boundOf(range.getStart()), boundOf(range.getLimit())};
  }
  Attribute constant;
  auto numbers =
      matchPattern(value, m_Constant(&constant)) ? readIntegers(constant) : std::nullopt;
  if (!numbers || numbers->empty())
    return std::nullopt;
  for (auto [i, number] : llvm::enumerate(*numbers))
    if (number != numbers->front() + static_cast<int64_t>(i))
      return std::nullopt;
  return Span{{numbers->front(), {}}, {numbers->back() + 1, {}}};
}

/// Returns true if these are the positions of keys and of queries that end together.
static bool arePositions(Value key, Value query) {
  auto keys = positionsAlong(key, 1), queries = positionsAlong(query, 2);
  return keys && queries && keys->start.number == 0 && keys->end == queries->end;
}

//===----------------------------------------------------------------------===//
// Conditions and floats
//===----------------------------------------------------------------------===//

/// Returns true if `op` leaves the last two dimensions as they are.
static bool keepsMatrices(ReshapeOp op) {
  return op.getType().getShape().take_back(2) ==
         tensorOf(op.getInput()).getShape().take_back(2);
}

/// Returns true if no key that comes later than its query has `value` equal to `isKept`.
static bool hides(Value value, bool isKept, unsigned depth);

static bool hides(CompareOp op, bool isKept) {
  Value smaller = op.getLhs(), larger = op.getRhs();
  // The operation may compare a difference of positions with 0.
  auto difference = smaller.getDefiningOp<SubOp>();
  if (difference && constantScalar(larger) == 0.0) {
    smaller = difference.getLhs();
    larger = difference.getRhs();
  }
  switch (op.getPredicate()) {
  case ComparePredicate::Less:
  case ComparePredicate::LessOrEqual:
    break;
  case ComparePredicate::Greater:
  case ComparePredicate::GreaterOrEqual:
    std::swap(smaller, larger);
    break;
  default:
    return false;
  }
  return isKept ? arePositions(smaller, larger) : arePositions(larger, smaller);
}

static bool hides(Value value, bool isKept, unsigned depth) {
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0)
    return false;
  Value table = tableOf(value);
  if (matchPattern(table, m_Constant()))
    return isAligned(value, table) &&
           hidesLater(table, [&](uint64_t bits) { return (bits != 0) != isKept; });
  auto any = [&](Operation *op) {
    return llvm::any_of(op->getOperands(),
                        [&](Value operand) { return hides(operand, isKept, depth - 1); });
  };
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](CompareOp compare) { return hides(compare, isKept); })
      .Case([&](NotOp negation) { return hides(negation.getInput(), !isKept, depth - 1); })
      .Case([&](AndOp) { return isKept && any(op); })
      .Case([&](OrOp) { return !isKept && any(op); })
      .Case([&](CastOp cast) { return hides(cast.getInput(), isKept, depth - 1); })
      .Case([&](ReshapeOp reshape) {
        return keepsMatrices(reshape) && hides(reshape.getInput(), isKept, depth - 1);
      })
      .Default([](Operation *) { return false; });
}

/// Returns true if `value` is practically minus infinity where a key comes later.
static bool lowers(Value value, unsigned depth) {
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0)
    return false;
  Value table = tableOf(value);
  if (matchPattern(table, m_Constant()))
    return tensorOf(table).getElementType().isF32() && isAligned(value, table) &&
           hidesLater(table, [](uint64_t bits) { return asFloat(bits) <= kHidden; });
  auto isLow = [](Value value) {
    auto number = constantScalar(value);
    return number && *number <= kHidden;
  };
  if (auto choice = dyn_cast<WhereOp>(op)) {
    Value yes = choice.getTrueValue(), no = choice.getFalseValue();
    return (isLow(no) && hides(choice.getCondition(), /*isKept=*/true, depth - 1)) ||
           (isLow(yes) && hides(choice.getCondition(), /*isKept=*/false, depth - 1));
  }
  if (isa<AddOp>(op))
    return lowers(op->getOperand(0), depth - 1) || lowers(op->getOperand(1), depth - 1);
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    return keepsMatrices(reshape) && lowers(reshape.getInput(), depth - 1);
  // Matches (1 - kept) * -10000, and hidden * -10000.
  auto product = matchScalar<MulOp>(value);
  if (!product || !(product->scalar <= kHidden))
    return false;
  auto difference = product->other.getDefiningOp<SubOp>();
  if (difference && constantScalar(difference.getLhs()) == 1.0)
    return hides(difference.getRhs(), /*isKept=*/true, depth - 1);
  return hides(product->other, /*isKept=*/false, depth - 1);
}

bool tacit::nn::isCausal(const AttentionMask &mask) {
  if (!mask.value)
    return false;
  if (!mask.fill)
    return lowers(mask.value, kMaxDepth);
  return *mask.fill <= kHidden && hides(mask.value, /*isKept=*/true, kMaxDepth);
}
