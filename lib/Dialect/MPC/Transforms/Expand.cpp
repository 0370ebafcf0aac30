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
#include <cmath>

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
  return recipe == Recipe::CrypTen ? Functions() : Functions{2.5, 6};
}

static bool isExpanded(Operation *op, Recipe recipe) {
  if (recipe == Recipe::Tacit && isa<ExpOp, ReciprocalOp, RsqrtOp, MaxOp, IsNegativeOp>(op))
    return true;
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

/// The powers of two between which a number is whose reciprocal is taken, if nothing else
/// is known about it.
static constexpr int64_t kLowest = -8, kHighest = 16;

/// Expands what the suite tacit computes in its own way; null for the rest, which needs
/// only functions that it has. An operation `isOfModel` if no function was expanded to it.
static Value expandOwn(Operation *op, Arithmetic &a, bool isOfModel) {
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](ExpOp exp) {
        return isOfModel ? emitOwnExpOfAny(a, exp.getInput())
                         : emitOwnExp(a, exp.getInput());
      })
      .Case([&](ReciprocalOp reciprocal) {
        return emitOwnReciprocal(a, reciprocal.getInput(), kLowest, kHighest);
      })
      .Case([&](RsqrtOp rsqrt) { return emitOwnRsqrt(a, rsqrt.getInput()); })
      .Case([&](IsNegativeOp sign) { return a.isNegative(sign.getInput()); })
      .Case([&](MaxOp max) { return emitOwnMax(a, max.getInput(), max.getAxis()); })
      .Case([&](SoftmaxOp softmax) {
        return emitOwnSoftmax(a, softmax.getInput(), softmax.getKeep(), softmax.getAxis());
      })
      .Case([&](LayerNormOp norm) {
        return emitOwnLayerNorm(a, norm.getInput(), norm.getEpsilon().convertToDouble());
      })
      .Case([&](RMSNormOp norm) {
        return emitOwnRMSNorm(a, norm.getInput(), norm.getEpsilon().convertToDouble());
      })
      .Case([&](GeluOp gelu) { return emitOwnGelu(a, gelu.getKind(), gelu.getInput()); })
      .Case([&](SiluOp silu) { return emitOwnSilu(a, silu.getInput()); })
      .Case([&](SigmoidOp sigmoid) { return emitOwnSigmoid(a, sigmoid.getInput()); })
      .Case([&](TanhOp tanh) { return emitOwnTanh(a, tanh.getInput()); })
      .Default([](Operation *) { return Value(); });
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

/// The functions of the suite tacit have up to 28 bits of fraction in between, and a number
/// of twice the fraction and 11 more bits.
static LogicalResult checkOwnRing(Operation *op) {
  static constexpr int64_t kWidth = 64, kMaxFraction = 24;
  auto type = cast<ShareType>(op->getResult(0).getType());
  if (type.getWidth() == kWidth && type.getFraction() <= kMaxFraction)
    return success();
  return op->emitOpError() << "computes with a fraction of " << type.getFraction()
                           << " bits in a ring of " << type.getWidth()
                           << " bits; expected at most " << kMaxFraction << " in a ring of "
                           << kWidth << " with recipe=tacit";
}

//===----------------------------------------------------------------------===//
// Products with one number
//===----------------------------------------------------------------------===//

/// The significant bits of a factor, and those before the point that a product of two
/// numbers may have.
static constexpr int64_t kSignificantBits = 14, kProductBits = 11;

/// Returns the bits of fraction that a factor gets: as few as represent it exactly, or
/// those of kSignificantBits.
static int64_t bitsOf(double factor) {
  for (int64_t bits = 0; bits < kSignificantBits; ++bits)
    if (std::ldexp(factor, bits) == std::trunc(std::ldexp(factor, bits)))
      return bits;
  return kSignificantBits - 1 - std::ilogb(factor);
}

/// A product that is truncated, multiplied by a number that both parties know, and
/// truncated again, as scores are, is truncated once, if it fits into the ring.
static void truncateOnce(TruncateOp outer) {
  auto mul = outer.getInput().getDefiningOp<MulOp>();
  auto number = mul ? mul.getRhs().getDefiningOp<PublicOp>() : PublicOp();
  auto inner = mul ? mul.getLhs().getDefiningOp<TruncateOp>() : TruncateOp();
  auto constant =
      number ? number.getInput().getDefiningOp<tacit::nn::ConstantOp>() : nullptr;
  auto value = constant ? dyn_cast<DenseFPElementsAttr>(constant.getValue()) : nullptr;
  if (!inner || !value || !value.isSplat() || !mul->hasOneUse() || !inner->hasOneUse() ||
      inner.getType().getShape() != mul.getType().getShape())
    return;
  double factor = std::fabs(value.getSplatValue<APFloat>().convertToDouble());
  ShareType product = cast<ShareType>(inner.getInput().getType());
  if (factor == 0 || product.getWidth() != 64)
    return;
  int64_t bits = bitsOf(factor),
          growth = std::max<int64_t>(bits + std::ilogb(factor) + 1, 0);
  if (product.getFraction() + kProductBits + growth > product.getWidth() - 2 ||
      product.getFraction() + bits >= product.getWidth())
    return;
  OpBuilder b(outer);
  auto scaled = MulOp::create(b, mul.getLoc(), inner.getInput(), mul.getRhs(), bits);
  scaled->setDiscardableAttrs(mul->getDiscardableAttrDictionary());
  outer.getInputMutable().assign(scaled);
  mul.erase();
  inner.erase();
}

