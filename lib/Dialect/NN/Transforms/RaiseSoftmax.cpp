//===- RaiseSoftmax.cpp - Recognises softmax ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Raise.h"
#include "tacit/Dialect/NN/Transforms/Passes.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISESOFTMAX
#include "tacit/Dialect/NN/Transforms/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

namespace {
/// exp(...) / sum(exp(...))
struct Shares {
  ExpOp exponential;
  ReduceOp sum;
};
} // namespace

static ReduceOp matchReduce(Value value, ReduceKind kind) {
  auto reduce = value.getDefiningOp<ReduceOp>();
  return reduce && reduce.getKind() == kind ? reduce : ReduceOp();
}

static std::optional<Shares> matchShares(Value numerator, Value denominator) {
  auto exponential = numerator.getDefiningOp<ExpOp>();
  ReduceOp sum = matchReduce(denominator, ReduceKind::Sum);
  if (!exponential || !sum || !isSameValue(sum.getInput(), numerator))
    return std::nullopt;
  return Shares{exponential, sum};
}

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

/// The maximum that `value` has subtracted from its own input.
static ReduceOp matchMaximum(Value value) {
  auto difference = value.getDefiningOp<SubOp>();
  ReduceOp maximum =
      difference ? matchReduce(difference.getRhs(), ReduceKind::Max) : ReduceOp();
  return maximum && isSameValue(maximum.getInput(), difference.getLhs()) ? maximum
                                                                         : ReduceOp();
}

static std::string whyNotSoftmax(Shares shares, ReduceOp maximum) {
  if (shares.sum.getAxes().size() != 1)
    return fmt::format("the sum runs over axes [{}]; expected one axis",
                       fmt::join(shares.sum.getAxes(), ", "));
  if (!maximum)
    return "the maximum is not subtracted first; nn.softmax would not overflow where this "
           "does";
  if (maximum.getAxes() != shares.sum.getAxes())
    return fmt::format(
        "the maximum runs over axes [{}] and the sum over [{}]; expected the "
        "same",
        fmt::join(maximum.getAxes(), ", "), fmt::join(shares.sum.getAxes(), ", "));
  if (!maximum.getKeepDims() || !shares.sum.getKeepDims())
    return "a reduction drops its dimension; expected keep_dims";
  return {};
}

static void raise(Operation *quotient, IRRewriter &rewriter, SiteReporter &reporter) {
  auto shares = matchShares(quotient);
  if (!shares)
    return;
  ReduceOp maximum = matchMaximum(shares->exponential.getInput());
  Value input = maximum ? maximum.getInput() : shares->exponential.getInput();
  std::string reason = whyNotSoftmax(*shares, maximum);
  if (reason.empty() && input.getType() != quotient->getResult(0).getType())
    reason = "its result has another shape than its input";
  if (!reason.empty())
    return reporter.nearMiss(quotient->getLoc(), reason);
  int64_t axis = shares->sum.getAxes().front();
  reporter.found(quotient->getLoc(), fmt::format("along axis {}", axis));
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
