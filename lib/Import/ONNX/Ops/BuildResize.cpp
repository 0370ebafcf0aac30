//===- BuildResize.cpp - Builders: Resize and Upsample --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A resize works on one dimension after the other: each element of the result is a weighted
// sum of a few elements of the input, the taps. For each tap there is a list of places,
// which are gathered, and a list of weights. Both are computed with operations from the
// sizes of the dimension: they fold to constants if the sizes are known, and otherwise the
// program computes them. The arithmetic is that of ONNX Runtime, in float32.
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/ShapeEntries.h"
#include "Ops/Shapes.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

namespace {
/// What the attributes of a node say.
struct Resampling {
  std::string mode, coordinates, rounding, policy;
  bool isAntialiased = false, excludesOutside = false;
  float cubic = 0, extrapolation = 0;
};

/// One dimension that is resized.
struct Line {
  int64_t axis;
  Value size, newSize; ///< i64 scalars
  Value scale;         ///< an f32 scalar
  Value length;        ///< an f32 scalar: scale * size, which newSize is rounded from
  std::optional<float> knownScale;
  float start = 0, end = 1; ///< the region of interest
};

/// A list of the input's elements, one for each element of the result.
struct Tap {
  Value place;  ///< i64, may lie outside of the input
  Value weight; ///< f32; null for 1
};
} // namespace

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

static Type f32(NodeBuilder &node) { return Float32Type::get(node.context()); }
static Type i64(NodeBuilder &node) { return IntegerType::get(node.context(), 64); }

static Value number(NodeBuilder &node, float value) {
  return node.scalarConstant(Float32Type::get(node.context()), value);
}
static Value plus(NodeBuilder &node, Value lhs, float rhs) {
  return rhs < 0 ? sub(node, lhs, number(node, -rhs)) : add(node, lhs, number(node, rhs));
}
static Value times(NodeBuilder &node, Value lhs, float rhs) {
  return mul(node, lhs, number(node, rhs));
}
static Value magnitude(NodeBuilder &node, Value x) { return node.create<nn::AbsOp>({x}); }

static std::optional<int64_t> knownInteger(Value value) {
  auto known = value ? readIntegers(constantOf(value)) : std::nullopt;
  return known && known->size() == 1 ? std::optional(known->front()) : std::nullopt;
}

/// Returns the numbers that operand `i` holds, if they are a constant list of floats.
static std::optional<std::vector<float>> constantFloats(NodeBuilder &node, int64_t i) {
  constexpr int64_t kMost = 2 * kMaxRank;
  auto known = readPayload(constantOf(castTo(node, node.operand(i), f32(node))), kMost);
  if (!known || known->type.getRank() != 1)
    return std::nullopt;
  std::vector<float> numbers;
  for (int64_t bits : known->values)
    numbers.push_back(llvm::bit_cast<float>(static_cast<uint32_t>(bits)));
  return numbers;
}

/// Returns `value`, or 1 where it is 0: the divisor for a dimension of one element, whose
/// only coordinate is 0.
static Value notZero(NodeBuilder &node, Value value) {
  if (auto known = value ? readSplatFloat(constantOf(value)) : std::nullopt)
    return *known == 0 ? number(node, 1) : value;
  Value isZero = compare(node, nn::ComparePredicate::Equal, value, number(node, 0));
  return node.create<nn::WhereOp>({isZero, number(node, 1), value});
}

//===----------------------------------------------------------------------===//
// Coordinates
//===----------------------------------------------------------------------===//

/// Returns the list `many`, or the number `one` if the result has only one element.
static Value unlessSingle(NodeBuilder &node, const Line &line, Value many, Value one) {
  one = add(node, times(node, many, 0), one);
  if (auto known = knownInteger(line.newSize))
    return *known == 1 ? one : many;
  Value isSingle =
      compare(node, nn::ComparePredicate::Equal, line.newSize, i64Scalar(node, 1));
  return node.create<nn::WhereOp>({isSingle, one, many});
}

