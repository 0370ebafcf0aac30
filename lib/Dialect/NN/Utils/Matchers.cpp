//===- Matchers.cpp - Values that passes look for -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/Utils/Matchers.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Support/Elements.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static std::optional<double> readScalar(Attribute constant) {
  if (auto number = readSplatFloat(constant))
    return number;
  auto integers = readIntegers(constant);
  if (!integers || integers->empty() || !llvm::all_equal(*integers))
    return std::nullopt;
  return static_cast<double>(integers->front());
}

std::optional<double> tacit::nn::constantScalar(Value value, unsigned depth) {
  Attribute constant;
  if (matchPattern(value, m_Constant(&constant))) {
    // Between two parties a weight whose elements happen to be equal is still a weight.
    auto type = cast<RankedTensorType>(value.getType());
    bool isWeight = isKeptApart(value.getDefiningOp()) &&
                    !(type.hasStaticShape() && type.getNumElements() == 1);
    return isWeight ? std::nullopt : readScalar(constant);
  }
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0)
    return std::nullopt;
  if (auto movement = dyn_cast<MovementOpInterface>(op)) {
    Value moved = movement.getMovedOperand();
    return moved ? constantScalar(moved, depth - 1) : std::nullopt;
  }
  // Conversions to integers and their arithmetic differ from those of real numbers.
  auto elementwise = dyn_cast<ElementwiseOpInterface>(op);
  if (!elementwise || !isa<FloatType>(getElementTypeOrSelf(value)))
    return std::nullopt;
  SmallVector<double> operands;
  for (Value operand : op->getOperands()) {
    auto number = constantScalar(operand, depth - 1);
    if (!number)
      return std::nullopt;
    operands.push_back(*number);
  }
  return isa<CastOp>(op) ? operands.front() : elementwise.evaluateReal(operands);
}

/// Returns true if `number` is a number of `semantics`.
static bool isExactIn(double number, const llvm::fltSemantics &semantics) {
  bool losesInfo = false;
  APFloat value(number);
  (void)value.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return !losesInfo && value.isFinite();
}

double tacit::nn::uncertaintyOf(Value value, double number) {
  auto type = dyn_cast<FloatType>(getElementTypeOrSelf(value));
  int exponent;
  double mantissa = std::frexp(number, &exponent);
  if (!type || number == 0 || !std::isfinite(number) || std::abs(mantissa) == 0.5)
    return 0;
  // A number of f64 was possibly rounded to f32 before.
  int digits = isExactIn(number, APFloat::IEEEsingle()) ? 24 : 53;
  return std::ldexp(1.0, exponent - std::min<int>(type.getFPMantissaWidth(), digits));
}

bool tacit::nn::keepsShape(Value scalar, Value other) {
  auto from = cast<RankedTensorType>(scalar.getType());
  auto to = cast<RankedTensorType>(other.getType());
  if (from.getRank() > to.getRank())
    return false;
  return llvm::all_of(llvm::zip(from.getShape(), to.getShape().take_back(from.getRank())),
                      [](auto pair) {
                        auto [dim, target] = pair;
                        return dim == 1 || (dim == target && !ShapedType::isDynamic(dim));
                      });
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// Returns the number of terms of a reduction, or 0 if it is not known.
static int64_t countTerms(ReduceOp reduce) {
  auto shape = cast<RankedTensorType>(reduce.getInput().getType()).getShape();
  int64_t count = 1;
  for (int64_t axis : reduce.getAxes())
    count *= ShapedType::isDynamic(shape[axis]) ? 0 : shape[axis];
  return count;
}

/// Matches a sum divided by the number of its terms.
static ReduceOp matchDividedSum(Value value) {
  auto match = matchScalar<MulOp>(value);
  if (auto division = value.getDefiningOp<DivOp>())
    if (auto divisor = constantScalar(division.getRhs());
        divisor && *divisor != 0 && keepsShape(division.getRhs(), division.getLhs()))
      match = ScalarOperation{division.getLhs(), 1 / *divisor};
  auto sum = match ? match->other.getDefiningOp<ReduceOp>() : ReduceOp();
  // The number of terms is exact, and so is a divisor; a factor is a rounded inverse.
  double count = sum ? countTerms(sum) : 0;
  double tolerance = count * (match ? match->uncertainty : 0) + 0x1p-50;
  return sum && sum.getKind() == ReduceKind::Sum &&
                 std::abs(match->scalar * count - 1) <= tolerance
             ? sum
             : ReduceOp();
}

/// Returns the shape that `reduce` would have if it kept its dimensions.
static SmallVector<int64_t> shapeWithOnes(ReduceOp reduce) {
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(reduce.getInput().getType()).getShape());
  for (int64_t axis : reduce.getAxes())
    shape[axis] = 1;
  return shape;
}

Reduction tacit::nn::matchReduction(Value value, ReduceKind kind) {
  auto reshape = value.getDefiningOp<ReshapeOp>();
  Value numbers = reshape ? reshape.getInput() : value;
  auto reduce = numbers.getDefiningOp<ReduceOp>();
  if (!reduce && kind == ReduceKind::Mean)
    reduce = matchDividedSum(numbers);
  else if (reduce && reduce.getKind() != kind)
    return {};
  if (!reduce)
    return {};
  bool isBack = reshape && llvm::equal(cast<RankedTensorType>(value.getType()).getShape(),
                                       shapeWithOnes(reduce));
  return reshape && !isBack ? Reduction{}
                            : Reduction{reduce, isBack || reduce.getKeepDims()};
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

bool tacit::nn::isSameValue(Value lhs, Value rhs, unsigned depth) {
  if (lhs == rhs)
    return true;
  Operation *a = lhs.getDefiningOp(), *b = rhs.getDefiningOp();
  return a && b && depth > 0 && a->getName() == b->getName() && isPure(a) &&
         a->getNumRegions() == 0 && lhs.getType() == rhs.getType() &&
         cast<OpResult>(lhs).getResultNumber() == cast<OpResult>(rhs).getResultNumber() &&
         a->getAttrDictionary() == b->getAttrDictionary() &&
         a->getNumOperands() == b->getNumOperands() &&
         llvm::all_of(llvm::zip(a->getOperands(), b->getOperands()), [&](auto pair) {
           return isSameValue(std::get<0>(pair), std::get<1>(pair), depth - 1);
         });
}

bool tacit::nn::isPerColumn(Value value, Value like) {
  auto type = cast<RankedTensorType>(value.getType());
  auto target = cast<RankedTensorType>(like.getType());
  // A free dimension of the parameter might be 1 and broadcast.
  return type.getRank() > 0 && type.getRank() <= target.getRank() &&
         type.hasStaticShape() && type.getShape().back() == target.getShape().back() &&
         llvm::all_of(type.getShape().drop_back(), [](int64_t dim) { return dim == 1; });
}

Value tacit::nn::asParameter(RewriterBase &rewriter, Value value, Value like) {
  if (!isPerColumn(value, like))
    return {};
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getRank() == 1)
    return value;
  return rewriter.createOrFold<ReshapeOp>(
      value.getLoc(),
      RankedTensorType::get({type.getShape().back()}, type.getElementType()), value);
}

bool tacit::nn::eraseDead(func::FuncOp function) {
  bool isFound = false;
  function.walk<WalkOrder::PostOrder, ReverseIterator>([&](Operation *op) {
    if (!isOpTriviallyDead(op))
      return;
    op->erase();
    isFound = true;
  });
  return isFound;
}
