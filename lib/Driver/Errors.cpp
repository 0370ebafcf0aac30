//===- Errors.cpp - Error messages and exit codes -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <new>
#include <unistd.h>

using namespace tacit;

char driver::SizeError::ID = 0;

static bool isColoured() { return isatty(STDERR_FILENO) && !getenv("NO_COLOR"); }

void driver::warn(llvm::StringRef message, llvm::StringRef hint) {
  llvm::errs() << (isColoured() ? "\033[1;33mwarning:\033[0m " : "warning: ") << message
               << "\n  try: " << hint << "\n";
}

/// Returns the text after a hint: the name that the command line has for a setting of the
/// library.
static llvm::StringRef optionsFor(Setting setting) {
  switch (setting) {
  case Setting::None:
    return "";
  case Setting::Dimensions:
    return " with --dim or --shape";
  case Setting::DimensionsOrInputs:
    return " with --dim or --value";
  case Setting::DimensionName:
    return " in --dim; tacit inspect lists them";
  case Setting::InputShape:
    return ", as in --shape x=1x128";
  case Setting::ShapeName:
    return " in --shape; tacit inspect lists them";
  case Setting::InputValue:
    return ", as in --value x=1";
  case Setting::ValueName:
    return " in --value; tacit inspect lists them";
  case Setting::PhaseDump:
    return " by --dump-phases";
  case Setting::Library:
    return " with tacit compile --target=cpu";
  case Setting::Protocol:
    return "; tacit cost --list-protocols describes them";
  case Setting::PrimitiveShape:
    return ", as in --shape 128x768x768";
  }
  llvm_unreachable("a setting that is none of those");
}

std::string driver::hintText(const Hint &hint) {
  return hint.text + optionsFor(hint.setting).str();
}

std::vector<UnsupportedNode> driver::withOptions(std::vector<UnsupportedNode> nodes) {
  for (UnsupportedNode &node : nodes)
    node.remedy = hintText(node.remedy);
  return nodes;
}

/// Returns the message, with the options that its list of remedies refers to.
static std::string messageOf(const Error &error) {
  if (error.isA(UnsupportedError::classID()))
    return listUnsupported(
        driver::withOptions(static_cast<const UnsupportedError &>(error).getNodes()));
  return error.getMessage().str();
}

/// The exit codes are documented in docs/CommandLine.md.
static int exitCodeOf(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::Internal:
    return 1;
  case ErrorKind::InvalidArgument:
    return 2;
  case ErrorKind::Unsupported:
    return 3;
  case ErrorKind::BadInput:
    return 4;
  case ErrorKind::LimitExceeded:
    return 5;
  case ErrorKind::Mismatch:
    return 6;
  case ErrorKind::Peer:
    return 7;
  }
  llvm_unreachable("a kind that is none of those");
}

static void printError(llvm::StringRef message, llvm::StringRef hint) {
  llvm::errs() << (isColoured() ? "\033[1;31merror:\033[0m " : "error: ") << message
               << "\n";
  if (!hint.empty())
    llvm::errs() << "  try: " << hint << "\n";
}

int driver::reportError(llvm::Error error) {
  // If there are several errors, the first one decides.
  int code = 0;
  auto decide = [&](ErrorKind kind) { code = code ? code : exitCodeOf(kind); };
  llvm::handleAllErrors(
      std::move(error),
      [&](const Error &ours) {
        decide(ours.getKind());
        printError(messageOf(ours), hintText(ours.getHint()));
      },
      [&](const llvm::ErrorInfoBase &other) {
        decide(ErrorKind::Internal);
        printError(other.message(), "");
      });
  return code;
}

/// A model can request more memory than there is, and bad_alloc is not caught.
static void outOfMemory() {
  llvm::sys::RunInterruptHandlers();
  static constexpr char text[] = "error: out of memory\n"
                                 "  try: use smaller dimensions, or a larger machine\n";
  // If not even this can be written, nothing can be reported.
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
    _exit(exitCodeOf(ErrorKind::Internal));
  _exit(exitCodeOf(ErrorKind::Internal));
}

void driver::reportOutOfMemory() { std::set_new_handler(outOfMemory); }

void driver::exitAfterCrash(llvm::Error error) {
  int code = reportError(std::move(error));
  llvm::outs().flush();
  // This removes temporary files.
  llvm::sys::RunInterruptHandlers();
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
