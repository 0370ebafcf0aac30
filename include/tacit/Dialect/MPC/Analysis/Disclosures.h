//===- Disclosures.h - Constants disclosed to the client --------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A constant of the model's file belongs to the server, unless it is used for nothing but
// shapes, indices and masks. The uses of a value are found by a backward analysis.
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

/// The set of uses of a value.
enum class Uses : unsigned {
  None = 0,
  Shape = 1,     ///< the size of a tensor
  Index = 2,     ///< a position in a tensor, or a bound of a slice
  Condition = 4, ///< a truth value that chooses, or what one is compared with
  Score = 8,     ///< a term of what a softmax is taken of, or a factor that chooses
  Data = 16,     ///< anything else: a product, a norm, a result
  LLVM_MARK_AS_BITMASK_ENUM(Data)
};

/// Computes the uses of each value of a function. An operation that one party does alone
/// passes the uses of its result on to its operands, and so do sums and movement of
/// secrets; a product of a secret does not.
class UsesInfo {
public:
  UsesInfo(mlir::Operation *function, const KnowledgeInfo &knowledge);
  /// Takes the knowledge from the analysis manager.
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

/// Returns why the client may know a constant, from the constant and its uses. Among scores
/// only a mask is a reason: truth values, a splat, or numbers that are 0, 1, or so low that
/// they exclude a score. Any other constant is a learned bias.
std::optional<Reason> reasonFor(mlir::Attribute constant, Uses uses);

/// Returns true if `reason` applies to a constant with these uses.
bool isProven(Reason reason, mlir::Attribute constant, Uses uses);

/// Returns the constants of a function of nn operations that the client may know. Their
/// uses depend on who knows what, and the reverse; the result is the largest solution.
llvm::MapVector<mlir::Operation *, Reason>
chooseDisclosures(mlir::func::FuncOp function, const llvm::StringSet<> &listed);

/// Returns the names of all constants of a program, each once.
std::vector<std::string> constantNames(mlir::ModuleOp module);

/// What a program discloses to the client under one name.
struct Disclosure {
  std::string name;
  int64_t bytes = 0;
  Reason reason = Reason::Mask;
};

/// Returns what the operations mpc.public of @main disclose to the client, each constant
/// once, in program order; numbers that follow from attributes are at the end.
std::vector<Disclosure> disclosuresOf(mlir::ModuleOp module);

} // namespace tacit::mpc

#endif // TACIT_DIALECT_MPC_ANALYSIS_DISCLOSURES_H
