//===- PowersOfTwo.h - Weights as signed powers of two ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Shift-add: a weight is a sum of few signed powers of two, and its product with a float
// adds to the float's exponent once per term. The terms are found greedily: each is the
// power nearest in value to the remainder of the preceding ones, and leaves at most a third
// of that remainder.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_POWERSOFTWO_H
#define TACIT_NUMERICS_POWERSOFTWO_H

#include "tacit/Numerics/Matrix.h"
#include <optional>
#include <vector>

namespace tacit::numerics {

/// Returns the signed power of two nearest in value, the smaller one of a tie, as a code: 0
/// for zero and for magnitudes below 2^-63; otherwise bit 7 is the sign and bits 0 to 6 are
/// the exponent plus 64. Magnitudes beyond 2^63 become 2^63.
uint8_t nearestPowerOfTwo(float value);

/// Returns the value of a code; the one with a sign and without an exponent is zero too.
float powerOfTwoValue(uint8_t code);

/// A matrix as `terms` matrices of codes, [terms, rows, columns].
struct PowersOfTwo {
  std::vector<char> codes;
  double relativeError; ///< root mean square, over that of the weights
};

/// Decomposes a matrix, reading it row by row; returns nullopt if a weight is not finite.
std::optional<PowersOfTwo> decompose(const MatrixReader &matrix, unsigned terms);

} // namespace tacit::numerics

#endif // TACIT_NUMERICS_POWERSOFTWO_H
