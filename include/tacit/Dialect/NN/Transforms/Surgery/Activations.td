//===- Activations.td - Activations that are replaced ------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_TD
#define TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_TD

include "tacit/Numerics/GeluKinds.td"

class ActivationWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
def ActivationSet : WordEnum<"::tacit::nn", "ActivationSet",
                             "which activations are replaced", [
  ActivationWord<"Gelu", 0, "gelu", "GELU of any kind">,
  ActivationWord<"Any", 1, "any", "GELU, SiLU and ReLU">
]>;
def ActivationSetWords : WordTable<ActivationSet, "ActivationWord">;

/// A ReLU, nothing, or a GELU of a kind that stands for GELU. Sigmoid does not: models
/// have it because they were trained with it.
class ReplacementWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
defvar plainReplacements = [
  ReplacementWord<"Relu", 0, "relu", "max(x, 0)">,
  ReplacementWord<"Identity", 1, "identity", "x">
];
defvar geluReplacements =
    !foreach(kind, !filter(kind, geluKinds, !ne(kind.symbol, "Sigmoid")),
             ReplacementWord<kind.symbol, !add(!size(plainReplacements), kind.value),
                             kind.str, kind.help>);
def Replacement : WordEnum<"::tacit::nn", "Replacement",
                           "what comes in the place of an activation",
                           plainReplacements # geluReplacements>;
def ReplacementWords : WordTable<Replacement, "ReplacementWord">;

#endif // TACIT_DIALECT_NN_TRANSFORMS_SURGERY_ACTIVATIONS_TD
