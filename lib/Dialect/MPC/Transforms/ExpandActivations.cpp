//===- ExpandActivations.cpp - ReLU, sigmoid and functions of it ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arithmetic.h"

using namespace mlir;
using namespace tacit::mpc;

Value tacit::mpc::emitRelu(Arithmetic &a, Value x) {
  return a.mul(x, a.flip(a.isNegative(x)));
}

/// exp of a non-positive number stays within 1; the other half follows by symmetry:
/// sigmoid(-x) = 1 - sigmoid(x).
Value tacit::mpc::emitSigmoid(Arithmetic &a, Value x) {
  Value negative = a.isNegative(x);
  Value sign = a.signOf(negative);
  Value power = a.exp(a.neg(a.mul(x, sign)));
  Value ofMagnitude = a.reciprocal(a.add(power, 1));
  return a.add(a.mul(ofMagnitude, sign), a.lift(negative));
}

Value tacit::mpc::emitTanh(Arithmetic &a, Value x) {
  return a.add(a.scale(emitSigmoid(a, a.scale(x, 2)), 2), -1);
}

Value tacit::mpc::emitSilu(Arithmetic &a, Value x) { return a.mul(x, emitSigmoid(a, x)); }
