//===- BuildQuantized.cpp - Builders: integers that stand for floats ------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/PackedWeight.h"
#include "Ops/Quantized.h"
#include <cfloat>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Scales and zero points
//===----------------------------------------------------------------------===//

/// Returns a scale or a zero point in a shape that broadcasts with `input`: one number, one
/// per element of an axis, or one per block of elements along it.
static Value broadcastParameter(NodeBuilder &node, Value parameter, Value input) {
  if (!parameter || !input)
    return {};
  auto type = tensorOf(parameter), inputType = tensorOf(input);
  int64_t rank = inputType.getRank(), block = node.intAttribute("block_size", 0);
  if (type.getRank() == 0 || (type.getRank() == 1 && type.getDimSize(0) == 1 && block == 0))
    return reshape(node, parameter, {});
  auto axis = node.axisAttribute(1, rank);
  if (!axis)
    return {};
  if (block == 0 && type.getRank() == 1) {
    SmallVector<int64_t> dims(rank - *axis, 1);
    dims.front() = type.getDimSize(0);
    return reshape(node, parameter, dims);
  }
  int64_t size = inputType.getDimSize(*axis);
  constexpr int64_t kMost = int64_t(1) << 31;
  if (type.getRank() != rank || block < 1 || block > kMost)
    return node.invalid(fmt::format("it has a scale of {} dimensions for an input of {} in "
                                    "blocks of {}",
                                    type.getRank(), rank, block));
  if (ShapedType::isDynamic(size))
    return node.refuse("the dimension that is quantized in blocks is free",
                       {"pin it", Setting::Dimensions});
  int64_t blocks = (size + block - 1) / block;
  if (type.getDimSize(*axis) != blocks)
    return node.invalid(fmt::format("it has {} scales along the axis; expected {}",
                                    type.getDimSize(*axis), blocks));
  return repeatEach(node, parameter, *axis, block, size);
}

namespace {
struct Range {
  double low, high;
};
} // namespace

/// The range of an integer of `bits` bits.
static Range rangeOfBits(unsigned bits, bool isUnsigned) {
  double count = static_cast<double>(uint64_t(1) << bits);
  return isUnsigned ? Range{0, count - 1} : Range{-count / 2, count / 2 - 1};
}

static Value clamp(NodeBuilder &node, Value input, Range range) {
  Value low = scalarLike(node, input, range.low),
        high = scalarLike(node, input, range.high);
  return binary<nn::MinimumOp>(node, binary<nn::MaximumOp>(node, input, low), high);
}

Value onnx_import::toFloat(NodeBuilder &node, Value input) {
  return castTo(node, input, Float32Type::get(node.context()));
}

/// Computes round(input) + zero, clamped to the range of the element type.
static Value roundTo(NodeBuilder &node, Value input, Value zero, Type element,
                     Range range) {
  Value rounded = node.create<nn::RoundOp>({input});
  if (zero)
    rounded = add(node, rounded, toFloat(node, zero));
  return castTo(node, clamp(node, rounded, range), element);
}

//===----------------------------------------------------------------------===//
// QuantizeLinear
//===----------------------------------------------------------------------===//

/// Returns the ONNX element type of a quantized result: that of the zero point, or an
/// attribute.
static int32_t quantizedDtype(NodeBuilder &node) {
  if (int64_t given = node.intAttribute("output_dtype", 0); given != 0)
    return static_cast<int32_t>(given);
  if (auto stored = node.storedDtype(2))
    return *stored;
  constexpr int32_t kUInt8 = 2;
  return kUInt8;
}

Value onnx_import::buildQuantizeLinear(NodeBuilder &node) {
  Value input = toFloat(node, node.operand(0)), scale = toFloat(node, node.operand(1));
  if (!input || !scale)
    return {};
  int32_t dtype = quantizedDtype(node);
  Value zero = node.hasOperand(2) ? node.operand(2) : Value();
  Type element =
      zero ? tensorOf(zero).getElementType() : elementType(node.context(), dtype);
  auto integer = dyn_cast_or_null<IntegerType>(element);
  if (!integer || integer.getWidth() < 8 || integer.getWidth() > 16)
    return node.refuse("it quantizes to " + dtypeName(dtype),
                       "quantize to integers of 4, 8 or 16 bits");
  bool isNibble = StringRef(dtypeName(dtype)).ends_with("int4");
  Range range = rangeOfBits(isNibble ? 4 : integer.getWidth(), integer.isUnsigned());
  Value quotient = div(node, input, broadcastParameter(node, scale, input));
  if (zero)
    zero = broadcastParameter(node, zero, input);
  return roundTo(node, quotient, zero, element, range);
}

