//===- BuildIndexing.cpp - Builders: elements by their index --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/ShapeEntries.h"
#include "Ops/Shapes.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

static Type i64(NodeBuilder &node) { return IntegerType::get(node.context(), 64); }

/// Returns `dims` with `size` at `axis` and 1 elsewhere, for a value that varies along one
/// axis.
static SmallVector<int64_t> alongAxis(int64_t rank, int64_t axis, int64_t size) {
  SmallVector<int64_t> dims(rank, 1);
  dims[axis] = size;
  return dims;
}

/// Converts numbers that count from the end if they are negative to numbers that count from
/// 0.
static Value wrapNegative(NodeBuilder &node, Value indices, Value size) {
  Value zero = scalarLike(node, indices, 0);
  Value isNegative = compare(node, nn::ComparePredicate::Less, indices, zero);
  return node.create<nn::WhereOp>({isNegative, add(node, indices, size), indices});
}

//===----------------------------------------------------------------------===//
// Gather and Scatter
//===----------------------------------------------------------------------===//

Value onnx_import::buildGatherElements(NodeBuilder &node) {
  Value data = node.operand(0), indices = node.operand(1);
  if (!data || !indices)
    return {};
  auto axis = node.axisAttribute(0, tensorOf(data).getRank());
  if (!axis)
    return {};
  return node.create<nn::GatherElementsOp>(
      {data, indices}, [&](auto &properties) { properties.setAxis(node.i64(*axis)); });
}

/// Converts tuples of `depth` indices into the dimensions of `data` from `batch` on to one
/// number each: the index into these dimensions and the preceding ones, merged to one.
static Value flatIndex(NodeBuilder &node, Value data, Value tuples, int64_t batch,
                       int64_t depth) {
  if (!tuples)
    return {};
  int64_t rank = tensorOf(tuples).getRank();
  Value flat;
  for (int64_t j = 0; j < depth; ++j) {
    Value size = dimOf(node, data, batch + j);
    Value index = slice(node, tuples, rank - 1, j, j + 1);
    if (!index)
      return {};
    index = reshape(node, index, tensorOf(index).getShape().drop_back());
    // One that is outside may make a number that is not.
    index = assertIndices(node, index, data, batch + j);
    index = wrapNegative(node, index, size);
    flat = j == 0 ? index : add(node, mul(node, flat, size), index);
  }
  // The rows of the batch follow one another.
  Value stride = productOf(node, data, batch, batch + depth);
  for (int64_t i = batch - 1; i >= 0; --i) {
    Value row = rangeOf(node, data, i);
    if (!row)
      return {};
    row = reshape(node, row, alongAxis(rank - 1, i, tensorOf(row).getDimSize(0)));
    flat = add(node, flat, mul(node, row, stride));
    stride = mul(node, stride, dimOf(node, data, i));
  }
  return flat;
}

static Value refuseFreeTuples(NodeBuilder &node) {
  return node.refuse("the number of indices in a tuple is free",
                     {"pin the last dimension of its indices", Setting::Dimensions});
}

Value onnx_import::buildGatherND(NodeBuilder &node) {
  Value data = node.operand(0), tuples = node.operand(1);
  if (!data || !tuples)
    return {};
  int64_t rank = tensorOf(data).getRank(), batch = node.intAttribute("batch_dims", 0);
  int64_t tupleRank = tensorOf(tuples).getRank();
  int64_t depth = tupleRank == 0 ? 0 : tensorOf(tuples).getShape().back();
  if (ShapedType::isDynamic(depth))
    return refuseFreeTuples(node);
  if (depth < 1 || batch < 0 || batch >= tupleRank || batch + depth > rank)
    return node.invalid(fmt::format("it has indices of {} dimensions, the last of size {}, "
                                    "and {} of a batch, into {} dimensions",
                                    tupleRank, depth, batch, rank));
  Value flat = flatIndex(node, data, castTo(node, tuples, i64(node)), batch, depth);
  SmallVector<Value> sizes{productOf(node, data, 0, batch + depth)};
  for (int64_t i = batch + depth; i < rank; ++i)
    sizes.push_back(dimOf(node, data, i));
  return gather(node, reshapeToSizes(node, data, sizes), flat, 0);
}

