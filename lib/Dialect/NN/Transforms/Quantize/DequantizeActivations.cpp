//===- DequantizeActivations.cpp - Floats in place of quantized activations ===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/IRMapping.h"
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h"
#include "tacit/Dialect/NN/Utils/Matchers.h"

namespace tacit::nn {
#define GEN_PASS_DEF_DEQUANTIZEACTIVATIONS
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h.inc"
} // namespace tacit::nn

using namespace mlir;
using namespace tacit::nn;

/// Scales are rounded to f32 when constants are folded.
static constexpr double kTolerance = 1e-6;
/// Wider integers do not stand for floats.
static constexpr unsigned kMaxBits = 16;

namespace {
/// What a value stands for: `real` times `factor`, divided by all `divisors`, plus `zero`.
struct Scaled {
  Value real;
  double factor = 1;
  SmallVector<Value, 2> divisors = {};
  Value zero = {};

  bool isFloat() const { return divisors.empty() && !zero; }
};

/// Computes floats beside the integers of one function.
class Dequantizer {
public:
  explicit Dequantizer(func::FuncOp function)
      : function(function), builder(function.getContext()) {}

  /// Returns the number of tensors that were quantized.
  int64_t run();

private:
  bool isKnown(Value value) const { return known.contains(value.getDefiningOp()); }
  bool visit(Operation *op);
  void complete(Operation *op);
  std::optional<Scaled> quantized(CastOp op);
  bool subtract(SubOp op);
  bool multiply(MulOp op);
  void multiplyBy(Scaled &scaled, Value factor);
  bool multiplyTensors(Operation *op);
  bool add(AddOp op);
  bool move(Operation *op);
  Value scale(Value real, Value factor);
  bool canScale(ConvOp op, Value factor) const;
  Value scaleWeight(ConvOp op, Value factor);
  Value scaleSum(AddOp op, Value factor);
  Value number(double value);
  /// Records what the result of `op` stands for, or replaces it by a float that it equals.
  bool define(Operation *op, Scaled scaled);

  func::FuncOp function;
  OpBuilder builder;
  llvm::DenseMap<Value, Scaled> scaled;
  /// Constants, and values computed from constants alone.
  llvm::DenseSet<Operation *> known;
  /// Sums with a constant that stand for sums of integers.
  llvm::DenseSet<Operation *> sums;
  int64_t count = 0;
};
} // namespace

static bool isOne(double factor) { return std::abs(factor - 1) <= kTolerance; }

static Type elementOf(Value value) { return getElementTypeOrSelf(value.getType()); }

static Value stripCasts(Value value) {
  while (auto cast = value.getDefiningOp<CastOp>())
    value = cast.getInput();
  return value;
}

/// Returns the number that a constant, perhaps of integers, repeats.
static std::optional<double> splatOf(Value value) {
  auto constant = stripCasts(value).getDefiningOp<ConstantOp>();
  auto dense = constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr;
  if (!dense || !dense.isSplat())
    return std::nullopt;
  if (auto integer = dyn_cast<IntegerType>(dense.getElementType())) {
    APInt number = dense.getSplatValue<APInt>();
    return integer.isUnsigned() || integer.getWidth() == 1
               ? static_cast<double>(number.getZExtValue())
               : static_cast<double>(number.getSExtValue());
  }
  return constantScalar(value);
}

static bool isSameNumber(Value one, Value other) {
  auto a = splatOf(one), b = splatOf(other);
  return stripCasts(one) == stripCasts(other) || (a && b && *a == *b);
}

/// Returns the operand of an `OpT` beside a number, and the number.
template <typename OpT>
static std::pair<Value, std::optional<double>> besideNumber(Value value) {
  auto op = value ? value.getDefiningOp<OpT>() : OpT();
  if (!op)
    return {};
  if (auto number = splatOf(op.getRhs()))
    return {op.getLhs(), number};
  return {op.getRhs(), splatOf(op.getLhs())};
}

static bool isNonNegative(Value value) {
  while (auto movement = value.getDefiningOp<MovementOpInterface>()) {
    if (!movement.getMovedOperand())
      return false;
    value = movement.getMovedOperand();
  }
  return isa_and_present<ReluOp, SoftmaxOp, SigmoidOp, ExpOp>(value.getDefiningOp());
}

