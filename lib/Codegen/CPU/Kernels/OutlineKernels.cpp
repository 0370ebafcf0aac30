//===- OutlineKernels.cpp - Outlines equal loops into one function --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"
#include <unordered_map>

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

/// Finds kernels by the computation that they contain.
class Kernels {
public:
  explicit Kernels(ModuleOp module) : symbols(module) {}

  /// Returns a function that computes `op`, either an existing one or a new one.
  func::FuncOp find(Operation *op, const Needs &needs) {
    func::FuncOp made = make(op, needs);
    SmallVector<func::FuncOp> &alike = byHash[hash(made)];
    for (func::FuncOp other : alike) {
      if (!isSame(made, other))
        continue;
      made.erase();
      return other;
    }
    made.setSymName(("kernel_" + Twine(count++)).str());
    symbols.insert(made);
    alike.push_back(made);
    return made;
  }

  unsigned size() const { return count; }

private:
  /// The function is not yet in the module, and has no name.
  static func::FuncOp make(Operation *op, const Needs &needs) {
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

  static llvm::hash_code hash(func::FuncOp kernel) {
    llvm::hash_code code = llvm::hash_value(kernel.getFunctionType().getAsOpaquePointer());
    kernel.getBody().walk([&](Operation *op) {
      code = llvm::hash_combine(
          code, OperationEquivalence::computeHash(op, OperationEquivalence::ignoreHashValue,
                                                  OperationEquivalence::ignoreHashValue,
                                                  OperationEquivalence::IgnoreLocations));
    });
    return code;
  }

  static bool isSame(func::FuncOp a, func::FuncOp b) {
    return a.getFunctionType() == b.getFunctionType() &&
           OperationEquivalence::isRegionEquivalentTo(
               &a.getBody(), &b.getBody(), OperationEquivalence::IgnoreLocations);
  }

  SymbolTable symbols;
  std::unordered_map<size_t, SmallVector<func::FuncOp>> byHash;
  unsigned count = 0;
};

struct OutlineKernels
    : tacit::cpu::ModelPass<tacit::cpu::impl::OutlineKernelsBase<OutlineKernels>> {
  using ModelPass::ModelPass;

  LogicalResult runOnModel(func::FuncOp main) override {
    Kernels kernels(getOperation());
    for (Operation &op : llvm::make_early_inc_range(main.getBody().front())) {
      if (op.getNumRegions() == 0 || op.getNumResults() > 0)
        continue;
      Needs needs;
      if (!needs.addUsesOf(&op)) {
        ++numKept;
        continue;
      }
      OpBuilder b(&op);
      func::CallOp::create(b, op.getLoc(), kernels.find(&op, needs),
                           needs.arguments.getArrayRef());
      op.erase();
      ++numCalls;
    }
    numKernels = kernels.size();
    return success();
  }
};
} // namespace