/// Reads attribute `reduction`, which does not exist before opset 16.
static std::optional<nn::ScatterKind> scatterKind(NodeBuilder &node) {
  std::string text = node.stringAttribute("reduction", "none");
  auto kind = nn::symbolizeScatterKind(text);
  if (!kind)
    node.invalid(fmt::format("attribute 'reduction' is {}; expected 'none', 'add', 'mul', "
                             "'max' or 'min'",
                             quote(text)));
  return kind;
}

static Value scatter(NodeBuilder &node, nn::ScatterKind kind, Value data, Value tuples,
                     Value updates) {
  return node.create<nn::ScatterNDOp>({data, tuples, updates}, [&](auto &properties) {
    properties.setReduction(nn::ScatterKindAttr::get(node.context(), kind));
  });
}

Value onnx_import::buildScatterND(NodeBuilder &node) {
  Value data = node.operand(0), tuples = node.operand(1), updates = node.operand(2);
  auto kind = scatterKind(node);
  if (!kind || !tuples)
    return {};
  ArrayRef<int64_t> shape = tensorOf(tuples).getShape();
  if (!shape.empty() && ShapedType::isDynamic(shape.back()))
    return refuseFreeTuples(node);
  return scatter(node, *kind, data, castTo(node, tuples, i64(node)), updates);
}

/// The index of an element along one axis and its position along the others form a tuple.
Value onnx_import::buildScatterElements(NodeBuilder &node) {
  Value data = node.operand(0), updates = node.operand(2);
  Value indices = castTo(node, node.operand(1), i64(node));
  auto kind = scatterKind(node);
  if (!data || !updates || !indices || !kind)
    return {};
  int64_t rank = tensorOf(data).getRank();
  auto axis = node.axisAttribute(0, rank);
  if (!axis)
    return {};
  if (tensorOf(indices).getRank() != rank)
    return node.invalid(fmt::format("it has indices of {} dimensions into {}",
                                    tensorOf(indices).getRank(), rank));
  indices = assertIndices(node, indices, data, *axis);
  if (!indices)
    return {};
  SmallVector<Value> coordinates;
  for (int64_t i = 0; i < rank; ++i) {
    Value coordinate = indices;
    if (i != *axis) {
      Value row = rangeOf(node, indices, i);
      if (!row)
        return {};
      row = reshape(node, row, alongAxis(rank, i, tensorOf(row).getDimSize(0)));
      coordinate = expandLike(node, row, indices);
    }
    coordinates.push_back(insertDim(node, coordinate, rank));
  }
  if (llvm::is_contained(coordinates, Value()))
    return {};
  return scatter(node, *kind, data, concat(node, coordinates, rank), updates);
}

/// Returns the places along `axis` of `cache` that rows of `update` are written to, as
/// [B, 1, ..., S]; null if something is wrong.
static Value writtenPlaces(NodeBuilder &node, Value cache, Value update, int64_t axis) {
  Value places = rangeOf(node, update, axis);
  if (node.hasOperand(2)) {
    Value first = castTo(node, node.operand(2), i64(node));
    if (!first || !places)
      return {};
    if (tensorOf(first).getRank() != 1)
      return node.invalid(fmt::format("its write_indices have {} dimensions; expected 1",
                                      tensorOf(first).getRank()));
    if (!requireSameSize(node, "write_indices", first, 0, "cache", cache, 0))
      return {};
    auto dims = alongAxis(axis + 1, 0, tensorOf(first).getDimSize(0));
    places = add(node, reshape(node, first, dims), places);
  }
  std::string mode = node.stringAttribute("mode", "linear");
  Value size = dimOf(node, cache, axis);
  if (mode == "circular") {
    Value zero = i64Scalar(node, 0), most = i64Scalar(node, INT64_MAX);
    // An update that is longer than the cache would be written over itself.
    if (!assertRange(node, dimOf(node, update, axis), zero, size,
                     "an update that is longer than the cache"))
      return {};
    return binary<nn::ModOp>(
        node, assertRange(node, places, zero, most, "write_indices that are negative"),
        size);
  }
  if (mode != "linear")
    return node.invalid(fmt::format(
        "attribute 'mode' is {}; expected 'linear' or 'circular'", quote(mode)));
  return assertRange(node, places, i64Scalar(node, 0), sub(node, size, i64Scalar(node, 1)),
                     "write_indices for which the update does not fit into the cache");
}

