//===- BuildReduce.cpp - Builders: along axes -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/ShapeEntries.h"
#include "Ops/Shapes.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;
using nn::ReduceKind;

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

namespace {
/// Says what a Reduce node combines, and how.
struct Reduction {
  NodeBuilder &node;
  Value input;
  SmallVector<int64_t> axes; ///< none: every element stays for itself
  bool keepDims;

  Value apply(ReduceKind kind, Value value) const {
    return reduce(node, kind, value, axes, keepDims);
  }
};
} // namespace

/// Axes are an attribute up to some opset (13 for sums, 18 for the others) and an optional
/// operand from then on; none at all means every axis.
static std::optional<Reduction> readReduction(NodeBuilder &node, int64_t operandSince) {
  Value input = node.operand(0);
  if (!input)
    return std::nullopt;
  std::optional<std::vector<int64_t>> given;
  bool isOperand = node.opset() >= operandSince;
  if (!isOperand) {
    given = node.intsAttribute("axes");
  } else if (node.hasOperand(1)) {
    given = node.constantInts(1);
    if (!given) {
      node.refuse("its axes are computed", "export with constant axes");
      return std::nullopt;
    }
  }
  int64_t rank = tensorOf(input).getRank();
  auto axes = node.normalizeAxes(given.value_or(std::vector<int64_t>()), rank);
  if (!axes)
    return std::nullopt;
  bool isNothing = isOperand && node.intAttribute("noop_with_empty_axes", 0) != 0;
  if (axes->empty() && !isNothing)
    llvm::append_range(*axes, llvm::seq<int64_t>(0, rank));
  return Reduction{node, input, *axes, node.intAttribute("keepdims", 1) != 0};
}

static Value buildReduce(NodeBuilder &node, ReduceKind kind, int64_t operandSince = 18) {
  auto reduction = readReduction(node, operandSince);
  return reduction ? reduction->apply(kind, reduction->input) : Value();
}

/// The largest and the smallest truth values are computed as numbers.
static Value buildExtreme(NodeBuilder &node, ReduceKind kind) {
  auto reduction = readReduction(node, 18);
  if (!reduction)
    return {};
  Type element = tensorOf(reduction->input).getElementType();
  if (!element.isInteger(1))
    return reduction->apply(kind, reduction->input);
  Value bytes = castTo(node, reduction->input, IntegerType::get(node.context(), 8));
  return castTo(node, reduction->apply(kind, bytes), element);
}

/// A mean of integers is truncated, as their quotients are.
static Value meanOfIntegers(const Reduction &reduction) {
  int64_t count = 1;
  for (int64_t axis : reduction.axes) {
    int64_t dim = tensorOf(reduction.input).getDimSize(axis);
    if (ShapedType::isDynamic(dim))
      return reduction.node.refuse("it takes the mean of integers along a free dimension",
                                   {"pin it", Setting::Dimensions});
    count *= dim;
  }
  Value sum = reduction.apply(ReduceKind::Sum, reduction.input);
  return count == 0 ? reduction.node.invalid("it takes the mean of zero integers")
                    : div(reduction.node, sum, scalarLike(reduction.node, sum, count));
}

/// Sums `inner` of the elements, and applies `outer` to the sum.
template <typename Inner, typename Outer>
static Value buildComposite(NodeBuilder &node, bool needsFloat, Inner inner, Outer outer) {
  auto reduction = readReduction(node, 18);
  if (!reduction)
    return {};
  if (needsFloat && !isFloat(reduction->input))
    return refuseIntegers(node);
  return outer(*reduction, reduction->apply(ReduceKind::Sum, inner(reduction->input)));
}

namespace tacit::onnx_import {
Value buildReduceSum(NodeBuilder &node) { return buildReduce(node, ReduceKind::Sum, 13); }
Value buildReduceProd(NodeBuilder &node) { return buildReduce(node, ReduceKind::Prod); }
Value buildReduceMax(NodeBuilder &node) { return buildExtreme(node, ReduceKind::Max); }
Value buildReduceMin(NodeBuilder &node) { return buildExtreme(node, ReduceKind::Min); }
} // namespace tacit::onnx_import

Value onnx_import::buildReduceMean(NodeBuilder &node) {
  auto reduction = readReduction(node, 18);
  if (!reduction)
    return {};
  return isFloat(reduction->input) ? reduction->apply(ReduceKind::Mean, reduction->input)
                                   : meanOfIntegers(*reduction);
}

static Value same(const Reduction &, Value value) { return value; }

Value onnx_import::buildReduceL1(NodeBuilder &node) {
  return buildComposite(
      node, false, [&](Value x) { return node.create<nn::AbsOp>({x}); }, same);
}

Value onnx_import::buildReduceSumSquare(NodeBuilder &node) {
  return buildComposite(node, false, [&](Value x) { return mul(node, x, x); }, same);
}

