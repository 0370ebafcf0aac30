//===- VectorizeContraction.cpp - Matrix products to vector loops ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The kernel keeps a register tile of rows x panel results and walks the whole
// inner dimension once: for each step it loads one row of the panel, broadcasts
// one element of each left-hand row, and does one fused multiply-add per row.
// Every result is therefore one chain of fma in ascending order of the inner
// dimension, whatever the tile, the machine or the number of threads.
//
//===----------------------------------------------------------------------===//

#include "BodyVectorizer.h"
#include "Vectorize.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tacit::cpu;

//===----------------------------------------------------------------------===//
// Recognition
//===----------------------------------------------------------------------===//

/// acc + a * b, the product's operands in the order of the inputs.
static bool isMultiplyAdd(linalg::GenericOp op) {
  Block *body = op.getBody();
  if (body->getNumArguments() != 3 || !llvm::hasNItems(body->begin(), body->end(), 3))
    return false;
  auto product = dyn_cast<arith::MulFOp>(body->front());
  auto sum = dyn_cast<arith::AddFOp>(*std::next(body->begin()));
  if (!product || !sum || product.getLhs() != body->getArgument(0) ||
      product.getRhs() != body->getArgument(1))
    return false;
  Value acc = body->getArgument(2);
  return ((sum.getLhs() == acc && sum.getRhs() == product) ||
          (sum.getRhs() == acc && sum.getLhs() == product)) &&
         body->getTerminator()->getOperand(0) == sum.getResult();
}

std::optional<Contraction> tacit::cpu::matchContraction(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 2 || op->getNumResults() != 1 ||
      op.getNumReductionLoops() != 1 || op.hasDynamicShape() || !isMultiplyAdd(op))
    return std::nullopt;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  if (!maps[0].isProjectedPermutation(true) || !maps[1].isProjectedPermutation(true) ||
      !maps[2].isProjectedPermutation() || maps[2].getNumResults() < 2 ||
      maps[2].getNumResults() + 1 != op.getNumLoops() ||
      llvm::is_contained(op.getStaticLoopRanges(), 0))
    return std::nullopt;
  Contraction contraction{op,      {},      0,       0, 0, maps[0], maps[1],
                          maps[2], op.getStaticLoopRanges()};
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  contraction.inner = reductions.front();
  if (maps[2].isFunctionOfDim(contraction.inner))
    return std::nullopt;
  contraction.column = maps[2].getDimPosition(maps[2].getNumResults() - 1);
  // The row is the dimension that only the left side and the result have; of
  // several, the last in loop order.
  std::optional<unsigned> row;
  for (unsigned i = 0; i < op.getNumLoops(); ++i)
    if (i != contraction.inner && i != contraction.column && !maps[1].isFunctionOfDim(i) &&
        maps[0].isFunctionOfDim(i))
      row = i;
  if (!row || maps[0].isFunctionOfDim(contraction.column) ||
      !maps[1].isFunctionOfDim(contraction.column) ||
      !maps[0].isFunctionOfDim(contraction.inner) || !maps[1].isFunctionOfDim(contraction.inner))
    return std::nullopt;
  contraction.row = *row;
  for (unsigned i = 0; i < op.getNumLoops(); ++i)
    if (i != contraction.inner && i != contraction.column && i != contraction.row)
      contraction.batch.push_back(i);
  return contraction;
}

PanelLayout tacit::cpu::panelLayout(const Contraction &contraction) {
  AffineMap map = contraction.right;
  MLIRContext *context = map.getContext();
  unsigned column =
      *map.getResultPosition(getAffineDimExpr(contraction.column, context));
  unsigned inner = *map.getResultPosition(getAffineDimExpr(contraction.inner, context));
  PanelLayout layout;
  layout.innerDimsPos.push_back(column);
  // What is broadcast stays in front; then the batch in loop order.
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    if (isa<AffineConstantExpr>(map.getResult(i)))
      layout.outerDimsPerm.push_back(i);
  for (unsigned dim : contraction.batch)
    if (auto position = map.getResultPosition(getAffineDimExpr(dim, context)))
      layout.outerDimsPerm.push_back(*position);
  layout.outerDimsPerm.push_back(column);
  layout.outerDimsPerm.push_back(inner);
  return layout;
}

