//===- tacit.cpp - The compiler driver ------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Support/Error.h"

using namespace tacit;
using namespace tacit::driver;

int main(int argc, char **argv) {
  reportOutOfMemory();
  auto options = tool::parseOptions(argc, argv);
  if (!options)
    return reportError(options.takeError());
  if (!*options)
    return static_cast<int>(ExitCode::Ok);
  switch ((*options)->subcommand) {
  case Subcommand::Inspect:
    return reportError(runInspect(**options));
  case Subcommand::Compile:
    return reportError(runCompile(**options));
  case Subcommand::Run:
    return reportError(runRun(**options));
  case Subcommand::Eval:
    return reportError(runEval(**options));
  case Subcommand::Cost:
    return reportError(runCost(**options));
  case Subcommand::Passes:
    return reportError(runPasses(**options));
  }
  return static_cast<int>(ExitCode::Internal);
}
