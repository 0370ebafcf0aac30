//===- Blocks.h - The transformer block of each operation -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_ANALYSIS_BLOCKS_H
#define TACIT_DIALECT_NN_ANALYSIS_BLOCKS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/NN/Analysis/Sites.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include <optional>
#include <string>

namespace tacit::nn {

/// Determines the transformer block of each operation of a function.
///
/// The unit is the *sublayer*: what lies between a value and the sum that adds to it, or to
/// a scaled, moved or normalised form of it, what a chain of products made of it. Several
/// terms of one sum, such as parallel attention and feed-forward layers or the experts of a
/// mixture, are one sublayer, and so are all attentions of it: heads as separate modules
/// are one attention. Attentions that no such sum follows are a sublayer for each set of
/// sources that they read, with their projections and the layer after them.
///
/// A block begins with an attention, and holds the sublayers that follow on the same stream
/// of values. The next attention begins another block, with these exceptions:
///
/// - A cross attention directly after a self-attention, or the reverse, is in the same
///   block: a decoder has both.
/// - So are attentions directly after one another, such as temporal and spatial ones, if
///   each layer of the stream has as many of them and then a feed-forward layer.
/// - Layers before the first attention begin its block if as many more lie between two
///   attentions as follow the last one: there is a feed-forward layer on both sides.
///
/// The numbers in the paths of nodes (/layers.3/...) decide where structure has two
/// answers. In a model without attention, layers that transpose values in front of a
/// product, as MLP-Mixer does, count as attentions. What comes before the first attention
/// of a stream, and feeds no sum, belongs to the first sublayer that it reaches; what
/// reaches none is final.
///
/// The analysis describes the function as it was when the analysis was computed; it does
/// not know operations that were created later.
class Blocks {
public:
  explicit Blocks(mlir::func::FuncOp function);

  /// Returns nullopt if it is final.
  std::optional<unsigned> blockOf(mlir::Operation *op) const;

  /// Returns true for the additions that end a sublayer.
  bool isResidualSum(mlir::Operation *op) const { return residualSums.contains(op); }

  /// Returns true if the results reach an attention of the same sublayer.
  bool feedsAttention(mlir::Operation *op) const { return feeding.contains(op); }

  /// Returns true if no product stands between an attention of the same sublayer and the
  /// operation.
  bool followsAttention(mlir::Operation *op) const { return following.contains(op); }

  /// Returns true for operations of a cross attention: its keys do not depend on the value
  /// that its sublayer adds to.
  bool isCross(mlir::Operation *op) const;

  /// Returns true for two operations of one sublayer, or of none.
  bool isSameSublayer(mlir::Operation *one, mlir::Operation *other) const;

  /// Returns the number of blocks; a model without attention is one block.
  unsigned count() const { return std::max(numBlocks, 1u); }

  /// Returns the number of blocks that have an attention, or what counts as one.
  unsigned layers() const { return numBlocks; }

private:
  friend class BlockFinder;

  struct Sublayer {
    unsigned block;
    bool isCross;
  };
  const Sublayer *sublayerOf(mlir::Operation *op) const;

  llvm::SmallVector<Sublayer> sublayers;
  llvm::DenseMap<mlir::Operation *, unsigned> numbers; ///< of the sublayers of operations
  llvm::DenseSet<mlir::Operation *> residualSums, feeding, following;
  unsigned numBlocks = 0;
};

/// Returns true for the output layer: the result reaches a result of the function through
/// nothing but reshapes.
bool isHead(LinearOp op);

/// Returns "block 3", or "final".
std::string describe(std::optional<unsigned> block);

/// Parses a pass's option `sites`; reports what is wrong with it.
mlir::LogicalResult parseSites(llvm::StringRef text, mlir::MLIRContext *context,
                               Sites &sites);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_ANALYSIS_BLOCKS_H
