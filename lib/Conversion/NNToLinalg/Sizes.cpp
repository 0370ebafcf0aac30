//===- Sizes.cpp - Sizes of tensors, known or free ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// What is known of a tensor
//===----------------------------------------------------------------------===//

/// Combines known and free sizes: the k-th free dimension has the k-th size.
static Sizes mixedSizes(RankedTensorType type, ValueRange free) {
  return getMixedValues(type.getShape(), SmallVector<Value>(free), type.getContext());
}

static std::optional<Sizes> statedSizes(Value value) {
  if (auto sized = value.getDefiningOp<nn::SizedOp>())
    return mixedSizes(tensorOf(value), sized.getSizes());
  for (Operation *user : value.getUsers())
    if (auto sized = dyn_cast<nn::SizedOp>(user))
      return mixedSizes(tensorOf(value), sized.getSizes());
  return std::nullopt;
}

/// Returns the destination that `value` has its sizes from, if its operation has one.
static Value destinationOf(Value value) {
  auto op = value.getDefiningOp<DestinationStyleOpInterface>();
  return op ? op.getTiedOpOperand(cast<OpResult>(value))->get() : Value();
}

Sizes tacit::sizesOf(OpBuilder &builder, Location loc, Value value) {
  auto type = tensorOf(value);
  if (type.hasStaticShape())
    return getAsIndexOpFoldResult(builder.getContext(), type.getShape());
  Value source = value;
  while (Value destination = destinationOf(source))
    source = destination;
  for (Value place : {value, source})
    if (auto stated = statedSizes(place))
      return *stated;
  if (auto empty = source.getDefiningOp<tensor::EmptyOp>())
    return empty.getMixedSizes();
  if (auto expanded = source.getDefiningOp<tensor::ExpandShapeOp>())
    return expanded.getMixedOutputShape();
  if (auto slice = source.getDefiningOp<tensor::ExtractSliceOp>())
    if (slice.getSourceType().getRank() == type.getRank())
      return slice.getMixedSizes();
  if (auto collapsed = source.getDefiningOp<tensor::CollapseShapeOp>()) {
    Sizes from = sizesOf(builder, loc, collapsed.getSrc()), sizes;
    for (const ReassociationIndices &group : collapsed.getReassociationIndices())
      sizes.push_back(
          sizeProduct(builder, loc, ArrayRef(from).slice(group.front(), group.size())));
    return sizes;
  }
  return tensor::getMixedSizes(builder, loc, value);
}

RankedTensorType tacit::tensorType(ArrayRef<OpFoldResult> sizes, Type element) {
  SmallVector<int64_t> shape;
  SmallVector<Value> free;
  dispatchIndexOpFoldResults(sizes, free, shape);
  return RankedTensorType::get(shape, element);
}

Value tacit::emptyTensor(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes,
                         Type element) {
  return tensor::EmptyOp::create(builder, loc, sizes, element);
}

