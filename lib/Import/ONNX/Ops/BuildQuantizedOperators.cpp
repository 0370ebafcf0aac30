//===- BuildQuantizedOperators.cpp - Builders: QLinear operators ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's quantizer writes these in its format QOperator. Apart from products, whose
// sums are those of integers, each computes in f32 with the numbers that its operands stand
// for, and rounds the result once.
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/Quantized.h"
#include "Ops/Shapes.h"
#include "Ops/Windows.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

static Type elementOf(Value value) {
  return value ? tensorOf(value).getElementType() : Type();
}

//===----------------------------------------------------------------------===//
// Element by element
//===----------------------------------------------------------------------===//

/// The operands are a, its scale and zero point, b and its, and those of the result.
template <typename OpTy>
static Value buildQLinearBinary(NodeBuilder &node) {
  Value lhs = dequantized(node, {0, 1, 2}), rhs = dequantized(node, {3, 4, 5});
  if (!lhs || !rhs)
    return {};
  return quantizeAs(node, binary<OpTy>(node, lhs, rhs), 6, 7, elementOf(node.operand(0)));
}

Value onnx_import::buildQLinearAdd(NodeBuilder &node) {
  return buildQLinearBinary<nn::AddOp>(node);
}

Value onnx_import::buildQLinearMul(NodeBuilder &node) {
  return buildQLinearBinary<nn::MulOp>(node);
}

/// Computes a function of the first operand, whose scale and zero point follow, and then
/// those of the result.
static Value buildQLinearUnary(NodeBuilder &node,
                               llvm::function_ref<Value(Value)> compute) {
  Value input = dequantized(node, {0, 1, 2});
  return input ? quantizeAs(node, compute(input), 3, 4, elementOf(node.operand(0)))
               : Value();
}

Value onnx_import::buildQLinearSigmoid(NodeBuilder &node) {
  return buildQLinearUnary(node, [&](Value x) { return node.create<nn::SigmoidOp>({x}); });
}

Value onnx_import::buildQLinearLeakyRelu(NodeBuilder &node) {
  return buildQLinearUnary(node, [&](Value x) {
    Value scaled = mul(node, x, scalarLike(node, x, node.floatAttribute("alpha", 0.01f)));
    Value isBelow = compare(node, nn::ComparePredicate::Less, x, scalarLike(node, x, 0));
    return node.create<nn::WhereOp>({isBelow, scaled, x});
  });
}

/// The operands are a condition, two quantized operands and the parameters of the result.
Value onnx_import::buildQLinearWhere(NodeBuilder &node) {
  Value condition = node.operand(0);
  Value onTrue = dequantized(node, {1, 2, 3}), onFalse = dequantized(node, {4, 5, 6});
  if (!condition || !onTrue || !onFalse)
    return {};
  Value chosen = node.create<nn::WhereOp>({condition, onTrue, onFalse});
  return quantizeAs(node, chosen, 7, 8, elementOf(node.operand(1)));
}

//===----------------------------------------------------------------------===//
// Along axes
//===----------------------------------------------------------------------===//

/// Attribute `opset` says which Softmax it is: before 13 all dimensions from `axis` on are
/// taken together.
Value onnx_import::buildQLinearSoftmax(NodeBuilder &node) {
  return buildQLinearUnary(node, [&](Value x) -> Value {
    int64_t rank = tensorOf(x).getRank();
    auto axis = node.axisAttribute(-1, rank);
    if (!axis)
      return {};
    if (node.intAttribute("opset", 13) >= 13 || *axis == rank - 1)
      return softmax(node, x, *axis);
    return reshapeLike(node, softmax(node, flatten(node, x, *axis), 1), x);
  });
}

/// Moves the channels in front of the pixels, or back, if they are last.
static Value moveChannels(NodeBuilder &node, Value x, bool areLast, bool isBack) {
  if (!areLast || !x)
    return x;
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, tensorOf(x).getRank()));
  if (order.size() > 2)
    std::rotate(order.begin() + 1, isBack ? order.begin() + 2 : order.end() - 1,
                order.end());
  return transpose(node, x, order);
}

Value onnx_import::buildQLinearAveragePool(NodeBuilder &node) {
  bool areLast = node.intAttribute("channels_last", 0) != 0;
  return buildQLinearUnary(node, [&](Value x) {
    Value mean = poolOf(node, moveChannels(node, x, areLast, false), nn::PoolKind::Avg);
    return moveChannels(node, mean, areLast, true);
  });
}

Value onnx_import::buildQLinearGlobalAveragePool(NodeBuilder &node) {
  bool areLast = node.intAttribute("channels_last", 0) != 0;
  return buildQLinearUnary(node, [&](Value x) {
    int64_t rank = tensorOf(x).getRank(), first = areLast ? 1 : 2;
    auto axes = llvm::to_vector(llvm::seq(first, first + std::max<int64_t>(0, rank - 2)));
    return reduce(node, nn::ReduceKind::Mean, x, axes, /*keepDims=*/true);
  });
}

