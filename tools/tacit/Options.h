//===- Options.h - The command line of tacit --------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_OPTIONS_H
#define TACIT_TOOLS_TACIT_OPTIONS_H

#include "llvm/Support/Error.h"
#include <functional>

namespace tacit::tool {

/// Holds what the command line requests. It is empty if nothing is left to be done.
using Action = std::function<llvm::Error()>;

/// Parses the command line. Prints help and version; every mistake is an InvalidArgument
/// error.
llvm::Expected<Action> parseOptions(int argc, char **argv);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_OPTIONS_H
