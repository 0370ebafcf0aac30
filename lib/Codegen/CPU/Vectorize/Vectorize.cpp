//===- Vectorize.cpp - Structured operations to vector loops --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Vectorize.h"
#include "BodyVectorizer.h"
#include "Vectorize/Sizes.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Dialect/CPU/IR/CPU.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_VECTORIZE
#include "tacit/Codegen/CPU/Vectorize/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit::cpu;

/// The number of lanes of a reduction. It is part of the definition of every sum over a
/// row: lane i sums the elements i, i + 16, i + 32, ..., and then the lanes are combined in
/// halves. The width of the machine's registers has no influence.
static constexpr int64_t kReductionLanes = 16;

/// This is more rows than any processor has registers for, because the kernel is unrolled
/// over them.
static constexpr int64_t kMaxTileRows = 64;

/// The bytes per step of an elementwise loop: 32 floats, which two or four registers hold.
static constexpr int64_t kParallelBytes = 128;

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Computes one row: `outer` are the loop indices except the last, `place` the indices of
/// the row in `tensor`.
using RowBuilder = llvm::function_ref<Value(OpBuilder &, ArrayRef<Value> outer,
                                            ArrayRef<Value> place, Value tensor)>;

static Value nestRows(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> rows,
                      SmallVector<Value> &outer, Value tensor, RowBuilder row) {
  if (outer.size() == rows.size())
    return row(builder, outer, outer, tensor);
  return buildLoop(builder, loc, rows[outer.size()], 1, tensor,
                   [&](OpBuilder &b, Value iv, ValueRange carried) {
                     outer.push_back(iv);
                     Value next = nestRows(b, loc, rows, outer, carried[0], row);
                     outer.pop_back();
                     return SmallVector<Value>{next};
                   })
      .front();
}

/// Fills `init` row by row. An outermost operation gets a parallel loop whose tiles are
/// `steps`; inside another one, or for a single row, there are plain loops over `rows`.
static Value forEachRow(OpBuilder &builder, Operation *op, Value init,
                        ArrayRef<OpFoldResult> rows, ArrayRef<OpFoldResult> steps,
                        RowBuilder row) {
  Location loc = op->getLoc();
  if (isOutermost(op) && !rows.empty()) {
    SmallVector<Value> zeros(rows.size(), indexConstant(builder, loc, 0));
    return buildParallelTiles(
        builder, loc, init, steps, [&](OpBuilder &b, ValueRange offsets, Value tile) {
          return row(b, llvm::to_vector(offsets.take_front(rows.size())), zeros, tile);
        });
  }
  SmallVector<Value> outer;
  return nestRows(builder, loc, rows, outer, init, row);
}

//===----------------------------------------------------------------------===//
// Elementwise operations
//===----------------------------------------------------------------------===//

/// Returns the number of elements per step of an elementwise loop over `size`.
static int64_t stepWidth(linalg::GenericOp op, OpFoldResult size) {
  // Otherwise long bodies on wide elements would spill most of their values.
  int64_t bytes = 4;
  for (Value operand : op->getOperands())
    bytes = std::max<int64_t>(
        bytes, getElementTypeOrSelf(operand.getType()).getIntOrFloatBitWidth() / 8);
  int64_t width = kParallelBytes / bytes;
  auto known = getConstantIntValue(size);
  return known ? std::min<int64_t>(width, llvm::PowerOf2Ceil(*known)) : width;
}

