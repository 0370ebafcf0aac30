//===- BuildNormalization.cpp - Builders: norms and logarithmic softmax ---===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Norms.h"
#include "Ops/OpTable.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// Returns the dimensions from `axis` on.
static SmallVector<int64_t> axesFrom(Value input, int64_t axis) {
  return llvm::to_vector(llvm::seq<int64_t>(axis, tensorOf(input).getRank()));
}

Value onnx_import::meanOf(NodeBuilder &node, Value input, ArrayRef<int64_t> axes) {
  return reduce(node, nn::ReduceKind::Mean, input, axes, /*keepDims=*/true);
}

Moments onnx_import::momentsOf(NodeBuilder &node, Value input, Value mean,
                               ArrayRef<int64_t> axes) {
  Value deviations = mean ? sub(node, input, mean) : input;
  Value variance = meanOf(node, mul(node, deviations, deviations), axes);
  if (!mean)
    return {deviations, variance};
  Value rest = meanOf(node, deviations, axes);
  variance = sub(node, variance, mul(node, rest, rest));
  return {sub(node, deviations, rest),
          node.create<nn::MaximumOp>({variance, scalarLike(node, variance, 0)})};
}

Value onnx_import::inverseRoot(NodeBuilder &node, Value variance, float epsilon) {
  variance = add(node, variance, scalarLike(node, variance, epsilon));
  return node.create<nn::ReciprocalOp>({node.create<nn::SqrtOp>({variance})});
}

/// nn.layer_norm and nn.rms_norm take parameters of the last dimension's shape. ONNX lets
/// them broadcast; parameters of other shapes are multiplied and added after the operation.
static bool fitsLastDim(Value parameter, Value input) {
  auto type = tensorOf(parameter);
  return type.getRank() == 1 && type.getDimSize(0) == tensorOf(input).getShape().back() &&
         type.getElementType() == tensorOf(input).getElementType();
}

static Value layerNormLast(NodeBuilder &node, Value input, const NormParameters &given) {
  bool takesScale = given.scale && fitsLastDim(given.scale, input);
  bool takesBias = takesScale && given.bias && fitsLastDim(given.bias, input);
  SmallVector<Value> operands{input};
  if (takesScale)
    operands.push_back(given.scale);
  if (takesBias)
    operands.push_back(given.bias);
  Value result = node.create<nn::LayerNormOp>(operands, [&](auto &properties) {
    properties.setEpsilon(FloatAttr::get(Float32Type::get(node.context()), given.epsilon));
    properties.operandSegmentSizes = {1, takesScale, takesBias};
  });
  if (given.scale && !takesScale)
    result = mul(node, result, given.scale);
  return given.bias && !takesBias ? add(node, result, given.bias) : result;
}

static Value rmsNormLast(NodeBuilder &node, Value input, const NormParameters &given) {
  if (given.scale && !fitsLastDim(given.scale, input))
    return mul(node, rmsNorm(node, input, {}, given.epsilon), given.scale);
  return rmsNorm(node, input, given.scale, given.epsilon);
}

Value onnx_import::normalizeLast(NodeBuilder &node, Value input,
                                 const NormParameters &given) {
  if (!input)
    return {};
  return given.isCentered ? layerNormLast(node, input, given)
                          : rmsNormLast(node, input, given);
}

/// Returns `parameter` with the dimensions of `input` from `axis` on merged to one; if it
/// has other dimensions, which broadcast, it is returned unchanged.
static Value flattenParameter(NodeBuilder &node, Value parameter, ArrayRef<int64_t> dims,
                              int64_t size, bool &fits) {
  if (!parameter)
    return {};
  if (tensorOf(parameter).getShape() != dims) {
    fits = false;
    return parameter;
  }
  return reshape(node, parameter, {size});
}

