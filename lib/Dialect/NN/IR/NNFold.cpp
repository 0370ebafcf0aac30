//===- NNFold.cpp - Folding of shape arithmetic ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exporters write shape arithmetic (Shape, Gather, Concat, Reshape, Range, masks
// sliced from a constant) as ordinary nodes. Once the dimensions of the inputs
// are known all of it is constant, and these folders remove it. They fold
// integers and booleans of any reasonable size and only small float tensors:
// weights are never copied. A fold gives back a value or a constant; what makes an
// operation another one is canonicalization (NNCanonicalize.cpp).
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tacit/Dialect/NN/IR/Elementwise.h"
#include "tacit/Dialect/NN/IR/Strides.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// The largest integer or boolean constant that is folded (a 1024 x 1024 mask).
static constexpr int64_t kMaxFoldedElements = 1 << 20;
/// The largest float constant that is folded.
static constexpr int64_t kMaxFoldedFloats = 1024;

static std::optional<Payload> read(Attribute constant) {
  auto elements = dyn_cast_or_null<ElementsAttr>(constant);
  if (!elements)
    return std::nullopt;
  bool isFloat = isa<FloatType>(elements.getElementType());
  return readPayload(constant, isFloat ? kMaxFoldedFloats : kMaxFoldedElements);
}

/// Returns true if a tensor of `type` may be the result of folding.
static bool mayFoldTo(RankedTensorType type) {
  if (!type.hasStaticShape() || !byteSize(type))
    return false;
  bool isFloat = isa<FloatType>(type.getElementType());
  return type.getNumElements() <= (isFloat ? kMaxFoldedFloats : kMaxFoldedElements);
}

/// Returns the attribute for `payload`, or null if it does not have the type that the
/// operation promises.
static OpFoldResult finish(Payload payload, Value result) {
  if (payload.type != result.getType())
    return {};
  return makeElements(payload, "folded");
}

/// Returns `input` through `view`, as a tensor of `type`.
static Payload strided(const Payload &input, RankedTensorType type,
                       const StridedView &view) {
  Payload result{type, std::vector<int64_t>(type.getNumElements())};
  visitElements(type.getShape(), view, [&](int64_t k, int64_t offset) {
    result.values[k] = input.values[offset];
  });
  return result;
}

/// Returns `input` broadcast to the static shape of `type`.
static Payload broadcast(const Payload &input, RankedTensorType shapeLike) {
  auto type = RankedTensorType::get(shapeLike.getShape(), input.type.getElementType());
  SmallVector<int64_t> strides(type.getRank(), 0), own = stridesOf(input.type.getShape());
  int64_t shift = type.getRank() - input.type.getRank();
  for (int64_t i = 0; i < input.type.getRank(); ++i)
    strides[shift + i] = input.type.getDimSize(i) == 1 ? 0 : own[i];
  return strided(input, type, {strides});
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

/// Returns true for integers whose payloads compare in the same order.
static bool isFoldedInteger(Type element) {
  return isa<IntegerType>(element) && !element.isUnsignedInteger(64);
}

/// Wraps `value` around to the range of an element type.
static int64_t truncateTo(Type element, int64_t value) {
  unsigned width = element.getIntOrFloatBitWidth();
  bool hasSign = !element.isUnsignedInteger() && width > 1;
  return hasSign ? llvm::SignExtend64(value, width)
                 : static_cast<int64_t>(value & llvm::maskTrailingOnes<uint64_t>(width));
}

static float asFloat(int64_t payload) {
  return llvm::bit_cast<float>(static_cast<uint32_t>(payload));
}
static int64_t asPayload(float value) { return llvm::bit_cast<uint32_t>(value); }

/// Wraps around as the compiled code does.
static int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }

/// Returns the result of `op` for elements `x` in the form of payloads, with a result of
/// type `element`.
static std::optional<int64_t> evaluate(ElementwiseOpInterface op, Type element,
                                       ArrayRef<int64_t> x) {
  if (isFoldedInteger(element)) {
    auto value = op.evaluateInteger(x);
    return value ? std::optional(truncateTo(element, *value)) : std::nullopt;
  }
  SmallVector<double> numbers;
  for (int64_t payload : x)
    numbers.push_back(asFloat(payload));
  auto value = op.evaluateReal(numbers);
  return value ? std::optional(asPayload(static_cast<float>(*value))) : std::nullopt;
}

