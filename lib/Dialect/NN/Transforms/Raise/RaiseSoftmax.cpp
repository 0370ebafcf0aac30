//===- RaiseSoftmax.cpp - Recognises softmax ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISESOFTMAX
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

namespace {
/// exp(x) and the sum of it.
struct Shares {
  ExpOp exponential;
  Reduction sum;
};
} // namespace

static std::optional<Shares> matchShares(Value numerator, Value denominator) {
  auto exponential = numerator.getDefiningOp<ExpOp>();
  Reduction sum = matchReduction(denominator, ReduceKind::Sum);
  if (!exponential || !sum || !isSameValue(sum.op.getInput(), numerator))
    return std::nullopt;
  return Shares{exponential, sum};
}

/// Matches exp(x) / sum(exp(x)), or the product with the reciprocal.
static std::optional<Shares> matchShares(Operation *quotient) {
  if (auto division = dyn_cast<DivOp>(quotient))
    return matchShares(division.getLhs(), division.getRhs());
  auto product = cast<MulOp>(quotient);
  for (auto [factor, inverse] : {std::pair(product.getLhs(), product.getRhs()),
                                 std::pair(product.getRhs(), product.getLhs())})
    if (auto reciprocal = inverse.getDefiningOp<ReciprocalOp>())
      if (auto shares = matchShares(factor, reciprocal.getInput()))
        return shares;
  return std::nullopt;
}

/// x, if `value` is x - max(x) along `axes`: nn.softmax subtracts that itself.
static Value stripMaximum(Value value, ArrayRef<int64_t> axes) {
  auto difference = value.getDefiningOp<SubOp>();
  Reduction maximum =
      difference ? matchReduction(difference.getRhs(), ReduceKind::Max) : Reduction{};
  return maximum && maximum.keepsDims && maximum.op.getAxes() == axes &&
                 isSameValue(maximum.op.getInput(), difference.getLhs())
             ? difference.getLhs()
             : Value();
}

static std::string whyNotSoftmax(Reduction sum) {
  if (sum.op.getAxes().size() != 1)
    return fmt::format("the sum runs over axes [{}]; expected one axis",
                       fmt::join(sum.op.getAxes(), ", "));
  if (!sum.keepsDims)
    return "the sum drops its dimension; expected keep_dims";
  return {};
}

static void raise(Operation *quotient, IRRewriter &rewriter, SiteReporter &reporter) {
  auto shares = matchShares(quotient);
  if (!shares)
    return;
  std::string reason = whyNotSoftmax(shares->sum);
  Value exponent = shares->exponential.getInput();
  Value stripped = stripMaximum(exponent, shares->sum.op.getAxes());
  Value input = stripped ? stripped : exponent;
  if (reason.empty() && input.getType() != quotient->getResult(0).getType())
    reason = "its result has another shape than its input";
  if (!reason.empty())
    return reporter.nearMiss(quotient->getLoc(), reason);
  int64_t axis = shares->sum.op.getAxes().front();
  reporter.found(quotient->getLoc(),
                 fmt::format("along axis {}{}", axis,
                             stripped ? "" : ", without the maximum until now"));
  rewriter.setInsertionPoint(quotient);
  rewriter.replaceOpWithNewOp<SoftmaxOp>(quotient, input.getType(), input, axis);
}

namespace {

struct RaiseSoftmax : tacit::nn::impl::RaiseSoftmaxBase<RaiseSoftmax> {
  void runOnOperation() override {
    SiteReporter reporter("softmax", getOperation(), sites, nearMisses);
    IRRewriter rewriter(&getContext());
    eraseDead(getOperation());
    for (Operation *quotient : collectQuotients(getOperation()))
      raise(quotient, rewriter, reporter);
    eraseDead(getOperation());
  }
};

} // namespace
