//===- tacit.cpp - The compiler driver ------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <unistd.h>

using namespace tacit;
using namespace tacit::tool;

/// Prints an error and returns the exit code that goes with it.
static int report(llvm::Error error) {
  int code = static_cast<int>(ExitCode::Ok);
  bool isColoured = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
  llvm::handleAllErrors(
      std::move(error),
      [&](const Error &ours) {
        code = static_cast<int>(ours.getCode());
        llvm::errs() << (isColoured ? "\033[1;31merror:\033[0m " : "error: ") << ours.getMessage()
                     << "\n";
        if (!ours.getHint().empty())
          llvm::errs() << "  try: " << ours.getHint() << "\n";
      },
      [&](const llvm::ErrorInfoBase &other) {
        code = static_cast<int>(ExitCode::Internal);
        llvm::errs() << "error: " << other.message() << "\n";
      });
  return code;
}

int main(int argc, char **argv) {
  auto options = parseOptions(argc, argv);
  if (!options)
    return report(options.takeError());
  if (!*options)
    return static_cast<int>(ExitCode::Ok);
  switch ((*options)->subcommand) {
  case Subcommand::Inspect:
    return report(runInspect(**options));
  case Subcommand::Compile:
    return report(runCompile(**options));
  case Subcommand::Run:
    return report(runRun(**options));
  case Subcommand::Eval:
    return report(runEval(**options));
  case Subcommand::Passes:
    return report(runPasses(**options));
  }
  return static_cast<int>(ExitCode::Internal);
}
