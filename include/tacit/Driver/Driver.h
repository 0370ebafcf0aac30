//===- Driver.h - The subcommands of tacit ----------------------*- C++ -*-===//
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

llvm::Error inspect(const InspectOptions &options);
llvm::Error compile(const CompileOptions &options);
/// Returns the last phase that compile runs.
PhaseKind lastPhase(const CompileOptions &options);
llvm::Error run(const RunOptions &options);
/// Runs one party of a package, with the other one in another process.
llvm::Error runParty(const PartyOptions &options);
/// Makes material for the parties of a package.
llvm::Error deal(const DealOptions &options);
llvm::Error eval(const EvalOptions &options);
llvm::Error cost(const CostOptions &options);
llvm::Error listProtocols(const OutputOptions &options);
llvm::Error listPasses();

/// Returns the names of the operations that `cost` counts alone.
std::vector<std::string> getPrimitiveNames();

/// Returns the line of --version: the version, the commit if the sources were under
/// version control, and the version of LLVM.
std::string version();

/// Prints an error and returns the exit code that belongs to it.
int reportError(llvm::Error error);

/// From now on, a program that runs out of memory reports it before it ends.
void reportOutOfMemory();

/// Does the same, and prepares standard streams and signals; to be called first.
void prepareProcess();

/// Writes what is left for stdout, reports if that fails, and returns the exit code.
int finishStreams(int code);

} // namespace tacit::driver

#endif // TACIT_DRIVER_DRIVER_H
