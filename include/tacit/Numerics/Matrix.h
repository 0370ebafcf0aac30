//===- Matrix.h - Reading a matrix some rows at a time ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_MATRIX_H
#define TACIT_NUMERICS_MATRIX_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <functional>

namespace tacit::numerics {

/// A matrix whose rows are requested when they are needed: weights may be mapped from a
/// file, transposed or packed, and are never copied as a whole.
struct MatrixReader {
  int64_t rows, columns;
  /// Writes `count` rows from `first` on, row-major.
  std::function<void(int64_t first, int64_t count, float *out)> read;
};

/// Converts the bits of a shorter float to a float.
using Widen = float (*)(uint16_t);

/// Reads a row-major [rows, columns] matrix of f32 at any alignment, or of 16 bits that
/// `widen` converts to floats; with `transposed`, one that is stored as [columns, rows].
/// The bytes must outlive it.
MatrixReader readFloats(llvm::ArrayRef<char> bytes, int64_t rows, int64_t columns,
                        bool transposed, Widen widen = nullptr);

} // namespace tacit::numerics

#endif // TACIT_NUMERICS_MATRIX_H
