//===- QuantizerTest.cpp - Weights in few bits ----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Numerics/Quantizer.h"
#include "tacit/Numerics/PowersOfTwo.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>
#include <random>

using namespace tacit::numerics;

namespace {

llvm::ArrayRef<char> bytesOf(const std::vector<float> &values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(float)};
}

MatrixReader reader(const std::vector<float> &values, int64_t columns) {
  return readFloats(bytesOf(values), values.size() / columns, columns,
                    /*transposed=*/false);
}

std::vector<float> gaussian(size_t size) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float &value : values)
    value = normal(random);
  return values;
}

LowBitView view(const LowBitMatrix &matrix) {
  LowBitView view{
      matrix.bits,
      matrix.group,
      matrix.rows,
      matrix.columns,
      bytesOf(matrix.scales),
      {reinterpret_cast<const char *>(matrix.zeroPoints.data()), matrix.zeroPoints.size()},
      /*hasRealZeroPoints=*/false,
      {}};
  for (const std::vector<char> &plane : matrix.planes)
    view.planes.push_back(plane);
  return view;
}

std::vector<float> dequantize(const LowBitMatrix &matrix) {
  std::vector<float> values(matrix.rows * matrix.columns);
  view(matrix).read(0, matrix.rows, values.data());
  return values;
}

/// Quantizes a column of weights as one group.
std::vector<float> quantizeColumn(const std::vector<float> &weights, unsigned bits,
                                  Scheme scheme) {
  auto matrix = quantize(reader(weights, 1), bits, weights.size(), scheme);
  EXPECT_TRUE(matrix.has_value());
  return matrix ? dequantize(*matrix) : std::vector<float>();
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

/// Returns the squared error over the squared weights, after a round trip through the
/// planes.
double squaredError(const std::vector<float> &weights, unsigned bits, int64_t group,
                    Scheme scheme) {
  auto matrix = quantize(reader(weights, 64), bits, group, scheme);
  EXPECT_TRUE(matrix.has_value());
  std::vector<float> back = dequantize(*matrix);
  double error = 0, norm = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    error += std::pow(double(weights[i]) - back[i], 2);
    norm += double(weights[i]) * weights[i];
  }
  EXPECT_NEAR(matrix->relativeError, std::sqrt(error / norm), 1e-6);
  return error / norm;
}

// The figures of an independent simulation with 24,576 weights.
TEST(Quantizer, ErrorsOnGaussianWeights) {
  std::vector<float> weights = gaussian(1 << 20);
  auto expect = [&](unsigned bits, int64_t group, Scheme scheme, double expected) {
    EXPECT_NEAR(squaredError(weights, bits, group, scheme), expected, 0.03 * expected)
        << bits << " bits, group " << group;
  };
  expect(8, 128, Scheme::Symmetric, 4.1e-5);
  expect(6, 128, Scheme::Symmetric, 6.9e-4);
  expect(4, 128, Scheme::Symmetric, .01347);
  expect(4, 32, Scheme::Symmetric, .00930);
  expect(4, 32, Scheme::Asymmetric, .00645);
  expect(4, 128, Scheme::Asymmetric, .00996);
}

//===----------------------------------------------------------------------===//
// Levels
//===----------------------------------------------------------------------===//

TEST(Quantizer, SymmetricLevels) {
  // The scale is 1; ties go to the even neighbour.
  std::vector<float> weights{7, -7, 0.5f, 1.5f, -0.5f, -2.5f, 0.49f, -0.51f};
  std::vector<float> expected{7, -7, 0, 2, 0, -2, 0, -1};
  EXPECT_EQ(quantizeColumn(weights, 4, Scheme::Symmetric), expected);
}

