//===- Normalization.h - x / sqrt(mean(x^2) + epsilon) ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_NORMALIZATION_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_NORMALIZATION_H

#include "Raise.h"

namespace tacit::nn {

/// The fragment that layer_norm and rms_norm have in common.
struct Normalization {
  mlir::Operation *quotient; ///< base / root, or base times the inverse of root
  mlir::Value base;
  ReduceOp mean; ///< of the squares
  /// Nothing if a value is added that is no constant.
  std::optional<double> epsilon;
  /// epsilon is added to the root instead of under it.
  bool isEpsilonOutside;
};

/// If `quotient` ends such a fragment.
std::optional<Normalization> matchNormalization(mlir::Operation *quotient);

/// A difference x - mean(x).
struct Centered {
  mlir::Value input;
  ReduceOp mean;
};
std::optional<Centered> matchCentered(mlir::Value value);

/// Why no whole operation means the same, or an empty string.
std::string whyNotWhole(const Normalization &match);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_NORMALIZATION_H
