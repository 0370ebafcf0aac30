//===- SiteNames.h - Names for the sites of a model -------------*- C++ -*-===//
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

/// Matches max(x, slope * x): a ReLU with a slope has no operation of its own.
bool isLeakyRelu(mlir::Operation *op);

/// The names of the sites of a function, each used once. The name of an operation of block
/// N (see Blocks) is "layers.N." followed by its role:
///
///   attention, cross_attention   the attention of the block
///   attention.norm               the norm that its projections read
///   attention.query              a projection, after the operands that it becomes: key,
///                                value, key_value, qkv, ...
///   attention.query.norm         operations between a projection and the attention;
///                                rotary
///   attention.output             the linear layer after the attention
///   cross_attention.memory.norm  the norm of the source of keys and values
///   ffn.norm, ffn.up, ffn.activation, ffn.gate, ffn.down
///   attention.post_norm, ffn.post_norm      norms before a residual sum
///   attention.inner_norm, ffn.inner_norm    norms before the last linear layer
/// The value to which the first residual sum adds is computed by "embedding",
/// "embedding.norm" or "embedding.linear"; after the last block there are "final.norm" and
/// "head". Any other operation is named after its kind: "layers.2.linear",
/// "final.activation". If several have the same name, all but the first are numbered:
/// "ffn.up", "ffn.up.1".
///
/// Like Blocks, it describes the function as it was when the analysis was computed.
class SiteNames {
public:
  SiteNames(mlir::func::FuncOp function, mlir::AnalysisManager &analyses);

  /// The sites and their names, in program order. Operations that have a name keep it.
  const llvm::MapVector<mlir::Operation *, std::string> &all() const { return names; }

private:
  llvm::MapVector<mlir::Operation *, std::string> names;
};

/// Names the sites of a function that have no name yet, also in their locations. Returns
/// the number of sites that it named.
int64_t nameSites(mlir::func::FuncOp function, const SiteNames &names);

/// Fails, with a message, if `sites` names a block or a site that the function does not
/// have. Names the sites of a function that has no names, if `sites` requires some.
mlir::LogicalResult checkSites(const Sites &sites, mlir::func::FuncOp function,
                               mlir::AnalysisManager &analyses);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_ANALYSIS_SITENAMES_H
