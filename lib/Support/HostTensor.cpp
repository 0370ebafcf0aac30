//===- HostTensor.cpp - A tensor in memory, outside the compiler ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/HostTensor.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace tacit {

StringRef dtypeName(int32_t dtype) {
  switch (dtype) {
  case TACIT_F32:
    return "float32";
  case TACIT_F64:
    return "float64";
  case TACIT_U8:
    return "uint8";
  case TACIT_I8:
    return "int8";
  case TACIT_I32:
    return "int32";
  case TACIT_I64:
    return "int64";
  case TACIT_BOOL:
    return "bool";
  default:
    return "unknown";
  }
}

int64_t dtypeBytes(int32_t dtype) {
  switch (dtype) {
  case TACIT_U8:
  case TACIT_I8:
  case TACIT_BOOL:
    return 1;
  case TACIT_F32:
  case TACIT_I32:
    return 4;
  case TACIT_F64:
  case TACIT_I64:
    return 8;
  default:
    return 0;
  }
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

std::string shapeText(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return join(map_range(shape, [](int64_t dim) { return std::to_string(dim); }), "x");
}

} // namespace tacit
