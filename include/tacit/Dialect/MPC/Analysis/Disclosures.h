//===- Disclosures.h - Which constants the client is told -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A constant of the model's file is the server's, unless everything that it reaches is a
// shape, an index or a mask. What a value reaches is found backwards, from its uses.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_ANALYSIS_DISCLOSURES_H
#define TACIT_DIALECT_MPC_ANALYSIS_DISCLOSURES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/AnalysisManager.h"
#include "tacit/Dialect/MPC/Analysis/Knowledge.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "llvm/ADT/BitmaskEnum.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"

namespace tacit::mpc {

LLVM_ENABLE_BITMASK_ENUMS_IN_NAMESPACE();

/// What a value reaches, a set.
enum class Uses : unsigned {
  None = 0,
  Shape = 1,     ///< the size of a tensor
  Index = 2,     ///< a position in a tensor, or a bound of a slice
  Condition = 4, ///< a truth value that chooses, or what one is compared with
  Score = 8,     ///< a term of what a softmax is taken of, or a factor that chooses
  Data = 16,     ///< anything else: a product, a norm, a result
  LLVM_MARK_AS_BITMASK_ENUM(Data)
};

/// What each value of a function reaches. An operation that one party does alone passes
/// its operands on. So do sums and movement of secrets; a product of one does not.
class UsesInfo {
public:
  UsesInfo(mlir::Operation *function, const KnowledgeInfo &knowledge);
  /// Of what is known, as the manager has it.
  UsesInfo(mlir::Operation *function, mlir::AnalysisManager &analyses);
  ~UsesInfo();

  /// It follows from who knows what.
  bool isInvalidated(const mlir::AnalysisManager::PreservedAnalyses &preserved) const {
    return !preserved.isPreserved<UsesInfo>() || !preserved.isPreserved<KnowledgeInfo>();
  }

  Uses of(mlir::Value value) const;

private:
  std::unique_ptr<mlir::DataFlowSolver> solver;
};

/// Why the client may know a constant, from the constant and what it reaches. Among the
/// scores only a mask is a reason: truth values, one number everywhere, or numbers that
/// are 0, 1, or so low that nothing is left of a score. Others are a learned bias.
std::optional<Reason> reasonFor(mlir::Attribute constant, Uses uses);

/// True if a constant that reaches this is a `reason`.
bool isProven(Reason reason, mlir::Attribute constant, Uses uses);

/// The constants of a function of nn operations that the client may know. Who knows what
/// decides what they reach, and the reverse; the largest solution is the answer.
llvm::MapVector<mlir::Operation *, Reason>
chooseDisclosures(mlir::func::FuncOp function, const llvm::StringSet<> &listed);

/// The names of all constants of a program, each once.
std::vector<std::string> constantNames(mlir::ModuleOp module);

/// What a program tells the client by one name.
struct Disclosure {
  std::string name;
  int64_t bytes = 0;
  Reason reason = Reason::Mask;
};

/// What the operations mpc.public of @main tell the client, each constant once, in the
/// program's order; numbers that follow from attributes are at the end.
std::vector<Disclosure> disclosuresOf(mlir::ModuleOp module);

} // namespace tacit::mpc

#endif // TACIT_DIALECT_MPC_ANALYSIS_DISCLOSURES_H
