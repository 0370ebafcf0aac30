//===- Quantizer.cpp - Weights in few bits --------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Numerics/Quantizer.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>
#include <cstring>

using namespace llvm;
using namespace tacit::numerics;

#include "tacit/Numerics/QuantizerEnums.cpp.inc"

namespace tacit {
#define GET_SchemeWords_IMPL
#define GET_WeightFormatWords_IMPL
#include "tacit/Numerics/QuantizerWords.inc"

template <>
ArrayRef<Word<WeightFormat>> words<WeightFormat>() {
  return WeightFormatWords;
}
template <>
ArrayRef<Word<Scheme>> words<Scheme>() {
  return SchemeWords;
}
} // namespace tacit

//===----------------------------------------------------------------------===//
// Bit planes
//===----------------------------------------------------------------------===//

bool tacit::numerics::isLowBitWidth(int64_t bits) {
  return isUInt<32>(bits) && symbolizeWeightFormat(static_cast<uint32_t>(bits));
}

ArrayRef<BitPlane> tacit::numerics::bitPlanes(unsigned bits) {
  static constexpr BitPlane kBytes[] = {{0, 8}}, kNibbles[] = {{0, 4}},
                            kSplit[] = {{0, 4}, {4, 2}};
  if (bits == 8)
    return kBytes;
  if (bits == 4)
    return kNibbles;
  return kSplit;
}

unsigned tacit::numerics::rowsPerByte(unsigned bits) {
  return bitPlanes(bits).back().fields();
}

SmallVector<int64_t> tacit::numerics::planeShape(BitPlane plane, unsigned bits,
                                                 int64_t groups, int64_t group,
                                                 int64_t columns) {
  unsigned span = rowsPerByte(bits);
  SmallVector<int64_t> shape{groups, group / span};
  for (unsigned rows = span; rows > plane.fields(); rows /= 2)
    shape.push_back(2);
  shape.push_back(columns);
  return shape;
}

void tacit::numerics::packRow(ArrayRef<uint8_t> levels, BitPlane plane, int64_t row,
                              MutableArrayRef<char> bytes) {
  char *out = bytes.data() + row / plane.fields() * levels.size();
  unsigned position = row % plane.fields() * plane.width, mask = (1u << plane.width) - 1;
  for (size_t n = 0; n < levels.size(); ++n)
    out[n] |= ((levels[n] >> plane.shift) & mask) << position;
}