//===----------------------------------------------------------------------===//
// DequantizeLinear
//===----------------------------------------------------------------------===//

/// Returns one number, or one per column, as one row per group of [groups, columns].
static Value asRow(NodeBuilder &node, Value parameter, int64_t columns) {
  if (!parameter)
    return {};
  if (tensorOf(parameter).getNumElements() == columns)
    return reshape(node, parameter, {1, columns});
  return node.create<nn::ExpandOp>({reshape(node, parameter, {1, 1})},
                                   tensorOf(parameter).clone({1, columns}));
}

/// Maps signed bytes to unsigned ones of the same order.
static Value withoutSign(NodeBuilder &node, Value bytes, ArrayRef<int64_t> shape) {
  if (!bytes)
    return {};
  bool isSigned = !tensorOf(bytes).getElementType().isUnsignedInteger();
  auto type = RankedTensorType::get(shape, IntegerType::get(node.context(), 8));
  return repackConstant(node, bytes, type, [&](ArrayRef<char> given) {
    std::vector<char> result(given.begin(), given.end());
    if (isSigned)
      for (char &byte : result)
        byte = static_cast<char>(byte ^ 0x80);
    return result;
  });
}

/// Keeps a constant matrix of bytes with constant parameters, one or one per column, as
/// bytes: it becomes nn.dequantize of one group. Returns null for any other.
static Value dequantizeMatrix(NodeBuilder &node, Value input, Value scale, Value zero) {
  auto type = tensorOf(input), scaleType = tensorOf(scale);
  bool isBytes =
      type.getElementType().isInteger(8) && type.getRank() == 2 && type.getDimSize(0) > 0;
  if (!isBytes || !constantOf(input) || !constantOf(scale) || (zero && !constantOf(zero)) ||
      node.intAttribute("block_size", 0) != 0 || !scaleType.getElementType().isF32())
    return {};
  int64_t rows = type.getDimSize(0), columns = type.getDimSize(1);
  auto axis = node.axisAttribute(1, 2);
  bool isPerColumn =
      axis && *axis == 1 && scaleType.getRank() == 1 && scaleType.getDimSize(0) == columns;
  if (scaleType.getNumElements() != 1 && !isPerColumn)
    return {};
  // Without a zero point the middle of the range stands for 0, as in nn.dequantize; for
  // unsigned bytes 0 stands for itself.
  bool isSigned = !type.getElementType().isUnsignedInteger();
  if (!zero && !isSigned)
    zero = scalarLike(node, input, 0);
  Value zeros;
  if (zero) {
    zero = withoutSign(node, zero, tensorOf(zero).getShape());
    zeros = asRow(node, zero, columns);
    if (!zeros)
      return {};
  }
  return dequantize(node, 8, rows, asRow(node, scale, columns), zeros,
                    withoutSign(node, input, {1, rows, columns}));
}

Value onnx_import::buildDequantizeLinear(NodeBuilder &node) {
  Value input = node.operand(0), scale = node.operand(1);
  Value zero = node.hasOperand(2) ? node.operand(2) : Value();
  if (!input || !scale || (node.hasOperand(2) && !zero))
    return {};
  if (Value weight = dequantizeMatrix(node, input, scale, zero))
    return weight;
  Value number = toFloat(node, input);
  if (zero)
    number = sub(node, number, toFloat(node, broadcastParameter(node, zero, input)));
  return mul(node, number, toFloat(node, broadcastParameter(node, scale, input)));
}

//===----------------------------------------------------------------------===//
// DynamicQuantizeLinear
//===----------------------------------------------------------------------===//

namespace {
struct Bytes {
  Value value, scale, zero;
};
} // namespace

/// Quantizes to bytes, with the scale and the zero point that the values require.
static Bytes quantizeToBytes(NodeBuilder &node, Value input) {
  if (!input)
    return {};
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, tensorOf(input).getRank()));
  Value none = scalarLike(node, input, 0), steps = scalarLike(node, input, 255);
  Value least = binary<nn::MinimumOp>(
      node, reduce(node, nn::ReduceKind::Min, input, axes, /*keepDims=*/false), none);
  Value most = binary<nn::MaximumOp>(
      node, reduce(node, nn::ReduceKind::Max, input, axes, /*keepDims=*/false), none);
  Value span = sub(node, most, least);
  // If all values are zero the range is empty, and any scale is correct.
  Value isEmpty = compare(node, nn::ComparePredicate::Equal, span, none);
  Value scale = node.create<nn::WhereOp>(
      {isEmpty, scalarLike(node, input, 1), div(node, span, steps)});
  Type byte = IntegerType::get(node.context(), 8, IntegerType::Unsigned);
  Range range{0, 255};
  Value zero = clamp(node, div(node, sub(node, none, least), scale), range);
  zero = castTo(node, node.create<nn::RoundOp>({zero}), byte);
  return {roundTo(node, div(node, input, scale), zero, byte, range), scale, zero};
}