TEST(Quantizer, AsymmetricLevels) {
  // From -1 to 14 in 15 steps: zero is level 1.
  std::vector<float> weights{-1, 14, 0, 0.5f, 1.5f, 2.51f, 13.6f, -0.6f};
  std::vector<float> expected{-1, 14, 0, 0, 2, 3, 14, -1};
  EXPECT_EQ(quantizeColumn(weights, 4, Scheme::Asymmetric), expected);
  // Zero belongs to the range even if all weights lie above it.
  EXPECT_EQ(quantizeColumn({15, 14}, 4, Scheme::Asymmetric), (std::vector<float>{15, 14}));
  EXPECT_EQ(quantizeColumn({-15, -14}, 4, Scheme::Asymmetric),
            (std::vector<float>{-15, -14}));
}

TEST(Quantizer, ErrorsAreAtMostHalfAStep) {
  std::vector<float> weights = gaussian(4096);
  for (unsigned bits : {4u, 6u, 8u})
    for (Scheme scheme : {Scheme::Symmetric, Scheme::Asymmetric}) {
      auto matrix = quantize(reader(weights, 16), bits, 32, scheme);
      ASSERT_TRUE(matrix.has_value());
      std::vector<float> back = dequantize(*matrix);
      for (int64_t i = 0; i < 4096; ++i) {
        float scale = matrix->scales[i / 16 / 32 * 16 + i % 16];
        // The zero point of an asymmetric group is rounded too, which can cost another half
        // at the ends.
        float steps = scheme == Scheme::Symmetric ? 0.5f : 1.0f;
        EXPECT_LE(std::fabs(weights[i] - back[i]), steps * 1.0001f * scale);
      }
    }
}

TEST(Quantizer, GroupsOfZerosAndOfDenormals) {
  std::vector<float> zeros(8), tiny{0x1p-149f, -0x1p-149f, 0x1p-148f, 0x1p-146f};
  for (unsigned bits : {4u, 6u, 8u})
    for (Scheme scheme : {Scheme::Symmetric, Scheme::Asymmetric}) {
      auto matrix = quantize(reader(zeros, 1), bits, 8, scheme);
      ASSERT_TRUE(matrix.has_value());
      EXPECT_EQ(matrix->scales, std::vector<float>{0});
      EXPECT_EQ(matrix->relativeError, 0);
      EXPECT_EQ(dequantize(*matrix), zeros);
      for (float value : quantizeColumn(tiny, bits, scheme))
        EXPECT_LE(std::fabs(value), 0x1p-144f);
    }
}

TEST(Quantizer, RefusesWhatHasNoScale) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  for (Scheme scheme : {Scheme::Symmetric, Scheme::Asymmetric}) {
    for (float bad : {kInf, -kInf, std::numeric_limits<float>::quiet_NaN()})
      EXPECT_FALSE(quantize(reader({1, bad, 2}, 1), 4, 32, scheme).has_value());
  }
  // The weights are finite, but the width of the range is not.
  EXPECT_FALSE(quantize(reader({3e38f, -3e38f}, 1), 4, 32, Scheme::Asymmetric).has_value());
  EXPECT_TRUE(quantize(reader({3e38f, -3e38f}, 1), 4, 32, Scheme::Symmetric).has_value());
}

//===----------------------------------------------------------------------===//
// Planes
//===----------------------------------------------------------------------===//

TEST(Quantizer, PacksAndUnpacks) {
  constexpr int64_t kRows = 16, kColumns = 5;
  for (unsigned bits : {4u, 6u, 8u}) {
    std::mt19937 random(bits);
    std::vector<std::vector<uint8_t>> levels(kRows, std::vector<uint8_t>(kColumns));
    std::vector<std::vector<char>> planes;
    for (BitPlane plane : bitPlanes(bits))
      planes.emplace_back(kRows / plane.fields() * kColumns);
    for (auto [k, row] : llvm::enumerate(levels)) {
      for (uint8_t &level : row)
        level = random() % (1u << bits);
      for (auto [plane, bytes] : llvm::zip(bitPlanes(bits), planes))
        packRow(row, plane, k, bytes);
    }
    for (auto [k, row] : llvm::enumerate(levels)) {
      std::vector<uint8_t> back(kColumns);
      for (auto [plane, bytes] : llvm::zip(bitPlanes(bits), planes))
        unpackRow(bytes, plane, k, back);
      EXPECT_EQ(back, row);
    }
  }
}

