//===- Passes.h - Conversions between dialects ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CONVERSION_PASSES_H
#define TACIT_CONVERSION_PASSES_H

#include "mlir/Pass/Pass.h"

namespace tacit {

#define GEN_PASS_DECL
#include "tacit/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tacit/Conversion/Passes.h.inc"

} // namespace tacit

#endif // TACIT_CONVERSION_PASSES_H
