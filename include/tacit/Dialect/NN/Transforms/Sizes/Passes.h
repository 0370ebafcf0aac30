//===- Passes.h - Passes on free dimensions ---------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_SIZES_PASSES_H
#define TACIT_DIALECT_NN_TRANSFORMS_SIZES_PASSES_H

#include "mlir/Pass/Pass.h"

namespace tacit::nn {

#define GEN_PASS_DECL
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h.inc"

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_TRANSFORMS_SIZES_PASSES_H