void tacit::numerics::unpackRow(ArrayRef<char> bytes, BitPlane plane, int64_t row,
                                MutableArrayRef<uint8_t> levels) {
  const char *in = bytes.data() + row / plane.fields() * levels.size();
  unsigned position = row % plane.fields() * plane.width, mask = (1u << plane.width) - 1;
  for (size_t n = 0; n < levels.size(); ++n)
    levels[n] |= ((static_cast<uint8_t>(in[n]) >> position) & mask) << plane.shift;
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

/// Rounds |x| <= 2^22 to the nearest even integer: floats of this magnitude have no
/// fraction bits.
static float roundEven(float x) {
  constexpr float kNoFraction = 0x1.8p23f;
  return (x + kNoFraction) - kNoFraction;
}

namespace {
/// Holds what the rows of a group share, for each column.
struct GroupFit {
  std::vector<float> scale, zeroPoint;
  float first, last; ///< the levels that are used

  /// Chooses scales and zero points; returns false if a weight or a scale is not finite.
  bool fit(ArrayRef<float> weights, unsigned bits, Scheme scheme);
};
} // namespace

bool GroupFit::fit(ArrayRef<float> weights, unsigned bits, Scheme scheme) {
  size_t columns = scale.size();
  std::vector<float> low(columns), high(columns);
  for (size_t i = 0; i < weights.size(); i += columns)
    for (size_t n = 0; n < columns; ++n) {
      // std::min and std::max would drop NaN.
      if (!std::isfinite(weights[i + n]))
        return false;
      low[n] = std::min(low[n], weights[i + n]);
      high[n] = std::max(high[n], weights[i + n]);
    }
  bool isSymmetric = scheme == Scheme::Symmetric;
  float middle = static_cast<float>(1u << (bits - 1));
  last = 2 * middle - 1;
  first = isSymmetric ? 1 : 0;
  for (size_t n = 0; n < columns; ++n) {
    scale[n] =
        isSymmetric ? std::max(-low[n], high[n]) / (middle - 1) : (high[n] - low[n]) / last;
    if (!std::isfinite(scale[n]))
      return false;
    // The clamp handles ranges so small that the scale, a denormal, is off by half.
    zeroPoint[n] = isSymmetric     ? middle
                   : scale[n] == 0 ? 0
                                   : roundEven(std::min(-low[n] / scale[n], last));
  }
  return true;
}

/// Computes the levels of a row of weights. The values are clamped first, so that the
/// rounding is in range; because the bounds are integers, the result is the same.
static void quantizeRow(ArrayRef<float> weights, const GroupFit &group,
                        MutableArrayRef<uint8_t> levels) {
  for (size_t n = 0; n < weights.size(); ++n) {
    float zero = group.zeroPoint[n];
    float quotient = weights[n] / (group.scale[n] == 0 ? 1 : group.scale[n]);
    float level = roundEven(std::clamp(quotient, group.first - zero, group.last - zero));
    levels[n] = static_cast<uint8_t>(level + zero);
  }
}

std::optional<LowBitMatrix> tacit::numerics::quantize(const MatrixReader &matrix,
                                                      unsigned bits, int64_t group,
                                                      Scheme scheme) {
  unsigned span = rowsPerByte(bits);
  int64_t columns = matrix.columns;
  group = std::min<int64_t>(group, (matrix.rows + span - 1) / span * span);
  LowBitMatrix result{bits, group, matrix.rows, columns, {}, {}, {}, 0};
  for (BitPlane plane : bitPlanes(bits))
    result.planes.emplace_back(result.groups() * group / plane.fields() * columns);
  std::vector<float> weights(group * columns);
  std::vector<uint8_t> levels(columns);
  GroupFit fit{std::vector<float>(columns), std::vector<float>(columns), 0, 0};
  double error = 0, norm = 0;
  for (int64_t first = 0; first < matrix.rows; first += group) {
    int64_t count = std::min(group, matrix.rows - first);
    matrix.read(first, count, weights.data());
    ArrayRef<float> rows(weights.data(), count * columns);
    if (!fit.fit(rows, bits, scheme))
      return std::nullopt;
    llvm::append_range(result.scales, fit.scale);
    if (scheme == Scheme::Asymmetric)
      llvm::append_range(result.zeroPoints, fit.zeroPoint);
    for (int64_t k = 0; k < group; ++k) {
      if (k < count) {
        ArrayRef<float> row = rows.slice(k * columns, columns);
        quantizeRow(row, fit, levels);
        for (int64_t n = 0; n < columns; ++n) {
          double difference = row[n] - (levels[n] - fit.zeroPoint[n]) * fit.scale[n];
          error += difference * difference;
          norm += double(row[n]) * row[n];
        }
      } else {
        llvm::copy(fit.zeroPoint, levels.begin());
      }
      for (auto [plane, bytes] : llvm::zip_equal(bitPlanes(bits), result.planes))
        packRow(levels, plane, first + k, bytes);
    }
  }
  result.relativeError = norm == 0 ? 0 : std::sqrt(error / norm);
  return result;
}

float LowBitView::zeroPointOf(int64_t entry) const {
  if (zeroPoints.empty())
    return 1 << (bits - 1);
  if (!hasRealZeroPoints)
    return static_cast<uint8_t>(zeroPoints[entry]);
  float zero;
  std::memcpy(&zero, zeroPoints.data() + entry * sizeof(float), sizeof(float));
  return zero;
}

void LowBitView::read(int64_t first, int64_t count, float *out) const {
  std::vector<uint8_t> levels(columns);
  for (int64_t k = first; k < first + count; ++k, out += columns) {
    std::fill(levels.begin(), levels.end(), 0);
    for (auto [plane, bytes] : llvm::zip_equal(bitPlanes(bits), planes))
      unpackRow(bytes, plane, k, levels);
    for (int64_t n = 0, i = k / group * columns; n < columns; ++n, ++i) {
      float scale;
      std::memcpy(&scale, scales.data() + i * sizeof(float), sizeof(float));
      out[n] = (static_cast<float>(levels[n]) - zeroPointOf(i)) * scale;
    }
  }
}
