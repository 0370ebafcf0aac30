//===- BuildMicrosoftProducts.cpp - Builders: com.microsoft products ------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Activations.h"
#include "Ops/OpTable.h"
#include "Ops/PackedWeight.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

//===----------------------------------------------------------------------===//
// FusedMatMul and FusedGemm
//===----------------------------------------------------------------------===//

/// Moves the first dimension behind the batch dimensions that follow it.
static Value moveBatchFirst(NodeBuilder &node, Value matrices) {
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, tensorOf(matrices).getRank()));
  if (order.size() < 3)
    return matrices;
  std::rotate(order.begin(), order.begin() + 1, order.end() - 1);
  return transpose(node, matrices, order);
}

/// Returns an operand, whose attributes say in which order its dimensions are.
static Value fusedOperand(NodeBuilder &node, int64_t index, StringRef transBatch,
                          StringRef trans) {
  Value matrices = node.operand(index);
  if (matrices && node.intAttribute(transBatch, 0))
    matrices = moveBatchFirst(node, matrices);
  if (matrices && node.intAttribute(trans, 0) && tensorOf(matrices).getRank() > 1)
    matrices = transposeMatrix(node, matrices);
  return matrices;
}

Value onnx_import::buildFusedMatMul(NodeBuilder &node) {
  Value lhs = fusedOperand(node, 0, "transBatchA", "transA");
  Value rhs = fusedOperand(node, 1, "transBatchB", "transB");
  if (!lhs || !rhs)
    return {};
  if (!isFloat(lhs) || !isFloat(rhs))
    return refuseIntegers(node);
  Value product = binary<nn::MatmulOp>(node, lhs, rhs);
  float alpha = node.floatAttribute("alpha", 1);
  return alpha == 1.0f ? product : mul(node, product, scalarLike(node, product, alpha));
}

/// A Gemm whose result is activated.
Value onnx_import::buildFusedGemm(NodeBuilder &node) {
  Value product = buildGemm(node);
  std::string name = node.stringAttribute("activation", "");
  if (name.empty() || !product)
    return product;
  auto [alpha, beta] = activationDefaults(name);
  return applyActivation(node,
                         {name, node.floatAttribute("activation_alpha", alpha),
                          node.floatAttribute("activation_beta", beta)},
                         product);
}

/// The GELU of a product, to which a bias may be added.
Value onnx_import::buildGemmFastGelu(NodeBuilder &node) {
  Value product = buildMatMul(node);
  if (node.hasOperand(2))
    product = add(node, product, node.operand(2));
  return node.create<nn::GeluOp>({product}, [&](auto &properties) {
    properties.setApproximation(nn::GeluKindAttr::get(node.context(), nn::GeluKind::Tanh));
  });
}

//===----------------------------------------------------------------------===//
// MatMulNBits
//===----------------------------------------------------------------------===//

namespace {
/// Weights [N, G, bytes of a group]: N columns, each in G groups of `group` rows.
struct Blocks {
  int64_t rows, columns, bits, group, groups;
  /// Which row of the file comes at each place, if those of a group do not follow one
  /// another.
  SmallVector<int64_t> order;

  /// Returns the bits in which weights are stored: those of two bits take four.
  int64_t keptBits() const { return std::max<int64_t>(bits, 4); }
  int64_t bytesPerGroup() const { return group * bits / 8; }
  /// Returns the bytes of the zero points of one column.
  int64_t zeroBytes() const { return (groups * bits + 7) / 8; }
};
} // namespace

static std::optional<Blocks> readBlocks(NodeBuilder &node) {
  Blocks blocks;
  blocks.rows = node.intAttribute("K", 0);
  blocks.columns = node.intAttribute("N", 0);
  blocks.bits = node.intAttribute("bits", 4);
  blocks.group = node.intAttribute("block_size", 0);
  constexpr int64_t kMost = int64_t(1) << 30;
  for (int64_t size : {blocks.rows, blocks.columns, blocks.group})
    if (size < 1 || size > kMost) {
      node.invalid(fmt::format("it has a size of {}; expected a positive one", size));
      return std::nullopt;
    }
  bool isKnown = llvm::is_contained({2, 4, 8}, blocks.bits);
  if (!isKnown || blocks.group * blocks.bits % 8 != 0) {
    node.refuse(
        fmt::format("its weights have {} bits in groups of {}", blocks.bits, blocks.group),
        "quantize to 2, 4 or 8 bits in groups of whole bytes");
    return std::nullopt;
  }
  blocks.groups = (blocks.rows + blocks.group - 1) / blocks.group;
  return blocks;
}