/// Returns the coordinate in the input of each element of the result; null if the node is
/// invalid.
static Value coordinates(NodeBuilder &node, const Resampling &resampling,
                         const Line &line) {
  StringRef kind = resampling.coordinates;
  Value range =
      rangeBelow(node, line.newSize, knownInteger(line.newSize).value_or(kFreeDim));
  Value x = castTo(node, range, f32(node)), size = castTo(node, line.size, f32(node));
  Value last = plus(node, size, -1), zero = number(node, 0);
  if (!x || !last)
    return {};
  Value center = div(node, plus(node, x, 0.5f), line.scale);
  if (kind == "half_pixel")
    return plus(node, center, -0.5f);
  if (kind == "pytorch_half_pixel")
    return unlessSingle(node, line, plus(node, center, -0.5f), zero);
  if (kind == "tf_half_pixel_for_nn")
    return center;
  if (kind == "asymmetric")
    return div(node, x, line.scale);
  if (kind == "align_corners")
    return div(node, mul(node, x, last), notZero(node, plus(node, line.length, -1)));
  if (kind == "half_pixel_symmetric") {
    // The centers of both are the same point, although newSize is rounded.
    Value adjusted = div(node, castTo(node, line.newSize, f32(node)), line.length);
    Value offset = mul(node, times(node, size, 0.5f), sub(node, number(node, 1), adjusted));
    return plus(node, add(node, offset, center), -0.5f);
  }
  if (kind != "tf_crop_and_resize")
    return node.invalid(
        fmt::format("attribute 'coordinate_transformation_mode' is {}; expected one that "
                    "ONNX defines",
                    quote(resampling.coordinates)));
  Value span = times(node, last, line.end - line.start);
  Value many = div(node, mul(node, x, span), notZero(node, plus(node, line.length, -1)));
  return add(node, unlessSingle(node, line, many, times(node, span, 0.5f)),
             times(node, last, line.start));
}

//===----------------------------------------------------------------------===//
// Taps
//===----------------------------------------------------------------------===//

/// Rounds each coordinate to the place of the nearest element.
static Value nearest(NodeBuilder &node, StringRef mode, Value x) {
  if (mode == "floor")
    return node.create<nn::FloorOp>({x});
  if (mode == "ceil")
    return node.create<nn::CeilOp>({x});
  if (mode == "round_prefer_floor")
    return node.create<nn::CeilOp>({plus(node, x, -0.5f)});
  if (mode == "round_prefer_ceil")
    return node.create<nn::FloorOp>({plus(node, x, 0.5f)});
  return node.invalid(fmt::format("attribute 'nearest_mode' is {}; expected 'floor', "
                                  "'ceil', 'round_prefer_floor' or 'round_prefer_ceil'",
                                  quote(mode)));
}

/// The weight of a tap at the distance |x|, which falls linearly to 0 at 1: max(0, 1 -
/// |x|), without a maximum, which would not fold.
static Value linearWeight(NodeBuilder &node, Value x) {
  Value fall = sub(node, number(node, 1), magnitude(node, x));
  return times(node, add(node, fall, magnitude(node, fall)), 0.5f);
}

/// The weight of a tap at the distance |x|: a cubic for distances up to 1, another one up
/// to 2 (Keys, IEEE ASSP 1981), and 0 beyond. Each is 0 at both ends of the other's range,
/// or 1 at 0, so that their sum needs no choice.
static Value cubicWeight(NodeBuilder &node, Value x, float a) {
  Value distance = magnitude(node, x);
  // min(|x|, 1) and what of |x| lies between 1 and 2, without minima, which would not fold.
  auto least = [&](Value value, float most) {
    Value sum = plus(node, value, most);
    Value gap = magnitude(node, plus(node, value, -most));
    return times(node, sub(node, sum, gap), 0.5f);
  };
  Value near = least(distance, 1);
  Value far = sub(node, least(distance, 2), near); // from 0 to 1
  Value inner = plus(node, times(node, near, a + 2), -(a + 3));
  inner = plus(node, mul(node, mul(node, inner, near), near), 1);
  // a * (t - 1) * (t - 2)^2 for the distance t = far + 1.
  Value rest = plus(node, far, -1);
  Value outer = times(node, mul(node, mul(node, rest, rest), far), a);
  return add(node, inner, outer);
}

