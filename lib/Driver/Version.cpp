//===- Version.cpp - Which Tacit this is ----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VCSVersion.inc"
#include "tacit/Driver/Driver.h"
#include "llvm/Config/llvm-config.h"

std::string tacit::driver::version() {
  std::string text = "tacit " TACIT_VERSION;
#ifdef TACIT_REVISION
  text += " (" + llvm::StringRef(TACIT_REVISION).take_front(12).str() + ")";
#endif
  return text + ", LLVM " LLVM_VERSION_STRING;
}
