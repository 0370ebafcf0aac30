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

/// 1 / (1 + exp(-|x|)) by three of Newton's steps from 3/4, of which the first is linear;
/// the other half follows by symmetry: sigmoid(-x) = 1 - sigmoid(x). As CrypTen does, in
/// crypten/common/functions/approximations.py: sigmoid.
Value tacit::mpc::emitSigmoid(Arithmetic &a, Value x) {
  Value negative = a.isNegative(x);
  Value magnitude = a.mul(x, a.signOf(negative));
  Value sum = a.add(a.exp(a.neg(magnitude)), 1);
  Value inverse = a.add(a.scale(sum, -0.5625), 1.5);
  for (int step = 0; step < 2; ++step)
    inverse = a.sub(a.scale(inverse, 2), a.mul(a.square(inverse), sum));
  Value ofPositive = a.mul(inverse, a.flip(negative));
  return a.add(ofPositive, a.mul(a.add(a.neg(inverse), 1), negative));
}

Value tacit::mpc::emitTanh(Arithmetic &a, Value x) {
  return a.add(a.scale(emitSigmoid(a, a.scale(x, 2)), 2), -1);
}

Value tacit::mpc::emitSilu(Arithmetic &a, Value x) { return a.mul(x, emitSigmoid(a, x)); }
