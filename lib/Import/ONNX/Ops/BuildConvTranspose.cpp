//===- BuildConvTranspose.cpp - Builders: transposed convolution ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A transposed convolution adds a copy of its kernel to the result for each pixel. It is a
// convolution with the mirrored kernel of an image whose pixels are as far apart as the
// stride says, with zeros between them. Where the copies touch and do not overlap, each
// pixel makes a block of its own: a convolution of 1 x 1, whose channels become blocks.
//
//===----------------------------------------------------------------------===//

#include "Ops/OpTable.h"
#include "Ops/PackedWeight.h"
#include "Ops/Shapes.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/HostTensor.h"
#include <cstring>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

namespace {
/// The attributes of a node, one entry per spatial dimension.
struct Spread {
  std::vector<int64_t> kernel, strides, dilations, extra; ///< extra: output_padding
  std::vector<int64_t> low, high;                         ///< what is cut off the result

  size_t rank() const { return kernel.size(); }
  /// Returns the elements that a copy of the kernel spans.
  int64_t extent(size_t i) const { return (kernel[i] - 1) * dilations[i] + 1; }
};

/// The weight [C, M / group, K...].
struct Kernel {
  Value value;
  int64_t inputs, outputs, group; ///< channels of all groups

  int64_t taps(const Spread &spread) const {
    int64_t count = 1;
    for (int64_t size : spread.kernel)
      count *= size;
    return count;
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

/// Divides the elements of dimension `i` that are too many between its ends. Fewer than
/// none are added at the end.
static void distribute(Spread &spread, size_t i, int64_t all, bool isUpper) {
  int64_t half = std::max<int64_t>(all, 0) / 2;
  spread.low[i] = isUpper ? half : std::max<int64_t>(all, 0) - half;
  spread.high[i] = all - spread.low[i];
}

/// Computes the padding that gives the result the shape `given`.
static bool padToShape(NodeBuilder &node, RankedTensorType input, ArrayRef<int64_t> given,
                       Spread &spread, bool isUpper) {
  // Batch and channels may be in front of it.
  if (given.size() != spread.rank() && given.size() != spread.rank() + 2) {
    node.invalid(fmt::format("attribute 'output_shape' has {} numbers; expected {}",
                             given.size(), spread.rank()));
    return false;
  }
  given = given.take_back(spread.rank());
  for (size_t i = 0; i < spread.rank(); ++i) {
    int64_t size = input.getDimSize(i + 2);
    if (ShapedType::isDynamic(size)) {
      node.refuse("its padding depends on a free dimension",
                  {"pin it", Setting::Dimensions});
      return false;
    }
    constexpr int64_t kMost = int64_t(1) << 40;
    if (size > kMost || given[i] < 1 || given[i] > kMost) {
      node.invalid(fmt::format("it makes {} elements of {}; expected a positive number",
                               given[i], size));
      return false;
    }
    int64_t all = (size - 1) * spread.strides[i] + spread.extra[i] + spread.extent(i);
    distribute(spread, i, all - given[i], isUpper);
  }
  return true;
}

static bool readPads(NodeBuilder &node, RankedTensorType input, Spread &spread) {
  size_t rank = spread.rank();
  spread.low.assign(rank, 0);
  spread.high.assign(rank, 0);
  std::string mode = node.stringAttribute("auto_pad", "NOTSET");
  if (auto given = node.intsAttribute("output_shape"))
    return padToShape(node, input, *given, spread, mode == "SAME_UPPER");
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    // The result is as large as the input times the stride.
    for (size_t i = 0; i < rank; ++i)
      distribute(spread, i, spread.extra[i] + spread.extent(i) - spread.strides[i],
                 mode == "SAME_UPPER");
    return true;
  }
  if (mode != "NOTSET" && mode != "VALID") {
    node.invalid(
        fmt::format("attribute 'auto_pad' is {}; expected NOTSET, VALID, SAME_UPPER "
                    "or SAME_LOWER",
                    quote(mode)));
    return false;
  }
  auto pads = mode == "NOTSET" ? node.intsAttribute("pads") : std::nullopt;
  if (pads) {
    if (pads->size() != 2 * rank) {
      node.invalid(fmt::format("attribute 'pads' has {} numbers; expected {}", pads->size(),
                               2 * rank));
      return false;
    }
    spread.low.assign(pads->begin(), pads->begin() + rank);
    spread.high.assign(pads->begin() + rank, pads->end());
  }
  return true;
}

static std::optional<Spread> readSpread(NodeBuilder &node, RankedTensorType input,
                                        ArrayRef<int64_t> kernel) {
  size_t rank = kernel.size();
  Spread spread;
  spread.kernel = kernel.vec();
  if (auto given = node.intsAttribute("kernel_shape");
      given && ArrayRef<int64_t>(*given) != kernel) {
    node.invalid(fmt::format("attribute 'kernel_shape' is {}; expected {}, as in the shape "
                             "of its weight",
                             shapeText(*given), shapeText(spread.kernel)));
    return std::nullopt;
  }
  auto read = [&](StringRef name, int64_t fallback) {
    auto given = node.intsAttribute(name);
    return given ? *given : std::vector<int64_t>(rank, fallback);
  };
  spread.strides = read("strides", 1);
  spread.dilations = read("dilations", 1);
  spread.extra = read("output_padding", 0);
  constexpr int64_t kMost = 1 << 15;
  auto fits = [&](ArrayRef<int64_t> list, int64_t least) {
    return list.size() == rank && llvm::all_of(list, [&](int64_t entry) {
             return entry >= least && entry <= kMost;
           });
  };
  if (!fits(spread.kernel, 1) || !fits(spread.strides, 1) || !fits(spread.dilations, 1) ||
      !fits(spread.extra, 0)) {
    node.invalid(fmt::format("its kernel, strides, dilations and output_padding are not {} "
                             "numbers up to {} each, positive but for output_padding",
                             rank, kMost));
    return std::nullopt;
  }
  if (!readPads(node, input, spread))
    return std::nullopt;
  auto isSensible = [&](int64_t pad) {
    return pad >= -kMost * kMost && pad <= kMost * kMost;
  };
  if (llvm::all_of(spread.low, isSensible) && llvm::all_of(spread.high, isSensible))
    return spread;
  node.invalid("its padding is too large");
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// Reorders a weight, which constants do at once: element k of the result is element
/// `source(k)`.
static Value reorder(NodeBuilder &node, Value weight, ArrayRef<int64_t> shape,
                     llvm::function_ref<int64_t(int64_t)> source) {
  auto type = RankedTensorType::get(shape, tensorOf(weight).getElementType());
  int64_t width = byteWidth(type.getElementType());
  return repackConstant(node, weight, type, [&](ArrayRef<char> bytes) {
    std::vector<char> result(bytes.size());
    for (int64_t k = 0, e = type.getNumElements(); k < e; ++k)
      std::memcpy(result.data() + k * width, bytes.data() + source(k) * width, width);
    return result;
  });
}

/// Does the same to a weight that is computed: reshapes to `split`, exchanges dimensions 1
/// and 2, mirrors the last dimension if `mirrors` is set, and reshapes to `shape`.
static Value reorderComputed(NodeBuilder &node, Value weight, ArrayRef<int64_t> split,
                             bool mirrors, ArrayRef<int64_t> shape) {
  Value swapped = transpose(node, reshape(node, weight, split), {0, 2, 1, 3});
  if (swapped && mirrors)
    swapped = node.create<nn::SliceOp>({swapped}, [&](auto &properties) {
      properties.setStarts(node.i64Array({0, 0, 0, split[3] - 1}));
      properties.setEnds(node.i64Array({split[0], split[2], split[1], -1}));
      properties.setSteps(node.i64Array({1, 1, 1, -1}));
    });
  return reshape(node, swapped, shape);
}

/// Returns [M, C / group, K...], each kernel mirrored. Mirroring all spatial dimensions
/// reverses their elements.
static Value mirrored(NodeBuilder &node, const Kernel &kernel, const Spread &spread) {
  int64_t taps = kernel.taps(spread), outputs = kernel.outputs / kernel.group,
          inputs = kernel.inputs / kernel.group;
  SmallVector<int64_t> shape{kernel.outputs, inputs};
  llvm::append_range(shape, spread.kernel);
  if (!constantOf(kernel.value))
    return reorderComputed(node, kernel.value, {kernel.group, inputs, outputs, taps},
                           /*mirrors=*/true, shape);
  return reorder(node, kernel.value, shape, [=](int64_t k) {
    int64_t tap = k % taps, input = k / taps % inputs, output = k / taps / inputs;
    int64_t from = output / outputs * inputs + input;
    return (from * outputs + output % outputs) * taps + taps - 1 - tap;
  });
}

/// Returns [M * taps, C / group, 1...]: an output channel for each tap.
static Value perTap(NodeBuilder &node, const Kernel &kernel, const Spread &spread) {
  int64_t taps = kernel.taps(spread), inputs = kernel.inputs / kernel.group;
  int64_t rows = kernel.outputs / kernel.group * taps;
  SmallVector<int64_t> shape{kernel.outputs * taps, inputs};
  shape.append(spread.rank(), 1);
  if (!constantOf(kernel.value))
    return reorderComputed(node, kernel.value, {kernel.group, inputs, rows, 1},
                           /*mirrors=*/false, shape);
  return reorder(node, kernel.value, shape, [=](int64_t k) {
    int64_t input = k % inputs, row = k / inputs;
    return (row / rows * inputs + input) * rows + row % rows;
  });
}

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

static Value convolve(NodeBuilder &node, Value input, Value weight, Value bias,
                      ArrayRef<int64_t> dilations, int64_t group) {
  SmallVector<Value> operands{input, weight};
  if (bias)
    operands.push_back(bias);
  SmallVector<int64_t> ones(dilations.size(), 1), zeros(dilations.size(), 0);
  return node.create<nn::ConvOp>(operands, [&](auto &properties) {
    properties.setStrides(node.i64Array(ones));
    properties.setPadsLow(node.i64Array(zeros));
    properties.setPadsHigh(node.i64Array(zeros));
    properties.setDilations(node.i64Array(dilations));
    properties.setGroup(node.i64(group));
  });
}

/// Puts `stride - 1` zeros between the elements of each spatial dimension.
static Value spreadOut(NodeBuilder &node, Value input, const Spread &spread) {
  for (size_t i = 0; input && i < spread.rank(); ++i) {
    int64_t stride = spread.strides[i], axis = static_cast<int64_t>(i) + 2;
    if (stride == 1)
      continue;
    int64_t rank = tensorOf(input).getRank();
    SmallVector<Value> sizes;
    for (int64_t k = 0; k < rank; ++k)
      sizes.push_back(dimOf(node, input, k));
    sizes[axis] = mul(node, sizes[axis], i64Scalar(node, stride));
    Value zero = scalarLike(node, input, 0);
    SmallVector<int64_t> none(rank + 1, 0), behind = none;
    behind[axis + 1] = stride - 1;
    Value columns = pad(node, insertDim(node, input, axis + 1), none, behind, zero);
    input = columns ? reshapeToSizes(node, columns, sizes) : Value();
    none.pop_back();
    behind.assign(rank, 0);
    behind[axis] = 1 - stride;
    input = pad(node, input, none, behind, zero);
  }
  return input;
}

/// Adds what a window needs around the image, or cuts off what the result lacks.
static Value padAround(NodeBuilder &node, Value input, const Spread &spread) {
  if (!input)
    return {};
  SmallVector<int64_t> low(2, 0), high(2, 0);
  for (size_t i = 0; i < spread.rank(); ++i) {
    low.push_back(spread.extent(i) - 1 - spread.low[i]);
    high.push_back(spread.extent(i) - 1 - spread.high[i] + spread.extra[i]);
  }
  return pad(node, input, low, high, scalarLike(node, input, 0));
}

/// Returns true if the copies of the kernel touch, do not overlap, and are complete.
static bool areBlocks(const Spread &spread) {
  auto isZero = [](int64_t number) { return number == 0; };
  return spread.kernel == spread.strides && llvm::all_of(spread.extra, isZero) &&
         llvm::all_of(spread.low, isZero) && llvm::all_of(spread.high, isZero) &&
         llvm::all_of(llvm::seq<size_t>(0, spread.rank()),
                      [&](size_t i) { return spread.extent(i) == spread.kernel[i]; });
}

/// Moves the taps [N, M * taps, D...] to the pixels: [N, M, D * K...].
static Value tapsToPixels(NodeBuilder &node, Value image, const Kernel &kernel,
                          const Spread &spread) {
  if (!image)
    return {};
  int64_t rank = static_cast<int64_t>(spread.rank());
  Value batch = dimOf(node, image, 0), channels = i64Scalar(node, kernel.outputs);
  SmallVector<Value> split{batch, channels}, merged = split;
  SmallVector<int64_t> order{0, 1};
  for (int64_t i = 0; i < rank; ++i) {
    split.push_back(i64Scalar(node, spread.kernel[i]));
    order.append({2 + rank + i, 2 + i});
  }
  for (int64_t i = 0; i < rank; ++i) {
    Value size = dimOf(node, image, 2 + i);
    split.push_back(size);
    merged.push_back(mul(node, size, i64Scalar(node, spread.kernel[i])));
  }
  Value moved = transpose(node, reshapeToSizes(node, image, split), order);
  return moved ? reshapeToSizes(node, moved, merged) : Value();
}

//===----------------------------------------------------------------------===//
// ConvTranspose
//===----------------------------------------------------------------------===//

static Value addPerChannel(NodeBuilder &node, Value image, Value bias) {
  if (!image || !bias)
    return image;
  SmallVector<int64_t> dims(tensorOf(image).getRank() - 1, 1);
  dims.front() = tensorOf(bias).getDimSize(0);
  return add(node, image, reshape(node, bias, dims));
}

/// Returns the weight; null if it does not fit the image [N, C, D...].
static std::optional<Kernel> readKernel(NodeBuilder &node, Value input) {
  Value weight = node.operand(1);
  if (!input || !weight)
    return std::nullopt;
  auto type = tensorOf(weight), image = tensorOf(input);
  if (!type.hasStaticShape()) {
    node.refuse("the shape of its weight is free", {"pin it", Setting::Dimensions});
    return std::nullopt;
  }
  int64_t group = node.intAttribute("group", 1);
  bool ok = type.getRank() >= 3 && image.getRank() == type.getRank() && isFloat(input) &&
            image.getElementType() == type.getElementType() && group >= 1 &&
            type.getNumElements() > 0 && type.getDimSize(0) % group == 0 &&
            (image.isDynamicDim(1) || image.getDimSize(1) == type.getDimSize(0));
  if (!ok) {
    node.invalid(fmt::format("its weight has the shape {}, its input the shape {}, and it "
                             "has {} groups; expected [N, C, ...] and [C, M / group, ...], "
                             "where C is a multiple of group",
                             shapeText(type.getShape()), shapeText(image.getShape()),
                             group));
    return std::nullopt;
  }
  return Kernel{weight, type.getDimSize(0), type.getDimSize(1) * group, group};
}

Value onnx_import::buildConvTranspose(NodeBuilder &node) {
  Value input = node.operand(0);
  auto kernel = readKernel(node, input);
  if (!kernel)
    return {};
  auto spread =
      readSpread(node, tensorOf(input), tensorOf(kernel->value).getShape().drop_front(2));
  Value bias = node.hasOperand(2) ? node.operand(2) : Value();
  if (!spread || (node.hasOperand(2) && !bias))
    return {};
  auto biasType = bias ? tensorOf(bias) : RankedTensorType();
  if (bias && (biasType.getRank() != 1 || biasType.getDimSize(0) != kernel->outputs))
    return node.invalid(fmt::format("its bias has the shape {}; expected {} elements",
                                    shapeText(biasType.getShape()), kernel->outputs));
  if (areBlocks(*spread)) {
    SmallVector<int64_t> ones(spread->rank(), 1);
    Value image =
        convolve(node, input, perTap(node, *kernel, *spread), {}, ones, kernel->group);
    return addPerChannel(node, tapsToPixels(node, image, *kernel, *spread), bias);
  }
  Value image = padAround(node, spreadOut(node, input, *spread), *spread);
  return convolve(node, image, mirrored(node, *kernel, *spread), bias, spread->dilations,
                  kernel->group);
}
