//===- BlockPlan.h - Sublayers put together as blocks -----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_ANALYSIS_BLOCKPLAN_H
#define TACIT_LIB_DIALECT_NN_ANALYSIS_BLOCKPLAN_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <vector>

namespace tacit::nn {

/// What decides to which block a sublayer belongs.
struct SublayerShape {
  bool hasAttention, isCross;
  bool hasActivation; ///< a feed-forward layer, alone or beside the attention
  /// The sublayer before it on the same stream of values.
  std::optional<unsigned> previous;
  /// The numbers in the path of its node: those of "/layers.3/attention.1/MatMul" are 3, 1.
  llvm::SmallVector<unsigned, 2> numbers;
};

/// Returns the numbers in the folders of a node's path, which exporters take from the
/// modules of the model.
llvm::SmallVector<unsigned, 2> numbersInPath(llvm::StringRef node);

struct BlockPlan {
  /// Of each sublayer; nullopt if it belongs to none.
  std::vector<std::optional<unsigned>> blocks;
  unsigned count = 0;
};

/// Forms blocks of sublayers, which are given in the order in which they end.
BlockPlan planBlocks(llvm::ArrayRef<SublayerShape> sublayers);

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_ANALYSIS_BLOCKPLAN_H
