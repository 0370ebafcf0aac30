//===- BuildBits.cpp - Builders: integers bit by bit ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exporters unpack weights of few bits with these operators, whose operands are then
// constants, and so is the result. Computed integers become truth values, one for each bit,
// in another dimension.
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/PackedWeight.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// Combines two integers, of which the bits beyond their type do not matter.
using OnBits = llvm::function_ref<uint64_t(uint64_t, uint64_t)>;

/// Returns the constant that combines two, of which `rhs` has one element or as many as
/// `lhs` in the same shape; null if they are no such constants.
static Value combineConstants(NodeBuilder &node, Value lhs, Value rhs, OnBits combine) {
  constexpr int64_t kMost = int64_t(1) << 28;
  auto left = readPayload(constantOf(lhs), kMost),
       right = readPayload(constantOf(rhs), kMost);
  if (!left || !right)
    return {};
  bool isOne = right->values.size() == 1 && right->type.getRank() <= left->type.getRank();
  if ((!isOne && left->type != right->type) || !node.spendFolded(*byteSize(left->type)))
    return {};
  for (auto [k, value] : llvm::enumerate(left->values))
    value = static_cast<int64_t>(combine(value, right->values[isOne ? 0 : k]));
  return node.constant(makeElements(*left, "bits"));
}

//===----------------------------------------------------------------------===//
// Computed integers
//===----------------------------------------------------------------------===//

static IntegerType unsignedOf(NodeBuilder &node, Type element) {
  return IntegerType::get(node.context(), element.getIntOrFloatBitWidth(),
                          IntegerType::Unsigned);
}

/// Returns 1, 2, 4, ... for each bit of unsigned integers.
static Value placesOf(NodeBuilder &node, IntegerType element) {
  Payload places{RankedTensorType::get({element.getWidth()}, element), {}};
  for (unsigned bit = 0; bit < element.getWidth(); ++bit)
    places.values.push_back(static_cast<int64_t>(uint64_t(1) << bit));
  return node.attributeConstant(makeElements(places, "places"));
}

/// Returns the bits of each element, the lowest first, in another dimension of i1.
static Value bitsOf(NodeBuilder &node, Value input) {
  IntegerType element = unsignedOf(node, tensorOf(input).getElementType());
  Value column = insertDim(node, castTo(node, input, element), tensorOf(input).getRank());
  Value shifted = div(node, column, placesOf(node, element));
  Value lowest = binary<nn::ModOp>(node, shifted, scalarLike(node, shifted, 2));
  return castTo(node, lowest, IntegerType::get(node.context(), 1));
}

/// Returns the integers of these bits.
static Value integersOfBits(NodeBuilder &node, Value bits, Type element) {
  IntegerType whole = unsignedOf(node, element);
  Value places = mul(node, castTo(node, bits, whole), placesOf(node, whole));
  if (!places)
    return {};
  Value sum = reduce(node, nn::ReduceKind::Sum, places, tensorOf(places).getRank() - 1,
                     /*keepDims=*/false);
  return castTo(node, sum, element);
}

//===----------------------------------------------------------------------===//
// Logic
//===----------------------------------------------------------------------===//

template <typename OpTy>
static Value buildBitwise(NodeBuilder &node, OnBits combine) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  if (!lhs || !rhs)
    return {};
  Type element = tensorOf(lhs).getElementType();
  if (!isa<IntegerType>(element) || element.getIntOrFloatBitWidth() < 8 ||
      tensorOf(rhs).getElementType() != element)
    return node.invalid("its operands are not integers of one type");
  if (Value constant = combineConstants(node, lhs, rhs, combine))
    return constant;
  if (Value constant = combineConstants(node, rhs, lhs, combine))
    return constant;
  return integersOfBits(node, binary<OpTy>(node, bitsOf(node, lhs), bitsOf(node, rhs)),
                        element);
}

namespace tacit::onnx_import {
Value buildBitwiseAnd(NodeBuilder &node) {
  return buildBitwise<nn::AndOp>(node, [](uint64_t x, uint64_t y) { return x & y; });
}
Value buildBitwiseOr(NodeBuilder &node) {
  return buildBitwise<nn::OrOp>(node, [](uint64_t x, uint64_t y) { return x | y; });
}
Value buildBitwiseXor(NodeBuilder &node) {
  return buildBitwise<nn::XorOp>(node, [](uint64_t x, uint64_t y) { return x ^ y; });
}
/// Computes -x - 1, which wraps around if there is no sign.
Value buildBitwiseNot(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  if (Value constant = combineConstants(node, input, scalarLike(node, input, 0),
                                        [](uint64_t x, uint64_t) { return ~x; }))
    return constant;
  Value negative = sub(node, scalarLike(node, input, 0), input);
  return sub(node, negative, scalarLike(node, input, 1));
}
} // namespace tacit::onnx_import

