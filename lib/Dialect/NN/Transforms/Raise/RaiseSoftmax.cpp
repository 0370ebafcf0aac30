//===- RaiseSoftmax.cpp - Recognises softmax ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ApplyPatterns.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Raise/Patterns.h"
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
/// Matches exp(x) and the sum of it.
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

/// Matches exp(x) / sum(exp(x)).
static std::optional<Shares> matchShares(DivOp division) {
  return matchShares(division.getLhs(), division.getRhs());
}

/// Matches the product with the reciprocal.
static std::optional<Shares> matchShares(MulOp product) {
  for (auto [factor, inverse] : {std::pair(product.getLhs(), product.getRhs()),
                                 std::pair(product.getRhs(), product.getLhs())})
    if (auto reciprocal = inverse.getDefiningOp<ReciprocalOp>())
      if (auto shares = matchShares(factor, reciprocal.getInput()))
        return shares;
  return std::nullopt;
}

/// Returns x, if `value` is x - max(x) along `axes`: nn.softmax subtracts that itself.
static Value stripMaximum(Value value, ArrayRef<int64_t> axes) {
  auto difference = value.getDefiningOp<SubOp>();
  Reduction maximum =
      difference ? matchReduction(difference.getRhs(), ReduceKind::Max) : Reduction{};
  return maximum && maximum.keepsDims && maximum.op.getAxes() == axes &&
                 isSameValue(maximum.op.getInput(), difference.getLhs())
             ? difference.getLhs()
             : Value();
}

/// Succeeds if the sum is that of a softmax. The near miss is reported.
static LogicalResult checkSum(Reduction sum, Operation *quotient,
                              PatternRewriter &rewriter) {
  if (sum.op.getAxes().size() != 1)
    return rewriter.notifyMatchFailure(
        quotient, fmt::format("the sum runs over axes [{}]; expected one axis",
                              fmt::join(sum.op.getAxes(), ", ")));
  if (!sum.keepsDims)
    return rewriter.notifyMatchFailure(quotient,
                                       "the sum drops its dimension; expected keep_dims");
  return success();
}

namespace {

/// Softmax that ends in an OpT, a quotient or a product with a reciprocal.
template <typename OpT>
struct RaiseSoftmaxPattern : RaisePattern<OpT> {
  using RaisePattern<OpT>::RaisePattern;

  LogicalResult matchAndRewrite(OpT quotient, PatternRewriter &rewriter) const override {
    auto shares = matchShares(quotient);
    if (!shares || failed(checkSum(shares->sum, quotient, rewriter)))
      return failure();
    int64_t axis = shares->sum.op.getAxes().front();
    Value exponent = shares->exponential.getInput();
    Value stripped = stripMaximum(exponent, axis);
    Value input = stripped ? stripped : exponent;
    if (input.getType() != quotient.getType())
      return rewriter.notifyMatchFailure(quotient,
                                         "its result and its input have different shapes");
    this->reporter.found(
        quotient.getLoc(),
        fmt::format("along axis {}{}", axis, stripped ? "" : ", which had no maximum"));
    rewriter.replaceOpWithNewOp<SoftmaxOp>(quotient, input.getType(), input, axis);
    return success();
  }
};

struct RaiseSoftmax : tacit::nn::impl::RaiseSoftmaxBase<RaiseSoftmax> {
  void runOnOperation() override {
    SiteReporter reporter("softmax", getOperation(), sites, nearMisses);
    RewritePatternSet patterns(&getContext());
    populateRaiseSoftmaxPatterns(patterns, reporter);
    walkAndRaise(getOperation(), std::move(patterns), reporter);
  }
};

} // namespace

void tacit::nn::populateRaiseSoftmaxPatterns(RewritePatternSet &patterns,
                                             SiteReporter &reporter) {
  patterns.add<RaiseSoftmaxPattern<DivOp>, RaiseSoftmaxPattern<MulOp>>(
      patterns.getContext(), reporter);
}
