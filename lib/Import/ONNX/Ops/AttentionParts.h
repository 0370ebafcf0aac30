//===- AttentionParts.h - What every attention operator has -----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_ATTENTIONPARTS_H
#define TACIT_LIB_IMPORT_ONNX_OPS_ATTENTIONPARTS_H

#include "Ops/Compose.h"

namespace tacit::onnx_import {

/// softmax(cap(scale * Q K^T), masked) V. Several query heads may share a key head.
struct AttentionParts {
  mlir::Value query;        ///< [B, H, S, D]
  mlir::Value key, value;   ///< [B, G, N, D] and [B, G, N, E]; H is a multiple of G
  mlir::Value bias, keep;   ///< added, and kept where true: broadcast to [B, H, S, N]
  float scale = 0;          ///< 0 stands for 1 / sqrt(D)
  float softcap = 0;        ///< cap(x) = softcap * tanh(x / softcap), unless 0
  bool hasSink = false;     ///< one more key of score `sink`, or 0, and value 0
  mlir::Value sink;         ///< [H]
  bool hasZeroRows = false; ///< a query without any key gives 0
};

/// Which scores an operator has as an output, in the order of computing them.
enum class ScoreOutput { None, Product, Capped, Masked, Weights };

/// The result [B, H, S, E]; sets `scores` to the scores asked for.
mlir::Value buildAttentionOf(NodeBuilder &node, const AttentionParts &parts,
                             ScoreOutput output, mlir::Value &scores);

/// [B, S, H * D] as [B, H, S, D], and back.
mlir::Value splitHeads(NodeBuilder &node, mlir::Value input, int64_t heads);
mlir::Value mergeHeads(NodeBuilder &node, mlir::Value input);

/// nn.rotary of heads.
mlir::Value rotateHeads(NodeBuilder &node, mlir::Value input, mlir::Value cos,
                        mlir::Value sin, bool isInterleaved);

/// True, [S, N], where key j is not behind query i, which stands at place i + `past` (a
/// number, null for 0) among the keys; with a `window` it is not further than that
/// before it, itself included. `past` may be [B, 1, 1, 1].
mlir::Value causalMask(NodeBuilder &node, mlir::Value query, mlir::Value key,
                       mlir::Value past, int64_t window);

/// The conjunction; either may be null where it is not given.
mlir::Value keepBoth(NodeBuilder &node, mlir::Value lhs, mlir::Value rhs);

/// 0 where `keep` is true, else `value`.
mlir::Value biasWhere(NodeBuilder &node, mlir::Value keep, double value);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_ATTENTIONPARTS_H