/// The packed form of the right side, if it has the layout that the kernel reads.
static Value findPanels(const Contraction &contraction, int64_t panel) {
  linalg::GenericOp op = contraction.op;
  auto unpack = op->getOperand(1).getDefiningOp<linalg::UnPackOp>();
  if (!unpack)
    return nullptr;
  PanelLayout layout = panelLayout(contraction);
  SmallVector<int64_t> perm(unpack.getOuterDimsPerm());
  if (perm.empty())
    perm = llvm::to_vector(llvm::seq<int64_t>(0, layout.outerDimsPerm.size()));
  if (unpack.getInnerDimsPos() != ArrayRef<int64_t>(layout.innerDimsPos) ||
      perm != layout.outerDimsPerm || unpack.getStaticInnerTiles() != ArrayRef<int64_t>{panel})
    return nullptr;
  return unpack.getSource();
}

/// The one elementwise user that can be computed on the finished tile.
static linalg::GenericOp findEpilogue(const Contraction &contraction) {
  linalg::GenericOp op = contraction.op;
  Value result = op->getResult(0);
  if (!result.hasOneUse())
    return nullptr;
  auto user = dyn_cast<linalg::GenericOp>(*result.user_begin());
  AffineMap map = contraction.out;
  if (!user || user->getBlock() != op->getBlock() || user->getNumResults() != 1 ||
      user.getNumParallelLoops() != user.getNumLoops() ||
      user.getNumLoops() != map.getNumResults() || user.hasDynamicShape() ||
      !isVectorizable(user, user.getNumLoops() - 1))
    return nullptr;
  OpOperand &use = *result.use_begin();
  OpOperand *init = user.getDpsInitOperand(0);
  if (!user.isDpsInput(&use) || !user.getMatchingIndexingMap(&use).isIdentity() ||
      !user.getMatchingIndexingMap(init).isIdentity() || user.payloadUsesValueFromOperand(init))
    return nullptr;
  return user;
}

//===----------------------------------------------------------------------===//
// Kernel
//===----------------------------------------------------------------------===//

namespace {
class Kernel {
public:
  Kernel(const Contraction &contraction, RegisterTile tile, Value panels,
         linalg::GenericOp epilogue)
      : contraction(contraction), op(linalg::GenericOp(contraction.op).getOperation()),
        tile(tile), panels(panels), epilogue(epilogue), loc(op->getLoc()) {}

  /// Computes `rows` x panel results at (row, column) of the tile `out`, whose
  /// origin is `offsets` (indices of the result).
  Value compute(OpBuilder &b, int64_t rows, ValueRange offsets, Value row, Value column,
                Value mask, Value out) const;

private:
  /// Loop indices of a result at `offsets` + (row, column) and inner index `k`.
  SmallVector<Value> loopIndices(OpBuilder &b, ValueRange offsets, Value row, Value column,
                                 Value k) const;
  Value readRight(OpBuilder &b, const VectorFrame &frame) const;
  Value start(OpBuilder &b, const VectorFrame &frame) const;

  const Contraction &contraction;
  Operation *op;
  RegisterTile tile;
  Value panels;
  linalg::GenericOp epilogue;
  Location loc;
};
} // namespace

SmallVector<Value> Kernel::loopIndices(OpBuilder &b, ValueRange offsets, Value row, Value column,
                                       Value k) const {
  SmallVector<Value> ivs(contraction.ranges.size());
  AffineMap out = contraction.out;
  for (auto [i, offset] : llvm::enumerate(offsets))
    ivs[out.getDimPosition(i)] = offset;
  ivs[contraction.row] = addIndex(b, loc, ivs[contraction.row], row);
  ivs[contraction.column] = addIndex(b, loc, ivs[contraction.column], column);
  ivs[contraction.inner] = k;
  return ivs;
}

Value Kernel::readRight(OpBuilder &b, const VectorFrame &frame) const {
  AffineMap map = contraction.right;
  if (!panels)
    return readOperand(b, loc, op->getOperand(1), map, frame);
  // Panels are filled up with zeros: reading needs no mask.
  SmallVector<Value> indices = indicesAt(b, loc, map, frame.ivs), packed;
  PanelLayout layout = panelLayout(contraction);
  for (int64_t position : layout.outerDimsPerm) {
    Value index = indices[position];
    if (position == layout.innerDimsPos.front())
      index = arith::DivUIOp::create(b, loc, index, indexConstant(b, loc, tile.panel));
    packed.push_back(index);
  }
  packed.push_back(indexConstant(b, loc, 0));
  auto rank = cast<RankedTensorType>(panels.getType()).getRank();
  VectorFrame whole{packed, static_cast<unsigned>(rank - 1), tile.panel, nullptr};
  return readOperand(b, loc, panels, AffineMap::getMultiDimIdentityMap(rank, b.getContext()),
                     whole);
}

Value Kernel::start(OpBuilder &b, const VectorFrame &frame) const {
  Value init = op->getOperand(2);
  if (auto fill = init.getDefiningOp<linalg::FillOp>())
    return toVector(b, loc, fill.getInputs().front(), tile.panel);
  return toVector(b, loc, readOperand(b, loc, init, contraction.out, frame), tile.panel);
}

