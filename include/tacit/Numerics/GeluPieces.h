//===- GeluPieces.h - GELU in polynomial pieces -----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_GELUPIECES_H
#define TACIT_NUMERICS_GELUPIECES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace tacit::numerics {

/// One polynomial, from the bound of the preceding piece up to its own. A bound belongs to
/// the piece on the side of 0.
struct GeluPiece {
  double bound;
  /// The coefficients, the constant first.
  llvm::ArrayRef<double> coefficients;
  /// True if the polynomial is one in |x|, to which x/2 is added.
  bool ofMagnitude = false;

  bool isIdentity() const;
};

/// Returns the pieces of a kind of GELU, from left to right; the last has no bound. The
/// list is empty for kinds that do not consist of pieces. The names are those of `nn.gelu`.
llvm::ArrayRef<GeluPiece> geluPieces(llvm::StringRef kind);

} // namespace tacit::numerics

#endif // TACIT_NUMERICS_GELUPIECES_H