TEST(Quantizer, PlanesHoldNeighbours) {
  EXPECT_FALSE(isLowBitWidth(5));
  EXPECT_TRUE(isLowBitWidth(6));
  EXPECT_EQ(rowsPerByte(4), 2u);
  EXPECT_EQ(rowsPerByte(6), 4u);
  EXPECT_EQ(rowsPerByte(8), 1u);
  EXPECT_EQ(planeShape({0, 4}, 6, 3, 32, 7), (llvm::SmallVector<int64_t>{3, 8, 2, 7}));
  EXPECT_EQ(planeShape({4, 2}, 6, 3, 32, 7), (llvm::SmallVector<int64_t>{3, 8, 7}));
  EXPECT_EQ(planeShape({0, 4}, 4, 3, 32, 7), (llvm::SmallVector<int64_t>{3, 16, 7}));
  EXPECT_EQ(planeShape({0, 8}, 8, 3, 32, 7), (llvm::SmallVector<int64_t>{3, 32, 7}));
  // One column of 6 bits, four rows: 31 is the largest, so the scale is 1 and the levels
  // are 33, 63, 1, 32.
  auto matrix = quantize(reader({1, 31, -31, 0}, 1), 6, 4, Scheme::Symmetric);
  ASSERT_TRUE(matrix.has_value());
  EXPECT_EQ(matrix->planes[0], (std::vector<char>{char(0xF1), char(0x01)}));
  EXPECT_EQ(matrix->planes[1], (std::vector<char>{char(0b10'00'11'10)}));
}

TEST(Quantizer, TheLastGroupIsFilledUp) {
  // Seven rows in groups of 4; the eighth is a zero.
  std::vector<float> weights{7, 1, 2, 3, 14, 2, 4};
  for (Scheme scheme : {Scheme::Symmetric, Scheme::Asymmetric}) {
    auto matrix = quantize(reader(weights, 1), 4, 4, scheme);
    ASSERT_TRUE(matrix.has_value());
    EXPECT_EQ(matrix->groups(), 2);
    ASSERT_EQ(matrix->planes[0].size(), 4u);
    std::vector<float> padded(8);
    LowBitView all = view(*matrix);
    all.rows = 8;
    all.read(0, 8, padded.data());
    EXPECT_EQ(padded[7], 0);
  }
  // A group of more rows than there are is one group of them all, in whole bytes.
  auto matrix = quantize(reader(weights, 1), 4, int64_t(1) << 60, Scheme::Symmetric);
  ASSERT_TRUE(matrix.has_value());
  EXPECT_EQ(matrix->group, 8);
  EXPECT_EQ(matrix->groups(), 1);
}

TEST(Quantizer, ReadsTransposedAndUnalignedWeights) {
  std::vector<float> weights = gaussian(24), transposed(24);
  for (int k = 0; k < 6; ++k)
    for (int n = 0; n < 4; ++n)
      transposed[n * 6 + k] = weights[k * 4 + n];
  std::vector<char> shifted(1);
  llvm::append_range(shifted, bytesOf(transposed));
  MatrixReader matrix =
      readFloats(llvm::ArrayRef(shifted).drop_front(), 6, 4, /*transposed=*/true);
  std::vector<float> found(8);
  matrix.read(3, 2, found.data());
  EXPECT_EQ(found, std::vector<float>(weights.begin() + 12, weights.begin() + 20));
}

//===----------------------------------------------------------------------===//
// Powers of two
//===----------------------------------------------------------------------===//

TEST(PowersOfTwo, CodesAndValues) {
  EXPECT_EQ(powerOfTwoValue(0), 0.0f);
  EXPECT_EQ(powerOfTwoValue(128), 0.0f);
  EXPECT_EQ(powerOfTwoValue(64), 1.0f);
  EXPECT_EQ(powerOfTwoValue(64 + 128), -1.0f);
  EXPECT_EQ(powerOfTwoValue(1), 0x1p-63f);
  EXPECT_EQ(powerOfTwoValue(127), 0x1p63f);
  // A power of two is its own code.
  for (unsigned code = 0; code < 256; ++code)
    if (code != 128)
      EXPECT_EQ(nearestPowerOfTwo(powerOfTwoValue(code)), code);
}

TEST(PowersOfTwo, NearestInValue) {
  EXPECT_EQ(powerOfTwoValue(nearestPowerOfTwo(1.49f)), 1.0f);
  EXPECT_EQ(powerOfTwoValue(nearestPowerOfTwo(1.5f)), 1.0f); // a tie
  EXPECT_EQ(powerOfTwoValue(nearestPowerOfTwo(1.51f)), 2.0f);
  EXPECT_EQ(powerOfTwoValue(nearestPowerOfTwo(-0.8f)), -1.0f);
  EXPECT_EQ(nearestPowerOfTwo(0), 0);
  EXPECT_EQ(nearestPowerOfTwo(-0.0f), 0);
  EXPECT_EQ(nearestPowerOfTwo(0x1.fp-64f), 0);
  EXPECT_EQ(nearestPowerOfTwo(-0x1p-149f), 0);
  EXPECT_EQ(powerOfTwoValue(nearestPowerOfTwo(-1e38f)), -0x1p63f);
  for (float value : gaussian(1000)) {
    float nearest = powerOfTwoValue(nearestPowerOfTwo(value));
    for (float other : {nearest / 2, nearest * 2, -nearest, 0.0f})
      EXPECT_LE(std::fabs(value - nearest), std::fabs(value - other));
    EXPECT_LE(std::fabs(value - nearest), std::fabs(value) / 3 * 1.000001f);
  }
}

TEST(PowersOfTwo, Decomposes) {
  std::vector<float> weights{0.75f, -0.390625f, 3, 0};
  auto result = decompose(reader(weights, 2), 2);
  ASSERT_TRUE(result.has_value());
  auto term = [&](int i) { return powerOfTwoValue(uint8_t(result->codes[i])); };
  ASSERT_EQ(result->codes.size(), 8u);
  // 0.75 is as near to 0.5 as to 1; -0.390625 is -0.5 + 0.125 - 0.015625.
  EXPECT_EQ(term(0), 0.5f);
  EXPECT_EQ(term(4), 0.25f);
  EXPECT_EQ(term(1), -0.5f);
  EXPECT_EQ(term(5), 0.125f);
  EXPECT_EQ(term(2), 2.0f);
  EXPECT_EQ(term(6), 1.0f);
  EXPECT_EQ(term(3), 0.0f);
  EXPECT_EQ(term(7), 0.0f);
  double norm = 0.75 * 0.75 + 0.390625 * 0.390625 + 9;
  EXPECT_NEAR(result->relativeError, 0.015625 / std::sqrt(norm), 1e-9);
  EXPECT_FALSE(decompose(reader({1, INFINITY}, 1), 1).has_value());
  EXPECT_FALSE(decompose(reader({NAN, 1}, 1), 1).has_value());
}

// Each term leaves at most a third, so the error decreases with every one.
TEST(PowersOfTwo, EveryTermLeavesAThirdAtMost) {
  std::vector<float> weights = gaussian(4096);
  double last = 1;
  for (unsigned terms = 1; terms <= 8; ++terms) {
    auto result = decompose(reader(weights, 64), terms);
    ASSERT_TRUE(result.has_value());
    EXPECT_LE(result->relativeError, last / 3);
    last = result->relativeError;
    for (size_t i = 0; i < weights.size(); ++i) {
      double sum = 0;
      for (unsigned term = 0; term < terms; ++term)
        sum += powerOfTwoValue(uint8_t(result->codes[term * weights.size() + i]));
      EXPECT_LE(std::fabs(weights[i] - sum),
                std::fabs(weights[i]) * std::pow(1 / 3.0, terms));
    }
  }
}

} // namespace
