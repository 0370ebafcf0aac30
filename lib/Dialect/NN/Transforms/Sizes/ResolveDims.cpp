//===- ResolveDims.cpp - Sizes of free dimensions as numbers --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KnownShapes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h"

namespace tacit::nn {
#define GEN_PASS_DEF_RESOLVEDIMS
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

//===----------------------------------------------------------------------===//
// Sizes as values
//===----------------------------------------------------------------------===//

namespace {
/// Writes sizes, each once, into a block of their own that is placed in front of the
/// program.
class SizeWriter {
public:
  SizeWriter(func::FuncOp main, Dims &dims)
      : table(dims.table()), b(main.getContext()), loc(main.getLoc()) {
    b.setInsertionPointToEnd(&start);
    for (const FreeDim &free : freeDims(main)) {
      Value dim = tensor::DimOp::create(b, loc, main.getArgument(free.argument), free.dim);
      known[table.symbol(free.name)] = dim;
    }
  }

  Value write(SizeExpr size);
  /// Writes whether `check` holds.
  Value write(const SizeCheck &check);
  void assertThat(const SizeCheck &check);

  void moveTo(Block &program) {
    program.getOperations().splice(program.begin(), start.getOperations());
  }

private:
  Value constant(int64_t value) { return arith::ConstantIndexOp::create(b, loc, value); }
  Value equal(Value x, Value y) {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, x, y);
  }
  Value writeTerm(const SizeTerm &term);
  Value writeAtom(const SizeAtom &atom);

  SizeTable &table;
  Block start;
  OpBuilder b;
  Location loc;
  std::map<SizeExpr, Value> known;
};
} // namespace

Value SizeWriter::writeAtom(const SizeAtom &atom) {
  SmallVector<Value> parts;
  for (SizeExpr operand : atom.operands)
    parts.push_back(write(operand));
  switch (atom.kind) {
  case SizeAtom::Kind::Symbol: // all of them are known
    return nullptr;
  case SizeAtom::Kind::Quotient: {
    if (table.bounds(atom.operands[1]).low > 0)
      return arith::DivSIOp::create(b, loc, parts[0], parts[1]);
    // A division of 0 by 0 gives 0 here.
    Value zero = constant(0), isZero = equal(parts[1], zero);
    Value divisor = arith::SelectOp::create(b, loc, isZero, constant(1), parts[1]);
    Value quotient = arith::DivSIOp::create(b, loc, parts[0], divisor);
    return arith::SelectOp::create(b, loc, isZero, zero, quotient);
  }
  case SizeAtom::Kind::Minimum:
    return arith::MinSIOp::create(b, loc, parts[0], parts[1]);
  case SizeAtom::Kind::Maximum:
    return arith::MaxSIOp::create(b, loc, parts[0], parts[1]);
  case SizeAtom::Kind::Choice: {
    auto predicate = atom.predicate == SizePredicate::Equal  ? arith::CmpIPredicate::eq
                     : atom.predicate == SizePredicate::Less ? arith::CmpIPredicate::slt
                                                             : arith::CmpIPredicate::sle;
    Value holds = arith::CmpIOp::create(b, loc, predicate, parts[0], parts[1]);
    return arith::SelectOp::create(b, loc, holds, parts[2], parts[3]);
  }
  }
  return nullptr;
}

Value SizeWriter::writeTerm(const SizeTerm &term) {
  // Known atoms come first: equal products then share their beginnings, and a reshape sees
  // which factors a product has.
  Value product;
  SizeExpr whole = table.constant(1);
  for (unsigned number : term.atoms) {
    SizeExpr atom = table.atomExpr(number);
    whole = table.multiply(whole, atom);
    Value factor = known.count(atom) ? known[atom] : Value();
    if (!factor)
      factor = known[atom] = writeAtom(SizeAtom(table.atom(number)));
    auto place = known.find(whole);
    if (place == known.end())
      place = known.emplace(whole, arith::MulIOp::create(b, loc, product, factor)).first;
    product = place->second;
  }
  if (!product)
    return constant(term.coefficient);
  if (term.coefficient == 1)
    return product;
  return arith::MulIOp::create(b, loc, product, constant(term.coefficient));
}

Value SizeWriter::write(SizeExpr size) {
  auto place = known.find(size);
  if (place != known.end())
    return place->second;
  std::vector<SizeTerm> terms(table.terms(size).begin(), table.terms(size).end());
  Value sum;
  for (const SizeTerm &term : terms) {
    Value part = writeTerm(term);
    sum = sum ? arith::AddIOp::create(b, loc, sum, part).getResult() : part;
  }
  return known[size] = sum ? sum : constant(0);
}

Value SizeWriter::write(const SizeCheck &check) {
  Value x = write(check.a), y = write(check.b);
  auto isOne = [&](Value size) { return equal(size, write(table.constant(1))); };
  auto either = [&](Value p, Value q) -> Value {
    return arith::OrIOp::create(b, loc, p, q);
  };
  switch (check.kind) {
  case SizeCheck::Kind::Equal:
    return equal(x, y);
  case SizeCheck::Kind::AtMost:
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sle, x, y);
  case SizeCheck::Kind::OneOr:
    return either(equal(x, y), isOne(x));
  case SizeCheck::Kind::Broadcast:
    return either(equal(x, y), either(isOne(x), isOne(y)));
  }
  return nullptr;
}

