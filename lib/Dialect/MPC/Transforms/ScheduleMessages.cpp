//===- ScheduleMessages.cpp - Messages of one hop travel together ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Builders.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/MPC/Transforms/Passes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include <map>

namespace tacit::mpc {
#define GEN_PASS_DEF_SCHEDULEMESSAGES
#include "tacit/Dialect/MPC/Transforms/Passes.h.inc"
} // namespace tacit::mpc

using namespace mlir;
using namespace tacit::mpc;

namespace {
struct ScheduleMessages : tacit::mpc::impl::ScheduleMessagesBase<ScheduleMessages> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function.getBody().hasOneBlock())
      return;
    Block &body = function.getBody().front();
    dropEmpty(body);
    std::map<int64_t, SmallVector<ExchangeOp>> hops = sortByHop(body);
    if (hops.empty())
      return;
    for (auto &[hop, messages] : hops)
      merge(messages);
    numHops = hops.size();
    sink(body);
  }

  /// Nobody waits for words of tensors without elements.
  static void dropEmpty(Block &body) {
    for (auto exchange : llvm::make_early_inc_range(body.getOps<ExchangeOp>())) {
      auto isEmpty = [](Type type) { return cast<ShapedType>(type).getNumElements() == 0; };
      if (!llvm::all_of(exchange.getInputs().getTypes(), isEmpty))
        continue;
      exchange.replaceAllUsesWith(exchange.getInits());
      exchange.erase();
    }
  }

  /// Puts the operations in an order in which each follows all hops it waits for, and no
  /// other. Returns the messages of each hop.
  std::map<int64_t, SmallVector<ExchangeOp>> sortByHop(Block &body) {
    llvm::DenseMap<Operation *, int64_t> hopOf;
    std::map<int64_t, SmallVector<Operation *>> local;
    std::map<int64_t, SmallVector<ExchangeOp>> messages;
    for (Operation &op : body.without_terminator()) {
      int64_t hop = 0;
      for (Value operand : op.getOperands())
        if (Operation *definition = operand.getDefiningOp())
          hop = std::max(hop, hopOf.lookup(definition) +
                                  static_cast<int64_t>(isa<ExchangeOp>(definition)));
      hopOf[&op] = hop;
      if (auto exchange = dyn_cast<ExchangeOp>(op))
        messages[hop].push_back(exchange);
      else
        local[hop].push_back(&op);
    }
    Operation *end = body.getTerminator();
    int64_t last = std::max(local.empty() ? 0 : local.rbegin()->first,
                            messages.empty() ? 0 : messages.rbegin()->first);
    for (int64_t hop = 0; hop <= last; ++hop) {
      for (Operation *op : local[hop])
        op->moveBefore(end);
      for (ExchangeOp message : messages[hop])
        message->moveBefore(end);
      if (messages[hop].empty())
        messages.erase(hop);
    }
    return messages;
  }

  /// Makes one operation of all messages of a hop, which keep their order.
  static void merge(ArrayRef<ExchangeOp> messages) {
    if (messages.size() == 1)
      return;
    OpBuilder b(messages.back());
    SmallVector<Value> inputs, inits;
    SmallVector<int32_t> directions;
    SmallVector<Type> types;
    SmallVector<Location> locations;
    SmallVector<Attribute> sites;
    for (ExchangeOp message : messages) {
      llvm::append_range(inputs, message.getInputs());
      llvm::append_range(inits, message.getInits());
      llvm::append_range(directions, message.getDirections());
      llvm::append_range(types, message.getResultTypes());
      locations.push_back(message.getLoc());
      if (ArrayAttr own = message.getSitesAttr())
        llvm::append_range(sites, own);
    }
    // A hop states what its messages are for only if it can state it for all of them.
    ArrayAttr allSites = sites.size() == inputs.size() ? b.getArrayAttr(sites) : nullptr;
    auto merged = ExchangeOp::create(b, b.getFusedLoc(locations), types, inputs, inits,
                                     b.getDenseI32ArrayAttr(directions), allSites);
    unsigned next = 0;
    for (ExchangeOp message : messages) {
      for (Value result : message.getResults())
        result.replaceAllUsesWith(merged.getResult(next++));
      message.erase();
    }
  }

  /// Computes nothing before the hop that needs it, so that no buffer lives longer than it
  /// must and no message waits for what is not part of it.
  static void sink(Block &body) {
    // What stays: the hops, whatever has no results, and the end.
    llvm::DenseMap<Operation *, int64_t> stopOf;
    SmallVector<Operation *> ops;
    int64_t numStops = 0;
    for (Operation &op : body) {
      ops.push_back(&op);
      if (isa<ExchangeOp>(op) || op.use_empty())
        stopOf[&op] = numStops++;
    }
    for (Operation *op : llvm::reverse(ops)) {
      if (stopOf.contains(op))
        continue;
      int64_t first = numStops;
      for (Operation *user : op->getUsers())
        first = std::min(first, stopOf.lookup(body.findAncestorOpInBlock(*user)));
      stopOf[op] = first;
    }
    // Within a stop they keep their order.
    SmallVector<SmallVector<Operation *>> stops(numStops);
    for (Operation *op : ops)
      stops[stopOf.lookup(op)].push_back(op);
    Operation *end = body.getTerminator();
    for (ArrayRef<Operation *> stop : stops)
      for (Operation *op : stop)
        if (op != end)
          op->moveBefore(end);
  }
};
} // namespace
