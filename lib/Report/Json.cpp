//===- Json.cpp - Values for JSON -----------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/Json.h"
#include <cmath>

using namespace tacit;

llvm::json::Value report::jsonText(llvm::StringRef text) {
  return llvm::json::fixUTF8(text);
}

llvm::json::Value report::jsonNumber(double number) {
  return std::isfinite(number) ? llvm::json::Value(number) : llvm::json::Value(nullptr);
}
