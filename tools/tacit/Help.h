//===- Help.h - The help text of a subcommand -------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_HELP_H
#define TACIT_TOOLS_TACIT_HELP_H

#include "llvm/Support/CommandLine.h"

namespace tacit::tool {

/// Prints the options of a subcommand that belong to `category`, in groups and in at most
/// 100 columns. LLVM's own printer neither wraps nor groups, and exits.
void printHelp(llvm::cl::SubCommand &command, const llvm::cl::OptionCategory &category,
               llvm::raw_ostream &os);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_HELP_H
