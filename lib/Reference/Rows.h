//===- Rows.h - Softmax and norms of rows -----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_REFERENCE_ROWS_H
#define TACIT_LIB_REFERENCE_ROWS_H

#include "OpTable.h"

namespace tacit::reference {

/// Replaces each row of `x` along `axis` by exp(x - max) / sum(exp(x - max)). A row whose
/// elements are all -inf becomes NaN, or zeros if `hasZeroRows`.
void applySoftmax(Tensor &x, int64_t axis, bool hasZeroRows = false);

/// Replaces each row along the last dimension by (x - mean) / sqrt(variance + epsilon); the
/// mean is taken as 0 if it is not `centered`.
void normalize(Tensor &x, double epsilon, bool isCentered);

} // namespace tacit::reference

#endif // TACIT_LIB_REFERENCE_ROWS_H
