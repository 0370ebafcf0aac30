//===- BuildMath.cpp - Builders: arithmetic, norms, products --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeBuilder.h"
#include "OpTable.h"
#include <cfloat>
#include <fmt/format.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

template <typename OpTy>
static Value buildUnary(NodeBuilder &node) {
  return node.create<OpTy>({node.operand(0)});
}

template <typename OpTy>
static Value buildBinary(NodeBuilder &node) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  return node.create<OpTy>({lhs, rhs});
}

/// Any number of operands, combined from left to right.
template <typename OpTy>
static Value buildVariadic(NodeBuilder &node) {
  Value result = node.operand(0);
  for (int64_t i = 1; i < node.numOperands(); ++i)
    result = node.create<OpTy>({result, node.operand(i)});
  return result;
}

static Value buildCompare(NodeBuilder &node, nn::ComparePredicate predicate) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  return node.create<nn::CompareOp>({lhs, rhs}, [&](auto &properties) {
    properties.setPredicate(nn::ComparePredicateAttr::get(node.context(), predicate));
  });
}

namespace tacit::onnx_import {
Value buildAdd(NodeBuilder &node) { return buildBinary<nn::AddOp>(node); }
Value buildSub(NodeBuilder &node) { return buildBinary<nn::SubOp>(node); }
Value buildMul(NodeBuilder &node) { return buildBinary<nn::MulOp>(node); }
Value buildDiv(NodeBuilder &node) { return buildBinary<nn::DivOp>(node); }
Value buildPow(NodeBuilder &node) { return buildBinary<nn::PowOp>(node); }
Value buildMax(NodeBuilder &node) { return buildVariadic<nn::MaximumOp>(node); }
Value buildMin(NodeBuilder &node) { return buildVariadic<nn::MinimumOp>(node); }
Value buildSum(NodeBuilder &node) { return buildVariadic<nn::AddOp>(node); }
Value buildNeg(NodeBuilder &node) { return buildUnary<nn::NegOp>(node); }
Value buildAbs(NodeBuilder &node) { return buildUnary<nn::AbsOp>(node); }
Value buildExp(NodeBuilder &node) { return buildUnary<nn::ExpOp>(node); }
Value buildSqrt(NodeBuilder &node) { return buildUnary<nn::SqrtOp>(node); }
Value buildReciprocal(NodeBuilder &node) { return buildUnary<nn::ReciprocalOp>(node); }
Value buildTanh(NodeBuilder &node) { return buildUnary<nn::TanhOp>(node); }
Value buildErf(NodeBuilder &node) { return buildUnary<nn::ErfOp>(node); }
Value buildSigmoid(NodeBuilder &node) { return buildUnary<nn::SigmoidOp>(node); }
Value buildEqual(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::Equal);
}
Value buildLess(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::Less);
}
Value buildLessOrEqual(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::LessOrEqual);
}
Value buildGreater(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::Greater);
}
Value buildGreaterOrEqual(NodeBuilder &node) {
  return buildCompare(node, nn::ComparePredicate::GreaterOrEqual);
}
} // namespace tacit::onnx_import

/// ONNX allows integers in some operations that are for floats here.
static bool isFloat(Value value) {
  return value && isa<FloatType>(tensorOf(value).getElementType());
}

static Value refuseIntegers(NodeBuilder &node) {
  return node.refuse("it works on integers, and only floats are supported",
                     "cast its inputs to float32");
}

Value onnx_import::buildRelu(NodeBuilder &node) {
  Value input = node.operand(0);
  return !input || isFloat(input) ? node.create<nn::ReluOp>({input}) : refuseIntegers(node);
}

Value onnx_import::buildGelu(NodeBuilder &node) {
  std::string kind = node.stringAttribute("approximate", "none");
  if (kind != "none" && kind != "tanh")
    return node.invalid(fmt::format(
        "attribute 'approximate' is {}; expected 'none' or 'tanh'", quote(kind)));
  return node.create<nn::GeluOp>({node.operand(0)}, [&](auto &properties) {
    properties.setApproximation(nn::GeluKindAttr::get(
        node.context(), kind == "tanh" ? nn::GeluKind::Tanh : nn::GeluKind::Erf));
  });
}

