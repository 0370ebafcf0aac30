//===- Multiplier.td - The enums of multipliers ------------*- tablegen -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// tacit/Numerics/Multiplier.h defines what they compute, bit by bit.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_MULTIPLIER_TD
#define TACIT_NUMERICS_MULTIPLIER_TD

include "tacit/Support/Words.td"

class MultiplierWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
def MultiplierKind : WordEnum<"::tacit::numerics", "MultiplierKind",
                              "way of computing a product", [
  MultiplierWord<"Exact", 0, "exact", "as in IEEE 754">,
  MultiplierWord<"LMul", 1, "lmul", "L-Mul: mantissas are added">,
  MultiplierWord<"Pam", 2, "pam", "piecewise affine, mantissas are added">,
  MultiplierWord<"ShiftAdd", 3, "shift_add", "weights as sums of signed powers of two">
]>;
def MultiplierKindWords : WordTable<MultiplierKind, "MultiplierWord">;

/// What happens below the range of normal numbers. A bare addition takes a zero for
/// 2^-127, and its result leaves the range at the lower end by changing sign.
///
/// - Exact: a zero or denormal operand, or a product below 2^-126, gives a signed zero.
/// - Lift: operands are lifted to at least 2^-62, so that no sum can leave the range.
/// - Ignore: a bare addition, correct if both operands and the product are normal.
class ZeroWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
def ZeroPolicy : WordEnum<"::tacit::numerics", "ZeroPolicy",
                          "treatment of zeros in a product", [
  ZeroWord<"Exact", 0, "exact", "give zero">,
  ZeroWord<"Lift", 1, "lift", "operands are lifted to 2^-62">,
  ZeroWord<"Ignore", 2, "ignore", "go wrong: for operands that are never near zero">
]>;
def ZeroPolicyWords : WordTable<ZeroPolicy, "ZeroWord">;

/// What happens above the range of normal numbers.
///
/// - Infinity: a product beyond the range is infinite, and operands that are infinite or
///   NaN are multiplied as in IEEE 754.
/// - Ignore: a bare addition, correct if both operands and the product are finite.
class OverflowWord<string symbol, int number, string keyword, string help>
    : Word<symbol, number, keyword, help>;
def OverflowPolicy : WordEnum<"::tacit::numerics", "OverflowPolicy",
                              "treatment of overflow", [
  OverflowWord<"Infinity", 0, "infinity", "as in IEEE 754">,
  OverflowWord<"Ignore", 1, "ignore", "go wrong: for products that are never large">
]>;
def OverflowPolicyWords : WordTable<OverflowPolicy, "OverflowWord">;

#endif // TACIT_NUMERICS_MULTIPLIER_TD
