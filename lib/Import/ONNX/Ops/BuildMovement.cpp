//===- BuildMovement.cpp - Builders: constants, slices, joins -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/ShapeEntries.h"
#include "Ops/Shapes.h"
#include "tacit/Support/Elements.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;
using onnx::AttributeProto;

static constexpr int64_t kToEnd = std::numeric_limits<int64_t>::max();

//===----------------------------------------------------------------------===//
// Constant, Identity, Dropout, Gather, Concat, Transpose
//===----------------------------------------------------------------------===//

Value onnx_import::buildConstant(NodeBuilder &node) {
  MLIRContext *context = node.context();
  if (auto *found = node.hasAttribute("value")
                        ? node.attribute("value", AttributeProto::TENSOR)
                        : nullptr)
    return node.constant(found->t());
  if (node.hasAttribute("value_int"))
    return node.constant(
        DenseIntElementsAttr::get(RankedTensorType::get({}, IntegerType::get(context, 64)),
                                  node.intAttribute("value_int", 0)));
  if (node.hasAttribute("value_float"))
    return node.constant(
        DenseFPElementsAttr::get(RankedTensorType::get({}, Float32Type::get(context)),
                                 node.floatAttribute("value_float", 0)));
  if (auto ints = node.intsAttribute("value_ints"))
    return node.intsConstant(*ints);
  if (auto *floats = node.attribute("value_floats", AttributeProto::FLOATS))
    return node.constant(DenseFPElementsAttr::get(
        RankedTensorType::get({floats->floats_size()}, Float32Type::get(context)),
        ArrayRef<float>(floats->floats().data(), floats->floats_size())));
  return node.refuse("it holds strings or a sparse tensor",
                     "expected attribute value, value_int(s) or value_float(s)");
}

Value onnx_import::buildIdentity(NodeBuilder &node) {
  if (!node.isSequence(0))
    return node.operand(0);
  node.defineSequence(0, *node.sequence(0));
  return {};
}

/// Dropout does nothing at inference. Its mask says that every element was kept.
Value onnx_import::buildDropout(NodeBuilder &node) {
  Value input = node.operand(0);
  if (node.opset() >= 12 && node.hasOperand(2)) {
    auto training = node.constantInts(2);
    auto ratio = node.hasOperand(1) ? readSplatFloat(constantOf(node.operand(1)))
                                    : std::optional<double>(0.5);
    bool dropsNothing = training && training->size() == 1 && training->front() == 0;
    if (!dropsNothing && ratio != 0.0)
      return node.refuse("it is in training mode",
                         "export the model for inference, not training");
  }
  if (input && node.isUsed(1)) {
    // The ratio is a number before opset 10.
    Type element = node.opset() < 10 ? tensorOf(input).getElementType()
                                     : Type(IntegerType::get(node.context(), 1));
    Value one = castTo(node, i64Scalar(node, 1), element);
    node.define(1, expandLike(node, one, input));
  }
  return input;
}

Value onnx_import::buildGather(NodeBuilder &node) {
  Value data = node.operand(0), indices = node.operand(1);
  if (!data || !indices)
    return {};
  auto axis = node.axisAttribute(0, tensorOf(data).getRank());
  if (!axis)
    return {};
  return gather(node, data, indices, *axis);
}

Value onnx_import::buildConcat(NodeBuilder &node) {
  SmallVector<Value> inputs = node.operands();
  if (inputs.empty() || !llvm::all_of(inputs, [](Value v) { return static_cast<bool>(v); }))
    return inputs.empty() ? node.invalid("it has no inputs") : Value();
  if (!node.hasAttribute("axis"))
    return node.invalid("attribute 'axis' is missing");
  auto axis = node.axisAttribute(0, tensorOf(inputs.front()).getRank());
  if (!axis)
    return {};
  return node.create<nn::ConcatOp>(
      inputs, [&](auto &properties) { properties.setAxis(node.i64(*axis)); });
}

