//===- CheckIndices.cpp - Lookups stay within their tables ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KnownShapes.h"
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
    for (Operation &op : llvm::make_early_inc_range(main.getBody().front()))
      isChanged |=
          llvm::TypeSwitch<Operation *, bool>(&op)
              .Case<GatherOp, GatherElementsOp>(
                  [&](auto lookup) { return guard(lookup, dims); })
              .Case([&](ScatterNDOp scatter) { return guard(scatter, dims); })
              .Case([&](AssertRangeOp assertion) { return eraseProved(assertion, dims); })
              .Default([](Operation *) { return false; });
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
    Value &asserted = assertedOf[{op.getIndices(), size.index()}];
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

  /// Indices and the size of a dimension, and the result of the assertion about them.
  llvm::DenseMap<std::pair<Value, unsigned>, Value> assertedOf;
};
} // namespace
