//===- Uses.cpp - Analysis of what values are used for --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Analysis/DataFlow/DeadCodeAnalysis.h"
#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::mpc;

namespace {

/// A set of uses that only grows.
class UsesLattice : public dataflow::AbstractSparseLattice {
public:
  using AbstractSparseLattice::AbstractSparseLattice;

  ChangeResult add(Uses more) {
    Uses before = uses;
    uses |= more;
    return uses == before ? ChangeResult::NoChange : ChangeResult::Change;
  }

  ChangeResult meet(const AbstractSparseLattice &other) override {
    return add(static_cast<const UsesLattice &>(other).uses);
  }

  void print(raw_ostream &os) const override { os << static_cast<unsigned>(uses); }

  Uses uses = Uses::None;
};

class UsesAnalysis : public dataflow::SparseBackwardDataFlowAnalysis<UsesLattice> {
public:
  UsesAnalysis(DataFlowSolver &solver, SymbolTableCollection &symbols,
               const KnowledgeInfo &knowledge)
      : SparseBackwardDataFlowAnalysis(solver, symbols), knowledge(knowledge) {}

  LogicalResult visitOperation(Operation *op, ArrayRef<UsesLattice *> operands,
                               ArrayRef<const UsesLattice *> results) override;

  void visitBranchOperand(OpOperand &operand) override { addData(operand); }
  void visitCallOperand(OpOperand &operand) override { addData(operand); }
  void visitNonControlFlowArguments(RegionSuccessor &, ArrayRef<BlockArgument>) override {}

  /// Results leave the function, whoever calls it.
  LogicalResult
  visitCallableOperation(Operation *, CallableOpInterface,
                         ArrayRef<dataflow::AbstractSparseLattice *> operands) override {
    AbstractSparseBackwardDataFlowAnalysis::setAllToExitStates(operands);
    return success();
  }

  void setToExitState(UsesLattice *lattice) override {
    propagateIfChanged(lattice, lattice->add(Uses::Data));
  }

private:
  void addData(OpOperand &operand) { setToExitState(getLatticeElement(operand.get())); }
  Uses useOf(OpOperand &operand, Uses onward) const;
  Uses useInPlain(OpOperand &operand, Uses onward) const;

  const KnowledgeInfo &knowledge;
};

} // namespace

/// Returns true for a part of an expanded softmax: it may consist of products and signs, of
/// which only the site says what they compute.
static bool isOfSoftmax(Operation *op) {
  auto site = op->getAttrOfType<SiteAttr>(kSiteAttr);
  return site &&
         (site.getOf() == "softmax" || site.getOf() == "max" || site.getOf() == "exp");
}

/// Handles an operation on shares.
static Uses useInShares(OpOperand &operand, Uses onward) {
  unsigned number = operand.getOperandNumber();
  if (isOfSoftmax(operand.getOwner()))
    return Uses::Score;
  return llvm::TypeSwitch<Operation *, Uses>(operand.getOwner())
      .Case<PublicOp, ShareOp, RevealOp, mpc::AddOp, mpc::SubOp, mpc::NegOp, TruncateOp,
            SumOp, mpc::ReshapeOp, mpc::TransposeOp, mpc::SliceOp, mpc::ExpandOp,
            mpc::PackOp, mpc::UnpackOp, mpc::ConcatOp>([&](auto) { return onward; })
      .Case([&](OneHotOp) { return Uses::Index; })
      // The expansion of a softmax begins with the other two.
      .Case<mpc::SoftmaxOp, MaxOp, mpc::ExpOp>([&](auto) { return Uses::Score; })
      .Case([&](mpc::MulOp mul) {
        // A factor without a fraction selects: the product has the fraction of the other
        // one.
        int64_t fraction = cast<ShareType>(mul.getType()).getFraction();
        auto isChosen = [&](Value factor) {
          auto share = dyn_cast<ShareType>(factor.getType());
          return share && share.getFraction() == fraction;
        };
        if (isChosen(mul->getOperand(1 - number)))
          return Uses::Score;
        return isChosen(operand.get()) ? onward : Uses::Data;
      })
      .Default(Uses::Data);
}

