//===- BuildShape.cpp - Builders: shapes, computed and applied ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/ShapeEntries.h"
#include "Ops/Shapes.h"
#include "tacit/Support/Elements.h"
#include <cmath>
#include <fmt/format.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

static std::string text(Type type) {
  std::string result;
  llvm::raw_string_ostream(result) << type;
  return result;
}

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// Entries of a target shape that are not sizes.
static constexpr int64_t kLeftOver = -1, kCopy = std::numeric_limits<int64_t>::min();

namespace {
/// The shape that a constant target gives to the input.
struct ReshapePlan {
  SmallVector<int64_t> dims;
  /// True if the k-th free dimension of the result is the k-th of the input, which
  /// nn.reshape requires.
  bool keepsFreeDims = true;
};
} // namespace

/// Returns the product of the known dimensions, or -1 if it is unreasonable.
static int64_t knownProduct(ArrayRef<int64_t> dims) {
  if (llvm::is_contained(dims, 0))
    return 0;
  __int128 product = 1;
  for (int64_t dim : dims)
    if (!ShapedType::isDynamic(dim) && (product *= dim) > kMaxTensorBytes)
      return -1;
  return static_cast<int64_t>(product);
}

/// Resolves the left-over dimension. `sources` has, for each free dimension of the result,
/// the dimension of the input that it copies, and -1 for the left-over one, which is at
/// `leftOver` in the result.
static bool resolveLeftOver(NodeBuilder &node, RankedTensorType type, ReshapePlan &plan,
                            SmallVector<int64_t> sources, std::optional<size_t> leftOver) {
  int64_t before = knownProduct(type.getShape()), after = knownProduct(plan.dims);
  SmallVector<int64_t> free, missing;
  for (int64_t i = 0; i < type.getRank(); ++i)
    if (type.isDynamicDim(i)) {
      free.push_back(i);
      if (!llvm::is_contained(sources, i))
        missing.push_back(i);
    }
  bool divides = after > 0 && before % after == 0;
  if (missing.empty() && (leftOver ? !divides : before != after)) {
    node.invalid(fmt::format(
        "it cannot reshape {} to {}: the number of elements differs", text(type),
        text(RankedTensorType::get(plan.dims, type.getElementType()))));
    return false;
  }
  if (leftOver && missing.empty()) {
    plan.dims[*leftOver] = before / after;
    llvm::erase(sources, -1);
  } else if (leftOver && missing.size() == 1 && before == after) {
    std::replace(sources.begin(), sources.end(), int64_t(-1), missing.front());
  }
  plan.keepsFreeDims = sources == free && (leftOver || before == after);
  return true;
}

static std::optional<ReshapePlan> planReshape(NodeBuilder &node, RankedTensorType type,
                                              ArrayRef<int64_t> target) {
  ReshapePlan plan;
  SmallVector<int64_t> sources;
  std::optional<size_t> leftOver;
  for (auto [i, entry] : llvm::enumerate(target)) {
    bool isCopy = entry == kCopy, isLeftOver = entry == kLeftOver;
    if (isLeftOver && leftOver) {
      node.invalid(fmt::format(
          "entries {} and {} of its shape are -1; expected one at most", *leftOver, i));
      return std::nullopt;
    }
    if ((isCopy && static_cast<int64_t>(i) >= type.getRank()) ||
        (entry < 0 && !isCopy && !isLeftOver)) {
      node.invalid(fmt::format("entry {} of its shape is {}, which has no meaning for a {}",
                               i, isCopy ? 0 : entry, text(type)));
      return std::nullopt;
    }
    plan.dims.push_back(isCopy       ? type.getDimSize(i)
                        : isLeftOver ? ShapedType::kDynamic
                                     : entry);
    if (isLeftOver)
      leftOver = i;
    if (ShapedType::isDynamic(plan.dims.back()))
      sources.push_back(isCopy ? i : -1);
  }
  if (!resolveLeftOver(node, type, plan, sources, leftOver))
    return std::nullopt;
  return plan;
}

