//===- ExpandNormalization.cpp - Softmax and the norms --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arithmetic.h"
#include <cmath>

using namespace mlir;
using namespace tacit::mpc;

/// The number that replaces an excluded score: it is below every score that counts, and
/// near enough that exp, which squares (1 + x/256) eight times, is not given a large
/// number.
static constexpr double kLeftOut = -128;

Value tacit::mpc::emitSoftmax(Arithmetic &a, Value x, Value keep, int64_t axis) {
  // A row of one number has the weight 1.
  if (cast<ShareType>(x.getType()).getDimSize(axis) == 1 && !keep)
    return a.add(a.sub(x, x), 1);
  if (keep)
    x = a.add(a.mask(a.add(x, -kLeftOut), keep), kLeftOut);
  Value powers = a.exp(a.sub(x, a.max(x, axis)));
  if (keep)
    powers = a.mask(powers, keep);
  return a.mul(powers, a.reciprocal(a.sum(powers, axis)));
}

/// Computes x / sqrt(mean(x^2) + epsilon) along the last axis, as scale * x / sqrt(scale^2
/// (...)).
static Value normalize(Arithmetic &a, Value x, double epsilon, const Functions &f) {
  double scale = f.normScale;
  int64_t axis = cast<ShareType>(x.getType()).getRank() - 1;
  Value meanSquare = a.mean(a.square(x), axis, scale * scale);
  Value inverse = a.rsqrt(a.add(meanSquare, scale * scale * epsilon), f.rsqrtSteps);
  return a.scale(a.mul(x, inverse), scale);
}

Value tacit::mpc::emitLayerNorm(Arithmetic &a, Value x, double epsilon,
                                const Functions &f) {
  int64_t axis = cast<ShareType>(x.getType()).getRank() - 1;
  return normalize(a, a.sub(x, a.mean(x, axis)), epsilon, f);
}

Value tacit::mpc::emitRMSNorm(Arithmetic &a, Value x, double epsilon, const Functions &f) {
  return normalize(a, x, epsilon, f);
}