OpFoldResult nn::detail::foldElementwise(ElementwiseOpInterface op,
                                         ArrayRef<Attribute> operands) {
  Value result = op->getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  Type element = type.getElementType();
  bool areFloats = element.isF32() && op->hasTrait<CorrectlyRounded>();
  if ((!areFloats && !isFoldedInteger(element)) || !mayFoldTo(type))
    return {};
  SmallVector<Payload> inputs;
  for (Attribute operand : operands) {
    auto input = read(operand);
    if (!input)
      return {};
    Type own = input->type.getElementType();
    if (areFloats ? !own.isF32() : !isFoldedInteger(own))
      return {};
    inputs.push_back(broadcast(*input, type));
  }
  Payload folded{type, std::vector<int64_t>(type.getNumElements())};
  SmallVector<int64_t> x(inputs.size());
  for (auto [k, value] : llvm::enumerate(folded.values)) {
    for (auto [argument, input] : llvm::zip(x, inputs))
      argument = input.values[k];
    auto computed = evaluate(op, element, x);
    if (!computed)
      return {};
    value = *computed;
  }
  return finish(std::move(folded), result);
}

OpFoldResult WhereOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getType());
  auto condition = read(adaptor.getCondition());
  auto lhs = read(adaptor.getTrueValue()), rhs = read(adaptor.getFalseValue());
  if (!condition || !lhs || !rhs || !mayFoldTo(type))
    return {};
  Payload c = broadcast(*condition, type), a = broadcast(*lhs, type),
          b = broadcast(*rhs, type);
  for (auto [choose, x, y] : llvm::zip(c.values, a.values, b.values))
    x = choose ? x : y;
  return finish({type, std::move(a.values)}, getResult());
}

/// Rounds a float of one format to another.
static int64_t convertFloat(int64_t payload, FloatType from, FloatType to) {
  APFloat value(from.getFloatSemantics(),
                APInt(from.getWidth(), payload, false, /*implicitTrunc=*/true));
  bool losesInfo = false;
  value.convert(to.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
  return value.bitcastToAPInt().getZExtValue();
}

/// Returns true if every value of `from` is one of `to`.
static bool isWider(FloatType to, FloatType from) {
  return to.isF64() || (to.isF32() && from.getWidth() < 32);
}

OpFoldResult CastOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  // A cast that widens and a cast that narrows again cancel out.
  if (auto producer = getInput().getDefiningOp<CastOp>()) {
    auto narrow = dyn_cast<FloatType>(getElementTypeOrSelf(getType()));
    auto wide = dyn_cast<FloatType>(getElementTypeOrSelf(getInput()));
    if (narrow && wide && isWider(wide, narrow) &&
        producer.getInput().getType() == getType())
      return producer.getInput();
  }
  auto type = cast<RankedTensorType>(getType());
  auto input = read(adaptor.getInput());
  if (!input || !mayFoldTo(type))
    return {};
  Type from = input->type.getElementType(), to = type.getElementType();
  constexpr float kBeyondI64 = 9223372036854775808.0f;
  for (int64_t &value : input->values) {
    if (isFoldedInteger(from) && to.isInteger(1))
      value = value != 0;
    else if (isa<IntegerType>(from) && isa<IntegerType>(to))
      value = truncateTo(to, value);
    else if (isFoldedInteger(from) && to.isF32())
      value = asPayload(static_cast<float>(value));
    else if (isa<FloatType>(from) && isa<FloatType>(to))
      value = convertFloat(value, cast<FloatType>(from), cast<FloatType>(to));
    else if (from.isF32() && to.isInteger(1))
      value = asFloat(value) != 0;
    else if (from.isF32() && isFoldedInteger(to) && std::fabs(asFloat(value)) < kBeyondI64)
      value = truncateTo(to, static_cast<int64_t>(asFloat(value)));
    else
      return {};
  }
  return finish({type, std::move(input->values)}, getResult());
}

//===----------------------------------------------------------------------===//
// Along axes
//===----------------------------------------------------------------------===//

static int64_t combine(ReduceKind kind, int64_t a, int64_t b) {
  switch (kind) {
  case ReduceKind::Max:
    return std::max(a, b);
  case ReduceKind::Min:
    return std::min(a, b);
  case ReduceKind::Prod:
    return wrap(uint64_t(a) * uint64_t(b));
  default:
    return wrap(uint64_t(a) + uint64_t(b));
  }
}

