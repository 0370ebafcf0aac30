//===- Subcommands.h - The options of each subcommand -----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_SUBCOMMANDS_H
#define TACIT_TOOLS_TACIT_SUBCOMMANDS_H

#include "Options.h"

namespace tacit::tool {

/// Reads the options of the subcommand that was given.
llvm::Expected<Action> readCommand();

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_SUBCOMMANDS_H