/// Reshapes to a constant target, whose entries may be kCopy and kLeftOver.
static Value reshapeTo(NodeBuilder &node, Value input, ArrayRef<int64_t> target) {
  auto plan = planReshape(node, tensorOf(input), target);
  if (!plan)
    return {};
  auto type = RankedTensorType::get(plan->dims, tensorOf(input).getElementType());
  if (plan->keepsFreeDims)
    return node.create<nn::ReshapeOp>({input}, type);
  if (llvm::is_contained(target, 0))
    return node.refuse("its shape has a dimension of 0 beside free ones",
                       {"pin the free dimensions", Setting::Dimensions});
  SmallVector<int64_t> entries(target);
  std::replace(entries.begin(), entries.end(), kCopy, int64_t(0));
  return node.create<nn::DynamicReshapeOp>({input, node.intsConstant(entries)}, type);
}

/// Some dimensions are known although the target is computed.
static Value reshapeByValue(NodeBuilder &node, Value input, Value shape) {
  auto entries = shapeEntries(shape);
  if (!entries)
    return node.refuse("the number of its dimensions is computed",
                       {"pin free dimensions", Setting::Dimensions});
  SmallVector<int64_t> dims;
  for (auto [i, entry] : llvm::enumerate(*entries)) {
    bool isCopy = entry == 0 && static_cast<int64_t>(i) < tensorOf(input).getRank();
    if (entry && *entry > 0)
      dims.push_back(*entry);
    else
      dims.push_back(isCopy ? tensorOf(input).getDimSize(i) : ShapedType::kDynamic);
  }
  return node.create<nn::DynamicReshapeOp>(
      {input, shape}, RankedTensorType::get(dims, tensorOf(input).getElementType()));
}

/// Repeats `input` to fill `shape`, with which it broadcasts in both directions.
static Value expandTo(NodeBuilder &node, Value input, Value shape) {
  auto type = tensorOf(input);
  auto entries = shapeEntries(shape);
  if (!entries)
    return node.refuse("the number of its dimensions is computed",
                       {"pin free dimensions", Setting::Dimensions});
  SmallVector<int64_t> wanted;
  for (std::optional<int64_t> entry : *entries) {
    if (entry && *entry < 0)
      return node.invalid(
          fmt::format("its shape has an entry of {}; expected 0 or more", *entry));
    wanted.push_back(entry.value_or(ShapedType::kDynamic));
  }
  auto dims = nn::broadcastShapes(type.getShape(), wanted);
  if (failed(dims))
    return node.invalid(fmt::format("{} does not broadcast to its shape", text(type)));
  auto result = RankedTensorType::get(*dims, type.getElementType());
  return allKnown(*entries) ? node.create<nn::ExpandOp>({input}, result)
                            : node.create<nn::DynamicExpandOp>({input, shape}, result);
}

//===----------------------------------------------------------------------===//
// Reshapes to computed sizes
//===----------------------------------------------------------------------===//

Value onnx_import::i64Scalar(NodeBuilder &node, int64_t value) {
  return reshape(node, node.intsConstant({value}), {});
}

Value onnx_import::productOf(NodeBuilder &node, Value input, int64_t begin, int64_t end) {
  Value product = i64Scalar(node, 1);
  for (int64_t i = begin; i < end; ++i)
    product =
        i == begin ? dimOf(node, input, i) : mul(node, product, dimOf(node, input, i));
  return product;
}

static Value joinSizes(NodeBuilder &node, ValueRange sizes) {
  if (sizes.empty())
    return node.intsConstant({});
  SmallVector<Value> entries;
  for (Value size : sizes)
    entries.push_back(reshape(node, size, {1}));
  return llvm::is_contained(entries, Value()) ? Value() : concat(node, entries, 0);
}

Value onnx_import::reshapeToSizes(NodeBuilder &node, Value input, ValueRange sizes) {
  Value shape = joinSizes(node, sizes);
  if (!input || !shape)
    return {};
  if (auto target = readIntegers(constantOf(shape)))
    return reshapeTo(node, input, *target);
  return reshapeByValue(node, input, shape);
}

