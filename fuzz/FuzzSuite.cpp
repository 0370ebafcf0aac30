//===- FuzzSuite.cpp - Any bytes as a protocol's figures -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/Suite.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  if (auto suite = tacit::cost::parsePublishedSuite(text, "x.json"); !suite)
    llvm::consumeError(suite.takeError());
  return 0;
}
