//===- Passes.h - Passes that change arithmetic -----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_PASSES_H
#define TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_PASSES_H

#include "mlir/Pass/Pass.h"
#include "tacit/Dialect/NN/Transforms/Quantize/Arithmetic.h"
#include "llvm/Support/Error.h"

namespace tacit::nn {

#define GEN_PASS_DECL
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h.inc"

/// Fails with a message about options that are out of range. A pass checks them before it
/// runs; code that reads options from elsewhere can check them as soon as they are known.
llvm::Error checkOptions(const QuantizeWeightsOptions &options);
llvm::Error checkOptions(const SetMultiplierOptions &options);

#define GEN_PASS_REGISTRATION
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h.inc"

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_PASSES_H