Value onnx_import::buildTranspose(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  auto permutation = node.intsAttribute("perm");
  if (!permutation) {
    auto reversed = llvm::reverse(llvm::seq<int64_t>(0, tensorOf(input).getRank()));
    permutation.emplace(reversed.begin(), reversed.end());
  }
  return transpose(node, input, *permutation);
}

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

namespace {
/// A slice of one dimension, with the bounds that nn.slice expects.
struct DimSlice {
  int64_t start = 0, end = kToEnd, step = 1;

  int64_t size() const {
    int64_t span = step > 0 ? end - start : start - end, stride = std::abs(step);
    return span / stride + (span % stride != 0);
  }
};

/// The bounds of a Slice node; entry i is about dimension axes[i].
struct Bounds {
  SmallVector<int64_t> axes;
  ShapeEntries starts, ends, steps;
  Value startsValue, endsValue, stepsValue;
};
} // namespace

/// Counts negative bounds from the end and clamps them, as ONNX defines it. `step` is not
/// zero.
static DimSlice clampSlice(int64_t start, int64_t end, int64_t step, int64_t dim) {
  if (dim == 0)
    return {0, 0, 1};
  // A longer stride picks the same single element.
  step = std::clamp(step, -dim, dim);
  int64_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? dim : dim - 1;
  start += start < 0 ? dim : 0;
  end += end < 0 ? dim : 0;
  start = std::clamp<int64_t>(start, 0, highest);
  end = std::clamp(end, lowest, highest);
  if ((step > 0) != (start < end))
    end = start;
  return {start, end, step};
}

/// Returns true if entry i takes the whole of its dimension, whatever its size. Some
/// exporters write the largest 32-bit number for "to the end".
static bool isWhole(const Bounds &bounds, size_t i) {
  return bounds.starts[i] == 0 && bounds.steps[i] == 1 && bounds.ends[i] &&
         *bounds.ends[i] >= std::numeric_limits<int32_t>::max();
}

static Value asI64(NodeBuilder &node, Value value) {
  if (!value)
    return value;
  auto type = RankedTensorType::get(tensorOf(value).getShape(),
                                    IntegerType::get(node.context(), 64));
  return value.getType() == type ? value : node.create<nn::CastOp>({value}, type);
}

/// Reads a list of bounds: an operand from opset 10 on, an attribute before.
static std::optional<ShapeEntries> readBounds(NodeBuilder &node, const char *attribute,
                                              int64_t operand, Value &value) {
  if (node.opset() < 10) {
    auto ints = node.intsAttribute(attribute);
    if (!ints)
      return std::nullopt;
    value = node.intsConstant(*ints);
  } else {
    if (!node.hasOperand(operand))
      return std::nullopt;
    value = asI64(node, node.operand(operand));
  }
  return shapeEntries(value);
}

static bool isFreeList(Value value) {
  return value && tensorOf(value).getRank() == 1 && tensorOf(value).isDynamicDim(0);
}

