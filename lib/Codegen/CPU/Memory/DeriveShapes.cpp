//===- DeriveShapes.cpp - Computes shapes from the sizes of inputs --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// @shapes is called with sizes that nobody has checked, and its answer decides how much
// memory is allocated. Therefore it computes everything, whatever the sizes are, without
// dividing by zero, and its answer is valid only if no number left the range in which
// arithmetic is exact.
//
//===----------------------------------------------------------------------===//

#include "Memory/SizeArithmetic.h"
#include "Model.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Dialect/CPU/IR/CPU.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_DERIVESHAPES
#include "tacit/Codegen/CPU/Memory/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit;

/// Sums and products of two sizes below this limit fit into 64 bits or are detected not to.
static constexpr double kLimit = 1152921504606846976.0; // 2^60
static constexpr StringLiteral kLimitCheck =
    "the sizes of these inputs lead to a dimension that is negative or too large";

//===----------------------------------------------------------------------===//
// Arithmetic that cannot trap
//===----------------------------------------------------------------------===//

static bool isWide(Type type) { return type.isIndex() || type.isInteger(64); }

static Value asFloat(OpBuilder &b, Location loc, Value value) {
  if (value.getType().isIndex())
    value = arith::IndexCastOp::create(b, loc, b.getI64Type(), value);
  return arith::SIToFPOp::create(b, loc, b.getF64Type(), value);
}

/// Returns true if the exact result of a sum, difference or product is within the limit.
static Value isExact(OpBuilder &b, Operation *op) {
  Location loc = op->getLoc();
  Value x = asFloat(b, loc, op->getOperand(0)), y = asFloat(b, loc, op->getOperand(1));
  Value result = isa<arith::MulIOp>(op)   ? arith::MulFOp::create(b, loc, x, y).getResult()
                 : isa<arith::AddIOp>(op) ? arith::AddFOp::create(b, loc, x, y).getResult()
                                          : arith::SubFOp::create(b, loc, x, y).getResult();
  auto limit = [&](double value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getF64FloatAttr(value));
  };
  Value low =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, result, limit(-kLimit));
  Value high =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, result, limit(kLimit));
  return arith::AndIOp::create(b, loc, low, high);
}

/// Replaces a divisor of 0 or -1 by 1: a division by 0 is undefined, and one of the
/// smallest number by -1 traps. For -1 the right result is inserted instead.
static void guardDivision(Operation *op) {
  OpBuilder b(op);
  Location loc = op->getLoc();
  Value divisor = op->getOperand(1);
  Type type = divisor.getType();
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, value));
  };
  auto equals = [&](int64_t value) -> Value {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, divisor,
                                 constant(value));
  };
  Value isMinusOne = equals(-1);
  Value isBad = arith::OrIOp::create(b, loc, equals(0), isMinusOne);
  op->setOperand(1, arith::SelectOp::create(b, loc, isBad, constant(1), divisor));
  if (isa<arith::RemSIOp, arith::DivUIOp, arith::RemUIOp, arith::CeilDivUIOp>(op))
    return;
  b.setInsertionPointAfter(op);
  Value negative = arith::SubIOp::create(b, loc, constant(0), op->getOperand(0));
  auto chosen = arith::SelectOp::create(b, loc, isMinusOne, negative, op->getResult(0));
  op->getResult(0).replaceAllUsesExcept(chosen, chosen);
}

