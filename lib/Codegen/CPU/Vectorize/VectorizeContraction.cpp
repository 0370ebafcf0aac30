//===- VectorizeContraction.cpp - Matrix products to vector loops ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The kernel keeps a register tile of rows x panel results and iterates over the inner
// dimensions once: in each step it computes one row of the panel, broadcasts one element of
// each left-hand row, and adds one product per row, by a fused multiply-add if the product
// is exact. Every result is therefore one chain of additions in ascending order of the
// inner dimensions, whatever the tile, the machine or the number of threads.
//
// The row of the panel is the right operand itself, or is computed from packed integers; in
// both cases this is done once for all rows of the tile.
//
//===----------------------------------------------------------------------===//

#include "BodyVectorizer.h"
#include "Vectorize.h"
#include "Vectorize/Sizes.h"
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

/// Returns what the body adds to its accumulator, or null if it uses the accumulator in any
/// other way.
static Value addedTerm(linalg::GenericOp op) {
  Block *body = op.getBody();
  Operation *sum = body->getTerminator()->getOperand(0).getDefiningOp();
  Value acc = body->getArguments().back();
  if (!isa_and_present<arith::AddFOp, arith::AddIOp>(sum) || !acc.hasOneUse() ||
      *acc.user_begin() != sum)
    return nullptr;
  Value term = sum->getOperand(sum->getOperand(0) == acc ? 1 : 0);
  // A term that is computed outside the body, or an unchanged operand, is not a product.
  return term.getDefiningOp() && term.getParentBlock() == body ? term : Value();
}

/// Sorts the loops into row, column, batch and inner. Returns false if an operand does not
/// have the loops that its role requires.
static bool assignLoops(Contraction &contraction) {
  linalg::GenericOp op = contraction.op;
  const AffineMap &left = contraction.left, &out = contraction.out;
  op.getReductionDims(contraction.inner);
  contraction.column = out.getDimPosition(out.getNumResults() - 1);
  auto isRightOf = [&](unsigned dim) {
    return llvm::any_of(contraction.rights,
                        [&](AffineMap map) { return map.isFunctionOfDim(dim); });
  };
  auto isInner = [&](unsigned dim) { return llvm::is_contained(contraction.inner, dim); };
  // The row is the dimension that only the left side and the result have; if there are
  // several, it is the last in loop order.
  std::optional<unsigned> row;
  for (unsigned i = 0; i < op.getNumLoops(); ++i) {
    if (isInner(i) && out.isFunctionOfDim(i))
      return false;
    if (!isInner(i) && i != contraction.column && !isRightOf(i) && left.isFunctionOfDim(i))
      row = i;
  }
  bool sumsLeft = llvm::any_of(contraction.inner,
                               [&](unsigned dim) { return left.isFunctionOfDim(dim); });
  bool sumsRight = llvm::any_of(contraction.inner, isRightOf);
  if (!row || !sumsLeft || !sumsRight || left.isFunctionOfDim(contraction.column) ||
      !isRightOf(contraction.column))
    return false;
  contraction.row = *row;
  for (unsigned i = 0; i < op.getNumLoops(); ++i)
    if (!isInner(i) && i != contraction.column && i != contraction.row)
      contraction.batch.push_back(i);
  return true;
}

std::optional<Contraction> tacit::cpu::matchContraction(linalg::GenericOp op) {
  if (op.getNumDpsInputs() < 2 || op->getNumResults() != 1 ||
      op.getNumReductionLoops() == 0 || llvm::is_contained(staticLoopSizes(op), 0))
    return std::nullopt;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap out = maps.back();
  Value term = addedTerm(op);
  if (!term || !out.isProjectedPermutation() || out.getNumResults() < 2 ||
      out.getNumResults() + op.getNumReductionLoops() != op.getNumLoops())
    return std::nullopt;
  Contraction contraction{op,  {}, {}, 0, 0, maps.front(), {}, out, staticLoopSizes(op),
                          term};
  contraction.rights.assign(maps.begin() + 1, maps.end() - 1);
  if (!assignLoops(contraction) || !isVectorizable(op, contraction.column))
    return std::nullopt;
  return contraction;
}

