//===- AnnotateCosts.cpp - Annotates what each operation sends ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/Network.h"
#include "tacit/Cost/Suite.h"
#include "tacit/Dialect/MPC/Transforms/Passes.h"
#include "tacit/Support/Error.h"

namespace tacit::mpc {
#define GEN_PASS_DEF_ANNOTATECOSTS
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"
} // namespace tacit::mpc

using namespace mlir;
using namespace tacit;
using namespace tacit::mpc;

/// Reports an error of the cost library, with its advice as a note.
static void report(func::FuncOp func, llvm::Error error) {
  llvm::handleAllErrors(std::move(error), [&](const tacit::Error &inner) {
    InFlightDiagnostic diagnostic = func.emitError() << inner.getMessage();
    diagnostic.attachNote() << inner.getHint().text;
  });
}

static CostAttr attributeOf(MLIRContext *context, const cost::Charge &charge,
                            int64_t start) {
  return CostAttr::get(context, charge.total, charge.toServer, charge.toClient,
                       charge.offline, charge.setup, charge.hops, charge.rounds, start,
                       charge.basis);
}

namespace {

struct AnnotateCosts : tacit::mpc::impl::AnnotateCostsBase<AnnotateCosts> {
  using AnnotateCostsBase::AnnotateCostsBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    auto suite = cost::findSuite(protocol);
    if (!suite) {
      report(func, suite.takeError());
      return signalPassFailure();
    }
    auto bill = (*suite)->charge(func, skip);
    if (!bill) {
      report(func, bill.takeError());
      return signalPassFailure();
    }
    cost::Rounds rounds = cost::scheduleRounds(func, *bill);
    // These are the results of an earlier run, perhaps for another protocol.
    func.walk([](Operation *op) { op->removeDiscardableAttr(kCostAttr); });
    for (auto &[op, charge] : bill->charges) {
      op->setDiscardableAttr(kCostAttr,
                             attributeOf(&getContext(), charge, rounds.start.lookup(op)));
      ++(charge.total == 0 ? silent : charged);
    }
    // Nobody's knowledge follows from what an operation costs.
    markAllAnalysesPreserved();
  }
};

} // namespace