/// Writes `update` into a cache of fixed capacity, for each row of the batch at a place of
/// its own.
Value onnx_import::buildTensorScatter(NodeBuilder &node) {
  Value cache = node.operand(0), update = node.operand(1);
  if (!cache || !update)
    return {};
  int64_t rank = tensorOf(cache).getRank();
  auto axis = node.axisAttribute(-2, rank);
  if (!axis)
    return {};
  if (*axis == 0 || tensorOf(update).getRank() != rank)
    return node.invalid(fmt::format("it writes {} dimensions into {} along dimension {}; "
                                    "expected as many, and not the batch",
                                    tensorOf(update).getRank(), rank, *axis));
  for (int64_t i = 0; i < rank; ++i)
    if (i != *axis && !requireSameSize(node, "update", update, i, "cache", cache, i))
      return {};
  SmallVector<Value> sizes, coordinates;
  for (int64_t i = 0; i <= *axis; ++i) {
    Value row =
        i == *axis ? writtenPlaces(node, cache, update, i) : rangeOf(node, update, i);
    if (!row)
      return {};
    if (i != *axis)
      row = reshape(node, row, alongAxis(*axis + 1, i, tensorOf(row).getDimSize(0)));
    coordinates.push_back(row);
    sizes.push_back(dimOf(node, update, i));
  }
  for (Value &coordinate : coordinates)
    coordinate = insertDim(node, expandToSizes(node, coordinate, sizes), *axis + 1);
  return scatter(node, nn::ScatterKind::Replace, cache,
                 concat(node, coordinates, *axis + 1), update);
}

//===----------------------------------------------------------------------===//
// Compress
//===----------------------------------------------------------------------===//

Value onnx_import::buildCompress(NodeBuilder &node) {
  Value data = node.operand(0);
  if (!data || !node.operand(1))
    return {};
  auto condition = node.constantInts(1);
  if (!condition) {
    node.wantValue(1);
    return node.refuse("which elements it keeps is known only when the model runs",
                       "export without it, for example with a mask instead");
  }
  SmallVector<int64_t> kept;
  for (auto [place, isKept] : llvm::enumerate(*condition))
    if (isKept)
      kept.push_back(place);
  int64_t rank = tensorOf(data).getRank();
  if (!node.hasAttribute("axis"))
    return gather(node, reshapeToSizes(node, data, {productOf(node, data, 0, rank)}),
                  node.intsConstant(kept), 0);
  auto axis = node.axisAttribute(0, rank);
  return axis ? gather(node, data, node.intsConstant(kept), *axis) : Value();
}

//===----------------------------------------------------------------------===//
// OneHot, Trilu, EyeLike
//===----------------------------------------------------------------------===//

/// Indices outside [-depth, depth) match nowhere.
Value onnx_import::buildOneHot(NodeBuilder &node) {
  Value indices = castTo(node, node.operand(0), i64(node)), values = node.operand(2);
  if (!indices || !node.operand(1) || !values)
    return {};
  Value depthValue = castTo(node, node.operand(1), i64(node));
  auto depth = readIntegers(constantOf(depthValue));
  if (!depth && depthValue && followsFromSizes(depthValue))
    return node.refuse("its depth follows from dimensions that are free",
                       {"pin the dimensions that determine it", Setting::Dimensions});
  if (!depth || depth->size() != 1)
    return node.refuse("its depth is computed", "export with a constant depth");
  auto type = tensorOf(values);
  bool isPair = type.getRank() == 1 && (type.isDynamicDim(0) || type.getDimSize(0) == 2);
  if (!isPair || depth->front() <= 0)
    return node.invalid("expected two values, and a depth above zero");
  int64_t rank = tensorOf(indices).getRank();
  auto axis = node.axisAttribute(-1, rank + 1);
  if (!axis)
    return {};
  Value size = i64Scalar(node, depth->front());
  Value classes = reshape(node, rangeBelow(node, size, depth->front()),
                          alongAxis(rank + 1, *axis, depth->front()));
  Value isHot = compare(node, nn::ComparePredicate::Equal,
                        insertDim(node, wrapNegative(node, indices, size), *axis), classes);
  Value off = gather(node, values, i64Scalar(node, 0), 0),
        on = gather(node, values, i64Scalar(node, 1), 0);
  return node.create<nn::WhereOp>({isHot, on, off});
}