std::optional<PanelLayout> tacit::cpu::panelLayout(const Contraction &contraction,
                                                   size_t right) {
  AffineMap map = contraction.rights[right];
  MLIRContext *context = map.getContext();
  auto column = map.getResultPosition(getAffineDimExpr(contraction.column, context));
  if (!column)
    return std::nullopt;
  PanelLayout layout;
  layout.innerDimsPos.push_back(*column);
  // Broadcast dimensions stay in front, followed by the batch and the rest in loop order.
  for (unsigned i = 0; i < map.getNumResults(); ++i)
    if (isa<AffineConstantExpr>(map.getResult(i)))
      layout.outerDimsPerm.push_back(i);
  auto append = [&](ArrayRef<unsigned> dims) {
    for (unsigned dim : dims)
      if (auto position = map.getResultPosition(getAffineDimExpr(dim, context)))
        layout.outerDimsPerm.push_back(*position);
  };
  append(contraction.batch);
  layout.outerDimsPerm.push_back(*column);
  append(contraction.inner);
  return layout;
}

/// Returns the packed form of a right operand, if it has the layout that the kernel reads.
static Value findPanels(const Contraction &contraction, size_t right, int64_t panel) {
  linalg::GenericOp op = contraction.op;
  auto unpack = op->getOperand(right + 1).getDefiningOp<linalg::UnPackOp>();
  auto layout = panelLayout(contraction, right);
  if (!unpack || !layout)
    return nullptr;
  SmallVector<int64_t> perm(unpack.getOuterDimsPerm());
  if (perm.empty())
    perm = llvm::to_vector(llvm::seq<int64_t>(0, layout->outerDimsPerm.size()));
  if (unpack.getInnerDimsPos() != ArrayRef<int64_t>(layout->innerDimsPos) ||
      perm != layout->outerDimsPerm ||
      unpack.getStaticInnerTiles() != ArrayRef<int64_t>{panel})
    return nullptr;
  return unpack.getSource();
}

/// Returns the only elementwise user, if it can be computed on the finished tile.
static linalg::GenericOp findEpilogue(const Contraction &contraction) {
  linalg::GenericOp op = contraction.op;
  Value result = op->getResult(0);
  if (!result.hasOneUse())
    return nullptr;
  auto user = dyn_cast<linalg::GenericOp>(*result.user_begin());
  AffineMap map = contraction.out;
  if (!user || user->getBlock() != op->getBlock() || user->getNumResults() != 1 ||
      user.getNumParallelLoops() != user.getNumLoops() ||
      user.getNumLoops() != map.getNumResults() ||
      !isVectorizable(user, user.getNumLoops() - 1))
    return nullptr;
  OpOperand &use = *result.use_begin();
  OpOperand *init = user.getDpsInitOperand(0);
  if (!user.isDpsInput(&use) || !user.getMatchingIndexingMap(&use).isIdentity() ||
      !user.getMatchingIndexingMap(init).isIdentity() ||
      user.payloadUsesValueFromOperand(init))
    return nullptr;
  return user;
}

//===----------------------------------------------------------------------===//
// Kernel
//===----------------------------------------------------------------------===//

namespace {
class Kernel {
public:
  /// `sizes` are the loop sizes. `panels` has an entry for each right operand, null if it
  /// is not packed.
  Kernel(const Contraction &contraction, ArrayRef<OpFoldResult> sizes, RegisterTile tile,
         ArrayRef<Value> panels, linalg::GenericOp epilogue)
      : contraction(contraction), op(linalg::GenericOp(contraction.op).getOperation()),
        sizes(sizes), tile(tile), panels(panels), epilogue(epilogue), loc(op->getLoc()) {}

