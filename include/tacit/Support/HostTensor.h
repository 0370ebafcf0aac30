//===- HostTensor.h - A tensor in memory, outside the compiler --*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_HOSTTENSOR_H
#define TACIT_SUPPORT_HOSTTENSOR_H

#include "tacit/Runtime/tacit.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace tacit {

/// Row-major values. `dtype` is a code of tacit.h; `data` holds exactly tensorBytes(dtype,
/// shape) bytes, booleans one byte each.
struct HostTensor {
  int32_t dtype = TACIT_F32;
  std::vector<int64_t> shape;
  std::vector<char> data;
};

/// Returns "float32", "int64", "bool", ... as NumPy does; "unknown" for any other code.
llvm::StringRef dtypeName(int32_t dtype);

/// Returns the bytes of one element; 0 for an unknown code.
int64_t dtypeBytes(int32_t dtype);

/// Returns the bytes of a whole tensor; nullopt if a dimension is negative, the code is
/// unknown, or the product is above 2^62.
std::optional<int64_t> tensorBytes(int32_t dtype, llvm::ArrayRef<int64_t> shape);

/// Return the value of the 16 bits of an IEEE 754 half, and of a bfloat16.
float halfToFloat(uint16_t bits);
float brainToFloat(uint16_t bits);

/// Returns element `i`, rounded if a double is too short.
double valueAt(const HostTensor &tensor, size_t i);

/// Sets element `i`, rounded to the element type. Integers must be in its range.
void setValueAt(HostTensor &tensor, size_t i, double value);

/// Returns the first `count` elements, rounded as by valueAt.
std::vector<double> toDoubles(const HostTensor &tensor, size_t count);

/// Returns "4x128"; "scalar" for no dimensions, and "?" for a free one.
std::string shapeText(llvm::ArrayRef<int64_t> shape);

} // namespace tacit

#endif // TACIT_SUPPORT_HOSTTENSOR_H
