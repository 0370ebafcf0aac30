//===- Matrix.cpp - Reading a matrix some rows at a time ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Numerics/Matrix.h"
#include <cstring>

using namespace tacit::numerics;

/// Returns element i of `data`.
static float elementAt(const char *data, int64_t i, Widen widen) {
  float value;
  uint16_t bits;
  if (!widen) {
    std::memcpy(&value, data + i * sizeof(value), sizeof(value));
    return value;
  }
  std::memcpy(&bits, data + i * sizeof(bits), sizeof(bits));
  return widen(bits);
}

MatrixReader tacit::numerics::readFloats(llvm::ArrayRef<char> bytes, int64_t rows,
                                         int64_t columns, bool transposed, Widen widen) {
  const char *data = bytes.data();
  if (!transposed && !widen)
    return {rows, columns, [=](int64_t first, int64_t count, float *out) {
              std::memcpy(out, data + first * columns * sizeof(float),
                          count * columns * sizeof(float));
            }};
  if (!transposed)
    return {rows, columns, [=](int64_t first, int64_t count, float *out) {
              for (int64_t i = 0; i < count * columns; ++i)
                out[i] = elementAt(data, first * columns + i, widen);
            }};
  return {rows, columns, [=](int64_t first, int64_t count, float *out) {
            for (int64_t n = 0; n < columns; ++n)
              for (int64_t k = 0; k < count; ++k)
                out[k * columns + n] = elementAt(data, n * rows + first + k, widen);
          }};
}