  /// Computes the panel at `column` for every row of the tile `out`, whose origin is
  /// `offsets` (indices of the result).
  Value computePanel(OpBuilder &b, ValueRange offsets, Value column, Value mask,
                     Value out) const;

private:
  /// Computes `rows` x panel results at (row, column).
  Value compute(OpBuilder &b, int64_t rows, ValueRange offsets, Value row, Value column,
                Value mask, Value out) const;
  /// Returns the loop indices of a result at `offsets` + (row, column); the inner ones are
  /// zero.
  SmallVector<Value> loopIndices(OpBuilder &b, ValueRange offsets, Value row,
                                 Value column) const;
  Value readRight(OpBuilder &b, size_t right, const VectorFrame &frame) const;
  Value start(OpBuilder &b, const VectorFrame &frame) const;
  /// Returns the accumulators after the inner loops from number `depth` on; `frames` hold
  /// the indices of the surrounding loops.
  SmallVector<Value> sum(OpBuilder &b, size_t depth, ArrayRef<VectorFrame> frames,
                         ValueRange accumulators) const;
  /// Returns the accumulators after one term at `frames`.
  SmallVector<Value> addTerm(OpBuilder &b, ArrayRef<VectorFrame> frames,
                             ValueRange accumulators) const;

  const Contraction &contraction;
  Operation *op;
  ArrayRef<OpFoldResult> sizes;
  RegisterTile tile;
  ArrayRef<Value> panels;
  linalg::GenericOp epilogue;
  Location loc;
};
} // namespace

SmallVector<Value> Kernel::loopIndices(OpBuilder &b, ValueRange offsets, Value row,
                                       Value column) const {
  SmallVector<Value> ivs(contraction.ranges.size(), indexConstant(b, loc, 0));
  AffineMap out = contraction.out;
  for (auto [i, offset] : llvm::enumerate(offsets))
    ivs[out.getDimPosition(i)] = offset;
  ivs[contraction.row] = addIndex(b, loc, ivs[contraction.row], row);
  ivs[contraction.column] = addIndex(b, loc, ivs[contraction.column], column);
  return ivs;
}

Value Kernel::readRight(OpBuilder &b, size_t right, const VectorFrame &frame) const {
  AffineMap map = contraction.rights[right];
  Value packed = panels[right];
  if (!packed)
    return readOperand(b, loc, op->getOperand(right + 1), map, frame);
  // Panels are padded with zeros, so reading them needs no mask.
  SmallVector<Value> indices = indicesAt(b, loc, map, frame.ivs), place;
  PanelLayout layout = *panelLayout(contraction, right);
  for (int64_t position : layout.outerDimsPerm) {
    Value index = indices[position];
    if (position == layout.innerDimsPos.front())
      index = arith::DivUIOp::create(b, loc, index, indexConstant(b, loc, tile.panel));
    place.push_back(index);
  }
  place.push_back(indexConstant(b, loc, 0));
  auto rank = cast<RankedTensorType>(packed.getType()).getRank();
  VectorFrame whole{place, static_cast<unsigned>(rank - 1), tile.panel, nullptr};
  return readOperand(b, loc, packed,
                     AffineMap::getMultiDimIdentityMap(rank, b.getContext()), whole);
}

Value Kernel::start(OpBuilder &b, const VectorFrame &frame) const {
  linalg::GenericOp generic = contraction.op;
  Value init = generic.getDpsInitOperand(0)->get();
  if (auto fill = init.getDefiningOp<linalg::FillOp>())
    return toVector(b, loc, fill.getInputs().front(), tile.panel);
  return toVector(b, loc, readOperand(b, loc, init, contraction.out, frame), tile.panel);
}

/// The most terms that are unrolled: the fields of a byte and the powers of a
/// weight, whose shifts and masks are then constants.
static constexpr int64_t kMaxUnrolledTerms = 4;

