//===- Error.h - Errors with an exit code -----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_ERROR_H
#define TACIT_SUPPORT_ERROR_H

#include "llvm/Support/Error.h"
#include <fmt/format.h>
#include <string>

namespace tacit {

/// Exit codes of the command line; see docs/CommandLine.md.
enum class ExitCode {
  Ok = 0,
  Internal = 1,    ///< a fault of ours
  Usage = 2,       ///< the command line is wrong
  Unsupported = 3, ///< the model holds something we do not implement
  BadInput = 4,    ///< a file is missing, damaged, or not what it should be
  LimitMissed = 5, ///< a limit set by the user was not met
  Differs = 6,     ///< results differ from the expected ones
};

/// A message for the user and the exit code that goes with it. The message says
/// where, what was found and what was expected; `hint`, printed on a line of its
/// own, says what to try.
class Error : public llvm::ErrorInfo<Error> {
public:
  static char ID;
  Error(ExitCode code, std::string message, std::string hint = "")
      : code(code), message(std::move(message)), hint(std::move(hint)) {}

  ExitCode getCode() const { return code; }
  llvm::StringRef getMessage() const { return message; }
  llvm::StringRef getHint() const { return hint; }

  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  ExitCode code;
  std::string message, hint;
};

/// return fail(ExitCode::BadInput, "try this", "'{}' is no file", path);
template <typename... Args>
llvm::Error fail(ExitCode code, std::string hint, fmt::format_string<Args...> format,
                 Args &&...args) {
  return llvm::make_error<Error>(code, fmt::format(format, std::forward<Args>(args)...),
                                 std::move(hint));
}

} // namespace tacit

#endif // TACIT_SUPPORT_ERROR_H
