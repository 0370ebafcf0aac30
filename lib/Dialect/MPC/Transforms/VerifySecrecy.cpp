//===- VerifySecrecy.cpp - Proves that nothing leaves but by mpc.reveal ---===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "tacit/Dialect/MPC/Transforms/Passes.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/Origin.h"

namespace tacit::mpc {
#define GEN_PASS_DEF_VERIFYSECRECY
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"
} // namespace tacit::mpc

using namespace mlir;
using namespace tacit;
using namespace tacit::mpc;

static bool holdsShare(Type type) {
  bool found = false;
  AttrTypeWalker walker;
  walker.addWalk([&](ShareType) { found = true; });
  walker.walk(type);
  return found;
}

static InFlightDiagnostic complain(Operation *op, const Twine &found, const Twine &remedy) {
  InFlightDiagnostic diag = op->emitOpError() << found;
  diag.attachNote() << remedy;
  return diag;
}

namespace {

/// Checks one function, top to bottom.
class Secrecy {
public:
  Secrecy(func::FuncOp function, const llvm::StringSet<> &listed,
          const KnowledgeInfo &knowledge, const UsesInfo &uses)
      : function(function), listed(listed), knowledge(knowledge), uses(uses) {}

  LogicalResult check();

  int64_t secrets = 0, reveals = 0;

private:
  LogicalResult checkOp(Operation *op);
  LogicalResult checkMpc(Operation *op);
  LogicalResult checkPlain(Operation *op);
  LogicalResult checkReturn(func::ReturnOp op);
  LogicalResult checkEntry(Operation *op, Party party);
  LogicalResult checkPublic(PublicOp op);

  func::FuncOp function;
  const llvm::StringSet<> &listed;
  const KnowledgeInfo &knowledge;
  const UsesInfo &uses;
};

} // namespace

/// A secret that `party` makes follows from what it knows.
LogicalResult Secrecy::checkEntry(Operation *op, Party party) {
  ++secrets;
  Knowledge input = knowledge.of(op->getOperand(0));
  if (party == Party::Server && input.dependsOnInput())
    return complain(op, "is made by the server of what follows from the client's input",
                    "the server would have to see the input; share it 'from client'");
  if (party == Party::Client && input == Knowledge::Server)
    return complain(op, "is made by the client of what follows from the server's weights",
                    "the client would have to see the weights; share them 'from server'");
  return success();
}

static std::string articleOf(Reason reason) {
  return (reason == Reason::Index ? "an " : "a ") + stringifyReason(reason).str();
}

/// True if a constant is one number that follows from an attribute, or integers that do.
static bool isAttributeNumber(nn::ConstantOp constant) {
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  bool isInteger = isa<IntegerType>(getElementTypeOrSelf(constant.getType()));
  return nn::isFromAttribute(constant) && (isInteger || (dense && dense.isSplat()));
}

/// What the client is told is a constant, and the reason holds.
LogicalResult Secrecy::checkPublic(PublicOp op) {
  if (knowledge.of(op.getInput()).dependsOnInput())
    return complain(op, "makes public what follows from the client's input",
                    "the server would learn it; make a secret of it by mpc.share from "
                    "client");
  auto constant = op.getInput().getDefiningOp<nn::ConstantOp>();
  if (!constant)
    return complain(op, "makes public what was computed; expected a constant",
                    "make the constants public of which it is computed");
  Reason reason = op.getReason();
  StringRef name = op.getName().value_or("");
  if (reason == Reason::Attribute) {
    if (isAttributeNumber(constant))
      return success();
    return complain(op, "tells the client a constant of the file as an 'attribute'",
                    "expected a constant with the attribute nn.from_attribute; share a "
                    "weight by mpc.share from server");
  }
  if (reason == Reason::Listed) {
    // The text of a program has no names of small constants.
    std::string own = nameOfConstant(constant);
    if (!name.empty() && listed.contains(name) && (own.empty() || own == name))
      return success();
    return complain(op, "tells the client a constant that is not listed, '" + name + "'",
                    "list the name in the option public, if the client may know it");
  }
  if (isProven(reason, constant.getValue(), uses.of(op.getResult())))
    return success();
  return complain(op,
                  "tells the client a constant as " + articleOf(reason) +
                      ", but it reaches something else",
                  "a weight is the server's: share it by mpc.share from server");
}

