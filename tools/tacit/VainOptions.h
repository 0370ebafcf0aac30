//===- VainOptions.h - Options that are given in vain -----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_VAINOPTIONS_H
#define TACIT_TOOLS_TACIT_VAINOPTIONS_H

#include "tacit/Driver/Options.h"
#include "llvm/Support/CommandLine.h"

namespace tacit::tool {

/// Rejects a second value of an option that has one; LLVM would take the last.
llvm::Error checkGivenOnce(llvm::cl::SubCommand &command);

/// Rejects options that have no effect beside `cause`; `allowed` are those that have one.
llvm::Error checkOnly(llvm::cl::SubCommand &command, llvm::StringRef cause,
                      llvm::ArrayRef<llvm::StringRef> allowed);

/// Rejects --force where nothing is written that bears a mark.
llvm::Error checkForce(bool writesMarked);

/// Rejects a model beside an option that does not use it.
llvm::Error refuseModel(llvm::StringRef option);

/// Rejects options that --print-pipeline, which reads no model, leaves without effect.
llvm::Error checkPrinted(const driver::CompileOptions &options);

/// Rejects --dump-phases if no phase runs up to `last`.
llvm::Error checkDumps(const driver::ModelOptions &options, PhaseKind last);

/// Rejects changes that a user's pipeline, or the last phase, leaves without effect.
llvm::Error checkReached(const driver::CompileOptions &options);

/// Rejects options for the code or for the parties that none of the phases uses.
llvm::Error checkUsed(const driver::CompileOptions &options);

/// Rejects options of cost for phases that come before its program.
llvm::Error checkLate(const driver::CostOptions &options);

/// Rejects options that only a twin uses.
llvm::Error checkTwin(const driver::EvalOptions &options);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_VAINOPTIONS_H
