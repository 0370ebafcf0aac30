//===- CheckIndices.cpp - Lookups stay within their tables ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KnownShapes.h"
#include "mlir/IR/IRMapping.h"
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace tacit::nn {
#define GEN_PASS_DEF_CHECKINDICES
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static bool isWithin(SizeTable &table, const SizeSpan &span, SizeExpr low, SizeExpr high) {
  auto isAtMost = [&](SizeExpr a, SizeExpr b) {
    return a && b && table.compare(SizePredicate::LessOrEqual, a, b) == true;
  };
  return isAtMost(low, span.low) && isAtMost(span.high, high);
}

/// Returns true if indices into a dimension of `size` elements need no check in a run. A
/// range whose ends are attained is a condition on sizes: see requireIndices.
static bool isProved(Dims &dims, Value indices, SizeExpr size) {
  SizeTable &table = dims.table();
  SizeSpan span = dims.spanOf(indices);
  return span.isTight || llvm::is_contained(tensorOf(indices).getShape(), 0) ||
         isWithin(table, span, table.subtract(table.constant(0), size),
                  table.subtract(size, table.constant(1)));
}

//===----------------------------------------------------------------------===//
// Assertions
//===----------------------------------------------------------------------===//

static Value scalar(OpBuilder &b, Location loc, int64_t value) {
  auto type = RankedTensorType::get({}, b.getI64Type());
  return ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, value));
}

/// Slices column `j` of the last dimension of `input`.
static Value sliceLast(OpBuilder &b, Location loc, Value input, int64_t j) {
  SmallVector<int64_t> starts(tensorOf(input).getRank(), 0), ends, steps(starts.size(), 1);
  SmallVector<int64_t> shape(tensorOf(input).getShape());
  for (int64_t dim : shape)
    ends.push_back(ShapedType::isDynamic(dim) ? std::numeric_limits<int64_t>::max() : dim);
  starts.back() = j;
  ends.back() = j + 1;
  shape.back() = 1;
  return SliceOp::create(b, loc, tensorOf(input).clone(shape), input,
                         b.getDenseI64ArrayAttr(starts), b.getDenseI64ArrayAttr(ends),
                         b.getDenseI64ArrayAttr(steps));
}

/// Returns dimension `axis` of `data`, which is free, as a scalar.
static Value freeSize(OpBuilder &b, Location loc, Value data, int64_t axis) {
  auto type = RankedTensorType::get({tensorOf(data).getRank()}, b.getI64Type());
  Value shape = ShapeOfOp::create(b, loc, type, data);
  return ReshapeOp::create(b, loc, RankedTensorType::get({}, b.getI64Type()),
                           sliceLast(b, loc, shape, axis));
}

/// Asserts in front of `op` that `indices` are valid for dimension `axis` of `data`.
static Value assertIndices(Operation *op, Value indices, Value data, int64_t axis,
                           std::optional<int64_t> known) {
  OpBuilder b(op);
  Location loc = op->getLoc();
  Value low, high;
  if (known) {
    low = scalar(b, loc, -*known);
    high = scalar(b, loc, *known - 1);
  } else {
    Value size = freeSize(b, loc, data, axis);
    low = NegOp::create(b, loc, size.getType(), size);
    high = SubOp::create(b, loc, size.getType(), size, scalar(b, loc, 1));
  }
  return AssertRangeOp::create(
      b, loc, indices.getType(), indices, low, high,
      AssertRangeOp::textOfIndices(loc, known.value_or(ShapedType::kDynamic), axis));
}

/// Returns the operand of a concatenation that holds coordinate `j` of `tuples`; null if
/// there is none.
static Value coordinateOf(Value tuples, int64_t j) {
  auto concat = tuples.getDefiningOp<ConcatOp>();
  bool isApart =
      concat && static_cast<int64_t>(concat.getAxis()) + 1 == tensorOf(tuples).getRank() &&
      llvm::all_of(concat.getInputs(),
                   [](Value input) { return tensorOf(input).getShape().back() == 1; });
  return isApart ? concat.getInputs()[j] : Value();
}

//===----------------------------------------------------------------------===//
// Assertions in loops
//===----------------------------------------------------------------------===//

/// Returns `value` as a value outside of `scan`, computed there again if it follows from
/// nothing that the loop computes; otherwise null.
static Value outsideOf(OpBuilder &b, ScanOp scan, Value value) {
  if (!scan.getBody().isAncestor(value.getParentRegion()))
    return value;
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumRegions() > 0 || !isPure(op))
    return {};
  IRMapping known;
  for (Value operand : op->getOperands()) {
    Value outer = outsideOf(b, scan, operand);
    if (!outer)
      return {};
    known.map(operand, outer);
  }
  return b.clone(*op, known)->getResult(cast<OpResult>(value).getResultNumber());
}

