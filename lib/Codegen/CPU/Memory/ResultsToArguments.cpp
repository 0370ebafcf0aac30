//===- ResultsToArguments.cpp - Turns results into arguments --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory/SizeArithmetic.h"
#include "Model.h"
#include "mlir/IR/BuiltinOps.h"
#include "tacit/Codegen/CPU/Passes.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_RESULTSTOARGUMENTS
#include "tacit/Codegen/CPU/Memory/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

static bool isPlain(MemRefType type) { return type && type.getLayout().isIdentity(); }

/// Returns the allocation that `value` covers completely, perhaps in another shape; null if
/// there is none.
static memref::AllocOp allocationOf(Value value) {
  while (Operation *definition = value.getDefiningOp()) {
    if (auto alloc = dyn_cast<memref::AllocOp>(definition))
      // A buffer without elements has no meaningful strides, and nothing to copy.
      return isPlain(alloc.getType()) && !llvm::is_contained(alloc.getType().getShape(), 0)
                 ? alloc
                 : nullptr;
    if (!isa<memref::ExpandShapeOp, memref::CollapseShapeOp>(definition))
      return nullptr;
    value = definition->getOperand(0);
  }
  return nullptr;
}

namespace {
struct ResultsToArguments
    : tacit::cpu::ModelPass<tacit::cpu::impl::ResultsToArgumentsBase<ResultsToArguments>> {
  using ModelPass::ModelPass;

  LogicalResult runOnModel(func::FuncOp main) override {
    Operation *end = main.getBody().front().getTerminator();
    for (unsigned i = 0; i < main.getNumResults(); ++i) {
      auto type = dyn_cast<MemRefType>(end->getOperand(i).getType());
      if (!isPlain(type))
        return end->emitOpError() << "gives " << end->getOperand(i).getType()
                                  << " as result " << i << "; expected a plain buffer";
      // Plain pointers carry no sizes; the program keeps track of the free ones.
      auto pointer =
          type.hasStaticShape() ? type : MemRefType::get({1}, type.getElementType());
      NamedAttrList attributes(main.getResultAttrDict(i));
      attributes.erase(tacit::nn::kDimsAttr);
      if (failed(main.insertArgument(main.getNumArguments(), pointer,
                                     attributes.getDictionary(&getContext()),
                                     main.getLoc())))
        return failure();
      deliver(end, i, main.getArguments().back());
    }
    return returnSizes(main, end);
  }

  /// The function then returns only the sizes of the free dimensions of all results.
  static LogicalResult returnSizes(func::FuncOp main, Operation *end) {
    OpBuilder b(end);
    SmallVector<Value> sizes;
    for (Value value : end->getOperands())
      for (int64_t d = 0, rank = cast<MemRefType>(value.getType()).getRank(); d < rank; ++d)
        if (cast<MemRefType>(value.getType()).isDynamicDim(d))
          sizes.push_back(getValueOrCreateConstantIndexOp(
              b, end->getLoc(), tacit::cpu::sizeOfBuffer(b, end->getLoc(), value, d)));
    end->setOperands(sizes);
    if (failed(main.eraseResults(llvm::BitVector(main.getNumResults(), true))))
      return failure();
    for (Value size : sizes)
      if (failed(main.insertResult(main.getNumResults(), size.getType(), {})))
        return failure();
    return success();
  }

  /// Computes result `i` directly in `target`. A result that is an input, a weight or
  /// another result is copied.
  void deliver(Operation *end, unsigned i, Value target) {
    Value value = end->getOperand(i);
    Location loc = end->getLoc();
    memref::AllocOp alloc = allocationOf(value);
    if (!alloc) {
      OpBuilder b(end);
      auto type = cast<MemRefType>(value.getType());
      SmallVector<OpFoldResult> sizes;
      for (int64_t d = 0; d < type.getRank(); ++d)
        sizes.push_back(tacit::cpu::sizeOfBuffer(b, loc, value, d));
      if (!type.hasStaticShape())
        target = tacit::cpu::castToShape(b, loc, target, type, sizes);
      memref::CopyOp::create(b, loc, value, target);
      ++numCopies;
      return;
    }
    OpBuilder b(alloc);
    MemRefType type = alloc.getType();
    if (type != target.getType())
      target = tacit::cpu::castToShape(b, loc, target, type, alloc.getMixedSizes());
    alloc->replaceAllUsesWith(ValueRange{target});
    alloc->erase();
  }
};
} // namespace
