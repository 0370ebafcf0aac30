//===- ProgramCosts.h - The costs of an annotated program -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_COST_PROGRAMCOSTS_H
#define TACIT_COST_PROGRAMCOSTS_H

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Cost/Network.h"
#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "tacit/Dialect/MPC/Analysis/State.h"
#include "tacit/Dialect/MPC/Analysis/Truncations.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace tacit::cost {

/// An operation with the attribute `mpc.cost`.
struct CostedOperation {
  mlir::Operation *op; ///< as long as the program lives
  Charge charge;
  int64_t start; ///< the hop at which it begins, or unknown
  std::string name, node;
  std::string site;           ///< the name of what it was made of, or ""
  std::vector<int64_t> shape; ///< of the result
  /// What it is for: "head", "scores", "gelu", or else its own name, "max".
  std::string kind;
  int64_t block; ///< of the transformer; -1 outside of all
};

/// Operations of one kind, added up.
struct KindCosts {
  std::string kind;
  int64_t count = 0;
  Total total;
};

/// Returns what an operation is for: "head", "scores", "gelu", or else its own name.
std::string kindOf(mlir::Operation *op);

/// The costs of @main, as the program states them.
struct ProgramCosts {
  std::vector<CostedOperation> operations; ///< in the program's order
  Total total;
  /// What is disclosed to the client.
  std::vector<mpc::Disclosure> disclosed;
  /// What the parties keep as shares from one inference to the next.
  std::vector<mpc::StateTensor> state;
  /// Where numbers are truncated.
  mpc::TruncationSites truncations;

  /// Fails where the figures leave 64 bits.
  static llvm::Expected<ProgramCosts> of(mlir::ModuleOp module);

  /// The dearest kind first. Hops are those of one operation after another.
  std::vector<KindCosts> byKind() const;
};

} // namespace tacit::cost

#endif // TACIT_COST_PROGRAMCOSTS_H
