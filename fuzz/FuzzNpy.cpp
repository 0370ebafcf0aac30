//===- FuzzNpy.cpp - Any bytes as a .npy file ----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Npy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto array = tacit::parseNpy("x.npy", {reinterpret_cast<const char *>(data), size});
  if (!array) {
    llvm::consumeError(array.takeError());
    return 0;
  }
  // Every array that is read has the number of bytes that its shape requires.
  auto bytes = tacit::tensorBytes(array->dtype, array->shape);
  if (!bytes || static_cast<size_t>(*bytes) != array->data.size())
    __builtin_trap();
  return 0;
}