Value onnx_import::buildReduceL2(NodeBuilder &node) {
  return buildComposite(
      node, true, [&](Value x) { return mul(node, x, x); },
      [&](const Reduction &, Value sum) { return node.create<nn::SqrtOp>({sum}); });
}

Value onnx_import::buildReduceLogSum(NodeBuilder &node) {
  return buildComposite(
      node, true, [](Value x) { return x; },
      [&](const Reduction &, Value sum) { return node.create<nn::LogOp>({sum}); });
}

/// Returns the largest finite number of the element type of `value`.
static double largestOf(Value value) {
  auto type = cast<FloatType>(tensorOf(value).getElementType());
  return APFloat::getLargest(type.getFloatSemantics()).convertToDouble();
}

/// The largest element is subtracted, so that no exponential overflows.
Value onnx_import::buildReduceLogSumExp(NodeBuilder &node) {
  auto reduction = readReduction(node, 18);
  if (!reduction)
    return {};
  if (!isFloat(reduction->input))
    return refuseIntegers(node);
  Value x = reduction->input;
  Value top = reduce(node, ReduceKind::Max, x, reduction->axes, /*keepDims=*/true);
  // The difference of two infinities of one sign is NaN. A finite shift leaves an infinity
  // as it is, so that it decides the result or adds nothing to it.
  double largest = largestOf(x);
  top = binary<nn::MaximumOp>(node, top, scalarLike(node, x, -largest));
  top = binary<nn::MinimumOp>(node, top, scalarLike(node, x, largest));
  Value sum =
      reduction->apply(ReduceKind::Sum, node.create<nn::ExpOp>({sub(node, x, top)}));
  Value log = node.create<nn::LogOp>({sum});
  if (!log || reduction->keepDims)
    return add(node, log, top);
  Value flat = reduce(node, ReduceKind::Max, top, reduction->axes, /*keepDims=*/false);
  return add(node, log, flat);
}

//===----------------------------------------------------------------------===//
// Searches and running sums
//===----------------------------------------------------------------------===//

static Value buildArg(NodeBuilder &node, nn::ArgKind kind) {
  Value input = node.operand(0);
  if (!input)
    return {};
  auto axis = node.axisAttribute(0, tensorOf(input).getRank());
  if (!axis)
    return {};
  bool keepDims = node.intAttribute("keepdims", 1) != 0,
       last = node.intAttribute("select_last_index", 0) != 0;
  auto flag = [&](bool isSet) {
    return isSet ? UnitAttr::get(node.context()) : UnitAttr();
  };
  return node.create<nn::ArgReduceOp>({input}, [&](auto &properties) {
    properties.setKind(nn::ArgKindAttr::get(node.context(), kind));
    properties.setAxis(node.i64(*axis));
    properties.setKeepDims(flag(keepDims));
    properties.setLast(flag(last));
  });
}

Value onnx_import::buildArgMax(NodeBuilder &node) {
  return buildArg(node, nn::ArgKind::Max);
}
Value onnx_import::buildArgMin(NodeBuilder &node) {
  return buildArg(node, nn::ArgKind::Min);
}

/// k is an attribute before opset 10. The results need not be sorted, but they are.
Value onnx_import::buildTopK(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  auto axis = node.axisAttribute(-1, tensorOf(input).getRank());
  if (!axis)
    return {};
  std::optional<std::vector<int64_t>> k;
  if (node.opset() < 10)
    k = std::vector<int64_t>{node.intAttribute("k", -1)};
  else
    k = node.constantInts(1);
  if (!k && node.operand(1) && followsFromSizes(node.operand(1)))
    return node.refuse("the number of elements that it looks for follows from dimensions "
                       "that are free",
                       {"pin the dimensions that determine it", Setting::Dimensions});
  if (!k || k->size() != 1)
    return node.refuse("the number of elements that it looks for is computed",
                       "export with a constant k");
  bool isLargest = node.opset() < 11 || node.intAttribute("largest", 1) != 0;
  SmallVector<Value> results = node.createAll<nn::TopKOp>({input}, [&](auto &properties) {
    properties.setK(node.i64(k->front()));
    properties.setAxis(node.i64(*axis));
    if (isLargest)
      properties.setLargest(UnitAttr::get(node.context()));
  });
  if (results.empty())
    return {};
  node.define(1, results[1]);
  return results[0];
}

/// Returns the axis that operand 1 holds.
static std::optional<int64_t> cumulativeAxis(NodeBuilder &node, Value input) {
  if (!input || !node.operand(1))
    return std::nullopt;
  auto axis = node.constantInts(1);
  if (!axis || axis->size() != 1) {
    node.refuse("its axis is computed", "export with a constant axis");
    return std::nullopt;
  }
  auto axes = node.normalizeAxes(*axis, tensorOf(input).getRank());
  return axes ? std::optional(axes->front()) : std::nullopt;
}