/// Normalises over the dimensions from `axis` on, merged to one dimension if they are
/// known.
static Value normalizeFrom(NodeBuilder &node, Value input, int64_t axis,
                           const NormParameters &given) {
  auto type = tensorOf(input);
  if (axis == type.getRank() - 1)
    return normalizeLast(node, input, given);
  ArrayRef<int64_t> dims = type.getShape().drop_front(axis);
  if (ShapedType::isDynamicShape(dims)) {
    SmallVector<int64_t> axes = axesFrom(input, axis);
    Value mean = given.isCentered ? meanOf(node, input, axes) : Value();
    auto [deviations, variance] = momentsOf(node, input, mean, axes);
    Value result = mul(node, deviations, inverseRoot(node, variance, given.epsilon));
    if (given.scale)
      result = mul(node, result, given.scale);
    return given.bias ? add(node, result, given.bias) : result;
  }
  int64_t size = ShapedType::getNumElements(dims);
  SmallVector<int64_t> flat(type.getShape().take_front(axis));
  flat.push_back(size);
  bool fits = true;
  NormParameters inner = given;
  inner.scale = flattenParameter(node, given.scale, dims, size, fits);
  inner.bias = flattenParameter(node, given.bias, dims, size, fits);
  if (!fits)
    inner.scale = inner.bias = Value();
  Value result = reshape(node, normalizeLast(node, reshape(node, input, flat), inner),
                         type.getShape());
  if (fits)
    return result;
  if (given.scale)
    result = mul(node, result, given.scale);
  return given.bias ? add(node, result, given.bias) : result;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// Mean and inverse deviation are outputs that only training reads.
static void defineStatistics(NodeBuilder &node, Value input, int64_t axis,
                             const NormParameters &given) {
  SmallVector<int64_t> axes = axesFrom(input, axis);
  int64_t deviation = given.isCentered ? 2 : 1;
  Value mean;
  if (given.isCentered && (node.isUsed(1) || node.isUsed(2)))
    node.define(1, mean = meanOf(node, input, axes));
  if (node.isUsed(deviation))
    node.define(deviation, inverseRoot(node, momentsOf(node, input, mean, axes).variance,
                                       given.epsilon));
}

static Value buildNorm(NodeBuilder &node, bool isCentered) {
  Value input = node.operand(0);
  NormParameters given;
  given.isCentered = isCentered;
  given.epsilon = node.floatAttribute("epsilon", 1e-5f);
  given.scale = node.operand(1);
  bool hasBias = isCentered && node.hasOperand(2);
  given.bias = hasBias ? node.operand(2) : Value();
  if (!input || !given.scale || (hasBias && !given.bias))
    return {};
  auto axis = node.axisAttribute(-1, tensorOf(input).getRank());
  if (!axis)
    return {};
  Value result = normalizeFrom(node, input, *axis, given);
  defineStatistics(node, input, *axis, given);
  return result;
}

Value onnx_import::buildLayerNormalization(NodeBuilder &node) {
  return buildNorm(node, /*isCentered=*/true);
}

Value onnx_import::buildRMSNormalization(NodeBuilder &node) {
  return buildNorm(node, /*isCentered=*/false);
}

Value onnx_import::logSoftmax(NodeBuilder &node, Value input, ArrayRef<int64_t> axes) {
  Value most = reduce(node, nn::ReduceKind::Max, input, axes, /*keepDims=*/true);
  Value shifted = sub(node, input, most);
  Value sum = reduce(node, nn::ReduceKind::Sum, node.create<nn::ExpOp>({shifted}), axes,
                     /*keepDims=*/true);
  return sub(node, shifted, node.create<nn::LogOp>({sum}));
}

/// Before opset 13 all dimensions from `axis` on are taken together.
Value onnx_import::buildLogSoftmax(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  bool takesRest = node.opset() < 13;
  auto axis = node.axisAttribute(takesRest ? 1 : -1, tensorOf(input).getRank());
  if (!axis)
    return {};
  return logSoftmax(node, input,
                    takesRest ? axesFrom(input, *axis) : SmallVector<int64_t>{*axis});
}

/// Divides by the sum of magnitudes, or by the root of the sum of squares. A vector of
/// zeros stays as it is.
Value onnx_import::buildLpNormalization(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!isFloat(input))
    return input ? refuseIntegers(node) : Value();
  int64_t p = node.intAttribute("p", 2);
  auto axis = node.axisAttribute(-1, tensorOf(input).getRank());
  if (!axis)
    return {};
  if (p != 1 && p != 2)
    return node.invalid(fmt::format("attribute 'p' is {}; expected 1 or 2", p));
  Value terms = p == 1 ? node.create<nn::AbsOp>({input}) : mul(node, input, input);
  Value norm = reduce(node, nn::ReduceKind::Sum, terms, *axis, /*keepDims=*/true);
  if (p == 2)
    norm = node.create<nn::SqrtOp>({norm});
  Value isZero =
      compare(node, nn::ComparePredicate::Equal, norm, scalarLike(node, input, 0));
  norm = node.create<nn::WhereOp>({isZero, scalarLike(node, input, 1), norm});
  return div(node, input, norm);
}

