//===- Arithmetic.h - Options of the arithmetic passes ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_H
#define TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_H

#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Numerics/Quantizer.h"
#include "tacit/Support/Words.h"

namespace tacit::nn {

/// How the output layer's weights are stored.
enum class HeadWeights { Float, Int8, Same };

/// The products that a multiplier computes.
enum class MultiplierScope { Matmul, Attention, Linear };

//===----------------------------------------------------------------------===//
// The names in the options of passes and phases
//===----------------------------------------------------------------------===//

inline constexpr Word<numerics::Scheme> kSchemeWords[] = {
    {numerics::Scheme::Symmetric, "symmetric", "around zero"},
    {numerics::Scheme::Asymmetric, "asymmetric", "from the smallest weight to the largest"},
};

inline constexpr Word<HeadWeights> kHeadWords[] = {
    {HeadWeights::Float, "float", "as they are"},
    {HeadWeights::Int8, "int8", "in 8 bits"},
    {HeadWeights::Same, "same", "as the others"},
};

inline constexpr Word<MultiplierKind> kMultiplierWords[] = {
    {MultiplierKind::Exact, "exact", "as IEEE 754 has it"},
    {MultiplierKind::LMul, "lmul", "L-Mul: mantissas are added"},
    {MultiplierKind::Pam, "pam", "piecewise affine, mantissas are added"},
    {MultiplierKind::ShiftAdd, "shift_add", "weights as sums of signed powers of two"},
};

inline constexpr Word<ZeroPolicy> kZeroWords[] = {
    {ZeroPolicy::Exact, "exact", "give zero"},
    {ZeroPolicy::Lift, "lift", "operands are lifted to 2^-62"},
    {ZeroPolicy::Ignore, "ignore", "go wrong: for operands that are never near zero"},
};

inline constexpr Word<OverflowPolicy> kOverflowWords[] = {
    {OverflowPolicy::Infinity, "infinity", "as IEEE 754 has it"},
    {OverflowPolicy::Ignore, "ignore", "go wrong: for products that are never large"},
};

inline constexpr Word<MultiplierScope> kScopeWords[] = {
    {MultiplierScope::Matmul, "matmul", "every matrix product"},
    {MultiplierScope::Attention, "attention", "products of two computed matrices"},
    {MultiplierScope::Linear, "linear", "products by a weight"},
};

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_TRANSFORMS_QUANTIZE_ARITHMETIC_H
