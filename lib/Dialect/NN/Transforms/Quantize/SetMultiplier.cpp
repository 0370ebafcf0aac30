//===- SetMultiplier.cpp - Chooses how products are computed --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Support/DebugStringHelper.h"
#include "tacit/Dialect/NN/Analysis/Blocks.h"
#include "tacit/Dialect/NN/Analysis/Dims.h"
#include "tacit/Dialect/NN/Analysis/SiteNames.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h"
#include "tacit/Dialect/NN/Utils/ConstantBytes.h"
#include "tacit/Dialect/NN/Utils/ConstantWeight.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "tacit/Dialect/NN/Utils/SiteReporter.h"
#include "tacit/Numerics/PowersOfTwo.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_SETMULTIPLIER
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static constexpr int64_t kMaxMantissa = 23;
/// On average, a term covers three or more of a float's 24 bits.
static constexpr int64_t kMaxTerms = 8;

llvm::Error tacit::nn::checkOptions(const SetMultiplierOptions &options) {
  if (options.mantissa < 1 || options.mantissa > kMaxMantissa)
    return fail(ErrorKind::InvalidArgument, "lmul of all bits is the default",
                "lmul of {} bits of mantissa; expected 1 to {}", options.mantissa,
                kMaxMantissa);
  auto factor = static_cast<float>(options.alpha);
  if (!(factor >= 1 && factor < 2))
    return fail(ErrorKind::InvalidArgument, "1.0552 is the default",
                "pam with alpha = {:g}; expected at least 1 and less than 2",
                options.alpha);
  if (options.terms < 1 || options.terms > kMaxTerms)
    return fail(ErrorKind::InvalidArgument, "2 terms are the default",
                "weights of {} powers of two; expected 1 to {}", options.terms, kMaxTerms);
  if (options.kind == MultiplierKind::ShiftAdd &&
      options.scope == MultiplierScope::Attention)
    return fail(ErrorKind::InvalidArgument, "choose the scope 'linear' or 'matmul'",
                "shift-add decomposes weights, and the scope 'attention' has none");
  return llvm::Error::success();
}

/// Returns the operations with products of two matrices, in program order.
static SmallVector<MultiplierOpInterface> collectProducts(func::FuncOp function,
                                                          MultiplierScope scope) {
  SmallVector<MultiplierOpInterface> ops;
  // Collects the values that do not depend on the inputs: those computed from constants
  // alone.
  llvm::DenseSet<Operation *> known;
  auto isKnown = [&](Value value) { return known.contains(value.getDefiningOp()); };
  function.walk([&](Operation *op) {
    if (isa_and_present<NNDialect>(op->getDialect()) &&
        llvm::all_of(op->getOperands(), isKnown))
      known.insert(op);
    auto product = dyn_cast<MultiplierOpInterface>(op);
    if (!product)
      return;
    bool isChosen = false;
    switch (scope) {
    case MultiplierScope::Attention:
      isChosen = isa<AttentionOp>(op) ||
                 (isa<MatmulOp>(op) && llvm::none_of(op->getOperands(), isKnown));
      break;
    case MultiplierScope::Linear:
      isChosen = isa<LinearOp>(op);
      break;
    case MultiplierScope::Matmul:
      isChosen = true;
      break;
    }
    if (isChosen)
      ops.push_back(product);
  });
  return ops;
}

/// An exact product has no attribute.
static void assign(MultiplierOpInterface product, MultiplierAttr multiplier) {
  if (multiplier.getKind() == MultiplierKind::Exact)
    product.removeMultiplierAttr();
  else
    product.setMultiplierAttr(multiplier);
}

