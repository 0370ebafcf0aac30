//===- Elementwise.cpp - Elementwise operations on secrets ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// How far the use of scores is followed.
static constexpr unsigned kMaxDepth = 4;
/// The most elements of a constant that are looked at as a mask.
static constexpr int64_t kMaxMask = int64_t(1) << 24;

/// Returns true if a value is read by nothing but a softmax, perhaps after other sums and
/// movements.
static bool isScores(Value value, unsigned depth = kMaxDepth) {
  return depth > 0 && !value.use_empty() &&
         llvm::all_of(value.getUsers(), [&](Operation *user) {
           return isa<nn::SoftmaxOp>(user) ||
                  (isa<nn::AddOp, nn::MaximumOp, nn::MovementOpInterface>(user) &&
                   isScores(user->getResult(0), depth - 1));
         });
}

/// Returns true if a value may be too low for fixed point: it is not a constant, or one
/// with a number that excludes a score.
static bool mayExclude(Value value) {
  nn::ConstantOp constant = constantOf(value);
  auto payload = constant ? readPayload(constant.getValue(), kMaxMask) : std::nullopt;
  if (!payload || !payload->type.getElementType().isF32())
    return !constant;
  return llvm::any_of(payload->values, [](int64_t bits) {
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits)) <= kExcluded;
  });
}