bool tacit::isSize(OpFoldResult size, int64_t value) {
  return getConstantIntValue(size) == value;
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value tacit::sizeValue(OpBuilder &builder, Location loc, OpFoldResult size) {
  return getValueOrCreateConstantIndexOp(builder, loc, size);
}

Value tacit::sizeAsFloat(OpBuilder &builder, Location loc, OpFoldResult size,
                         Type element) {
  if (auto known = getConstantIntValue(size))
    return floatConstant(builder, loc, element, static_cast<double>(*known));
  Value number =
      arith::IndexCastOp::create(builder, loc, builder.getI64Type(), cast<Value>(size));
  return arith::SIToFPOp::create(builder, loc, element, number);
}

/// Computes x * y after the later of the two, where every user of both can read it, too.
static Value multiply(OpBuilder &builder, Location loc, Value x, Value y) {
  for (Operation *user : x.getUsers())
    if (auto product = dyn_cast<arith::MulIOp>(user))
      if ((product.getLhs() == x && product.getRhs() == y) ||
          (product.getLhs() == y && product.getRhs() == x))
        return product;
  OpBuilder::InsertionGuard guard(builder);
  Operation *first = x.getDefiningOp(), *second = y.getDefiningOp();
  if (first && second && first->getBlock() == second->getBlock())
    builder.setInsertionPointAfter(first->isBeforeInBlock(second) ? second : first);
  return arith::MulIOp::create(builder, loc, x, y);
}

OpFoldResult tacit::sizeProduct(OpBuilder &builder, Location loc,
                                ArrayRef<OpFoldResult> sizes) {
  int64_t known = 1;
  Value free;
  for (OpFoldResult size : sizes) {
    if (auto constant = getConstantIntValue(size))
      known *= *constant;
    else
      free = free ? multiply(builder, loc, free, cast<Value>(size)) : cast<Value>(size);
  }
  if (!free || known == 0)
    return builder.getIndexAttr(known);
  if (known == 1)
    return free;
  return arith::MulIOp::create(builder, loc, free,
                               arith::ConstantIndexOp::create(builder, loc, known))
      .getResult();
}

OpFoldResult tacit::sizeSum(OpBuilder &builder, Location loc, OpFoldResult a,
                            OpFoldResult b) {
  auto x = getConstantIntValue(a), y = getConstantIntValue(b);
  if (x && y)
    return builder.getIndexAttr(*x + *y);
  if (x == 0 || y == 0)
    return x == 0 ? b : a;
  return arith::AddIOp::create(builder, loc, sizeValue(builder, loc, a),
                               sizeValue(builder, loc, b))
      .getResult();
}

Value tacit::resolveBroadcast(OpBuilder &builder, Location loc, Value input,
                              ArrayRef<OpFoldResult> sizes) {
  if (tensorOf(input).hasStaticShape())
    return input;
  Sizes own = sizesOf(builder, loc, input), settled;
  SmallVector<bool> isOpen;
  for (auto [size, wanted] : llvm::zip(own, sizes.take_back(own.size()))) {
    isOpen.push_back(size != wanted && isa<Value>(size));
    settled.push_back(isOpen.back() ? wanted : size);
  }
  if (!llvm::is_contained(isOpen, true))
    return input;
  return parallelGeneric(builder, loc, settled, tensorOf(input).getElementType(), {}, {},
                         [&](OpBuilder &b, Location loc, ValueRange) -> Value {
                           SmallVector<Value> indices;
                           Value zero = arith::ConstantIndexOp::create(b, loc, 0);
                           Value one = arith::ConstantIndexOp::create(b, loc, 1);
                           for (auto [i, size] : llvm::enumerate(own)) {
                             indices.push_back(linalg::IndexOp::create(b, loc, i));
                             if (!isOpen[i])
                               continue;
                             Value isOne = arith::CmpIOp::create(
                                 b, loc, arith::CmpIPredicate::eq, cast<Value>(size), one);
                             indices.back() = arith::SelectOp::create(b, loc, isOne, zero,
                                                                      indices.back());
                           }
                           return tensor::ExtractOp::create(b, loc, input, indices);
                         });
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

Value tacit::reshapeTo(OpBuilder &builder, Location loc, Value input,
                       ArrayRef<int64_t> shape) {
  auto from = tensorOf(input);
  if (from.getShape() == shape)
    return input;
  auto to = RankedTensorType::get(shape, from.getElementType());
  if (auto groups = getReassociationIndicesForReshape(from, to)) {
    if (from.getRank() > to.getRank())
      return tensor::CollapseShapeOp::create(builder, loc, to, input, *groups);
    return tensor::ExpandShapeOp::create(builder, loc, to, input, *groups);
  }
  // A reshape that is neither a merge nor a split goes through one dimension.
  auto flat = RankedTensorType::get({from.getNumElements()}, from.getElementType());
  ReassociationIndices all;
  if (from.getRank() > 1) {
    all.assign(llvm::to_vector(llvm::seq<int64_t>(0, from.getRank())));
    input = tensor::CollapseShapeOp::create(builder, loc, flat, input,
                                            ArrayRef<ReassociationIndices>{all});
  }
  all.assign(llvm::to_vector(llvm::seq<int64_t>(0, to.getRank())));
  return tensor::ExpandShapeOp::create(builder, loc, to, input,
                                       ArrayRef<ReassociationIndices>{all});
}

namespace {
/// A size split into its known factor and its free ones.
struct Factors {
  int64_t known = 1;
  SmallVector<Value> free;

  void add(OpFoldResult size) {
    SmallVector<OpFoldResult> left{size};
    while (!left.empty()) {
      OpFoldResult next = left.pop_back_val();
      if (auto constant = getConstantIntValue(next)) {
        known *= *constant;
      } else if (auto product = cast<Value>(next).getDefiningOp<arith::MulIOp>()) {
        left.append({product.getLhs(), product.getRhs()});
      } else {
        free.push_back(cast<Value>(next));
      }
    }
    llvm::sort(free, [](Value a, Value b) {
      return a.getAsOpaquePointer() < b.getAsOpaquePointer();
    });
  }
  bool operator==(const Factors &other) const {
    return known == other.known && free == other.free;
  }
  /// Returns true if more factors could complete this one to `other`.
  bool isPartOf(const Factors &other) const {
    return known != 0 && other.known % known == 0 &&
           llvm::includes(other.free, free, [](Value a, Value b) {
             return a.getAsOpaquePointer() < b.getAsOpaquePointer();
           });
  }
};

/// Neighbouring dimensions of one shape that together form neighbouring ones of another.
struct ReshapeGroup {
  ReassociationIndices from, to;
};
} // namespace

/// Returns the finest groups that can be proved, or all dimensions in one group if none
/// can.
static SmallVector<ReshapeGroup> groupDims(ArrayRef<OpFoldResult> from,
                                           ArrayRef<OpFoldResult> to) {
  SmallVector<ReshapeGroup> groups;
  size_t i = 0, j = 0;
  while (i < from.size() && j < to.size()) {
    ReshapeGroup group;
    Factors left, right;
    group.from.push_back(i), left.add(from[i++]);
    group.to.push_back(j), right.add(to[j++]);
    while (!(left == right)) {
      bool takesLeft = i < from.size() && (left.isPartOf(right) || j == to.size());
      if (takesLeft)
        group.from.push_back(i), left.add(from[i++]);
      else if (j < to.size())
        group.to.push_back(j), right.add(to[j++]);
      else
        break;
    }
    groups.push_back(group);
  }
  if (groups.empty())
    groups.emplace_back();
  // The remaining dimensions are 1.
  for (; i < from.size(); ++i)
    groups.back().from.push_back(i);
  for (; j < to.size(); ++j)
    groups.back().to.push_back(j);
  return groups;
}

Value tacit::reshapeTo(OpBuilder &builder, Location loc, Value input,
                       ArrayRef<OpFoldResult> sizes) {
  Type element = tensorOf(input).getElementType();
  auto to = tensorType(sizes, element);
  if (tensorOf(input).hasStaticShape() && to.hasStaticShape())
    return reshapeTo(builder, loc, input, to.getShape());
  Sizes from = sizesOf(builder, loc, input);
  if (ArrayRef<OpFoldResult>(from) == sizes)
    return input;
  SmallVector<ReassociationIndices> merges, splits;
  Sizes merged;
  for (const ReshapeGroup &group : groupDims(from, sizes)) {
    // A dimension whose size only the result knows is cast below.
    bool isSame = group.from.size() == 1 && group.to.size() == 1 &&
                  !getConstantIntValue(sizes[group.to[0]]);
    merges.push_back(group.from);
    splits.push_back(group.to);
    Sizes parts;
    for (int64_t i : group.to)
      parts.push_back(sizes[i]);
    merged.push_back(isSame ? from[group.from[0]] : sizeProduct(builder, loc, parts));
  }
  // A scalar has no dimensions to group.
  if (from.empty())
    merges.clear(), splits.clear();
  if (merges.size() < from.size())
    input = tensor::CollapseShapeOp::create(builder, loc, input, merges);
  // This cast adds the sizes that only the result knows.
  auto wanted = tensorType(merged, element);
  if (!from.empty() && tensorOf(input) != wanted)
    input = tensor::CastOp::create(builder, loc, wanted, input);
  if (splits.size() < sizes.size())
    input = tensor::ExpandShapeOp::create(builder, loc, to, input, splits, sizes);
  return input;
}
