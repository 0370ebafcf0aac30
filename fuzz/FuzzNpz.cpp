//===- FuzzNpz.cpp - Any bytes as a .npz file ----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Npz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto arrays = tacit::parseNpz("x.npz", {reinterpret_cast<const char *>(data), size},
                                [](llvm::StringRef) { return true; });
  if (!arrays) {
    llvm::consumeError(arrays.takeError());
    return 0;
  }
  // Every array that is read has the number of bytes that its shape requires.
  for (const auto &[name, array] : *arrays) {
    auto bytes = tacit::tensorBytes(array.dtype, array.shape);
    if (!bytes || static_cast<size_t>(*bytes) != array.data.size())
      __builtin_trap();
  }
  return 0;
}
