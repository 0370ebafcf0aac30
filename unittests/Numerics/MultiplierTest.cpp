//===- MultiplierTest.cpp - Products by integer addition ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Numerics/Multiplier.h"
#include "llvm/ADT/bit.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace tacit::numerics;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

//===----------------------------------------------------------------------===//
// Errors of the products
//===----------------------------------------------------------------------===//

/// Relative errors (exact - product) / exact.
struct Errors {
  double mean = 0, absolute = 0, rms = 0, under = 0, over = 0;
};

/// Over all pairs of `steps` mantissas, evenly spaced between 1 and 2.
Errors measure(const Product &product, int steps) {
  Errors errors;
  for (int i = 0; i < steps; ++i)
    for (int j = 0; j < steps; ++j) {
      float x = 1 + (i + 0.5f) / steps, y = 1 + (j + 0.5f) / steps;
      double exact = double(x) * y, error = (exact - multiply(product, x, y)) / exact;
      errors.mean += error;
      errors.absolute += std::fabs(error);
      errors.rms += error * error;
      errors.under = std::max(errors.under, error);
      errors.over = std::max(errors.over, -error);
    }
  double count = double(steps) * steps;
  errors.mean /= count;
  errors.absolute /= count;
  errors.rms = std::sqrt(errors.rms / count);
  return errors;
}

/// Within 2 %, or within the digits of the figure.
void expectNear(double found, double expected, double digit) {
  EXPECT_NEAR(found, expected, std::max(0.02 * std::fabs(expected), digit));
}

void expectErrors(const Errors &found, const Errors &expected) {
  expectNear(found.mean, expected.mean, 5e-4);
  expectNear(found.absolute, expected.absolute, 5e-5);
  expectNear(found.rms, expected.rms, 5e-5);
  expectNear(found.under, expected.under, 5e-4);
  expectNear(found.over, expected.over, 5e-4);
}

// The figures of an independent simulation, with mantissas on a grid of 128: the loss of
// L-Mul for products whose operands have more bits than it reads.
TEST(Multiplier, ErrorsOfLMul) {
  expectErrors(measure(lmul(3), 128), {.0385, .0483, .0595, .175, .116});
  expectErrors(measure(lmul(4), 128), {-.0041, .0295, .0358, .106, .116});
  expectErrors(measure(lmul(5), 128), {.017, .0274, .0358, .106, .054});
  expectErrors(measure(lmul(6), 128), {.007, .0254, .0313, .088, .054});
  expectErrors(measure(lmul(23), 1024), {-.0041, .02655, .0309, .0729, .0624});
}

TEST(Multiplier, ErrorsOfPam) {
  expectErrors(measure(pam(1), 1024), {.03849, .03849, .0484, .1111, 0});
  expectErrors(measure(pam(1.0552f), 1024), {.00099, .02565, .0305, .0774, .0551});
  expectErrors(measure(pam(17.0f / 16), 1024), {-.0041, .02655, .0309, .0729, .0624});
}

TEST(Multiplier, ExamplesOfPam) {
  Product plain = pam(1);
  EXPECT_EQ(multiply(plain, 1.5f, 1.5f), 2.0f);
  EXPECT_NEAR(multiply(plain, 1.3f, -1.3f), -1.6f, 1e-6);
  EXPECT_EQ(multiply(plain, -6, 3), -16.0f);
  EXPECT_EQ(multiply(plain, 1.2345f, 32), 1.2345f * 32);
  EXPECT_EQ(multiply(plain, 1.2345f, -32), 1.2345f * -32);
  EXPECT_EQ(multiply(plain, 1.2345f, 0), 0.0f);
  EXPECT_EQ(multiply(plain, 1e-30f, 1e-30f), 0.0f);
  EXPECT_EQ(multiply(plain, 1e30f, -1e30f), -kInf);
  EXPECT_EQ(multiply(plain, kInf, 1e-20f), kInf);
  EXPECT_TRUE(std::isnan(multiply(plain, kNaN, 1)));
  EXPECT_TRUE(std::isnan(multiply(plain, kInf, 0)));
}