void SizeWriter::assertThat(const SizeCheck &check) {
  Location where = check.op ? check.op->getLoc() : loc;
  cf::AssertOp::create(b, where, write(check), describe(table, check));
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

/// Creates a tensor of numbers that are computed at the start.
static Value fromElements(OpBuilder &b, Location loc, RankedTensorType type,
                          ArrayRef<SizeExpr> list, Dims &dims, SizeWriter &writer) {
  if (ElementsAttr constant = constantElements(dims, type, list))
    return ConstantOp::create(b, loc, type, constant);
  SmallVector<Value> elements;
  for (SizeExpr element : list)
    elements.push_back(
        arith::IndexCastOp::create(b, loc, type.getElementType(), writer.write(element)));
  return tensor::FromElementsOp::create(b, loc, type, elements);
}

/// Returns true if shape arithmetic on `type` can be done on scalars.
static bool isScalarArithmetic(RankedTensorType type) {
  return type.getElementType().isSignlessInteger(64) ||
         type.getElementType().isSignlessInteger(32);
}

/// Creates bounds from which a lowering can read where the slice starts.
static void resolveBounds(OpBuilder &b, DynamicSliceOp op, Dims &dims, SizeWriter &writer) {
  SizeList begin = dims.startsOf(op), size = dims.sizesOf(op.getResult()), starts, ends;
  SizeList steps = *dims.elementsOf(op.getSteps());
  for (auto [step, axis] : llvm::zip(steps, op.getAxes())) {
    starts.push_back(begin[axis]);
    ends.push_back(dims.table().add(begin[axis], dims.table().multiply(size[axis], step)));
    // If a slice with a negative step includes the first element, no non-negative bound
    // expresses its end.
    if (dims.table().bounds(ends.back()).low < 0)
      ends.back() = dims.table().constant(std::numeric_limits<int64_t>::min() + 1);
  }
  auto type = cast<RankedTensorType>(op.getStarts().getType());
  op.getStartsMutable().assign(fromElements(b, op.getLoc(), type, starts, dims, writer));
  op.getEndsMutable().assign(fromElements(b, op.getLoc(), type, ends, dims, writer));
}

namespace {
struct ResolveDims : tacit::nn::impl::ResolveDimsBase<ResolveDims> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp main = getOperation();
    if (!hasFreeDims(main))
      return markAllAnalysesPreserved();
    Dims &dims = getAnalysis<Dims>();
    if (failed(reportProblems(main, dims)))
      return signalPassFailure();
    refineTypes(main, dims);
    IRRewriter rewriter(&getContext());
    SizeWriter writer(main, dims);
    for (const SizeCheck &check : dims.checks())
      writer.assertThat(check);
    checked += dims.checks().size();
    Block &program = main.getBody().front();
    dropSettled(rewriter, program, dims);
    resolveShapeArithmetic(rewriter, main, dims, writer);
    eraseDead(rewriter, main);
    addSizes(rewriter, program, dims, writer);
    writer.moveTo(program);
    eraseUnread(rewriter, program);
  }

  /// Assertions of numbers that sizes decide are among the checks by now.
  static void dropSettled(IRRewriter &rewriter, Block &program, Dims &dims) {
    for (auto op : llvm::make_early_inc_range(program.getOps<AssertRangeOp>()))
      if (dims.spanOf(op.getInput()).isTight && dims.elementsOf(op.getLow()) &&
          dims.elementsOf(op.getHigh()))
        rewriter.replaceOp(op, op.getInput());
  }

  static void resolveShapeArithmetic(IRRewriter &rewriter, func::FuncOp main, Dims &dims,
                                     SizeWriter &writer) {
    for (Operation *op : operationsOf(main)) {
      rewriter.setInsertionPoint(op);
      if (auto slice = dyn_cast<DynamicSliceOp>(op))
        resolveBounds(rewriter, slice, dims, writer);
      if (op->getNumResults() != 1 || isa<ConstantOp>(op))
        continue;
      auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
      auto list = dims.elementsOf(op->getResult(0));
      if (!list || !(isScalarArithmetic(type) || constantElements(dims, type, *list)))
        continue;
      Value numbers = fromElements(rewriter, op->getLoc(), type, *list, dims, writer);
      rewriter.replaceAllUsesWith(op->getResult(0), numbers);
    }
  }

  /// Inserts an nn.sized after every value, in the bodies of loops too.
  void addSizes(IRRewriter &rewriter, Block &program, Dims &dims, SizeWriter &writer) {
    auto add = [&](Value value, Operation *next) {
      auto type = dyn_cast<RankedTensorType>(value.getType());
      if (!type || type.hasStaticShape())
        return;
      SmallVector<Value> sizes;
      for (auto [size, dim] : llvm::zip(dims.sizesOf(value), type.getShape()))
        if (ShapedType::isDynamic(dim))
          sizes.push_back(writer.write(size));
      rewriter.setInsertionPoint(next);
      auto known = SizedOp::create(rewriter, value.getLoc(), type, value, sizes);
      rewriter.replaceUsesWithIf(value, known, [&](OpOperand &use) {
        return use.getOwner() != known && !isa<tensor::DimOp>(use.getOwner());
      });
      ++sized;
    };
    Operation *first = &program.front();
    for (BlockArgument argument : program.getArguments())
      add(argument, first);
    for (Operation *op = first; op; op = op->getNextNode()) {
      if (isa<SizedOp>(op))
        continue;
      if (auto scan = dyn_cast<ScanOp>(op))
        addSizes(rewriter, scan.getBody().front(), dims, writer);
      for (OpResult result : op->getResults())
        add(result, op->getNextNode());
    }
  }

  /// Removes the sizes of values that are gone; lowerings read those of others.
  static void eraseUnread(IRRewriter &rewriter, Block &program) {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(program))) {
      if (!isa<SizedOp>(op) && isOpTriviallyDead(&op))
        rewriter.eraseOp(&op);
      else if (auto scan = dyn_cast<ScanOp>(op))
        eraseUnread(rewriter, scan.getBody().front());
    }
  }
};
} // namespace
