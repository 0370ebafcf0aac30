//===- Json.h - Values that JSON can hold -----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_JSON_H
#define TACIT_REPORT_JSON_H

#include "llvm/Support/JSON.h"

namespace tacit::report {

/// `text` for JSON, which allows UTF-8 only; a file name can be anything.
llvm::json::Value jsonText(llvm::StringRef text);

/// `number` for JSON, which knows no infinity and no NaN: they are null.
llvm::json::Value jsonNumber(double number);

} // namespace tacit::report

#endif // TACIT_REPORT_JSON_H
