//===- Json.h - Values for JSON ---------------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_JSON_H
#define TACIT_REPORT_JSON_H

#include "llvm/Support/JSON.h"

namespace tacit::report {

/// Returns `text` for JSON, which allows UTF-8 only; a file name can be anything.
llvm::json::Value jsonText(llvm::StringRef text);

/// Returns `number` for JSON, which has no infinity and no NaN: they become null.
llvm::json::Value jsonNumber(double number);

} // namespace tacit::report

#endif // TACIT_REPORT_JSON_H
