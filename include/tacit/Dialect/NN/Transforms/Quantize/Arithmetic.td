//===- Arithmetic.td - Where another arithmetic goes -------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_TD
#define TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_TD

include "tacit/Support/Words.td"

class HeadWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
def HeadWeights : WordEnum<"::tacit::nn", "HeadWeights",
                           "what becomes of the output layer's weights", [
  HeadWord<"Float", 0, "float", "as they are">,
  HeadWord<"Int8", 1, "int8", "in 8 bits">,
  HeadWord<"Same", 2, "same", "as the others">
]>;
def HeadWeightsWords : WordTable<HeadWeights, "HeadWord">;

class ScopeWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
def MultiplierScope : WordEnum<"::tacit::nn", "MultiplierScope",
                               "which products a multiplier computes", [
  ScopeWord<"Matmul", 0, "matmul", "every matrix product">,
  ScopeWord<"Attention", 1, "attention", "products of two computed matrices">,
  ScopeWord<"Linear", 2, "linear", "products by a weight">
]>;
def MultiplierScopeWords : WordTable<MultiplierScope, "ScopeWord">;

#endif // TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_TD
