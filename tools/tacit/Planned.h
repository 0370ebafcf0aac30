//===- Planned.h - Options that are not built yet ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_PLANNED_H
#define TACIT_TOOLS_TACIT_PLANNED_H

#include "llvm/Support/Error.h"

namespace tacit::tool {

/// Fails with Usage if an option of the plan is among the arguments that this version
/// lacks, so that a script written for it says what is missing.
llvm::Error refusePlanned(int argc, char **argv);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_PLANNED_H