Value onnx_import::expandToSizes(NodeBuilder &node, Value input, ValueRange sizes) {
  Value shape = joinSizes(node, sizes);
  return input && shape ? expandTo(node, input, shape) : Value();
}

Value onnx_import::reshapeLike(NodeBuilder &node, Value input, Value like) {
  if (!input || !like || input.getType() == like.getType())
    return input;
  if (tensorOf(like).hasStaticShape())
    return reshape(node, input, tensorOf(like).getShape());
  Value shape = node.create<nn::ShapeOfOp>({like});
  return node.create<nn::DynamicReshapeOp>(
      {input, shape}, tensorOf(input).clone(tensorOf(like).getShape()));
}

Value onnx_import::expandLike(NodeBuilder &node, Value input, Value like) {
  Value shape = node.create<nn::ShapeOfOp>({like});
  return input && shape ? expandTo(node, input, shape) : Value();
}

/// Returns `width` elements of `value` along `axis`, in a shape that fits `input`.
static Value borderOf(NodeBuilder &node, Value input, int64_t axis, Value width,
                      Value value) {
  SmallVector<Value> sizes;
  for (int64_t i = 0; i < tensorOf(input).getRank(); ++i)
    sizes.push_back(i == axis ? width : dimOf(node, input, i));
  return value ? expandToSizes(node, value, sizes) : Value();
}

Value onnx_import::padBySizes(NodeBuilder &node, Value input, ValueRange low,
                              ValueRange high, Value value) {
  if (!input || llvm::is_contained(low, Value()) || llvm::is_contained(high, Value()))
    return {};
  // Known amounts are added, or cut off, at once; the others are computed at run time.
  auto known = [](Value width) -> int64_t {
    auto amount = readIntegers(constantOf(width));
    return amount ? amount->front() : 0;
  };
  input = pad(node, input, llvm::map_to_vector(low, known),
              llvm::map_to_vector(high, known), value);
  for (int64_t i = 0, e = low.size(); input && i < e; ++i) {
    SmallVector<Value> parts{input};
    if (!constantOf(low[i]))
      parts.insert(parts.begin(), borderOf(node, input, i, low[i], value));
    if (!constantOf(high[i]))
      parts.push_back(borderOf(node, input, i, high[i], value));
    input = llvm::is_contained(parts, Value()) ? Value() : concat(node, parts, i);
  }
  return input;
}

/// Returns true if a shape that a node takes is a list.
static bool isList(NodeBuilder &node, Value shape) {
  if (tensorOf(shape).getRank() == 1)
    return true;
  node.invalid(fmt::format("its shape is a {}; expected a list of one dimension",
                           text(tensorOf(shape))));
  return false;
}

Value onnx_import::buildReshape(NodeBuilder &node) {
  Value input = node.operand(0), shape = node.operand(1);
  if (!input || !shape || !isList(node, shape))
    return {};
  auto target = node.constantInts(1);
  bool allowsZero = node.intAttribute("allowzero", 0) != 0;
  // With allowzero an entry of 0 is a size. A computed entry is 0 only if the tensor is
  // empty, so other tensors need no distinction.
  if (!target && allowsZero && llvm::is_contained(tensorOf(input).getShape(), 0))
    return node.refuse("it reshapes an empty tensor to a computed shape",
                       "export with a constant shape");
  if (!target)
    return reshapeByValue(node, input, shape);
  if (!allowsZero)
    std::replace(target->begin(), target->end(), int64_t(0), kCopy);
  return reshapeTo(node, input, *target);
}

/// Returns the product of some dimensions as an entry of a target: a single free dimension
/// is copied if it stays in its place, several are left over.
static int64_t flattened(ArrayRef<int64_t> dims, bool staysInPlace) {
  bool isFree = llvm::any_of(dims, ShapedType::isDynamic);
  if (!isFree)
    return knownProduct(dims);
  return staysInPlace && dims.size() == 1 ? kCopy : kLeftOver;
}

