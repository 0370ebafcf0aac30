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
/// Attentions are counted in program order, one per block. An operation's results
/// are followed forward until an attention, a residual sum or the end:
///
/// - if they reach an attention, the operation belongs to the block of the first;
/// - otherwise, if they reach a residual sum, to the block of the last attention before
///   that sum, or to block 0 if there is none;
/// - otherwise it is final: after the last block.
///
/// A residual sum is an nn.add of two values that are not constant and, traced back
/// to the products, gathers and inputs that they come from, have none in common:
/// the halves of a rotated query are added too, but come from one product.
/// The analysis describes the function as it was when the analysis was computed; it does
/// not know operations that were created later.
class Blocks {
public:
  explicit Blocks(mlir::func::FuncOp function);

  /// Returns nullopt if it is final.
  std::optional<unsigned> blockOf(mlir::Operation *op) const;

  bool isResidualSum(mlir::Operation *op) const { return residualSums.contains(op); }

  /// Returns true if the results reach an attention before any residual sum.
  bool feedsAttention(mlir::Operation *op) const;

  /// Returns the number of blocks; a model without attention is one block.
  unsigned count() const { return std::max(numAttentions, 1u); }

private:
  using Origins = llvm::SmallVector<mlir::Value, 2>;
  Origins originsOf(mlir::Value value) const;
  void classify(mlir::Operation *op);
  uint64_t goalBehind(mlir::Operation *op) const;

  llvm::DenseMap<mlir::Value, Origins> origins;
  llvm::DenseSet<mlir::Operation *> residualSums;
  /// The goal that an operation's results reach, as a number: attentions come first, then
  /// residual sums, then the end.
  llvm::DenseMap<mlir::Operation *, uint64_t> stops, goals;
  unsigned numAttentions = 0;
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
