//===- BuildImage.cpp - Builders: convolution and pooling -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Activations.h"
#include "Ops/OpTable.h"
#include "Ops/PackedWeight.h"
#include "Ops/Shapes.h"
#include "Ops/Windows.h"
#include "tacit/Support/HostTensor.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {
/// The windows of a node, one entry per spatial dimension.
struct Windows {
  std::vector<int64_t> kernel, strides, low, high, dilations;
};
} // namespace

/// Computes the padding for which there are size / stride windows, rounded up; if it is
/// odd, the additional element is at the end unless `isLower`. Returns false if it cannot
/// be known.
static bool padToSame(NodeBuilder &node, RankedTensorType input, Windows &windows,
                      bool isLower) {
  for (auto [i, kernel, stride, dilation] :
       llvm::enumerate(windows.kernel, windows.strides, windows.dilations)) {
    int64_t size = input.getDimSize(i + 2);
    if (ShapedType::isDynamic(size)) {
      node.refuse("its padding depends on a free dimension",
                  {"pin it", Setting::Dimensions});
      return false;
    }
    int64_t extent = (kernel - 1) * dilation + 1;
    int64_t count = size / stride + (size % stride != 0);
    int64_t all = std::max<int64_t>(0, (count - 1) * stride + extent - size);
    windows.low[i] = isLower ? all - all / 2 : all / 2;
    windows.high[i] = all - windows.low[i];
  }
  return true;
}

/// Reads what Conv and the pools have in common; `kernel` is empty if the attribute gives
/// it.
static std::optional<Windows> readWindows(NodeBuilder &node, RankedTensorType input,
                                          std::vector<int64_t> kernel) {
  Windows windows;
  if (input.getRank() < 3) {
    node.invalid("its input has no spatial dimension");
    return std::nullopt;
  }
  size_t rank = input.getRank() - 2;
  auto read = [&](StringRef name, int64_t count, int64_t fallback) {
    auto given = node.intsAttribute(name);
    return given ? *given : std::vector<int64_t>(count, fallback);
  };
  windows.kernel = kernel.empty() ? read("kernel_shape", 0, 1) : kernel;
  windows.strides = read("strides", rank, 1);
  windows.dilations = read("dilations", rank, 1);
  std::vector<int64_t> pads = read("pads", 2 * rank, 0);
  bool ok = windows.kernel.size() == rank && windows.strides.size() == rank &&
            windows.dilations.size() == rank && pads.size() == 2 * rank;
  constexpr int64_t kMost = int64_t(1) << 31;
  for (const std::vector<int64_t> *list :
       {&windows.kernel, &windows.strides, &windows.dilations})
    ok &= llvm::all_of(*list, [&](int64_t entry) { return entry >= 1 && entry <= kMost; });
  if (!ok) {
    node.invalid(fmt::format("its kernel, strides, dilations and pads are not {} positive "
                             "numbers each, and {} for pads",
                             rank, 2 * rank));
    return std::nullopt;
  }
  windows.low.assign(pads.begin(), pads.begin() + rank);
  windows.high.assign(pads.begin() + rank, pads.end());
  std::string mode = node.stringAttribute("auto_pad", "NOTSET");
  if (mode == "VALID") {
    windows.low.assign(rank, 0);
    windows.high.assign(rank, 0);
  } else if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    if (!padToSame(node, input, windows, mode == "SAME_LOWER"))
      return std::nullopt;
  } else if (mode != "NOTSET") {
    node.invalid(
        fmt::format("attribute 'auto_pad' is {}; expected NOTSET, VALID, SAME_UPPER "
                    "or SAME_LOWER",
                    quote(mode)));
    return std::nullopt;
  }
  return windows;
}

template <typename Properties>
static void setWindows(NodeBuilder &node, Properties &properties, const Windows &windows) {
  properties.setStrides(node.i64Array(windows.strides));
  properties.setPadsLow(node.i64Array(windows.low));
  properties.setPadsHigh(node.i64Array(windows.high));
  properties.setDilations(node.i64Array(windows.dilations));
}