// A multiplier is fully described by its offset and its mask: compiled code gets nothing
// else.
TEST(Multiplier, OffsetsAndMasks) {
  auto expect = [](const Product &product, uint32_t offset, uint32_t mask) {
    EXPECT_EQ(product.offset, offset);
    EXPECT_EQ(product.mask, mask);
  };
  expect(lmul(1), 0x3F400000, 0xFFC00000);
  expect(lmul(2), 0x3F600000, 0xFFE00000);
  expect(lmul(3), 0x3F700000, 0xFFF00000);
  expect(lmul(4), 0x3F700000, 0xFFF80000);
  expect(lmul(5), 0x3F780000, 0xFFFC0000);
  expect(lmul(23), 0x3F780000, 0xFFFFFFFF);
  expect(pam(1), 0x3F800000, 0xFFFFFFFF);
  expect(pam(1.0552f), 0x3F78EF35, 0xFFFFFFFF);
  expect(powerOfTwo(), 0x3F800000, 0xFFFFFFFF);
  // L-Mul of all bits is PAM with alpha = 1 + 2^-4.
  EXPECT_EQ(lmul(23).offset, pam(17.0f / 16).offset);
}

//===----------------------------------------------------------------------===//
// Properties and policies
//===----------------------------------------------------------------------===//

std::vector<Product> products() {
  std::vector<Product> products{lmul(1), lmul(3),      lmul(4),    lmul(23),
                                pam(1),  pam(1.0552f), pam(1.99f), powerOfTwo()};
  std::vector<Product> all;
  for (Product product : products)
    for (ZeroPolicy zero : {ZeroPolicy::Exact, ZeroPolicy::Lift, ZeroPolicy::Ignore})
      for (OverflowPolicy overflow : {OverflowPolicy::Infinity, OverflowPolicy::Ignore})
        all.push_back({product.offset, product.mask, zero, overflow});
  return all;
}

/// Zero, denormal, smallest, largest, infinite, NaN (one whose mantissa lies below every
/// mask) and ordinary numbers.
std::vector<float> operands() {
  std::vector<float> positive{
      0,        0x1p-149f,       0x1.8p-127f, 0x1p-126f, 0x1.8p-100f,
      0x1p-64f, 0x1p-62f,        1e-20f,      0.1f,      1,
      1.5f,     1.9999f,         3.14159f,    0x1p62f,   0x1.7p64f,
      1e38f,    0x1.fffffep127f, kInf,        kNaN,      llvm::bit_cast<float>(0x7F800001)};
  std::vector<float> all;
  for (float x : positive) {
    all.push_back(x);
    all.push_back(-x);
  }
  std::mt19937 random(7);
  for (int i = 0; i < 500; ++i)
    all.push_back(llvm::bit_cast<float>(static_cast<uint32_t>(random())));
  return all;
}

/// This repeats the definition in 64-bit integers, where nothing wraps unless it is
/// written.
float restated(const Product &product, float lhs, float rhs) {
  if (product.overflow == OverflowPolicy::Infinity &&
      !(std::isfinite(lhs) && std::isfinite(rhs)))
    return static_cast<float>(double(lhs) * double(rhs));
  constexpr int64_t kSign = int64_t(1) << 31, kNormal = int64_t(1) << 23;
  constexpr int64_t kInfinite = 255 * kNormal, kLowest = (127 - 62) * kNormal;
  int64_t unread = int64_t(1) << llvm::countr_zero(product.mask);
  auto magnitude = [&](float value) {
    int64_t bits = llvm::bit_cast<uint32_t>(value) % kSign;
    bits -= bits % unread;
    return product.zero == ZeroPolicy::Lift ? std::max(bits, kLowest) : bits;
  };
  int64_t x = magnitude(lhs), y = magnitude(rhs), result = x + y - product.offset;
  if (product.zero == ZeroPolicy::Exact && (x < kNormal || y < kNormal || result < kNormal))
    result = 0;
  else if (product.overflow == OverflowPolicy::Infinity && result >= kInfinite)
    result = kInfinite;
  if (std::signbit(lhs) != std::signbit(rhs))
    result += kSign;
  return llvm::bit_cast<float>(static_cast<uint32_t>(result & 0xFFFFFFFF));
}