static bool readBounds(NodeBuilder &node, int64_t rank, Bounds &bounds) {
  auto starts = readBounds(node, "starts", 1, bounds.startsValue);
  auto ends = readBounds(node, "ends", 2, bounds.endsValue);
  if (isFreeList(bounds.startsValue) || isFreeList(bounds.endsValue)) {
    node.refuse("the number of its bounds is free", "export with constant bounds");
    return false;
  }
  if (!starts || !ends || starts->size() != ends->size()) {
    node.invalid("expected as many starts as ends, in lists of one dimension");
    return false;
  }
  Value axesValue;
  bool hasAxes = node.opset() < 10 ? node.hasAttribute("axes") : node.hasOperand(3);
  auto axes = readBounds(node, "axes", 3, axesValue);
  if (hasAxes && (!axes || !allKnown(*axes))) {
    node.refuse("its axes are computed", "export with constant axes");
    return false;
  }
  bool hasSteps = node.opset() >= 10 && node.hasOperand(4);
  if (!hasSteps)
    bounds.stepsValue = node.intsConstant(SmallVector<int64_t>(starts->size(), 1));
  auto steps = hasSteps ? readBounds(node, "", 4, bounds.stepsValue)
                        : shapeEntries(bounds.stepsValue);
  for (size_t i = 0; i < starts->size(); ++i)
    bounds.axes.push_back(axes && i < axes->size() ? *(*axes)[i] : i);
  if ((axes && axes->size() != starts->size()) || !steps ||
      steps->size() != starts->size()) {
    node.invalid("expected one axis and one step for each start");
    return false;
  }
  if (!node.normalizeAxes(bounds.axes, rank))
    return false;
  for (int64_t &axis : bounds.axes)
    axis += axis < 0 ? rank : 0;
  if (llvm::is_contained(*steps, std::optional<int64_t>(0))) {
    node.invalid("a step is 0");
    return false;
  }
  bounds.starts = *starts;
  bounds.ends = *ends;
  bounds.steps = *steps;
  return true;
}

static Value createSlice(NodeBuilder &node, Value input, ArrayRef<DimSlice> slices) {
  SmallVector<int64_t> starts, ends, steps;
  for (const DimSlice &slice : slices) {
    starts.push_back(slice.start);
    ends.push_back(slice.end);
    steps.push_back(slice.step);
  }
  return node.create<nn::SliceOp>({input}, [&](auto &properties) {
    properties.setStarts(node.i64Array(starts));
    properties.setEnds(node.i64Array(ends));
    properties.setSteps(node.i64Array(steps));
  });
}

/// Returns bounds that take the whole of every dimension.
static SmallVector<DimSlice> wholeOf(RankedTensorType type) {
  SmallVector<DimSlice> slices(type.getRank());
  for (auto [slice, dim] : llvm::zip(slices, type.getShape()))
    slice.end = ShapedType::isDynamic(dim) ? kToEnd : dim;
  return slices;
}

Value onnx_import::buildSlice(NodeBuilder &node) {
  Value input = node.operand(0);
  Bounds bounds;
  if (!input || !readBounds(node, tensorOf(input).getRank(), bounds))
    return {};
  auto type = tensorOf(input);
  SmallVector<int64_t> shape(type.getShape());
  SmallVector<DimSlice> slices = wholeOf(type);
  bool isKnown = true;
  for (auto [i, axis] : llvm::enumerate(bounds.axes)) {
    if (isWhole(bounds, i))
      continue;
    auto start = bounds.starts[i], end = bounds.ends[i], step = bounds.steps[i];
    if (!start || !end || !step || type.isDynamicDim(axis)) {
      isKnown = false;
      shape[axis] = ShapedType::kDynamic;
      continue;
    }
    slices[axis] = clampSlice(*start, *end, *step, type.getDimSize(axis));
    shape[axis] = slices[axis].size();
  }
  if (isKnown)
    return createSlice(node, input, slices);
  return node.create<nn::DynamicSliceOp>(
      {input, bounds.startsValue, bounds.endsValue, bounds.stepsValue},
      [&](auto &properties) { properties.setAxes(node.i64Array(bounds.axes)); },
      RankedTensorType::get(shape, type.getElementType()));
}

//===----------------------------------------------------------------------===//
// Split
//===----------------------------------------------------------------------===//

namespace {
/// The number of parts, and their sizes if the node states them: numbers, or a list that is
/// computed.
struct SplitPlan {
  int64_t parts;
  std::optional<std::vector<int64_t>> sizes;
  Value computed = {};
};
} // namespace

