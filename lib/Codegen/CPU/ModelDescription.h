//===- ModelDescription.h - tacit_model in LLVM IR --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CODEGEN_CPU_MODELDESCRIPTION_H
#define TACIT_LIB_CODEGEN_CPU_MODELDESCRIPTION_H

#include "tacit/Codegen/CPU/Backend.h"
#include "llvm/IR/Module.h"

namespace tacit::cpu {

/// Adds the constant `tacit_model` (a tacit_model_desc) and the function that it points to,
/// which unpacks tensors and calls @main. @main becomes internal.
llvm::Error addModelDescription(llvm::Module &module, const ModelFacts &facts);

/// Returns what a library says about the model, without its code and its name.
LibraryParts partsOf(const ModelFacts &facts);

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_MODELDESCRIPTION_H
