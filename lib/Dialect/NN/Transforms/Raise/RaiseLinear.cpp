//===- RaiseLinear.cpp - Recognises products by a weight matrix -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ApplyPatterns.h"
#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Raise/Patterns.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"

namespace tacit::nn {
#define GEN_PASS_DEF_RAISELINEAR
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

/// Returns true for a constant, also a quantized, transposed, reshaped, cast or scaled one.
static bool isWeight(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto product = dyn_cast<MulOp>(op))
      return isWeight(product.getLhs()) && isWeight(product.getRhs());
    if (!isa<TransposeOp, ReshapeOp, CastOp>(op))
      return isa<DequantizeOp, PowersOfTwoOp>(op) || matchPattern(value, m_Constant());
    value = op->getOperand(0);
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// True if the right side of `product` is a constant matrix, perhaps with leading
/// dimensions of 1, as Einsum leaves them. Products of integers are not layers.
static bool isLayer(MatmulOp product) {
  auto type = cast<RankedTensorType>(product.getRhs().getType());
  auto input = cast<RankedTensorType>(product.getLhs().getType());
  bool isMatrix =
      type.getRank() == 2 ||
      (type.getRank() > 2 && type.getRank() <= input.getRank() &&
       llvm::all_of(type.getShape().drop_back(2), [](int64_t dim) { return dim == 1; }));
  return isMatrix && isa<FloatType>(type.getElementType()) && isWeight(product.getRhs());
}

/// True if `layer` could take a bias.
static bool isLayer(LinearOp layer) { return !layer.getBias(); }

static Value inputOf(MatmulOp product) { return product.getLhs(); }
static Value inputOf(LinearOp layer) { return layer.getInput(); }

static Value weightOf(LinearOp layer, PatternRewriter &) { return layer.getWeight(); }

/// The right side of a product that is a layer, as a matrix.
static Value weightOf(MatmulOp product, PatternRewriter &rewriter) {
  Value weight = product.getRhs();
  auto type = cast<RankedTensorType>(weight.getType());
  if (type.getRank() == 2)
    return weight;
  return rewriter.createOrFold<ReshapeOp>(weight.getLoc(),
                                          type.clone(type.getShape().take_back(2)), weight);
}

/// Returns true if `user` adds a constant per column to `product`.
static bool addsBias(Operation *user, Value product) {
  auto sum = dyn_cast<AddOp>(user);
  if (!sum || sum.getType() != product.getType())
    return false;
  Value other = sum.getLhs() == product ? sum.getRhs() : sum.getLhs();
  return isPerColumn(other, product) && isWeight(other);
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

/// An OpT that alone is read by the sum with a constant bias.
template <typename OpT>
struct RaiseBiasedLayer : RaisePattern<OpT> {
  using RaisePattern<OpT>::RaisePattern;

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    if (!isLayer(op))
      return failure();
    Value product = op.getResult();
    auto sum = llvm::find_if(product.getUsers(),
                             [&](Operation *user) { return addsBias(user, product); });
    if (sum == product.getUsers().end())
      return failure();
    if (!product.hasOneUse())
      return rewriter.notifyMatchFailure(
          *sum, "the bias stays apart: something else reads the product without it");
    Operation *root = op;
    Value weight = weightOf(op, rewriter);
    Value bias = takeParameter<AddOp>(rewriter, root);
    this->reporter.found(root->getLoc(), "with bias");
    rewriter.setInsertionPoint(root);
    replaceUsesOf(root,
                  LinearOp::create(rewriter, root->getLoc(), root->getResult(0).getType(),
                                   inputOf(op), weight, bias, op.getMultiplierAttr()),
                  rewriter);
    return success();
  }
};

/// A product without a bias, or whose bias stays apart.
struct RaisePlainLayer : RaisePattern<MatmulOp> {
  using RaisePattern::RaisePattern;

  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    if (!isLayer(op))
      return failure();
    reporter.found(op.getLoc(), "no bias");
    rewriter.replaceOpWithNewOp<LinearOp>(op, op.getType(), op.getLhs(),
                                          weightOf(op, rewriter), Value(),
                                          op.getMultiplierAttr());
    return success();
  }
};

struct RaiseLinear : tacit::nn::impl::RaiseLinearBase<RaiseLinear> {
  void runOnOperation() override {
    SiteReporter reporter("linear", getOperation(), sites, nearMisses);
    RewritePatternSet patterns(&getContext());
    populateRaiseLinearPatterns(patterns, reporter);
    walkAndRaise(getOperation(), std::move(patterns), reporter);
  }
};

} // namespace

void tacit::nn::populateRaiseLinearPatterns(RewritePatternSet &patterns,
                                            SiteReporter &reporter) {
  MLIRContext *context = patterns.getContext();
  patterns.add<RaiseBiasedLayer<MatmulOp>, RaiseBiasedLayer<LinearOp>>(context, reporter,
                                                                       /*benefit=*/2);
  patterns.add<RaisePlainLayer>(context, reporter, /*benefit=*/1);
}