//===----------------------------------------------------------------------===//
// BitShift
//===----------------------------------------------------------------------===//

/// Returns 2 to the power of each of `amounts`, which are below the number of their bits.
static Value powersOfTwo(NodeBuilder &node, Value amounts) {
  auto power = [](uint64_t amount, uint64_t) { return uint64_t(1) << (amount & 63); };
  if (Value known = combineConstants(node, amounts, scalarLike(node, amounts, 0), power))
    return known;
  return node.create<nn::PowOp>({scalarLike(node, amounts, 2), amounts});
}

/// A shift is a product with a power of two, or a quotient. One by all bits or more leaves
/// none of them.
Value onnx_import::buildBitShift(NodeBuilder &node) {
  Value input = node.operand(0), amounts = node.operand(1);
  if (!input || !amounts)
    return {};
  std::string direction = node.stringAttribute("direction", "");
  bool isLeft = direction == "LEFT";
  if (!isLeft && direction != "RIGHT")
    return node.invalid(fmt::format(
        "attribute 'direction' is {}; expected 'LEFT' or 'RIGHT'", quote(direction)));
  Type element = tensorOf(input).getElementType();
  if (!element.isUnsignedInteger() || tensorOf(amounts).getElementType() != element)
    return node.invalid("its operands are not unsigned integers of one type");
  unsigned width = element.getIntOrFloatBitWidth();
  auto shift = [&](uint64_t x, uint64_t amount) -> uint64_t {
    return amount >= width ? 0 : isLeft ? x << amount : x >> amount;
  };
  if (Value constant = combineConstants(node, input, amounts, shift))
    return constant;
  Value zero = scalarLike(node, amounts, 0);
  Value fits =
      compare(node, nn::ComparePredicate::Less, amounts, scalarLike(node, amounts, width));
  Value powers = powersOfTwo(node, node.create<nn::WhereOp>({fits, amounts, zero}));
  Value shifted = isLeft ? mul(node, input, powers) : div(node, input, powers);
  return node.create<nn::WhereOp>({fits, shifted, zero});
}

//===----------------------------------------------------------------------===//
// BitCast
//===----------------------------------------------------------------------===//

/// Integers of one width differ in their sign alone, which a cast changes as well, and a
/// truth value is a byte. The bits of a float are those of a constant.
Value onnx_import::buildBitCast(NodeBuilder &node) {
  int64_t to = node.intAttribute("to", 0);
  Value input = node.operand(0);
  if (!input)
    return {};
  int32_t dtype = llvm::isInt<32>(to) ? static_cast<int32_t>(to) : -1;
  Type stored = storageType(node.context(), dtype);
  Type from = tensorOf(input).getElementType();
  // Floats of 16 bits are computed in f32, and small integers in bytes: their bits are not
  // there.
  bool isSmall = StringRef(dtypeName(dtype)).ends_with("int4");
  if (!stored || isSmall || stored != elementType(node.context(), dtype))
    return node.refuse("it reads bits as " + dtypeName(dtype),
                       "use Cast, or a type of float32, float64, 8 to 64 bits or bool");
  auto widthOf = [](Type type) { return std::max(type.getIntOrFloatBitWidth(), 8u); };
  if (widthOf(from) != widthOf(stored))
    return node.refuse(
        fmt::format("it reads elements of {} bits as {}", widthOf(from), dtypeName(dtype)),
        "use types of the same number of bits, of which floats have 32 or 64");
  if (isa<IntegerType>(from) && isa<IntegerType>(stored))
    return castTo(node, input, stored);
  if (from == stored)
    return input;
  if (!constantOf(input))
    return node.refuse(
        "it reads the bits of floats that are computed, or makes such floats",
        "use Cast where a number is meant");
  return repackConstant(node, input, tensorOf(input).clone(stored),
                        [](ArrayRef<char> bytes) { return bytes.vec(); });
}