/// Returns column - row of the last two dimensions of `matrix`: 0 on the diagonal.
static Value diagonalOf(NodeBuilder &node, Value matrix) {
  int64_t rank = tensorOf(matrix).getRank();
  Value rows = rangeOf(node, matrix, rank - 2), columns = rangeOf(node, matrix, rank - 1);
  return sub(node, columns, insertDim(node, rows, 1));
}

Value onnx_import::buildTrilu(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  if (tensorOf(input).getRank() < 2)
    return node.invalid("its input has fewer than two dimensions");
  Value k = node.hasOperand(1) ? node.operand(1) : i64Scalar(node, 0);
  if (k && tensorOf(k).getRank() == 1)
    k = reshape(node, k, {});
  bool isUpper = node.intAttribute("upper", 1) != 0;
  Value isKept = compare(node,
                         isUpper ? nn::ComparePredicate::GreaterOrEqual
                                 : nn::ComparePredicate::LessOrEqual,
                         diagonalOf(node, input), k);
  return node.create<nn::WhereOp>({isKept, input, scalarLike(node, input, 0)});
}

Value onnx_import::buildEyeLike(NodeBuilder &node) {
  Value like = node.operand(0);
  if (!like)
    return {};
  if (tensorOf(like).getRank() != 2)
    return node.invalid("its input is not a matrix");
  Type element = tensorOf(like).getElementType();
  if (node.hasAttribute("dtype")) {
    int64_t dtype = node.intAttribute("dtype", 0);
    element = elementType(node.context(), llvm::isInt<32>(dtype) ? dtype : -1);
    if (!element)
      return node.refuse("it makes " + dtypeName(dtype),
                         std::string("expected ") + kElementTypes);
  }
  Value diagonal = i64Scalar(node, node.intAttribute("k", 0));
  return castTo(
      node, compare(node, nn::ComparePredicate::Equal, diagonalOf(node, like), diagonal),
      element);
}

//===----------------------------------------------------------------------===//
// NonZero
//===----------------------------------------------------------------------===//

/// Tests an element of a payload: minus zero has one bit set.
static bool isZero(int64_t value, Type element) {
  auto type = dyn_cast<FloatType>(element);
  uint64_t sign = type ? uint64_t(1) << (type.getWidth() - 1) : 0;
  return (static_cast<uint64_t>(value) & ~sign) == 0;
}

/// Returns true for a list of any length whose elements are all the same and not zero.
/// Before opset 11 exporters created one to count its elements.
static bool isFilledList(Value value) {
  auto expand = value.getDefiningOp<nn::DynamicExpandOp>();
  if (!expand || tensorOf(value).getRank() != 1)
    return false;
  auto filling = readPayload(constantOf(expand.getInput()), /*maxElements=*/1);
  return filling && filling->values.size() == 1 &&
         !isZero(filling->values.front(), filling->type.getElementType());
}

