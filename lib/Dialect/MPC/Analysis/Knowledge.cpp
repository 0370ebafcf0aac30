//===- Knowledge.cpp - Analysis of which party knows a value --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/MPC/Analysis/Knowledge.h"
#include "mlir/Analysis/DataFlow/DeadCodeAnalysis.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tacit/Dialect/MPC/IR/MPC.h"

using namespace mlir;
using namespace tacit::mpc;

void Knowledge::print(llvm::raw_ostream &os) const {
  static constexpr llvm::StringLiteral names[] = {"public", "client", "server", "secret"};
  os << names[kind];
}

/// Returns true for an argument of a function that both parties keep as shares.
static bool isState(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto function = argument
                      ? dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp())
                      : nullptr;
  return function && argument.getOwner()->isEntryBlock() &&
         function.getArgAttr(argument.getArgNumber(), kStateAttr);
}

void KnowledgeAnalysis::setToEntryState(KnowledgeLattice *lattice) {
  bool isSecret = isState(lattice->getAnchor());
  propagateIfChanged(
      lattice, lattice->join(Knowledge(isSecret ? Knowledge::Secret : Knowledge::Client)));
}

/// Returns the knowledge of the results of an operation, if it does not depend on the
/// operands.
static std::optional<Knowledge> knowledgeOfResults(Operation *op,
                                                   const OperationSet &disclosed) {
  if (isa<PublicOp>(op) || disclosed.contains(op))
    return Knowledge::Public;
  if (auto reveal = dyn_cast<RevealOp>(op))
    return reveal.getParty() == Party::Client ? Knowledge::Client : Knowledge::Server;
  if (llvm::any_of(op->getResultTypes(), isSecret))
    return Knowledge::Secret;
  // Values that are read from elsewhere count as weights, too.
  if (op->getNumOperands() == 0)
    return Knowledge::Server;
  return std::nullopt;
}

LogicalResult KnowledgeAnalysis::visitOperation(Operation *op,
                                                ArrayRef<const KnowledgeLattice *> operands,
                                                ArrayRef<KnowledgeLattice *> results) {
  auto knowledge = knowledgeOfResults(op, disclosed);
  if (!knowledge) {
    knowledge = Knowledge::Public;
    for (const KnowledgeLattice *operand : operands)
      knowledge = Knowledge::join(*knowledge, operand->getValue());
  }
  for (KnowledgeLattice *result : results)
    propagateIfChanged(result, result->join(*knowledge));
  return success();
}

KnowledgeInfo::KnowledgeInfo(Operation *function, const OperationSet &disclosed)
    : solver(std::make_unique<DataFlowSolver>(DataFlowConfig().setInterprocedural(false))) {
  solver->load<dataflow::DeadCodeAnalysis>();
  solver->load<KnowledgeAnalysis>(disclosed);
  // Neither of the analyses can fail.
  if (failed(solver->initializeAndRun(function)))
    solver = nullptr;
}

KnowledgeInfo::~KnowledgeInfo() = default;

Knowledge KnowledgeInfo::of(Value value) const {
  const auto *state = solver ? solver->lookupState<KnowledgeLattice>(value) : nullptr;
  return state ? state->getValue() : Knowledge(Knowledge::Secret);
}
