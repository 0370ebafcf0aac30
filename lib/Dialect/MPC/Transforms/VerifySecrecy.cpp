//===- VerifySecrecy.cpp - Proves that secrets leave only by mpc.reveal ---===//
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
  walker.addWalk([&](Type part) { found |= isSecret(part); });
  walker.walk(type);
  return found;
}

static InFlightDiagnostic complain(Operation *op, const Twine &found, const Twine &remedy) {
  InFlightDiagnostic diag = op->emitOpError() << found;
  diag.attachNote() << remedy;
  return diag;
}

namespace {

/// Checks one function, from top to bottom.
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

/// Checks that a secret that `party` makes follows from what the party knows.
LogicalResult Secrecy::checkEntry(Operation *op, Party party) {
  ++secrets;
  Knowledge input = knowledge.of(op->getOperand(0));
  if (party == Party::Server && input.dependsOnInput())
    return complain(op,
                    "is made by the server from a value that depends on the client's input",
                    "the server would have to see the input; share it 'from client'");
  if (party == Party::Client && input == Knowledge::Server)
    return complain(
        op, "is made by the client from a value that depends on the server's weights",
        "the client would have to see the weights; share them 'from server'");
  return success();
}

static std::string articleOf(Reason reason) {
  return (reason == Reason::Index ? "an " : "a ") + stringifyReason(reason).str();
}

/// The most numbers that the definition of a function lists, as the powers of two do with
/// which a reciprocal compares.
static constexpr int64_t kMaxList = 64;

/// Returns true if a constant consists of one number, of a short list of them, or of
/// integers, that follow from an attribute.
static bool isAttributeNumber(nn::ConstantOp constant) {
  if (!nn::isFromAttribute(constant))
    return false;
  if (isa<IntegerType>(getElementTypeOrSelf(constant.getType())))
    return true;
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!dense || dense.isSplat())
    return dense != nullptr;
  ArrayRef<int64_t> shape = dense.getType().getShape();
  return dense.getNumElements() <= kMaxList &&
         llvm::count_if(shape, [](int64_t dim) { return dim != 1; }) == 1;
}

/// Checks that the disclosed value is a constant, and that the reason is true.
LogicalResult Secrecy::checkPublic(PublicOp op) {
  if (knowledge.of(op.getInput()).dependsOnInput())
    return complain(
        op, "makes public a value that depends on the client's input",
        "the server would learn it; turn it into a secret with mpc.share from client");
  auto constant = op.getInput().getDefiningOp<nn::ConstantOp>();
  if (!constant)
    return complain(op, "makes public a value that was computed; expected a constant",
                    "make the constants public from which it is computed");
  Reason reason = op.getReason();
  StringRef name = op.getName().value_or("");
  if (reason == Reason::Attribute) {
    if (isAttributeNumber(constant))
      return success();
    return complain(op, "discloses a constant of the file to the client as an 'attribute'",
                    "expected one number, or a list of up to " + Twine(kMaxList) +
                        ", with the attribute nn.from_attribute; share a weight with "
                        "mpc.share from server");
  }
  if (reason == Reason::Listed) {
    if (!name.empty() && listed.contains(name) && nn::getConstantName(constant) == name)
      return success();
    return complain(op,
                    "discloses to the client a constant that is not listed, '" + name + "'",
                    "list the name in the option 'public' if the client may know it");
  }
  if (isProven(reason, constant.getValue(), uses.of(op.getResult())))
    return success();
  return complain(op,
                  "discloses a constant to the client as " + articleOf(reason) +
                      ", but it is used for something else",
                  "a weight belongs to the server: share it with mpc.share from server");
}

LogicalResult Secrecy::checkMpc(Operation *op) {
  if (auto share = dyn_cast<ShareOp>(op))
    return checkEntry(op, share.getParty());
  if (auto oneHot = dyn_cast<OneHotOp>(op))
    return checkEntry(op, oneHot.getParty());
  if (auto open = dyn_cast<PublicOp>(op))
    return checkPublic(open);
  for (Value operand : op->getOperands())
    if (!isSecret(operand.getType()) && knowledge.of(operand) != Knowledge::Public)
      return complain(op,
                      "computes with a plain operand that is not the result of mpc.public",
                      "the other party does not know it; use mpc.public for a constant of "
                      "the architecture, otherwise mpc.share");
  auto reveal = dyn_cast<RevealOp>(op);
  if (!reveal)
    return success();
  ++reveals;
  if (reveal.getParty() == Party::Client)
    return success();
  return complain(op, "reveals a secret to the server",
                  "only the client may learn results; reveal it 'to client'");
}

LogicalResult Secrecy::checkReturn(func::ReturnOp op) {
  for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
    if (isa<ShareType>(operand.getType()) && function.getResultAttr(i, kStateAttr))
      continue;
    if (holdsShare(operand.getType()))
      return complain(op, "returns a secret, as result " + Twine(i),
                      "reveal it first, with mpc.reveal ... to client; a cache that stays "
                      "a share is marked mpc.state");
    if (knowledge.of(operand) == Knowledge::Server)
      return complain(
          op,
          "returns a value that depends on the server's weights alone, as result " +
              Twine(i),
          "share it 'from server' and reveal it 'to client', so that the disclosure is "
          "explicit");
  }
  return success();
}

LogicalResult Secrecy::checkPlain(Operation *op) {
  for (Value operand : op->getOperands())
    if (holdsShare(operand.getType()))
      return complain(op, "reads a secret outside the mpc dialect",
                      "a secret may leave only through mpc.reveal; use mpc operations");
  if (llvm::any_of(op->getResultTypes(), holdsShare))
    return complain(op, "makes a secret outside the mpc dialect",
                    "only mpc.share and mpc.one_hot make secrets");
  if (op->getNumRegions() > 0 || op->getNumSuccessors() > 0 || isa<CallOpInterface>(op))
    return complain(
        op, "branches, has regions or calls a function",
        "secrecy is proved for straight-line programs only; unroll or inline it first");
  auto isSecret = [&](Value value) { return knowledge.of(value) == Knowledge::Secret; };
  if (llvm::any_of(op->getResults(), isSecret) &&
      llvm::none_of(op->getOperands(), isSecret))
    return complain(op,
                    "combines in plain values that depend on the client's input and on the "
                    "server's weights",
                    "one party would have to see the other's values; share both and use "
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
    if (holdsShare(type) && !(isa<ShareType>(type) && function.getArgAttr(i, kStateAttr))) {
      fine = false;
      complain(function, "takes a secret, as argument " + Twine(i),
               "the parties provide plain tensors; turn them into secrets with mpc.share");
    }
  function.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    fine &= succeeded(checkOp(op));
    // An operation with regions is reported as a whole.
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
        complain(&op, "appears beside the functions of the program",
                 "secrecy is proved for functions only; lower it later, or leave it out");
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
