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

/// One polynomial, from the bound of the piece before up to its own. A bound belongs
/// to the piece on the side of 0.
struct GeluPiece {
  double bound;
  /// The constant first.
  llvm::ArrayRef<double> coefficients;
  /// The polynomial is one in |x|, and x/2 is added to it.
  bool ofMagnitude = false;

  bool isIdentity() const;
};

/// The pieces of a kind of GELU, from left to right; the last has no bound. None for
/// the kinds that do not consist of pieces. The names are those of `nn.gelu`.
llvm::ArrayRef<GeluPiece> geluPieces(llvm::StringRef kind);

} // namespace tacit::numerics

#endif // TACIT_NUMERICS_GELUPIECES_H
