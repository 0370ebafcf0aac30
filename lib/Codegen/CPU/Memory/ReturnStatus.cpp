//===- ReturnStatus.cpp - Assertions on values become a status ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory/SizeArithmetic.h"
#include "Model.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Dialect/CPU/IR/CPU.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_RETURNSTATUS
#include "tacit/Codegen/CPU/Memory/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit;

namespace {
struct ReturnStatus
    : tacit::cpu::ModelPass<tacit::cpu::impl::ReturnStatusBase<ReturnStatus>> {
  using ModelPass::ModelPass;

  LogicalResult runOnModel(func::FuncOp main) override {
    Block &body = main.getBody().front();
    bool isFree = tacit::cpu::numFreeDims(main) > 0;
    SmallVector<cf::AssertOp> assertions;
    WalkResult result = main.walk([&](cf::AssertOp op) {
      if (isFree && tacit::cpu::isSizeArithmetic(op.getArg()))
        return WalkResult::advance();
      assertions.push_back(op);
      return op->getBlock() == &body ? WalkResult::advance() : WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      return assertions.back()->emitOpError()
             << "depends on values and is in a region of its own; expected it in the "
                "body of @main";
    if (assertions.empty()) {
      markAllAnalysesPreserved();
      return success();
    }
    numChecks = assertions.size();
    return returnFirst(main, assertions);
  }

  /// Adds a result to `main`: the number of the first assertion that does not hold.
  LogicalResult returnFirst(func::FuncOp main, ArrayRef<cf::AssertOp> assertions) {
    Operation *end = main.getBody().front().getTerminator();
    OpBuilder b(end);
    Location loc = end->getLoc();
    auto number = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(value));
    };
    SmallVector<Attribute> sentences;
    Value status = number(0);
    for (int64_t i = assertions.size(); i > 0; --i)
      status = arith::SelectOp::create(b, loc, assertions[i - 1]->getOperand(0), status,
                                       number(i));
    for (cf::AssertOp op : assertions) {
      sentences.push_back(op.getMsgAttr());
      op.erase();
    }
    getOperation()->setAttr(tacit::cpu::kValueChecksAttr, b.getArrayAttr(sentences));
    end->insertOperands(end->getNumOperands(), status);
    return main.insertResult(main.getNumResults(), status.getType(), {});
  }
};
} // namespace