Value Dequantizer::number(double value) {
  auto type = RankedTensorType::get({}, builder.getF32Type());
  return ConstantOp::create(builder, builder.getUnknownLoc(), type,
                            DenseElementsAttr::get(type, static_cast<float>(value)));
}

/// Matches what exporters and importers make of QuantizeLinear: round(x / s) + z, clamped
/// and cast. A clamp from the zero point on is a ReLU that was merged into it.
std::optional<Scaled> Dequantizer::quantized(CastOp op) {
  auto integer = dyn_cast<IntegerType>(elementOf(op.getResult()));
  if (!integer || integer.getWidth() > kMaxBits || !elementOf(op.getInput()).isF32())
    return std::nullopt;
  auto [above, high] = besideNumber<MinimumOp>(op.getInput());
  auto [value, low] = besideNumber<MaximumOp>(above);
  if (!high || !low)
    return std::nullopt;
  auto round = value.getDefiningOp<RoundOp>();
  Value zero;
  if (auto sum = value.getDefiningOp<AddOp>()) {
    round = sum.getLhs().getDefiningOp<RoundOp>();
    zero = round ? sum.getRhs() : sum.getLhs();
    round = round ? round : sum.getRhs().getDefiningOp<RoundOp>();
  }
  if (!round)
    return std::nullopt;
  Value input = round.getInput();
  Scaled result{input};
  auto quotient = input.getDefiningOp<DivOp>();
  if (auto found = scaled.find(input); found != scaled.end()) {
    result = found->second;
  } else if (quotient && tensorOf(quotient.getRhs()).getNumElements() == 1) {
    result.real = quotient.getLhs();
    if (auto divisor = splatOf(quotient.getRhs()); divisor && *divisor > 0)
      result.factor = 1 / *divisor;
    else
      result.divisors.push_back(quotient.getRhs());
  }
  if (result.zero || !elementOf(result.real).isF32())
    return std::nullopt;
  auto point = zero ? splatOf(zero) : 0.0;
  if (point && *point == *low && !isNonNegative(result.real))
    result.real = ReluOp::create(builder, op.getLoc(), result.real.getType(), result.real);
  result.zero = zero;
  ++count;
  return result;
}

bool Dequantizer::subtract(SubOp op) {
  auto found = scaled.find(op.getLhs());
  if (found == scaled.end())
    return false;
  Scaled result = found->second;
  auto point = splatOf(op.getRhs());
  if (result.zero ? !isSameNumber(result.zero, op.getRhs()) : point != 0.0)
    return false;
  result.zero = {};
  return define(op, std::move(result));
}

/// Multiplies by a scale: a factor cancels a divisor, or scales the floats.
void Dequantizer::multiplyBy(Scaled &result, Value factor) {
  // Scales of channels stay what they are if they happen to be equal.
  auto constant = tensorOf(factor).getNumElements() == 1 ? splatOf(factor) : std::nullopt;
  if (constant) {
    result.factor *= *constant;
    return;
  }
  auto divisor = llvm::find(result.divisors, factor);
  if (divisor != result.divisors.end()) {
    result.divisors.erase(divisor);
    return;
  }
  if (auto product = factor.getDefiningOp<MulOp>()) {
    multiplyBy(result, product.getLhs());
    multiplyBy(result, product.getRhs());
    return;
  }
  result.real = scale(result.real, factor);
}

/// Returns true if a factor is one number, or one for each channel of a convolution whose
/// weight is constant.
bool Dequantizer::canScale(ConvOp op, Value factor) const {
  auto type = tensorOf(factor);
  int64_t channels = tensorOf(op.getWeight()).getDimSize(0);
  bool isPerChannel = type.getRank() == tensorOf(op.getResult()).getRank() - 1 &&
                      type.getDimSize(0) == channels && type.getNumElements() == channels;
  return !op.getBias() && isKnown(factor) && isKnown(op.getWeight()) &&
         (isPerChannel || type.getRank() == 0);
}

