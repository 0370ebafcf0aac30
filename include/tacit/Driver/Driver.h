//===- Driver.h - What the subcommands of tacit do --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DRIVER_DRIVER_H
#define TACIT_DRIVER_DRIVER_H

#include "tacit/Driver/Options.h"
#include "llvm/Support/Error.h"

namespace tacit::driver {

llvm::Error runInspect(const Options &options);
llvm::Error runCompile(const Options &options);
llvm::Error runRun(const Options &options);
llvm::Error runEval(const Options &options);
llvm::Error runCost(const Options &options);
llvm::Error runPasses(const Options &options);

/// Prints an error and returns the exit code that goes with it.
int reportError(llvm::Error error);

/// From now on, a program that runs out of memory says so before it ends.
void reportOutOfMemory();

} // namespace tacit::driver

#endif // TACIT_DRIVER_DRIVER_H