//===----------------------------------------------------------------------===//
// Norms of images
//===----------------------------------------------------------------------===//

/// Reshapes one number per channel to broadcast with [N, C, ...].
static Value perChannel(NodeBuilder &node, Value parameter, Value input) {
  if (!parameter || !input)
    return {};
  SmallVector<int64_t> dims(tensorOf(input).getRank() - 1, 1);
  int64_t channels = tensorOf(input).getDimSize(1);
  bool isVector = tensorOf(parameter).getRank() == 1;
  dims.front() = isVector ? tensorOf(parameter).getDimSize(0) : 0;
  bool isKnown = !ShapedType::isDynamic(channels) && !ShapedType::isDynamic(dims.front());
  if (!isVector || (isKnown && dims.front() != channels))
    return node.invalid("a parameter does not have one element per channel");
  return reshape(node, parameter, dims);
}

static bool isImage(NodeBuilder &node, Value input) {
  if (!input)
    return false;
  if (tensorOf(input).getRank() >= 2)
    return true;
  node.invalid("its input has fewer than two dimensions");
  return false;
}

/// Computes (x - mean) / sqrt(variance + epsilon) * scale + bias, where all four are given.
Value onnx_import::buildBatchNormalization(NodeBuilder &node) {
  Value input = node.operand(0), scale = node.operand(1), bias = node.operand(2),
        mean = node.operand(3), variance = node.operand(4);
  if (!isImage(node, input))
    return {};
  if (node.intAttribute("training_mode", 0))
    return node.refuse("it is in training mode", "export the model in evaluation mode");
  variance = add(node, variance,
                 scalarLike(node, variance, node.floatAttribute("epsilon", 1e-5f)));
  Value factor = div(node, scale, node.create<nn::SqrtOp>({variance}));
  Value addend = sub(node, bias, mul(node, mean, factor));
  return add(node, mul(node, input, perChannel(node, factor, input)),
             perChannel(node, addend, input));
}

/// Normalises each group of channels with all its pixels.
static Value normalizeGroups(NodeBuilder &node, Value input, int64_t groups,
                             float epsilon) {
  auto type = tensorOf(input);
  if (type.isDynamicDim(1))
    return node.refuse("the number of its channels is free",
                       {"pin it", Setting::Dimensions});
  Value cut = splitDim(node, input, 1, groups);
  if (!cut)
    return {};
  NormParameters none;
  none.epsilon = epsilon;
  return reshape(node, normalizeFrom(node, cut, 2, none), type.getShape());
}

Value onnx_import::buildInstanceNormalization(NodeBuilder &node) {
  Value input = node.operand(0), scale = node.operand(1), bias = node.operand(2);
  if (!isImage(node, input))
    return {};
  Value result = normalizeGroups(node, input, tensorOf(input).getDimSize(1),
                                 node.floatAttribute("epsilon", 1e-5f));
  return add(node, mul(node, result, perChannel(node, scale, input)),
             perChannel(node, bias, input));
}