static Value convolve(NodeBuilder &node, Value input, Value weight, Value bias,
                      const Windows &windows, int64_t group) {
  SmallVector<Value> operands{input, weight};
  if (bias)
    operands.push_back(bias);
  return node.create<nn::ConvOp>(operands, [&](auto &properties) {
    setWindows(node, properties, windows);
    properties.setGroup(node.i64(group));
  });
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

Value onnx_import::convolutionOf(NodeBuilder &node, Value input, Value weight, Value bias) {
  if (!input || !weight)
    return {};
  auto type = tensorOf(weight);
  if (type.getRank() < 3)
    return node.invalid(fmt::format("its weight has {} dimensions; expected three or more",
                                    type.getRank()));
  if (!type.hasStaticShape())
    return node.refuse("the shape of its weight is free", {"pin it", Setting::Dimensions});
  std::vector<int64_t> kernel = type.getShape().drop_front(2).vec();
  if (auto given = node.intsAttribute("kernel_shape"); given && *given != kernel)
    return node.invalid(fmt::format("attribute 'kernel_shape' is {}; expected {}, as in "
                                    "the shape {} of its weight",
                                    shapeText(*given), shapeText(kernel),
                                    shapeText(type.getShape())));
  auto windows = readWindows(node, tensorOf(input), kernel);
  if (!windows)
    return {};
  return convolve(node, input, weight, bias, *windows, node.intAttribute("group", 1));
}

Value onnx_import::buildConv(NodeBuilder &node) {
  Value bias = node.hasOperand(2) ? node.operand(2) : Value();
  if (node.hasOperand(2) && !bias)
    return {};
  return convolutionOf(node, node.operand(0), node.operand(1), bias);
}

/// A Conv whose result is activated, after operand 3 was added to it.
Value onnx_import::buildFusedConv(NodeBuilder &node) {
  Value result = buildConv(node);
  if (node.hasOperand(3))
    result = add(node, result, node.operand(3));
  std::string name = node.stringAttribute("activation", "");
  if (name.empty() || !result)
    return result;
  auto [alpha, beta] = activationDefaults(name);
  NamedActivation activation{name, alpha, beta};
  using onnx::AttributeProto;
  if (auto *given = node.attribute("activation_params", AttributeProto::FLOATS)) {
    if (given->floats_size() > 0)
      activation.alpha = given->floats(0);
    if (given->floats_size() > 1)
      activation.beta = given->floats(1);
  }
  if (name != "Clip")
    return applyActivation(node, activation, result);
  Value low = scalarLike(node, result, activation.alpha),
        high = scalarLike(node, result, activation.beta);
  return binary<nn::MinimumOp>(node, binary<nn::MaximumOp>(node, result, low), high);
}

Value onnx_import::poolOf(NodeBuilder &node, Value input, nn::PoolKind kind) {
  if (!input)
    return {};
  auto windows = readWindows(node, tensorOf(input), {});
  if (!windows)
    return {};
  bool isMax = kind == nn::PoolKind::Max;
  bool countsPadding = !isMax && node.intAttribute("count_include_pad", 0);
  bool isCeil = node.intAttribute("ceil_mode", 0);
  return node.create<nn::PoolOp>({input}, [&](auto &properties) {
    setWindows(node, properties, *windows);
    properties.setKernel(node.i64Array(windows->kernel));
    properties.setKind(nn::PoolKindAttr::get(node.context(), kind));
    if (isCeil)
      properties.setCeil(UnitAttr::get(node.context()));
    if (countsPadding)
      properties.setCountIncludePad(UnitAttr::get(node.context()));
  });
}

Value onnx_import::buildMaxPool(NodeBuilder &node) {
  if (node.isUsed(1))
    return node.refuse("the indices of its maxima are used", "use only its first output");
  return poolOf(node, node.operand(0), nn::PoolKind::Max);
}

Value onnx_import::buildAveragePool(NodeBuilder &node) {
  return poolOf(node, node.operand(0), nn::PoolKind::Avg);
}

/// Pools over all spatial dimensions, which stay as 1.
static Value buildGlobalPool(NodeBuilder &node, nn::ReduceKind kind) {
  Value input = node.operand(0);
  if (!input)
    return {};
  int64_t rank = tensorOf(input).getRank();
  if (rank < 3)
    return node.invalid("its input has no spatial dimension");
  return reduce(node, kind, input, llvm::to_vector(llvm::seq<int64_t>(2, rank)),
                /*keepDims=*/true);
}

Value onnx_import::buildGlobalAveragePool(NodeBuilder &node) {
  return buildGlobalPool(node, nn::ReduceKind::Mean);
}

Value onnx_import::buildGlobalMaxPool(NodeBuilder &node) {
  return buildGlobalPool(node, nn::ReduceKind::Max);
}

namespace {
/// The sum of the p-th powers of magnitudes, and its p-th root.
struct PowerSum {
  int64_t p;

  Value terms(NodeBuilder &node, Value x) const {
    if (p == 2)
      return mul(node, x, x);
    Value magnitude = node.create<nn::AbsOp>({x});
    return p == 1 ? magnitude : binary<nn::PowOp>(node, magnitude, scalarLike(node, x, p));
  }
  Value root(NodeBuilder &node, Value sum) const {
    if (p == 1)
      return sum;
    return p == 2 ? node.create<nn::SqrtOp>({sum})
                  : binary<nn::PowOp>(node, sum, scalarLike(node, sum, 1.0 / p));
  }
};
} // namespace

static std::optional<PowerSum> readPowerSum(NodeBuilder &node, Value input) {
  int64_t p = node.intAttribute("p", 2);
  if (input && !isFloat(input))
    refuseIntegers(node);
  else if (p < 1)
    node.invalid(fmt::format("attribute 'p' is {}; expected a positive number", p));
  else if (input)
    return PowerSum{p};
  return std::nullopt;
}

/// A sum is the mean of a window, padding included, times its number of elements.
Value onnx_import::buildLpPool(NodeBuilder &node) {
  Value input = node.operand(0);
  auto power = readPowerSum(node, input);
  if (!power)
    return {};
  if (node.intAttribute("ceil_mode", 0))
    return node.refuse("it has windows that go beyond the padding (ceil_mode)",
                       "pad its input instead");
  auto windows = readWindows(node, tensorOf(input), {});
  if (!windows)
    return {};
  Value mean = node.create<nn::PoolOp>({power->terms(node, input)}, [&](auto &properties) {
    setWindows(node, properties, *windows);
    properties.setKernel(node.i64Array(windows->kernel));
    properties.setKind(nn::PoolKindAttr::get(node.context(), nn::PoolKind::Avg));
    properties.setCountIncludePad(UnitAttr::get(node.context()));
  });
  double count = 1;
  for (int64_t size : windows->kernel)
    count *= static_cast<double>(size);
  return power->root(node, mul(node, mean, scalarLike(node, mean, count)));
}

Value onnx_import::buildGlobalLpPool(NodeBuilder &node) {
  Value input = node.operand(0);
  auto power = readPowerSum(node, input);
  if (!power)
    return {};
  int64_t rank = tensorOf(input).getRank();
  if (rank < 3)
    return node.invalid("its input has no spatial dimension");
  Value sum = reduce(node, nn::ReduceKind::Sum, power->terms(node, input),
                     llvm::to_vector(llvm::seq<int64_t>(2, rank)), /*keepDims=*/true);
  return power->root(node, sum);
}

/// Divides by a power of the mean of squares over `size` neighbouring channels.
Value onnx_import::buildLRN(NodeBuilder &node) {
  Value input = node.operand(0);
  int64_t size = node.intAttribute("size", 0);
  if (!input)
    return {};
  if (!isFloat(input))
    return refuseIntegers(node);
  int64_t rank = tensorOf(input).getRank();
  constexpr int64_t kMost = 1 << 20;
  if (rank < 3 || size < 1 || size > kMost)
    return node.invalid(fmt::format("it has an input of {} dimensions and windows of {} "
                                    "channels; expected three or more, and a positive size",
                                    rank, size));
  Value squares = mul(node, input, input);
  squares = reshapeToSizes(node, squares,
                           {dimOf(node, input, 0), i64Scalar(node, 1),
                            dimOf(node, input, 1), productOf(node, input, 2, rank)});
  Value mean = node.create<nn::PoolOp>({squares}, [&](auto &properties) {
    setWindows(node, properties, {{}, {1, 1}, {(size - 1) / 2, 0}, {size / 2, 0}, {1, 1}});
    properties.setKernel(node.i64Array({size, 1}));
    properties.setKind(nn::PoolKindAttr::get(node.context(), nn::PoolKind::Avg));
    properties.setCountIncludePad(UnitAttr::get(node.context()));
  });
  Value base = mul(node, mean, scalarLike(node, mean, node.floatAttribute("alpha", 1e-4f)));
  base = add(node, base, scalarLike(node, base, node.floatAttribute("bias", 1)));
  Value divisor = binary<nn::PowOp>(
      node, base, scalarLike(node, base, node.floatAttribute("beta", 0.75f)));
  return div(node, input, reshapeLike(node, divisor, input));
}

//===----------------------------------------------------------------------===//
// Blocks of pixels as channels, and back
//===----------------------------------------------------------------------===//

/// Returns attribute `blocksize`, if the input [N, C, H, W] is one that it can apply to.
static std::optional<int64_t> blockSize(NodeBuilder &node, Value input) {
  if (!input)
    return std::nullopt;
  int64_t size = node.intAttribute("blocksize", 0);
  constexpr int64_t kMost = 1 << 15;
  if (tensorOf(input).getRank() == 4 && size >= 1 && size <= kMost)
    return size;
  node.invalid(fmt::format("it has blocks of {} and an input of {} dimensions; expected a "
                           "positive size and four",
                           size, tensorOf(input).getRank()));
  return std::nullopt;
}

/// Reshapes to `sizes`, transposes, and reshapes to `result`.
static Value rearrange(NodeBuilder &node, Value input, ArrayRef<Value> sizes,
                       ArrayRef<int64_t> permutation, ArrayRef<Value> result) {
  Value split = transpose(node, reshapeToSizes(node, input, sizes), permutation);
  return split ? reshapeToSizes(node, split, result) : Value();
}

/// Channels become blocks of pixels: in mode DCR the place in the block comes first among
/// the parts of a channel's number, in mode CRD last.
Value onnx_import::buildDepthToSpace(NodeBuilder &node) {
  Value input = node.operand(0);
  auto size = blockSize(node, input);
  if (!size)
    return {};
  std::string mode = node.stringAttribute("mode", "DCR");
  if (mode != "DCR" && mode != "CRD")
    return node.invalid(
        fmt::format("attribute 'mode' is {}; expected 'DCR' or 'CRD'", quote(mode)));
  Value block = i64Scalar(node, *size);
  Value batch = dimOf(node, input, 0), rows = dimOf(node, input, 2),
        columns = dimOf(node, input, 3);
  Value depth = div(node, dimOf(node, input, 1), mul(node, block, block));
  bool isFirst = mode == "DCR";
  SmallVector<Value> sizes{batch, block, block, depth, rows, columns};
  if (!isFirst)
    sizes = {batch, depth, block, block, rows, columns};
  SmallVector<int64_t> permutation{0, 3, 4, 1, 5, 2};
  if (!isFirst)
    permutation = {0, 1, 4, 2, 5, 3};
  return rearrange(node, input, sizes, permutation,
                   {batch, depth, mul(node, rows, block), mul(node, columns, block)});
}

/// Blocks of pixels become channels.
Value onnx_import::buildSpaceToDepth(NodeBuilder &node) {
  Value input = node.operand(0);
  auto size = blockSize(node, input);
  if (!size)
    return {};
  Value block = i64Scalar(node, *size);
  Value batch = dimOf(node, input, 0), depth = dimOf(node, input, 1);
  Value rows = div(node, dimOf(node, input, 2), block),
        columns = div(node, dimOf(node, input, 3), block);
  return rearrange(node, input, {batch, depth, rows, block, columns, block},
                   {0, 3, 5, 1, 2, 4},
                   {batch, mul(node, depth, mul(node, block, block)), rows, columns});
}
