//===- SplitCopies.cpp - Copies of strided buffers ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "tacit/Codegen/CPU/Passes.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_SPLITCOPIES
#include "tacit/Codegen/CPU/Memory/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

/// Returns the number of trailing dimensions of `type` that form one contiguous block of
/// memory.
static int64_t numContiguousDims(MemRefType type) {
  SmallVector<int64_t> strides;
  int64_t offset, expected = 1, count = 0;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return 0;
  for (int64_t i = type.getRank() - 1; i >= 0; --i, ++count) {
    if (strides[i] != expected || type.isDynamicDim(i))
      return count;
    expected *= type.getDimSize(i);
  }
  return count;
}

/// Returns the block of `buffer` that remains when its first dimensions are fixed to `ivs`.
static Value blockAt(OpBuilder &b, Location loc, Value buffer, ValueRange ivs) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<OpFoldResult> offsets(getAsOpFoldResult(ivs));
  SmallVector<OpFoldResult> sizes(ivs.size(), b.getIndexAttr(1));
  SmallVector<OpFoldResult> strides(type.getRank(), b.getIndexAttr(1));
  ArrayRef<int64_t> block = type.getShape().drop_front(ivs.size());
  offsets.resize(type.getRank(), b.getIndexAttr(0));
  llvm::append_range(sizes, getAsIndexOpFoldResult(b.getContext(), block));
  MemRefType reduced =
      memref::SubViewOp::inferRankReducedResultType(block, type, offsets, sizes, strides);
  return memref::SubViewOp::create(b, loc, reduced, buffer, offsets, sizes, strides);
}

namespace {
struct SplitCopies : tacit::cpu::impl::SplitCopiesBase<SplitCopies> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<memref::CopyOp> copies;
    getOperation().walk([&](memref::CopyOp op) { copies.push_back(op); });
    for (memref::CopyOp op : copies) {
      auto source = dyn_cast<MemRefType>(op.getSource().getType());
      auto target = dyn_cast<MemRefType>(op.getTarget().getType());
      if (!source || !target || (isOneBlock(source) && isOneBlock(target)))
        continue;
      split(op, source, target);
      ++numCopies;
    }
  }

  /// Returns true for copies that become one memcpy.
  static bool isOneBlock(MemRefType type) {
    return type.getLayout().isIdentity() ||
           memref::isStaticShapeAndContiguousRowMajor(type);
  }

  /// Creates loops over the outer dimensions around a copy of one block, or of one element
  /// if not even the last dimension is contiguous on both sides.
  static void split(memref::CopyOp op, MemRefType source, MemRefType target) {
    OpBuilder b(op);
    Location loc = op.getLoc();
    int64_t inner = std::min(numContiguousDims(source), numContiguousDims(target));
    int64_t outer = source.getRank() - inner;
    SmallVector<Value> lower, upper, steps;
    for (int64_t i = 0; i < outer; ++i) {
      lower.push_back(arith::ConstantIndexOp::create(b, loc, 0));
      upper.push_back(b.createOrFold<memref::DimOp>(loc, op.getSource(), i));
      steps.push_back(arith::ConstantIndexOp::create(b, loc, 1));
    }
    scf::buildLoopNest(
        b, loc, lower, upper, steps, [&](OpBuilder &b, Location loc, ValueRange ivs) {
          if (inner > 0) {
            memref::CopyOp::create(b, loc, blockAt(b, loc, op.getSource(), ivs),
                                   blockAt(b, loc, op.getTarget(), ivs));
            return;
          }
          Value element = memref::LoadOp::create(b, loc, op.getSource(), ivs);
          memref::StoreOp::create(b, loc, element, op.getTarget(), ivs);
        });
    op.erase();
  }
};
} // namespace
