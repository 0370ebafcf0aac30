//===- PowersOfTwo.cpp - Weights as signed powers of two ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Numerics/PowersOfTwo.h"
#include "llvm/ADT/bit.h"
#include <algorithm>
#include <cmath>

using namespace tacit::numerics;

static constexpr unsigned kMantissaBits = 23;
/// The exponent of a code is the biased exponent of a float minus this number.
static constexpr uint32_t kCodeBias = 127 - 64;

uint8_t tacit::numerics::nearestPowerOfTwo(float value) {
  auto bits = llvm::bit_cast<uint32_t>(value);
  uint32_t magnitude = bits & 0x7FFFFFFF, exponent = magnitude >> kMantissaBits;
  // This covers numbers below 2^-63, zero included.
  if (exponent <= kCodeBias)
    return 0;
  // Halfway between 2^e and 2^(e+1) the mantissa is 1/2.
  constexpr uint32_t kHalf = 1u << (kMantissaBits - 1);
  if ((magnitude & ((1u << kMantissaBits) - 1)) > kHalf)
    ++exponent;
  return (bits >> 31 << 7) | std::min(exponent - kCodeBias, 127u);
}

float tacit::numerics::powerOfTwoValue(uint8_t code) {
  if ((code & 127u) == 0)
    return 0;
  return llvm::bit_cast<float>((uint32_t(code) >> 7 << 31) |
                               (((code & 127u) + kCodeBias) << kMantissaBits));
}

std::optional<PowersOfTwo> tacit::numerics::decompose(const MatrixReader &matrix,
                                                      unsigned terms) {
  int64_t columns = matrix.columns, size = matrix.rows * columns;
  PowersOfTwo result{std::vector<char>(size * terms), 0};
  std::vector<float> row(columns);
  double error = 0, norm = 0;
  for (int64_t k = 0; k < matrix.rows; ++k) {
    matrix.read(k, 1, row.data());
    for (int64_t n = 0; n < columns; ++n) {
      if (!std::isfinite(row[n]))
        return std::nullopt;
      norm += double(row[n]) * row[n];
      for (unsigned term = 0; term < terms; ++term) {
        uint8_t code = nearestPowerOfTwo(row[n]);
        result.codes[term * size + k * columns + n] = static_cast<char>(code);
        // The difference is exact: the power is between a half and twice the value (or far
        // below it).
        row[n] -= powerOfTwoValue(code);
      }
      error += double(row[n]) * row[n];
    }
  }
  result.relativeError = norm == 0 ? 0 : std::sqrt(error / norm);
  return result;
}