Value onnx_import::flatten(NodeBuilder &node, Value input, int64_t axis) {
  if (!input)
    return {};
  ArrayRef<int64_t> shape = tensorOf(input).getShape();
  int64_t rows = flattened(shape.take_front(axis), /*staysInPlace=*/true);
  int64_t columns = flattened(shape.drop_front(axis), axis == 1);
  if (rows == kLeftOver && columns == kLeftOver)
    return reshapeToSizes(node, input,
                          {productOf(node, input, 0, axis), i64Scalar(node, kLeftOver)});
  return reshapeTo(node, input, {rows, columns});
}

Value onnx_import::buildFlatten(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  int64_t rank = tensorOf(input).getRank(), axis = node.intAttribute("axis", 1);
  // Unlike other axes this one may be the rank itself.
  if (axis < -rank || axis > rank)
    return node.invalid(
        fmt::format("axis is {}; expected a number from {} to {}", axis, -rank, rank));
  return flatten(node, input, axis < 0 ? axis + rank : axis);
}

//===----------------------------------------------------------------------===//
// Squeeze and Unsqueeze: the axes are an attribute before opset 13
//===----------------------------------------------------------------------===//

/// Returns false if axes are given and not constant; `axes` stays empty if none are given.
static bool readAxes(NodeBuilder &node, std::optional<std::vector<int64_t>> &axes) {
  bool isOperand = node.opset() >= 13;
  axes = isOperand ? node.constantInts(1) : node.intsAttribute("axes");
  if (axes || !isOperand || !node.hasOperand(1))
    return true;
  node.refuse("its axes are computed", "export with constant axes");
  return false;
}

Value onnx_import::buildSqueeze(NodeBuilder &node) {
  Value input = node.operand(0);
  std::optional<std::vector<int64_t>> given;
  if (!input || !readAxes(node, given))
    return {};
  auto type = tensorOf(input);
  if (!given && !type.hasStaticShape())
    return node.refuse("it removes every dimension of 1, and some are free",
                       {"pin them", Setting::Dimensions});
  auto axes = node.normalizeAxes(given ? *given : std::vector<int64_t>(), type.getRank());
  if (!axes)
    return {};
  SmallVector<int64_t> dims, kept;
  bool removesFree = false;
  for (auto [i, dim] : llvm::enumerate(type.getShape())) {
    bool isNamed = llvm::is_contained(*axes, static_cast<int64_t>(i));
    if (isNamed && dim != 1 && !ShapedType::isDynamic(dim))
      return node.invalid(fmt::format("it removes dimension {} of {}; expected a size of 1",
                                      i, text(type)));
    removesFree |= isNamed && ShapedType::isDynamic(dim);
    if (given ? isNamed : dim == 1)
      continue;
    dims.push_back(dim);
    kept.push_back(i);
  }
  if (!removesFree)
    return reshape(node, input, dims);
  // Whether the free dimensions are 1 is checked at run time.
  SmallVector<Value> sizes;
  for (int64_t i : kept)
    sizes.push_back(dimOf(node, input, i));
  return reshapeToSizes(node, input, sizes);
}

Value onnx_import::buildUnsqueeze(NodeBuilder &node) {
  Value input = node.operand(0);
  std::optional<std::vector<int64_t>> given;
  if (!input || !readAxes(node, given))
    return {};
  if (!given)
    return node.invalid("its axes are missing");
  auto type = tensorOf(input);
  auto axes = node.normalizeAxes(*given, type.getRank() + given->size());
  if (!axes)
    return {};
  SmallVector<int64_t> dims(type.getShape());
  for (int64_t axis : *axes)
    dims.insert(dims.begin() + axis, 1);
  return node.create<nn::ReshapeOp>({input},
                                    RankedTensorType::get(dims, type.getElementType()));
}

//===----------------------------------------------------------------------===//
// Shape, Expand, ConstantOfShape, Range
//===----------------------------------------------------------------------===//