/// The number of elements of a tensor is the product of its shape.
OpFoldResult ReduceOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getType());
  auto input = read(adaptor.getInput());
  if (!input || !mayFoldTo(type) || !isFoldedInteger(type.getElementType()) ||
      getKind() == ReduceKind::Mean)
    return {};
  SmallVector<int64_t> kept(input->type.getShape()), strides;
  for (int64_t axis : getAxes())
    kept[axis] = 1;
  strides = stridesOf(kept);
  for (int64_t axis : getAxes())
    strides[axis] = 0;
  std::vector<std::optional<int64_t>> sums(type.getNumElements());
  visitElements(input->type.getShape(), {strides}, [&](int64_t k, int64_t offset) {
    int64_t value = input->values[k];
    sums[offset] = sums[offset] ? combine(getKind(), *sums[offset], value) : value;
  });
  Payload result{type, {}};
  for (std::optional<int64_t> sum : sums) {
    if (!sum) // nothing to combine
      return {};
    result.values.push_back(truncateTo(type.getElementType(), *sum));
  }
  return finish(std::move(result), getResult());
}

OpFoldResult CumSumOp::fold(FoldAdaptor adaptor) {
  auto input = read(adaptor.getInput());
  if (!input || !isFoldedInteger(input->type.getElementType()))
    return {};
  ArrayRef<int64_t> shape = input->type.getShape();
  int64_t size = shape[getAxis()],
          inner = ShapedType::getNumElements(shape.drop_front(getAxis() + 1));
  auto lineStart = [&](int64_t line) { return line / inner * inner * size + line % inner; };
  int64_t numLines = size == 0 ? 0 : input->values.size() / size;
  for (int64_t line = 0; line < numLines; ++line) {
    uint64_t sum = 0;
    for (int64_t i = 0; i < size; ++i) {
      int64_t place = lineStart(line) + (getReverse() ? size - 1 - i : i) * inner;
      uint64_t before = sum;
      sum += static_cast<uint64_t>(input->values[place]);
      input->values[place] =
          truncateTo(input->type.getElementType(), wrap(getExclusive() ? before : sum));
    }
  }
  return finish(std::move(*input), getResult());
}

//===----------------------------------------------------------------------===//
// Movement and shapes
//===----------------------------------------------------------------------===//

OpFoldResult PadOp::fold(FoldAdaptor adaptor) {
  auto isZero = [](int64_t amount) { return amount == 0; };
  auto isNegative = [](int64_t amount) { return amount < 0; };
  if (llvm::all_of(getLow(), isZero) && llvm::all_of(getHigh(), isZero) &&
      getInput().getType() == getType())
    return getInput();
  auto type = cast<RankedTensorType>(getType());
  auto input = read(adaptor.getInput()), value = read(adaptor.getValue());
  if (!input || !value || !mayFoldTo(type) || llvm::any_of(getLow(), isNegative) ||
      llvm::any_of(getHigh(), isNegative))
    return {};
  Payload result{type, std::vector<int64_t>(type.getNumElements(), value->values.front())};
  SmallVector<int64_t> strides = stridesOf(type.getShape());
  int64_t base = 0;
  for (auto [stride, low] : llvm::zip(strides, getLow()))
    base += stride * low;
  visitElements(input->type.getShape(), {strides, base}, [&](int64_t k, int64_t offset) {
    result.values[offset] = input->values[k];
  });
  return finish(std::move(result), getResult());
}