/// Sizes are an attribute before opset 13 and an operand from then on.
static std::optional<SplitPlan> readSplit(NodeBuilder &node) {
  constexpr int64_t kMostParts = 1 << 16;
  SplitPlan plan;
  plan.parts = node.opset() < 18 ? node.numOutputs()
                                 : node.intAttribute("num_outputs", node.numOutputs());
  plan.sizes = node.opset() < 13 ? node.intsAttribute("split") : node.constantInts(1);
  if (node.opset() >= 13 && node.hasOperand(1) && !plan.sizes) {
    plan.computed = node.operand(1);
    if (!plan.computed)
      return std::nullopt;
    if (tensorOf(plan.computed).getShape() != ArrayRef<int64_t>(plan.parts)) {
      node.refuse("the sizes of its parts are computed; expected one size for each part",
                  "export with constant sizes");
      return std::nullopt;
    }
  }
  if (plan.parts >= 1 && plan.parts <= kMostParts)
    return plan;
  node.invalid(fmt::format("it splits into {} parts", plan.parts));
  return std::nullopt;
}

/// Returns the size of each part: equal ones if none are given, of which the last may be
/// smaller from opset 18 on.
static std::optional<SmallVector<int64_t>> splitSizes(NodeBuilder &node,
                                                      const SplitPlan &plan, int64_t dim) {
  SmallVector<int64_t> sizes;
  if (plan.sizes && static_cast<int64_t>(plan.sizes->size()) != plan.parts) {
    node.invalid(
        fmt::format("it has {} sizes for {} parts", plan.sizes->size(), plan.parts));
    return std::nullopt;
  }
  if (plan.sizes) {
    sizes.assign(plan.sizes->begin(), plan.sizes->end());
  } else {
    int64_t size = llvm::divideCeil(dim, plan.parts);
    for (int64_t i = 0, rest = dim; i < plan.parts; ++i, rest -= sizes.back())
      sizes.push_back(std::min(size, rest));
  }
  __int128 sum = 0;
  for (int64_t size : sizes)
    sum += size;
  bool isEven = node.opset() >= 18 || plan.sizes || dim % plan.parts == 0;
  if (isEven && sum == dim && llvm::all_of(sizes, [](int64_t size) { return size >= 0; }))
    return sizes;
  node.invalid(fmt::format("it cannot split {} elements into {} {}", dim, plan.parts,
                           plan.sizes ? "parts of the given sizes" : "equal parts"));
  return std::nullopt;
}

/// Returns `input` with the sum of the given sizes as dimension `axis`, whose size is not
/// yet known. Whether the sum is right is checked at run time.
static Value withSumOfSizes(NodeBuilder &node, Value input, int64_t axis,
                            ArrayRef<int64_t> parts) {
  int64_t sum = 0;
  for (int64_t part : parts)
    if (part < 0 || __builtin_add_overflow(sum, part, &sum))
      return node.invalid(fmt::format("it has a part of {} elements", part));
  // An entry of 0 in a shape copies a size. An empty tensor has no elements that could be
  // mixed up.
  if (sum == 0) {
    SmallVector<int64_t> dims(tensorOf(input).getShape());
    dims[axis] = 0;
    Value zero = node.intsConstant({0});
    return node.create<nn::DynamicSliceOp>(
        {input, zero, zero, node.intsConstant({1})},
        [&](auto &properties) { properties.setAxes(node.i64Array({axis})); },
        tensorOf(input).clone(dims));
  }
  SmallVector<Value> sizes;
  for (int64_t i = 0; i < tensorOf(input).getRank(); ++i)
    sizes.push_back(i == axis ? i64Scalar(node, sum) : dimOf(node, input, i));
  return reshapeToSizes(node, input, sizes);
}

/// Returns the elements from `start` up to `end`, i64 scalars neither of which counts from
/// the end of the dimension.
static Value sliceBySizes(NodeBuilder &node, Value input, int64_t axis, Value start,
                          Value end) {
  SmallVector<int64_t> dims(tensorOf(input).getShape());
  dims[axis] = kFreeDim;
  return node.create<nn::DynamicSliceOp>(
      {input, reshape(node, start, {1}), reshape(node, end, {1}), node.intsConstant({1})},
      [&](auto &properties) { properties.setAxes(node.i64Array({axis})); },
      tensorOf(input).clone(dims));
}

