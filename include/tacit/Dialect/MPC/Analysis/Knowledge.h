//===- Knowledge.h - Analysis of which party knows a value ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A single analysis determines who knows a value. The conversion to shares, the verifier,
// the schedule and the reports use it, so that none of them has rules of its own.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_ANALYSIS_KNOWLEDGE_H
#define TACIT_DIALECT_MPC_ANALYSIS_KNOWLEDGE_H

#include "mlir/Analysis/DataFlow/SparseAnalysis.h"
#include "llvm/ADT/DenseSet.h"
#include <memory>

namespace tacit::mpc {

/// Who can compute a value alone: both parties, one of them, or none. The lattice is public
/// < client, server < secret.
class Knowledge {
public:
  enum Kind : unsigned { Public = 0, Client = 1, Server = 2, Secret = 3 };

  constexpr Knowledge(Kind kind = Public) : kind(kind) {}

  friend constexpr bool operator==(const Knowledge &lhs, const Knowledge &rhs) {
    return lhs.kind == rhs.kind;
  }
  friend constexpr bool operator!=(const Knowledge &lhs, const Knowledge &rhs) {
    return lhs.kind != rhs.kind;
  }

  /// Returns the knowledge of a value that is computed from both operands.
  static constexpr Knowledge join(const Knowledge &lhs, const Knowledge &rhs) {
    return static_cast<Kind>(lhs.kind | rhs.kind);
  }

  /// Returns true for values that depend on the client's input, possibly among others.
  bool dependsOnInput() const { return kind & Client; }
  /// Returns true for values that depend on the server's weights, possibly among others.
  bool dependsOnWeights() const { return kind & Server; }

  void print(llvm::raw_ostream &os) const;

private:
  Kind kind;
};

using KnowledgeLattice = mlir::dataflow::Lattice<Knowledge>;
using OperationSet = llvm::DenseSet<mlir::Operation *>;

/// Arguments of functions, and results of mpc.reveal, belong to the client, except for
/// state (mpc.state), of which each party has a share. Constants belong to the server,
/// except those in `disclosed`; results of mpc.public are public. Shares are secret.
/// Everything else is known to those who know all operands.
class KnowledgeAnalysis
    : public mlir::dataflow::SparseForwardDataFlowAnalysis<KnowledgeLattice> {
public:
  KnowledgeAnalysis(mlir::DataFlowSolver &solver, const OperationSet &disclosed)
      : SparseForwardDataFlowAnalysis(solver), disclosed(disclosed) {}

  mlir::LogicalResult visitOperation(mlir::Operation *op,
                                     llvm::ArrayRef<const KnowledgeLattice *> operands,
                                     llvm::ArrayRef<KnowledgeLattice *> results) override;

protected:
  void setToEntryState(KnowledgeLattice *lattice) override;

private:
  const OperationSet &disclosed;
};

/// The solved analysis of a function, as it was when this was created. Nothing is known of
/// values that were created later.
class KnowledgeInfo {
public:
  explicit KnowledgeInfo(mlir::Operation *function, const OperationSet &disclosed = {});
  ~KnowledgeInfo();

  Knowledge of(mlir::Value value) const;

private:
  std::unique_ptr<mlir::DataFlowSolver> solver;
};

} // namespace tacit::mpc

#endif // TACIT_DIALECT_MPC_ANALYSIS_KNOWLEDGE_H
