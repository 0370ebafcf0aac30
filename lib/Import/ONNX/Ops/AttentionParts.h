//===- AttentionParts.h - Parts of attention operators ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_ATTENTIONPARTS_H
#define TACIT_LIB_IMPORT_ONNX_OPS_ATTENTIONPARTS_H

#include "Ops/Compose.h"

namespace tacit::onnx_import {

/// Describes softmax(cap(scale * Q K^T), masked) V. Several query heads may share a key
/// head.
struct AttentionParts {
  mlir::Value query;        ///< [B, H, S, D]
  mlir::Value key, value;   ///< [B, G, N, D] and [B, G, N, E]; H is a multiple of G
  mlir::Value bias, keep;   ///< added, and kept where true; both broadcast to [B, H, S, N]
  float scale = 0;          ///< 0 stands for 1 / sqrt(D)
  float softcap = 0;        ///< cap(x) = softcap * tanh(x / softcap), unless 0
  bool hasSink = false;     ///< one more key, of score `sink` (or 0) and value 0
  mlir::Value sink;         ///< [H]
  bool hasZeroRows = false; ///< a query without any key gives 0
};

/// Says which scores an operator returns, in the order in which they are computed.
enum class ScoreOutput { None, Product, Capped, Masked, Weights };

/// Returns the result [B, H, S, E]; sets `scores` to the scores that were requested.
mlir::Value buildAttentionOf(NodeBuilder &node, const AttentionParts &parts,
                             ScoreOutput output, mlir::Value &scores);

/// Reshape [B, S, H * D] to [B, H, S, D], and back.
/// Requires key, value and the caches that are operands `past` and the next, if there are
/// such, to have the batch of the query. Returns false if they do not.
bool hasOneBatch(NodeBuilder &node, const AttentionParts &parts, int64_t past);

mlir::Value splitHeads(NodeBuilder &node, mlir::Value input, int64_t heads);
mlir::Value mergeHeads(NodeBuilder &node, mlir::Value input);

/// Applies nn.rotary to heads.
mlir::Value rotateHeads(NodeBuilder &node, mlir::Value input, mlir::Value cos,
                        mlir::Value sin, bool isInterleaved);

/// Returns a mask [S, N] that is true where key j does not come after query i, which is at
/// position i + `past` (a number, null for 0) among the keys; with a `window`, key j is
/// also among the last `window` keys up to that position. `past` may be [B, 1, 1, 1].
mlir::Value causalMask(NodeBuilder &node, mlir::Value query, mlir::Value key,
                       mlir::Value past, int64_t window);

/// Returns the conjunction; either operand may be null, which means that it is not given.
mlir::Value keepBoth(NodeBuilder &node, mlir::Value lhs, mlir::Value rhs);

/// Returns 0 where `keep` is true, and `value` elsewhere.
mlir::Value biasWhere(NodeBuilder &node, mlir::Value keep, double value);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_ATTENTIONPARTS_H