OpFoldResult GatherOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getType());
  auto indices = read(adaptor.getIndices());
  if (!indices || !mayFoldTo(type))
    return {};
  int64_t axis = getAxis(), bound = tensorOf(getData()).getDimSize(axis);
  for (int64_t &index : indices->values) {
    index += index < 0 && !ShapedType::isDynamic(bound) ? bound : 0;
    if (index < 0 || index >= bound)
      return {};
  }
  // Returns the size of one dimension that is known although others are not.
  if (auto shape = getData().getDefiningOp<ShapeOfOp>()) {
    Payload result{type, {}};
    auto source = tensorOf(shape.getInput());
    for (int64_t index : indices->values) {
      if (source.isDynamicDim(index))
        return {};
      result.values.push_back(source.getDimSize(index));
    }
    return finish(std::move(result), getResult());
  }
  auto data = read(adaptor.getData());
  if (!data)
    return {};
  ArrayRef<int64_t> shape = data->type.getShape();
  int64_t outer = ShapedType::getNumElements(shape.take_front(axis));
  int64_t inner = ShapedType::getNumElements(shape.drop_front(axis + 1));
  Payload result{type, {}};
  for (int64_t i = 0; i < outer; ++i)
    for (int64_t index : indices->values)
      for (int64_t j = 0; j < inner; ++j)
        result.values.push_back(data->values[(i * bound + index) * inner + j]);
  return finish(std::move(result), getResult());
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  auto source = tensorOf(getInput());
  bool isWhole = llvm::all_of(
      llvm::zip(getStarts(), getEnds(), getSteps(), source.getShape()), [](auto entry) {
        auto [start, end, step, dim] = entry;
        return step == 1 && start == 0 && (end == dim || ShapedType::isDynamic(dim));
      });
  if (isWhole && getInput().getType() == getType())
    return getInput();
  auto type = cast<RankedTensorType>(getType());
  auto input = read(adaptor.getInput());
  if (!input || !mayFoldTo(type))
    return {};
  return finish(strided(*input, type, viewOf(*this)), getResult());
}

OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) {
  if (getInputs().size() == 1 && getInputs()[0].getType() == getType())
    return getInputs()[0];
  auto type = cast<RankedTensorType>(getType());
  if (!mayFoldTo(type))
    return {};
  SmallVector<Payload> inputs;
  for (Attribute operand : adaptor.getInputs()) {
    auto input = read(operand);
    if (!input)
      return {};
    inputs.push_back(std::move(*input));
  }
  int64_t outer = ShapedType::getNumElements(type.getShape().take_front(getAxis()));
  Payload result{type, {}};
  for (int64_t i = 0; i < outer; ++i)
    for (const Payload &input : inputs) {
      int64_t chunk = input.values.size() / outer;
      result.values.insert(result.values.end(), input.values.begin() + i * chunk,
                           input.values.begin() + (i + 1) * chunk);
    }
  return finish(std::move(result), getResult());
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto type = cast<RankedTensorType>(getType());
  // A weight in another shape is the same blob: no bytes move.
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(adaptor.getInput()))
    return type.hasStaticShape()
               ? OpFoldResult(DenseResourceElementsAttr::get(type, resource.getRawHandle()))
               : OpFoldResult();
  auto input = read(adaptor.getInput());
  if (!input || !mayFoldTo(type))
    return {};
  return finish({type, std::move(input->values)}, getResult());
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (llvm::equal(getPermutation(), llvm::seq<int64_t>(0, getPermutation().size())) &&
      getInput().getType() == getType())
    return getInput();
  auto type = cast<RankedTensorType>(getType());
  auto input = read(adaptor.getInput());
  if (!input || !mayFoldTo(type))
    return {};
  return finish(strided(*input, type, viewOf(*this)), getResult());
}

OpFoldResult ExpandOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto type = cast<RankedTensorType>(getType());
  auto input = read(adaptor.getInput());
  if (!input || !mayFoldTo(type))
    return {};
  return finish(broadcast(*input, type), getResult());
}

OpFoldResult ShapeOfOp::fold(FoldAdaptor) {
  auto source = tensorOf(getInput());
  auto type = cast<RankedTensorType>(getType());
  if (!source.hasStaticShape() || !type.hasStaticShape())
    return {};
  return finish({type, std::vector<int64_t>(source.getShape())}, getResult());
}

OpFoldResult RangeOp::fold(FoldAdaptor adaptor) {
  auto type = cast<RankedTensorType>(getType());
  auto start = read(adaptor.getStart()), delta = read(adaptor.getDelta());
  if (!start || !delta || start->values.size() != 1 || delta->values.size() != 1 ||
      !mayFoldTo(type) || !isa<IntegerType>(type.getElementType()))
    return {};
  Payload result{type, {}};
  for (int64_t i = 0, value = start->values[0]; i < type.getNumElements(); ++i) {
    result.values.push_back(value);
    value = wrap(uint64_t(value) + uint64_t(delta->values[0]));
  }
  return finish(std::move(result), getResult());
}
