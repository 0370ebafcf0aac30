//===- SeparateDestinations.cpp - One empty tensor for each use -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Codegen/CPU/Passes.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_SEPARATEDESTINATIONS
#include "tacit/Codegen/CPU/Memory/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;

namespace {
struct SeparateDestinations
    : tacit::cpu::impl::SeparateDestinationsBase<SeparateDestinations> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<tensor::EmptyOp> shared;
    getOperation().walk([&](tensor::EmptyOp op) {
      if (!op->use_empty() && !op->hasOneUse())
        shared.push_back(op);
    });
    for (tensor::EmptyOp op : shared) {
      for (OpOperand &use : llvm::make_early_inc_range(op->getUses())) {
        // The tensor is created in front of the loop that uses it: inside, there would be
        // one for each iteration; further up, it would live longer.
        OpBuilder b(op->getBlock()->findAncestorOpInBlock(*use.getOwner()));
        use.set(b.clone(*op)->getResult(0));
        ++numCopies;
      }
      op->erase();
    }
  }
};
} // namespace