bool isSame(float lhs, float rhs) {
  return (std::isnan(lhs) && std::isnan(rhs)) ||
         llvm::bit_cast<uint32_t>(lhs) == llvm::bit_cast<uint32_t>(rhs);
}

TEST(Multiplier, EveryPolicyOnEveryOperand) {
  std::vector<float> values = operands();
  for (const Product &product : products())
    for (float lhs : values)
      for (float rhs : values) {
        float found = multiply(product, lhs, rhs);
        ASSERT_TRUE(isSame(found, restated(product, lhs, rhs)))
            << lhs << " * " << rhs << " = " << found << ", expected "
            << restated(product, lhs, rhs) << ", offset " << product.offset;
      }
}

TEST(Multiplier, IsCommutativeAndOdd) {
  std::vector<float> values = operands();
  for (const Product &product : products())
    for (float lhs : values)
      for (float rhs : values) {
        float found = multiply(product, lhs, rhs);
        ASSERT_TRUE(isSame(found, multiply(product, rhs, lhs))) << lhs << " * " << rhs;
        ASSERT_TRUE(isSame(-found, multiply(product, -lhs, rhs))) << lhs << " * " << rhs;
      }
}

TEST(Multiplier, PowersOfTwoScale) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> mantissa(1, 2);
  std::uniform_int_distribution<int> exponent(-30, 30);
  for (const Product &product : products())
    for (int i = 0; i < 1000; ++i) {
      float x = mantissa(random), y = mantissa(random);
      int m = exponent(random), n = exponent(random);
      EXPECT_EQ(multiply(product, std::ldexp(x, m), std::ldexp(y, n)),
                std::ldexp(multiply(product, x, y), m + n));
    }
}

// This is why powers of two never go through L-Mul.
TEST(Multiplier, OneIsNeutralOnlyWithoutAnOffset) {
  EXPECT_EQ(multiply(lmul(23), 1.25f, 1), 1.25f + 1.0f / 16);
  EXPECT_EQ(multiply(lmul(4), 1.25f, 1), 1.25f + 1.0f / 8);
  EXPECT_NE(multiply(pam(1.0552f), 1.25f, 1), 1.25f);
  EXPECT_EQ(multiply(pam(1), 1.2345f, 1), 1.2345f);
  EXPECT_EQ(multiply(powerOfTwo(), 1.2345f, -0.25f), 1.2345f * -0.25f);
}

// The purpose of each policy.
TEST(Multiplier, ZerosAndOverflow) {
  Product exact = lmul(23), lift = exact, bare = exact;
  lift.zero = ZeroPolicy::Lift;
  bare.zero = ZeroPolicy::Ignore;
  bare.overflow = OverflowPolicy::Ignore;
  EXPECT_TRUE(isSame(multiply(exact, -0.0f, 3), -0.0f));
  EXPECT_TRUE(isSame(multiply(exact, 0x1p-127f, 3), 0.0f)); // denormal
  EXPECT_TRUE(isSame(multiply(exact, 0x1p-100f, -0x1p-100f), -0.0f));
  EXPECT_EQ(multiply(exact, 1e30f, -1e30f), -kInf);
  EXPECT_LE(multiply(lift, 0, 3), 4 * 0x1p-62f);
  EXPECT_GT(multiply(lift, 0, 3), 0);
  // A bare addition takes zero for 2^-127 and leaves the range at the lower end.
  EXPECT_LT(multiply(bare, 0, 0.001f), -1e35f);
  EXPECT_EQ(multiply(bare, 1.5f, 1.5f), multiply(exact, 1.5f, 1.5f));
}

} // namespace
