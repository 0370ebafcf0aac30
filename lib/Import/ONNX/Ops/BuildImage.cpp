//===- BuildImage.cpp - Builders: convolution and pooling -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Compose.h"
#include "Ops/OpTable.h"
#include "Ops/Shapes.h"
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

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

Value onnx_import::buildConv(NodeBuilder &node) {
  Value input = node.operand(0), weight = node.operand(1);
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
  SmallVector<Value> operands{input, weight};
  if (node.hasOperand(2))
    operands.push_back(node.operand(2));
  return node.create<nn::ConvOp>(operands, [&](auto &properties) {
    setWindows(node, properties, *windows);
    properties.setGroup(node.i64(node.intAttribute("group", 1)));
  });
}

static Value buildPool(NodeBuilder &node, nn::PoolKind kind) {
  Value input = node.operand(0);
  if (!input)
    return {};
  auto windows = readWindows(node, tensorOf(input), {});
  if (!windows)
    return {};
  if (node.isUsed(1))
    return node.refuse("the indices of its maxima are used", "use only its first output");
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
  return buildPool(node, nn::PoolKind::Max);
}

Value onnx_import::buildAveragePool(NodeBuilder &node) {
  return buildPool(node, nn::PoolKind::Avg);
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