Value Kernel::compute(OpBuilder &b, int64_t rows, ValueRange offsets, Value row, Value column,
                      Value mask, Value out) const {
  Value zero = indexConstant(b, loc, 0);
  SmallVector<Value> rowIndices, accumulators;
  SmallVector<VectorFrame> frames;
  for (int64_t i = 0; i < rows; ++i) {
    rowIndices.push_back(addIndex(b, loc, row, indexConstant(b, loc, i)));
    frames.push_back({loopIndices(b, offsets, rowIndices[i], column, zero), contraction.column,
                      tile.panel, mask});
    accumulators.push_back(start(b, frames[i]));
  }
  int64_t depth = contraction.ranges[contraction.inner];
  accumulators = buildLoop(
      b, loc, b.getIndexAttr(depth), 1, accumulators,
      [&](OpBuilder &b, Value k, ValueRange carried) {
        VectorFrame frame = frames.front();
        frame.ivs[contraction.inner] = k;
        Value right = readRight(b, frame);
        SmallVector<Value> next;
        for (int64_t i = 0; i < rows; ++i) {
          VectorFrame own = frames[i];
          own.ivs[contraction.inner] = k;
          Value scalar = readOperand(b, loc, op->getOperand(0), contraction.left, own);
          Value splat = toVector(b, loc, scalar, tile.panel);
          // Not vector.fma: that becomes llvm.fmuladd, which may round twice.
          next.push_back(math::FmaOp::create(b, loc, splat, right, carried[i]));
        }
        return next;
      });
  AffineMap result = contraction.out;
  for (int64_t i = 0; i < rows; ++i) {
    Value value = accumulators[i];
    if (epilogue) {
      linalg::GenericOp consumer = epilogue;
      VectorFrame frame{indicesAt(b, loc, result, frames[i].ivs),
                        static_cast<unsigned>(result.getNumResults() - 1), tile.panel, mask};
      DenseMap<Value, Value> given;
      for (OpOperand &operand : consumer->getOpOperands())
        if (operand.get() == op->getResult(0))
          given[consumer.getMatchingBlockArgument(&operand)] = value;
      value = vectorizeBody(b, consumer, consumer.getBody()->getTerminator()->getOperand(0),
                            frame, std::move(given));
      value = toVector(b, loc, value, tile.panel);
    }
    // Within the tile: its own origin is zero.
    SmallVector<Value> indices(offsets.size(), zero);
    for (unsigned j = 0; j < result.getNumResults(); ++j)
      if (result.getDimPosition(j) == contraction.row)
        indices[j] = rowIndices[i];
    indices.back() = column;
    out = writeVector(b, loc, value, out, indices, mask);
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Loops around the kernel
//===----------------------------------------------------------------------===//

/// Columns per parallel task: a divisor of the panels that leaves about a dozen
/// tasks, so that a few threads stay busy to the end.
static int64_t columnsPerTask(int64_t columns, int64_t panel) {
  int64_t numPanels = llvm::divideCeil(columns, panel), best = 1;
  for (int64_t c = 1; c * 12 <= numPanels; ++c)
    if (numPanels % c == 0 || columns % panel != 0)
      best = c;
  return best * panel;
}

LogicalResult tacit::cpu::vectorizeContraction(RewriterBase &rewriter, linalg::GenericOp op,
                                               RegisterTile tile, Operation *&absorbed) {
  auto contraction = matchContraction(op);
  if (!contraction || !isOutermost(op))
    return failure();
  Value panels = findPanels(*contraction, tile.panel);
  auto lastColumn = dyn_cast<AffineDimExpr>(contraction->right.getResults().back());
  if (!panels && (!lastColumn || lastColumn.getPosition() != contraction->column))
    return failure();

  Location loc = op.getLoc();
  linalg::GenericOp epilogue = findEpilogue(*contraction);
  linalg::GenericOp last = epilogue ? epilogue : op;
  Value init = last.getDpsInitOperand(0)->get();
  rewriter.setInsertionPoint(last);
  // A start value that is read must not be overwritten by the result.
  if (!epilogue) {
    auto type = cast<RankedTensorType>(init.getType());
    init = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  }

  int64_t rows = contraction->ranges[contraction->row];
  int64_t columns = contraction->ranges[contraction->column];
  AffineMap result = contraction->out;
  int64_t chunk = contraction->batch.empty() ? columnsPerTask(columns, tile.panel) : columns;
  SmallVector<int64_t> steps;
  for (unsigned i = 0; i < result.getNumResults(); ++i) {
    unsigned dim = result.getDimPosition(i);
    steps.push_back(dim == contraction->row      ? rows
                    : dim == contraction->column ? chunk
                                                 : 1);
  }
  Kernel kernel(*contraction, tile, panels, epilogue);
  bool needsMask = columns % tile.panel != 0;
  int64_t wholeRows = rows - rows % tile.rows;
  Value computed = buildParallelTiles(
      rewriter, loc, init, steps, [&](OpBuilder &b, ValueRange offsets, Value out) {
        OpFoldResult width = tensor::getMixedSize(b, loc, out, offsets.size() - 1);
        return buildLoop(
                   b, loc, width, tile.panel, out,
                   [&](OpBuilder &b, Value column, ValueRange carried) {
                     Value mask;
                     if (needsMask) {
                       Value bound = getValueOrCreateConstantIndexOp(b, loc, width);
                       Value left = arith::SubIOp::create(b, loc, bound, column);
                       mask = makeMask(b, loc, tile.panel, left);
                     }
                     auto next = buildLoop(
                         b, loc, b.getIndexAttr(wholeRows), tile.rows, carried,
                         [&](OpBuilder &b, Value row, ValueRange carried) {
                           return SmallVector<Value>{kernel.compute(b, tile.rows, offsets, row,
                                                                    column, mask, carried[0])};
                         });
                     if (rows != wholeRows)
                       next = {kernel.compute(b, rows - wholeRows, offsets,
                                              indexConstant(b, loc, wholeRows), column, mask,
                                              next[0])};
                     return next;
                   })
            .front();
      });
  absorbed = epilogue ? epilogue.getOperation() : nullptr;
  rewriter.replaceOp(last, computed);
  if (epilogue)
    rewriter.eraseOp(op);
  return success();
}

//===----------------------------------------------------------------------===//
// Packing at run time
//===----------------------------------------------------------------------===//

LogicalResult tacit::cpu::vectorizePack(RewriterBase &rewriter, linalg::PackOp op) {
  // Constants are packed when the model is compiled, not when it runs.
  Attribute constant;
  auto type = cast<RankedTensorType>(op.getResult().getType());
  if (matchPattern(op.getSource(), m_Constant(&constant)) || !isOutermost(op) ||
      !type.hasStaticShape() || llvm::is_contained(type.getShape(), 0) ||
      op.getInnerDimsPos().size() != 1)
    return failure();
  Location loc = op.getLoc();
  auto source = cast<RankedTensorType>(op.getSource().getType());
  int64_t packedDim = op.getInnerDimsPos().front(), panel = type.getShape().back();
  int64_t size = source.getDimSize(packedDim), rank = source.getRank();
  SmallVector<int64_t> perm(op.getOuterDimsPerm());
  if (perm.empty())
    perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  rewriter.setInsertionPoint(op);
  // One task per panel; inside, one vector per remaining index.
  SmallVector<int64_t> steps(type.getShape());
  for (int64_t i = 0; i < rank; ++i)
    if (i + 1 < rank)
      steps[i] = 1;
  Value packed = buildParallelTiles(
      rewriter, loc, op.getDest(), steps, [&](OpBuilder &b, ValueRange offsets, Value out) {
        return buildLoop(b, loc, b.getIndexAttr(type.getDimSize(rank - 1)), 1, out,
                         [&](OpBuilder &b, Value inner, ValueRange carried) {
                           VectorFrame frame{SmallVector<Value>(rank),
                                             static_cast<unsigned>(packedDim), panel, nullptr};
                           for (int64_t i = 0; i < rank; ++i)
                             frame.ivs[perm[i]] = i + 1 == rank ? inner : offsets[i];
                           Value first = arith::MulIOp::create(b, loc, frame.ivs[packedDim],
                                                               indexConstant(b, loc, panel));
                           frame.ivs[packedDim] = first;
                           if (size % panel != 0) {
                             Value bound = indexConstant(b, loc, size);
                             Value left = arith::SubIOp::create(b, loc, bound, first);
                             frame.mask = makeMask(b, loc, panel, left);
                           }
                           AffineMap identity =
                               AffineMap::getMultiDimIdentityMap(rank, b.getContext());
                           Value vector = readOperand(b, loc, op.getSource(), identity, frame);
                           SmallVector<Value> indices(rank + 1, indexConstant(b, loc, 0));
                           indices[rank - 1] = inner;
                           return SmallVector<Value>{
                               writeVector(b, loc, vector, carried[0], indices, nullptr)};
                         })
            .front();
      });
  rewriter.replaceOp(op, packed);
  return success();
}