/// Computes one row of `size` along the last dimension: whole vectors, then a masked one.
static Value vectorizeRow(OpBuilder &builder, linalg::GenericOp op, OpFoldResult size,
                          Value tensor, ArrayRef<Value> outer, ArrayRef<Value> outIndices) {
  Location loc = op.getLoc();
  unsigned dim = op.getNumLoops() - 1;
  int64_t width = stepWidth(op, size);
  Value yielded = op.getBody()->getTerminator()->getOperand(0);
  auto step = [&](OpBuilder &b, Value iv, Value carried, Value mask) {
    VectorFrame frame{SmallVector<Value>(outer), dim, width, mask};
    frame.ivs.push_back(iv);
    SmallVector<Value> indices(outIndices);
    indices.push_back(iv);
    // An operation that is computed in place reads the part of its operand that is not yet
    // overwritten.
    DenseMap<Value, Value> given;
    for (OpOperand *operand : op.getDpsInputOperands())
      if (operand->get() == op.getDpsInitOperand(0)->get() &&
          op.getMatchingIndexingMap(operand).isIdentity()) {
        VectorFrame place{indices, static_cast<unsigned>(indices.size() - 1), width, mask};
        given[op.getMatchingBlockArgument(operand)] =
            readOperand(b, loc, carried, b.getMultiDimIdentityMap(indices.size()), place);
      }
    Value vector =
        toVector(b, loc, vectorizeBody(b, op, yielded, frame, std::move(given)), width);
    return writeVector(b, loc, vector, carried, indices, mask);
  };
  return buildMaskedLoop(builder, loc, size, width, tensor,
                         [&](OpBuilder &b, Value iv, Value mask, Value carried) {
                           return step(b, iv, carried, mask);
                         });
}

LogicalResult tacit::cpu::vectorizeParallel(RewriterBase &rewriter, linalg::GenericOp op) {
  unsigned numLoops = op.getNumLoops();
  if (op.getNumParallelLoops() != numLoops || numLoops == 0 || op->getNumResults() != 1 ||
      !isVectorizable(op, numLoops - 1))
    return failure();
  OpOperand *init = op.getDpsInitOperand(0);
  if (!op.getMatchingIndexingMap(init).isIdentity() || op.payloadUsesValueFromOperand(init))
    return failure();
  if (llvm::is_contained(staticLoopSizes(op), 0))
    return failure();

  rewriter.setInsertionPoint(op);
  SmallVector<OpFoldResult> shape = loopSizes(rewriter, op);
  SmallVector<OpFoldResult> steps(numLoops, rewriter.getIndexAttr(1));
  steps.back() = OpFoldResult();
  Value result = forEachRow(
      rewriter, op, init->get(), ArrayRef(shape).drop_back(), steps,
      [&](OpBuilder &b, ArrayRef<Value> outer, ArrayRef<Value> place, Value tensor) {
        return vectorizeRow(b, op, shape.back(), tensor, outer, place);
      });
  rewriter.replaceOp(op, result);
  return success();
}

//===----------------------------------------------------------------------===//
// Reductions over the last dimension
//===----------------------------------------------------------------------===//

/// Combines the lanes of `vector` in halves.
static Value combineLanes(OpBuilder &builder, Location loc, Value vector,
                          Operation *combiner) {
  auto make = [&](Value lhs, Value rhs) {
    OperationState state(loc, combiner->getName(), {lhs, rhs}, lhs.getType());
    return builder.create(state)->getResult(0);
  };
  for (int64_t width = kReductionLanes / 2; width >= 1; width /= 2) {
    auto slice = [&](int64_t offset) -> Value {
      return vector::ExtractStridedSliceOp::create(
          builder, loc, vector, ArrayRef<int64_t>{offset}, ArrayRef<int64_t>{width},
          ArrayRef<int64_t>{1});
    };
    vector = make(slice(0), slice(width));
  }
  return vector::ExtractOp::create(builder, loc, vector, ArrayRef<int64_t>{0});
}