LogicalResult Secrecy::checkMpc(Operation *op) {
  if (auto share = dyn_cast<ShareOp>(op))
    return checkEntry(op, share.getParty());
  if (auto oneHot = dyn_cast<OneHotOp>(op))
    return checkEntry(op, oneHot.getParty());
  if (auto open = dyn_cast<PublicOp>(op))
    return checkPublic(open);
  for (Value operand : op->getOperands())
    if (!isa<ShareType>(operand.getType()) && knowledge.of(operand) != Knowledge::Public)
      return complain(op, "computes with a plain operand that did not pass mpc.public",
                      "the other party does not know it; use mpc.public for a constant of "
                      "the architecture, else mpc.share");
  auto reveal = dyn_cast<RevealOp>(op);
  if (!reveal)
    return success();
  ++reveals;
  if (reveal.getParty() == Party::Client)
    return success();
  return complain(op, "shows a secret to the server",
                  "the client alone learns results; reveal it 'to client'");
}

LogicalResult Secrecy::checkReturn(func::ReturnOp op) {
  for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
    if (holdsShare(operand.getType()))
      return complain(op, "returns a secret, as result " + Twine(i),
                      "reveal it first: mpc.reveal ... to client");
    if (knowledge.of(operand) == Knowledge::Server)
      return complain(
          op,
          "hands out what follows from the server's weights alone, as result " + Twine(i),
          "share it 'from server' and reveal it 'to client', so that it is seen "
          "to leave");
  }
  return success();
}

LogicalResult Secrecy::checkPlain(Operation *op) {
  for (Value operand : op->getOperands())
    if (holdsShare(operand.getType()))
      return complain(op, "reads a secret outside of the mpc dialect",
                      "a secret leaves by mpc.reveal alone; use it in mpc operations");
  if (llvm::any_of(op->getResultTypes(), holdsShare))
    return complain(op, "makes a secret outside of the mpc dialect",
                    "secrets are made by mpc.share and mpc.one_hot");
  if (op->getNumRegions() > 0 || op->getNumSuccessors() > 0 || isa<CallOpInterface>(op))
    return complain(op, "branches, has regions or calls a function",
                    "secrecy is proved of straight-line programs; unroll or inline it "
                    "first");
  auto isSecret = [&](Value value) { return knowledge.of(value) == Knowledge::Secret; };
  if (llvm::any_of(op->getResults(), isSecret) &&
      llvm::none_of(op->getOperands(), isSecret))
    return complain(op,
                    "combines in plain what follows from the client's input and the "
                    "server's weights",
                    "one party would have to see what is the other's; share both and use "
                    "mpc operations");
  return success();
}

LogicalResult Secrecy::checkOp(Operation *op) {
  if (auto result = dyn_cast<func::ReturnOp>(op))
    return checkReturn(result);
  return isa_and_nonnull<MPCDialect>(op->getDialect()) ? checkMpc(op) : checkPlain(op);
}

LogicalResult Secrecy::check() {
  bool fine = true;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (holdsShare(type)) {
      fine = false;
      complain(function, "takes a secret, as argument " + Twine(i),
               "the parties bring plain tensors; make secrets of them by mpc.share");
    }
  function.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    fine &= succeeded(checkOp(op));
    // An operation with regions is complained about as a whole.
    return WalkResult::skip();
  });
  return success(fine);
}

namespace {

struct VerifySecrecy : tacit::mpc::impl::VerifySecrecyBase<VerifySecrecy> {
  using VerifySecrecyBase::VerifySecrecyBase;

  void runOnOperation() override {
    llvm::StringSet<> listed;
    for (const std::string &name : publicNames)
      listed.insert(name);
    bool fine = true;
    for (Operation &op : getOperation().getOps()) {
      auto function = dyn_cast<func::FuncOp>(op);
      if (!function) {
        fine = false;
        complain(&op, "stands beside the functions of a program",
                 "secrecy is proved of functions; lower it later, or leave it out");
        continue;
      }
      Secrecy secrecy(function, listed, getChildAnalysis<KnowledgeInfo>(function),
                      getChildAnalysis<UsesInfo>(function));
      fine &= succeeded(secrecy.check());
      secrets += secrecy.secrets;
      reveals += secrecy.reveals;
    }
    if (!fine)
      signalPassFailure();
    // A proof changes nothing.
    markAllAnalysesPreserved();
  }
};

} // namespace
