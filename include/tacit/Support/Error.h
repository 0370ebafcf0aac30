//===- Error.h - Errors with advice -----------------------------*- C++ -*-===//
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

/// The kind of an error, on which its consequences depend.
enum class ErrorKind {
  Internal = 1,    ///< a fault of ours
  InvalidArgument, ///< the request is invalid, or does not fit the model
  Unsupported,     ///< the model holds something we do not implement
  BadInput,        ///< a file is missing, damaged, or not what it should be
  LimitExceeded,   ///< a limit set by the user was not met
  Mismatch,        ///< results differ from the expected ones
  Peer,            ///< another process or the connection to it failed
};

/// What the user can set, or look at, to follow a hint. A library knows no options: the
/// driver adds the name that the setting has on the command line.
enum class Setting {
  None,
  Dimensions,         ///< the sizes of free dimensions
  DimensionsOrInputs, ///< the same, and the values of inputs
  DimensionName,      ///< the dimension that a size is given for
  InputShape,         ///< all sizes of an input
  ShapeName,          ///< the input that a shape is given for
  InputValue,         ///< the value of an input
  ValueName,          ///< the input that a value is given for
  PhaseDump,          ///< programs written after a phase
  Library,            ///< code in a file
  Protocol,           ///< the one whose costs are computed
  PrimitiveShape,     ///< the size of a single operation
};

/// What to try, as an imperative in terms of values and files.
struct Hint {
  std::string text;
  Setting setting = Setting::None;

  Hint(std::string text, Setting setting = Setting::None)
      : text(std::move(text)), setting(setting) {}
  Hint(const char *text = "", Setting setting = Setting::None)
      : text(text), setting(setting) {}
};

/// A message for the user: where, what was found and what was expected. The hint says what
/// to try.
class Error : public llvm::ErrorInfo<Error> {
public:
  static char ID;
  Error(ErrorKind kind, std::string message, Hint hint = {})
      : kind(kind), message(std::move(message)), hint(std::move(hint)) {}

  ErrorKind getKind() const { return kind; }
  llvm::StringRef getMessage() const { return message; }
  const Hint &getHint() const { return hint; }

  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  ErrorKind kind;
  std::string message;
  Hint hint;
};

/// return fail(ErrorKind::BadInput, "try this", "'{}' is not a file", path);
template <typename... Args>
llvm::Error fail(ErrorKind kind, Hint hint, fmt::format_string<Args...> format,
                 Args &&...args) {
  return llvm::make_error<Error>(kind, fmt::format(format, std::forward<Args>(args)...),
                                 std::move(hint));
}

} // namespace tacit

#endif // TACIT_SUPPORT_ERROR_H
