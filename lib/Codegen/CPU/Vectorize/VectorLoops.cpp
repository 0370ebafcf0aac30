//===- VectorLoops.cpp - Building loops over vectors ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Vectorize.h"
#include "Vectorize/Sizes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tacit::cpu;

Value tacit::cpu::indexConstant(OpBuilder &builder, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value tacit::cpu::addIndex(OpBuilder &builder, Location loc, Value a, Value b) {
  if (matchPattern(a, m_Zero()))
    return b;
  return matchPattern(b, m_Zero()) ? a
                                   : arith::AddIOp::create(builder, loc, a, b).getResult();
}

SmallVector<Value> tacit::cpu::buildLoop(OpBuilder &builder, Location loc,
                                         OpFoldResult bound, int64_t step, ValueRange inits,
                                         LoopBody body) {
  auto known = getConstantIntValue(bound);
  if (known && *known <= 0)
    return inits;
  Value zero = indexConstant(builder, loc, 0);
  if (known && *known <= step)
    return body(builder, zero, inits);
  Value upper = getValueOrCreateConstantIndexOp(builder, loc, bound);
  return buildLoop(builder, loc, zero, upper, step, inits, body);
}

SmallVector<Value> tacit::cpu::buildLoop(OpBuilder &builder, Location loc, Value lower,
                                         Value upper, int64_t step, ValueRange inits,
                                         LoopBody body) {
  auto loop =
      scf::ForOp::create(builder, loc, lower, upper, indexConstant(builder, loc, step),
                         inits, [&](OpBuilder &b, Location loc, Value iv, ValueRange args) {
                           scf::YieldOp::create(b, loc, body(b, iv, args));
                         });
  return llvm::to_vector_of<Value>(loop.getResults());
}

Value tacit::cpu::buildMaskedLoop(
    OpBuilder &builder, Location loc, OpFoldResult size, int64_t width, Value init,
    llvm::function_ref<Value(OpBuilder &, Value iv, Value mask, Value carried)> body) {
  auto wholeVector = [&](OpBuilder &b, Value iv, ValueRange carried) {
    return SmallVector<Value>{body(b, iv, Value(), carried[0])};
  };
  if (auto known = getConstantIntValue(size)) {
    int64_t whole = *known - *known % width;
    Value result =
        buildLoop(builder, loc, builder.getIndexAttr(whole), width, init, wholeVector)
            .front();
    if (whole == *known)
      return result;
    Value mask = makeMask(builder, loc, width, indexConstant(builder, loc, *known - whole));
    return body(builder, indexConstant(builder, loc, whole), mask, result);
  }
  Value bound = cast<Value>(size);
  Value whole =
      getValueOrCreateConstantIndexOp(builder, loc, roundDown(builder, loc, size, width));
  Value result = buildLoop(builder, loc, whole, width, init, wholeVector).front();
  // The loop runs at most once.
  return buildLoop(builder, loc, whole, bound, width, result,
                   [&](OpBuilder &b, Value iv, ValueRange carried) {
                     Value left = arith::SubIOp::create(b, loc, bound, iv);
                     Value mask = makeMask(b, loc, width, left);
                     return SmallVector<Value>{body(b, iv, mask, carried[0])};
                   })
      .front();
}

bool tacit::cpu::isOutermost(Operation *op) {
  return !op->getParentOfType<scf::ForallOp>();
}

/// Returns the size of the tile at `offset` of a dimension of `size` elements in steps of
/// `step`.
static OpFoldResult tileSize(OpBuilder &builder, Location loc, OpFoldResult size,
                             OpFoldResult step, Value offset) {
  auto tile = getConstantIntValue(step), all = getConstantIntValue(size);
  if (tile && (*tile == 1 || (all && *all % *tile == 0)))
    return step;
  // The last tile is clipped to min(tile, size - offset).
  AffineExpr d0 = builder.getAffineDimExpr(0), s0 = builder.getAffineSymbolExpr(0),
             s1 = builder.getAffineSymbolExpr(1);
  MLIRContext *context = builder.getContext();
  if (tile && all) {
    AffineMap map =
        AffineMap::get(1, 0, {builder.getAffineConstantExpr(*tile), *all - d0}, context);
    return affine::AffineMinOp::create(builder, loc, map, offset).getResult();
  }
  return affine::makeComposedFoldedAffineMin(
      builder, loc, AffineMap::get(1, 2, {s0, s1 - d0}, context), {offset, step, size});
}

Value tacit::cpu::buildParallelTiles(
    OpBuilder &builder, Location loc, Value init, ArrayRef<OpFoldResult> steps,
    llvm::function_ref<Value(OpBuilder &, ValueRange, Value)> body) {
  SmallVector<OpFoldResult> all = sizesOf(builder, loc, init), upper = all, step(steps);
  OpFoldResult one = builder.getIndexAttr(1);
  for (auto [size, bound, tile] : llvm::zip(all, upper, step)) {
    if (tile)
      continue;
    // Computes a single tile. For a free dimension this is one iteration with a step of 1,
    // because a step must not be zero.
    bool isFree = !getConstantIntValue(size);
    tile = isFree ? one : size;
    bound = isFree ? one : bound;
  }
  SmallVector<OpFoldResult> lower(steps.size(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> unit(steps.size(), one);
  auto loop = scf::ForallOp::create(builder, loc, lower, upper, step, init, std::nullopt);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> offsets(loop.getInductionVars());
  SmallVector<OpFoldResult> sizes;
  for (auto [i, size] : llvm::enumerate(all)) {
    bool isWhole = !steps[i] && !getConstantIntValue(size);
    if (isWhole)
      offsets[i] = indexConstant(builder, loc, 0);
    sizes.push_back(isWhole ? size : tileSize(builder, loc, size, step[i], offsets[i]));
  }
  Value target = loop.getRegionIterArgs()[0];
  Value tile = tensor::ExtractSliceOp::create(builder, loc, target,
                                              getAsOpFoldResult(offsets), sizes, unit);
  Value finished = body(builder, offsets, tile);
  builder.setInsertionPointToEnd(loop.getTerminator().getBody());
  tensor::ParallelInsertSliceOp::create(builder, loc, finished, target,
                                        getAsOpFoldResult(offsets), sizes, unit);
  return loop.getResult(0);
}

Value tacit::cpu::writeVector(OpBuilder &builder, Location loc, Value vector, Value tensor,
                              ValueRange indices, Value mask) {
  auto rank = cast<RankedTensorType>(tensor.getType()).getRank();
  AffineMap map = AffineMap::getMinorIdentityMap(rank, 1, builder.getContext());
  return vector::TransferWriteOp::create(builder, loc, tensor.getType(), vector, tensor,
                                         indices, AffineMapAttr::get(map), mask,
                                         builder.getBoolArrayAttr({true}))
      .getResult();
}

Value tacit::cpu::makeMask(OpBuilder &builder, Location loc, int64_t width, Value count) {
  auto type = VectorType::get({width}, builder.getI1Type());
  return vector::CreateMaskOp::create(builder, loc, type, count);
}
