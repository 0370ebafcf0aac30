//===- RaiseSilu.cpp - Recognises SiLU ------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Activation.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace tacit::nn {
#define GEN_PASS_DEF_RAISESILU
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

/// x, if `value` is -x.
static Value matchNegated(Value value) {
  if (auto negation = value.getDefiningOp<NegOp>())
    return negation.getInput();
  auto product = matchScalar<MulOp>(value);
  return product && product->scalar == -1 && product->other.getType() == value.getType()
             ? product->other
             : Value();
}

/// Writes y / (1 + exp(-x)) with nn.sigmoid, y being 1 or anything else.
static void raiseSigmoid(ExpOp exponential, IRRewriter &rewriter) {
  Value x = matchNegated(exponential.getInput());
  if (!x)
    return;
  for (Operation *sum : llvm::to_vector(exponential->getUsers())) {
    auto one = isa<AddOp>(sum) ? matchScalar<AddOp>(sum->getResult(0)) : std::nullopt;
    if (!one || one->scalar != 1 || sum->getResult(0).getType() != x.getType())
      continue;
    llvm::SetVector<Operation *> users(sum->user_begin(), sum->user_end());
    for (Operation *user : users) {
      auto division = dyn_cast<DivOp>(user);
      bool divides = division && division.getRhs() == sum->getResult(0) &&
                     division.getType() == x.getType();
      if (!divides && !isa<ReciprocalOp>(user))
        continue;
      rewriter.setInsertionPoint(user);
      Value gate = SigmoidOp::create(rewriter, user->getLoc(), x.getType(), x);
      if (divides && constantScalar(division.getLhs()) != 1.0)
        gate =
            MulOp::create(rewriter, user->getLoc(), x.getType(), division.getLhs(), gate);
      rewriter.replaceOp(user, gate);
    }
  }
}

namespace {

struct RaiseSilu : tacit::nn::impl::RaiseSiluBase<RaiseSilu> {
  void runOnOperation() override {
    SiteReporter reporter("silu", getOperation(), sites, nearMisses);
    IRRewriter rewriter(&getContext());
    // A sigmoid of x alone says nothing: gates have it too.
    ActivationForm form{Polynomial::atom(0), {{{1, 1}, 1.0}}, /*isDistinctive=*/false};
    eraseDead(getOperation());
    for (ExpOp op : collect<ExpOp>(getOperation()))
      raiseSigmoid(op, rewriter);
    for (SigmoidOp op : collect<SigmoidOp>(getOperation())) {
      auto site = findActivation(op, form, reporter);
      if (!site)
        continue;
      rewriter.setInsertionPoint(site->root);
      reporter.found(site->root->getLoc(), "x * sigmoid(x)");
      rewriter.replaceOpWithNewOp<SiluOp>(site->root, site->input.getType(), site->input);
    }
    eraseDead(getOperation());
  }
};

} // namespace
