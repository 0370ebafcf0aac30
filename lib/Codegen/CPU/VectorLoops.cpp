//===- VectorLoops.cpp - Building loops over vectors ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Vectorize.h"
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
  return matchPattern(b, m_Zero()) ? a : arith::AddIOp::create(builder, loc, a, b).getResult();
}

SmallVector<Value> tacit::cpu::buildLoop(OpBuilder &builder, Location loc, OpFoldResult bound,
                                         int64_t step, ValueRange inits, LoopBody body) {
  auto known = getConstantIntValue(bound);
  if (known && *known <= 0)
    return inits;
  Value zero = indexConstant(builder, loc, 0);
  if (known && *known <= step)
    return body(builder, zero, inits);
  Value upper = getValueOrCreateConstantIndexOp(builder, loc, bound);
  auto loop = scf::ForOp::create(builder, loc, zero, upper, indexConstant(builder, loc, step),
                                 inits, [&](OpBuilder &b, Location loc, Value iv, ValueRange args) {
                                   scf::YieldOp::create(b, loc, body(b, iv, args));
                                 });
  return llvm::to_vector_of<Value>(loop.getResults());
}

bool tacit::cpu::isOutermost(Operation *op) { return !op->getParentOfType<scf::ForallOp>(); }

Value tacit::cpu::buildParallelTiles(
    OpBuilder &builder, Location loc, Value init, ArrayRef<int64_t> steps,
    llvm::function_ref<Value(OpBuilder &, ValueRange, Value)> body) {
  auto type = cast<RankedTensorType>(init.getType());
  SmallVector<OpFoldResult> lower(steps.size(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> upper = getAsIndexOpFoldResult(builder.getContext(), type.getShape());
  SmallVector<OpFoldResult> step = getAsIndexOpFoldResult(builder.getContext(), steps);
  SmallVector<OpFoldResult> unit(steps.size(), builder.getIndexAttr(1));
  auto loop = scf::ForallOp::create(builder, loc, lower, upper, step, init, std::nullopt);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> offsets(loop.getInductionVars());
  SmallVector<OpFoldResult> sizes;
  for (auto [dim, tile, offset] : llvm::zip(type.getShape(), steps, offsets)) {
    if (dim % tile == 0) {
      sizes.push_back(builder.getIndexAttr(tile));
      continue;
    }
    // The last tile is cut off: min(tile, dim - offset).
    AffineExpr d0 = builder.getAffineDimExpr(0);
    AffineMap map = AffineMap::get(1, 0, {builder.getAffineConstantExpr(tile), dim - d0},
                                   builder.getContext());
    sizes.push_back(affine::AffineMinOp::create(builder, loc, map, offset).getResult());
  }
  Value target = loop.getRegionIterArgs()[0];
  Value tile = tensor::ExtractSliceOp::create(builder, loc, target, getAsOpFoldResult(offsets),
                                              sizes, unit);
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
  return vector::TransferWriteOp::create(builder, loc, tensor.getType(), vector, tensor, indices,
                                         AffineMapAttr::get(map), mask,
                                         builder.getBoolArrayAttr({true}))
      .getResult();
}

Value tacit::cpu::makeMask(OpBuilder &builder, Location loc, int64_t width, Value count) {
  auto type = VectorType::get({width}, builder.getI1Type());
  return vector::CreateMaskOp::create(builder, loc, type, count);
}
