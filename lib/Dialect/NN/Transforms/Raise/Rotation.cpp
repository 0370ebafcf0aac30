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

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

/// Says where the two features of pair i are, of `half` pairs.
static std::pair<int64_t, int64_t> pairAt(int64_t i, int64_t half, bool isInterleaved) {
  return isInterleaved ? std::pair(2 * i, 2 * i + 1) : std::pair(i, i + half);
}

/// Returns true if `test(i, first, second)` holds for each pair.
static bool allPairs(int64_t half, bool isInterleaved,
                     llvm::function_ref<bool(int64_t, int64_t, int64_t)> test) {
  return llvm::all_of(llvm::seq<int64_t>(0, half), [&](int64_t i) {
    auto [first, second] = pairAt(i, half, isInterleaved);
    return test(i, first, second);
  });
}

/// Returns the layout of pairs for which `test` holds, if there is one: interleaved or not.
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

namespace {
/// Every `step`-th feature of the last `rank` dimensions of `source` from `begin` on,
/// `count` of them.
struct Part {
  Value source;
  unsigned rank = 1;
  int64_t begin = 0, count = 0, step = 1;
};
} // namespace

/// Returns `value` with its last `rank` dimensions merged to one.
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

/// Makes a value of a part, with its features in the last dimension.
static Value build(OpBuilder &builder, const Part &part) {
  Value value = mergeLast(builder, part.source, part.rank);
  auto type = tensorOf(value);
  if (part.begin == 0 && part.step == 1 && part.count == type.getShape().back())
    return value;
  SmallVector<int64_t> starts(type.getRank(), 0), steps(type.getRank(), 1), ends;
  for (int64_t dim : type.getShape())
    ends.push_back(ShapedType::isDynamic(dim) ? std::numeric_limits<int64_t>::max() : dim);
  starts.back() = part.begin;
  steps.back() = part.step;
  ends.back() = part.begin + (part.count - 1) * part.step + 1;
  return SliceOp::create(builder, value.getLoc(), value, starts, ends, steps);
}

/// The part that has these features and the other dimensions of `like`; nothing if they
/// do not come from one place in order.
static std::optional<Part> findPart(const Features &features, Value like) {
  Feature first = features.front();
  for (auto [i, feature] : llvm::enumerate(features))
    if (feature.isNegated || feature.source != first.source || feature.rank != first.rank ||
        feature.index != first.index + static_cast<int64_t>(i))
      return std::nullopt;
  auto leading = tensorOf(first.source).getShape().drop_back(first.rank);
  if (leading != tensorOf(like).getShape().drop_back())
    return std::nullopt;
  return Part{first.source, first.rank, first.index, static_cast<int64_t>(features.size())};
}

//===----------------------------------------------------------------------===//
// x cos + rotated(x) sin
//===----------------------------------------------------------------------===//

namespace {
/// A sum or difference of x cos and, if that is what its features are, turned(x) sin.
struct Turn {
  Value x, cos, turned, sin;
  bool isDifference;
  int64_t half = 0; ///< of the number of features
  bool isInterleaved = false;
};
} // namespace

/// Returns true if some features are negated, as in a rotation by a right angle, and some
/// are not.
static bool isTurned(const Features &features) {
  auto isNegated = [](const Feature &feature) { return feature.isNegated; };
  return llvm::any_of(features, isNegated) && !llvm::all_of(features, isNegated);
}

/// The half of `angles`, one for each feature, that has one for each pair; nothing if
/// those of a pair are not known to be equal.
static std::optional<Part> findHalf(Value angles, int64_t half, bool isInterleaved) {
  auto firsts = EqualFeatures().read(angles);
  if (!firsts || static_cast<int64_t>(firsts->size()) != 2 * half ||
      !allPairs(half, isInterleaved, [&](int64_t, int64_t first, int64_t second) {
        return (*firsts)[first] == (*firsts)[second];
      }))
    return std::nullopt;
  Features halves;
  if (auto features = FeatureReader().read(angles))
    for (int64_t i = 0; i < half; ++i)
      halves.push_back((*features)[pairAt(i, half, isInterleaved).first]);
  // If possible, the angles are those before they were repeated.
  if (auto before = halves.empty() ? std::nullopt : findPart(halves, angles))
    return before;
  return Part{angles, 1, 0, half, isInterleaved ? 2 : 1};
}

