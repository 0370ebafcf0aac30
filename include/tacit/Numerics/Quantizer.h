//===- Quantizer.h - Weights in few bits ------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A weight matrix [rows, columns] is summed along its rows by a linear layer. Each
// group of rows of one column has a scale s and a zero point z, and a weight is
// (u - z) s, with u an unsigned integer of 4, 6 or 8 bits. All arithmetic is f32,
// rounded to nearest even.
//
// - Symmetric: s = absmax / (2^(bits-1) - 1), z = 2^(bits-1) for every group, and
//   u = z + round(w / s). The level 0 is never used.
// - Asymmetric: s = (max - min) / (2^bits - 1) with min <= 0 <= max, so that zero is
//   a level; z = round(-min / s); u = clamp(round(w / s) + z). This is the rounding
//   to nearest that GPTQ and AWQ compare with (arXiv 2210.17323, 2306.00978).
//
// The integers lie in planes of bytes, so that vector code unpacks them by shifts
// and masks alone: 8 bits in one plane of bytes, 4 bits in one plane with two rows
// to a byte, 6 bits in a plane of the low four and a plane of the high two bits.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_QUANTIZER_H
#define TACIT_NUMERICS_QUANTIZER_H

#include "tacit/Numerics/Matrix.h"
#include "tacit/Support/Words.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>
#include <vector>

#include "tacit/Numerics/QuantizerEnums.h.inc"

namespace tacit {
template <>
llvm::ArrayRef<Word<numerics::WeightFormat>> words<numerics::WeightFormat>();
template <>
llvm::ArrayRef<Word<numerics::Scheme>> words<numerics::Scheme>();
} // namespace tacit

namespace tacit::numerics {

//===----------------------------------------------------------------------===//
// Bit planes
//===----------------------------------------------------------------------===//

/// Some bits of every integer: `width` of them from bit `shift` on.
struct BitPlane {
  unsigned shift, width;

  /// The number of rows that share a byte: row k is field k mod fields() of byte k /
  /// fields(), the first in the lowest bits.
  unsigned fields() const { return 8 / width; }
};

/// Returns true for the widths of the formats.
bool isLowBitWidth(int64_t bits);

/// Returns the planes of integers of `bits` bits, lowest bits first.
llvm::ArrayRef<BitPlane> bitPlanes(unsigned bits);

/// Returns the most rows that share a byte of any plane: a group is a multiple of it.
unsigned rowsPerByte(unsigned bits);

/// Returns the shape of a plane: [groups, group / rowsPerByte] and [columns], and between
/// them one dimension of 2 per halving from rowsPerByte to the fields of this plane.
llvm::SmallVector<int64_t> planeShape(BitPlane plane, unsigned bits, int64_t groups,
                                      int64_t group, int64_t columns);

/// Writes the integers of one row into a plane that is zero there.
void packRow(llvm::ArrayRef<uint8_t> levels, BitPlane plane, int64_t row,
             llvm::MutableArrayRef<char> bytes);

/// Adds the bits of one row that a plane holds to `levels`, which are initially zero.
void unpackRow(llvm::ArrayRef<char> bytes, BitPlane plane, int64_t row,
               llvm::MutableArrayRef<uint8_t> levels);

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

/// A matrix in few bits. The last group may be padded with rows of u = z.
struct LowBitMatrix {
  unsigned bits;
  int64_t group, rows, columns;
  std::vector<float> scales;             ///< [groups, columns]
  std::vector<uint8_t> zeroPoints;       ///< the same; empty if symmetric
  std::vector<std::vector<char>> planes; ///< as bitPlanes says, of planeShape
  double relativeError;                  ///< root mean square, over that of the weights

  int64_t groups() const { return (rows + group - 1) / group; }
};

/// Quantizes a matrix, reading one group of rows at a time; returns nullopt if a weight is
/// not finite or a group is too wide for an f32 scale. A `group` of more rows than the
/// matrix has is one group of all its rows.
std::optional<LowBitMatrix> quantize(const MatrixReader &matrix, unsigned bits,
                                     int64_t group, Scheme scheme);

/// A low-bit matrix in constants, at any alignment.
struct LowBitView {
  unsigned bits;
  int64_t group, rows, columns;
  llvm::ArrayRef<char> scales, zeroPoints; ///< no zero points if symmetric
  bool hasRealZeroPoints;                  ///< f32 rather than bytes without a sign
  llvm::SmallVector<llvm::ArrayRef<char>, 2> planes;

  /// Returns the weights of some rows. The difference is rounded, which matters only if the
  /// zero point is real, and so is the product.
  void read(int64_t first, int64_t count, float *out) const;

private:
  float zeroPointOf(int64_t entry) const;
};

} // namespace tacit::numerics

#endif // TACIT_NUMERICS_QUANTIZER_H
