//===- ResultsToArguments.cpp - The caller owns the results ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Codegen/CPU/Passes.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_RESULTSTOARGUMENTS
#include "tacit/Codegen/CPU/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

static bool isPlain(MemRefType type) {
  return type && type.hasStaticShape() && type.getLayout().isIdentity();
}

/// The allocation of which `value` is all, perhaps in another shape; null if there
/// is none of known size.
static memref::AllocOp allocationOf(Value value) {
  while (Operation *definition = value.getDefiningOp()) {
    if (auto alloc = dyn_cast<memref::AllocOp>(definition))
      // Without elements there are no strides to speak of, and nothing to copy.
      return isPlain(alloc.getType()) && alloc.getType().getNumElements() > 0 ? alloc : nullptr;
    if (!isa<memref::ExpandShapeOp, memref::CollapseShapeOp>(definition))
      return nullptr;
    value = definition->getOperand(0);
  }
  return nullptr;
}

namespace {
struct ResultsToArguments : tacit::cpu::impl::ResultsToArgumentsBase<ResultsToArguments> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto main = module.lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !main.getBody().hasOneBlock()) {
      module.emitError() << "expected a function @main with one block: the model";
      return signalPassFailure();
    }
    Operation *end = main.getBody().front().getTerminator();
    for (unsigned i = 0; i < main.getNumResults(); ++i) {
      auto type = dyn_cast<MemRefType>(end->getOperand(i).getType());
      if (!isPlain(type)) {
        end->emitOpError() << "gives " << end->getOperand(i).getType() << " as result " << i
                           << "; expected a buffer of known size";
        return signalPassFailure();
      }
      if (failed(main.insertArgument(main.getNumArguments(), type, main.getResultAttrDict(i),
                                     main.getLoc())))
        return signalPassFailure();
      deliver(end, i, main.getArguments().back());
    }
    llvm::BitVector all(main.getNumResults(), true);
    end->setOperands({});
    if (failed(main.eraseResults(all)))
      return signalPassFailure();
  }

  /// Computes result `i` in `target`. One that is an input, a weight or a result
  /// already is copied.
  void deliver(Operation *end, unsigned i, Value target) {
    Value value = end->getOperand(i);
    Location loc = end->getLoc();
    memref::AllocOp alloc = allocationOf(value);
    if (!alloc) {
      OpBuilder b(end);
      memref::CopyOp::create(b, loc, value, target);
      ++numCopies;
      return;
    }
    OpBuilder b(alloc);
    MemRefType type = alloc.getType();
    if (type != target.getType()) {
      auto [strides, offset] = type.getStridesAndOffset();
      target = memref::ReinterpretCastOp::create(b, loc, type, target, offset, type.getShape(),
                                                 strides);
    }
    alloc->replaceAllUsesWith(ValueRange{target});
    alloc->erase();
  }
};
} // namespace