/// The ways to read `root` as two products, one of which is by features some of which
/// are negated.
static SmallVector<Turn> findTurns(Operation *root) {
  SmallVector<Turn> turns;
  Type type = root->getResult(0).getType();
  FeatureReader reader;
  auto addTurns = [&](MulOp direct, MulOp crossed) {
    for (auto [x, cos] : {std::pair(direct.getLhs(), direct.getRhs()),
                          std::pair(direct.getRhs(), direct.getLhs())})
      for (auto [turned, sin] : {std::pair(crossed.getLhs(), crossed.getRhs()),
                                 std::pair(crossed.getRhs(), crossed.getLhs())}) {
        if (x.getType() != type || turned.getType() != type)
          continue;
        auto from = reader.read(x), to = reader.read(turned);
        if (from && to && isTurned(*to) && !isTurned(*from))
          turns.push_back({x, cos, turned, sin, isa<SubOp>(root)});
      }
  };
  auto lhs = root->getOperand(0).getDefiningOp<MulOp>(),
       rhs = root->getOperand(1).getDefiningOp<MulOp>();
  if (!lhs || !rhs)
    return turns;
  addTurns(lhs, rhs);
  if (isa<AddOp>(root))
    addTurns(rhs, lhs);
  return turns;
}

/// Finds which features make the pairs of `turn`; false if there are none that change
/// places as if turned by a right angle.
static bool findPairs(Turn &turn) {
  FeatureReader reader;
  auto from = reader.read(turn.x), to = reader.read(turn.turned);
  turn.half = to->size() / 2;
  auto layout = findLayout(turn.half, [&](int64_t, int64_t first, int64_t second) {
    auto [a, b] = turn.isDifference ? std::pair(second, first) : std::pair(first, second);
    return (*to)[a] == (*from)[b].negated() && (*to)[b] == (*from)[a];
  });
  turn.isInterleaved = layout.value_or(false);
  return layout && to->size() % 2 == 0;
}

FailureOr<Rotation> tacit::nn::readTurnedSum(Operation *root, PatternRewriter &rewriter) {
  SmallVector<Turn> turns = findTurns(root);
  if (turns.empty())
    return failure();
  llvm::erase_if(turns, [](Turn &turn) { return !findPairs(turn); });
  if (turns.empty())
    return rewriter.notifyMatchFailure(
        root, "the features that change places are neither the two halves nor neighbours");
  bool hasCosines = false;
  for (const Turn &turn : turns) {
    auto cos = findHalf(turn.cos, turn.half, turn.isInterleaved),
         sin = findHalf(turn.sin, turn.half, turn.isInterleaved);
    if (cos && sin) {
      rewriter.setInsertionPoint(root);
      Value cosines = build(rewriter, *cos), sines = build(rewriter, *sin);
      return Rotation{root, turn.x, cosines, sines, turn.isInterleaved};
    }
    hasCosines = cos.has_value();
  }
  return rewriter.notifyMatchFailure(
      root, fmt::format("the two features of a pair have {} that are not known to be equal",
                        hasCosines ? "sines" : "cosines"));
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

/// Returns true if `value` is the product of the two, in either order.
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

/// Returns the rotated features, the first ones of all pairs before the others; nullopt if
/// they were not put together as pairs.
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

static FailureOr<Rotation> assembleParts(Operation *root, const Features &features,
                                         const Parts &parts, unsigned rank,
                                         bool isInterleaved, PatternRewriter &rewriter) {
  FeatureReader reader;
  auto a = reader.read(parts.a, rank), b = reader.read(parts.b, rank);
  if (!a || !b)
    return failure();
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
  if (!isPerPair(parts.cos) || !isPerPair(parts.sin))
    return rewriter.notifyMatchFailure(
        root, "the number of angles and the number of pairs of features differ");
  auto input = findPart(from, root->getResult(0));
  if (!input)
    return rewriter.notifyMatchFailure(
        root, "the features of the pairs do not come from one tensor in the order in which "
              "they are put together");
  rewriter.setInsertionPoint(root);
  Value whole = build(rewriter, *input), cos = mergeLast(rewriter, parts.cos, rank),
        sin = mergeLast(rewriter, parts.sin, rank);
  return Rotation{root, whole, cos, sin, isInterleaved};
}

FailureOr<Rotation> tacit::nn::readJoint(Operation *root, PatternRewriter &rewriter) {
  auto features = FeatureReader().read(root->getResult(0));
  if (!features)
    return failure();
  auto difference = features->front().source.getDefiningOp<SubOp>();
  AddOp sum;
  for (const Feature &feature : *features)
    if (!sum && difference && feature.source != difference.getResult())
      sum = feature.source.getDefiningOp<AddOp>();
  auto parts = sum ? readParts(difference, sum) : std::nullopt;
  if (!parts)
    return failure();
  unsigned rank = features->front().rank;
  int64_t half = 1;
  for (int64_t dim : difference.getType().getShape().take_back(rank))
    half *= dim;
  auto layout = readLayout(*features, difference, sum, half);
  if (!layout)
    return failure();
  return assembleParts(root, *features, *parts, rank, *layout, rewriter);
}

//===----------------------------------------------------------------------===//
// Features that are not rotated
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
  // This is where the parts after this one are defined.
  builder.setInsertionPoint(concat);
  auto input = findPart(*from, concat.getResult());
  if (!input)
    return;
  rotation.input = build(builder, *input);
  rotation.root = concat;
}
