//===- Activations.cpp - Activations that nodes name ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ops/Activations.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

std::pair<float, float> onnx_import::activationDefaults(StringRef name) {
  if (name == "LeakyRelu")
    return {0.01f, 0};
  if (name == "HardSigmoid")
    return {0.2f, 0.5f};
  return {1, name == "ScaledTanh" ? 1.0f : 0.0f};
}

static Value exponential(NodeBuilder &node, Value x) { return node.create<nn::ExpOp>({x}); }

/// Returns `yes` where x is above `bound`, and `no` elsewhere.
static Value whereAbove(NodeBuilder &node, Value x, float bound, Value yes, Value no) {
  Value isAbove =
      compare(node, nn::ComparePredicate::Greater, x, scalarLike(node, x, bound));
  return node.create<nn::WhereOp>({isAbove, yes, no});
}

Value onnx_import::applyActivation(NodeBuilder &node, const NamedActivation &activation,
                                   Value x) {
  auto scalar = [&](float value) { return scalarLike(node, x, value); };
  auto alpha = [&] { return scalar(activation.alpha); };
  auto beta = [&] { return scalar(activation.beta); };
  StringRef name = activation.name;
  if (name == "Sigmoid")
    return node.create<nn::SigmoidOp>({x});
  if (name == "Tanh")
    return node.create<nn::TanhOp>({x});
  if (name == "Relu")
    return node.create<nn::ReluOp>({x});
  if (name == "Affine")
    return add(node, mul(node, x, alpha()), beta());
  if (name == "LeakyRelu")
    return whereAbove(node, x, 0, x, mul(node, x, alpha()));
  if (name == "ThresholdedRelu")
    return whereAbove(node, x, activation.alpha, x, scalar(0));
  if (name == "ScaledTanh")
    return mul(node, node.create<nn::TanhOp>({mul(node, x, beta())}), alpha());
  if (name == "HardSigmoid") {
    Value line = add(node, mul(node, x, alpha()), beta());
    line = binary<nn::MaximumOp>(node, line, scalar(0));
    return binary<nn::MinimumOp>(node, line, scalar(1));
  }
  Value magnitude = node.create<nn::AbsOp>({x});
  if (name == "Softsign")
    return div(node, x, add(node, magnitude, scalar(1)));
  Value below = exponential(node, binary<nn::MinimumOp>(node, x, scalar(0)));
  if (name == "Elu")
    return whereAbove(node, x, 0, x, mul(node, sub(node, below, scalar(1)), alpha()));
  if (name != "Softplus")
    return node.invalid(
        fmt::format("an activation is {}; expected one that ONNX defines for its operator",
                    quote(activation.name)));
  Value small = exponential(node, node.create<nn::NegOp>({magnitude}));
  Value log = node.create<nn::LogOp>({add(node, small, scalar(1))});
  return add(node, binary<nn::MaximumOp>(node, x, scalar(0)), log);
}
