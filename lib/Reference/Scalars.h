//===- Scalars.h - Functions of one number ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_REFERENCE_SCALARS_H
#define TACIT_LIB_REFERENCE_SCALARS_H

#include "llvm/ADT/StringRef.h"

namespace tacit::reference {

double sigmoid(double x);
double silu(double x);

/// Computes GELU, or its approximation, by the name of the kind in `nn` and `mpc`. The
/// pieces are those of docs/Numerics.md; a bound belongs to the piece on the side of 0.
double gelu(llvm::StringRef kind, double x);

/// Return the larger and the smaller number; NaN if either is.
double maximum(double x, double y);
double minimum(double x, double y);

} // namespace tacit::reference

#endif // TACIT_LIB_REFERENCE_SCALARS_H
