//===- SharedOptions.h - Options that several subcommands share -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_SHAREDOPTIONS_H
#define TACIT_TOOLS_TACIT_SHAREDOPTIONS_H

#include "tacit/Driver/Options.h"
#include "llvm/Support/Error.h"

namespace tacit::tool {

/// Reads the options for the model, its sizes, and the phase that left it.
llvm::Error readModel(llvm::StringRef command, Flow flow, driver::ModelOptions &options);

void readOutput(driver::OutputOptions &options);

/// Reads the requested changes; `isForShapes` if nobody will read the weights.
llvm::Error readChanges(const driver::ModelOptions &model, bool isForShapes,
                        driver::ChangeOptions &options);

llvm::Error readCode(driver::CodeOptions &options);

/// Reads the options for a two-party program. Costs are compared with published ones,
/// whereas a twin shows what a model can achieve, for which `isBounded` is the default.
llvm::Error readProtocol(bool isBounded, driver::ProtocolOptions &options);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_SHAREDOPTIONS_H
