//===- MlirOptions.h - MLIR's own options -----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_MLIROPTIONS_H
#define TACIT_TOOLS_TACIT_MLIROPTIONS_H

#include "llvm/ADT/StringRef.h"

namespace tacit::tool {

/// Registers the options of MLIR that print and time passes, for every subcommand.
void registerMlirOptions();

/// Returns true if the user gave this option of MLIR.
bool isGiven(llvm::StringRef name);

/// Limits the weights in programs that are printed between passes, unless the user does.
void elideWeights();

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_MLIROPTIONS_H
