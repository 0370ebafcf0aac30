//===- Recipe.td - Ways of taking functions apart ----------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_TRANSFORMS_RECIPE_TD
#define TACIT_DIALECT_MPC_TRANSFORMS_RECIPE_TD

include "tacit/Support/Words.td"

class RecipeWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
def Recipe : WordEnum<"::tacit::mpc", "Recipe",
                      "whose way of taking functions apart mpc-expand follows", [
  RecipeWord<"CrypTen", 0, "crypten", "those of CrypTen">,
  RecipeWord<"CrypTenBounded", 1, "crypten-bounded",
             "the same, made to hold for larger ranges">,
  RecipeWord<"Tacit", 2, "tacit", "our own, down to products and signs">
]>;
def RecipeWords : WordTable<Recipe, "RecipeWord">;

#endif // TACIT_DIALECT_MPC_TRANSFORMS_RECIPE_TD