Value onnx_import::buildCumSum(NodeBuilder &node) {
  Value input = node.operand(0);
  auto axis = cumulativeAxis(node, input);
  if (!axis)
    return {};
  auto type = tensorOf(input);
  return node.create<nn::CumSumOp>(
      {input},
      [&](auto &properties) {
        properties.setAxis(node.i64(*axis));
        if (node.intAttribute("exclusive", 0) != 0)
          properties.setExclusive(UnitAttr::get(node.context()));
        if (node.intAttribute("reverse", 0) != 0)
          properties.setReverse(UnitAttr::get(node.context()));
      },
      type);
}

/// Moves the elements along `axis` by `distance` towards the end, or towards the start if
/// `isReversed`; the places that become free are filled with ones.
static Value shiftOnes(NodeBuilder &node, Value input, int64_t axis, int64_t distance,
                       bool isReversed) {
  int64_t size = tensorOf(input).getDimSize(axis);
  SmallVector<int64_t> low(tensorOf(input).getRank(), 0), high = low;
  (isReversed ? high : low)[axis] = distance;
  Value part = isReversed ? slice(node, input, axis, distance, size)
                          : slice(node, input, axis, 0, size - distance);
  return pad(node, part, low, high, scalarLike(node, input, 1));
}

/// After each step an element is the product of twice as many elements as before.
Value onnx_import::buildCumProd(NodeBuilder &node) {
  Value result = node.operand(0);
  auto axis = cumulativeAxis(node, result);
  if (!axis)
    return {};
  int64_t size = tensorOf(result).getDimSize(*axis);
  if (ShapedType::isDynamic(size))
    return node.refuse("the number of elements that it multiplies is free",
                       {"pin it", Setting::Dimensions});
  bool isReversed = node.intAttribute("reverse", 0) != 0;
  if (node.intAttribute("exclusive", 0) != 0 && size > 0)
    result = shiftOnes(node, result, *axis, 1, isReversed);
  for (int64_t distance = 1; result && distance < size; distance *= 2)
    result = mul(node, result, shiftOnes(node, result, *axis, distance, isReversed));
  return result;
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// Computes exp(x - max) / sum, over several dimensions at once.
static Value softmaxOver(NodeBuilder &node, Value input, ArrayRef<int64_t> axes) {
  Value top = reduce(node, ReduceKind::Max, input, axes, /*keepDims=*/true);
  Value e = node.create<nn::ExpOp>({sub(node, input, top)});
  return div(node, e, reduce(node, ReduceKind::Sum, e, axes, /*keepDims=*/true));
}

/// Before opset 13 the dimensions from `axis` on are merged to one.
Value onnx_import::buildSoftmax(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  auto type = tensorOf(input);
  auto axis = node.axisAttribute(node.opset() < 13 ? 1 : -1, type.getRank());
  if (!axis)
    return {};
  if (node.opset() >= 13)
    return softmax(node, input, *axis);
  // An additional dimension of 1 makes no difference.
  SmallVector<int64_t> axes;
  for (int64_t i = *axis; i < type.getRank(); ++i)
    if (type.getDimSize(i) != 1)
      axes.push_back(i);
  if (axes.empty())
    axes.push_back(*axis);
  return axes.size() == 1 ? softmax(node, input, axes.front())
                          : softmaxOver(node, input, axes);
}

/// Returns 1 where the largest element first occurs, and 0 elsewhere.
static Value hardmax(NodeBuilder &node, Value input, int64_t axis) {
  Value place = node.create<nn::ArgReduceOp>({input}, [&](auto &properties) {
    properties.setKind(nn::ArgKindAttr::get(node.context(), nn::ArgKind::Max));
    properties.setAxis(node.i64(axis));
    properties.setKeepDims(UnitAttr::get(node.context()));
  });
  Value range = rangeOf(node, input, axis);
  if (!range)
    return {};
  SmallVector<int64_t> dims(tensorOf(input).getRank(), 1);
  dims[axis] = tensorOf(range).getDimSize(0);
  Value isThere =
      compare(node, nn::ComparePredicate::Equal, reshape(node, range, dims), place);
  return castTo(node, isThere, tensorOf(input).getElementType());
}

Value onnx_import::buildHardmax(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  bool takesRest = node.opset() < 13;
  auto axis = node.axisAttribute(takesRest ? 1 : -1, tensorOf(input).getRank());
  if (!axis)
    return {};
  if (!takesRest)
    return hardmax(node, input, *axis);
  Value flat = flatten(node, input, *axis);
  return flat ? reshapeLike(node, hardmax(node, flat, 1), input) : Value();
}