/// Multiplies the weight of a convolution by `factor`, which canScale accepts.
Value Dequantizer::scaleWeight(ConvOp op, Value factor) {
  Location loc = op.getLoc();
  Value weight = op.getWeight();
  if (auto type = tensorOf(factor); type.getRank() > 0) {
    SmallVector<int64_t> shape(tensorOf(weight).getRank(), 1);
    shape.front() = type.getDimSize(0);
    factor = ReshapeOp::create(builder, loc, type.clone(shape), factor);
  }
  Value scaledWeight = MulOp::create(builder, loc, weight.getType(), weight, factor);
  known.insert(factor.getDefiningOp());
  known.insert(scaledWeight.getDefiningOp());
  IRMapping map;
  map.map(weight, scaledWeight);
  return builder.clone(*op, map)->getResult(0);
}

/// Multiplies both sides of a sum, of which the right one is constant.
Value Dequantizer::scaleSum(AddOp op, Value factor) {
  Value addend = MulOp::create(builder, op.getLoc(), op.getRhs(), factor);
  known.insert(addend.getDefiningOp());
  auto sum =
      AddOp::create(builder, op.getLoc(), op.getType(), scale(op.getLhs(), factor), addend);
  sums.insert(sum);
  return sum;
}

/// Multiplies floats by `factor`. A constant is multiplied with the weight from which they
/// are computed, if it has one number, or one for each column.
Value Dequantizer::scale(Value real, Value factor) {
  if (auto sum = real.getDefiningOp<AddOp>(); sums.contains(sum) && isKnown(factor))
    return scaleSum(sum, factor);
  if (auto image = real.getDefiningOp<ConvOp>(); image && canScale(image, factor))
    return scaleWeight(image, factor);
  auto product = real.getDefiningOp<MatmulOp>();
  auto type = tensorOf(factor);
  int64_t columns = tensorOf(real).getRank() > 0 ? tensorOf(real).getShape().back() : 1;
  bool isPerColumn = type.getNumElements() == 1 || (type.getNumElements() == columns &&
                                                    type.getShape().back() == columns);
  if (product && isKnown(factor) && isKnown(product.getRhs()) && isPerColumn &&
      type.getRank() <= 1 && tensorOf(product.getRhs()).getRank() >= 2) {
    Value weight = product.getRhs();
    Value scaledWeight =
        MulOp::create(builder, real.getLoc(), weight.getType(), weight, factor);
    known.insert(scaledWeight.getDefiningOp());
    return MatmulOp::create(builder, real.getLoc(), real.getType(), product.getLhs(),
                            scaledWeight, MultiplierAttr());
  }
  return MulOp::create(builder, real.getLoc(), real.getType(), real, factor);
}

bool Dequantizer::multiply(MulOp op) {
  bool isLeft = scaled.contains(op.getLhs());
  Value integers = isLeft ? op.getLhs() : op.getRhs();
  auto found = scaled.find(integers);
  if (found == scaled.end() || found->second.zero ||
      tensorOf(integers).getShape() != tensorOf(op.getResult()).getShape())
    return false;
  Scaled result = found->second;
  multiplyBy(result, isLeft ? op.getRhs() : op.getLhs());
  return define(op, std::move(result));
}

/// Multiplies two matrices, or an image with the weight of a convolution. One of them may
/// be constant.
bool Dequantizer::multiplyTensors(Operation *op) {
  Scaled result{};
  SmallVector<Value, 2> reals;
  bool isScaled = false;
  for (Value operand : op->getOperands()) {
    auto found = scaled.find(operand);
    isScaled |= found != scaled.end();
    if (found != scaled.end() && !found->second.zero) {
      reals.push_back(found->second.real);
      result.factor *= found->second.factor;
      llvm::append_range(result.divisors, found->second.divisors);
      continue;
    }
    if (found != scaled.end() || !isKnown(operand))
      return false;
    auto type = tensorOf(operand).clone(builder.getF32Type());
    Value real = operand;
    if (operand.getType() != type)
      real = CastOp::create(builder, op->getLoc(), type, operand);
    known.insert(real.getDefiningOp());
    reals.push_back(real);
  }
  if (!isScaled)
    return false;
  IRMapping map;
  map.map(op->getOperands(), reals);
  Operation *product = builder.clone(*op, map);
  product->getResult(0).setType(tensorOf(op->getResult(0)).clone(builder.getF32Type()));
  result.real = product->getResult(0);
  return define(op, std::move(result));
}

