//===- Passes.td - From linalg to machine code --------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_PASSES_TD
#define TACIT_CODEGEN_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // TACIT_CODEGEN_CPU_PASSES_TD
