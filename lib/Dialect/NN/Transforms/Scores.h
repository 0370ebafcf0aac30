//===- Scores.h - Reading attention scores ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_TRANSFORMS_SCORES_H
#define TACIT_LIB_DIALECT_NN_TRANSFORMS_SCORES_H

#include "Raise.h"

namespace tacit::nn {

/// What lies between the softmax of an attention and its query and key.
struct Scores {
  MatmulOp product; ///< query by transposed key
  double scale = 1; ///< of the product
  mlir::Value mask; ///< a float one that is added, or a condition; may be null
  /// With a condition: what replaced scores become.
  std::optional<double> fill;
  /// With a condition: it is true where scores are replaced, not where kept.
  bool isInverted = false;
};

/// Follows `value`, the input of the softmax, back to the product. Sets `reason`
/// where that is not possible.
std::optional<Scores> readScores(mlir::Value value, std::string &reason);

/// `value` without constant factors, which go into `scale`.
mlir::Value stripScale(mlir::Value value, double &scale);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_TRANSFORMS_SCORES_H
