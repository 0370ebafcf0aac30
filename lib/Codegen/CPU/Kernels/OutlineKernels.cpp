//===- OutlineKernels.cpp - Outlines equal loops into one function --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Support/SharedFunctions.h"
#include "llvm/ADT/SetVector.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "tacit/Codegen/CPU/Kernels/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

/// Returns true for values that can be passed to a function: numbers, and buffers whose
/// type states everything but the address.
static bool canBeArgument(Type type) {
  auto buffer = dyn_cast<MemRefType>(type);
  if (!buffer)
    return type.isIntOrIndexOrFloat() || isa<VectorType>(type);
  SmallVector<int64_t> strides;
  int64_t offset;
  return buffer.hasStaticShape() &&
         succeeded(buffer.getStridesAndOffset(strides, offset)) &&
         !ShapedType::isDynamic(offset) &&
         !llvm::is_contained(strides, ShapedType::kDynamic);
}

/// Returns true for constants, and for casts of buffers whose type does not state
/// everything: a kernel repeats these operations.
static bool canBeCopied(Operation *op) {
  return op && op->getNumRegions() == 0 &&
         (op->hasTrait<OpTrait::ConstantLike>() ||
          (isa<ViewLikeOpInterface, memref::ReinterpretCastOp>(op) && isPure(op)));
}

namespace {
/// Collects what a kernel needs from its surroundings.
struct Needs {
  llvm::SetVector<Value> arguments;
  /// The operations that the kernel repeats, each after those it reads.
  llvm::SetVector<Operation *> copies;

  /// Adds `value` and everything it is computed from. Returns false if this is not possible
  /// in a function.
  bool add(Value value) {
    // This is a work list and not a recursion because a chain can be as long as a file.
    SmallVector<Value> pending{value};
    while (!pending.empty()) {
      Value next = pending.back();
      Operation *op = next.getDefiningOp();
      bool isCopied = canBeCopied(op) && (op->hasTrait<OpTrait::ConstantLike>() ||
                                          !canBeArgument(next.getType()));
      if (!isCopied) {
        if (!canBeArgument(next.getType()))
          return false;
        arguments.insert(next);
        pending.pop_back();
        continue;
      }
      size_t before = pending.size();
      // The last entry is processed next, so arguments come in the order of the operands.
      for (Value operand : llvm::reverse(op->getOperands()))
        if (!arguments.contains(operand) && !copies.contains(operand.getDefiningOp()))
          pending.push_back(operand);
      if (pending.size() > before)
        continue;
      copies.insert(op);
      pending.pop_back();
    }
    return true;
  }

  /// Adds every value that `op` uses and does not define.
  bool addUsesOf(Operation *op) {
    WalkResult result = op->walk<WalkOrder::PreOrder>([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (!op->isAncestor(operand.getParentBlock()->getParentOp()) && !add(operand))
          return WalkResult::interrupt();
      return WalkResult::advance();
    });
    return !result.wasInterrupted();
  }
};
} // namespace

/// The function is not yet in the module, and has no name.
static func::FuncOp makeKernel(Operation *op, const Needs &needs) {
  MLIRContext *context = op->getContext();
  SmallVector<Type> types =
      llvm::map_to_vector(needs.arguments, [](Value value) { return value.getType(); });
  OpBuilder b(context);
  auto kernel =
      func::FuncOp::create(b, op->getLoc(), "", FunctionType::get(context, types, {}));
  kernel.setPrivate();
  // Inlining would generate its code once for each call.
  kernel.setNoInline(true);
  IRMapping mapping;
  b.setInsertionPointToStart(kernel.addEntryBlock());
  for (auto [value, argument] : llvm::zip(needs.arguments, kernel.getArguments()))
    mapping.map(value, argument);
  for (Operation *copy : needs.copies)
    b.clone(*copy, mapping);
  b.clone(*op, mapping);
  func::ReturnOp::create(b, op->getLoc());
  return kernel;
}

namespace {
struct OutlineKernels
    : tacit::cpu::ModelPass<tacit::cpu::impl::OutlineKernelsBase<OutlineKernels>> {
  using ModelPass::ModelPass;

  LogicalResult runOnModel(func::FuncOp main) override {
    tacit::SharedFunctions kernels(getOperation(), "kernel_");
    if (!steps) {
      outline(main, kernels);
    } else {
      auto functions = llvm::to_vector(getOperation().getOps<func::FuncOp>());
      for (func::FuncOp step : functions)
        if (step.isPrivate() && step.getBody().hasOneBlock())
          outline(step, kernels);
    }
    numKernels = kernels.size();
    return success();
  }

  void outline(func::FuncOp function, tacit::SharedFunctions &kernels) {
    for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
      if (op.getNumRegions() == 0 || op.getNumResults() > 0)
        continue;
      // The memory of a step is planned later, where it is a part of the model.
      if (steps && allocates(&op))
        continue;
      Needs needs;
      if (!needs.addUsesOf(&op)) {
        ++numKept;
        continue;
      }
      OpBuilder b(&op);
      func::CallOp::create(b, op.getLoc(), kernels.find(makeKernel(&op, needs)),
                           needs.arguments.getArrayRef());
      op.erase();
      ++numCalls;
    }
  }

  static bool allocates(Operation *loop) {
    WalkResult result = loop->walk([](memref::AllocOp) { return WalkResult::interrupt(); });
    return result.wasInterrupted();
  }
};
} // namespace
