//===- BuildRelativePosition.cpp - Builders: biases of distances ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// T5 and WavLM add a number to each score that depends on the distance of query and key.
//
//===----------------------------------------------------------------------===//

#include "Ops/AttentionParts.h"
#include "Ops/OpTable.h"
#include "Ops/Shapes.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/HostTensor.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

namespace {
/// How distances in one direction are divided into buckets.
struct Buckets {
  int64_t count, farthest; ///< what is as far or farther is in the last bucket

  /// Returns the bucket of each distance up to `farthest`. The first half has a bucket per
  /// distance, and the others grow like powers. The arithmetic is ONNX Runtime's.
  std::vector<int64_t> table() const {
    std::vector<int64_t> result;
    int64_t exact = count / 2;
    float range = std::log(static_cast<float>(farthest) / static_cast<float>(exact));
    for (int64_t distance = 0; distance <= farthest; ++distance) {
      float ratio = static_cast<float>(distance) / static_cast<float>(exact);
      int64_t bucket = distance;
      if (distance >= exact)
        bucket = exact + static_cast<int64_t>(std::log(ratio) / range *
                                              static_cast<float>(count - exact));
      result.push_back(std::min(bucket, count - 1));
    }
    return result;
  }
};
} // namespace

/// Returns a length, an operand of one element, as an i64 scalar.
static Value lengthOf(NodeBuilder &node, int64_t index) {
  Value length = node.operand(index);
  if (!length)
    return {};
  auto type = tensorOf(length);
  if (!isa<IntegerType>(type.getElementType()) || !type.hasStaticShape() ||
      type.getNumElements() != 1)
    return node.invalid("a length is not one integer");
  return reshape(node, castTo(node, length, IntegerType::get(node.context(), 64)), {});
}

static Value placesBelow(NodeBuilder &node, Value length) {
  if (!length)
    return {};
  auto known = readIntegers(constantOf(length));
  if (known && known->front() < 0)
    return node.invalid(fmt::format("a length is {}; expected 0 or more", known->front()));
  return rangeBelow(node, length, known ? known->front() : kFreeDim);
}

/// Returns the bucket of each pair of a query and a key, [Q, K].
static Value bucketsOf(NodeBuilder &node, Value distance, Buckets buckets,
                       bool isBidirectional) {
  Value zero = i64Scalar(node, 0), most = i64Scalar(node, buckets.farthest);
  // Keys behind the query are at no distance if only those before it count.
  Value length =
      isBidirectional
          ? node.create<nn::AbsOp>({distance})
          : binary<nn::MaximumOp>(node, node.create<nn::NegOp>({distance}), zero);
  Value bucket = gather(node, node.intsConstant(buckets.table()),
                        binary<nn::MinimumOp>(node, length, most), 0);
  if (!isBidirectional)
    return bucket;
  Value isBehind = compare(node, nn::ComparePredicate::Greater, distance, zero);
  Value second = add(node, bucket, i64Scalar(node, buckets.count));
  return node.create<nn::WhereOp>({isBehind, second, bucket});
}

/// The operands are a table [buckets, heads] and two lengths.
Value onnx_import::buildRelativePositionBias(NodeBuilder &node) {
  Value table = node.operand(0);
  Value queries = placesBelow(node, lengthOf(node, 1)),
        keys = placesBelow(node, lengthOf(node, 2));
  if (!table || !queries || !keys)
    return {};
  auto type = tensorOf(table);
  bool isBidirectional = node.intAttribute("is_bidirectional", 0) != 0;
  Buckets buckets{type.getRank() == 2 ? type.getDimSize(0) / (isBidirectional ? 2 : 1) : 0,
                  node.intAttribute("max_distance", 128)};
  constexpr int64_t kMost = 1 << 16;
  if (buckets.count < 2 || buckets.farthest <= buckets.count / 2 ||
      buckets.farthest > kMost)
    return node.invalid(fmt::format(
        "its table has the shape {} for distances up to {}; expected two dimensions, the "
        "first with more than one bucket per direction, and a 'max_distance' beyond half "
        "of the buckets and up to {}",
        shapeText(type.getShape()), buckets.farthest, kMost));
  Value distance = sub(node, keys, insertDim(node, queries, 1));
  Value bucket = bucketsOf(node, distance, buckets, isBidirectional);
  Value bias = transpose(node, gather(node, table, bucket, 0), {2, 0, 1});
  return insertDim(node, bias, 0);
}

/// The operands are the query [B, S, H * D], its bias, a bias of scores, weight [D, 8] and
/// bias of two gates, and a factor [1, H, 1, 1]. The bias of scores is scaled by what the
/// gates make of each query.
Value onnx_import::buildGatedRelativePositionBias(NodeBuilder &node) {
  if (node.hasOperand(6))
    return node.refuse("its tokens are packed (token_offset)",
                       "use the model as it was before ONNX Runtime's packing mode");
  int64_t heads = node.intAttribute("num_heads", 0);
  Value query = add(node, node.operand(0), node.operand(1));
  if (!query)
    return {};
  if (tensorOf(query).getRank() != 3)
    return node.invalid("its query does not have three dimensions");
  Value each = splitHeads(node, query, heads);
  Value gates = node.create<nn::LinearOp>({each, node.operand(3), node.operand(4)});
  if (!gates)
    return {};
  constexpr int64_t kGates = 2;
  gates = reduce(node, nn::ReduceKind::Sum, splitDim(node, gates, 3, kGates), 4,
                 /*keepDims=*/false);
  gates = node.create<nn::SigmoidOp>({gates});
  Value update = slice(node, gates, 3, 0, 1), reset = slice(node, gates, 3, 1, 2);
  Value one = scalarLike(node, query, 1), two = scalarLike(node, query, 2);
  Value factor = sub(node, mul(node, reset, node.operand(5)), one);
  factor = add(node, mul(node, update, factor), two);
  return mul(node, factor, node.operand(2));
}
