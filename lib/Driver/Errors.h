//===- Errors.h - Error messages and crashes --------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_ERRORS_H
#define TACIT_LIB_DRIVER_ERRORS_H

#include "tacit/Import/ONNX/OnnxModel.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace tacit::driver {

/// Returns a hint of a library, with the options of the command line that it refers to.
std::string hintText(const Hint &hint);

/// Does the same for the remedies of nodes.
std::vector<UnsupportedNode> withOptions(std::vector<UnsupportedNode> nodes);

/// Prints a warning and what to try.
void warn(llvm::StringRef message, llvm::StringRef hint);

/// Reports an error and ends the program without running a destructor. This is for use
/// after a crash, when memory may hold anything.
[[noreturn]] void exitAfterCrash(llvm::Error error);

/// Runs `work`, in which MLIR and LLVM trust the contents of a file. If they crash, the
/// program reports what `crashed` returns, and ends.
void guard(llvm::function_ref<void()> work, llvm::function_ref<llvm::Error()> crashed);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_ERRORS_H
