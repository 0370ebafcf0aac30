//===- Compiled.h - The compiled code of a function of a test ---*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_REFERENCE_COMPILED_H
#define TACIT_TOOLS_TACIT_REFERENCE_COMPILED_H

#include "Case.h"

namespace tacit::reference {

/// Compiles the function for this machine, with all phases, and runs it. A function on
/// secrets runs as its twin in the clear. Vectors have at most `vectorBits` bits.
llvm::Expected<std::vector<Tensor>> runCompiled(const Case &test, int64_t vectorBits,
                                                int threads);

} // namespace tacit::reference

#endif // TACIT_TOOLS_TACIT_REFERENCE_COMPILED_H
