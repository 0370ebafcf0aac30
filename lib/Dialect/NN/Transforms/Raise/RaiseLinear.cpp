//===- RaiseLinear.cpp - Recognises products by a weight matrix -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Matchers.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"
#include <fmt/format.h>

namespace tacit::nn {
#define GEN_PASS_DEF_RAISELINEAR
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

/// A constant, perhaps in few bits, perhaps transposed, reshaped or cast on the way.
static bool isWeight(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<TransposeOp, ReshapeOp, CastOp>(op))
      return isa<DequantizeOp, PowersOfTwoOp>(op) || matchPattern(value, m_Constant());
    value = op->getOperand(0);
  }
  return false;
}

/// The right side of `product` as a matrix, if it is a constant one; leading dimensions
/// of 1, as Einsum leaves them, are dropped. Null if it is anything else: products of
/// integers are no layers.
static Value matchWeightMatrix(MatmulOp product, IRRewriter &rewriter) {
  Value weight = product.getRhs();
  auto type = cast<RankedTensorType>(weight.getType());
  auto input = cast<RankedTensorType>(product.getLhs().getType());
  bool isMatrix =
      type.getRank() == 2 ||
      (type.getRank() > 2 && type.getRank() <= input.getRank() &&
       llvm::all_of(type.getShape().drop_back(2), [](int64_t dim) { return dim == 1; }));
  if (!isMatrix || !isa<FloatType>(type.getElementType()) || !isWeight(weight))
    return {};
  if (type.getRank() == 2)
    return weight;
  rewriter.setInsertionPoint(product);
  return rewriter.createOrFold<ReshapeOp>(weight.getLoc(),
                                          type.clone(type.getShape().take_back(2)), weight);
}

/// True if `user` adds to `product` a constant per column.
static bool addsBias(Operation *user, Value product) {
  auto sum = dyn_cast<AddOp>(user);
  if (!sum || sum.getType() != product.getType())
    return false;
  Value other = sum.getLhs() == product ? sum.getRhs() : sum.getLhs();
  return isPerColumn(other, product) && isWeight(other);
}

/// The constant bias that alone reads `root`, as one dimension; `root` moves on.
static Value takeBias(Operation *&root, IRRewriter &rewriter, SiteReporter &reporter) {
  Value product = root->getResult(0);
  auto sum = llvm::find_if(product.getUsers(),
                           [&](Operation *user) { return addsBias(user, product); });
  if (sum == product.getUsers().end())
    return {};
  if (!product.hasOneUse()) {
    reporter.nearMiss(sum->getLoc(),
                      "the bias stays apart: something else reads the product "
                      "without it");
    return {};
  }
  return takeParameter<AddOp>(rewriter, root);
}

static void raise(Operation *product, Value input, Value weight, MultiplierAttr multiplier,
                  IRRewriter &rewriter, SiteReporter &reporter) {
  Operation *root = product;
  Value bias = takeBias(root, rewriter, reporter);
  if (!bias && isa<LinearOp>(product))
    return;
  reporter.found(root->getLoc(), bias ? "with bias" : "no bias");
  rewriter.setInsertionPoint(root);
  rewriter.replaceOpWithNewOp<LinearOp>(root, root->getResult(0).getType(), input, weight,
                                        bias, multiplier);
}

namespace {

struct RaiseLinear : tacit::nn::impl::RaiseLinearBase<RaiseLinear> {
  void runOnOperation() override {
    SiteReporter reporter("linear", getOperation(), sites, nearMisses);
    IRRewriter rewriter(&getContext());
    eraseDead(getOperation());
    for (LinearOp op : collect<LinearOp>(getOperation()))
      if (!op.getBias())
        raise(op, op.getInput(), op.getWeight(), op.getMultiplierAttr(), rewriter,
              reporter);
    for (MatmulOp op : collect<MatmulOp>(getOperation()))
      if (Value weight = matchWeightMatrix(op, rewriter))
        raise(op, op.getLhs(), weight, op.getMultiplierAttr(), rewriter, reporter);
    eraseDead(getOperation());
  }
};

} // namespace
