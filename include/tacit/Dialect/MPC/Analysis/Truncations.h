//===- Truncations.h - Where products are truncated -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// If each party truncates its own share, a truncation fails with a probability that is the
// magnitude of the number over that of the ring. Reports name where this happens most.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_ANALYSIS_TRUNCATIONS_H
#define TACIT_DIALECT_MPC_ANALYSIS_TRUNCATIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "llvm/ADT/DenseMap.h"
#include <string>
#include <vector>

namespace tacit::mpc {

/// How often an operation truncates a number of that fraction, for each of its elements.
struct TruncationSteps {
  int64_t fraction, times;
};

/// Returns what an operation truncates: mpc.truncate, and the functions that protocols
/// compute as wholes; empty for all others.
llvm::SmallVector<TruncationSteps> truncationsOf(mlir::Operation *op);

/// The nodes of a model whose numbers are truncated.
struct TruncationSites {
  struct Site {
    std::string site, node; ///< either may be ""
    std::string op;         ///< the first operation
    int64_t truncations = 0;
    /// How many fail if all secrets have the magnitude 1; in proportion for others.
    double perUnit = 0;

    /// Returns the name of the node, of the site, or of the operation.
    std::string name() const;
  };

  /// In the order of the function.
  std::vector<Site> sites;
  /// The number of each operation that truncates, and its site, in program order.
  struct Place {
    int64_t number;
    size_t site;
  };
  llvm::DenseMap<mlir::Operation *, Place> places;

  static TruncationSites of(mlir::func::FuncOp function);

  int64_t truncations() const;
  double perUnit() const;
};

/// Returns true if the function states that each party truncates its own share.
inline bool truncatesLocally(mlir::Operation *function) {
  return function->getDiscardableAttr(kLocalTruncationAttr) != nullptr;
}

} // namespace tacit::mpc

#endif // TACIT_DIALECT_MPC_ANALYSIS_TRUNCATIONS_H
