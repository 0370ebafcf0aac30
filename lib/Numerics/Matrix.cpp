//===- Matrix.cpp - Reading a matrix some rows at a time ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Numerics/Matrix.h"
#include <cstring>

using namespace tacit::numerics;

MatrixReader tacit::numerics::readFloats(llvm::ArrayRef<char> bytes, int64_t rows,
                                         int64_t columns, bool transposed) {
  constexpr int64_t kWidth = sizeof(float);
  const char *data = bytes.data();
  if (!transposed)
    return {rows, columns, [=](int64_t first, int64_t count, float *out) {
              std::memcpy(out, data + first * columns * kWidth, count * columns * kWidth);
            }};
  return {rows, columns, [=](int64_t first, int64_t count, float *out) {
            for (int64_t n = 0; n < columns; ++n)
              for (int64_t k = 0; k < count; ++k)
                std::memcpy(out + k * columns + n, data + (n * rows + first + k) * kWidth,
                            kWidth);
          }};
}
