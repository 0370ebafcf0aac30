//===- SiteNames.h - What the sites of a model are called -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_ANALYSIS_SITENAMES_H
#define TACIT_DIALECT_NN_ANALYSIS_SITENAMES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/AnalysisManager.h"
#include "tacit/Dialect/NN/Analysis/Sites.h"
#include "llvm/ADT/MapVector.h"
#include <string>

namespace tacit::nn {

/// max(x, slope * x): a ReLU with a slope has no operation of its own.
bool isLeakyRelu(mlir::Operation *op);

/// Names for the sites of a function, each of them once. An operation of block N (see
/// Blocks) is "layers.N." and what it does there:
///
///   attention, cross_attention   the attention of the block
///   attention.norm               the norm that its projections read
///   attention.query              a projection, after the operands that it becomes: key,
///                                value, key_value, qkv, ...
///   attention.query.norm         what stands between a projection and the attention;
///                                rotary
///   attention.output             the linear layer behind the attention
///   cross_attention.memory.norm  the norm of what keys and values are made of
///   ffn.norm, ffn.up, ffn.activation, ffn.gate, ffn.down
///   attention.post_norm, ffn.post_norm      norms before a residual sum
///   attention.inner_norm, ffn.inner_norm    norms before the last linear layer
///
/// What the first residual sum adds to is "embedding", "embedding.norm" or
/// "embedding.linear"; behind the last block are "final.norm" and "head". What fits
/// nowhere is called after its kind: "layers.2.linear", "final.activation". Of several
/// with one name, all but the first have a number: "ffn.up", "ffn.up.1".
///
/// Like Blocks, it describes the function as it was when it was made.
class SiteNames {
public:
  SiteNames(mlir::func::FuncOp function, mlir::AnalysisManager &analyses);

  /// Sites and their names, in program order. Operations that have a name keep it.
  const llvm::MapVector<mlir::Operation *, std::string> &all() const { return names; }

private:
  llvm::MapVector<mlir::Operation *, std::string> names;
};

/// Names the sites of a function that have no name yet, and says so in their
/// locations. Returns how many it named.
int64_t nameSites(mlir::func::FuncOp function, const SiteNames &names);

/// Fails, with a message, if `sites` names a block or a site that the function does not
/// have. Names the sites of a function that has no names, if `sites` asks for some.
mlir::LogicalResult checkSites(const Sites &sites, mlir::func::FuncOp function,
                               mlir::AnalysisManager &analyses);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_ANALYSIS_SITENAMES_H