Value onnx_import::buildDynamicQuantizeLinear(NodeBuilder &node) {
  Bytes bytes = quantizeToBytes(node, node.operand(0));
  node.define(1, bytes.scale);
  node.define(2, bytes.zero);
  return bytes.value;
}

//===----------------------------------------------------------------------===//
// Products of integers
//===----------------------------------------------------------------------===//

/// Returns false, and the node is invalid, unless both are integers of 8 bits of one type.
static bool areBytes(NodeBuilder &node, Value integers, Value zero) {
  if (!integers || !zero)
    return false;
  Type element = tensorOf(integers).getElementType();
  if (element == tensorOf(zero).getElementType() && isa<IntegerType>(element) &&
      element.getIntOrFloatBitWidth() == 8)
    return true;
  std::string text;
  llvm::raw_string_ostream(text)
      << "an operand has elements of " << element << ", and its zero point has "
      << tensorOf(zero).getElementType() << "; expected integers of 8 bits";
  node.invalid(text);
  return false;
}

static Value toInteger(NodeBuilder &node, Value input) {
  return castTo(node, input, IntegerType::get(node.context(), 32));
}

/// Returns a parameter that is one number without dimensions, and a list in the dimensions
/// that `shape` gives it.
static Value shaped(NodeBuilder &node, Value parameter,
                    llvm::function_ref<Value(Value)> shape) {
  if (!parameter || tensorOf(parameter).getRank() != 1)
    return parameter;
  return tensorOf(parameter).getDimSize(0) == 1 ? reshape(node, parameter, {})
                                                : shape(parameter);
}

/// Returns integers minus their zero point.
static Value withoutZero(NodeBuilder &node, Value input, Value zero,
                         llvm::function_ref<Value(Value)> shape) {
  if (!areBytes(node, input, zero))
    return {};
  return sub(node, toInteger(node, input), shaped(node, toInteger(node, zero), shape));
}

Value onnx_import::integersOf(NodeBuilder &node, int64_t input, int64_t zero,
                              llvm::function_ref<Value(Value)> shape) {
  Value integers = node.operand(input);
  if (node.hasOperand(zero))
    return withoutZero(node, integers, node.operand(zero), shape);
  return areBytes(node, integers, integers) ? toInteger(node, integers) : Value();
}

Value onnx_import::scaleOf(NodeBuilder &node, int64_t index,
                           llvm::function_ref<Value(Value)> shape) {
  Value scale = node.operand(index);
  if (scale && !isFloat(scale))
    return node.invalid("a scale does not have elements of a float type");
  return shaped(node, toFloat(node, scale), shape);
}

/// A list of parameters has one per row of a left operand, and one per column of a right
/// one.
static auto besideMatrix(NodeBuilder &node, bool isLeft) {
  return [&node, isLeft](Value list) { return isLeft ? insertDim(node, list, 1) : list; };
}

static Value withoutZero(NodeBuilder &node, int64_t input, int64_t zero, bool isLeft) {
  return integersOf(node, input, zero, besideMatrix(node, isLeft));
}

static Value broadcastScale(NodeBuilder &node, int64_t index, bool isLeft) {
  return scaleOf(node, index, besideMatrix(node, isLeft));
}

Value onnx_import::buildMatMulInteger(NodeBuilder &node) {
  Value lhs = withoutZero(node, 0, 2, /*isLeft=*/true);
  Value rhs = withoutZero(node, 1, 3, /*isLeft=*/false);
  return binary<nn::MatmulOp>(node, lhs, rhs);
}

