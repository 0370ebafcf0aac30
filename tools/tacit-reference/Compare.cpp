//===- Compare.cpp - Compares results with expected ones ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compare.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

/// The tolerance of a result.
struct Comparison::Limits {
  std::optional<double> ulps, within, atLeast;
  /// The value of one unit of a secret's integers; 1 for other numbers.
  double unit = 1;
};

/// Returns the distance between neighbouring floats of a format at `x`, which is one of
/// them.
static double unitInLastPlace(FloatType format, double x) {
  APFloat number(x);
  bool losesInfo = false;
  const llvm::fltSemantics &semantics = format.getFloatSemantics();
  number.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  number.clearSign();
  if (!number.isFinite())
    return 0;
  APFloat next = number;
  next.next(/*nextDown=*/false);
  if (!next.isFinite())
    return std::ldexp(number.convertToDouble(),
                      -llvm::APFloat::semanticsPrecision(semantics));
  next.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return next.convertToDouble() - number.convertToDouble();
}

static double distance(double x, double y) {
  if (x == y || (std::isnan(x) && std::isnan(y)))
    return 0;
  double difference = std::fabs(x - y);
  return std::isnan(difference) ? INFINITY : difference;
}

llvm::Expected<Comparison::Limits>
Comparison::limitsOf(unsigned result, const Tensor &expected, bool isStated) const {
  func::FuncOp function = test.function;
  Limits limits;
  for (auto [name, limit] :
       {std::pair("test.ulp", &limits.ulps), std::pair("test.within", &limits.within),
        std::pair("test.at_least", &limits.atLeast)}) {
    Attribute attribute = function.getResultAttr(result, name);
    if (auto real = dyn_cast_or_null<FloatAttr>(attribute))
      *limit = real.getValueAsDouble();
    else if (auto integer = dyn_cast_or_null<IntegerAttr>(attribute))
      *limit = static_cast<double>(integer.getInt());
    else if (attribute)
      return llvm::createStringError("@" + function.getName() + ": found " + name +
                                     " that is not a number");
  }
  if (ignoresLowerLimit)
    limits.atLeast.reset();
  if (auto secret = dyn_cast<mpc::ShareType>(function.getResultTypes()[result]))
    limits.unit = std::ldexp(1.0, -static_cast<int>(secret.getFraction()));
  if (limits.ulps || limits.within)
    return limits;
  if (!expected.isFloat()) {
    limits.within = 0;
  } else if (isStated) {
    limits.ulps = 1;
  } else {
    double largest = 1;
    for (int64_t k = 0; k < expected.getNumElements(); ++k)
      if (std::isfinite(expected.real(k)))
        largest = std::max(largest, std::fabs(expected.real(k)));
    limits.within = 1e-5 * largest;
  }
  return limits;
}

llvm::Error Comparison::check(unsigned result, const Tensor &found, const Tensor &expected,
                              const Limits &limits) const {
  std::string prefix = llvm::formatv("@{0}: result {1} of {2} ",
                                     func::FuncOp(test.function).getName(), result, what);
  if (found.getShape() != expected.getShape() ||
      found.getElementType() != expected.getElementType())
    return llvm::createStringError(prefix + "is " + describe(found) + "; expected " +
                                   describe(expected));
  auto number = [&](const Tensor &tensor, int64_t k) {
    return tensor.isFloat() ? tensor.real(k) : tensor.integer(k) * limits.unit;
  };
  double largest = 0;
  for (int64_t k = 0; k < found.getNumElements(); ++k) {
    double x = number(found, k), y = number(expected, k);
    double limit = limits.within.value_or(0);
    if (limits.ulps)
      limit += *limits.ulps * unitInLastPlace(cast<FloatType>(found.getElementType()), y);
    double difference = distance(x, y);
    // Integers of 64 bits are compared as integers.
    bool isSame = found.isFloat() || found.integer(k) == expected.integer(k);
    largest = std::max(largest, difference);
    if (difference > limit || (limit == 0 && !isSame))
      return llvm::createStringError(
          prefix +
          llvm::formatv("is {0:e9} at element {1}; expected {2:e9}, at most {3:e3} "
                        "away",
                        x, k, y, limit)
              .str());
  }
  if (limits.atLeast && largest < *limits.atLeast)
    return llvm::createStringError(
        prefix + llvm::formatv("differs by {0:e3}, less than test.at_least = {1:e3}",
                               largest, *limits.atLeast)
                     .str());
  return llvm::Error::success();
}

/// The reference computes in double precision; the values that are compared have an element
/// type.
static Tensor rounded(Tensor tensor) {
  tensor.round();
  return tensor;
}

llvm::Error Comparison::compare(unsigned result, const Tensor &found,
                                const Tensor &expected) const {
  Tensor right = rounded(expected);
  auto limits = limitsOf(result, right, /*isStated=*/false);
  return limits ? check(result, rounded(found), right, *limits) : limits.takeError();
}

llvm::Error Comparison::compareAll(ArrayRef<Tensor> found,
                                   ArrayRef<Tensor> expected) const {
  for (auto [i, pair] : llvm::enumerate(llvm::zip_equal(found, expected)))
    if (auto error = compare(i, std::get<0>(pair), std::get<1>(pair)))
      return error;
  return llvm::Error::success();
}

llvm::Error Comparison::compareStated(ArrayRef<Tensor> found, int64_t &count) const {
  func::FuncOp function = test.function;
  for (auto [i, tensor] : llvm::enumerate(found)) {
    Attribute attribute = function.getResultAttr(i, "test.expected");
    if (!attribute)
      continue;
    ++count;
    auto stated = Tensor::fromAttribute(attribute);
    if (!stated)
      return stated.takeError();
    Tensor result = rounded(tensor);
    // The integers of a secret are stated as 64 bits, or as the numbers that they
    // represent.
    if (auto secret = dyn_cast<mpc::ShareType>(function.getResultTypes()[i])) {
      Tensor integers(stated->getShape(), tensor.getElementType());
      for (int64_t k = 0; k < integers.getNumElements(); ++k)
        integers.integer(k) =
            stated->isFloat()
                ? std::llround(std::ldexp(stated->real(k), secret.getFraction()))
                : stated->integer(k);
      stated = std::move(integers);
    }
    auto limits = limitsOf(i, *stated, /*isStated=*/true);
    if (!limits)
      return limits.takeError();
    if (auto error = check(i, result, *stated, *limits))
      return error;
  }
  return llvm::Error::success();
}
