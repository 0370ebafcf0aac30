//===- SeparateResults.cpp - A buffer for each result ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "llvm/ADT/DenseSet.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_SEPARATERESULTS
#include "tacit/Codegen/CPU/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

namespace {
struct SeparateResults : tacit::cpu::impl::SeparateResultsBase<SeparateResults> {
  using Base::Base;

  void runOnOperation() override {
    getOperation().walk([&](func::ReturnOp op) {
      OpBuilder b(op);
      DenseSet<Value> seen;
      for (OpOperand &operand : op->getOpOperands()) {
        auto type = dyn_cast<RankedTensorType>(operand.get().getType());
        if (seen.insert(operand.get()).second || !type || !type.hasStaticShape())
          continue;
        Value copy = bufferization::AllocTensorOp::create(b, op.getLoc(), type,
                                                          /*dynamicSizes=*/ValueRange(),
                                                          /*copy=*/operand.get());
        operand.set(copy);
        ++numCopies;
      }
    });
  }
};
} // namespace
