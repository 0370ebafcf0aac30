//===- TileRows.cpp - Softmax and norms, one row at a time ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Vectorize.h"
#include "Vectorize/Sizes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_TILEROWS
#include "tacit/Codegen/CPU/Vectorize/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit::cpu;

/// Says what an operation does with the rows of a [rows..., n] iteration space.
enum class RowRole {
  None,
  Full,   ///< one value per element
  Reduce, ///< one value per row, from the row's elements
  PerRow, ///< one value per row, from values per row
};

/// Returns the role of `op` in a group whose elementwise shape is `shape`. Two free
/// dimensions look the same here; the caller checks whether they are.
static RowRole roleOf(Operation *candidate, ArrayRef<int64_t> shape) {
  ArrayRef<int64_t> rows = shape.drop_back();
  if (auto fill = dyn_cast<linalg::FillOp>(candidate)) {
    auto type = dyn_cast<RankedTensorType>(fill->getResult(0).getType());
    return type && type.getShape() == rows ? RowRole::PerRow : RowRole::None;
  }
  auto op = dyn_cast<linalg::GenericOp>(candidate);
  if (!op || op->getNumResults() != 1)
    return RowRole::None;
  SmallVector<int64_t> ranges = staticLoopSizes(op);
  AffineMap out = op.getIndexingMapsArray().back();
  // Every operand must be a part of the row or the same for all of it.
  for (AffineMap map : op.getIndexingMapsArray())
    if (!map.isProjectedPermutation(/*allowZeroInResults=*/true))
      return RowRole::None;
  // The result's type must state the same sizes as those of the operands, because tiles get
  // that type.
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (!out.isProjectedPermutation() ||
      applyPermutationMap(out, ArrayRef(ranges)) != type.getShape())
    return RowRole::None;
  bool isParallel = op.getNumParallelLoops() == op.getNumLoops();
  if (isParallel && out.isIdentity() && ArrayRef<int64_t>(ranges) == shape)
    return RowRole::Full;
  if (isParallel && out.isIdentity() && ArrayRef<int64_t>(ranges) == rows)
    return RowRole::PerRow;
  auto expected = AffineMap::getMultiDimIdentityMap(shape.size(), op.getContext())
                      .dropResult(shape.size() - 1);
  if (op.getNumReductionLoops() == 1 && out == expected &&
      ArrayRef<int64_t>(ranges) == shape)
    return RowRole::Reduce;
  return RowRole::None;
}

/// Returns true if the owner of `use`, when it computes one row, needs only that row of a
/// producer with `role`. In a square tensor, a transposed read has the same shape.
static bool readsOwnRow(OpOperand &use, RowRole role, int64_t rank) {
  auto user = cast<linalg::LinalgOp>(use.getOwner());
  auto identity = AffineMap::getMultiDimIdentityMap(user.getNumLoops(), user->getContext());
  unsigned numResults = role == RowRole::Full ? rank : rank - 1;
  return user.getMatchingIndexingMap(&use) == identity.getMajorSubMap(numResults);
}

/// Returns true if the elementwise members of `group` can be computed one after the other
/// in one row: the last read of each happens no later than the write of the next.
static bool fitInOneRow(ArrayRef<Operation *> group, ArrayRef<int64_t> shape) {
  Type element = getElementTypeOrSelf(group.back()->getResult(0).getType());
  Operation *current = nullptr;
  for (Operation *member : group) {
    if (roleOf(member, shape) != RowRole::Full)
      continue;
    if (getElementTypeOrSelf(member->getResult(0).getType()) != element)
      return false;
    if (current && llvm::any_of(current->getUsers(), [&](Operation *user) {
          return member->isBeforeInBlock(user);
        }))
      return false;
    current = member;
  }
  return true;
}

/// Returns `root` and the producers that only this group uses, producers first. The result
/// holds a reduction; without one there is nothing to gain, and the result is empty.
static SetVector<Operation *> findGroup(OpBuilder &builder, linalg::GenericOp root) {
  SmallVector<int64_t> shape = staticLoopSizes(root);
  builder.setInsertionPoint(root);
  OpFoldResult length = loopSizes(builder, root).back();
  SetVector<Operation *> group;
  group.insert(root);
  bool hasReduction = false;
  for (bool changed = true; changed;) {
    changed = false;
    for (Operation *member : SmallVector<Operation *>(group.getArrayRef())) {
      for (Value operand : member->getOperands()) {
        Operation *producer = operand.getDefiningOp();
        if (!producer || group.contains(producer) ||
            producer->getBlock() != root->getBlock())
          continue;
        RowRole role = roleOf(producer, shape);
        if (role == RowRole::None ||
            !llvm::all_of(producer->getUses(), [&](OpOperand &use) {
              return group.contains(use.getOwner()) && readsOwnRow(use, role, shape.size());
            }))
          continue;
        // An elementwise producer joins the group of its own input, unless it reads a value
        // per row and therefore cannot come before the reduction.
        if (role == RowRole::Full &&
            !llvm::any_of(producer->getOperands(), [&](Value value) {
              auto type = dyn_cast<RankedTensorType>(value.getType());
              return type && type.getShape() == ArrayRef<int64_t>(shape).drop_back();
            }))
          continue;
        // A user of a member has the same dimensions, unless it sums over one of its own.
        if (role == RowRole::Reduce &&
            !isSameSize(loopSizes(builder, cast<linalg::LinalgOp>(producer)).back(),
                        length))
          continue;
        hasReduction |= role == RowRole::Reduce;
        changed |= group.insert(producer);
      }
    }
  }
  if (!hasReduction)
    return {};
  SmallVector<Operation *> ordered(group.getArrayRef());
  llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  // A row of unbounded length does not fit on the stack of a task.
  if (ShapedType::isDynamic(shape.back()) && !fitInOneRow(ordered, shape))
    return {};
  return SetVector<Operation *>(ordered.begin(), ordered.end());
}

