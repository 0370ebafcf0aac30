//===- OutlineSteps.cpp - Equal layers compute with the same functions ----===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/MPC/Transforms/Passes.h"
#include "tacit/Support/Elements.h"
#include "tacit/Support/SharedFunctions.h"
#include "llvm/ADT/SetVector.h"

namespace tacit::mpc {
#define GEN_PASS_DEF_OUTLINESTEPS
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"
} // namespace tacit::mpc

using namespace mlir;
using namespace tacit;

/// Larger constants are arguments, so that the program has each of them once.
static constexpr int64_t kMaxConstantBytes = 64;

/// A constant is repeated if it is a number or a tiny table that is not stored in a file.
static bool isSmallConstant(Operation *op) {
  Attribute value;
  if (op->getNumResults() != 1 || !matchPattern(op->getResult(0), m_Constant(&value)))
    return false;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  return !type || (!isa<DenseResourceElementsAttr>(value) &&
                   byteSize(type).value_or(INT64_MAX) <= kMaxConstantBytes);
}

/// Returns true for a part of a tensor, which costs nothing.
static bool isView(Operation *op) {
  return isa<tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op);
}

/// Returns true for operations that a function repeats: it needs what they are made from.
/// What is made to be overwritten must not be shared.
static bool isRepeated(Operation *op) {
  return op &&
         (isView(op) || isa<tensor::EmptyOp, linalg::FillOp>(op) || isSmallConstant(op));
}

static void eraseUnused(Operation *op) {
  if (isRepeated(op) && op->use_empty())
    op->erase();
}

/// Returns true if what was computed before `op` is needed there.
static bool endsStep(Operation *op) {
  return op->hasTrait<OpTrait::IsTerminator>() || isa<mpc::ExchangeOp, mpc::DealOp>(op);
}

namespace {
/// The operations of one step, and the function that they become.
class Step {
public:
  /// Adds an operation that follows the others.
  void add(Operation *op) {
    // A part may be one of what is computed here, and a number that fills a tensor may be.
    if (isView(op) || isa<linalg::FillOp>(op))
      followers.push_back(op);
    else if (!isRepeated(op))
      computed.insert(op);
  }

  bool isEmpty() const { return computed.empty(); }

  /// Replaces the operations by a call in front of `end`.
  void outline(Operation *end, SharedFunctions &functions) {
    SmallVector<Value> results;
    for (Operation *op : computed)
      for (Value result : op->getResults())
        if (isNeededElsewhere(result))
          results.push_back(result);
    func::FuncOp function = functions.find(makeFunction(results));
    OpBuilder b(end);
    auto call = func::CallOp::create(b, end->getLoc(), function, arguments);
    for (auto [old, result] : llvm::zip(results, call.getResults()))
      old.replaceAllUsesWith(result);
    for (Operation *op : computed)
      op->dropAllReferences();
    for (Operation *op : llvm::reverse(followers)) {
      // What is left may be a part of a result.
      op->moveAfter(call);
      eraseUnused(op);
    }
    for (Operation *op : computed)
      op->erase();
  }

private:
  /// Returns true if an operation of another step, or one that stays, uses `value` or a
  /// part of it.
  bool isNeededElsewhere(Value value) const {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      Operation *owner = value.getParentBlock()->findAncestorOpInBlock(*user);
      if (computed.contains(owner))
        return false;
      return !isRepeated(owner) || isNeededElsewhere(owner->getResult(0));
    });
  }

  /// Returns a function that is in no module and has no name.
  func::FuncOp makeFunction(ValueRange results) {
    Operation *first = computed.front();
    OpBuilder b(first->getContext());
    auto function = func::FuncOp::create(b, first->getLoc(), "", b.getFunctionType({}, {}));
    function.setPrivate();
    body = function.addEntryBlock();
    b.setInsertionPointToStart(body);
    for (Operation *op : computed) {
      op->walk([&](Operation *inner) {
        for (Value operand : inner->getOperands())
          if (!op->isAncestor(operand.getParentBlock()->getParentOp()))
            define(b, operand);
      });
      b.clone(*op, copies);
    }
    auto returned =
        llvm::map_to_vector(results, [&](Value value) { return copies.lookup(value); });
    func::ReturnOp::create(b, first->getLoc(), returned);
    function.setType(
        b.getFunctionType(body->getArgumentTypes(), ValueRange(returned).getTypes()));
    return function;
  }

  /// Makes a value of the program available in the function.
  void define(OpBuilder &b, Value value) {
    if (copies.contains(value))
      return;
    Operation *op = value.getDefiningOp();
    if (isRepeated(op)) {
      for (Value operand : op->getOperands())
        define(b, operand);
      b.clone(*op, copies);
      return;
    }
    copies.map(value, body->addArgument(value.getType(), value.getLoc()));
    arguments.push_back(value);
  }

  llvm::SetVector<Operation *> computed;
  SmallVector<Operation *> followers;
  Block *body = nullptr;
  IRMapping copies;
  SmallVector<Value> arguments;
};

struct OutlineSteps : tacit::mpc::impl::OutlineStepsBase<OutlineSteps> {
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || !main.getBody().hasOneBlock()) {
      getOperation().emitError() << "expected a function @main with one block, as "
                                    "mpc-select-program leaves it";
      return signalPassFailure();
    }
    SharedFunctions functions(getOperation(), "step_");
    Block &block = main.getBody().front();
    // A view that nothing reads needs nothing.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      eraseUnused(&op);
    Step step;
    for (Operation &op : llvm::make_early_inc_range(block)) {
      if (endsStep(&op)) {
        if (!step.isEmpty()) {
          step.outline(&op, functions);
          ++numCalls;
        }
        step = Step();
      } else if (isMemoryEffectFree(&op) && !op.hasTrait<OpTrait::ConstantLike>()) {
        step.add(&op);
      }
    }
    numSteps = functions.size();
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      eraseUnused(&op);
  }
};
} // namespace
