//===- BuildGridSample.cpp - Builders: images at computed points ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each point of the grid becomes one or more pixels, the taps, that are looked up in the
// flattened image, weighted and added up. A tap along one axis has a place, and the taps of
// a point are the combinations of those of all axes. The arithmetic is ONNX Runtime's.
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/Shapes.h"
#include "tacit/Support/HostTensor.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

namespace {
enum class SampleMode { Nearest, Linear, Cubic };
enum class Outside { Zeros, Border, Reflection };

/// What the attributes of a node say.
struct Sampling {
  SampleMode mode;
  Outside outside;
  bool alignsCorners;
};

/// One axis of the image: its size as a float and as an i64 scalar, and the ends between
/// which points are reflected.
struct Axis {
  Value length, size, least, most;
};

/// One pixel of each point, along one axis or in the flattened image.
struct Tap {
  Value place;    ///< i64, inside of the image
  Value weight;   ///< null for 1
  Value isInside; ///< false where the pixel is 0; null for true
};
} // namespace

static Value number(NodeBuilder &node, Value like, double value) {
  return scalarLike(node, like, value);
}

static Value clampTo(NodeBuilder &node, Value x, Value low, Value high) {
  return binary<nn::MinimumOp>(node, binary<nn::MaximumOp>(node, x, low), high);
}

//===----------------------------------------------------------------------===//
// Along one axis
//===----------------------------------------------------------------------===//

static Axis readAxis(NodeBuilder &node, Value image, int64_t axis,
                     const Sampling &sampling) {
  Axis result;
  result.size = dimOf(node, image, axis);
  if (!result.size)
    return result;
  result.length = castTo(node, result.size, tensorOf(image).getElementType());
  double edge = sampling.alignsCorners ? 0 : -0.5;
  result.least = number(node, image, edge);
  result.most = sub(node, result.length, number(node, image, 1 + edge));
  return result;
}

/// Returns the coordinate among the pixels of one from -1 to 1.
static Value pixelCoordinate(NodeBuilder &node, Value x, const Axis &axis,
                             const Sampling &sampling) {
  Value one = number(node, x, 1), half = number(node, x, 0.5);
  Value shifted = add(node, x, one);
  if (sampling.alignsCorners)
    return mul(node, mul(node, shifted, half), sub(node, axis.length, one));
  return mul(node, sub(node, mul(node, shifted, axis.length), one), half);
}

/// Mirrors coordinates at both ends until they lie between these.
static Value reflect(NodeBuilder &node, Value x, const Axis &axis) {
  Value range = sub(node, axis.most, axis.least), two = number(node, x, 2);
  // An axis of one pixel has no range; the last step then leaves its only coordinate.
  Value period = binary<nn::MaximumOp>(node, mul(node, range, two), number(node, x, 1e-30));
  Value way = node.create<nn::AbsOp>({sub(node, x, axis.least)});
  way = binary<nn::ModOp>(node, way, period);
  way = binary<nn::MinimumOp>(node, way, sub(node, period, way));
  return clampTo(node, add(node, axis.least, way), axis.least, axis.most);
}

/// Moves coordinates that are outside of the image to where they are looked up.
static Value moveInside(NodeBuilder &node, Value x, const Axis &axis,
                        const Sampling &sampling) {
  Value last = sub(node, axis.length, number(node, x, 1));
  if (sampling.outside == Outside::Border)
    return clampTo(node, x, number(node, x, 0), last);
  return sampling.outside == Outside::Reflection ? reflect(node, x, axis) : x;
}

/// Returns the tap of whole coordinates.
static Tap tapAt(NodeBuilder &node, Value x, Value weight, const Axis &axis,
                 const Sampling &sampling) {
  Tap tap;
  tap.weight = weight;
  Value zero = number(node, x, 0), last = sub(node, axis.length, number(node, x, 1));
  if (sampling.outside == Outside::Zeros)
    tap.isInside = node.create<nn::AndOp>(
        {compare(node, nn::ComparePredicate::GreaterOrEqual, x, zero),
         compare(node, nn::ComparePredicate::LessOrEqual, x, last)});
  x = clampTo(node, moveInside(node, x, axis, sampling), zero, last);
  tap.place = castTo(node, x, IntegerType::get(node.context(), 64));
  return tap;
}

