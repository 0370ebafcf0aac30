//===- Knowledge.h - Who knows a value --------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One analysis says who knows a value. The conversion to shares, the verifier, the
// schedule and the reports ask it, so that none of them has rules of its own.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_ANALYSIS_KNOWLEDGE_H
#define TACIT_DIALECT_MPC_ANALYSIS_KNOWLEDGE_H

#include "mlir/Analysis/DataFlow/SparseAnalysis.h"
#include "llvm/ADT/DenseSet.h"
#include <memory>

namespace tacit::mpc {

/// Who can compute a value alone: both parties, one of them, or none. The lattice is
/// public < client, server < secret.
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

  /// What takes something of both sides to compute.
  static constexpr Knowledge join(const Knowledge &lhs, const Knowledge &rhs) {
    return static_cast<Kind>(lhs.kind | rhs.kind);
  }

  /// True for what follows, among others, from the client's input.
  bool dependsOnInput() const { return kind & Client; }
  /// True for what follows, among others, from the server's weights.
  bool dependsOnWeights() const { return kind & Server; }

  void print(llvm::raw_ostream &os) const;

private:
  Kind kind;
};

using KnowledgeLattice = mlir::dataflow::Lattice<Knowledge>;
using OperationSet = llvm::DenseSet<mlir::Operation *>;

/// Arguments of functions, and what mpc.reveal shows, are the client's. Constants are the
/// server's, but for those in `disclosed`; what mpc.public makes of them is public. Shares
/// are secret. Everything else is known to whoever knows all operands.
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

/// The solved analysis of a function, as the function was when this was made. Of a value
/// that came later, nothing is known.
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
