//===- Quantizer.td - The enum of quantization schemes -----*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// tacit/Numerics/Quantizer.h defines the arithmetic.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_QUANTIZER_TD
#define TACIT_NUMERICS_QUANTIZER_TD

include "tacit/Support/Words.td"

/// The number of a format is the bits of a weight.
class FormatWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
def WeightFormat : WordEnum<"::tacit::numerics", "WeightFormat", "format of weights", [
  FormatWord<"Int4", 4, "int4", "4 bits">,
  FormatWord<"Int6", 6, "int6", "6 bits">,
  FormatWord<"Int8", 8, "int8", "8 bits">
]>;
def WeightFormatWords : WordTable<WeightFormat, "FormatWord">;

class SchemeWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
def Scheme : WordEnum<"::tacit::numerics", "Scheme", "spacing of the levels", [
  SchemeWord<"Symmetric", 0, "symmetric", "around zero">,
  SchemeWord<"Asymmetric", 1, "asymmetric", "from the smallest weight to the largest">
]>;
def SchemeWords : WordTable<Scheme, "SchemeWord">;

#endif // TACIT_NUMERICS_QUANTIZER_TD