/// Handles an operation on numbers in the clear, or one of nn that will become shares.
Uses UsesAnalysis::useInPlain(OpOperand &operand, Uses onward) const {
  Operation *op = operand.getOwner();
  Knowledge result = Knowledge::Public;
  for (Value value : op->getResults())
    result = Knowledge::join(result, knowledge.of(value));
  Uses passed = result == Knowledge::Secret ? Uses::Data : onward;
  switch (nn::getOperandRole(operand)) {
  case nn::OperandRole::Index:
    return Uses::Index;
  case nn::OperandRole::Shape:
    return Uses::Shape;
  case nn::OperandRole::Mask:
    return getElementTypeOrSelf(operand.get()).isInteger(1) ? Uses::Condition : Uses::Score;
  case nn::OperandRole::Condition:
    // Constants that select among constants produce another one, which may be a weight.
    return result.dependsOnInput() ? Uses::Condition : onward;
  case nn::OperandRole::Parameter:
  case nn::OperandRole::Angle:
    return Uses::Data;
  case nn::OperandRole::Data:
  case nn::OperandRole::Extent:
    break;
  }
  return llvm::TypeSwitch<Operation *, Uses>(op)
      .Case([&](nn::CompareOp) {
        Value other = op->getOperand(1 - operand.getOperandNumber());
        bool isBound = knowledge.of(other).dependsOnInput();
        return isBound && result != Knowledge::Secret ? Uses::Condition : passed;
      })
      .Case([&](nn::SoftmaxOp) { return result.dependsOnInput() ? Uses::Score : onward; })
      .Case<nn::MatmulOp, nn::LinearOp, nn::ConvOp, nn::AttentionOp, nn::LayerNormOp,
            nn::RMSNormOp, nn::RotaryOp, nn::DequantizeOp, nn::PowersOfTwoOp>(
          [](auto) { return Uses::Data; })
      // Rows that a secret picks are a product with the table.
      .Case<nn::GatherOp, nn::GatherElementsOp>([&](auto) { return passed; })
      .Case<nn::MovementOpInterface, nn::AddOp, nn::SubOp, nn::NegOp, nn::WhereOp,
            nn::PadOp, nn::SizedOp>([&](auto) { return onward; })
      .Default(passed);
}

Uses UsesAnalysis::useOf(OpOperand &operand, Uses onward) const {
  Dialect *dialect = operand.getOwner()->getDialect();
  if (isa_and_present<MPCDialect>(dialect))
    return useInShares(operand, onward);
  if (isa_and_present<nn::NNDialect>(dialect))
    return useInPlain(operand, onward);
  return Uses::Data;
}

LogicalResult UsesAnalysis::visitOperation(Operation *op, ArrayRef<UsesLattice *> operands,
                                           ArrayRef<const UsesLattice *> results) {
  Uses onward = Uses::None;
  for (const UsesLattice *result : results)
    onward |= result->uses;
  for (auto [operand, lattice] : llvm::zip(op->getOpOperands(), operands))
    propagateIfChanged(lattice, lattice->add(useOf(operand, onward)));
  return success();
}

UsesInfo::UsesInfo(Operation *function, const KnowledgeInfo &knowledge)
    : solver(std::make_unique<DataFlowSolver>(DataFlowConfig().setInterprocedural(false))) {
  SymbolTableCollection symbols;
  solver->load<dataflow::DeadCodeAnalysis>();
  solver->load<UsesAnalysis>(symbols, knowledge);
  // Neither of the analyses can fail.
  if (failed(solver->initializeAndRun(function)))
    solver = nullptr;
}

UsesInfo::UsesInfo(Operation *function, AnalysisManager &analyses)
    : UsesInfo(function, analyses.getAnalysis<KnowledgeInfo>()) {}

UsesInfo::~UsesInfo() = default;

Uses UsesInfo::of(Value value) const {
  const auto *state = solver ? solver->lookupState<UsesLattice>(value) : nullptr;
  return state ? state->uses : solver ? Uses::None : Uses::Data;
}
