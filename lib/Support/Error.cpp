//===- Error.cpp - Errors with advice -------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

using namespace tacit;

char Error::ID = 0;

void Error::log(llvm::raw_ostream &os) const {
  os << message;
  if (!hint.text.empty())
    os << "\n  try: " << hint.text;
}

std::error_code Error::convertToErrorCode() const { return llvm::inconvertibleErrorCode(); }
