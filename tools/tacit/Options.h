//===- Options.h - The command line of tacit --------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_OPTIONS_H
#define TACIT_TOOLS_TACIT_OPTIONS_H

#include "tacit/Driver/Options.h"
#include "llvm/Support/Error.h"

namespace tacit::tool {

/// Parses the command line. Help and version are printed and end with nullopt;
/// everything that is wrong is a Usage error.
llvm::Expected<std::optional<driver::Options>> parseOptions(int argc, char **argv);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_OPTIONS_H
