//===- Options.cpp - How AddressSanitizer runs in every fuzzer ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// MLIR and LLVM are not compiled with AddressSanitizer, which would report false errors
/// for containers that they and we share.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_container_overflow=0:detect_odr_violation=0";
}
