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

namespace tacit::mpc {

/// The protocol whose expansions of functions `mpc-expand` follows.
enum class Recipe { CrypTen, CrypTenBounded };

inline constexpr Word<Recipe> kRecipeWords[] = {
    {Recipe::CrypTen, "crypten", "those of CrypTen"},
    {Recipe::CrypTenBounded, "crypten-bounded", "the same, made to hold for larger ranges"},
};

#define GEN_PASS_DECL
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"

} // namespace tacit::mpc

#endif // TACIT_DIALECT_MPC_TRANSFORMS_PASSES_H
