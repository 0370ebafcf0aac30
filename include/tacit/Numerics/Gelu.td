//===- Gelu.td - The enum of kinds of GELU -----------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_GELU_TD
#define TACIT_NUMERICS_GELU_TD

include "tacit/Numerics/GeluKinds.td"

def GeluKind : WordEnum<"::tacit::numerics", "GeluKind", "kind of GELU", geluKinds>;
def GeluKindWords : WordTable<GeluKind, "GeluWord">;

#endif // TACIT_NUMERICS_GELU_TD