/// What the server adds to a truncated product, as a bias, is added before the truncation:
/// the sum is masked then, and its sign is that of what was opened.
static void addBeforeTruncation(AddOp add) {
  auto truncate = add.getLhs().getDefiningOp<TruncateOp>();
  auto bias = add.getRhs().getDefiningOp<ShareOp>();
  if (!truncate || !truncate->hasOneUse() || !bias || bias.getParty() != Party::Server ||
      add.getType() != truncate.getType())
    return;
  ShareType product = cast<ShareType>(truncate.getInput().getType());
  if (product.getFraction() + kProductBits > product.getWidth() - 2)
    return;
  OpBuilder b(add);
  auto raised = ShareOp::create(b, bias.getLoc(), bias.getInput(), Party::Server,
                                product.getWidth(), product.getFraction());
  raised->setDiscardableAttrs(bias->getDiscardableAttrDictionary());
  auto sum = AddOp::create(b, add.getLoc(), truncate.getInput(), raised);
  sum->setDiscardableAttrs(add->getDiscardableAttrDictionary());
  auto last =
      TruncateOp::create(b, truncate.getLoc(), sum, truncate.getType().getFraction());
  last->setDiscardableAttrs(truncate->getDiscardableAttrDictionary());
  add.replaceAllUsesWith(last.getResult());
  add.erase();
  truncate.erase();
  if (bias->use_empty())
    bias.erase();
}

namespace {

struct Expand : tacit::mpc::impl::ExpandBase<Expand> {
  using ExpandBase::ExpandBase;

  LogicalResult initialize(MLIRContext *context) override {
    if (recipe == Recipe::Tacit && normScale != 1)
      return emitError(UnknownLoc::get(context))
             << "norm-scale is " << normScale.getValue()
             << "; expected 1 with recipe=tacit, whose norms take any variance";
    if (normScale >= 1 && normScale <= kMaxNormScale && llvm::isPowerOf2_64(normScale))
      return success();
    return emitError(UnknownLoc::get(context))
           << "norm-scale is " << normScale.getValue()
           << "; expected a power of two from 1 to " << kMaxNormScale;
  }

  /// Erases a function, and a truncation that only it read.
  static void eraseWithTruncation(Operation *op) {
    auto truncate = op->getOperand(0).getDefiningOp<TruncateOp>();
    op->erase();
    if (truncate && truncate->use_empty())
      truncate.erase();
  }

  void runOnOperation() override {
    if (localTruncation)
      getOperation()->setDiscardableAttr(kLocalTruncationAttr,
                                         UnitAttr::get(&getContext()));
    if (recipe == Recipe::Tacit) {
      getOperation().walk([](TruncateOp truncate) { truncateOnce(truncate); });
      getOperation().walk([](AddOp add) { addBeforeTruncation(add); });
    }
    // Functions may be expanded into others.
    for (bool isOfModel = true;; isOfModel = false) {
      SmallVector<Operation *> ops;
      bool fits = true;
      getOperation().walk([&](Operation *op) {
        if (!isExpanded(op, recipe))
          return;
        ops.push_back(op);
        fits &= succeeded(recipe == Recipe::Tacit ? checkOwnRing(op) : checkRing(op));
      });
      if (!fits)
        return signalPassFailure();
      if (ops.empty())
        return;
      Functions settings = functionsOf(recipe);
      settings.normScale = static_cast<double>(normScale);
      for (Operation *op : ops) {
        Arithmetic arithmetic(op, /*hasBits=*/recipe == Recipe::Tacit);
        Value result =
            recipe == Recipe::Tacit ? expandOwn(op, arithmetic, isOfModel) : Value();
        if (!result)
          result = expand(op, arithmetic, settings);
        op->getResult(0).replaceAllUsesWith(result);
        eraseWithTruncation(op);
        ++functions;
        primitives += arithmetic.count();
      }
    }
  }
};

} // namespace
