//===- Uses.cpp - What values reach ---------------------------------------===//
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

/// A set that grows.
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

/// An operation on shares.
static Uses useInShares(OpOperand &operand, Uses onward) {
  unsigned number = operand.getOperandNumber();
  return llvm::TypeSwitch<Operation *, Uses>(operand.getOwner())
      .Case<PublicOp, ShareOp, RevealOp, mpc::AddOp, mpc::SubOp, mpc::NegOp, TruncateOp,
            SumOp, mpc::ReshapeOp, mpc::TransposeOp, mpc::SliceOp, mpc::ExpandOp,
            mpc::ConcatOp>([&](auto) { return onward; })
      .Case([&](OneHotOp) { return Uses::Index; })
      // What a softmax was taken apart into begins with the two others.
      .Case<mpc::SoftmaxOp, MaxOp, mpc::ExpOp>([&](auto) { return Uses::Score; })
      .Case([&](mpc::MulOp mul) {
        // A factor without a fraction chooses: the product has the other one's.
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

/// An operation on numbers in the clear, or one of nn that has yet to become shares.
Uses UsesAnalysis::useInPlain(OpOperand &operand, Uses onward) const {
  Operation *op = operand.getOwner();
  unsigned number = operand.getOperandNumber();
  Knowledge result = Knowledge::Public;
  for (Value value : op->getResults())
    result = Knowledge::join(result, knowledge.of(value));
  Uses passed = result == Knowledge::Secret ? Uses::Data : onward;
  return llvm::TypeSwitch<Operation *, Uses>(op)
      .Case<nn::GatherOp, nn::GatherElementsOp, nn::ScatterNDOp>(
          [&](auto) { return number == 1 ? Uses::Index : passed; })
      .Case([&](nn::DynamicSliceOp) { return number > 0 ? Uses::Index : onward; })
      .Case<nn::DynamicReshapeOp, nn::DynamicExpandOp>(
          [&](auto) { return number == 1 ? Uses::Shape : onward; })
      .Case([&](nn::AttentionOp) {
        bool isBoolean = getElementTypeOrSelf(operand.get()).isInteger(1);
        bool isMask = number == 3;
        return !isMask ? Uses::Data : isBoolean ? Uses::Condition : Uses::Score;
      })
      // Constants that choose between constants make another one, which may be a weight.
      .Case([&](nn::WhereOp) {
        return number == 0 && result.dependsOnInput() ? Uses::Condition : onward;
      })
      .Case([&](nn::CompareOp) {
        bool isBound = knowledge.of(op->getOperand(1 - number)).dependsOnInput();
        return isBound && result != Knowledge::Secret ? Uses::Condition : passed;
      })
      .Case([&](nn::SoftmaxOp) { return result.dependsOnInput() ? Uses::Score : onward; })
      .Case<nn::MatmulOp, nn::LinearOp, nn::ConvOp, nn::LayerNormOp, nn::RMSNormOp,
            nn::RotaryOp, nn::DequantizeOp, nn::PowersOfTwoOp>(
          [](auto) { return Uses::Data; })
      .Case<nn::AddOp, nn::SubOp, nn::NegOp, nn::ReshapeOp, nn::TransposeOp, nn::SliceOp,
            nn::ExpandOp, nn::ConcatOp, nn::PadOp, nn::SizedOp>(
          [&](auto) { return onward; })
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
  // Neither analysis can fail.
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
