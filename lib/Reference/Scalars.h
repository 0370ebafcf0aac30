//===- Scalars.h - Functions of one number ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_REFERENCE_SCALARS_H
#define TACIT_LIB_REFERENCE_SCALARS_H

#include "tacit/Numerics/GeluPieces.h"

namespace tacit::reference {

double sigmoid(double x);
double silu(double x);

/// GELU, or what stands for it. The pieces are those of docs/Numerics.md, written down a
/// second time; a bound belongs to the piece on the side of 0.
double gelu(numerics::GeluKind kind, double x);

/// Return the larger and the smaller number; NaN if either is.
double maximum(double x, double y);
double minimum(double x, double y);

} // namespace tacit::reference

#endif // TACIT_LIB_REFERENCE_SCALARS_H