SmallVector<Value> Kernel::sum(OpBuilder &b, size_t depth, ArrayRef<VectorFrame> frames,
                               ValueRange accumulators) const {
  ArrayRef<unsigned> inner = contraction.inner;
  if (depth == inner.size())
    return addTerm(b, frames, accumulators);
  auto at = [&](OpBuilder &b, Value index, ValueRange carried) {
    SmallVector<VectorFrame> next(frames);
    for (VectorFrame &frame : next)
      frame.ivs[inner[depth]] = index;
    return sum(b, depth + 1, next, carried);
  };
  // A free dimension can have any size; as an unsigned number, kDynamic is very large.
  uint64_t terms = 1;
  for (unsigned dim : inner.drop_front(depth))
    terms = llvm::SaturatingMultiply<uint64_t>(terms, contraction.ranges[dim]);
  if (depth == 0 || terms > kMaxUnrolledTerms)
    return buildLoop(b, loc, sizes[inner[depth]], 1, accumulators, at);
  SmallVector<Value> carried(accumulators);
  for (int64_t i = 0; i < contraction.ranges[inner[depth]]; ++i)
    carried = at(b, indexConstant(b, loc, i), carried);
  return carried;
}

SmallVector<Value> Kernel::addTerm(OpBuilder &b, ArrayRef<VectorFrame> frames,
                                   ValueRange accumulators) const {
  linalg::GenericOp generic = contraction.op;
  DenseMap<Value, Value> rights;
  for (size_t i = 0; i < contraction.rights.size(); ++i)
    rights[generic.getBody()->getArgument(i + 1)] = readRight(b, i, frames.front());
  // An exact product rounds once, together with its sum.
  auto exact = contraction.term.getDefiningOp<arith::MulFOp>();
  SmallVector<Value> next;
  for (auto [frame, accumulator] : llvm::zip(frames, accumulators)) {
    auto value = [&, &frame = frame](Value wanted) {
      return toVector(b, loc, vectorizeBody(b, generic, wanted, frame, rights), tile.panel);
    };
    // vector.fma is avoided because it becomes llvm.fmuladd, which may round twice.
    if (exact)
      next.push_back(math::FmaOp::create(b, loc, value(exact.getLhs()),
                                         value(exact.getRhs()), accumulator));
    else if (isa<FloatType>(contraction.term.getType()))
      next.push_back(arith::AddFOp::create(b, loc, accumulator, value(contraction.term)));
    else
      next.push_back(arith::AddIOp::create(b, loc, accumulator, value(contraction.term)));
  }
  return next;
}

Value Kernel::compute(OpBuilder &b, int64_t rows, ValueRange offsets, Value row,
                      Value column, Value mask, Value out) const {
  SmallVector<Value> rowIndices, accumulators;
  SmallVector<VectorFrame> frames;
  for (int64_t i = 0; i < rows; ++i) {
    rowIndices.push_back(addIndex(b, loc, row, indexConstant(b, loc, i)));
    frames.push_back({loopIndices(b, offsets, rowIndices[i], column), contraction.column,
                      tile.panel, mask});
    accumulators.push_back(start(b, frames[i]));
  }
  accumulators = sum(b, 0, frames, accumulators);
  AffineMap result = contraction.out;
  for (int64_t i = 0; i < rows; ++i) {
    Value value = accumulators[i];
    if (epilogue) {
      linalg::GenericOp consumer = epilogue;
      VectorFrame frame{indicesAt(b, loc, result, frames[i].ivs),
                        static_cast<unsigned>(result.getNumResults() - 1), tile.panel,
                        mask};
      DenseMap<Value, Value> given;
      for (OpOperand &operand : consumer->getOpOperands())
        if (operand.get() == op->getResult(0))
          given[consumer.getMatchingBlockArgument(&operand)] = value;
      value = vectorizeBody(b, consumer, consumer.getBody()->getTerminator()->getOperand(0),
                            frame, std::move(given));
      value = toVector(b, loc, value, tile.panel);
    }
    // Within the tile, its own origin is zero.
    SmallVector<Value> indices(offsets.size(), indexConstant(b, loc, 0));
    for (unsigned j = 0; j < result.getNumResults(); ++j)
      if (result.getDimPosition(j) == contraction.row)
        indices[j] = rowIndices[i];
    indices.back() = column;
    out = writeVector(b, loc, value, out, indices, mask);
  }
  return out;
}