/// Reads g_idx, the group of each row (GPTQ with act-order), and sorts rows by their group.
static bool readOrder(NodeBuilder &node, Blocks &blocks) {
  if (!node.hasOperand(4))
    return true;
  auto groups = node.constantInts(4);
  if (!groups || static_cast<int64_t>(groups->size()) < blocks.rows) {
    node.refuse("its groups (g_idx) are computed, or not one for each row",
                "export the model with constant weights");
    return false;
  }
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, blocks.rows));
  llvm::sort(order, [&](int64_t a, int64_t b) {
    return std::pair((*groups)[a], a) < std::pair((*groups)[b], b);
  });
  for (auto [place, row] : llvm::enumerate(order))
    if ((*groups)[row] != static_cast<int64_t>(place) / blocks.group) {
      node.refuse(fmt::format("its groups (g_idx) do not have {} rows each", blocks.group),
                  "quantize without act-order");
      return false;
    }
  if (!llvm::is_sorted(order))
    blocks.order = std::move(order);
  return true;
}

/// Returns the input with its last dimension in the order of the sorted rows. A look-up
/// would choose among more numbers than there are rows, so that their number is checked.
static Value orderInput(NodeBuilder &node, Value input, const Blocks &blocks) {
  if (blocks.order.empty())
    return input;
  int64_t axis = tensorOf(input).getRank() - 1;
  Value order = node.intsConstant(blocks.order);
  if (axis < 0)
    return node.invalid(
        fmt::format("its input is a number; expected rows of {}, its K", blocks.rows));
  if (!requireSameSize(node, "input", input, axis, "weight", order, 0))
    return {};
  return gather(node, input, order, axis);
}

/// Returns packed columns whose rows are sorted by their group.
static std::vector<char> sortRows(ArrayRef<char> bytes, const Blocks &blocks) {
  int64_t width = blocks.groups * blocks.bytesPerGroup();
  unsigned mask = (1u << blocks.bits) - 1;
  std::vector<char> sorted(bytes.size());
  for (int64_t column = 0; column < blocks.columns; ++column)
    for (auto [place, row] : llvm::enumerate(blocks.order)) {
      int64_t from = row * blocks.bits, to = place * blocks.bits;
      unsigned byte = static_cast<unsigned char>(bytes[column * width + from / 8]);
      unsigned number = byte >> from % 8 & mask;
      sorted[column * width + to / 8] |= static_cast<char>(number << to % 8);
    }
  return sorted;
}

/// Unpacks the four numbers of two bits in each byte to two bytes with two numbers of four
/// bits each, and adds `offset` to each number.
static std::vector<char> widenTwoBits(ArrayRef<char> bytes, unsigned offset) {
  std::vector<char> wide;
  wide.reserve(2 * bytes.size());
  for (char byte : bytes)
    for (unsigned pair : {byte & 15u, byte >> 4 & 15u})
      wide.push_back(
          static_cast<char>(((pair & 3) + offset) | (((pair >> 2) + offset) << 4)));
  return wide;
}

/// Reorders [N, G, B] bytes to [G, B, N]: weights that share a byte stay together. `offset`
/// is added to weights of two bits.
static Value packPlane(NodeBuilder &node, Value weights, const Blocks &blocks,
                       unsigned offset) {
  if (!weights)
    return {};
  int64_t n = blocks.columns, inner = blocks.groups * blocks.bytesPerGroup();
  auto type = tensorOf(weights);
  if (!type.hasStaticShape() || type.getNumElements() != n * inner ||
      type.getElementTypeBitWidth() != 8)
    return node.invalid(fmt::format("its weights do not have {} bytes", n * inner));
  Type byte = IntegerType::get(node.context(), 8);
  int64_t bytesPerGroup = blocks.group * blocks.keptBits() / 8;
  inner = blocks.groups * bytesPerGroup;
  return repackConstant(node, weights,
                        RankedTensorType::get({blocks.groups, bytesPerGroup, n}, byte),
                        [&](ArrayRef<char> bytes) {
                          std::vector<char> sorted, wide;
                          if (!blocks.order.empty())
                            bytes = sorted = sortRows(bytes, blocks);
                          if (blocks.bits == 2)
                            bytes = wide = widenTwoBits(bytes, offset);
                          std::vector<char> result(bytes.size());
                          for (int64_t column = 0; column < n; ++column)
                            for (int64_t k = 0; k < inner; ++k)
                              result[k * n + column] = bytes[column * inner + k];
                          return result;
                        });
}

/// Returns the zero points, packed as the weights are or one float each, as [G, N].
static Value unpackZeroPoints(NodeBuilder &node, Value packed, const Blocks &blocks) {
  if (!packed)
    return {};
  auto type = tensorOf(packed);
  if (isa<FloatType>(type.getElementType()))
    return transposeConstant(node, packed, blocks.columns, blocks.groups);
  if (!type.hasStaticShape() ||
      type.getNumElements() != blocks.columns * blocks.zeroBytes() ||
      type.getElementTypeBitWidth() != 8)
    return node.invalid(fmt::format("its zero points do not have {} bytes",
                                    blocks.columns * blocks.zeroBytes()));
  Type byte = IntegerType::get(node.context(), 8);
  return repackConstant(
      node, packed, RankedTensorType::get({blocks.groups, blocks.columns}, byte),
      [&](ArrayRef<char> bytes) {
        std::vector<char> result(blocks.groups * blocks.columns);
        for (int64_t column = 0; column < blocks.columns; ++column)
          for (int64_t g = 0; g < blocks.groups; ++g) {
            int64_t bit = g * blocks.bits;
            unsigned value =
                static_cast<unsigned char>(bytes[column * blocks.zeroBytes() + bit / 8]);
            result[g * blocks.columns + column] =
                static_cast<char>(value >> bit % 8 & ((1u << blocks.bits) - 1));
          }
        return result;
      });
}

