//===- Errors.h - Error messages and crashes --------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_ERRORS_H
#define TACIT_LIB_DRIVER_ERRORS_H

#include "tacit/Import/ONNX/OnnxModel.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace tacit::driver {

/// A free dimension was given a larger size than the model can have.
class SizeError : public llvm::ErrorInfo<SizeError, Error> {
public:
  static char ID;
  SizeError(ErrorKind kind, std::string message, Hint hint, std::string dim, int64_t limit)
      : ErrorInfo(kind, std::move(message), std::move(hint)), name(std::move(dim)),
        largest(limit) {}

  llvm::StringRef dim() const { return name; }
  /// The largest size that the model can have.
  int64_t limit() const { return largest; }

private:
  std::string name;
  int64_t largest;
};

/// Returns a hint of a library, with the options of the command line that it refers to.
std::string hintText(const Hint &hint);

/// Does the same for the remedies of nodes.
std::vector<UnsupportedNode> withOptions(std::vector<UnsupportedNode> nodes);

/// Prints a warning and what to try.
void warn(llvm::StringRef message, llvm::StringRef hint);

/// Reports an error and ends the program without running a destructor. This is for use
/// after a crash, when memory may hold anything.
[[noreturn]] void exitAfterCrash(llvm::Error error);

/// Runs `work`, in which MLIR and LLVM trust the contents of a file. If they crash, the
/// program reports what `crashed` returns, and ends.
void guard(llvm::function_ref<void()> work, llvm::function_ref<llvm::Error()> crashed);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_ERRORS_H