Value Kernel::computePanel(OpBuilder &b, ValueRange offsets, Value column, Value mask,
                           Value out) const {
  auto computeRows = [&](int64_t rows) {
    return [&, rows](OpBuilder &b, Value row, ValueRange carried) {
      return SmallVector<Value>{compute(b, rows, offsets, row, column, mask, carried[0])};
    };
  };
  OpFoldResult rows = sizes[contraction.row];
  if (auto known = getConstantIntValue(rows)) {
    int64_t whole = *known - *known % tile.rows;
    out = buildLoop(b, loc, b.getIndexAttr(whole), tile.rows, out, computeRows(tile.rows))
              .front();
    if (*known == whole)
      return out;
    return compute(b, *known - whole, offsets, indexConstant(b, loc, whole), column, mask,
                   out);
  }
  Value row = getValueOrCreateConstantIndexOp(b, loc, roundDown(b, loc, rows, tile.rows));
  out = buildLoop(b, loc, row, tile.rows, out, computeRows(tile.rows)).front();
  // The remaining rows are computed 4, 2 and 1 at a time, each at most once.
  Value left = arith::SubIOp::create(b, loc, cast<Value>(rows), row);
  for (int64_t some = llvm::bit_floor<uint64_t>(tile.rows - 1); some > 0; some /= 2) {
    Value taken = arith::AndIOp::create(b, loc, left, indexConstant(b, loc, some));
    Value next = arith::AddIOp::create(b, loc, row, taken);
    out = buildLoop(b, loc, row, next, some, out, computeRows(some)).front();
    row = next;
  }
  return out;
}

//===----------------------------------------------------------------------===//
// Loops around the kernel
//===----------------------------------------------------------------------===//

/// This is more panels for one task than any model has.
static constexpr int64_t kMaxPanelsPerTask = int64_t(1) << 16;

/// Returns the columns per parallel task: a divisor of the panels that leaves about a dozen
/// tasks, so that a few threads stay busy until the end.
static OpFoldResult columnsPerTask(OpBuilder &builder, Location loc, OpFoldResult columns,
                                   int64_t panel) {
  constexpr int64_t kTasks = 12;
  auto known = getConstantIntValue(columns);
  if (!known) {
    Value most = getValueOrCreateConstantIndexOp(
        builder, loc, roundDown(builder, loc, columns, kTasks * panel));
    Value share =
        arith::DivUIOp::create(builder, loc, most, indexConstant(builder, loc, kTasks));
    return arith::MaxUIOp::create(builder, loc, share, indexConstant(builder, loc, panel))
        .getResult();
  }
  int64_t numPanels = llvm::divideCeil(*known, panel), best = 1;
  for (int64_t c = 1; c <= std::min(numPanels / kTasks, kMaxPanelsPerTask); ++c)
    if (numPanels % c == 0 || *known % panel != 0)
      best = c;
  return builder.getIndexAttr(best * panel);
}

/// Returns the packed panels of each right operand, null if it is read in rows; fails if it
/// can be read neither way.
static FailureOr<SmallVector<Value>> panelsOf(const Contraction &contraction,
                                              int64_t panel) {
  SmallVector<Value> panels;
  for (auto [i, map] : llvm::enumerate(contraction.rights)) {
    panels.push_back(findPanels(contraction, i, panel));
    bool isRowMajor =
        !map.isFunctionOfDim(contraction.column) ||
        map.getResults().back() == getAffineDimExpr(contraction.column, map.getContext());
    if (!panels.back() && !isRowMajor)
      return failure();
  }
  return panels;
}

/// Returns how much of each dimension of the result one task computes; dimensions without
/// an entry are computed as a whole.
static SmallVector<OpFoldResult> stepsPerTask(OpBuilder &b, Location loc,
                                              const Contraction &contraction,
                                              ArrayRef<OpFoldResult> sizes, int64_t panel) {
  SmallVector<OpFoldResult> steps;
  for (unsigned i = 0; i < contraction.out.getNumResults(); ++i) {
    unsigned dim = contraction.out.getDimPosition(i);
    bool isWhole =
        dim == contraction.row || (dim == contraction.column && !contraction.batch.empty());
    steps.push_back(isWhole                     ? OpFoldResult()
                    : dim == contraction.column ? columnsPerTask(b, loc, sizes[dim], panel)
                                                : b.getIndexAttr(1));
  }
  return steps;
}

