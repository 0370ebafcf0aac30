//===- Passes.h - Passes on the mpc dialect ---------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_TRANSFORMS_PASSES_H
#define TACIT_DIALECT_MPC_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "tacit/Support/Words.h"

#include "tacit/Dialect/MPC/Transforms/RecipeEnums.h.inc"

namespace tacit {
template <>
llvm::ArrayRef<Word<mpc::Recipe>> words<mpc::Recipe>();
} // namespace tacit

namespace tacit::mpc {

#define GEN_PASS_DECL
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"

} // namespace tacit::mpc

#endif // TACIT_DIALECT_MPC_TRANSFORMS_PASSES_H