namespace {

struct SetMultiplier : tacit::nn::impl::SetMultiplierBase<SetMultiplier> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (auto error = checkOptions({kind, mantissa, alpha, terms, zero, overflow, scope}))
      return emitError(UnknownLoc::get(context)) << llvm::toString(std::move(error));
    return success();
  }

  void runOnOperation() override {
    SiteReporter reporter("multiplier", getOperation(), sites, nearMisses, "multiplier");
    MultiplierAttr multiplier = makeMultiplier();
    std::string text = debugString(multiplier);
    Decomposed decomposed;
    for (MultiplierOpInterface op : collectProducts(getOperation(), scope)) {
      Type element = getElementTypeOrSelf(op->getResult(0));
      if (kind != MultiplierKind::Exact && !element.isF32()) {
        reporter.nearMiss(getSiteLocation(op),
                          fmt::format("multiplies {}; expected f32", debugString(element)));
        continue;
      }
      if (kind != MultiplierKind::ShiftAdd) {
        assign(op, multiplier);
        reporter.found(getSiteLocation(op), text);
        continue;
      }
      if (failed(takeApart(op, multiplier, reporter, decomposed)))
        return signalPassFailure();
    }
    // Except for weights that were decomposed, only attributes have changed, from which no
    // block, name or size follows.
    if (!eraseDead(getOperation()) && decomposed.empty())
      markAnalysesPreserved<Blocks, SiteNames, Dims>();
  }

private:
  struct Powers {
    Value weight;
    double relativeError;
  };
  using Decomposed = llvm::DenseMap<std::pair<Attribute, Block *>, Powers>;

  /// Returns the options as an attribute, without those that have their default.
  MultiplierAttr makeMultiplier() {
    auto factor = static_cast<float>(alpha);
    bool isLMul = kind == MultiplierKind::LMul,
         isShiftAdd = kind == MultiplierKind::ShiftAdd;
    auto plain = MultiplierAttr::get(&getContext(), kind, isLMul ? mantissa : kMaxMantissa,
                                     {}, isShiftAdd ? terms : 1, zero, overflow);
    if (kind != MultiplierKind::Pam || factor == plain.getAlphaValue())
      return plain;
    return MultiplierAttr::get(&getContext(), kind, kMaxMantissa,
                               Builder(&getContext()).getF32FloatAttr(factor), 1, zero,
                               overflow);
  }

  /// Converts the weight of a linear layer to powers of two, or reports why it cannot.
  LogicalResult takeApart(MultiplierOpInterface op, MultiplierAttr multiplier,
                          SiteReporter &reporter, Decomposed &decomposed) {
    auto miss = [&](StringRef reason) {
      reporter.nearMiss(getSiteLocation(op), reason);
      return success();
    };
    auto linear = dyn_cast<LinearOp>(*op);
    if (!linear)
      return miss("has no constant weight to decompose");
    if (isHead(linear))
      return miss("this is the output layer, which stays exact");
    if (linear.getWeight().getDefiningOp<PowersOfTwoOp>())
      return miss("the weight already consists of powers of two");
    auto weight = ConstantWeight::find(linear.getWeight());
    if (!weight)
      return miss(llvm::toString(weight.takeError()));
    Powers &powers = decomposed[{weight->getIdentity(), op->getBlock()}];
    if (!powers.weight) {
      auto reader = weight->read(op);
      if (failed(reader))
        return failure();
      auto codes = numerics::decompose(*reader, terms);
      if (!codes)
        return miss("a weight is not finite");
      powers.relativeError = codes->relativeError;
      OpBuilder builder(op);
      Location loc = linear.getWeight().getLoc();
      Value constant = makeConstant(
          builder, loc, {terms, weight->getRows(), weight->getColumns()},
          builder.getI8Type(), std::move(codes->codes), weight->getName() + ".powers");
      powers.weight = PowersOfTwoOp::create(builder, loc, weight->getType(), constant);
      ++weights;
    }
    linear.getWeightMutable().assign(powers.weight);
    assign(op, multiplier);
    reporter.found(getSiteLocation(op),
                   fmt::format("{}x{} as {} signed power{} of two, relative error {:.2e}",
                               weight->getRows(), weight->getColumns(), terms.getValue(),
                               terms == 1 ? "" : "s", powers.relativeError));
    return success();
  }
};

} // namespace
