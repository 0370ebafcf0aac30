//===- HostTensor.cpp - A tensor in memory, outside the compiler ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/HostTensor.h"
#include "tacit/Support/ElementTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <cstring>

using namespace llvm;

namespace tacit {

StringRef dtypeName(int32_t dtype) {
  const ElementType *type = findElementType(dtype);
  return type ? StringRef(type->name) : "unknown";
}

int64_t dtypeBytes(int32_t dtype) {
  const ElementType *type = findElementType(dtype);
  return type ? type->bytes : 0;
}

std::optional<int64_t> tensorBytes(int32_t dtype, ArrayRef<int64_t> shape) {
  int64_t bytes = dtypeBytes(dtype);
  if (bytes == 0 || any_of(shape, [](int64_t dim) { return dim < 0; }))
    return std::nullopt;
  // An empty tensor is empty however large its other dimensions are.
  if (is_contained(shape, 0))
    return 0;
  for (int64_t dim : shape)
    if (MulOverflow(bytes, dim, bytes) || bytes > int64_t(1) << 62)
      return std::nullopt;
  return bytes;
}

float halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits >> 15) << 31, exponent = bits >> 10 & 31,
           mantissa = bits & 1023;
  if (exponent == 0) { // denormal: multiples of 2^-24
    float value = std::ldexp(static_cast<float>(mantissa), -24);
    return sign ? -value : value;
  }
  exponent = exponent == 31 ? 255 : exponent + 112;
  return bit_cast<float>(sign | exponent << 23 | mantissa << 13);
}

float brainToFloat(uint16_t bits) { return bit_cast<float>(uint32_t(bits) << 16); }

double valueAt(const HostTensor &tensor, size_t i) {
  auto read = [&](auto sample) {
    std::memcpy(&sample, tensor.data.data() + i * sizeof(sample), sizeof(sample));
    return sample;
  };
  switch (tensor.dtype) {
  case TACIT_F32:
    return read(float());
  case TACIT_F64:
    return read(double());
  case TACIT_F16:
    return halfToFloat(read(uint16_t()));
  case TACIT_BF16:
    return brainToFloat(read(uint16_t()));
  case TACIT_I64:
    return static_cast<double>(read(int64_t()));
  case TACIT_U64:
    return static_cast<double>(read(uint64_t()));
  case TACIT_I32:
    return read(int32_t());
  case TACIT_U32:
    return read(uint32_t());
  case TACIT_I16:
    return read(int16_t());
  case TACIT_U16:
    return read(uint16_t());
  case TACIT_I8:
    return read(int8_t());
  default:
    return read(uint8_t());
  }
}

/// Returns the 16 bits of `value` in a format of LLVM.
static uint16_t narrow(double value, const fltSemantics &format) {
  APFloat number(value);
  bool losesInfo = false;
  number.convert(format, APFloat::rmNearestTiesToEven, &losesInfo);
  return number.bitcastToAPInt().getZExtValue();
}

void setValueAt(HostTensor &tensor, size_t i, double value) {
  auto write = [&](auto element) {
    std::memcpy(tensor.data.data() + i * sizeof(element), &element, sizeof(element));
  };
  switch (tensor.dtype) {
  case TACIT_F32:
    return write(static_cast<float>(value));
  case TACIT_F64:
    return write(value);
  case TACIT_F16:
    return write(narrow(value, APFloat::IEEEhalf()));
  case TACIT_BF16:
    return write(narrow(value, APFloat::BFloat()));
  case TACIT_U64:
    return write(static_cast<uint64_t>(value));
  default:
    break;
  }
  // The low bytes of an integer are the integer of fewer bytes.
  int64_t integer = static_cast<int64_t>(value);
  std::memcpy(tensor.data.data() + i * dtypeBytes(tensor.dtype), &integer,
              dtypeBytes(tensor.dtype));
}

std::vector<double> toDoubles(const HostTensor &tensor, size_t count) {
  std::vector<double> values(count);
  if (tensor.dtype == TACIT_F32) {
    const char *data = tensor.data.data();
    for (size_t i = 0; i < count; ++i) {
      float value;
      std::memcpy(&value, data + i * sizeof(value), sizeof(value));
      values[i] = value;
    }
    return values;
  }
  for (size_t i = 0; i < count; ++i)
    values[i] = valueAt(tensor, i);
  return values;
}

std::string shapeText(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return join(
      map_range(shape, [](int64_t dim) { return dim < 0 ? "?" : std::to_string(dim); }),
      "x");
}

} // namespace tacit