/// Their number follows from values, so the values must be known.
Value onnx_import::buildNonZero(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  if (isFilledList(input))
    return insertDim(node, rangeOf(node, input, 0), 0);
  auto payload = readPayload(constantOf(input), /*maxElements=*/1 << 20);
  if (!payload && followsFromSizes(input))
    return node.refuse("the number of non-zero elements follows from dimensions that are "
                       "free, or there are too many elements",
                       {"pin the dimensions that determine it", Setting::Dimensions});
  if (!payload)
    return node.refuse("the number of non-zero elements is known only when the model runs",
                       "export without it, for example with a mask instead");
  ArrayRef<int64_t> shape = payload->type.getShape();
  std::vector<SmallVector<int64_t>> found;
  for (auto [i, value] : llvm::enumerate(payload->values)) {
    if (isZero(value, payload->type.getElementType()))
      continue;
    SmallVector<int64_t> index(shape.size());
    int64_t rest = i;
    for (int64_t d = shape.size() - 1; d >= 0; --d) {
      index[d] = rest % shape[d];
      rest /= shape[d];
    }
    found.push_back(std::move(index));
  }
  int64_t rank = shape.size(), count = found.size();
  Payload result{RankedTensorType::get({rank, count}, i64(node)), {}};
  for (int64_t d = 0; d < rank; ++d)
    for (const SmallVector<int64_t> &index : found)
      result.values.push_back(index[d]);
  return node.constant(makeElements(result, "nonzero"));
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

namespace {
/// Reads how much is added to each dimension.
struct Padding {
  SmallVector<int64_t> low, high;
};
} // namespace

/// Returns the dimensions that the amounts belong to, in their order: all of them before
/// opset 18.
static std::optional<SmallVector<int64_t>> paddedAxes(NodeBuilder &node, int64_t rank) {
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.opset() >= 18 && node.hasOperand(3)) {
    auto given = node.constantInts(3);
    if (!given) {
      node.refuse("the axes that it pads are computed", "export with constant axes");
      return std::nullopt;
    }
    axes.assign(given->begin(), given->end());
  }
  if (!node.normalizeAxes(axes, rank))
    return std::nullopt;
  for (int64_t &axis : axes)
    axis += axis < 0 ? rank : 0;
  return axes;
}

static bool isForAxes(NodeBuilder &node, int64_t amounts, ArrayRef<int64_t> axes) {
  if (amounts == static_cast<int64_t>(2 * axes.size()))
    return true;
  node.invalid(
      fmt::format("it has {} padding amounts for {} dimensions; expected two for each",
                  amounts, axes.size()));
  return false;
}

/// Reads a number or a tensor of one element. Returns 0 if there is none.
static Value borderValue(NodeBuilder &node, Value input) {
  if (node.opset() < 11)
    return scalarLike(node, input, node.floatAttribute("value", 0));
  return node.hasOperand(2) ? reshape(node, node.operand(2), {})
                            : scalarLike(node, input, 0);
}

/// Adds a border of one number, whose width is operand 1 at run time.
static Value padComputed(NodeBuilder &node, Value input, ArrayRef<int64_t> axes) {
  Value amounts = node.operand(1);
  if (!amounts)
    return {};
  auto type = tensorOf(amounts);
  if (type.getRank() != 1 || !type.hasStaticShape())
    return node.refuse("the number of its padding amounts is computed",
                       "export with constant pads");
  if (!isForAxes(node, type.getNumElements(), axes))
    return {};
  int64_t rank = tensorOf(input).getRank(), count = axes.size();
  SmallVector<Value> low(rank, i64Scalar(node, 0)), high = low;
  auto amount = [&](int64_t i) {
    Value wide = castTo(node, slice(node, amounts, 0, i, i + 1),
                        IntegerType::get(node.context(), 64));
    auto entries = shapeEntries(wide);
    bool isKnown = entries && entries->front();
    return isKnown ? i64Scalar(node, *entries->front()) : reshape(node, wide, {});
  };
  for (auto [i, axis] : llvm::enumerate(axes)) {
    low[axis] = amount(i);
    high[axis] = amount(i + count);
  }
  return padBySizes(node, input, low, high, borderValue(node, input));
}

/// Returns which of `size` elements is at position i, counted from the first one.
static int64_t mirrored(StringRef mode, int64_t i, int64_t size) {
  if (mode == "edge")
    return std::clamp<int64_t>(i, 0, size - 1);
  int64_t period = mode == "wrap" ? size : std::max<int64_t>(1, 2 * (size - 1));
  i = (i % period + period) % period;
  return i < size ? i : period - i;
}

