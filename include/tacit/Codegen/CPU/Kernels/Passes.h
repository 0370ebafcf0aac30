//===- Passes.h - Loops and scalar functions --------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_KERNELS_PASSES_H
#define TACIT_CODEGEN_CPU_KERNELS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace tacit::cpu {

#define GEN_PASS_DECL
#include "tacit/Codegen/CPU/Kernels/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tacit/Codegen/CPU/Kernels/Passes.h.inc"

} // namespace tacit::cpu

#endif // TACIT_CODEGEN_CPU_KERNELS_PASSES_H
