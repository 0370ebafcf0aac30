//===- Truncations.cpp - Where products are truncated ---------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/MPC/Analysis/Truncations.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Support/NodeName.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::mpc;

static ShareType typeOf(Value value) { return cast<ShareType>(value.getType()); }

/// The steps of CrypTen's functions: a product has twice the fraction, and a division by a
/// power of two is a truncation as well.
static SmallVector<TruncationSteps> stepsOf(int64_t fraction, int64_t products,
                                            int64_t divisions) {
  return {{2 * fraction, products}, {fraction, divisions}};
}

SmallVector<TruncationSteps> mpc::truncationsOf(Operation *op) {
  static constexpr int64_t kExpSquares = 8, kReciprocalSteps = 10;
  int64_t fraction = 0;
  if (op->getNumOperands() > 0)
    if (auto type = dyn_cast<ShareType>(op->getOperand(0).getType()))
      fraction = type.getFraction();
  return TypeSwitch<Operation *, SmallVector<TruncationSteps>>(op)
      .Case([&](TruncateOp truncate) -> SmallVector<TruncationSteps> {
        if (typeOf(truncate.getResult()).getFraction() == fraction)
          return {};
        return {{fraction, 1}};
      })
      .Case([&](ExpOp) { return stepsOf(fraction, kExpSquares, 1); })
      .Case([&](ReciprocalOp) {
        return stepsOf(fraction, kExpSquares + 2 * kReciprocalSteps, 1);
      })
      .Case([&](RsqrtOp rsqrt) {
        int64_t steps = rsqrt.getSteps();
        return stepsOf(fraction, kExpSquares + 1 + 3 * steps, 3 + steps);
      })
      .Default([](Operation *) { return SmallVector<TruncationSteps>(); });
}

/// Returns the magnitude of what an operation truncates if that of all secrets is 1: that
/// of the public factor, if it is a product with one.
static double magnitudeOf(Operation *op) {
  auto product = op->getOperand(0).getDefiningOp<MulOp>();
  auto factor = product ? product.getRhs().getDefiningOp<PublicOp>() : PublicOp();
  auto constant = factor ? factor.getInput().getDefiningOp<nn::ConstantOp>() : nullptr;
  auto dense = constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr;
  if (!dense || !dense.isSplat() || !dense.getElementType().isF32())
    return 1;
  return std::abs(static_cast<double>(dense.getSplatValue<float>()));
}

std::string TruncationSites::Site::name() const {
  return !node.empty() ? node : !site.empty() ? site : op;
}

TruncationSites TruncationSites::of(func::FuncOp function) {
  TruncationSites result;
  llvm::StringMap<size_t> known;
  function.walk([&](Operation *op) {
    SmallVector<TruncationSteps> steps = truncationsOf(op);
    if (steps.empty())
      return;
    StringRef name = nn::getSiteName(op);
    if (name.empty())
      name = nn::getSiteName(op->getLoc());
    Site site{name.str(), nodeOf(op->getLoc()), op->getName().getStringRef().str()};
    auto [entry, isNew] = known.try_emplace(site.name(), result.sites.size());
    if (isNew)
      result.sites.push_back(std::move(site));
    Site &found = result.sites[entry->second];
    int64_t number = static_cast<int64_t>(result.places.size());
    result.places[op] = {number, entry->second};
    ShareType type = typeOf(op->getResult(0));
    double magnitude = magnitudeOf(op);
    for (auto [fraction, times] : steps) {
      int64_t count = times * type.getNumElements();
      found.truncations += count;
      found.perUnit += std::ldexp(static_cast<double>(count) * magnitude,
                                  static_cast<int>(fraction - type.getWidth()));
    }
  });
  return result;
}

int64_t TruncationSites::truncations() const {
  int64_t sum = 0;
  for (const Site &site : sites)
    sum += site.truncations;
  return sum;
}

double TruncationSites::perUnit() const {
  double sum = 0;
  for (const Site &site : sites)
    sum += site.perUnit;
  return sum;
}
