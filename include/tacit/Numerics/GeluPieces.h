//===- GeluPieces.h - GELU in polynomial pieces -----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_NUMERICS_GELUPIECES_H
#define TACIT_NUMERICS_GELUPIECES_H

#include "tacit/Support/Words.h"
#include "llvm/ADT/ArrayRef.h"

#include "tacit/Numerics/GeluEnums.h.inc"

namespace tacit {
template <>
llvm::ArrayRef<Word<numerics::GeluKind>> words<numerics::GeluKind>();
} // namespace tacit

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
/// list is empty for kinds that do not consist of pieces.
llvm::ArrayRef<GeluPiece> geluPieces(GeluKind kind);

} // namespace tacit::numerics

#endif // TACIT_NUMERICS_GELUPIECES_H