/// Bounds are attributes before opset 11, and optional operands from then on.
Value onnx_import::buildClip(NodeBuilder &node) {
  Value result = node.operand(0);
  if (!result)
    return {};
  Value low, high;
  if (node.opset() < 11) {
    if (!isFloat(result))
      return refuseIntegers(node);
    auto element = cast<FloatType>(tensorOf(result).getElementType());
    low = node.scalarConstant(element, node.floatAttribute("min", -FLT_MAX));
    high = node.scalarConstant(element, node.floatAttribute("max", FLT_MAX));
  } else {
    low = node.hasOperand(1) ? node.operand(1) : Value();
    high = node.hasOperand(2) ? node.operand(2) : Value();
  }
  if (low)
    result = node.create<nn::MaximumOp>({result, low});
  return high ? node.create<nn::MinimumOp>({result, high}) : result;
}

Value onnx_import::buildWhere(NodeBuilder &node) {
  Value condition = node.operand(0), onTrue = node.operand(1), onFalse = node.operand(2);
  return node.create<nn::WhereOp>({condition, onTrue, onFalse});
}

Value onnx_import::buildCast(NodeBuilder &node) {
  int64_t to = node.intAttribute("to", 0);
  Value input = node.operand(0);
  if (!input)
    return {};
  int32_t dtype = llvm::isInt<32>(to) ? static_cast<int32_t>(to) : -1;
  Type element = elementType(node.context(), dtype);
  if (!element)
    return node.refuse("it casts to " + dtypeName(dtype),
                       std::string("cast to ") + kElementTypes);
  return node.create<nn::CastOp>(
      {input}, RankedTensorType::get(tensorOf(input).getShape(), element));
}

//===----------------------------------------------------------------------===//
// Reductions and normalisation
//===----------------------------------------------------------------------===//

/// Axes are an attribute up to some opset (13 for sums, 18 for the others) and an
/// optional operand from then on; none at all means every axis.
static Value buildReduce(NodeBuilder &node, nn::ReduceKind kind, int64_t operandSince) {
  Value input = node.operand(0);
  if (!input)
    return {};
  std::optional<std::vector<int64_t>> given;
  if (node.opset() < operandSince) {
    given = node.intsAttribute("axes");
  } else if (node.hasOperand(1)) {
    given = node.constantInts(1);
    if (!given)
      return node.refuse("its axes are computed", "export with constant axes");
  }
  int64_t rank = tensorOf(input).getRank();
  bool isAll = !given || given->empty();
  if (isAll && node.opset() >= operandSince && node.intAttribute("noop_with_empty_axes", 0))
    return input;
  auto axes = node.normalizeAxes(given ? *given : std::vector<int64_t>(), rank);
  if (!axes)
    return {};
  if (isAll)
    axes->assign(llvm::seq<int64_t>(0, rank).begin(), llvm::seq<int64_t>(0, rank).end());
  if (axes->empty())
    return input;
  bool keepDims = node.intAttribute("keepdims", 1) != 0;
  return node.create<nn::ReduceOp>({input}, [&](auto &properties) {
    properties.setKind(nn::ReduceKindAttr::get(node.context(), kind));
    properties.setAxes(node.i64Array(*axes));
    if (keepDims)
      properties.setKeepDims(UnitAttr::get(node.context()));
  });
}

namespace tacit::onnx_import {
Value buildReduceSum(NodeBuilder &node) {
  return buildReduce(node, nn::ReduceKind::Sum, 13);
}
Value buildReduceMean(NodeBuilder &node) {
  return buildReduce(node, nn::ReduceKind::Mean, 18);
}
Value buildReduceMax(NodeBuilder &node) {
  return buildReduce(node, nn::ReduceKind::Max, 18);
}
Value buildReduceMin(NodeBuilder &node) {
  return buildReduce(node, nn::ReduceKind::Min, 18);
}
} // namespace tacit::onnx_import

/// Before opset 13 the dimensions from `axis` on were taken as one. That is the
/// same where all but one of them are 1.
Value onnx_import::buildSoftmax(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  auto type = tensorOf(input);
  auto axis = node.axisAttribute(node.opset() < 13 ? 1 : -1, type.getRank());
  if (!axis)
    return {};
  if (node.opset() < 13) {
    int64_t last = type.getRank() - 1;
    while (last > *axis && type.getDimSize(last) == 1)
      --last;
    while (*axis < last && type.getDimSize(*axis) == 1)
      ++*axis;
    if (*axis != last)
      return node.refuse(
          "before opset 13 a softmax takes all dimensions from its axis on as "
          "one, and here those are more than one",
          "re-export with opset 13 or later");
  }
  return node.create<nn::SoftmaxOp>(
      {input}, [&](auto &properties) { properties.setAxis(node.i64(*axis)); });
}

