//===- Expand.cpp - Expands whole functions -------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arithmetic.h"
#include "tacit/Dialect/MPC/Transforms/Passes.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include "tacit/Dialect/MPC/Transforms/RecipeEnums.cpp.inc"

namespace tacit {
#define GET_RecipeWords_IMPL
#include "tacit/Dialect/MPC/Transforms/RecipeWords.inc"

template <>
llvm::ArrayRef<Word<mpc::Recipe>> words<mpc::Recipe>() {
  return RecipeWords;
}
} // namespace tacit

namespace tacit::mpc {
#define GEN_PASS_DEF_EXPAND
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"
} // namespace tacit::mpc

using namespace mlir;
using namespace tacit::mpc;

static constexpr int64_t kMaxNormScale = 256;

/// CrypTen's settings, and those that are needed for a trained model: the series of GELU is
/// within 0.01 up to 2.5, and six steps of Newton's method reach 1/sqrt(x), to 5 %, from x
/// = 0.008 on.
static Functions functionsOf(Recipe recipe) {
  return recipe == Recipe::CrypTenBounded ? Functions{2.5, 6} : Functions();
}

static bool isExpanded(Operation *op) {
  return isa<ReluOp, SigmoidOp, TanhOp, SiluOp, GeluOp, SoftmaxOp, LayerNormOp, RMSNormOp>(
      op);
}

/// exp, reciprocal, rsqrt and max are kept, because the protocol has formulas for them.
static Value expand(Operation *op, Arithmetic &a, const Functions &functions) {
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](ReluOp relu) { return emitRelu(a, relu.getInput()); })
      .Case([&](SigmoidOp sigmoid) { return emitSigmoid(a, sigmoid.getInput()); })
      .Case([&](TanhOp tanh) { return emitTanh(a, tanh.getInput()); })
      .Case([&](SiluOp silu) { return emitSilu(a, silu.getInput()); })
      .Case([&](GeluOp gelu) {
        return emitGelu(a, gelu.getKind(), gelu.getInput(), functions);
      })
      .Case([&](SoftmaxOp softmax) {
        return emitSoftmax(a, softmax.getInput(), softmax.getKeep(), softmax.getAxis());
      })
      .Case([&](LayerNormOp norm) {
        double epsilon = norm.getEpsilon().convertToDouble();
        return emitLayerNorm(a, norm.getInput(), epsilon, functions);
      })
      .Case([&](RMSNormOp norm) {
        double epsilon = norm.getEpsilon().convertToDouble();
        return emitRMSNorm(a, norm.getInput(), epsilon, functions);
      });
}

/// A product has twice the fraction, and needs room for numbers up to 128 before the point.
static LogicalResult checkRing(Operation *op) {
  auto type = cast<ShareType>(op->getResult(0).getType());
  int64_t needed = 2 * type.getFraction() + kIntegerBits;
  if (type.getWidth() >= needed)
    return success();
  InFlightDiagnostic diag = op->emitOpError();
  diag << "computes with a fraction of " << type.getFraction() << " bits in a ring of "
       << type.getWidth() << " bits; expected a ring of at least " << needed
       << " bits, which its products fit into";
  diag.attachNote() << "choose a larger width, or a fraction of fewer bits";
  return diag;
}

namespace {

struct Expand : tacit::mpc::impl::ExpandBase<Expand> {
  using ExpandBase::ExpandBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (normScale >= 1 && normScale <= kMaxNormScale && llvm::isPowerOf2_64(normScale))
      return success();
    return emitError(UnknownLoc::get(context))
           << "norm-scale is " << normScale.getValue()
           << "; expected a power of two from 1 to " << kMaxNormScale;
  }

  void runOnOperation() override {
    SmallVector<Operation *> ops;
    bool fits = true;
    getOperation().walk([&](Operation *op) {
      if (!isExpanded(op))
        return;
      ops.push_back(op);
      fits &= succeeded(checkRing(op));
    });
    if (!fits)
      return signalPassFailure();
    Functions settings = functionsOf(recipe);
    settings.normScale = static_cast<double>(normScale);
    for (Operation *op : ops) {
      Arithmetic arithmetic(op);
      op->getResult(0).replaceAllUsesWith(expand(op, arithmetic, settings));
      op->erase();
      ++functions;
      primitives += arithmetic.count();
    }
  }
};

} // namespace
