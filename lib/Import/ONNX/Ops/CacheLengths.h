//===- CacheLengths.h - Caches that are not full ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_CACHELENGTHS_H
#define TACIT_LIB_IMPORT_ONNX_OPS_CACHELENGTHS_H

#include "Ops/AttentionParts.h"

namespace tacit::onnx_import {

/// How much of its caches each row of a GroupQueryAttention uses.
struct CacheLengths {
  /// An i64 scalar: how many tokens the caches hold before the call, used or not. Null
  /// if there are no caches.
  mlir::Value past;
  /// If rows differ or the caches have room for more: how many tokens of each row come
  /// before the new ones, [B], and an i64 scalar, how many the new caches hold. Null if
  /// the new caches are the old ones with the new tokens appended.
  mlir::Value rowPast, capacity;
  /// An i64 scalar: total_sequence_length, the number of tokens of the longest row. Null if
  /// `rowPast` is.
  mlir::Value total;
};

/// Reads the lengths from operands 5 (seqlens_k) and 6 (total_sequence_length), and asserts
/// what cannot be derived from them. Returns nothing if something is wrong.
std::optional<CacheLengths> readCacheLengths(NodeBuilder &node, const AttentionParts &parts,
                                             mlir::Value past);

/// Returns `cache` [B, G, P, D] with the capacity of `lengths`, with `fresh` [B, G, S, D]
/// behind the past of each row, and with zeros behind these.
mlir::Value writeCache(NodeBuilder &node, const CacheLengths &lengths, mlir::Value cache,
                       mlir::Value fresh);

/// Returns `cache` [B, G, P, D] with `fresh` in place of what is behind the past of each
/// row.
mlir::Value overwriteCache(NodeBuilder &node, const CacheLengths &lengths,
                           mlir::Value cache, mlir::Value fresh);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_CACHELENGTHS_H
