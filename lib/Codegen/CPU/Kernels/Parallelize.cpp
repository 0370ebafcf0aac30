//===- Parallelize.cpp - Parallel loops to OpenMP -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_PARALLELIZE
#include "tacit/Codegen/CPU/Kernels/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

/// Returns how often a loop runs its body: nothing if that is not known.
static std::optional<int64_t> tripCount(Operation *op) {
  auto loop = dyn_cast<LoopLikeOpInterface>(op);
  if (!loop)
    return 1;
  auto lower = loop.getLoopLowerBounds(), upper = loop.getLoopUpperBounds(),
       steps = loop.getLoopSteps();
  if (!lower || !upper || !steps)
    return std::nullopt;
  int64_t count = 1;
  for (auto [from, to, by] : llvm::zip(*lower, *upper, *steps)) {
    auto trips = constantTripCount(from, to, by, /*isSigned=*/true,
                                   [](Value, Value, bool) { return std::nullopt; });
    if (!trips || trips->getActiveBits() > 32 ||
        llvm::MulOverflow<int64_t>(count, trips->getSExtValue(), count))
      return std::nullopt;
  }
  return count;
}

/// Returns the number of operations that `op` runs, as far as it is known.
static std::optional<int64_t> countOperations(Operation *op) {
  int64_t inner = op->getNumRegions() == 0 ? 1 : 0;
  for (Region &region : op->getRegions())
    for (Operation &nested : region.getOps()) {
      auto count = countOperations(&nested);
      if (!count || llvm::AddOverflow(inner, *count, inner))
        return std::nullopt;
    }
  auto trips = tripCount(op);
  if (!trips || llvm::MulOverflow(inner, *trips, inner))
    return std::nullopt;
  return inner;
}

namespace {
struct Parallelize : tacit::cpu::impl::ParallelizeBase<Parallelize> {
  using Base::Base;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<scf::ForallOp> loops;
    // Outer loops come first, because they get the threads.
    getOperation().walk<WalkOrder::PreOrder>(
        [&](scf::ForallOp loop) { loops.push_back(loop); });
    for (scf::ForallOp loop : loops) {
      if (!loop.getOutputs().empty()) {
        loop.emitOpError() << "still carries tensors; expected bufferized code";
        return signalPassFailure();
      }
      if (loop.getRank() == 0)
        runOnce(rewriter, loop);
      else if (loop->getParentOfType<omp::ParallelOp>())
        makeSerial(rewriter, loop);
      else if (!threads || isSmall(loop))
        makeSerial(rewriter, hoistBuffers(rewriter, loop));
      else
        makeParallel(rewriter, loop);
      ++numLoops;
    }
  }

  bool isSmall(scf::ForallOp loop) {
    if (minOperations <= 0)
      return false;
    auto count = countOperations(loop);
    bool result = count && *count < minOperations;
    numSmall += result;
    return result;
  }

  struct Bounds {
    SmallVector<Value> lower, upper, steps;
  };

  static Bounds boundsOf(RewriterBase &rewriter, scf::ForallOp loop) {
    auto values = [&](ArrayRef<OpFoldResult> bounds) {
      return getValueOrCreateConstantIndexOp(rewriter, loop.getLoc(), bounds);
    };
    return {values(loop.getMixedLowerBound()), values(loop.getMixedUpperBound()),
            values(loop.getMixedStep())};
  }

  /// Creates omp.parallel around one work-sharing loop. The buffers of a task are allocated
  /// once per thread, in front of the loop, because a thread finishes one task before it
  /// begins the next.
  static void makeParallel(RewriterBase &rewriter, scf::ForallOp loop) {
    Location loc = loop.getLoc();
    rewriter.setInsertionPoint(loop);
    Bounds bounds = boundsOf(rewriter, loop);
    auto parallel = omp::ParallelOp::create(rewriter, loc);
    Block *region = rewriter.createBlock(&parallel.getRegion());
    auto share = omp::WsloopOp::create(rewriter, loc);
    share.setNowait(true); // the end of omp.parallel waits for all threads anyway
    omp::TerminatorOp::create(rewriter, loc);
    rewriter.createBlock(&share.getRegion());
    omp::LoopNestOperands operands;
    operands.loopLowerBounds = bounds.lower;
    operands.loopUpperBounds = bounds.upper;
    operands.loopSteps = bounds.steps;
    operands.collapseNumLoops = rewriter.getI64IntegerAttr(bounds.lower.size());
    auto nest = omp::LoopNestOp::create(rewriter, loc, operands);
    rewriter.eraseOp(loop.getTerminator());
    rewriter.inlineRegionBefore(loop.getRegion(), nest.getRegion(),
                                nest.getRegion().begin());
    rewriter.setInsertionPointToEnd(&nest.getRegion().front());
    omp::YieldOp::create(rewriter, loc);
    SmallVector<memref::AllocaOp> buffers(
        nest.getRegion().front().getOps<memref::AllocaOp>());
    for (memref::AllocaOp buffer : buffers)
      rewriter.moveOpBefore(buffer, region, region->begin());
    rewriter.eraseOp(loop);
  }

  /// Allocates the buffers of a task in front of all loops: in them they would pile up on
  /// the stack.
  static scf::ForallOp hoistBuffers(RewriterBase &rewriter, scf::ForallOp loop) {
    Operation *outermost = loop;
    while (!isa<func::FuncOp>(outermost->getParentOp()))
      outermost = outermost->getParentOp();
    SmallVector<memref::AllocaOp> buffers(loop.getBody()->getOps<memref::AllocaOp>());
    for (memref::AllocaOp buffer : buffers)
      rewriter.moveOpBefore(buffer, outermost);
    return loop;
  }

  /// A loop without dimensions has one iteration.
  static void runOnce(RewriterBase &rewriter, scf::ForallOp loop) {
    rewriter.eraseOp(loop.getTerminator());
    rewriter.inlineBlockBefore(loop.getBody(), loop);
    rewriter.eraseOp(loop);
  }

  /// In a parallel loop inside another one, the outer loop already uses the threads.
  static void makeSerial(RewriterBase &rewriter, scf::ForallOp loop) {
    rewriter.setInsertionPoint(loop);
    Bounds bounds = boundsOf(rewriter, loop);
    rewriter.eraseOp(loop.getTerminator());
    scf::LoopNest nest = scf::buildLoopNest(rewriter, loop.getLoc(), bounds.lower,
                                            bounds.upper, bounds.steps);
    SmallVector<Value> ivs = llvm::map_to_vector(
        nest.loops, [](scf::ForOp inner) -> Value { return inner.getInductionVar(); });
    rewriter.inlineBlockBefore(loop.getBody(), nest.loops.back().getBody()->getTerminator(),
                               ivs);
    rewriter.eraseOp(loop);
  }
};
} // namespace