LogicalResult tacit::cpu::vectorizeContraction(RewriterBase &rewriter, linalg::GenericOp op,
                                               RegisterTile tile, Operation *&absorbed) {
  auto contraction = matchContraction(op);
  if (!contraction || !isOutermost(op))
    return failure();
  FailureOr<SmallVector<Value>> panels = panelsOf(*contraction, tile.panel);
  if (failed(panels))
    return failure();

  // The tile is sized for f32; wider elements fill the registers with fewer rows.
  int64_t bits = getElementTypeOrSelf(op->getResult(0).getType()).getIntOrFloatBitWidth();
  tile.rows = std::max<int64_t>(1, tile.rows * 32 / std::max<int64_t>(32, bits));

  Location loc = op.getLoc();
  linalg::GenericOp epilogue = findEpilogue(*contraction);
  linalg::GenericOp last = epilogue ? epilogue : op;
  Value init = last.getDpsInitOperand(0)->get();
  rewriter.setInsertionPoint(last);
  // A start value that is read must not be overwritten by the result.
  if (!epilogue)
    init = emptyTensor(rewriter, loc, cast<RankedTensorType>(init.getType()),
                       sizesOf(rewriter, loc, init));

  SmallVector<OpFoldResult> sizes = loopSizes(rewriter, op);
  int64_t columns = contraction->ranges[contraction->column];
  SmallVector<OpFoldResult> steps =
      stepsPerTask(rewriter, loc, *contraction, sizes, tile.panel);
  Kernel kernel(*contraction, sizes, tile, *panels, epilogue);
  bool needsMask = ShapedType::isDynamic(columns) || columns % tile.panel != 0;
  auto computeTile = [&](OpBuilder &b, ValueRange offsets, Value out) {
    OpFoldResult width = tensor::getMixedSize(b, loc, out, offsets.size() - 1);
    auto computePanel = [&](OpBuilder &b, Value column, ValueRange carried) {
      Value mask;
      if (needsMask) {
        Value bound = getValueOrCreateConstantIndexOp(b, loc, width);
        Value left = arith::SubIOp::create(b, loc, bound, column);
        mask = makeMask(b, loc, tile.panel, left);
      }
      return SmallVector<Value>{kernel.computePanel(b, offsets, column, mask, carried[0])};
    };
    return buildLoop(b, loc, width, tile.panel, out, computePanel).front();
  };
  Value computed = buildParallelTiles(rewriter, loc, init, steps, computeTile);
  absorbed = epilogue ? epilogue.getOperation() : nullptr;
  rewriter.replaceOp(last, computed);
  if (epilogue)
    rewriter.eraseOp(op);
  return success();
}

//===----------------------------------------------------------------------===//
// Packing at run time
//===----------------------------------------------------------------------===//

namespace {
/// Packs a value into panels along one dimension: one vector for each of the other indices.
class Packer {
public:
  Packer(RewriterBase &rewriter, linalg::PackOp op)
      : source(op.getSource()), loc(op.getLoc()),
        rank(cast<RankedTensorType>(source.getType()).getRank()),
        packedDim(op.getInnerDimsPos().front()),
        panel(cast<RankedTensorType>(op.getResult().getType()).getShape().back()),
        permutation(op.getOuterDimsPerm()), sizes(sizesOf(rewriter, loc, op.getDest())),
        size(sizesOf(rewriter, loc, source)[packedDim]),
        numWhole(floorDivide(rewriter, loc, size, panel)) {
    if (permutation.empty())
      permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  }

  /// Returns the part of the result that one task writes: a panel.
  SmallVector<OpFoldResult> steps(OpBuilder &b) const {
    SmallVector<OpFoldResult> steps(rank - 1, b.getIndexAttr(1));
    steps.append(2, OpFoldResult());
    return steps;
  }

