//===- InferShapes.cpp - Infers shapes from other shapes ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KnownShapes.h"
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/TypeSwitch.h"

namespace tacit::nn {
#define GEN_PASS_DEF_INFERSHAPES
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

/// Returns the sizes of the free dimensions.
static SizeList freeSizes(Value value, Dims &dims) {
  SizeList list;
  for (auto [size, dim] : llvm::zip(dims.sizesOf(value), tensorOf(value).getShape()))
    if (ShapedType::isDynamic(dim))
      list.push_back(size);
  return list;
}

/// The dimensions must be as nn.reshape requires: free ones keep their order, and the known
/// ones have equal products.
static Value settle(OpBuilder &b, DynamicReshapeOp op, Dims &dims) {
  auto knownProduct = [](Value value) {
    __int128 product = 1;
    for (int64_t dim : tensorOf(value).getShape())
      if (!ShapedType::isDynamic(dim) && product <= kMaxTensorBytes)
        product *= dim;
    return product;
  };
  if (knownProduct(op.getInput()) != knownProduct(op.getResult()) ||
      freeSizes(op.getInput(), dims) != freeSizes(op.getResult(), dims))
    return {};
  return ReshapeOp::create(b, op.getLoc(), op.getType(), op.getInput());
}

static Value settle(OpBuilder &b, DynamicExpandOp op, Dims &dims) {
  SizeList from = dims.sizesOf(op.getInput()), to = dims.sizesOf(op.getResult());
  if (from.size() > to.size())
    return {};
  ArrayRef<int64_t> shape = tensorOf(op.getResult()).getShape();
  size_t missing = to.size() - from.size();
  for (auto [i, dim] : llvm::enumerate(shape))
    if (ShapedType::isDynamic(dim) && (i < missing || from[i - missing] != to[i]))
      return {};
  return ExpandOp::create(b, op.getLoc(), op.getType(), op.getInput());
}

static Value settle(OpBuilder &b, DynamicSliceOp op, Dims &dims) {
  auto input = tensorOf(op.getInput());
  constexpr int64_t kToTheEnd = std::numeric_limits<int64_t>::max();
  SmallVector<int64_t> starts(input.getRank(), 0), ends(input.getShape()),
      steps(input.getRank(), 1);
  for (int64_t &end : ends)
    if (ShapedType::isDynamic(end))
      end = kToTheEnd;
  SizeList from = dims.sizesOf(op.getInput()), to = dims.sizesOf(op.getResult()),
           begin = dims.startsOf(op);
  auto strides = dims.elementsOf(op.getSteps());
  for (auto [i, axis] : llvm::enumerate(op.getAxes())) {
    auto start = dims.table().asConstant(begin[axis]),
         size = dims.table().asConstant(to[axis]),
         step = dims.table().asConstant((*strides)[i]);
    // The slice takes all of a free dimension.
    if (from[axis] == to[axis] && start == 0 && step == 1)
      continue;
    if (input.isDynamicDim(axis) || !start || !size || !step)
      return {};
    starts[axis] = *start;
    steps[axis] = *step;
    ends[axis] = *start;
    if (*size > 0)
      ends[axis] += (*size - 1) * *step + (*step > 0 ? 1 : -1);
  }
  auto array = [&](ArrayRef<int64_t> list) { return b.getDenseI64ArrayAttr(list); };
  return SliceOp::create(b, op.getLoc(), op.getType(), op.getInput(), array(starts),
                         array(ends), array(steps));
}

/// Removes the parts without elements.
static Value settle(OpBuilder &b, ConcatOp op, Dims &) {
  SmallVector<Value> parts;
  for (Value input : op.getInputs())
    if (tensorOf(input).getDimSize(op.getAxis()) != 0)
      parts.push_back(input);
  if (parts.empty() || parts.size() == op.getInputs().size())
    return {};
  if (parts.size() == 1 && parts.front().getType() == op.getType())
    return parts.front();
  return ConcatOp::create(b, op.getLoc(), op.getType(), parts, op.getAxis());
}

/// Returns the operations whose sizes must be checked at run time, and those that compute
/// their shapes: the check is built from them, and would disappear with them.
static OperationSet withShapes(Dims &dims) {
  OperationSet found;
  SmallVector<Operation *> open;
  for (const SizeCheck &check : dims.checks())
    if (check.op && found.insert(check.op).second)
      open.push_back(check.op);
  while (!open.empty())
    for (Value operand : open.pop_back_val()->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (producer && dims.elementsOf(operand) && found.insert(producer).second)
        open.push_back(producer);
    }
  return found;
}

namespace {
struct InferShapes : tacit::nn::impl::InferShapesBase<InferShapes> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp main = getOperation();
    bool isChanged = false;
    if (hasFreeDims(main)) {
      // What the types state needs no check, so the analysis is repeated with the new
      // types.
      while (unsigned count = refine(main)) {
        refined += count;
        isChanged = true;
        getAnalysisManager().invalidate({});
      }
      isChanged |= settleAll(main);
    }
    if (!isChanged)
      markAllAnalysesPreserved();
  }

private:
  /// Returns the number of values whose types were refined. Problems are reported by the
  /// passes of a target that depends on them.
  unsigned refine(func::FuncOp main) {
    Dims &dims = getAnalysis<Dims>();
    return dims.problems().empty() ? refineTypes(main, dims) : 0;
  }

  /// True if the program is another one now.
  bool settleAll(func::FuncOp main) {
    Dims &dims = getAnalysis<Dims>();
    if (!dims.problems().empty())
      return false;
    IRRewriter rewriter(&getContext());
    OperationSet checked = withShapes(dims);
    unsigned count = foldElements(rewriter, main, dims, checked);
    // The last operation comes first, because the sizes of new operations are not in
    // `dims`.
    SmallVector<Operation *> operations = operationsOf(main);
    for (Operation *op : llvm::reverse(operations)) {
      if (checked.contains(op))
        continue;
      rewriter.setInsertionPoint(op);
      Value known = llvm::TypeSwitch<Operation *, Value>(op)
                        .Case<DynamicReshapeOp, DynamicExpandOp, DynamicSliceOp, ConcatOp>(
                            [&](auto moved) { return settle(rewriter, moved, dims); })
                        .Default([](Operation *) { return Value(); });
      if (!known)
        continue;
      rewriter.replaceAllUsesWith(op->getResult(0), known);
      ++count;
    }
    settled += count;
    return eraseDead(rewriter, main) || count > 0;
  }
};
} // namespace
