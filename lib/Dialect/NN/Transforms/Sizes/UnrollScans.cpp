//===- UnrollScans.cpp - Loops of a known number of steps -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h"

namespace tacit::nn {
#define GEN_PASS_DEF_UNROLLSCANS
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// Returns slice `index` along the first dimension of `input`, without that dimension.
static Value sliceAt(OpBuilder &b, Location loc, Value input, int64_t index, Type type) {
  SmallVector<int64_t> shape(tensorOf(input).getShape());
  SmallVector<int64_t> starts(shape.size(), 0), steps(shape.size(), 1), ends(shape);
  for (int64_t &end : ends)
    if (ShapedType::isDynamic(end))
      end = std::numeric_limits<int64_t>::max();
  starts.front() = index;
  ends.front() = index + 1;
  shape.front() = 1;
  Value part = SliceOp::create(b, loc, tensorOf(input).clone(shape), input,
                               b.getDenseI64ArrayAttr(starts), b.getDenseI64ArrayAttr(ends),
                               b.getDenseI64ArrayAttr(steps));
  return ReshapeOp::create(b, loc, type, part);
}

/// Joins the slices of all steps.
static Value join(OpBuilder &b, Location loc, SmallVector<Value> slices, bool isReversed,
                  Type type) {
  if (isReversed)
    std::reverse(slices.begin(), slices.end());
  for (Value &slice : slices) {
    SmallVector<int64_t> shape(tensorOf(slice).getShape());
    shape.insert(shape.begin(), 1);
    slice = ReshapeOp::create(b, loc, tensorOf(slice).clone(shape), slice);
  }
  return ConcatOp::create(b, loc, type, slices, 0);
}

/// Replaces a loop by `steps` copies of its body.
static void unroll(RewriterBase &rewriter, ScanOp scan, int64_t steps) {
  rewriter.setInsertionPoint(scan);
  Location loc = scan.getLoc();
  SmallVector<Value> states(scan.getStates());
  SmallVector<SmallVector<Value>> collected(scan.getCollected().size());
  auto number = RankedTensorType::get({}, rewriter.getI64Type());
  for (int64_t step = 0; step < steps; ++step) {
    IRMapping known;
    known.map(scan.getStep(), ConstantOp::create(rewriter, loc, number,
                                                 DenseElementsAttr::get(number, step)));
    known.map(scan.getStateArguments(), states);
    for (auto [i, slice, input] :
         llvm::enumerate(scan.getSliceArguments(), scan.getInputs())) {
      int64_t place = scan.isInputReversed(i) ? steps - 1 - step : step;
      known.map(slice, sliceAt(rewriter, loc, input, place, slice.getType()));
    }
    for (Operation &op : scan.getBody().front().without_terminator())
      rewriter.clone(op, known);
    for (auto [state, next] : llvm::zip(states, scan.getNextStates()))
      state = known.lookupOrDefault(next);
    for (auto [slices, slice] : llvm::zip(collected, scan.getSlices()))
      slices.push_back(known.lookupOrDefault(slice));
  }
  SmallVector<Value> results(states);
  for (auto [i, slices, all] : llvm::enumerate(collected, scan.getCollected()))
    results.push_back(join(rewriter, loc, slices, scan.isOutputReversed(i), all.getType()));
  rewriter.replaceOp(scan, results);
}

namespace {
struct UnrollScans : tacit::nn::impl::UnrollScansBase<UnrollScans> {
  using Base::Base;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<ScanOp> scans;
    // Inner loops come first, so that an outer one counts what they became.
    getOperation().walk([&](ScanOp scan) { scans.push_back(scan); });
    bool isChanged = false;
    for (ScanOp scan : scans) {
      auto steps = scan.getKnownSteps();
      // What is collected in no step would be a constant of any shape.
      if (!steps || (*steps == 0 && !scan.getCollected().empty()) || !fits(scan, *steps)) {
        ++numKept;
        continue;
      }
      unroll(rewriter, scan, *steps);
      ++numUnrolled;
      isChanged = true;
    }
    if (!isChanged)
      markAllAnalysesPreserved();
  }

  bool fits(ScanOp scan, int64_t steps) {
    int64_t size = 0;
    scan.getBody().walk([&](Operation *) { ++size; });
    return steps <= limit / std::max<int64_t>(size, 1);
  }
};
} // namespace