/// Adds a border of elements of the tensor itself, which are gathered.
static Value padMirrored(NodeBuilder &node, Value input, const Padding &padding,
                         StringRef mode) {
  constexpr int64_t kMost = 1 << 20;
  for (int64_t axis = 0; input && axis < tensorOf(input).getRank(); ++axis) {
    int64_t low = padding.low[axis], high = padding.high[axis];
    if (low == 0 && high == 0)
      continue;
    int64_t size = tensorOf(input).getDimSize(axis);
    if (ShapedType::isDynamic(size))
      return node.refuse(fmt::format("it pads dimension {}, whose size is free, in mode {}",
                                     axis, quote(mode)),
                         {"pin it", Setting::Dimensions});
    auto isModest = [](int64_t count) { return -kMost <= count && count <= kMost; };
    bool isSmall = isModest(low) && isModest(high) && size <= kMost;
    if (!isSmall || size == 0 || size + low + high < 0)
      return node.invalid(
          fmt::format("it adds {} and {} to a dimension of {}", low, high, size));
    SmallVector<int64_t> places;
    for (int64_t i = -low; i < size + high; ++i)
      places.push_back(mirrored(mode, i, size));
    input = gather(node, input, node.intsConstant(places), axis);
  }
  return input;
}

/// Amounts are an attribute before opset 11.
Value onnx_import::buildPad(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  int64_t rank = tensorOf(input).getRank();
  std::string mode = node.stringAttribute("mode", "constant");
  bool isConstant = mode == "constant";
  if (!isConstant && mode != "reflect" && mode != "edge" && mode != "wrap")
    return node.invalid(fmt::format("attribute 'mode' is {}; expected 'constant', 'edge', "
                                    "'reflect' or 'wrap'",
                                    quote(mode)));
  auto axes = paddedAxes(node, rank);
  if (!axes)
    return {};
  auto amounts = node.opset() >= 11 ? node.constantInts(1) : node.intsAttribute("pads");
  if (!amounts && isConstant && node.opset() >= 11)
    return padComputed(node, input, *axes);
  if (!amounts)
    return node.refuse("its padding amounts are computed", "export with constant pads");
  if (!isForAxes(node, amounts->size(), *axes))
    return {};
  Padding padding{SmallVector<int64_t>(rank, 0), SmallVector<int64_t>(rank, 0)};
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    padding.low[axis] = (*amounts)[i];
    padding.high[axis] = (*amounts)[i + axes->size()];
  }
  return isConstant ? pad(node, input, padding.low, padding.high, borderValue(node, input))
                    : padMirrored(node, input, padding, mode);
}

//===----------------------------------------------------------------------===//
// Tile
//===----------------------------------------------------------------------===//

/// Each dimension that is repeated gets one of 1 in front, which is expanded.
Value onnx_import::buildTile(NodeBuilder &node) {
  Value input = node.operand(0), repeats = node.operand(1);
  if (!input || !repeats)
    return {};
  int64_t rank = tensorOf(input).getRank();
  if (!tensorOf(repeats).hasStaticShape())
    return node.refuse("the number of its repeats is free", "export with constant repeats");
  if (tensorOf(repeats).getShape() != ArrayRef<int64_t>(rank))
    return node.invalid(fmt::format("expected {} repeats, one per dimension", rank));
  SmallVector<int64_t> dims;
  SmallVector<Value> wide, merged;
  for (int64_t i = 0; i < rank; ++i) {
    Value count = slice(node, repeats, 0, i, i + 1), size = dimOf(node, input, i);
    if (!count || !size)
      return {};
    count = reshape(node, count, {});
    auto known = readIntegers(constantOf(count));
    if (known && known->front() < 0)
      return node.invalid(
          fmt::format("it repeats dimension {} {} times", i, known->front()));
    if (!known || known->front() != 1) {
      dims.push_back(1);
      wide.push_back(count);
    }
    dims.push_back(tensorOf(input).getDimSize(i));
    wide.push_back(size);
    merged.push_back(mul(node, count, size));
  }
  if (static_cast<int64_t>(dims.size()) == rank)
    return input;
  return reshapeToSizes(node, expandToSizes(node, reshape(node, input, dims), wide),
                        merged);
}