namespace {
struct TileRows : tacit::cpu::impl::TileRowsBase<TileRows> {
  using Base::Base;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::GenericOp> candidates;
    getOperation().walk([&](linalg::GenericOp op) {
      if (isOutermost(op) && op.getNumLoops() >= 2 && op->getNumResults() == 1 &&
          !llvm::is_contained(staticLoopSizes(op), 0) &&
          roleOf(op, staticLoopSizes(op)) == RowRole::Full)
        candidates.push_back(op);
    });
    // The last consumers come first, so that a group contains a whole chain.
    llvm::SmallPtrSet<Operation *, 16> done;
    for (linalg::GenericOp root : llvm::reverse(candidates)) {
      if (done.contains(root))
        continue;
      SetVector<Operation *> group = findGroup(rewriter, root);
      if (group.empty())
        continue;
      done.insert(group.begin(), group.end());
      if (failed(tile(rewriter, root, group.getArrayRef()))) {
        root->emitOpError() << "cannot be computed row by row";
        return signalPassFailure();
      }
      ++numGroups;
    }
  }

  /// Creates one parallel loop over the rows that computes every member on its row.
  LogicalResult tile(RewriterBase &rewriter, linalg::GenericOp root,
                     ArrayRef<Operation *> group) {
    rewriter.setInsertionPoint(root);
    Location loc = root.getLoc();
    SmallVector<int64_t> shape = staticLoopSizes(root);
    bool isFree = ShapedType::isDynamic(shape.back());
    OpFoldResult one = rewriter.getIndexAttr(1);
    SmallVector<OpFoldResult> sizes(shape.size(), one), steps(shape.size(), one);
    sizes.back() = loopSizes(rewriter, root).back();
    steps.back() = OpFoldResult();
    bool ok = true;
    Value result = buildParallelTiles(
        rewriter, loc, root.getDpsInitOperand(0)->get(), steps,
        [&](OpBuilder &b, ValueRange ivs, Value out) -> Value {
          DenseMap<Value, Value> tiles;
          SmallVector<OpFoldResult> offsets = getAsOpFoldResult(ivs);
          offsets.back() = b.getIndexAttr(0);
          for (Operation *member : group) {
            auto linalgOp = cast<linalg::LinalgOp>(member);
            ArrayRef<OpFoldResult> own =
                ArrayRef(offsets).take_front(linalgOp.getNumLoops());
            auto tiled = cast<TilingInterface>(member).getTiledImplementation(
                b, own, ArrayRef(sizes).take_front(own.size()));
            if (failed(tiled) || tiled->tiledOps.size() != 1) {
              ok = false;
              return out;
            }
            Operation *op = tiled->tiledOps.front();
            for (OpOperand &operand : op->getOpOperands()) {
              auto slice = operand.get().getDefiningOp<tensor::ExtractSliceOp>();
              Value source = slice ? slice.getSource() : operand.get();
              Value tile = tiles.lookup(source);
              if (!tile)
                continue;
              operand.set(tile);
              if (slice && slice->use_empty())
                slice->erase();
            }
            if (member == root || (isFree && roleOf(member, shape) == RowRole::Full)) {
              OpOperand *init = cast<DestinationStyleOpInterface>(op).getDpsInitOperand(0);
              auto unused = init->get().getDefiningOp<tensor::ExtractSliceOp>();
              init->set(out);
              if (unused && unused != out.getDefiningOp() && unused->use_empty())
                unused->erase();
              out = op->getResult(0);
            }
            tiles[member->getResult(0)] = op->getResult(0);
          }
          return tiles[root->getResult(0)];
        });
    if (!ok)
      return failure();
    rewriter.replaceOp(root, result);
    for (Operation *member : llvm::reverse(group))
      if (member != root)
        rewriter.eraseOp(member);
    return success();
  }
};
} // namespace
