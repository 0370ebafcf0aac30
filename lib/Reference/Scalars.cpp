//===- Scalars.cpp - Functions of one number ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalars.h"
#include "llvm/ADT/ArrayRef.h"
#include <algorithm>
#include <cmath>

using namespace tacit;

double reference::maximum(double x, double y) {
  return std::isnan(x) || std::isnan(y) ? NAN : std::max(x, y);
}

double reference::minimum(double x, double y) {
  return std::isnan(x) || std::isnan(y) ? NAN : std::min(x, y);
}

double reference::sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

double reference::silu(double x, double beta) { return x * sigmoid(beta * x); }

/// Evaluates c[0] + c[1] x + c[2] x^2 + ...
static double polynomial(double x, llvm::ArrayRef<double> c) {
  double sum = 0, power = 1;
  for (double coefficient : c) {
    sum += coefficient * power;
    power *= x;
  }
  return sum;
}

static double geluErf(double x, double scale) { return x / 2 * (1 + std::erf(scale * x)); }

static double geluTanh(double x, double scale, double cubic) {
  return x / 2 * (1 + std::tanh(scale * (x + cubic * x * x * x)));
}

/// Evaluates the polynomials of PUMA between breaks at `low`, `middle` and 3.
static double geluCubic(double x, double low, double middle) {
  if (x < low)
    return 0;
  if (x < middle)
    return polynomial(x, {-0.5054031199708174, -0.42226581151983866, -0.11807612951181953,
                          -0.011034134030615728});
  if (x <= 3)
    return polynomial(x, {0.008526321541038084, 0.5, 0.3603292692789629, 0,
                          -0.037688200365904236, 0, 0.0018067462606141187});
  return x;
}

static double geluPuma(double x) { return geluCubic(x, -4, -1.95); }

static double geluBumblebee(double x) { return geluCubic(x, -5, -1.97); }

static double geluBolt(double x) {
  if (x < -2.7)
    return 0;
  if (x <= 2.7)
    return x / 2 + polynomial(std::fabs(x), {0.001620808531841547, -0.03798164612714154,
                                             0.5410550166368381, -0.18352506127082727,
                                             0.020848611754127593});
  return x;
}

static double geluNimbus(double x) {
  if (x < -1.8)
    return 0;
  if (x <= 0.5)
    return polynomial(x, {-0.006946478426716862, 0.32421075145645123, 0.17025471961795552});
  return x;
}

static double geluQuad(double x) { return polynomial(x, {0.5, 0.25, 0.125}); }

double reference::gelu(numerics::GeluKind kind, double x) {
  return gelu(kind, x, std::nullopt, std::nullopt);
}

double reference::gelu(numerics::GeluKind kind, double x, std::optional<double> scale,
                       std::optional<double> cubic) {
  switch (kind) {
  case numerics::GeluKind::Erf:
    return geluErf(x, scale.value_or(1 / std::sqrt(2.0)));
  case numerics::GeluKind::Tanh:
    return geluTanh(x, scale.value_or(std::sqrt(2 / M_PI)), cubic.value_or(0.044715));
  case numerics::GeluKind::Puma:
    return geluPuma(x);
  case numerics::GeluKind::Bolt:
    return geluBolt(x);
  case numerics::GeluKind::Bumblebee:
    return geluBumblebee(x);
  case numerics::GeluKind::Nimbus:
    return geluNimbus(x);
  case numerics::GeluKind::Quad:
    return geluQuad(x);
  case numerics::GeluKind::Sigmoid:
    return silu(x, scale.value_or(1.702));
  }
  llvm_unreachable("a kind of GELU that is none");
}
