//===- NNEnums.td - Enums of the nn dialect ----------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_NNENUMS_TD
#define TACIT_DIALECT_NN_IR_NNENUMS_TD

include "mlir/IR/EnumAttr.td"

class NN_Enum<string name, string summary, list<I32EnumCase> cases>
    : I32Enum<name, summary, cases> {
  let cppNamespace = "::tacit::nn";
}

def NN_ReduceKind : NN_Enum<"ReduceKind", "reduction", [
  I32EnumCase<"Sum", 0, "sum">,
  I32EnumCase<"Mean", 1, "mean">,
  I32EnumCase<"Max", 2, "max">,
  I32EnumCase<"Min", 3, "min">,
  I32EnumCase<"Prod", 4, "prod">
]>;

def NN_ArgKind : NN_Enum<"ArgKind", "element that is searched for", [
  I32EnumCase<"Max", 0, "max">,
  I32EnumCase<"Min", 1, "min">
]>;

def NN_ScatterKind : NN_Enum<"ScatterKind", "combination of an update with its place", [
  I32EnumCase<"Replace", 0, "none">,
  I32EnumCase<"Add", 1, "add">,
  I32EnumCase<"Mul", 2, "mul">,
  I32EnumCase<"Max", 3, "max">,
  I32EnumCase<"Min", 4, "min">
]>;

def NN_ComparePredicate : NN_Enum<"ComparePredicate", "comparison", [
  I32EnumCase<"Equal", 0, "eq">,
  I32EnumCase<"Less", 1, "lt">,
  I32EnumCase<"LessOrEqual", 2, "le">,
  I32EnumCase<"Greater", 3, "gt">,
  I32EnumCase<"GreaterOrEqual", 4, "ge">
]>;

def NN_PoolKind : NN_Enum<"PoolKind", "reduction of a window", [
  I32EnumCase<"Max", 0, "max">,
  I32EnumCase<"Avg", 1, "avg">
]>;

#endif // TACIT_DIALECT_NN_IR_NNENUMS_TD
