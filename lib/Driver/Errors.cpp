//===- Errors.cpp - Errors in words, and the exit codes for them ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/raw_ostream.h"
#include <new>
#include <unistd.h>

using namespace tacit;

static bool isColoured() { return isatty(STDERR_FILENO) && !getenv("NO_COLOR"); }

void driver::warn(llvm::StringRef message, llvm::StringRef hint) {
  llvm::errs() << (isColoured() ? "\033[1;33mwarning:\033[0m " : "warning: ") << message
               << "\n  try: " << hint << "\n";
}

int driver::reportError(llvm::Error error) {
  // Of several errors the first one decides.
  int code = static_cast<int>(ExitCode::Ok);
  llvm::handleAllErrors(
      std::move(error),
      [&](const Error &ours) {
        code = code ? code : static_cast<int>(ours.getCode());
        llvm::errs() << (isColoured() ? "\033[1;31merror:\033[0m " : "error: ")
                     << ours.getMessage() << "\n";
        if (!ours.getHint().empty())
          llvm::errs() << "  try: " << ours.getHint() << "\n";
      },
      [&](const llvm::ErrorInfoBase &other) {
        code = code ? code : static_cast<int>(ExitCode::Internal);
        llvm::errs() << "error: " << other.message() << "\n";
      });
  return code;
}

/// A model can ask for more memory than there is, and nobody catches bad_alloc.
static void outOfMemory() {
  static constexpr char text[] = "error: the machine has not enough memory for this\n"
                                 "  try: use smaller dimensions, or a larger machine\n";
  // Nothing is left to be said if not even this can be written.
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
    _exit(static_cast<int>(ExitCode::Internal));
  _exit(static_cast<int>(ExitCode::Internal));
}

void driver::reportOutOfMemory() { std::set_new_handler(outOfMemory); }

void driver::exitAfterCrash(llvm::Error error) {
  int code = reportError(std::move(error));
  llvm::outs().flush();
  _exit(code);
}

void driver::guard(llvm::function_ref<void()> work,
                   llvm::function_ref<llvm::Error()> crashed) {
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext context;
  bool isDone = context.RunSafely(work);
  llvm::CrashRecoveryContext::Disable();
  if (!isDone)
    exitAfterCrash(crashed());
}
