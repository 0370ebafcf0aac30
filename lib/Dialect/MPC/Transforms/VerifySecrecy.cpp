//===- VerifySecrecy.cpp - Proves that nothing leaves but by mpc.reveal ---===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/MPC/Transforms/Passes.h"

namespace tacit::mpc {
#define GEN_PASS_DEF_VERIFYSECRECY
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"
} // namespace tacit::mpc

using namespace mlir;
using namespace tacit::mpc;

namespace {
/// What a plain value tells, a set: nothing but the architecture (empty), something of
/// the client's input, something of the server's weights.
enum Told : unsigned { Nothing = 0, OfClient = 1, OfServer = 2 };
} // namespace

static bool holdsShare(Type type) {
  bool found = false;
  AttrTypeWalker walker;
  walker.addWalk([&](ShareType) { found = true; });
  walker.walk(type);
  return found;
}

/// Weights are floats, or packed into bytes, and differ from one another. Other integers
/// (positions, shapes, masks) and one number everywhere belong to the architecture, which
/// both parties know.
static unsigned toldByConstant(Attribute value, Type type) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements)
    return Nothing;
  auto dense = dyn_cast<DenseElementsAttr>(value);
  Type element = getElementTypeOrSelf(type);
  bool isPosition = isa<IntegerType, IndexType>(element) && !element.isInteger(8);
  if (isPosition || elements.getNumElements() == 1 || (dense && dense.isSplat()))
    return Nothing;
  return OfServer;
}

static InFlightDiagnostic complain(Operation *op, const Twine &found, const Twine &remedy) {
  InFlightDiagnostic diag = op->emitOpError() << found;
  diag.attachNote() << remedy;
  return diag;
}

namespace {

/// Follows what plain values tell through one function, top to bottom.
class Secrecy {
public:
  LogicalResult check(func::FuncOp function);

  int64_t secrets = 0, reveals = 0;

private:
  LogicalResult checkOp(Operation *op);
  LogicalResult checkMpc(Operation *op);
  LogicalResult checkPlain(Operation *op);
  LogicalResult checkReturn(func::ReturnOp op);
  LogicalResult checkEntry(Operation *op, Party party);
  LogicalResult checkPublic(PublicOp op);
  unsigned toldBy(Operation *op) const;

  llvm::DenseMap<Value, unsigned> told;
};

} // namespace

/// What the operands tell together.
unsigned Secrecy::toldBy(Operation *op) const {
  unsigned result = Nothing;
  for (Value operand : op->getOperands())
    result |= told.lookup(operand);
  return result;
}

/// A secret that `party` makes follows from what it knows.
LogicalResult Secrecy::checkEntry(Operation *op, Party party) {
  ++secrets;
  unsigned input = told.lookup(op->getOperand(0));
  if (party == Party::Server && (input & OfClient))
    return complain(op, "is made by the server of what follows from the client's input",
                    "the server would have to see the input; share it 'from client'");
  if (party == Party::Client && input == OfServer)
    return complain(op, "is made by the client of what follows from the server's weights",
                    "the client would have to see the weights; share them 'from server'");
  return success();
}

LogicalResult Secrecy::checkPublic(PublicOp op) {
  if (!(told.lookup(op.getInput()) & OfClient))
    return success();
  return complain(op, "makes public what follows from the client's input",
                  "the server would learn it; make a secret of it by mpc.share from "
                  "client");
}

LogicalResult Secrecy::checkMpc(Operation *op) {
  if (auto share = dyn_cast<ShareOp>(op))
    return checkEntry(op, share.getParty());
  if (auto oneHot = dyn_cast<OneHotOp>(op))
    return checkEntry(op, oneHot.getParty());
  if (auto open = dyn_cast<PublicOp>(op))
    return checkPublic(open);
  for (Value operand : op->getOperands())
    if (!isa<ShareType>(operand.getType()) && !operand.getDefiningOp<PublicOp>())
      return complain(op, "computes with a plain operand that did not pass mpc.public",
                      "the other party does not know it; use mpc.public for a constant of "
                      "the architecture, else mpc.share");
  auto reveal = dyn_cast<RevealOp>(op);
  if (!reveal)
    return success();
  ++reveals;
  told[reveal.getResult()] = OfClient;
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
    if (told.lookup(operand) & OfServer)
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
  Attribute constant;
  unsigned result = toldBy(op);
  if (matchPattern(op, m_Constant(&constant)))
    result = toldByConstant(constant, op->getResult(0).getType());
  else if (op->getNumOperands() == 0)
    result = OfServer;
  if (result == (OfClient | OfServer))
    return complain(op,
                    "combines in plain what follows from the client's input and the "
                    "server's weights",
                    "one party would have to see what is the other's; share both and use "
                    "mpc operations");
  for (Value value : op->getResults())
    told[value] = result;
  return success();
}

LogicalResult Secrecy::checkOp(Operation *op) {
  if (auto result = dyn_cast<func::ReturnOp>(op))
    return checkReturn(result);
  return isa_and_nonnull<MPCDialect>(op->getDialect()) ? checkMpc(op) : checkPlain(op);
}

LogicalResult Secrecy::check(func::FuncOp function) {
  bool fine = true;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (holdsShare(type)) {
      fine = false;
      complain(function, "takes a secret, as argument " + Twine(i),
               "the parties bring plain tensors; make secrets of them by mpc.share");
    }
  for (Value argument : function.getArguments())
    told[argument] = OfClient;
  function.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    fine &= succeeded(checkOp(op));
    // An operation with regions is complained about as a whole.
    return WalkResult::skip();
  });
  return success(fine);
}

namespace {

struct VerifySecrecy : tacit::mpc::impl::VerifySecrecyBase<VerifySecrecy> {
  void runOnOperation() override {
    bool fine = true;
    for (Operation &op : getOperation().getOps()) {
      auto function = dyn_cast<func::FuncOp>(op);
      if (!function) {
        fine = false;
        complain(&op, "stands beside the functions of a program",
                 "secrecy is proved of functions; lower it later, or leave it out");
        continue;
      }
      Secrecy secrecy;
      fine &= succeeded(secrecy.check(function));
      secrets += secrecy.secrets;
      reveals += secrecy.reveals;
    }
    if (!fine)
      signalPassFailure();
  }
};

} // namespace
