//===- Activation.cpp - Finding activation functions ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Activation.h"
#include "llvm/ADT/SetVector.h"
#include <fmt/format.h>

using namespace mlir;
using namespace tacit::nn;

/// Terms that are smaller than this, relative to the largest, do not decide whether a
/// function is reported as a near miss.
static constexpr double kNegligible = 2.5e-4;

/// Returns the values of the type of `end` from which it is computed by arithmetic, nearest
/// first: the candidates for x.
static SmallVector<Value> candidatesFor(Value end) {
  llvm::SetVector<Value> values;
  values.insert(end);
  for (unsigned i = 0; i < values.size() && i < PolynomialReader::kMaxOps; ++i) {
    Operation *op = values[i].getDefiningOp();
    if (!op || !PolynomialReader::isArithmetic(op))
      continue;
    for (Value operand : op->getOperands())
      if (operand.getType() == end.getType())
        values.insert(operand);
  }
  return values.takeVector();
}

/// Returns the nearest operation after `function` that computes `result`.
static Operation *findResult(Value x, Value function, const Polynomial &result) {
  llvm::SetVector<Operation *> ops(function.user_begin(), function.user_end());
  for (unsigned i = 0; i < ops.size() && i < PolynomialReader::kMaxOps; ++i) {
    Operation *op = ops[i];
    if (!PolynomialReader::isArithmetic(op) || op->getResult(0).getType() != x.getType())
      continue;
    auto polynomial = PolynomialReader({x, function}).read(op->getResult(0));
    if (polynomial && polynomial->isNear(result))
      return op;
    ops.insert(op->user_begin(), op->user_end());
  }
  return nullptr;
}

FailureOr<ActivationSite> tacit::nn::findActivation(Operation *function,
                                                    const ActivationForm &form,
                                                    PatternRewriter &rewriter) {
  Value argument = function->getOperand(0), value = function->getResult(0);
  // The reason that is reported is that of the nearest x.
  std::string reason;
  for (Value x : candidatesFor(argument)) {
    auto polynomial = PolynomialReader({x}).read(argument);
    if (!polynomial || !polynomial->isSimilar(form.argument, kNegligible))
      continue;
    bool isExact = polynomial->isNear(form.argument);
    bool isArgument = isExact || polynomial->isNear(form.argument, form.tolerance);
    Operation *root = findResult(x, value, form.result);
    if (isArgument && root)
      return ActivationSite{x, root, isExact ? std::nullopt : polynomial};
    if (!reason.empty() || (root && form.hasSiblings))
      continue;
    if (root)
      reason = fmt::format("the argument is {}; expected {}", polynomial->str(),
                           form.argument.str());
    else if (isArgument && form.isDistinctive)
      reason =
          fmt::format("the argument is {}{}, but nothing computes {} from "
                      "it, where T is the function's value",
                      polynomial->str(), isExact ? " as expected" : "", form.result.str());
  }
  if (reason.empty())
    return failure();
  return rewriter.notifyMatchFailure(function, reason);
}