/// Before opset 21 there is one scale and one bias per group, from then on one per channel.
Value onnx_import::buildGroupNormalization(NodeBuilder &node) {
  Value input = node.operand(0), scale = node.operand(1), bias = node.operand(2);
  if (!isImage(node, input) || !scale || !bias)
    return {};
  int64_t groups = node.intAttribute("num_groups", 0);
  Value result =
      normalizeGroups(node, input, groups, node.floatAttribute("epsilon", 1e-5f));
  if (node.opset() >= 21)
    return add(node, mul(node, result, perChannel(node, scale, input)),
               perChannel(node, bias, input));
  Value cut = splitDim(node, result, 1, groups);
  cut =
      add(node, mul(node, cut, perChannel(node, scale, cut)), perChannel(node, bias, cut));
  return reshape(node, cut, tensorOf(input).getShape());
}

/// Subtracts the mean along `axes` and divides by the deviation.
Value onnx_import::buildMeanVarianceNormalization(NodeBuilder &node) {
  Value input = node.operand(0);
  if (!input)
    return {};
  auto given = node.intsAttribute("axes");
  auto axes = node.normalizeAxes(given ? *given : std::vector<int64_t>{0, 2, 3},
                                 tensorOf(input).getRank());
  if (!axes)
    return {};
  // As in the function that defines the operator.
  constexpr float kEpsilon = 1e-9f;
  Value centered = sub(node, input, meanOf(node, input, *axes));
  // What rounding of the mean leaves of equal numbers would be divided by nearly nothing.
  centered = sub(node, centered, meanOf(node, centered, *axes));
  Value variance = meanOf(node, mul(node, centered, centered), *axes);
  Value deviation = node.create<nn::SqrtOp>({variance});
  return div(node, centered, add(node, deviation, scalarLike(node, input, kEpsilon)));
}

//===----------------------------------------------------------------------===//
// com.microsoft's norms of images
//===----------------------------------------------------------------------===//

/// Normalises groups of channels, which are last unless attribute `channels_last` is 0, and
/// applies the SiLU if attribute `activation` is 1.
static Value normalizeImage(NodeBuilder &node, Value image) {
  if (!image)
    return {};
  bool areLast = node.intAttribute("channels_last", 1) != 0;
  int64_t rank = tensorOf(image).getRank();
  if (rank < 3)
    return node.invalid("its input has no spatial dimension");
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::rotate(order.begin() + 1, order.end() - 1, order.end());
  Value planes = areLast ? transpose(node, image, order) : image;
  Value result = normalizeGroups(node, planes, node.intAttribute("groups", 0),
                                 node.floatAttribute("epsilon", 1e-5f));
  result = add(node, mul(node, result, perChannel(node, node.operand(1), planes)),
               perChannel(node, node.operand(2), planes));
  if (node.intAttribute("activation", 0))
    result = node.create<nn::SiluOp>({result});
  auto back = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::rotate(back.begin() + 1, back.begin() + 2, back.end());
  return areLast && result ? transpose(node, result, back) : result;
}

Value onnx_import::buildMicrosoftGroupNorm(NodeBuilder &node) {
  return normalizeImage(node, node.operand(0));
}

/// The operands are an image, scale and bias, an image or one row of channels that is
/// added, and optionally another bias. The sum is output 1.
Value onnx_import::buildSkipGroupNorm(NodeBuilder &node) {
  Value image = node.operand(0), skip = node.operand(3);
  if (!image || !skip)
    return {};
  bool areLast = node.intAttribute("channels_last", 1) != 0;
  int64_t rank = tensorOf(image).getRank();
  // One row per image: [N, C], [N, 1, ..., C] or the like.
  if (tensorOf(skip).getRank() == 2)
    for (int64_t i = 2; i < rank; ++i)
      skip = insertDim(node, skip, areLast ? 1 : i);
  Value sum = add(node, image, skip);
  if (node.hasOperand(4)) {
    Value bias = node.operand(4);
    sum = add(node, sum, areLast ? bias : perChannel(node, bias, image));
  }
  node.define(1, sum);
  return normalizeImage(node, sum);
}
