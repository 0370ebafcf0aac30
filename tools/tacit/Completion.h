//===- Completion.h - Shell completion --------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_COMPLETION_H
#define TACIT_TOOLS_TACIT_COMPLETION_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"

namespace tacit::tool {

/// Returns the script with which `shell` ("bash", "zsh" or "fish") completes subcommands,
/// their options of `category`, and values of options. Another shell is an error.
llvm::Expected<std::string>
completionScript(llvm::StringRef shell, llvm::ArrayRef<llvm::cl::SubCommand *> commands,
                 const llvm::cl::OptionCategory &category);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_COMPLETION_H