/// The operands are the parameters of the result, and three for each part.
Value onnx_import::buildQLinearConcat(NodeBuilder &node) {
  SmallVector<Value> parts;
  for (int64_t i = 2; i + 2 < node.numOperands(); i += 3)
    parts.push_back(dequantized(node, {i, i + 1, i + 2}));
  if (parts.empty() || llvm::is_contained(parts, Value()))
    return parts.empty() ? node.invalid("it has no part to concatenate") : Value();
  auto axis = node.axisAttribute(0, tensorOf(parts.front()).getRank());
  if (!axis)
    return {};
  return quantizeAs(node, concat(node, parts, *axis), 0, 1, elementOf(node.operand(2)));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// The operands are a, its scale and zero point, b and its, an addend in i32, and the
/// parameters of the result, which is a float without them.
Value onnx_import::buildQGemm(NodeBuilder &node) {
  bool isTransposed = node.intAttribute("transB", 0) != 0;
  auto asRow = [](Value list) { return list; };
  auto asColumn = [&](Value list) { return insertDim(node, list, 1); };
  Value lhs = integersOf(node, 0, 2, asRow);
  Value rhs =
      isTransposed ? integersOf(node, 3, 5, asColumn) : integersOf(node, 3, 5, asRow);
  if (!lhs || !rhs)
    return {};
  if (tensorOf(lhs).getRank() != 2 || tensorOf(rhs).getRank() != 2)
    return node.invalid("its operands are not two matrices");
  lhs = node.intAttribute("transA", 0) ? transposeMatrix(node, lhs) : lhs;
  rhs = isTransposed ? transposeMatrix(node, rhs) : rhs;
  Value sum = binary<nn::MatmulOp>(node, lhs, rhs);
  if (node.hasOperand(6))
    sum = add(node, sum, node.operand(6));
  Value scale = mul(node, scaleOf(node, 1, asRow), scaleOf(node, 4, asRow));
  if (float alpha = node.floatAttribute("alpha", 1); alpha != 1.0f)
    scale = mul(node, scale, scalarLike(node, scale, alpha));
  Value product = mul(node, toFloat(node, sum), scale);
  return node.hasOperand(7) ? quantizeAs(node, product, 7, 8, elementOf(node.operand(0)))
                            : product;
}

namespace {
/// A convolution of integers: which operands are the image and the weight, and their zero
/// points.
struct IntegerConv {
  int64_t input, inputZero, weight, weightZero;
};
} // namespace

/// Reshapes a list of one number per channel to broadcast with [M, ...] of `rank`
/// dimensions.
static Value besidePixels(NodeBuilder &node, Value list, int64_t rank) {
  SmallVector<int64_t> dims(rank, 1);
  dims.front() = tensorOf(list).getDimSize(0);
  return reshape(node, list, dims);
}

/// Convolves integers, in i32. The sums are taken in floats: in those of 64 bits where one
/// of 32 might round a sum.
static Value convolveIntegers(NodeBuilder &node, const IntegerConv &operands) {
  auto noList = [&](Value) -> Value {
    return node.invalid("the zero point of its input is not one number");
  };
  Value input = integersOf(node, operands.input, operands.inputZero, noList);
  Value weight = integersOf(node, operands.weight, operands.weightZero, [&](Value list) {
    Value like = node.operand(operands.weight);
    return like ? besidePixels(node, list, tensorOf(like).getRank()) : Value();
  });
  if (!input || !weight)
    return {};
  auto type = tensorOf(weight);
  if (type.getRank() < 3 || !type.hasStaticShape())
    return node.refuse("the shape of its weight is free, or is not that of a convolution",
                       "export the model with constant weights");
  // Products of two numbers of 9 bits, one being the sign.
  constexpr int64_t kMostProducts = (int64_t(1) << 24) / (255 * 255);
  int64_t products = 1;
  for (int64_t size : type.getShape().drop_front(1))
    products = std::min(products * std::max<int64_t>(size, 1), kMostProducts + 1);
  MLIRContext *context = node.context();
  FloatType wide = Float64Type::get(context), narrow = Float32Type::get(context);
  FloatType element = products > kMostProducts ? wide : narrow;
  Value sum =
      convolutionOf(node, castTo(node, input, element), castTo(node, weight, element), {});
  return castTo(node, sum, IntegerType::get(context, 32));
}

Value onnx_import::buildConvInteger(NodeBuilder &node) {
  return convolveIntegers(node, {0, 2, 1, 3});
}

/// The operands are x, its scale and zero point, w and its, those of the result, and a bias
/// in i32.
Value onnx_import::buildQLinearConv(NodeBuilder &node) {
  Value sum = convolveIntegers(node, {0, 2, 3, 5});
  if (!sum)
    return {};
  int64_t rank = tensorOf(sum).getRank() - 1;
  auto perChannel = [&](Value list) { return besidePixels(node, list, rank); };
  if (node.hasOperand(8)) {
    Value bias = node.operand(8);
    if (!bias || tensorOf(bias).getRank() != 1)
      return bias ? node.invalid("its bias is not a list") : Value();
    sum = add(node, sum, perChannel(bias));
  }
  Value scale = mul(node, scaleOf(node, 1, perChannel), scaleOf(node, 4, perChannel));
  return quantizeAs(node, mul(node, toFloat(node, sum), scale), 6, 7,
                    elementOf(node.operand(0)));
}
