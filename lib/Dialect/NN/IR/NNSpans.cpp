//===- NNSpans.cpp - The range of the elements of a tensor ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Indices and what they are computed from are whole numbers of any element type, because
// exporters cast positions to floats and back. A result that could wrap around, be rounded
// or be NaN has no span.
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/SizeInference.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// Constants with more elements than this are not read.
static constexpr int64_t kMaxReadElements = int64_t(1) << 20;

static bool isFloat(Value value) {
  return isa<FloatType>(tensorOf(value).getElementType());
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static bool isAtMost(SizeTable &table, SizeExpr a, SizeExpr b) {
  return a && b && table.compare(SizePredicate::LessOrEqual, a, b) == true;
}
static bool isNotNegative(SizeTable &table, SizeExpr a) {
  return isAtMost(table, table.constant(0), a);
}
static bool isNotPositive(SizeTable &table, SizeExpr a) {
  return isAtMost(table, a, table.constant(0));
}

/// Returns true if all elements are the same number.
static bool isSingle(const SizeSpan &span) {
  return span.isKnown() && span.low == span.high;
}

/// Returns true if a monotone function of `a` and `b` attains both ends of its span.
static bool keepsTight(const SizeSpan &a, const SizeSpan &b) {
  return a.isTight && b.isTight && (isSingle(a) || isSingle(b));
}

static SizeSpan unite(SizeTable &table, const SizeSpan &a, const SizeSpan &b) {
  return {table.minimum(a.low, b.low), table.maximum(a.high, b.high)};
}

static SizeSpan add(SizeTable &table, const SizeSpan &a, const SizeSpan &b) {
  if (!a.isKnown() || !b.isKnown())
    return {};
  return {table.add(a.low, b.low), table.add(a.high, b.high), keepsTight(a, b)};
}

static SizeSpan negate(SizeTable &table, const SizeSpan &a) {
  if (!a.isKnown())
    return {};
  SizeExpr zero = table.constant(0);
  return {table.subtract(zero, a.high), table.subtract(zero, a.low), a.isTight};
}

static SizeSpan multiply(SizeTable &table, const SizeSpan &a, const SizeSpan &b) {
  if (!a.isKnown() || !b.isKnown())
    return {};
  bool isTight = keepsTight(a, b);
  if (isNotNegative(table, a.low) && isNotNegative(table, b.low))
    return {table.multiply(a.low, b.low), table.multiply(a.high, b.high), isTight};
  SizeSpan span;
  for (SizeExpr x : {a.low, a.high})
    for (SizeExpr y : {b.low, b.high}) {
      SizeExpr corner = table.multiply(x, y);
      span = span.low ? unite(table, span, {corner, corner}) : SizeSpan{corner, corner};
      if (!span.isKnown())
        return {};
    }
  span.isTight = isTight;
  return span;
}

/// Returns the span of sums of `least` to `most` numbers in `a`.
static SizeSpan sums(SizeTable &table, const SizeSpan &a, SizeExpr least, SizeExpr most) {
  SizeSpan span;
  if (!a.isKnown())
    return span;
  if (isNotNegative(table, a.low))
    span.low = table.multiply(a.low, least);
  else if (isNotPositive(table, a.low))
    span.low = table.multiply(a.low, most);
  if (isNotPositive(table, a.high))
    span.high = table.multiply(a.high, least);
  else if (isNotNegative(table, a.high))
    span.high = table.multiply(a.high, most);
  return span;
}

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

SizeSpan nn::detail::spanOfType(SizeTable &table, Type element) {
  auto type = dyn_cast<IntegerType>(element);
  if (!type)
    return {};
  unsigned width = type.getWidth();
  bool hasNoSign = type.isUnsigned() || width == 1;
  if (width >= 64)
    return {hasNoSign ? table.constant(0) : SizeExpr(), {}};
  int64_t top = int64_t(1) << (hasNoSign ? width : width - 1);
  return {table.constant(hasNoSign ? 0 : -top), table.constant(top - 1)};
}

/// Returns the range in which whole numbers are exact in the element type.
static SizeBounds exactRange(Type element) {
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min(),
                    kHighest = std::numeric_limits<int64_t>::max();
  if (auto type = dyn_cast<FloatType>(element)) {
    int64_t top = int64_t(1) << std::min(62u, type.getFPMantissaWidth());
    return {-top, top};
  }
  // The ends of int64_t stand for anything.
  unsigned width = element.getIntOrFloatBitWidth();
  bool hasNoSign = element.isUnsignedInteger() || width == 1;
  if (width >= 64)
    return {hasNoSign ? 0 : kLowest + 1, kHighest - 1};
  int64_t top = int64_t(1) << (hasNoSign ? width : width - 1);
  return {hasNoSign ? 0 : -top, top - 1};
}

static bool fits(SizeTable &table, const SizeSpan &span, Type element) {
  SizeBounds range = exactRange(element);
  return (!span.low || table.bounds(span.low).low >= range.low) &&
         (!span.high || table.bounds(span.high).high <= range.high);
}

//===----------------------------------------------------------------------===//
// Any operation
//===----------------------------------------------------------------------===//

/// Returns the span of elements that are known one by one.
static SizeSpan spanOfElements(SizeTable &table, ArrayRef<SizeExpr> elements) {
  bool areNumbers = llvm::all_of(
      elements, [&](SizeExpr element) { return table.asConstant(element).has_value(); });
  if (elements.empty() || (elements.size() > 1 && !areNumbers))
    return {};
  SizeSpan span{elements.front(), elements.front()};
  for (SizeExpr element : elements.drop_front())
    span = unite(table, span, {element, element});
  span.isTight = true;
  return span;
}

static SizeSpan spanOfMoved(SizeInference &inference, MovementOpInterface op) {
  if (Value moved = op.getMovedOperand()) {
    SizeSpan span = inference.spanOf(moved);
    span.isTight &= op.keepsAll();
    return span;
  }
  std::optional<SizeSpan> all;
  for (Value operand : op->getOperands()) {
    SizeSpan span = inference.spanOf(operand);
    all = all ? unite(inference.table, *all, span) : span;
  }
  return all.value_or(SizeSpan());
}

SizeSpan nn::detail::inferSpan(SizeInference &inference, OpResult result) {
  SizeTable &table = inference.table;
  Operation *op = result.getOwner();
  Type element = tensorOf(result).getElementType();
  SizeSpan span;
  if (auto elements = inference.elementsOf(result))
    span = spanOfElements(table, *elements);
  if (!span.isKnown()) {
    if (auto known = dyn_cast<SpanOpInterface>(op))
      span = known.inferSpan(inference, result.getResultNumber());
    else if (auto movement = dyn_cast<MovementOpInterface>(op))
      span = spanOfMoved(inference, movement);
  }
  if (!element.isIntOrFloat() || !fits(table, span, element))
    span = {};
  SizeSpan whole = spanOfType(table, element);
  return {span.low ? span.low : whole.low, span.high ? span.high : whole.high,
          span.isKnown() && span.isTight};
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

#define INFER_SPAN(OP)                                                                     \
  SizeSpan OP::inferSpan(SizeInference &inference, [[maybe_unused]] unsigned result)

INFER_SPAN(NegOp) { return negate(inference.table, inference.spanOf(getInput())); }

INFER_SPAN(AbsOp) {
  SizeTable &table = inference.table;
  SizeSpan span = inference.spanOf(getInput());
  if (isNotNegative(table, span.low))
    return span;
  SizeSpan turned = negate(table, span);
  return {table.constant(0), table.maximum(span.high, turned.high)};
}

INFER_SPAN(AddOp) {
  return add(inference.table, inference.spanOf(getLhs()), inference.spanOf(getRhs()));
}
INFER_SPAN(SubOp) {
  SizeTable &table = inference.table;
  return add(table, inference.spanOf(getLhs()), negate(table, inference.spanOf(getRhs())));
}
INFER_SPAN(MulOp) {
  return multiply(inference.table, inference.spanOf(getLhs()), inference.spanOf(getRhs()));
}

INFER_SPAN(DivOp) {
  SizeTable &table = inference.table;
  SizeSpan span = inference.spanOf(getLhs()), by = inference.spanOf(getRhs());
  if (isFloat(getLhs()) || !span.isKnown() || !isSingle(by) ||
      !isAtMost(table, table.constant(1), by.low))
    return {};
  return {table.divide(span.low, by.low), table.divide(span.high, by.low), span.isTight};
}

/// An integer remainder has the sign of the divisor.
INFER_SPAN(ModOp) {
  SizeTable &table = inference.table;
  SizeSpan span = inference.spanOf(getLhs()), by = inference.spanOf(getRhs());
  SizeExpr one = table.constant(1);
  if (isFloat(getLhs()) || !by.high || !isAtMost(table, one, by.low))
    return {};
  SizeExpr most = table.subtract(by.high, one);
  if (isNotNegative(table, span.low) && isAtMost(table, span.high, most))
    most = span.high;
  return {table.constant(0), most};
}

/// A float whose span is not known could be NaN, which no bound excludes.
static bool isAnyFloat(Value value, const SizeSpan &span) {
  return isFloat(value) && !span.isKnown();
}

INFER_SPAN(MaximumOp) {
  SizeTable &table = inference.table;
  SizeSpan a = inference.spanOf(getLhs()), b = inference.spanOf(getRhs());
  if (isAnyFloat(getLhs(), a) || isAnyFloat(getRhs(), b))
    return {};
  SizeExpr low = a.low && b.low ? table.maximum(a.low, b.low) : a.low ? a.low : b.low;
  return {low, table.maximum(a.high, b.high), keepsTight(a, b)};
}

INFER_SPAN(MinimumOp) {
  SizeTable &table = inference.table;
  SizeSpan a = inference.spanOf(getLhs()), b = inference.spanOf(getRhs());
  if (isAnyFloat(getLhs(), a) || isAnyFloat(getRhs(), b))
    return {};
  SizeExpr high = a.high && b.high ? table.minimum(a.high, b.high)
                  : a.high         ? a.high
                                   : b.high;
  return {table.minimum(a.low, b.low), high, keepsTight(a, b)};
}

INFER_SPAN(CastOp) {
  SizeSpan span = inference.spanOf(getInput());
  Type from = tensorOf(getInput()).getElementType(),
       to = tensorOf(getResult()).getElementType();
  if (to.isInteger(1))
    return {};
  // An element beyond a bound that is not known might wrap around.
  bool isWider = from.isIntOrIndex() && to.isIntOrIndex() &&
                 from.isUnsignedInteger() == to.isUnsignedInteger() &&
                 from.getIntOrFloatBitWidth() <= to.getIntOrFloatBitWidth();
  return span.isKnown() || isWider ? span : SizeSpan();
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

/// Returns the span of `x` where x < y, or x <= y unless `isStrict`.
static SizeSpan below(SizeTable &table, SizeSpan x, const SizeSpan &y, bool isStrict) {
  SizeExpr most = isStrict ? table.subtract(y.high, table.constant(1)) : y.high;
  if (most)
    x.high = x.high ? table.minimum(x.high, most) : most;
  x.isTight = false;
  return x;
}

/// Returns the span of `x` where x > y, or x >= y unless `isStrict`.
static SizeSpan above(SizeTable &table, SizeSpan x, const SizeSpan &y, bool isStrict) {
  SizeExpr least = isStrict ? table.add(y.low, table.constant(1)) : y.low;
  if (least)
    x.low = x.low ? table.maximum(x.low, least) : least;
  x.isTight = false;
  return x;
}

/// Returns the span of the left operand `x` where the comparison with `y` is `holds`.
static SizeSpan narrow(SizeTable &table, ComparePredicate predicate, bool holds,
                       const SizeSpan &x, const SizeSpan &y) {
  switch (predicate) {
  case ComparePredicate::Less:
    return holds ? below(table, x, y, true) : above(table, x, y, false);
  case ComparePredicate::LessOrEqual:
    return holds ? below(table, x, y, false) : above(table, x, y, true);
  case ComparePredicate::Greater:
    return holds ? above(table, x, y, true) : below(table, x, y, false);
  case ComparePredicate::GreaterOrEqual:
    return holds ? above(table, x, y, false) : below(table, x, y, true);
  default:
    return x;
  }
}

/// Returns the span of `value` where `condition` is `holds`. Exporters convert an index
/// that counts from the end by such a choice: x < 0 ? x + n : x.
static SizeSpan spanWhere(SizeInference &inference, Value condition, bool holds,
                          Value value) {
  SizeTable &table = inference.table;
  auto compare = condition.getDefiningOp<CompareOp>();
  if (!compare || isFloat(compare.getLhs()))
    return inference.spanOf(value);
  Value x = compare.getLhs();
  auto narrowed = [&] {
    return narrow(table, compare.getPredicate(), holds, inference.spanOf(x),
                  inference.spanOf(compare.getRhs()));
  };
  if (value == x)
    return narrowed();
  auto sum = value.getDefiningOp<AddOp>();
  if (!sum || (sum.getLhs() != x && sum.getRhs() != x))
    return inference.spanOf(value);
  Value other = sum.getLhs() == x ? sum.getRhs() : sum.getLhs();
  return add(table, narrowed(), inference.spanOf(other));
}

INFER_SPAN(WhereOp) {
  return unite(inference.table, spanWhere(inference, getCondition(), true, getTrueValue()),
               spanWhere(inference, getCondition(), false, getFalseValue()));
}

//===----------------------------------------------------------------------===//
// Constants, searches, sums
//===----------------------------------------------------------------------===//

/// Small constants are known element by element, and the type of narrow ones says enough.
INFER_SPAN(ConstantOp) {
  auto element = dyn_cast<IntegerType>(tensorOf(getResult()).getElementType());
  auto payload = element && element.getWidth() >= 32
                     ? readPayload(getValue(), kMaxReadElements)
                     : std::nullopt;
  if (!payload || payload->values.empty() || element.isUnsigned())
    return {};
  auto [low, high] = std::minmax_element(payload->values.begin(), payload->values.end());
  return {inference.table.constant(*low), inference.table.constant(*high), true};
}

INFER_SPAN(RangeOp) {
  SizeTable &table = inference.table;
  SizeSpan start = inference.spanOf(getStart()), delta = inference.spanOf(getDelta());
  SizeList size = inference.sizesOf(getResult());
  SizeExpr steps = table.subtract(size.front(), table.constant(1));
  if (!start.isKnown() || !isSingle(delta) || !steps)
    return {};
  SizeExpr way = table.multiply(steps, delta.low);
  bool isTight = isSingle(start);
  if (isNotNegative(table, delta.low))
    return {start.low, table.add(start.high, way), isTight};
  if (isNotPositive(table, delta.low))
    return {table.add(start.low, way), start.high, isTight};
  return {};
}

INFER_SPAN(CumSumOp) {
  SizeTable &table = inference.table;
  SizeExpr most = inference.sizesOf(getInput())[getAxis()], one = table.constant(1);
  SizeExpr least = getExclusive() ? table.constant(0) : one;
  if (getExclusive())
    most = table.subtract(most, one);
  return sums(table, inference.spanOf(getInput()), least, most);
}

INFER_SPAN(ReduceOp) {
  SizeTable &table = inference.table;
  SizeSpan span = inference.spanOf(getInput());
  span.isTight = false;
  SizeList sizes = inference.sizesOf(getInput());
  SizeExpr count = table.constant(1);
  for (int64_t axis : getAxes())
    count = table.multiply(count, sizes[axis]);
  switch (getKind()) {
  case ReduceKind::Sum:
    return sums(table, span, count, count);
  case ReduceKind::Max:
  case ReduceKind::Min:
    // An empty tensor has no extreme.
    return isAtMost(table, table.constant(1), count) ? span : SizeSpan();
  default:
    return {};
  }
}

/// Returns the span of positions along dimension `axis` of `input`.
static SizeSpan placesAlong(SizeInference &inference, Value input, int64_t axis) {
  SizeTable &table = inference.table;
  return {table.constant(0),
          table.subtract(inference.sizesOf(input)[axis], table.constant(1))};
}

INFER_SPAN(ArgReduceOp) { return placesAlong(inference, getInput(), getAxis()); }

INFER_SPAN(TopKOp) {
  if (result == 1)
    return placesAlong(inference, getInput(), getAxis());
  SizeSpan span = inference.spanOf(getInput());
  span.isTight = false;
  return span;
}

INFER_SPAN(AssertRangeOp) {
  SizeTable &table = inference.table;
  SizeSpan span = inference.spanOf(getInput());
  SizeExpr low = inference.spanOf(getLow()).low, high = inference.spanOf(getHigh()).high;
  if (low && !isAtMost(table, low, span.low))
    span = {low, span.high};
  if (high && !isAtMost(table, span.high, high))
    span = {span.low, high};
  return span;
}

#undef INFER_SPAN

//===----------------------------------------------------------------------===//
// What has to hold
//===----------------------------------------------------------------------===//

void SizeInference::requireSpan(Value value, SizeExpr low, SizeExpr high) {
  SizeSpan span = spanOf(value);
  if (!span.isTight || !low || !high)
    return;
  if (table.compare(SizePredicate::Less, span.low, low) == true ||
      table.compare(SizePredicate::Less, high, span.high) == true)
    return fail("its elements reach from " + table.print(span.low) + " to " +
                table.print(span.high) + "; expected " + table.print(low) + " to " +
                table.print(high));
  requireAtMost(low, span.low);
  requireAtMost(span.high, high);
}

void SizeInference::requireIndices(Value indices, SizeExpr size) {
  SizeSpan span = spanOf(indices);
  SizeExpr zero = table.constant(0), one = table.constant(1);
  SizeExpr first = table.subtract(zero, size), last = table.subtract(size, one);
  if (!size)
    return;
  if (!span.isTight)
    // A table in which something is looked up has an entry.
    return requireAtMost(table.minimum(product(sizesOf(indices)), one), size);
  bool isOutside = table.compare(SizePredicate::Less, span.low, first) == true ||
                   table.compare(SizePredicate::Less, last, span.high) == true;
  if (isOutside)
    return fail("its indices reach from " + table.print(span.low) + " to " +
                table.print(span.high) + ", and its table has " + table.print(size) +
                " entries");
  requireAtMost(first, span.low);
  requireAtMost(table.add(span.high, one), size);
}