Value onnx_import::buildShape(NodeBuilder &node) {
  Value input = node.operand(0);
  Value shape = node.create<nn::ShapeOfOp>({input});
  if (!shape)
    return {};
  int64_t rank = tensorOf(input).getRank();
  auto clamp = [&](int64_t bound) {
    return std::clamp<int64_t>(bound < 0 ? bound + rank : bound, 0, rank);
  };
  int64_t start = clamp(node.intAttribute("start", 0));
  int64_t end = std::max(start, clamp(node.intAttribute("end", rank)));
  return node.create<nn::SliceOp>({shape}, [&](auto &properties) {
    properties.setStarts(node.i64Array({start}));
    properties.setEnds(node.i64Array({end}));
    properties.setSteps(node.i64Array({1}));
  });
}

/// Computes the number of elements.
Value onnx_import::buildSize(NodeBuilder &node) {
  Value input = node.operand(0);
  return input ? productOf(node, input, 0, tensorOf(input).getRank()) : Value();
}

Value onnx_import::buildExpand(NodeBuilder &node) {
  Value input = node.operand(0), shape = node.operand(1);
  return input && shape && isList(node, shape) ? expandTo(node, input, shape) : Value();
}

/// Repeats one element, 0.0f unless attribute `value` gives another.
Value onnx_import::buildConstantOfShape(NodeBuilder &node) {
  Value shape = node.operand(0);
  auto *given = node.attribute("value", onnx::AttributeProto::TENSOR);
  Value element = given ? node.constant(given->t())
                        : node.scalarConstant(Float32Type::get(node.context()), 0);
  if (!shape || !element || !isList(node, shape))
    return {};
  if (tensorOf(element).getNumElements() != 1)
    return node.invalid("attribute 'value' holds " +
                        std::to_string(tensorOf(element).getNumElements()) +
                        " elements; expected one");
  element = node.create<nn::ReshapeOp>(
      {element}, RankedTensorType::get({}, tensorOf(element).getElementType()));
  return element ? expandTo(node, element, shape) : Value();
}

/// Returns the number of elements from start below (or above) limit: kDynamic if it is not
/// known, nullopt if it is not a number, or unreasonable.
static std::optional<int64_t> rangeLength(Value start, Value limit, Value delta) {
  if (isa<FloatType>(tensorOf(start).getElementType())) {
    auto first = readSplatFloat(constantOf(start)),
         last = readSplatFloat(constantOf(limit)), step = readSplatFloat(constantOf(delta));
    if (!first || !last || !step)
      return ShapedType::kDynamic;
    double length = std::ceil((*last - *first) / *step);
    if (*step == 0 || !(length <= kMaxTensorBytes))
      return std::nullopt;
    return std::max<int64_t>(0, static_cast<int64_t>(std::max(length, 0.0)));
  }
  auto first = readPayload(constantOf(start), 1), last = readPayload(constantOf(limit), 1),
       step = readPayload(constantOf(delta), 1);
  if (!first || !last || !step)
    return ShapedType::kDynamic;
  __int128 span = __int128(last->values[0]) - first->values[0], stride = step->values[0];
  if (stride == 0)
    return std::nullopt;
  __int128 length = span / stride + (span % stride != 0 && (span > 0) == (stride > 0));
  if (length > kMaxTensorBytes)
    return std::nullopt;
  return length > 0 ? static_cast<int64_t>(length) : 0;
}

Value onnx_import::buildRange(NodeBuilder &node) {
  SmallVector<Value> bounds{node.operand(0), node.operand(1), node.operand(2)};
  if (!bounds[0] || !bounds[1] || !bounds[2])
    return {};
  Type element = tensorOf(bounds[0]).getElementType();
  for (Value bound : bounds) {
    auto type = tensorOf(bound);
    if (!type.hasStaticShape() || type.getNumElements() != 1 ||
        type.getElementType() != element || element.isInteger(1))
      return node.invalid("expected three numbers of one type, found a " + text(type));
  }
  auto length = rangeLength(bounds[0], bounds[1], bounds[2]);
  if (!length)
    return node.invalid("its step is 0, or it has more than 2^40 elements");
  return node.create<nn::RangeOp>(bounds, RankedTensorType::get({*length}, element));
}