/// Splits into parts whose sizes are computed. Whether they add up to the dimension is
/// checked at run time; a negative size counts as 0, so that the sum of the others is too
/// large.
static Value splitComputed(NodeBuilder &node, Value input, int64_t axis, Value list,
                           int64_t parts) {
  Value zero = i64Scalar(node, 0), sum = zero, first;
  SmallVector<Value> bounds{zero}, sizes;
  for (int64_t i = 0; i < parts; ++i) {
    Value size = castTo(node, reshape(node, slice(node, list, 0, i, i + 1), {}),
                        IntegerType::get(node.context(), 64));
    sum = add(node, sum, binary<nn::MaximumOp>(node, size, zero));
    bounds.push_back(sum);
  }
  for (int64_t i = 0; i < tensorOf(input).getRank(); ++i)
    sizes.push_back(i == axis ? sum : dimOf(node, input, i));
  Value whole = reshapeToSizes(node, input, sizes);
  for (int64_t i = 0; whole && i < parts; ++i) {
    Value part = sliceBySizes(node, whole, axis, bounds[i], bounds[i + 1]);
    node.define(i, part);
    first = i == 0 ? part : first;
  }
  return first;
}

/// Splits a dimension whose size is not yet known into equal parts. Whether it is divisible
/// is checked at run time.
static Value splitEvenly(NodeBuilder &node, Value input, int64_t axis, int64_t parts) {
  auto type = tensorOf(input);
  SmallVector<int64_t> dims(type.getShape());
  SmallVector<Value> sizes;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    if (i == axis)
      sizes.push_back(i64Scalar(node, parts));
    sizes.push_back(i == axis ? i64Scalar(node, -1) : dimOf(node, input, i));
  }
  Value stacked = reshapeToSizes(node, input, sizes), first;
  for (int64_t i = 0; i < parts; ++i) {
    Value part = reshape(node, slice(node, stacked, axis, i, i + 1), dims);
    node.define(i, part);
    first = i == 0 ? part : first;
  }
  return first;
}

/// Splits a dimension whose size is not yet known into equal parts, of which the last may
/// be smaller.
static Value splitFree(NodeBuilder &node, Value input, int64_t axis,
                       const SplitPlan &plan) {
  auto scalar = [&](int64_t value) { return i64Scalar(node, value); };
  Value dim = dimOf(node, input, axis), start = scalar(0), first;
  Value share = div(node, add(node, dim, scalar(plan.parts - 1)), scalar(plan.parts));
  for (int64_t i = 0; i < plan.parts; ++i) {
    Value end = add(node, start, share);
    Value part = sliceBySizes(node, input, axis, start, end);
    node.define(i, part);
    first = i == 0 ? part : first;
    start = end;
  }
  return first;
}

Value onnx_import::buildSplit(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  auto axis = node.axisAttribute(0, tensorOf(input).getRank());
  auto plan = axis ? readSplit(node) : std::nullopt;
  if (!plan)
    return {};
  if (plan->computed)
    return splitComputed(node, input, *axis, plan->computed, plan->parts);
  if (tensorOf(input).isDynamicDim(*axis)) {
    if (!plan->sizes)
      return node.opset() < 18 ? splitEvenly(node, input, *axis, plan->parts)
                               : splitFree(node, input, *axis, *plan);
    input = withSumOfSizes(node, input, *axis, *plan->sizes);
  }
  if (!input)
    return {};
  auto type = tensorOf(input);
  auto sizes = splitSizes(node, *plan, type.getDimSize(*axis));
  if (!sizes)
    return {};
  Value first;
  int64_t start = 0;
  for (auto [i, size] : llvm::enumerate(*sizes)) {
    SmallVector<DimSlice> slices = wholeOf(type);
    slices[*axis] = {start, start + size, 1};
    start += size;
    Value part = createSlice(node, input, slices);
    node.define(i, part);
    first = i == 0 ? part : first;
  }
  return first;
}
