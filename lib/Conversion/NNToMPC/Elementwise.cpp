//===- Elementwise.cpp - Elementwise operations on secrets ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include <cmath>

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static LogicalResult convertAdd(nn::AddOp op, Lowering &l) {
  return l.finish(l.add(op.getLhs(), op.getRhs()));
}

static LogicalResult convertSub(nn::SubOp op, Lowering &l) {
  return l.finish(l.subtract(op.getLhs(), op.getRhs()));
}

static LogicalResult convertMul(nn::MulOp op, Lowering &l) {
  if (op.getLhs() != op.getRhs())
    return l.finish(l.multiply(op.getLhs(), op.getRhs()));
  return l.finish(l.square(op.getLhs()));
}

static LogicalResult convertWhere(nn::WhereOp op, Lowering &l) {
  if (l.knowledgeOf(op.getCondition()) == mpc::Knowledge::Secret)
    return l.refuse("chooses by a condition that neither party knows; expected one that "
                    "follows from the inputs or from constants alone");
  Value yes = l.term(op.getTrueValue()), no = l.term(op.getFalseValue());
  return l.finish(l.choose(op.getCondition(), yes, no));
}

/// Uses max(lhs, rhs) = rhs + relu(lhs - rhs).
static LogicalResult convertMaximum(nn::MaximumOp op, Lowering &l) {
  Value difference = l.subtract(op.getLhs(), op.getRhs());
  return l.finish(l.addTo(l.apply<mpc::ReluOp>(difference), op.getRhs()));
}

/// Uses min(lhs, rhs) = lhs - relu(lhs - rhs).
static LogicalResult convertMinimum(nn::MinimumOp op, Lowering &l) {
  Value difference = l.subtract(op.getLhs(), op.getRhs());
  Value excess = l.apply<mpc::ReluOp>(difference);
  if (!excess)
    return failure();
  excess = mpc::NegOp::create(l.builder, l.loc, excess);
  return l.finish(l.addTo(excess, op.getLhs()));
}

static LogicalResult convertNeg(nn::NegOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  return l.finish(x ? mpc::NegOp::create(l.builder, l.loc, x) : Value());
}

/// Returns true if the fixed-point reciprocal, which is defined for positive numbers, is
/// sufficient.
static bool isPositive(Value value) {
  Operation *op = value.getDefiningOp();
  if (auto movement = dyn_cast_if_present<nn::MovementOpInterface>(op);
      movement && movement.getMovedOperand())
    return isPositive(movement.getMovedOperand());
  if (auto reduce = dyn_cast_if_present<nn::ReduceOp>(op))
    return isPositive(reduce.getInput());
  if (isa_and_present<nn::AddOp>(op)) {
    auto number = splatValue(op->getOperand(1));
    return isPositive(op->getOperand(0)) &&
           (number ? *number >= 0 : isPositive(op->getOperand(1)));
  }
  if (isa_and_present<nn::MaximumOp>(op))
    return llvm::any_of(op->getOperands(), [](Value operand) {
      auto number = splatValue(operand);
      return number ? *number > 0 : isPositive(operand);
    });
  return isa_and_present<nn::ExpOp, nn::SigmoidOp, nn::SoftmaxOp, nn::SqrtOp>(op);
}

/// Returns 1 / `value`, a secret. For the root of a number this is its inverse root.
static Value invert(Value value, Lowering &l) {
  if (auto root = value.getDefiningOp<nn::SqrtOp>()) {
    Value x = l.share(root.getInput());
    return l.apply<mpc::RsqrtOp>(x);
  }
  if (!isPositive(value))
    return l.refuse(
        "divides by a secret that may be negative; expected a square root, an exponential "
        "or a sum of them, because 1 / x is computed for positive x only");
  Value x = l.share(value);
  return l.apply<mpc::ReciprocalOp>(x);
}

static LogicalResult convertReciprocal(nn::ReciprocalOp op, Lowering &l) {
  return l.finish(invert(op.getInput(), l));
}

static LogicalResult convertDiv(nn::DivOp op, Lowering &l) {
  Value divisor = op.getRhs();
  if (l.knowledgeOf(divisor) == mpc::Knowledge::Secret) {
    // A known dividend is multiplied like a factor.
    if (splatValue(op.getLhs()))
      return l.finish(l.multiplyBy(invert(divisor, l), op.getLhs()));
    Value inverse = invert(divisor, l);
    return l.finish(l.product(l.share(op.getLhs()), inverse));
  }
  auto number = splatValue(divisor);
  if (number && *number == 0)
    return l.refuse("divides by zero; expected another number");
  if (number && failed(l.checkFactor(1 / *number)))
    return failure();
  // The party that knows the divisor inverts it before sharing.
  Value inverse = nn::ReciprocalOp::create(l.builder, l.loc, divisor.getType(), divisor);
  if (!l.publicNumber(divisor))
    inverse = l.shareFrom(l.partyOf(divisor), inverse);
  return l.finish(l.product(l.share(op.getLhs()), inverse));
}

static LogicalResult convertPow(nn::PowOp op, Lowering &l) {
  auto exponent = splatValue(op.getRhs());
  if (!exponent || (*exponent != 2 && *exponent != 3))
    return l.refuse("raises a secret to a power that is not the constant 2 or 3; expected "
                    "one of these, which become products");
  Value x = l.share(op.getLhs());
  Value square = l.square(op.getLhs());
  Value power = *exponent == 2 ? square : l.product(x, square);
  return l.finish(l.expand(power, tensorOf(op.getResult()).getShape()));
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// Lowers an operation of one operand that the mpc dialect has too.
template <typename FromOp, typename ToOp>
static LogicalResult convertFunction(FromOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  return l.finish(l.apply<ToOp>(x));
}

/// The root of x is computed as x / sqrt(x).
static LogicalResult convertSqrt(nn::SqrtOp op, Lowering &l) {
  // A root that is only a divisor is computed at the division.
  bool onlyDivides = llvm::all_of(op->getUses(), [](OpOperand &use) {
    return isa<nn::ReciprocalOp>(use.getOwner()) ||
           (isa<nn::DivOp>(use.getOwner()) && use.getOperandNumber() == 1);
  });
  Value x = l.share(op.getInput());
  if (onlyDivides)
    return l.finish(x);
  return l.finish(l.product(x, l.apply<mpc::RsqrtOp>(x)));
}

static LogicalResult convertGelu(nn::GeluOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  if (!mpc::isOneFunction(op.getApproximation())) {
    Value scaled = l.scale(x, 1.702);
    return l.finish(l.product(x, l.apply<mpc::SigmoidOp>(scaled)));
  }
  return l.finish(l.apply<mpc::GeluOp>(x, op.getApproximation()));
}

void tacit::addElementwiseRules(Rules &rules) {
  rules.add(convertAdd);
  rules.add(convertSub);
  rules.add(convertMul);
  rules.add(convertNeg);
  rules.add(convertWhere);
  rules.add(convertMaximum);
  rules.add(convertMinimum);
  rules.add(convertDiv);
  rules.add(convertReciprocal);
  rules.add(convertPow);
  rules.add(convertSqrt);
  rules.add(convertGelu);
  rules.add(convertFunction<nn::ReluOp, mpc::ReluOp>);
  rules.add(convertFunction<nn::ExpOp, mpc::ExpOp>);
  rules.add(convertFunction<nn::TanhOp, mpc::TanhOp>);
  rules.add(convertFunction<nn::SigmoidOp, mpc::SigmoidOp>);
  rules.add(convertFunction<nn::SiluOp, mpc::SiluOp>);
}