/// nn.layer_norm takes a scale and a bias of the last dimension's shape. ONNX lets
/// them broadcast; other shapes are multiplied and added behind it.
static bool fitsLastDim(Value parameter, int64_t dim) {
  return parameter && tensorOf(parameter).getRank() == 1 &&
         tensorOf(parameter).getDimSize(0) == dim;
}

Value onnx_import::buildLayerNormalization(NodeBuilder &node) {
  Value input = node.operand(0), scale = node.operand(1);
  Value bias = node.hasOperand(2) ? node.operand(2) : Value();
  if (!input || !scale || (node.hasOperand(2) && !bias))
    return {};
  int64_t rank = tensorOf(input).getRank();
  auto axis = node.axisAttribute(-1, rank);
  if (!axis)
    return {};
  if (*axis != rank - 1)
    return node.refuse(fmt::format("it normalises from axis {} of {} on", *axis, rank),
                       "only the last axis is supported; reshape its input");
  if (node.isUsed(1) || node.isUsed(2))
    return node.refuse("its mean or its deviation is used", "use only its first output");
  float epsilon = node.floatAttribute("epsilon", 1e-5f);
  int64_t dim = tensorOf(input).getShape().back();
  bool takesScale = fitsLastDim(scale, dim),
       takesBias = takesScale && fitsLastDim(bias, dim);
  SmallVector<Value> operands{input};
  if (takesScale)
    operands.push_back(scale);
  if (takesBias)
    operands.push_back(bias);
  Value result = node.create<nn::LayerNormOp>(operands, [&](auto &properties) {
    properties.setEpsilon(FloatAttr::get(Float32Type::get(node.context()), epsilon));
    properties.operandSegmentSizes = {1, takesScale, takesBias};
  });
  if (!takesScale)
    result = node.create<nn::MulOp>({result, scale});
  return bias && !takesBias ? node.create<nn::AddOp>({result, bias}) : result;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Value onnx_import::buildMatMul(NodeBuilder &node) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  if (lhs && rhs && !isFloat(lhs))
    return refuseIntegers(node);
  return node.create<nn::MatmulOp>({lhs, rhs});
}

static Value transposeIf(NodeBuilder &node, bool condition, Value matrix) {
  if (!condition)
    return matrix;
  return node.create<nn::TransposeOp>({matrix}, [&](auto &properties) {
    properties.setPermutation(node.i64Array({1, 0}));
  });
}

static Value scaleBy(NodeBuilder &node, Value value, float factor) {
  if (!value || factor == 1.0f)
    return value;
  auto element = cast<FloatType>(tensorOf(value).getElementType());
  Value constant = node.scalarConstant(element, factor);
  return node.create<nn::MulOp>({value, constant});
}

/// alpha * A' * B' + beta * C, with A' and B' transposed on demand.
Value onnx_import::buildGemm(NodeBuilder &node) {
  Value lhs = node.operand(0), rhs = node.operand(1);
  if (!lhs || !rhs)
    return {};
  if (!isFloat(lhs) || !isFloat(rhs))
    return refuseIntegers(node);
  if (tensorOf(lhs).getRank() != 2 || tensorOf(rhs).getRank() != 2)
    return node.invalid(fmt::format("expected two matrices, found tensors of {} and {} "
                                    "dimensions",
                                    tensorOf(lhs).getRank(), tensorOf(rhs).getRank()));
  lhs = transposeIf(node, node.intAttribute("transA", 0) != 0, lhs);
  rhs = transposeIf(node, node.intAttribute("transB", 0) != 0, rhs);
  float alpha = node.floatAttribute("alpha", 1), beta = node.floatAttribute("beta", 1);
  Value addend;
  if (node.hasOperand(2) && beta != 0.0f) {
    addend = node.operand(2);
    if (addend && !isFloat(addend))
      return refuseIntegers(node);
    addend = scaleBy(node, addend, beta);
    if (!addend)
      return {};
  }
  if (!lhs || !rhs)
    return {};
  bool isBias = alpha == 1.0f && addend && tensorOf(addend).getRank() == 1 &&
                tensorOf(addend).getDimSize(0) == tensorOf(rhs).getDimSize(1);
  if (isBias)
    return node.create<nn::LinearOp>({lhs, rhs, addend});
  Value product = scaleBy(node, node.create<nn::LinearOp>({lhs, rhs}), alpha);
  return addend ? node.create<nn::AddOp>({product, addend}) : product;
}
