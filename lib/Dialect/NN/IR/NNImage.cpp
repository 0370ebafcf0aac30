//===- NNImage.cpp - Result types of convolution and pooling --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace tacit::nn;

/// No window needs larger numbers, and sums and products of such numbers fit into 64 bits.
static constexpr int64_t kMostInWindow = int64_t(1) << 31;

int64_t tacit::nn::countWindows(int64_t size, const Window &window, bool isCeil) {
  int64_t room = size + window.low + window.high - window.extent();
  if (room < 0 || size == 0)
    return 0;
  int64_t count = room / window.stride + 1;
  // The last window may extend beyond the end, but must start before the upper padding.
  if (isCeil && room % window.stride != 0 && count * window.stride < size + window.low)
    ++count;
  return count;
}

/// Returns the spatial dimensions of a result. Fails if an attribute does not have one
/// valid entry per dimension.
static LogicalResult inferWindows(std::optional<Location> loc, RankedTensorType input,
                                  ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                                  ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                                  ArrayRef<int64_t> dilations, bool isCeil,
                                  SmallVectorImpl<int64_t> &shape) {
  size_t rank = input.getRank() - 2;
  for (ArrayRef<int64_t> list : {kernel, strides, low, high, dilations})
    if (list.size() != rank)
      return emitOptionalError(loc, "found a list of ", list.size(), " numbers for the ",
                               rank, " spatial dimensions of ", input,
                               "; expected one per dimension");
  for (auto [i, k, stride, l, h, dilation] :
       llvm::enumerate(kernel, strides, low, high, dilations)) {
    int64_t size = input.getDimSize(i + 2);
    bool isSensible = std::min({k, stride, dilation}) >= 1 && std::min(l, h) >= 0;
    if (!isSensible || std::max({k, stride, l, h, dilation}) > kMostInWindow)
      return emitOptionalError(loc, "spatial dimension ", i, " has kernel ", k, ", stride ",
                               stride, ", padding ", l, " and ", h, " and dilation ",
                               dilation,
                               "; expected numbers from 1 to 2^31, padding from 0");
    if (ShapedType::isDynamic(size)) {
      shape.push_back(ShapedType::kDynamic);
      continue;
    }
    shape.push_back(countWindows(size, Window{k, stride, l, h, dilation}, isCeil));
    if (shape.back() == 0)
      return emitOptionalError(loc, "no window fits: it spans ", (k - 1) * dilation + 1,
                               " elements, and spatial dimension ", i, " has ", size,
                               " and padding of ", l, " and ", h);
  }
  return success();
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                       ValueRange operands, DictionaryAttr attributes,
                                       OpaqueProperties properties, RegionRange regions,
                                       SmallVectorImpl<Type> &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  auto weight = cast<RankedTensorType>(adaptor.getWeight().getType());
  int64_t group = adaptor.getGroup();
  bool ok = input.getRank() >= 3 && weight.getRank() == input.getRank() && group >= 1 &&
            input.getElementType() == weight.getElementType() && weight.hasStaticShape() &&
            weight.getDimSize(0) % group == 0;
  // Free channels must be as many as the weight has, which is checked at run time.
  if (ok && !input.isDynamicDim(1))
    ok = input.getDimSize(1) % group == 0 &&
         weight.getDimSize(1) == input.getDimSize(1) / group;
  if (!ok)
    return emitOptionalError(
        loc, "cannot convolve ", input, " with ", weight, " in ", group,
        " groups; expected [N, C, ...] and [M, C / group, ...], where C "
        "and M are multiples of group");
  if (Value bias = adaptor.getBias()) {
    auto type = cast<RankedTensorType>(bias.getType());
    if (type != RankedTensorType::get({weight.getDimSize(0)}, input.getElementType()))
      return emitOptionalError(loc, "bias has type ", type, "; expected one dimension of ",
                               weight.getDimSize(0), " elements");
  }
  SmallVector<int64_t> shape{input.getDimSize(0), weight.getDimSize(0)};
  if (failed(inferWindows(loc, input, weight.getShape().drop_front(2), adaptor.getStrides(),
                          adaptor.getPadsLow(), adaptor.getPadsHigh(),
                          adaptor.getDilations(),
                          /*isCeil=*/false, shape)))
    return failure();
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult PoolOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                       ValueRange operands, DictionaryAttr attributes,
                                       OpaqueProperties properties, RegionRange regions,
                                       SmallVectorImpl<Type> &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  bool isMax = adaptor.getKind() == PoolKind::Max;
  if (input.getRank() < 3 || (!isMax && !isa<FloatType>(input.getElementType())))
    return emitOptionalError(loc, "cannot pool ", input,
                             "; expected [N, C, ...], of floats for a mean");
  if (isMax && adaptor.getCountIncludePad())
    return emitOptionalError(loc, "'count_include_pad' applies to a mean only");
  SmallVector<int64_t> shape{input.getDimSize(0), input.getDimSize(1)};
  if (failed(inferWindows(loc, input, adaptor.getKernel(), adaptor.getStrides(),
                          adaptor.getPadsLow(), adaptor.getPadsHigh(),
                          adaptor.getDilations(), adaptor.getCeil(), shape)))
    return failure();
  types.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}
