//===- Sizes.cpp - Sizes that are known at run time -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Vectorize/Sizes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tacit::cpu;

/// Returns the dimensions of a slice that `type`, which may lack some of size 1, keeps.
static SmallVector<OpFoldResult> keptSizes(tensor::ExtractSliceOp slice) {
  SmallVector<OpFoldResult> sizes;
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  for (auto [i, size] : llvm::enumerate(slice.getMixedSizes()))
    if (!dropped.test(i))
      sizes.push_back(size);
  return sizes;
}

/// Multiplies the sizes of each group of dimensions.
static SmallVector<OpFoldResult> collapsedSizes(OpBuilder &builder, Location loc,
                                                tensor::CollapseShapeOp collapse) {
  SmallVector<OpFoldResult> source = sizesOf(builder, loc, collapse.getSrc()), sizes;
  for (const ReassociationIndices &group : collapse.getReassociationIndices()) {
    AffineExpr product = builder.getAffineConstantExpr(1);
    for (unsigned i = 0; i < group.size(); ++i)
      product = product * builder.getAffineSymbolExpr(i);
    sizes.push_back(affine::makeComposedFoldedAffineApply(
        builder, loc, product, ArrayRef(source).slice(group.front(), group.size())));
  }
  return sizes;
}

/// Returns the initial value of a tensor that an scf.for carries and writes in place, by
/// inserting slices or as a whole: its sizes stay the same. Returns null for other values.
static Value initOf(Value tensor) {
  auto argument = dyn_cast<BlockArgument>(tensor);
  auto loop = dyn_cast_or_null<scf::ForOp>(argument ? argument.getOwner()->getParentOp()
                                                    : tensor.getDefiningOp());
  if (!loop || tensor == loop.getInductionVar())
    return {};
  unsigned number = argument ? argument.getArgNumber() - loop.getNumInductionVars()
                             : cast<OpResult>(tensor).getResultNumber();
  Operation *write = loop.getYieldedValues()[number].getDefiningOp();
  Value target;
  if (auto insert = dyn_cast_or_null<tensor::InsertSliceOp>(write))
    target = insert.getDest();
  else if (auto whole = dyn_cast_or_null<bufferization::MaterializeInDestinationOp>(write))
    target = whole.getDest();
  return target == loop.getRegionIterArgs()[number] ? loop.getInitArgs()[number] : Value();
}

std::optional<SmallVector<OpFoldResult>>
tacit::cpu::sizesFromProducer(OpBuilder &builder, Location loc, Value tensor) {
  Operation *producer = tensor.getDefiningOp();
  if (auto empty = dyn_cast_or_null<tensor::EmptyOp>(producer))
    return empty.getMixedSizes();
  if (auto expand = dyn_cast_or_null<tensor::ExpandShapeOp>(producer))
    return expand.getMixedOutputShape();
  if (auto collapse = dyn_cast_or_null<tensor::CollapseShapeOp>(producer))
    return collapsedSizes(builder, loc, collapse);
  if (auto slice = dyn_cast_or_null<tensor::ExtractSliceOp>(producer))
    return keptSizes(slice);
  auto result = dyn_cast<OpResult>(tensor);
  if (auto styled = dyn_cast_or_null<DestinationStyleOpInterface>(producer))
    return sizesOf(builder, loc, styled.getTiedOpOperand(result)->get());
  if (Value init = initOf(tensor))
    return sizesOf(builder, loc, init);
  // Any other scf.for is excluded because sizes may change from one iteration to the next.
  if (auto loop = dyn_cast_or_null<scf::ForallOp>(producer))
    return sizesOf(builder, loc, loop.getTiedOpOperand(result)->get());
  return std::nullopt;
}