/// Adds a constant to integers, such as a bias: it is divided by the factor of the sum.
/// What is added to floats comes after the last scale.
bool Dequantizer::add(AddOp op) {
  bool isLeft = scaled.contains(op.getLhs());
  Value integers = isLeft ? op.getLhs() : op.getRhs();
  Value addend = isLeft ? op.getRhs() : op.getLhs();
  auto found = scaled.find(integers);
  if (found == scaled.end() || !found->second.isFloat() || !isKnown(addend) ||
      !isa<IntegerType>(elementOf(integers)) ||
      tensorOf(integers).getShape() != tensorOf(op.getResult()).getShape())
    return false;
  Scaled result = found->second;
  auto type = tensorOf(addend).clone(builder.getF32Type());
  if (addend.getType() != type)
    addend = CastOp::create(builder, op.getLoc(), type, addend);
  known.insert(addend.getDefiningOp());
  if (!isOne(result.factor))
    addend = MulOp::create(builder, op.getLoc(), type, addend, number(1 / result.factor));
  known.insert(addend.getDefiningOp());
  auto sum =
      AddOp::create(builder, op.getLoc(), result.real.getType(), result.real, addend);
  sums.insert(sum);
  result.real = sum;
  return define(op, std::move(result));
}

bool Dequantizer::move(Operation *op) {
  auto found = scaled.find(cast<MovementOpInterface>(op).getMovedOperand());
  if (found == scaled.end() || op->getNumResults() != 1)
    return false;
  Scaled result = found->second;
  if (result.zero && tensorOf(result.zero).getNumElements() != 1)
    return false;
  IRMapping map;
  map.map(found->first, result.real);
  Operation *moved = builder.clone(*op, map);
  moved->getResult(0).setType(tensorOf(op->getResult(0)).clone(builder.getF32Type()));
  result.real = moved->getResult(0);
  return define(op, std::move(result));
}

bool Dequantizer::define(Operation *op, Scaled result) {
  Value value = op->getResult(0);
  // Before the last scale, what is left of a factor may still become part of the weight.
  bool isDone = isa<MulOp>(op) && result.isFloat() && elementOf(value).isF32() &&
                isOne(result.factor);
  if (isDone)
    value.replaceAllUsesWith(result.real);
  else
    scaled[value] = std::move(result);
  return true;
}

/// Computes the floats that `op` reads, if a factor is all that is missing.
void Dequantizer::complete(Operation *op) {
  for (Value operand : op->getOperands()) {
    auto found = scaled.find(operand);
    if (found == scaled.end() || !found->second.isFloat() || !elementOf(operand).isF32())
      continue;
    Value real = found->second.real;
    if (!isOne(found->second.factor)) {
      Value factor = number(found->second.factor);
      known.insert(factor.getDefiningOp());
      real = scale(real, factor);
    }
    scaled.erase(found);
    operand.replaceAllUsesWith(real);
  }
}

bool Dequantizer::visit(Operation *op) {
  if (auto cast = dyn_cast<CastOp>(op)) {
    if (auto found = scaled.find(cast.getInput()); found != scaled.end())
      return define(op, Scaled(found->second));
    auto result = quantized(cast);
    return result && define(op, std::move(*result));
  }
  if (auto difference = dyn_cast<SubOp>(op))
    return subtract(difference);
  if (auto product = dyn_cast<MulOp>(op))
    return multiply(product);
  if (auto sum = dyn_cast<AddOp>(op))
    return add(sum);
  if (isa<MatmulOp>(op) || (isa<ConvOp>(op) && op->getNumOperands() == 2))
    return multiplyTensors(op);
  auto movement = dyn_cast<MovementOpInterface>(op);
  return movement && movement.getMovedOperand() && move(op);
}

int64_t Dequantizer::run() {
  if (!function.getBody().hasOneBlock())
    return 0;
  for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
    builder.setInsertionPoint(&op);
    if (llvm::all_of(op.getOperands(), [&](Value value) { return isKnown(value); }))
      known.insert(&op);
    else if (!visit(&op))
      complete(&op);
  }
  return count;
}

namespace {
struct DequantizeActivations
    : tacit::nn::impl::DequantizeActivationsBase<DequantizeActivations> {
  using DequantizeActivationsBase::DequantizeActivationsBase;

  void runOnOperation() override {
    int64_t found = Dequantizer(getOperation()).run();
    tensors += found;
    if (found == 0 || !eraseDead(getOperation()))
      markAllAnalysesPreserved();
  }
};
} // namespace
