//===- Scalars.h - Functions of one number ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_REFERENCE_SCALARS_H
#define TACIT_LIB_REFERENCE_SCALARS_H

#include "tacit/Numerics/GeluPieces.h"
#include <optional>

namespace tacit::reference {

double sigmoid(double x);
double silu(double x, double beta = 1);

/// GELU, or what stands for it. The pieces are those of docs/Numerics.md, written down a
/// second time; a bound belongs to the piece on the side of 0.
double gelu(numerics::GeluKind kind, double x);

/// GELU with constants of a model: the factor of x in the argument of erf, tanh or sigmoid,
/// and that of x^3 in the parentheses of tanh. A value that is missing is the usual one.
double gelu(numerics::GeluKind kind, double x, std::optional<double> scale,
            std::optional<double> cubic);

/// Return the larger and the smaller number; NaN if either is.
double maximum(double x, double y);
double minimum(double x, double y);

} // namespace tacit::reference

#endif // TACIT_LIB_REFERENCE_SCALARS_H