  /// Packs the part of one task into `out`.
  Value packTask(OpBuilder &b, ValueRange offsets, Value out) const;

private:
  Value packPanel(OpBuilder &b, ValueRange offsets, bool isMasked, Value out) const;
  Value packVector(OpBuilder &b, ValueRange offsets, Value inner, bool isMasked,
                   Value out) const;

  Value source;
  Location loc;
  int64_t rank, packedDim, panel;
  SmallVector<int64_t> permutation;
  SmallVector<OpFoldResult> sizes; ///< of the result
  OpFoldResult size, numWhole;     ///< of the packed dimension: elements, whole panels
};
} // namespace

Value Packer::packVector(OpBuilder &b, ValueRange offsets, Value inner, bool isMasked,
                         Value out) const {
  VectorFrame frame{SmallVector<Value>(rank), static_cast<unsigned>(packedDim), panel,
                    nullptr};
  for (int64_t i = 0; i < rank; ++i)
    frame.ivs[permutation[i]] = i + 1 == rank ? inner : offsets[i];
  Value first =
      arith::MulIOp::create(b, loc, frame.ivs[packedDim], indexConstant(b, loc, panel));
  frame.ivs[packedDim] = first;
  if (isMasked) {
    Value bound = getValueOrCreateConstantIndexOp(b, loc, size);
    Value left = arith::SubIOp::create(b, loc, bound, first);
    frame.mask = makeMask(b, loc, panel, left);
  }
  AffineMap identity = AffineMap::getMultiDimIdentityMap(rank, b.getContext());
  Value vector = readOperand(b, loc, source, identity, frame);
  SmallVector<Value> indices(rank + 1, indexConstant(b, loc, 0));
  indices[rank - 1] = inner;
  return writeVector(b, loc, vector, out, indices, nullptr);
}

Value Packer::packPanel(OpBuilder &b, ValueRange offsets, bool isMasked, Value out) const {
  return buildLoop(b, loc, sizes[rank - 1], 1, out,
                   [&](OpBuilder &b, Value inner, ValueRange carried) {
                     return SmallVector<Value>{
                         packVector(b, offsets, inner, isMasked, carried[0])};
                   })
      .front();
}

Value Packer::packTask(OpBuilder &b, ValueRange offsets, Value out) const {
  auto known = getConstantIntValue(size);
  if (known || permutation.back() == packedDim)
    return packPanel(b, offsets, !known || *known % panel != 0, out);
  // Gathering under a mask is slow, so only the last panel does it.
  int64_t task = llvm::find(permutation, packedDim) - permutation.begin();
  Value whole = getValueOrCreateConstantIndexOp(b, loc, numWhole);
  Value isWhole =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, offsets[task], whole);
  auto branch = [&](bool isMasked) {
    return [&, isMasked](OpBuilder &b, Location loc) {
      scf::YieldOp::create(b, loc, packPanel(b, offsets, isMasked, out));
    };
  };
  return scf::IfOp::create(b, loc, isWhole, branch(false), branch(true)).getResult(0);
}

LogicalResult tacit::cpu::vectorizePack(RewriterBase &rewriter, linalg::PackOp op) {
  // Constants are packed when the model is compiled, not when it runs.
  Attribute constant;
  auto type = cast<RankedTensorType>(op.getResult().getType());
  if (matchPattern(op.getSource(), m_Constant(&constant)) || !isOutermost(op) ||
      llvm::is_contained(type.getShape(), 0) || op.getInnerDimsPos().size() != 1 ||
      type.isDynamicDim(type.getRank() - 1) || !hasVectors(type))
    return failure();
  rewriter.setInsertionPoint(op);
  Packer packer(rewriter, op);
  Value packed =
      buildParallelTiles(rewriter, op.getLoc(), op.getDest(), packer.steps(rewriter),
                         [&](OpBuilder &b, ValueRange offsets, Value out) {
                           return packer.packTask(b, offsets, out);
                         });
  rewriter.replaceOp(op, packed);
  return success();
}
