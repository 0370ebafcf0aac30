//===- Windows.h - Windows of secrets ---------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_NNTOMPC_WINDOWS_H
#define TACIT_LIB_CONVERSION_NNTOMPC_WINDOWS_H

#include "Lowering.h"

namespace tacit {

/// Windows that overlap are copied if they have no more elements in a channel.
inline constexpr int64_t kMaxWindow = 1024;

/// Windows of [N, C, D1, ...], with one entry for each spatial dimension.
struct Windows {
  llvm::ArrayRef<int64_t> sizes, counts, strides, dilations;

  int64_t numElements() const; ///< of one window in one channel
};

/// Returns `secret` with `low` and `high` zeros around a dimension. The zeros are x - x,
/// which both parties compute alone.
mlir::Value padWithZeros(mlir::Value secret, int64_t dim, int64_t low, int64_t high,
                         Lowering &l);

/// Returns `secret` with its first and last elements along a dimension repeated.
mlir::Value padWithEdges(mlir::Value secret, int64_t dim, int64_t low, int64_t high,
                         Lowering &l);

/// Copies the windows of [N, C, D1, ...] to [N, C, elements, windows]: a slice for each
/// element of a window. This is local.
mlir::Value windowElements(mlir::Value secret, const Windows &windows, Lowering &l);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_NNTOMPC_WINDOWS_H