static LogicalResult convertAdd(nn::AddOp op, Lowering &l) {
  for (unsigned mask : {0, 1}) {
    Value value = op->getOperand(mask), scores = op->getOperand(1 - mask);
    if (l.knowledgeOf(value) != mpc::Knowledge::Secret &&
        l.knowledgeOf(scores) == mpc::Knowledge::Secret && isScores(op) &&
        mayExclude(value))
      return l.finish(l.sum(l.share(scores), maskAddend(value, l)));
  }
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

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

bool tacit::isCondition(Operation *op) {
  auto compare = dyn_cast<nn::CompareOp>(op);
  return compare && getElementTypeOrSelf(compare.getLhs()).isF32() &&
         llvm::all_of(op->getUses(), [](OpOperand &use) {
           return isa<nn::WhereOp>(use.getOwner()) && use.getOperandNumber() == 0;
         });
}

/// Computes no + (lhs < rhs) * (yes - no). With `less or equal` the operands of the
/// comparison and the values change places; numbers that differ are less or greater.
static LogicalResult chooseSecretly(nn::WhereOp op, nn::CompareOp compare, Lowering &l) {
  using nn::ComparePredicate;
  ComparePredicate predicate = compare.getPredicate();
  Value lhs = compare.getLhs(), rhs = compare.getRhs(), yes = op.getTrueValue(),
        no = op.getFalseValue();
  if (predicate == ComparePredicate::Greater || predicate == ComparePredicate::LessOrEqual)
    std::swap(lhs, rhs);
  if (predicate == ComparePredicate::LessOrEqual ||
      predicate == ComparePredicate::GreaterOrEqual)
    std::swap(yes, no);
  Value isLess = l.apply<mpc::IsNegativeOp>(l.subtract(lhs, rhs));
  if (predicate == ComparePredicate::Equal) {
    std::swap(yes, no);
    isLess = l.sum(isLess, l.apply<mpc::IsNegativeOp>(l.subtract(rhs, lhs)));
  }
  Value difference = yes == no ? Value() : l.subtract(yes, no);
  return l.finish(l.addTo(l.product(difference, isLess), no));
}

static bool isExcluding(Value value) {
  auto number = splatValue(value);
  return number && *number <= kExcluded;
}

/// Returns secret scores to which a mask is added that replaces them by a number which
/// excludes them. Returns null if the operation is something else.
static Value excludeScores(nn::WhereOp op, Lowering &l) {
  bool isInverse = isExcluding(op.getTrueValue());
  Value scores = isInverse ? op.getFalseValue() : op.getTrueValue();
  if (!(isInverse || isExcluding(op.getFalseValue())) || !isScores(op) ||
      l.knowledgeOf(scores) != mpc::Knowledge::Secret)
    return {};
  return l.sum(l.share(scores), maskAddend(op.getCondition(), l, isInverse));
}

static LogicalResult convertWhere(nn::WhereOp op, Lowering &l) {
  if (l.knowledgeOf(op.getCondition()) == mpc::Knowledge::Secret) {
    if (auto compare = op.getCondition().getDefiningOp<nn::CompareOp>();
        compare && isCondition(compare))
      return chooseSecretly(op, compare, l);
    return l.refuse("chooses by a condition that neither party knows; expected one that "
                    "follows from the inputs or from constants alone, or one comparison");
  }
  if (Value scores = excludeScores(op, l))
    return l.finish(scores);
  Value yes = l.term(op.getTrueValue()), no = l.term(op.getFalseValue());
  return l.finish(l.choose(op.getCondition(), yes, no));
}

//===----------------------------------------------------------------------===//
// Maximum, minimum and magnitude
//===----------------------------------------------------------------------===//

/// Returns true for a number that is lower than what fixed point holds, or with a `sign` of
/// -1 higher: models clamp by the limits of floats.
static bool isBeyond(Value value, double sign, Value other, Lowering &l) {
  auto number = splatValue(value);
  mpc::ShareType type = l.secretType(other);
  return number &&
         sign * *number <= -std::ldexp(1.0, type.getWidth() - 1 - type.getFraction());
}

/// Returns the operand that is the result because the other is out of reach, or null.
static Value onlyOperand(Value lhs, Value rhs, double sign, Value result, Lowering &l) {
  bool isLhs = isBeyond(rhs, sign, lhs, l), isRhs = isBeyond(lhs, sign, rhs, l);
  Value only = isLhs ? lhs : isRhs ? rhs : Value();
  return only ? l.expand(l.share(only), tensorOf(result).getShape()) : Value();
}

/// Uses max(lhs, rhs) = rhs + relu(lhs - rhs).
static LogicalResult convertMaximum(nn::MaximumOp op, Lowering &l) {
  if (Value only = onlyOperand(op.getLhs(), op.getRhs(), /*sign=*/1, op.getResult(), l))
    return l.finish(only);
  Value difference = l.subtract(op.getLhs(), op.getRhs());
  return l.finish(l.addTo(l.apply<mpc::ReluOp>(difference), op.getRhs()));
}

/// Uses min(lhs, rhs) = lhs - relu(lhs - rhs).
static LogicalResult convertMinimum(nn::MinimumOp op, Lowering &l) {
  if (Value only = onlyOperand(op.getLhs(), op.getRhs(), /*sign=*/-1, op.getResult(), l))
    return l.finish(only);
  Value difference = l.subtract(op.getLhs(), op.getRhs());
  Value excess = l.apply<mpc::ReluOp>(difference);
  if (!excess)
    return failure();
  excess = mpc::NegOp::create(l.builder, l.loc, excess);
  return l.finish(l.addTo(excess, op.getLhs()));
}

/// Uses |x| = 2 relu(x) - x.
static LogicalResult convertAbs(nn::AbsOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  Value positive = l.apply<mpc::ReluOp>(x);
  Value twice = positive ? l.sum(positive, positive) : Value();
  return l.finish(twice ? mpc::SubOp::create(l.builder, l.loc, twice, x) : Value());
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
  return isa_and_present<nn::AbsOp, nn::ExpOp, nn::SigmoidOp, nn::SoftmaxOp, nn::SqrtOp>(
      op);
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
    if (l.isNumber(op.getLhs()))
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

/// The largest exponent that is taken apart into products.
static constexpr double kMaxExponent = 16;

static Value power(Value x, unsigned exponent, Lowering &l) {
  if (!x || exponent == 1)
    return x;
  Value half = power(x, exponent / 2, l);
  if (!half)
    return {};
  Value square = l.truncate(mpc::SquareOp::create(l.builder, l.loc, half));
  return exponent % 2 == 0 ? square : l.product(x, square);
}

static LogicalResult convertPow(nn::PowOp op, Lowering &l) {
  auto exponent = splatValue(op.getRhs());
  if (!exponent || !(*exponent >= 1 && *exponent <= kMaxExponent) ||
      *exponent != std::floor(*exponent))
    return l.refuse("raises a secret to a power that is not a whole number from 1 to " +
                    Twine(static_cast<int>(kMaxExponent)) +
                    "; expected one of these, which become products");
  Value result = power(l.share(op.getLhs()), static_cast<unsigned>(*exponent), l);
  return l.finish(l.expand(result, tensorOf(op.getResult()).getShape()));
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

/// Computes x * sigmoid(beta x).
static Value swish(Lowering &l, Value x, double beta) {
  return l.product(x, l.apply<mpc::SigmoidOp>(l.scale(x, beta)));
}

/// With a scale of the model's own, s times the standard one, GELU is gelu(s x) / s. Its
/// cubic term, which differs by no more than 1 %, is the standard one: the protocols
/// compute `tanh` by the series or the pieces of `erf`, which is farther away.
static LogicalResult convertGelu(nn::GeluOp op, Lowering &l) {
  nn::GeluKind kind = op.getApproximation();
  Value x = l.share(op.getInput());
  if (!mpc::isOneFunction(kind))
    return l.finish(swish(l, x, op.scaleOfArgument()));
  if (!op.getScale())
    return l.finish(l.apply<mpc::GeluOp>(x, kind));
  double ratio = op.scaleOfArgument() / nn::GeluOp::standardScale(kind);
  return l.finish(l.scale(l.apply<mpc::GeluOp>(l.scale(x, ratio), kind), 1 / ratio));
}

static LogicalResult convertSilu(nn::SiluOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  if (auto beta = op.getBeta())
    return l.finish(swish(l, x, beta->convertToDouble()));
  return l.finish(l.apply<mpc::SiluOp>(x));
}

void tacit::addElementwiseRules(Rules &rules) {
  rules.add(convertAdd);
  rules.add(convertSub);
  rules.add(convertMul);
  rules.add(convertNeg);
  rules.add(convertAbs);
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
  rules.add(convertSilu);
}