Value onnx_import::buildMatMulNBits(NodeBuilder &node) {
  Value input = node.operand(0), weights = node.operand(1), scales = node.operand(2);
  auto blocks = readBlocks(node);
  if (!input || !weights || !scales || !blocks)
    return {};
  if (!readOrder(node, *blocks))
    return {};
  input = orderInput(node, input, *blocks);
  if (!input)
    return {};
  Value zeroPoints;
  if (node.hasOperand(3) &&
      !(zeroPoints = unpackZeroPoints(node, node.operand(3), *blocks)))
    return {};
  Value scale = transposeConstant(node, scales, blocks->columns, blocks->groups);
  // Without zero points zero is the middle level: 2 of four, which becomes 8 of sixteen.
  unsigned offset = zeroPoints ? 0 : 8 - 2;
  Value weight = dequantize(node, blocks->keptBits(), blocks->rows, scale, zeroPoints,
                            packPlane(node, weights, *blocks, offset));
  SmallVector<Value> operands{input, weight};
  if (node.hasOperand(5))
    operands.push_back(node.operand(5));
  return node.create<nn::LinearOp>(operands);
}

//===----------------------------------------------------------------------===//
// GatherBlockQuantized
//===----------------------------------------------------------------------===//

/// Unpacks bytes of two integers of 4 bits each, [..., C], to integers [..., 2C], low one
/// first.
static Value unpackBytes(NodeBuilder &node, Value bytes) {
  Type element = IntegerType::get(node.context(), 32);
  Value both = castTo(node, bytes, element);
  if (!both)
    return {};
  Value sixteen = scalarLike(node, both, 16);
  Value high = div(node, both, sixteen);
  Value low = sub(node, both, mul(node, high, sixteen));
  int64_t rank = tensorOf(both).getRank();
  return mergeDims(
      node, concat(node, {insertDim(node, low, rank), insertDim(node, high, rank)}, rank),
      rank - 1);
}

/// Repeats `parameter`, one per block along the last dimension, to one per element.
static Value repeatBlocks(NodeBuilder &node, Value parameter, int64_t size, int64_t block) {
  if (!parameter)
    return {};
  return repeatEach(node, parameter, tensorOf(parameter).getRank() - 1, block, size);
}

Value onnx_import::buildGatherBlockQuantized(NodeBuilder &node) {
  Value data = node.operand(0), indices = node.operand(1), scales = node.operand(2);
  if (!data || !indices || !scales)
    return {};
  auto type = tensorOf(data), scaleType = tensorOf(scales);
  int64_t rank = type.getRank(), last = rank - 1;
  auto axes = node.normalizeAxes({node.intAttribute("gather_axis", 0)}, rank);
  auto blockAxes = node.normalizeAxes({node.intAttribute("quantize_axis", 1)}, rank);
  if (!axes || !blockAxes)
    return {};
  int64_t axis = axes->front(), block = node.intAttribute("block_size", 128),
          bits = node.intAttribute("bits", 4);
  constexpr int64_t kMost = int64_t(1) << 31;
  if (blockAxes->front() != last || axis == last || block < 1 || block > kMost ||
      type.isDynamicDim(last) || scaleType.getRank() != rank ||
      scaleType.isDynamicDim(last))
    return node.refuse(
        "it does not gather whole rows that are quantized along the last axis",
        "quantize along the last axis and gather along another");
  auto blocksOf = [&](int64_t size) { return (size + block - 1) / block; };
  // Integers of 4 bits have an element each here; a byte tensor may hold two in one.
  bool isByte = type.getElementType().isUnsignedInteger(8);
  bool isPacked = isByte && bits == 4 &&
                  blocksOf(2 * type.getDimSize(last)) == scaleType.getDimSize(last);
  int64_t size = type.getDimSize(last) * (isPacked ? 2 : 1);
  if (blocksOf(size) != scaleType.getDimSize(last))
    return node.invalid(
        fmt::format("there are {} scales in a row of {} elements in blocks of "
                    "{}",
                    scaleType.getDimSize(last), size, block));
  Value rows = gather(node, data, indices, axis);
  Value scale = repeatBlocks(node, gather(node, scales, indices, axis), size, block);
  Value number =
      castTo(node, isPacked ? unpackBytes(node, rows) : rows, scaleType.getElementType());
  if (node.hasOperand(3)) {
    Value zero = gather(node, node.operand(3), indices, axis);
    if (isPacked)
      zero = unpackBytes(node, zero);
    zero = repeatBlocks(node, zero, size, block);
    number = sub(node, number, castTo(node, zero, scaleType.getElementType()));
  } else if (isPacked || (isByte && bits == 8)) {
    number = sub(node, number, scalarLike(node, number, bits == 8 ? 128 : 8));
  }
  return mul(node, number, scale);
}