LogicalResult tacit::cpu::vectorizeRowReduction(RewriterBase &rewriter,
                                                linalg::GenericOp op) {
  unsigned numLoops = op.getNumLoops();
  if (op.getNumReductionLoops() != 1 || op->getNumResults() != 1 ||
      op.getIteratorTypesArray().back() != utils::IteratorType::reduction ||
      !isVectorizable(op, numLoops - 1))
    return failure();
  unsigned dim = numLoops - 1;
  AffineMap rows =
      AffineMap::getMultiDimIdentityMap(numLoops, op.getContext()).dropResult(dim);
  OpOperand *init = op.getDpsInitOperand(0);
  if (op.getMatchingIndexingMap(init) != rows)
    return failure();
  SmallVector<Operation *> combiners;
  Value term = matchReduction(op.getRegionOutputArgs(), 0, combiners);
  if (!term || combiners.size() != 1 || combiners[0]->getNumOperands() != 2)
    return failure();
  auto neutral = arith::getNeutralElement(combiners[0]);
  if (!neutral || llvm::is_contained(staticLoopSizes(op), 0))
    return failure();

  rewriter.setInsertionPoint(op);
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> shape = loopSizes(rewriter, op);
  Type element = getElementTypeOrSelf(init->get().getType());
  auto type = VectorType::get({kReductionLanes}, element);
  Value start = arith::ConstantOp::create(
      rewriter, loc, DenseElementsAttr::get(type, Attribute(*neutral)));

  auto reduceRow = [&](OpBuilder &b, ArrayRef<Value> outer, ArrayRef<Value> outIndices,
                       Value tensor) -> Value {
    auto combine = [&](OpBuilder &b, Value iv, Value acc, Value mask) -> Value {
      VectorFrame frame{SmallVector<Value>(outer), dim, kReductionLanes, mask};
      frame.ivs.push_back(iv);
      Value value = toVector(b, loc, vectorizeBody(b, op, term, frame), kReductionLanes);
      if (mask)
        value = arith::SelectOp::create(b, loc, mask, value, start);
      OperationState state(loc, combiners[0]->getName(), {acc, value}, acc.getType());
      return b.create(state)->getResult(0);
    };
    Value acc = buildMaskedLoop(b, loc, shape[dim], kReductionLanes, start,
                                [&](OpBuilder &b, Value iv, Value mask, Value carried) {
                                  return combine(b, iv, carried, mask);
                                });
    Value total = combineLanes(b, loc, acc, combiners[0]);
    Value before = tensor::ExtractOp::create(b, loc, tensor, outIndices);
    OperationState state(loc, combiners[0]->getName(), {before, total}, element);
    total = b.create(state)->getResult(0);
    return tensor::InsertOp::create(b, loc, total, tensor, outIndices);
  };

  Value result = forEachRow(
      rewriter, op, init->get(), ArrayRef(shape).drop_back(),
      SmallVector<OpFoldResult>(numLoops - 1, rewriter.getIndexAttr(1)), reduceRow);
  rewriter.replaceOp(op, result);
  return success();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct Vectorize : tacit::cpu::impl::VectorizeBase<Vectorize> {
  using Base::Base;

  void runOnOperation() override {
    if (tileRows < 1 || tileRows > kMaxTileRows || !llvm::isPowerOf2_64(panelColumns) ||
        panelColumns > tacit::cpu::kMaxPanelColumns) {
      getOperation().emitError()
          << "register tile of " << tileRows.getValue() << " x " << panelColumns.getValue()
          << "; expected 1 to " << kMaxTileRows
          << " rows and a power of two of columns, at most "
          << tacit::cpu::kMaxPanelColumns;
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext());
    RegisterTile tile{tileRows, panelColumns};
    SmallVector<linalg::GenericOp> contractions;
    SmallVector<Operation *> others;
    llvm::SmallPtrSet<Operation *, 16> absorbed;
    getOperation().walk([&](Operation *op) {
      auto generic = dyn_cast<linalg::GenericOp>(op);
      if (generic && matchContraction(generic))
        contractions.push_back(generic);
      else if (generic || isa<linalg::PackOp>(op))
        others.push_back(op);
    });
    // Products come first: each absorbs the elementwise operation that reads it.
    for (linalg::GenericOp op : contractions) {
      Operation *consumer = nullptr;
      if (succeeded(vectorizeContraction(rewriter, op, tile, consumer)))
        ++numContractions;
      else
        others.push_back(op);
      if (consumer)
        absorbed.insert(consumer);
    }
    for (Operation *op : others) {
      if (absorbed.contains(op))
        continue;
      if (auto pack = dyn_cast<linalg::PackOp>(op)) {
        if (succeeded(vectorizePack(rewriter, pack)))
          ++numPacks;
        continue;
      }
      auto generic = cast<linalg::GenericOp>(op);
      if (succeeded(vectorizeRowReduction(rewriter, generic)))
        ++numReductions;
      else if (succeeded(vectorizeParallel(rewriter, generic)))
        ++numElementwise;
      else
        ++numScalar; // becomes scalar loops after bufferization
    }
  }
};
} // namespace