/// The operands are a, its scale and zero point, b and its, and those of the result.
Value onnx_import::buildQLinearMatMul(NodeBuilder &node) {
  Value lhs = withoutZero(node, 0, 2, /*isLeft=*/true);
  Value rhs = withoutZero(node, 3, 5, /*isLeft=*/false);
  Value product = toFloat(node, binary<nn::MatmulOp>(node, lhs, rhs));
  Value zero = node.operand(7);
  if (!product || !zero)
    return {};
  auto element = dyn_cast<IntegerType>(tensorOf(zero).getElementType());
  if (!element || element.getWidth() != 8)
    return node.refuse("its result does not have 8-bit elements",
                       "quantize to integers of 8 bits");
  Value scale = mul(node, broadcastScale(node, 1, true), broadcastScale(node, 4, false));
  scale = div(node, scale, broadcastScale(node, 6, true));
  if (tensorOf(zero).getRank() == 1 && tensorOf(zero).getDimSize(0) == 1)
    zero = reshape(node, zero, {});
  return roundTo(node, mul(node, product, scale), zero, element,
                 rangeOfBits(8, element.isUnsigned()));
}

Value onnx_import::quantizedProduct(NodeBuilder &node, const QuantizedOperand &left,
                                    const QuantizedOperand &right) {
  Value lhs = withoutZero(node, left.value, left.zero, /*isLeft=*/true);
  Value rhs = withoutZero(node, right.value, right.zero, /*isLeft=*/false);
  Value product = toFloat(node, binary<nn::MatmulOp>(node, lhs, rhs));
  return mul(node, product,
             mul(node, broadcastScale(node, left.scale, true),
                 broadcastScale(node, right.scale, false)));
}

/// The operands are a, b, their scales and zero points, and a bias: ONNX Runtime's fusion
/// of a MatMulInteger between casts.
Value onnx_import::buildMatMulIntegerToFloat(NodeBuilder &node) {
  Value product = quantizedProduct(node, {0, 2, 4}, {1, 3, 5});
  return node.hasOperand(6) ? add(node, product, node.operand(6)) : product;
}

/// The same, but a is quantized first: the operands are a, b, its scale and zero point, and
/// a bias.
Value onnx_import::buildDynamicQuantizeMatMul(NodeBuilder &node) {
  Bytes bytes = quantizeToBytes(node, node.operand(0));
  if (!bytes.value || !bytes.zero)
    return {};
  Value lhs =
      withoutZero(node, bytes.value, bytes.zero, besideMatrix(node, /*isLeft=*/true));
  Value rhs = withoutZero(node, 1, 3, /*isLeft=*/false);
  Value product = toFloat(node, binary<nn::MatmulOp>(node, lhs, rhs));
  product = mul(node, product, mul(node, bytes.scale, broadcastScale(node, 2, false)));
  return node.hasOperand(4) ? add(node, product, node.operand(4)) : product;
}

//===----------------------------------------------------------------------===//
// One number each
//===----------------------------------------------------------------------===//

/// Returns a parameter that is one number, without dimensions.
static Value oneNumber(NodeBuilder &node, int64_t index) {
  Value parameter = node.operand(index);
  if (!parameter)
    return {};
  auto type = tensorOf(parameter);
  if (!type.hasStaticShape() || type.getNumElements() != 1)
    return node.invalid("a scale or zero point is not one number");
  return reshape(node, parameter, {});
}

static Value oneScale(NodeBuilder &node, int64_t index) {
  Value scale = oneNumber(node, index);
  if (scale && !isFloat(scale))
    return node.invalid("a scale does not have elements of a float type");
  return toFloat(node, scale);
}

Value onnx_import::dequantized(NodeBuilder &node, Value integers, int64_t scale,
                               int64_t zero) {
  Value factor = oneScale(node, scale);
  Value point = node.hasOperand(zero) ? oneNumber(node, zero) : integers;
  if (!areBytes(node, integers, point))
    return {};
  Value number = toFloat(node, integers);
  if (node.hasOperand(zero))
    number = sub(node, number, toFloat(node, point));
  return mul(node, number, factor);
}

Value onnx_import::dequantized(NodeBuilder &node, const QuantizedOperand &operand) {
  return dequantized(node, node.operand(operand.value), operand.scale, operand.zero);
}

Value onnx_import::quantizeAs(NodeBuilder &node, Value input, int64_t scale, int64_t zero,
                              Type like) {
  Value divisor = oneScale(node, scale), point;
  if (node.hasOperand(zero) && !(point = oneNumber(node, zero)))
    return {};
  auto element = dyn_cast<IntegerType>(point ? tensorOf(point).getElementType() : like);
  if (!element || element.getWidth() != 8)
    return node.invalid("its result does not have integers of 8 bits");
  return roundTo(node, div(node, input, divisor), point, element,
                 rangeOfBits(8, element.isUnsigned()));
}