/// Makes `scan` collect `value` of each step, which its body computes. The operation is
/// replaced by one with a further result, which is returned.
static OpResult collect(ScanOp scan, Value value) {
  OpBuilder b(scan);
  auto type = tensorOf(value);
  SmallVector<int64_t> shape{scan.getKnownSteps().value_or(ShapedType::kDynamic)};
  llvm::append_range(shape, type.getShape());
  SmallVector<Type> types(scan.getResultTypes());
  types.push_back(type.clone(shape));
  DenseBoolArrayAttr reversed = scan.getReversedAttr();
  if (reversed) {
    SmallVector<bool> flags(reversed.asArrayRef());
    flags.push_back(false);
    reversed = b.getDenseBoolArrayAttr(flags);
  }
  Operation *end = scan.getBody().front().getTerminator();
  end->insertOperands(end->getNumOperands(), value);
  auto made = ScanOp::create(b, scan.getLoc(), types, scan.getCount(), scan.getStates(),
                             scan.getInputs(), reversed);
  made.getBody().takeBody(scan.getBody());
  scan.replaceAllUsesWith(made.getResults().drop_back());
  scan.erase();
  return made.getResults().back();
}

/// Moves an assertion out of the loop that it is in, where it sees what all steps assert
/// together: a run that fails has no result, so it need not end at once. Returns null after
/// an error.
static AssertRangeOp hoist(AssertRangeOp op) {
  auto scan = cast<ScanOp>(op->getParentOp());
  OpBuilder b(scan);
  Value low = outsideOf(b, scan, op.getLow()), high = outsideOf(b, scan, op.getHigh());
  if (!low || !high) {
    op.emitOpError() << "checks a range that is computed in a loop; expected one that is "
                        "the same for all steps";
    return {};
  }
  Value input = op.getInput();
  op.replaceAllUsesWith(input);
  if (scan.getBody().isAncestor(input.getParentRegion())) {
    OpResult all = collect(scan, input);
    b.setInsertionPointAfter(all.getOwner());
    input = all;
  }
  auto made = AssertRangeOp::create(b, op.getLoc(), input.getType(), input, low, high,
                                    op.getText());
  op.erase();
  return made;
}

/// Leaves no assertion in the body of a loop.
static LogicalResult hoistAssertions(func::FuncOp main, bool &isChanged) {
  SmallVector<AssertRangeOp> assertions;
  main.walk([&](AssertRangeOp op) {
    if (isa<ScanOp>(op->getParentOp()))
      assertions.push_back(op);
  });
  isChanged |= !assertions.empty();
  for (AssertRangeOp op : assertions)
    while (isa<ScanOp>(op->getParentOp()))
      if (op = hoist(op); !op)
        return failure();
  return success();
}

namespace {
struct CheckIndices : tacit::nn::impl::CheckIndicesBase<CheckIndices> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp main = getOperation();
    if (main.isExternal() || !main.getBody().hasOneBlock())
      return markAllAnalysesPreserved();
    Dims &dims = getAnalysis<Dims>();
    if (failed(reportProblems(main, dims)))
      return signalPassFailure();
    bool isChanged = false;
    assertedOf.clear();
    for (Operation *op : operationsOf(main))
      isChanged |=
          llvm::TypeSwitch<Operation *, bool>(op)
              .Case<GatherOp, GatherElementsOp>(
                  [&](auto lookup) { return guard(lookup, dims); })
              .Case([&](ScatterNDOp scatter) { return guard(scatter, dims); })
              .Case([&](AssertRangeOp assertion) { return eraseProved(assertion, dims); })
              .Default([](Operation *) { return false; });
    if (failed(hoistAssertions(main, isChanged)))
      return signalPassFailure();
    if (!isChanged)
      markAllAnalysesPreserved();
  }

  template <typename OpT>
  bool guard(OpT op, Dims &dims) {
    int64_t axis = op.getAxis();
    SizeExpr size = dims.sizesOf(op.getData())[axis];
    if (isProved(dims, op.getIndices(), size)) {
      ++numProved;
      return false;
    }
    // Two tables, such as cosines and sines, are often read at the same positions.
    Value &asserted = assertedOf[{op.getIndices(), size.index(), op->getBlock()}];
    if (!asserted) {
      asserted = assertIndices(op, op.getIndices(), op.getData(), axis,
                               dims.table().asConstant(size));
      ++numChecked;
    }
    op.getIndicesMutable().assign(asserted);
    return true;
  }

  /// Each coordinate of the tuples is an index into another dimension.
  bool guard(ScatterNDOp op, Dims &dims) {
    Value tuples = op.getIndices();
    bool isChanged = false;
    SizeList sizes = dims.sizesOf(op.getData());
    for (int64_t j = 0, depth = tensorOf(tuples).getShape().back(); j < depth; ++j) {
      Value part = coordinateOf(tuples, j);
      if (isProved(dims, part ? part : tuples, sizes[j])) {
        ++numProved;
        continue;
      }
      ++numChecked;
      isChanged = true;
      OpBuilder b(op);
      if (!part)
        part = depth == 1 ? tuples : sliceLast(b, op.getLoc(), tuples, j);
      assertIndices(op, part, op.getData(), j, dims.table().asConstant(sizes[j]));
    }
    return isChanged;
  }

  /// Erases an assertion that always holds.
  bool eraseProved(AssertRangeOp op, Dims &dims) {
    // The bounds are values, too: it has to hold for the largest low and the smallest high.
    if (!isWithin(dims.table(), dims.spanOf(op.getInput()), dims.spanOf(op.getLow()).high,
                  dims.spanOf(op.getHigh()).low))
      return false;
    ++numProved;
    op.replaceAllUsesWith(op.getInput());
    op.erase();
    return true;
  }

  /// Indices, the size of a dimension and a block, and the result of the assertion there.
  llvm::DenseMap<std::tuple<Value, unsigned, Block *>, Value> assertedOf;
};
} // namespace