/// Returns the taps of linear and cubic interpolation. Where a filter against aliasing
/// shrinks the input, it is stretched until it covers all elements in between.
static SmallVector<Tap> interpolate(NodeBuilder &node, const Resampling &resampling,
                                    const Line &line, Value x) {
  bool isCubic = resampling.mode == "cubic";
  float shrink = resampling.isAntialiased ? std::min(*line.knownScale, 1.0f) : 1.0f;
  if (!(shrink > 0)) {
    node.invalid("its filter against aliasing applies to a dimension of no elements");
    return {};
  }
  double width = (isCubic ? 2.0 : 1.0) / shrink;
  constexpr double kMaxWidth = 64;
  if (width > kMaxWidth) {
    node.refuse(fmt::format("a filter against aliasing covers {:.0f} elements", 2 * width),
                "resize in several steps, or without antialias");
    return {};
  }
  int64_t reach = static_cast<int64_t>(std::ceil(width));
  Value floor = node.create<nn::FloorOp>({x}), rest = sub(node, x, floor);
  Value place = castTo(node, floor, i64(node));
  SmallVector<Tap> taps;
  for (int64_t i = 1 - reach; i <= reach; ++i) {
    Value distance = plus(node, rest, static_cast<float>(-i));
    if (shrink < 1)
      distance = times(node, distance, shrink);
    taps.push_back({add(node, place, i64Scalar(node, i)),
                    isCubic ? cubicWeight(node, distance, resampling.cubic)
                            : linearWeight(node, distance)});
  }
  return taps;
}

/// Moves places outside of the input to its ends, and scales the weights to a sum of 1 if
/// it may be another.
static void settle(NodeBuilder &node, const Resampling &resampling, const Line &line,
                   SmallVectorImpl<Tap> &taps) {
  Value zero = i64Scalar(node, 0), last = sub(node, line.size, i64Scalar(node, 1));
  bool scales =
      taps.size() > 1 && (resampling.isAntialiased ||
                          (resampling.excludesOutside && resampling.mode == "cubic"));
  Value total;
  for (Tap &tap : taps) {
    Value inside = binary<nn::MaximumOp>(node, tap.place, zero);
    inside = binary<nn::MinimumOp>(node, inside, last);
    if (resampling.excludesOutside && scales) {
      Value isInside = compare(node, nn::ComparePredicate::Equal, inside, tap.place);
      tap.weight = node.create<nn::WhereOp>({isInside, tap.weight, number(node, 0)});
    }
    tap.place = inside;
    total = total ? add(node, total, tap.weight) : tap.weight;
  }
  for (Tap &tap : taps)
    if (scales)
      tap.weight = div(node, tap.weight, total);
}

//===----------------------------------------------------------------------===//
// One dimension
//===----------------------------------------------------------------------===//

/// Reshapes a list along dimension `axis` of `input`, to broadcast with it.
static Value alongAxis(NodeBuilder &node, Value list, Value input, int64_t axis) {
  if (!list || !input)
    return {};
  SmallVector<int64_t> dims(tensorOf(input).getRank() - axis, 1);
  dims.front() = tensorOf(list).getDimSize(0);
  return reshape(node, list, dims);
}

/// Coordinates outside of the input have a value of their own in tf_crop_and_resize.
static Value extrapolate(NodeBuilder &node, const Resampling &resampling, const Line &line,
                         Value x, Value result) {
  Value last = castTo(node, sub(node, line.size, i64Scalar(node, 1)), f32(node));
  Value isBelow = compare(node, nn::ComparePredicate::Less, x, number(node, 0));
  Value isAbove = compare(node, nn::ComparePredicate::Greater, x, last);
  Value isOutside =
      alongAxis(node, binary<nn::OrOp>(node, isBelow, isAbove), result, line.axis);
  return node.create<nn::WhereOp>(
      {isOutside, scalarLike(node, result, resampling.extrapolation), result});
}