/// Guards the operations that were copied into `block`, and returns whether all results are
/// exact.
static Value guardArithmetic(Block &block, OpBuilder &b, Location loc) {
  SmallVector<Operation *> divisions, others;
  for (Operation &op : block) {
    if (isa<arith::DivSIOp, arith::FloorDivSIOp, arith::CeilDivSIOp, arith::RemSIOp,
            arith::DivUIOp, arith::RemUIOp, arith::CeilDivUIOp>(op) &&
        !matchPattern(op.getOperand(1), m_Constant()))
      divisions.push_back(&op);
    if (isa<arith::MulIOp, arith::AddIOp, arith::SubIOp>(op) &&
        isWide(op.getResult(0).getType()))
      others.push_back(&op);
  }
  Value exact = arith::ConstantOp::create(b, loc, b.getBoolAttr(true));
  for (Operation *op : others)
    exact = arith::AndIOp::create(b, loc, exact, isExact(b, op));
  for (Operation *op : divisions)
    guardDivision(op);
  return exact;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// The view that covers the whole arena: its size is the memory that the program needs.
static memref::ViewOp findArena(func::FuncOp main) {
  if (main.getNumArguments() < 2)
    return nullptr;
  for (Operation *user : main.getArgument(1).getUsers()) {
    auto view = dyn_cast<memref::ViewOp>(user);
    if (view && view.getType().getRank() == 1 && view.getSizes().size() == 1 &&
        view.getType().getElementType().isInteger(8))
      return view;
  }
  return nullptr;
}

namespace {
struct DeriveShapes
    : tacit::cpu::ModelPass<tacit::cpu::impl::DeriveShapesBase<DeriveShapes>> {
  using ModelPass::ModelPass;

  LogicalResult runOnModel(func::FuncOp main) override {
    if (tacit::cpu::numFreeDims(main) == 0) {
      markAllAnalysesPreserved();
      return success();
    }
    auto shapes = resultShapes(main);
    memref::ViewOp arena = findArena(main);
    if (!arena || failed(shapes) || getOperation().lookupSymbol("shapes"))
      return main.emitError()
             << "has free dimensions, but is not a program as cpu-plan-memory leaves it";
    if (failed(derive(main, arena, *shapes)))
      return failure();
    return dropSizes(main);
  }

  /// Removes the sizes from the results of @main, which then returns its status at most.
  static LogicalResult dropSizes(func::FuncOp main) {
    llvm::BitVector areSizes(main.getNumResults());
    for (auto [i, type] : llvm::enumerate(main.getResultTypes()))
      areSizes[i] = type.isIndex();
    main.getBody().front().getTerminator()->eraseOperands(areSizes);
    return main.eraseResults(areSizes);
  }

  /// Returns every dimension of every result: known ones from the interface, free ones from
  /// the values that @main returns.
  FailureOr<SmallVector<OpFoldResult>> resultShapes(func::FuncOp main) {
    auto interface = getOperation()->getAttrOfType<nn::InterfaceAttr>(nn::kInterfaceAttr);
    if (!interface)
      return failure();
    SmallVector<Value> sizes =
        llvm::filter_to_vector(main.getBody().front().getTerminator()->getOperands(),
                               [](Value result) { return result.getType().isIndex(); });
    ArrayRef<Value> free = sizes;
    SmallVector<OpFoldResult> shapes;
    for (nn::TensorAttr output : interface.getOutputs())
      for (int64_t size : output.getType().getShape()) {
        if (!ShapedType::isDynamic(size)) {
          shapes.push_back(IntegerAttr::get(IndexType::get(&getContext()), size));
          continue;
        }
        if (free.empty())
          return failure();
        shapes.push_back(free.front());
        free = free.drop_front();
      }
    if (!free.empty())
      return failure();
    return shapes;
  }

  /// Creates an empty function @shapes, and fills `known` with what the sizes in @main
  /// correspond to.
  func::FuncOp makeFunction(func::FuncOp main, unsigned numSizes, IRMapping &known) {
    unsigned numDims = tacit::cpu::numFreeDims(main);
    Type word = IntegerType::get(&getContext(), 64);
    auto type = FunctionType::get(
        &getContext(),
        {MemRefType::get({numDims}, word), MemRefType::get({numSizes}, word)}, {word});
    OpBuilder b(&getContext());
    b.setInsertionPointAfter(main);
    auto shapes = func::FuncOp::create(b, main.getLoc(), "shapes", type);
    b.setInsertionPointToStart(shapes.addEntryBlock());
    for (unsigned i = 0; i < numDims; ++i) {
      Value at = arith::ConstantIndexOp::create(b, main.getLoc(), i);
      Value size = memref::LoadOp::create(b, main.getLoc(), shapes.getArgument(0), at);
      known.map(main.getArgument(main.getNumArguments() - numDims + i),
                arith::IndexCastOp::create(b, main.getLoc(), b.getIndexType(), size));
    }
    return shapes;
  }

  LogicalResult derive(func::FuncOp main, memref::ViewOp arena,
                       ArrayRef<OpFoldResult> resultSizes) {
    IRMapping known;
    func::FuncOp shapes = makeFunction(main, resultSizes.size() + 1, known);
    Block &block = shapes.getBody().front();
    OpBuilder b = OpBuilder::atBlockEnd(&block);
    Location loc = main.getLoc();

    // The values that make up the answer, and those that must not be negative.
    SmallVector<Value> checks, answers, sizes;
    SmallVector<Attribute> sentences;
    if (failed(takeChecks(main, b, known, checks, sentences)))
      return failure();
    auto bytes = tacit::cpu::copySize(b, arena.getSizes().front(), known);
    if (failed(bytes))
      return failure();
    answers.push_back(*bytes);
    for (OpFoldResult size : resultSizes) {
      auto value = dyn_cast<Value>(size);
      FailureOr<Value> copy = value ? tacit::cpu::copySize(b, value, known)
                                    : getValueOrCreateConstantIndexOp(b, loc, size);
      if (failed(copy))
        return failure();
      answers.push_back(*copy);
      sizes.push_back(*copy);
    }
    for (Operation *user : arena->getUsers())
      if (auto view = dyn_cast<memref::ViewOp>(user))
        for (Value size : view.getSizes()) {
          auto copy = tacit::cpu::copySize(b, size, known);
          if (failed(copy))
            return failure();
          sizes.push_back(*copy);
        }

    Value fits = guardArithmetic(block, b, loc);
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    llvm::SmallDenseSet<Value> seen;
    for (Value size : sizes)
      if (seen.insert(size).second)
        fits = arith::AndIOp::create(
            b, loc, fits,
            arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, size, zero));
    sentences.push_back(b.getStringAttr(kLimitCheck));
    answer(b, loc, shapes, checks, fits, answers);
    getOperation()->setAttr(cpu::kChecksAttr, b.getArrayAttr(sentences));
    numChecks += sentences.size();
    return success();
  }

  /// The assertions of @main move here, because it runs only if they hold.
  LogicalResult takeChecks(func::FuncOp main, OpBuilder &b, IRMapping &known,
                           SmallVectorImpl<Value> &checks,
                           SmallVectorImpl<Attribute> &sentences) {
    SmallVector<cf::AssertOp> assertions;
    main.walk([&](cf::AssertOp op) { assertions.push_back(op); });
    for (cf::AssertOp op : assertions) {
      auto copy = tacit::cpu::copySize(b, op.getArg(), known);
      if (failed(copy))
        return failure();
      checks.push_back(*copy);
      sentences.push_back(op.getMsgAttr());
      op.erase();
    }
    return success();
  }

  /// Writes the sizes and returns the first check that failed. Overflow is reported first,
  /// because no other check can be trusted after it.
  static void answer(OpBuilder &b, Location loc, func::FuncOp shapes,
                     ArrayRef<Value> checks, Value fits, ArrayRef<Value> answers) {
    auto number = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(value));
    };
    Value code = number(0);
    for (int64_t i = checks.size(); i > 0; --i)
      code = arith::SelectOp::create(b, loc, checks[i - 1], code, number(i));
    code = arith::SelectOp::create(b, loc, fits, code, number(checks.size() + 1));
    for (auto [i, value] : llvm::enumerate(answers)) {
      Value at = arith::ConstantIndexOp::create(b, loc, i);
      Value word = arith::IndexCastOp::create(b, loc, b.getI64Type(), value);
      memref::StoreOp::create(b, loc, word, shapes.getArgument(1), at);
    }
    func::ReturnOp::create(b, loc, code);
  }
};
} // namespace