/// Returns the weight of a pixel at this distance, with the coefficient of ONNX: up to 1
/// if it is near, from 1 to 2 if it is far.
static Value cubicWeight(NodeBuilder &node, Value distance, bool isNear) {
  constexpr double kAlpha = -0.75;
  auto times = [&](Value x, double factor) {
    return mul(node, x, number(node, x, factor));
  };
  auto plus = [&](Value x, double addend) { return add(node, x, number(node, x, addend)); };
  Value x = distance;
  if (isNear)
    return plus(mul(node, mul(node, plus(times(x, kAlpha + 2), -(kAlpha + 3)), x), x), 1);
  Value inner = plus(mul(node, plus(times(x, kAlpha), -5 * kAlpha), x), 8 * kAlpha);
  return plus(mul(node, inner, x), -4 * kAlpha);
}

static SmallVector<Tap> tapsAlong(NodeBuilder &node, Value grid, const Axis &axis,
                                  const Sampling &sampling) {
  Value x = pixelCoordinate(node, grid, axis, sampling);
  if (sampling.mode == SampleMode::Nearest)
    return {tapAt(node, moveInside(node, node.create<nn::RoundOp>({x}), axis, sampling), {},
                  axis, sampling)};
  x = moveInside(node, x, axis, sampling);
  Value below = node.create<nn::FloorOp>({x}), one = number(node, grid, 1);
  Value after = sub(node, x, below);
  Value before = sub(node, one, after);
  Value above = add(node, below, one);
  auto at = [&](Value place, Value weight) {
    return tapAt(node, place, weight, axis, sampling);
  };
  if (sampling.mode == SampleMode::Linear)
    return {at(below, before), at(above, after)};
  return {at(sub(node, below, one), cubicWeight(node, add(node, after, one), false)),
          at(below, cubicWeight(node, after, true)),
          at(above, cubicWeight(node, before, true)),
          at(add(node, above, one), cubicWeight(node, add(node, before, one), false))};
}

//===----------------------------------------------------------------------===//
// GridSample
//===----------------------------------------------------------------------===//

/// Combines each tap of the axes so far with each of the next axis.
static SmallVector<Tap> combine(NodeBuilder &node, ArrayRef<Tap> outer, ArrayRef<Tap> inner,
                                Value innerSize) {
  SmallVector<Tap> all;
  for (const Tap &first : outer)
    for (const Tap &second : inner) {
      Tap tap;
      tap.place = add(node, mul(node, first.place, innerSize), second.place);
      tap.weight = second.weight ? mul(node, first.weight, second.weight) : Value();
      tap.isInside = second.isInside
                         ? node.create<nn::AndOp>({first.isInside, second.isInside})
                         : Value();
      all.push_back(tap);
    }
  return all;
}

static std::optional<Sampling> readSampling(NodeBuilder &node) {
  std::string mode = node.stringAttribute("mode", "linear"),
              outside = node.stringAttribute("padding_mode", "zeros");
  Sampling sampling;
  sampling.alignsCorners = node.intAttribute("align_corners", 0) != 0;
  // Opset 16 has the names of images.
  if (mode == "nearest")
    sampling.mode = SampleMode::Nearest;
  else if (mode == "linear" || mode == "bilinear")
    sampling.mode = SampleMode::Linear;
  else if (mode == "cubic" || mode == "bicubic")
    sampling.mode = SampleMode::Cubic;
  else
    return node.invalid(fmt::format("attribute 'mode' is {}; expected 'nearest', 'linear' "
                                    "or 'cubic'",
                                    quote(mode))),
           std::nullopt;
  if (outside == "zeros")
    sampling.outside = Outside::Zeros;
  else if (outside == "border")
    sampling.outside = Outside::Border;
  else if (outside == "reflection")
    sampling.outside = Outside::Reflection;
  else
    return node.invalid(fmt::format("attribute 'padding_mode' is {}; expected 'zeros', "
                                    "'border' or 'reflection'",
                                    quote(outside))),
           std::nullopt;
  return sampling;
}