static Value resizeLine(NodeBuilder &node, const Resampling &resampling, const Line &line,
                        Value input) {
  Value x = coordinates(node, resampling, line);
  if (!x)
    return {};
  SmallVector<Tap> taps;
  if (resampling.mode == "nearest")
    taps.push_back({castTo(node, nearest(node, resampling.rounding, x), i64(node)), {}});
  else
    taps = interpolate(node, resampling, line, x);
  settle(node, resampling, line, taps);
  Value result;
  for (const Tap &tap : taps) {
    Value part = gather(node, input, tap.place, line.axis);
    if (tap.weight && part)
      part = mul(node, part,
                 castTo(node, alongAxis(node, tap.weight, part, line.axis),
                        tensorOf(part).getElementType()));
    result = result ? add(node, result, part) : part;
  }
  if (resampling.coordinates == "tf_crop_and_resize")
    result = extrapolate(node, resampling, line, x, result);
  return result;
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static Hint pinSizes() {
  return {"pin the dimensions or inputs that determine it", Setting::DimensionsOrInputs};
}

namespace {
/// A fraction of small numbers.
struct Fraction {
  int64_t numerator, denominator;
};
} // namespace

/// Returns the fraction of small numbers whose nearest float is `scale`, if there is one.
static std::optional<Fraction> asFraction(float scale) {
  constexpr int64_t kMost = 1 << 10;
  for (int64_t denominator = 1; denominator <= kMost && scale < kMost; ++denominator) {
    double numerator = std::round(static_cast<double>(scale) * denominator);
    if (numerator >= 1 && static_cast<float>(numerator / denominator) == scale)
      return Fraction{static_cast<int64_t>(numerator), denominator};
  }
  return std::nullopt;
}

/// Returns the constant `size`. The node is invalid if it is not a possible one.
static Value roundedSize(NodeBuilder &node, float size) {
  if (size >= 0 && size <= static_cast<float>(kMaxTensorBytes))
    return i64Scalar(node, static_cast<int64_t>(size));
  return node.invalid(fmt::format("a dimension gets the size {}", size));
}

/// Sets the size after scaling by `scale`, rounded down. A scale stands for a fraction if
/// it is as close to it as a float can be.
static bool setScale(NodeBuilder &node, Line &line, float scale) {
  constexpr float kMost = 1 << 30;
  if (!(scale > 0 && scale <= kMost)) {
    node.invalid(fmt::format("it has a scale of {}; expected a positive number", scale));
    return false;
  }
  line.knownScale = scale;
  line.scale = number(node, scale);
  line.length = mul(node, castTo(node, line.size, f32(node)), line.scale);
  if (auto fraction = asFraction(scale))
    line.newSize = div(node, mul(node, line.size, i64Scalar(node, fraction->numerator)),
                       i64Scalar(node, fraction->denominator));
  else if (auto size = knownInteger(line.size))
    line.newSize = roundedSize(node, std::floor(scale * static_cast<float>(*size)));
  else
    node.refuse(
        fmt::format("it scales dimension {}, which is free, by {}", line.axis, scale),
        {"pin it", Setting::Dimensions});
  return static_cast<bool>(line.newSize);
}

/// Sets the size to `size`, and the scale to what results.
static bool setSize(NodeBuilder &node, Line &line, Value size) {
  auto known = knownInteger(size);
  if (known && *known < 0) {
    node.invalid(fmt::format("it has a size of {}; expected 0 or more", *known));
    return false;
  }
  line.newSize = size;
  line.length = castTo(node, size, f32(node));
  line.scale = div(node, line.length, castTo(node, line.size, f32(node)));
  if (auto scale = line.scale ? readSplatFloat(constantOf(line.scale)) : std::nullopt)
    line.knownScale = static_cast<float>(*scale);
  return static_cast<bool>(line.scale);
}

/// Returns true if `size` is nothing but dimension `axis` of `input`.
static bool isSizeOf(Value size, Value input, int64_t axis) {
  while (isa_and_present<nn::ReshapeOp, nn::CastOp>(size.getDefiningOp()))
    size = size.getDefiningOp()->getOperand(0);
  auto slice = size.getDefiningOp<nn::SliceOp>();
  auto shape = slice ? slice.getInput().getDefiningOp<nn::ShapeOfOp>() : nullptr;
  return shape && shape.getInput() == input && slice.getStarts().front() == axis;
}

/// Replaces scales by the smallest or the largest one, so that all dimensions keep their
/// proportions.
static bool keepRatio(NodeBuilder &node, StringRef policy, MutableArrayRef<Line> lines) {
  if (policy == "stretch" || lines.empty())
    return true;
  if (policy != "not_larger" && policy != "not_smaller") {
    node.invalid(fmt::format("attribute 'keep_aspect_ratio_policy' is {}; expected "
                             "'stretch', 'not_larger' or 'not_smaller'",
                             quote(policy)));
    return false;
  }
  std::optional<float> scale;
  for (const Line &line : lines) {
    if (!line.knownScale || !knownInteger(line.size)) {
      node.refuse("it keeps the proportions of dimensions that are free",
                  {"pin them", Setting::Dimensions});
      return false;
    }
    bool isBetter = scale && (policy == "not_larger" ? *line.knownScale < *scale
                                                     : *line.knownScale > *scale);
    if (!scale || isBetter)
      scale = line.knownScale;
  }
  for (Line &line : lines) {
    float length = *scale * static_cast<float>(*knownInteger(line.size));
    line.knownScale = scale;
    line.scale = number(node, *scale);
    line.newSize = roundedSize(node, std::round(length));
    line.length = castTo(node, line.newSize, f32(node));
    if (!line.length)
      return false;
  }
  return true;
}

/// Reads the sizes from operand `i`, one for each of `axes`.
static bool readSizes(NodeBuilder &node, int64_t i, Value input, ArrayRef<int64_t> axes,
                      SmallVectorImpl<Line> &lines) {
  Value sizes = castTo(node, node.operand(i), i64(node));
  if (!sizes)
    return false;
  if (!constantOf(sizes))
    node.wantValue(i);
  if (tensorOf(sizes).getShape() != ArrayRef<int64_t>(axes.size())) {
    node.invalid(fmt::format("its sizes are not a list of {} numbers", axes.size()));
    return false;
  }
  for (auto [k, axis] : llvm::enumerate(axes)) {
    Value size = slice(node, sizes, 0, k, k + 1);
    if (!size || isSizeOf(size, input, axis))
      continue;
    auto entries = shapeEntries(size);
    size = entries && entries->front() ? i64Scalar(node, *entries->front())
                                       : reshape(node, size, {});
    Line line{axis, dimOf(node, input, axis), {}, {}, {}, {}};
    if (!setSize(node, line, size))
      return false;
    lines.push_back(line);
  }
  return true;
}

/// Reads the scales from operand `i`, one for each of `axes`.
static bool readScales(NodeBuilder &node, int64_t i, Value input, ArrayRef<int64_t> axes,
                       SmallVectorImpl<Line> &lines) {
  std::optional<std::vector<float>> scales = constantFloats(node, i);
  if (!scales) {
    node.wantValue(i);
    if (node.operand(i))
      node.refuse("its scales are computed", pinSizes());
    return false;
  }
  if (scales->size() != axes.size()) {
    node.invalid(fmt::format("it has {} scales; expected {}", scales->size(), axes.size()));
    return false;
  }
  for (auto [axis, scale] : llvm::zip(axes, *scales)) {
    Line line{axis, dimOf(node, input, axis), {}, {}, {}, {}};
    if (!setScale(node, line, scale))
      return false;
    lines.push_back(line);
  }
  return true;
}

/// Reads the region of interest from operand 1: the starts along `axes`, then the ends.
static bool readRegion(NodeBuilder &node, ArrayRef<int64_t> axes,
                       MutableArrayRef<Line> lines) {
  auto region = node.hasOperand(1) ? constantFloats(node, 1) : std::nullopt;
  if (!region && node.hasOperand(1)) {
    node.refuse("its region of interest is computed", pinSizes());
    return false;
  }
  auto isOdd = [](float bound) { return !(std::fabs(bound) <= 1 << 20); };
  if (!region || region->size() != 2 * axes.size() || llvm::any_of(*region, isOdd)) {
    node.invalid(
        fmt::format("its region of interest is not a list of {} numbers", 2 * axes.size()));
    return false;
  }
  for (Line &line : lines) {
    size_t k = llvm::find(axes, line.axis) - axes.begin();
    line.start = (*region)[k];
    line.end = (*region)[k + axes.size()];
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// Returns true if resizing changes nothing.
static bool isIdentity(const Resampling &resampling, const Line &line) {
  auto size = knownInteger(line.size), newSize = knownInteger(line.newSize);
  bool isSame = line.knownScale == 1.0f && size == newSize;
  return isSame && (resampling.coordinates != "tf_crop_and_resize" ||
                    (line.start == 0 && line.end == 1));
}

static Value resizeLines(NodeBuilder &node, const Resampling &resampling,
                         ArrayRef<Line> lines, Value input) {
  bool isNearest = resampling.mode == "nearest";
  if (!isNearest && resampling.mode != "linear" && resampling.mode != "cubic")
    return node.invalid(fmt::format("attribute 'mode' is {}; expected 'nearest', 'linear' "
                                    "or 'cubic'",
                                    quote(resampling.mode)));
  if (isNearest && resampling.isAntialiased)
    return node.invalid("attribute 'antialias' is set in mode 'nearest'; expected it in "
                        "modes 'linear' and 'cubic' only");
  for (const Line &line : lines) {
    if (isIdentity(resampling, line))
      continue;
    if (!isNearest && !isFloat(input))
      return refuseIntegers(node);
    if (resampling.isAntialiased && !line.knownScale)
      return node.refuse(
          "how far its filter against aliasing reaches depends on sizes that "
          "are free",
          {"pin them", Setting::Dimensions});
    input = resizeLine(node, resampling, line, input);
    if (!input)
      return {};
  }
  return input;
}

/// Returns the axes that scales and sizes belong to, in their order.
static std::optional<SmallVector<int64_t>> resizedAxes(NodeBuilder &node, int64_t rank) {
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (auto given = node.intsAttribute("axes"))
    axes.assign(given->begin(), given->end());
  if (!node.normalizeAxes(axes, rank))
    return std::nullopt;
  for (int64_t &axis : axes)
    axis += axis < 0 ? rank : 0;
  return axes;
}

static Resampling readResampling(NodeBuilder &node) {
  Resampling resampling;
  resampling.mode = node.stringAttribute("mode", "nearest");
  // Before opset 11 there was one way, and no name for it.
  bool isOld = node.opset() < 11;
  resampling.coordinates = node.stringAttribute("coordinate_transformation_mode",
                                                isOld ? "asymmetric" : "half_pixel");
  resampling.rounding =
      node.stringAttribute("nearest_mode", isOld ? "floor" : "round_prefer_floor");
  resampling.policy = node.stringAttribute("keep_aspect_ratio_policy", "stretch");
  resampling.isAntialiased = node.intAttribute("antialias", 0) != 0;
  resampling.excludesOutside = node.intAttribute("exclude_outside", 0) != 0;
  resampling.cubic = node.floatAttribute("cubic_coeff_a", -0.75f);
  resampling.extrapolation = node.floatAttribute("extrapolation_value", 0);
  return resampling;
}

/// Returns true if operand `i` is given. Where others are used instead, exporters write an
/// empty list.
static bool hasNumbers(NodeBuilder &node, int64_t i) {
  Value operand = node.hasOperand(i) ? node.operand(i) : Value();
  return operand && tensorOf(operand).getShape() != ArrayRef<int64_t>(0);
}

/// The operands are the input, the region of interest, scales and sizes; before opset 11
/// the input and scales.
Value onnx_import::buildResize(NodeBuilder &node) {
  Value input = node.operand(0);
  auto axes = input ? resizedAxes(node, tensorOf(input).getRank()) : std::nullopt;
  if (!axes)
    return {};
  Resampling resampling = readResampling(node);
  int64_t scales = node.opset() < 11 ? 1 : 2;
  bool isCropped = resampling.coordinates == "tf_crop_and_resize";
  if (isCropped && node.hasOperand(1))
    node.wantValue(1);
  SmallVector<Line> lines;
  if (hasNumbers(node, 3)) {
    if (hasNumbers(node, scales))
      return node.invalid("it has both scales and sizes; expected one of them");
    if (!readSizes(node, 3, input, *axes, lines) ||
        !keepRatio(node, resampling.policy, lines))
      return {};
  } else if (!hasNumbers(node, scales)) {
    return node.invalid("it has neither scales nor sizes");
  } else if (!readScales(node, scales, input, *axes, lines)) {
    return {};
  }
  if (isCropped && !readRegion(node, *axes, lines))
    return {};
  return resizeLines(node, resampling, lines, input);
}

/// Upsample is what Resize was called before opset 10.
Value onnx_import::buildUpsample(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  Resampling resampling = readResampling(node);
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, tensorOf(input).getRank()));
  SmallVector<Line> lines;
  if (!node.hasOperand(1))
    return node.invalid("its scales are missing");
  if (!readScales(node, 1, input, axes, lines))
    return {};
  return resizeLines(node, resampling, lines, input);
}
