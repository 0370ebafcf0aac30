//===- Rotation.cpp - Reading rotary embeddings ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rotation.h"
#include "tacit/Dialect/NN/Analysis/Features.h"
#include <fmt/format.h>
#include <limits>

using namespace mlir;
using namespace tacit::nn;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

/// Where the two features of pair i are, of `half` pairs.
static std::pair<int64_t, int64_t> pairAt(int64_t i, int64_t half, bool isInterleaved) {
  return isInterleaved ? std::pair(2 * i, 2 * i + 1) : std::pair(i, i + half);
}

/// True if `test(i, first, second)` holds for each pair.
static bool allPairs(int64_t half, bool isInterleaved,
                     llvm::function_ref<bool(int64_t, int64_t, int64_t)> test) {
  return llvm::all_of(llvm::seq<int64_t>(0, half), [&](int64_t i) {
    auto [first, second] = pairAt(i, half, isInterleaved);
    return test(i, first, second);
  });
}

/// The layout of pairs for which `test` holds, if there is one: interleaved or not.
static std::optional<bool>
findLayout(int64_t half, llvm::function_ref<bool(int64_t, int64_t, int64_t)> test) {
  for (bool isInterleaved : {false, true})
    if (allPairs(half, isInterleaved, test))
      return isInterleaved;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// Every `step`-th of the features of `value` from `begin` on, `count` of them.
static Value sliceLast(OpBuilder &builder, Value value, int64_t begin, int64_t count,
                       int64_t step) {
  auto type = tensorOf(value);
  if (begin == 0 && step == 1 && count == type.getShape().back())
    return value;
  SmallVector<int64_t> starts(type.getRank(), 0), steps(type.getRank(), 1), ends;
  for (int64_t dim : type.getShape())
    ends.push_back(ShapedType::isDynamic(dim) ? std::numeric_limits<int64_t>::max() : dim);
  starts.back() = begin;
  steps.back() = step;
  ends.back() = begin + (count - 1) * step + 1;
  return SliceOp::create(builder, value.getLoc(), value, starts, ends, steps);
}

/// `value` with its last `rank` dimensions as one.
static Value mergeLast(OpBuilder &builder, Value value, unsigned rank) {
  if (rank == 1)
    return value;
  auto type = tensorOf(value);
  SmallVector<int64_t> shape(type.getShape().drop_back(rank));
  int64_t count = 1;
  for (int64_t dim : type.getShape().take_back(rank))
    count *= dim;
  shape.push_back(count);
  return ReshapeOp::create(builder, value.getLoc(), type.clone(shape), value);
}

/// A value of the shape of `like` that has these features; null if they do not come
/// from one place in order.
static Value assemble(OpBuilder &builder, const Features &features, Value like) {
  Feature first = features.front();
  for (auto [i, feature] : llvm::enumerate(features))
    if (feature.isNegated || feature.source != first.source || feature.rank != first.rank ||
        feature.index != first.index + static_cast<int64_t>(i))
      return {};
  auto leading = tensorOf(first.source).getShape().drop_back(first.rank);
  if (leading != tensorOf(like).getShape().drop_back())
    return {};
  return sliceLast(builder, mergeLast(builder, first.source, first.rank), first.index,
                   features.size(), 1);
}

//===----------------------------------------------------------------------===//
// x cos + rotated(x) sin
//===----------------------------------------------------------------------===//

namespace {
/// Two products and how they are combined.
struct Products {
  MulOp direct, crossed;
  bool isDifference;
};
} // namespace

/// True if some features are negated, as if turned by a right angle, and some are not.
static bool isTurned(const Features &features) {
  auto isNegated = [](const Feature &feature) { return feature.isNegated; };
  return llvm::any_of(features, isNegated) && !llvm::all_of(features, isNegated);
}

/// The half of `angles`, one for each feature, that has one for each pair; null if
/// those of a pair are not known to be equal.
static Value halve(OpBuilder &builder, Value angles, int64_t half, bool isInterleaved) {
  auto firsts = EqualFeatures().read(angles);
  if (!firsts || static_cast<int64_t>(firsts->size()) != 2 * half ||
      !allPairs(half, isInterleaved, [&](int64_t, int64_t first, int64_t second) {
        return (*firsts)[first] == (*firsts)[second];
      }))
    return {};
  Features halves;
  if (auto features = FeatureReader().read(angles))
    for (int64_t i = 0; i < half; ++i)
      halves.push_back((*features)[pairAt(i, half, isInterleaved).first]);
  // As they were before they were repeated, if they can be had so.
  if (Value before = halves.empty() ? Value() : assemble(builder, halves, angles))
    return before;
  return sliceLast(builder, angles, 0, half, isInterleaved ? 2 : 1);
}

static std::optional<Rotation> readTurn(Operation *root, Value x, Value cos, Value turned,
                                        Value sin, bool isDifference, OpBuilder &builder,
                                        std::string &reason) {
  Type type = root->getResult(0).getType();
  if (x.getType() != type || turned.getType() != type)
    return std::nullopt;
  FeatureReader reader;
  auto from = reader.read(x), to = reader.read(turned);
  if (!from || !to || !isTurned(*to) || isTurned(*from))
    return std::nullopt;
  int64_t half = to->size() / 2;
  auto layout = findLayout(half, [&](int64_t, int64_t first, int64_t second) {
    auto [a, b] = isDifference ? std::pair(second, first) : std::pair(first, second);
    return (*to)[a] == (*from)[b].negated() && (*to)[b] == (*from)[a];
  });
  if (!layout || to->size() % 2 != 0) {
    if (reason.empty())
      reason = "the features that change places are neither the two halves nor neighbours";
    return std::nullopt;
  }
  builder.setInsertionPoint(root);
  Rotation rotation{root, x, halve(builder, cos, half, *layout),
                    halve(builder, sin, half, *layout), *layout};
  if (rotation.cos && rotation.sin)
    return rotation;
  reason = fmt::format("the two features of a pair have {} that are not known to be equal",
                       rotation.cos ? "sines" : "cosines");
  return std::nullopt;
}

/// Tries the operands of two products, one of which may be by a turned x.
static std::optional<Rotation> readTurns(Operation *root, Products products,
                                         OpBuilder &builder, std::string &reason) {
  auto [direct, crossed, isDifference] = products;
  for (auto [x, cos] : {std::pair(direct.getLhs(), direct.getRhs()),
                        std::pair(direct.getRhs(), direct.getLhs())})
    for (auto [turned, sin] : {std::pair(crossed.getLhs(), crossed.getRhs()),
                               std::pair(crossed.getRhs(), crossed.getLhs())})
      if (auto rotation =
              readTurn(root, x, cos, turned, sin, isDifference, builder, reason))
        return rotation;
  return std::nullopt;
}

std::optional<Rotation> tacit::nn::readTurnedSum(Operation *root, OpBuilder &builder,
                                                 std::string &reason) {
  auto lhs = root->getOperand(0).getDefiningOp<MulOp>(),
       rhs = root->getOperand(1).getDefiningOp<MulOp>();
  if (!lhs || !rhs)
    return std::nullopt;
  if (isa<SubOp>(root))
    return readTurns(root, {lhs, rhs, true}, builder, reason);
  auto rotation = readTurns(root, {lhs, rhs, false}, builder, reason);
  return rotation ? rotation : readTurns(root, {rhs, lhs, false}, builder, reason);
}

//===----------------------------------------------------------------------===//
// a cos - b sin and b cos + a sin, put together
//===----------------------------------------------------------------------===//

namespace {
/// The four factors of a rotation by parts.
struct Parts {
  Value a, b, cos, sin;
};
} // namespace

/// True if `value` is the product of the two, in either order.
static bool isProduct(Value value, Value lhs, Value rhs) {
  auto product = value.getDefiningOp<MulOp>();
  return product &&
         ((isSameValue(product.getLhs(), lhs) && isSameValue(product.getRhs(), rhs)) ||
          (isSameValue(product.getLhs(), rhs) && isSameValue(product.getRhs(), lhs)));
}

/// Reads a cos - b sin, such that `sum` is b cos + a sin.
static std::optional<Parts> readParts(SubOp difference, AddOp sum) {
  auto minuend = difference.getLhs().getDefiningOp<MulOp>(),
       subtrahend = difference.getRhs().getDefiningOp<MulOp>();
  if (!minuend || !subtrahend)
    return std::nullopt;
  Type type = difference.getType();
  for (auto [a, cos] : {std::pair(minuend.getLhs(), minuend.getRhs()),
                        std::pair(minuend.getRhs(), minuend.getLhs())})
    for (auto [b, sin] : {std::pair(subtrahend.getLhs(), subtrahend.getRhs()),
                          std::pair(subtrahend.getRhs(), subtrahend.getLhs())})
      for (auto [lhs, rhs] :
           {std::pair(sum.getLhs(), sum.getRhs()), std::pair(sum.getRhs(), sum.getLhs())})
        if (a.getType() == type && b.getType() == type && isProduct(lhs, b, cos) &&
            isProduct(rhs, a, sin))
          return Parts{a, b, cos, sin};
  return std::nullopt;
}

/// The rotated features, first of all pairs and then the others; nothing if they
/// were not put together as pairs.
static std::optional<bool> readLayout(const Features &features, SubOp difference, AddOp sum,
                                      int64_t half) {
  if (static_cast<int64_t>(features.size()) < 2 * half)
    return std::nullopt;
  return findLayout(half, [&](int64_t i, int64_t first, int64_t second) {
    const Feature &a = features[first], &b = features[second];
    return a.source == difference.getResult() && b.source == sum.getResult() &&
           a.index == i && b.index == i && !a.isNegated && !b.isNegated;
  });
}

static std::optional<Rotation> assembleParts(Operation *root, const Features &features,
                                             const Parts &parts, unsigned rank,
                                             bool isInterleaved, OpBuilder &builder,
                                             std::string &reason) {
  FeatureReader reader;
  auto a = reader.read(parts.a, rank), b = reader.read(parts.b, rank);
  if (!a || !b)
    return std::nullopt;
  Features from(features);
  for (auto [i, feature] : llvm::enumerate(*a)) {
    auto [first, second] = pairAt(i, a->size(), isInterleaved);
    from[first] = feature;
    from[second] = (*b)[i];
  }
  auto type = tensorOf(parts.a);
  auto isPerPair = [&](Value angles) {
    auto shape = tensorOf(angles).getShape();
    return shape.size() >= rank && shape.take_back(rank) == type.getShape().take_back(rank);
  };
  if (!isPerPair(parts.cos) || !isPerPair(parts.sin)) {
    reason = "there is not one angle for each pair of features";
    return std::nullopt;
  }
  builder.setInsertionPoint(root);
  Value input = assemble(builder, from, root->getResult(0));
  if (!input) {
    reason = "the features of the pairs do not come from one tensor in the order in which "
             "they are put together";
    return std::nullopt;
  }
  return Rotation{root, input, mergeLast(builder, parts.cos, rank),
                  mergeLast(builder, parts.sin, rank), isInterleaved};
}

std::optional<Rotation> tacit::nn::readJoint(Operation *root, OpBuilder &builder,
                                             std::string &reason) {
  auto features = FeatureReader().read(root->getResult(0));
  if (!features)
    return std::nullopt;
  auto difference = features->front().source.getDefiningOp<SubOp>();
  AddOp sum;
  for (const Feature &feature : *features)
    if (!sum && difference && feature.source != difference.getResult())
      sum = feature.source.getDefiningOp<AddOp>();
  auto parts = sum ? readParts(difference, sum) : std::nullopt;
  if (!parts)
    return std::nullopt;
  unsigned rank = features->front().rank;
  int64_t half = 1;
  for (int64_t dim : difference.getType().getShape().take_back(rank))
    half *= dim;
  auto layout = readLayout(*features, difference, sum, half);
  if (!layout)
    return std::nullopt;
  return assembleParts(root, *features, *parts, rank, *layout, builder, reason);
}

//===----------------------------------------------------------------------===//
// Features that pass
//===----------------------------------------------------------------------===//

void tacit::nn::widen(Rotation &rotation, OpBuilder &builder) {
  Value result = rotation.root->getResult(0);
  auto concat = result.hasOneUse() ? dyn_cast<ConcatOp>(*result.user_begin()) : ConcatOp();
  if (!concat || concat.getInputs().front() != result ||
      static_cast<int64_t>(concat.getAxis()) != tensorOf(result).getRank() - 1)
    return;
  FeatureReader reader;
  auto from = reader.read(rotation.input);
  if (!from)
    return;
  for (Value input : concat.getInputs().drop_front()) {
    auto others = reader.read(input);
    if (!others)
      return;
    from->insert(from->end(), others->begin(), others->end());
  }
  // Where the parts after this one are defined.
  builder.setInsertionPoint(concat);
  Value input = assemble(builder, *from, concat.getResult());
  if (!input)
    return;
  rotation.input = input;
  rotation.root = concat;
}
