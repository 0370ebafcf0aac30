//===- BuildLoss.cpp - Builders: losses of classifiers --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Norms.h"
#include "Ops/OpTable.h"
#include "Ops/Shapes.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

namespace {
/// The loss of each sample, and how much it counts in the mean.
struct Losses {
  Value loss, weight; ///< [N, d1, ..., dk]; the weight is null if all are 1
};
} // namespace

/// Returns false, and the node is invalid, if a label is a constant that is neither one of
/// the classes nor ignored.
static bool checkConstantLabels(NodeBuilder &node, Value logs) {
  int64_t classes = tensorOf(logs).getDimSize(1);
  auto labels = node.constantInts(1);
  if (!labels || ShapedType::isDynamic(classes))
    return true;
  for (int64_t label : *labels) {
    bool isIgnored =
        node.hasAttribute("ignore_index") && label == node.intAttribute("ignore_index", 0);
    if (isIgnored || (label >= 0 && label < classes))
      continue;
    node.invalid(fmt::format("it has the label {}; expected 0 to {}, its classes", label,
                             classes - 1));
    return false;
  }
  return true;
}

/// Asserts that `target` holds classes of `logs`, and returns it. Lookups of ONNX count
/// negative indices from the end, which labels do not.
static Value assertLabels(NodeBuilder &node, Value target, Value logs) {
  int64_t classes = tensorOf(logs).getDimSize(1);
  std::string what = "a label that is not one of its classes";
  if (!ShapedType::isDynamic(classes))
    what = fmt::format("a label outside of [0, {}], its classes", classes - 1);
  Value high = sub(node, dimOf(node, logs, 1), i64Scalar(node, 1));
  return assertRange(node, target, i64Scalar(node, 0), high, what);
}

/// Looks up `logs` [N, C, d1, ..., dk] at the class of each sample of `target` [N, d1, ...,
/// dk]. Samples of the class `ignore_index` count nothing.
static Losses lossesOf(NodeBuilder &node, Value logs, Value target, Value classWeight) {
  if (!logs || !target)
    return {};
  if (tensorOf(logs).getRank() < 2 ||
      tensorOf(target).getRank() + 1 != tensorOf(logs).getRank()) {
    node.invalid(fmt::format("its scores have {} dimensions and its targets {}; expected "
                             "one more",
                             tensorOf(logs).getRank(), tensorOf(target).getRank()));
    return {};
  }
  if (!checkConstantLabels(node, logs))
    return {};
  target = castTo(node, target, IntegerType::get(node.context(), 64));
  Value isIgnored, zero = scalarLike(node, logs, 0);
  if (node.hasAttribute("ignore_index")) {
    Value ignored = i64Scalar(node, node.intAttribute("ignore_index", 0));
    isIgnored = compare(node, nn::ComparePredicate::Equal, target, ignored);
    target = node.create<nn::WhereOp>({isIgnored, i64Scalar(node, 0), target});
  }
  target = assertLabels(node, target, logs);
  if (!target)
    return {};
  Value picked = node.create<nn::GatherElementsOp>(
      {logs, insertDim(node, target, 1)},
      [&](auto &properties) { properties.setAxis(node.i64(1)); });
  if (!picked)
    return {};
  Losses losses;
  losses.loss = node.create<nn::NegOp>({reshapeLike(node, picked, target)});
  if (classWeight)
    losses.weight = gather(node, classWeight, target, 0);
  if (isIgnored) {
    Value one = scalarLike(node, logs, 1);
    losses.weight =
        node.create<nn::WhereOp>({isIgnored, zero, losses.weight ? losses.weight : one});
  }
  if (losses.weight)
    losses.loss = mul(node, losses.loss, losses.weight);
  // What is ignored may be infinite, which a weight of 0 does not make 0.
  if (isIgnored)
    losses.loss = node.create<nn::WhereOp>({isIgnored, zero, losses.loss});
  return losses;
}

static Value reduceLosses(NodeBuilder &node, const Losses &losses) {
  if (!losses.loss)
    return {};
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, tensorOf(losses.loss).getRank()));
  auto total = [&](Value input, nn::ReduceKind kind) {
    return input ? reduce(node, kind, input, axes, /*keepDims=*/false) : Value();
  };
  std::string reduction = node.stringAttribute("reduction", "mean");
  if (reduction == "none")
    return losses.loss;
  if (reduction == "sum")
    return total(losses.loss, nn::ReduceKind::Sum);
  if (reduction != "mean")
    return node.invalid(fmt::format(
        "attribute 'reduction' is {}; expected 'none', 'sum' or 'mean'", quote(reduction)));
  if (!losses.weight)
    return total(losses.loss, nn::ReduceKind::Mean);
  return div(node, total(losses.loss, nn::ReduceKind::Sum),
             total(losses.weight, nn::ReduceKind::Sum));
}

Value onnx_import::buildNegativeLogLikelihoodLoss(NodeBuilder &node) {
  Value weight = node.hasOperand(2) ? node.operand(2) : Value();
  return reduceLosses(node, lossesOf(node, node.operand(0), node.operand(1), weight));
}

/// The second output holds the logarithms of the probabilities.
Value onnx_import::buildSoftmaxCrossEntropyLoss(NodeBuilder &node) {
  Value scores = node.operand(0), weight = node.hasOperand(2) ? node.operand(2) : Value();
  if (!scores)
    return {};
  if (tensorOf(scores).getRank() < 2)
    return node.invalid("its scores have fewer than two dimensions");
  Value logs = logSoftmax(node, scores, 1);
  node.define(1, logs);
  return reduceLosses(node, lossesOf(node, logs, node.operand(1), weight));
}