/// Returns true if the operands are an image [N, C, D...] and a grid [N, O..., number of
/// D].
static bool areImageAndGrid(NodeBuilder &node, Value image, Value grid) {
  if (!image || !grid)
    return false;
  auto type = tensorOf(image), points = tensorOf(grid);
  int64_t rank = type.getRank() - 2;
  if (rank >= 1 && rank <= 3 && points.getRank() == type.getRank() && isFloat(image) &&
      isFloat(grid) &&
      (points.isDynamicDim(rank + 1) || points.getDimSize(rank + 1) == rank))
    return true;
  node.invalid(fmt::format("it has an image of the shape {} and a grid of the shape {}; "
                           "expected floats of three to five dimensions each, and a "
                           "coordinate for each spatial dimension",
                           shapeText(type.getShape()), shapeText(points.getShape())));
  return false;
}

/// Returns the grid with a last dimension that is known to have `rank` elements.
static Value withCoordinates(NodeBuilder &node, Value grid, int64_t rank) {
  int64_t last = tensorOf(grid).getRank() - 1;
  if (!tensorOf(grid).isDynamicDim(last))
    return grid;
  SmallVector<Value> sizes;
  for (int64_t i = 0; i < last; ++i)
    sizes.push_back(dimOf(node, grid, i));
  sizes.push_back(i64Scalar(node, rank));
  return reshapeToSizes(node, grid, sizes);
}

/// Returns the coordinates along one axis, [N, 1, points].
static Value coordinatesOf(NodeBuilder &node, Value grid, int64_t index, Value element) {
  int64_t last = tensorOf(grid).getRank() - 1;
  Value part = castTo(node, slice(node, grid, last, index, index + 1),
                      tensorOf(element).getElementType());
  if (!part)
    return {};
  return reshapeToSizes(
      node, part,
      {dimOf(node, grid, 0), i64Scalar(node, 1), productOf(node, grid, 1, last)});
}

Value onnx_import::buildGridSample(NodeBuilder &node) {
  Value image = node.operand(0), grid = node.operand(1);
  auto sampling = readSampling(node);
  if (!sampling || !areImageAndGrid(node, image, grid))
    return {};
  int64_t rank = tensorOf(image).getRank() - 2;
  grid = withCoordinates(node, grid, rank);
  if (!grid)
    return {};
  SmallVector<Tap> taps;
  for (int64_t i = 0; i < rank; ++i) {
    Axis axis = readAxis(node, image, i + 2, *sampling);
    // The last coordinate of a point belongs to the first axis.
    Value points = coordinatesOf(node, grid, rank - 1 - i, image);
    if (!axis.size || !points)
      return {};
    SmallVector<Tap> along = tapsAlong(node, points, axis, *sampling);
    taps = i == 0 ? along : combine(node, taps, along, axis.size);
  }
  Value batch = dimOf(node, image, 0), channels = dimOf(node, image, 1);
  Value pixels =
      reshapeToSizes(node, image, {batch, channels, productOf(node, image, 2, rank + 2)});
  Value count = productOf(node, grid, 1, rank + 1), result;
  for (const Tap &tap : taps) {
    Value places = expandToSizes(node, tap.place, {batch, channels, count});
    Value found = node.create<nn::GatherElementsOp>(
        {pixels, places}, [&](auto &properties) { properties.setAxis(node.i64(2)); });
    if (tap.isInside)
      found = node.create<nn::WhereOp>({tap.isInside, found, number(node, image, 0)});
    if (tap.weight)
      found = mul(node, found, tap.weight);
    result = result ? add(node, result, found) : found;
  }
  SmallVector<Value> sizes{batch, channels};
  for (int64_t i = 1; i <= rank; ++i)
    sizes.push_back(dimOf(node, grid, i));
  return result ? reshapeToSizes(node, result, sizes) : Value();
}