SmallVector<OpFoldResult> tacit::cpu::sizesOf(OpBuilder &builder, Location loc,
                                              Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.hasStaticShape())
    return getAsIndexOpFoldResult(builder.getContext(), type.getShape());
  auto sizes = sizesFromProducer(builder, loc, tensor);
  return sizes ? *sizes : tensor::getMixedSizes(builder, loc, tensor);
}

/// Returns the dimension of `operand` that loop `dim` of its owner iterates over, if there
/// is one.
static std::optional<unsigned> placeOf(OpOperand &operand, unsigned dim) {
  auto op = cast<linalg::LinalgOp>(operand.getOwner());
  return op.getMatchingIndexingMap(&operand).getResultPosition(
      getAffineDimExpr(dim, op->getContext()));
}

SmallVector<int64_t> tacit::cpu::staticLoopSizes(linalg::LinalgOp op) {
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  for (auto [dim, size] : llvm::enumerate(sizes))
    for (OpOperand &operand : op->getOpOperands())
      if (auto place = ShapedType::isDynamic(size) ? placeOf(operand, dim) : std::nullopt)
        size = cast<RankedTensorType>(operand.get().getType()).getDimSize(*place);
  return sizes;
}

SmallVector<OpFoldResult> tacit::cpu::loopSizes(OpBuilder &builder, linalg::LinalgOp op) {
  SmallVector<int64_t> known = staticLoopSizes(op);
  SmallVector<OpFoldResult> sizes = getAsIndexOpFoldResult(builder.getContext(), known);
  for (auto [dim, size] : llvm::enumerate(sizes)) {
    if (!ShapedType::isDynamic(known[dim]))
      continue;
    // Results are tried last: their sizes are those of their allocation, which are
    // available.
    for (OpOperand &operand : llvm::reverse(op->getOpOperands()))
      if (auto place = placeOf(operand, dim)) {
        size = sizesOf(builder, op.getLoc(), operand.get())[*place];
        break;
      }
  }
  return sizes;
}

Value tacit::cpu::emptyTensor(OpBuilder &builder, Location loc, RankedTensorType type,
                              ArrayRef<OpFoldResult> sizes) {
  SmallVector<Value> free;
  for (auto [dim, size] : llvm::zip(type.getShape(), sizes))
    if (ShapedType::isDynamic(dim))
      free.push_back(getValueOrCreateConstantIndexOp(builder, loc, size));
  return tensor::EmptyOp::create(builder, loc, type, free);
}

bool tacit::cpu::isSameSize(OpFoldResult a, OpFoldResult b) {
  if (isEqualConstantIntOrValue(a, b))
    return true;
  auto left = dyn_cast_or_null<OpResult>(dyn_cast<Value>(a));
  auto right = dyn_cast_or_null<OpResult>(dyn_cast<Value>(b));
  return left && right && left.getResultNumber() == right.getResultNumber() &&
         isMemoryEffectFree(left.getOwner()) &&
         OperationEquivalence::isEquivalentTo(left.getOwner(), right.getOwner(),
                                              OperationEquivalence::IgnoreLocations);
}

OpFoldResult tacit::cpu::ceilDivide(OpBuilder &builder, Location loc, OpFoldResult size,
                                    int64_t step) {
  AffineExpr expr = builder.getAffineSymbolExpr(0).ceilDiv(step);
  return affine::makeComposedFoldedAffineApply(builder, loc, expr, size);
}

OpFoldResult tacit::cpu::floorDivide(OpBuilder &builder, Location loc, OpFoldResult size,
                                     int64_t step) {
  AffineExpr expr = builder.getAffineSymbolExpr(0).floorDiv(step);
  return affine::makeComposedFoldedAffineApply(builder, loc, expr, size);
}

OpFoldResult tacit::cpu::roundDown(OpBuilder &builder, Location loc, OpFoldResult size,
                                   int64_t step) {
  AffineExpr expr = builder.getAffineSymbolExpr(0);
  return affine::makeComposedFoldedAffineApply(builder, loc, expr.floorDiv(step) * step,
                                               size);
}
