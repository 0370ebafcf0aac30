//===- Case.cpp - One function of a test of meaning -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Case.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Support/Elements.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"
#include <cmath>
#include <random>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

bool reference::usesSecrets(func::FuncOp function) {
  return llvm::any_of(function.getOps(), [](Operation &op) {
    return isa_and_present<mpc::MPCDialect>(op.getDialect());
  });
}

bool reference::hasUnknownShape(func::FuncOp function) {
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      if (!tensor.hasStaticShape() && !function.getArgAttr(i, "test.value"))
        return true;
  return false;
}

static llvm::Error failCase(func::FuncOp function, unsigned argument,
                            const llvm::Twine &message) {
  return llvm::createStringError("@" + function.getName() + ": argument " +
                                 llvm::Twine(argument) + " " + message);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

namespace {
/// Generates random numbers that are the same on every machine.
class Draw {
public:
  explicit Draw(uint64_t seed) : bits(seed) {}
  /// Returns a number from 0 (included) to 1 (excluded).
  double uniform() { return std::ldexp(static_cast<double>(bits() >> 11), -53); }
  double normal() {
    // Uses the method of Box and Muller.
    double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * M_PI * uniform());
  }

private:
  std::mt19937_64 bits;
};

/// Says where the elements of an argument come from.
struct Distribution {
  enum Kind { Uniform, Normal, Ramp } kind;
  /// Low and high, mean and standard deviation, or the first element and the step.
  double first, second;

  double real(Draw &draw, int64_t k) const {
    switch (kind) {
    case Uniform:
      return first + draw.uniform() * (second - first);
    case Normal:
      return first + draw.normal() * second;
    case Ramp:
      return first + static_cast<double>(k) * second;
    }
    return 0;
  }
  int64_t integer(Draw &draw, int64_t k) const {
    if (kind != Uniform)
      return std::llround(real(draw, k));
    double span = std::floor(second) - std::ceil(first) + 1;
    return static_cast<int64_t>(std::ceil(first) + std::floor(draw.uniform() * span));
  }
};
} // namespace

/// Reads two numbers, whole or not.
static std::optional<Distribution> readDistribution(Attribute attribute,
                                                    Distribution::Kind kind) {
  auto list = dyn_cast<ArrayAttr>(attribute);
  if (!list || list.size() != 2)
    return std::nullopt;
  Distribution distribution{kind, 0, 0};
  for (auto [i, entry] : llvm::enumerate(list)) {
    double &number = i == 0 ? distribution.first : distribution.second;
    if (auto real = dyn_cast<FloatAttr>(entry))
      number = real.getValueAsDouble();
    else if (auto integer = dyn_cast<IntegerAttr>(entry))
      number = static_cast<double>(integer.getInt());
    else
      return std::nullopt;
  }
  return distribution;
}

static llvm::Expected<Distribution> distributionOf(func::FuncOp function, unsigned i,
                                                   bool isFloat) {
  std::optional<Distribution> found =
      Distribution{isFloat ? Distribution::Normal : Distribution::Uniform, 0, 1};
  for (auto [name, kind] : {std::pair("test.uniform", Distribution::Uniform),
                            std::pair("test.normal", Distribution::Normal),
                            std::pair("test.ramp", Distribution::Ramp)})
    if (Attribute attribute = function.getArgAttr(i, name))
      found = readDistribution(attribute, kind);
  if (!found)
    return failCase(
        function, i,
        "has a distribution that is unknown; expected test.uniform = "
        "[LOW, HIGH], test.normal = [MEAN, SIGMA] or test.ramp = [FIRST, STEP]");
  return *found;
}

/// Reads a value that the test states. The integers of a secret are 64 bits wide.
static llvm::Expected<Tensor> readValue(func::FuncOp function, unsigned i,
                                        Attribute attribute) {
  Type type = function.getArgumentTypes()[i], element = elementTypeOf(type);
  auto value = Tensor::fromAttribute(attribute);
  if (!value)
    return value.takeError();
  bool isSecret = isa<mpc::ShareType>(type);
  Type expected = isSecret ? IntegerType::get(type.getContext(), 64) : element;
  if (value->getElementType() != expected)
    return failCase(function, i,
                    "has a value of " + describe(*value) +
                        "; expected its own type, or i64 of a secret");
  Tensor result(value->getShape(), element);
  for (int64_t k = 0; k < result.getNumElements(); ++k) {
    if (result.isFloat())
      result.real(k) = value->real(k);
    else
      result.integer(k) = value->integer(k);
  }
  return result;
}

static llvm::Expected<Tensor> drawValue(func::FuncOp function, unsigned i, Draw &draw) {
  Type type = function.getArgumentTypes()[i], element = elementTypeOf(type);
  auto secret = dyn_cast<mpc::ShareType>(type);
  bool isFloat = secret || isa<FloatType>(element);
  auto distribution = distributionOf(function, i, isFloat);
  if (!distribution)
    return distribution.takeError();
  if (countElements(shapeOf(type)) < 0)
    return failCase(function, i, "has more than 2^28 elements");
  Tensor result(shapeOf(type), element);
  for (int64_t k = 0; k < result.getNumElements(); ++k) {
    if (secret)
      result.integer(k) = std::llround(
          std::ldexp(distribution->real(draw, k), static_cast<int>(secret.getFraction())));
    else if (isFloat)
      result.real(k) = distribution->real(draw, k);
    else
      result.integer(k) = distribution->integer(draw, k);
  }
  result.round();
  result.wrap();
  return result;
}

llvm::Expected<Case> Case::make(func::FuncOp function, uint64_t seed) {
  Draw draw(seed ^ llvm::xxh3_64bits(function.getName()));
  Case test{function, {}};
  llvm::BitVector weights(function.getNumArguments());
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    if (!elementTypeOf(function.getArgumentTypes()[i]))
      return failCase(function, i, "has a type that the reference cannot represent");
    Attribute stated = function.getArgAttr(i, "test.value");
    auto value = stated ? readValue(function, i, stated) : drawValue(function, i, draw);
    if (!value)
      return value.takeError();
    if (!function.getArgAttr(i, "test.weight")) {
      test.inputs.push_back(std::move(*value));
      continue;
    }
    weights.set(i);
    auto type = cast<RankedTensorType>(function.getArgumentTypes()[i]);
    OpBuilder builder = OpBuilder::atBlockBegin(&function.getBody().front());
    Value constant = nn::ConstantOp::create(builder, function.getLoc(), type,
                                            makeElements(type, value->toBytes(), "weight"));
    function.getArgument(i).replaceAllUsesWith(constant);
  }
  if (failed(function.eraseArguments(weights)))
    return failCase(function, 0, "cannot be made a weight");
  return test;
}

OwningOpRef<ModuleOp> Case::extract(StringRef name) const {
  func::FuncOp original = function, clone = original.clone();
  OwningOpRef<ModuleOp> module(ModuleOp::create(original.getLoc()));
  clone.setName(name);
  module->push_back(clone);
  return module;
}
