//===- Messages.h - What a program of messages sends ------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The programs that convert-mpc-to-parties writes state each message, its size and its
// direction, and what the dealer deals. Their costs are the sums over these, and nothing
// is estimated.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_COST_MESSAGES_H
#define TACIT_COST_MESSAGES_H

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Cost/Network.h"
#include <map>

namespace tacit::cost {

/// What is sent for one operation of the model.
struct SiteCosts {
  Charge charge;
  int64_t start = 0; ///< the hop of its first message
};

struct MessageCosts {
  /// Of all messages, in all hops.
  Total total;
  /// By the number that a `#mpc.place` states.
  std::map<int64_t, SiteCosts> sites;

  /// Reads @party and @dealer, after mpc-schedule-messages. Fails if a message does not
  /// state what it is sent for, or if a sum leaves 63 bits.
  static llvm::Expected<MessageCosts> of(mlir::ModuleOp programs);

  /// Attaches `mpc.cost` to the operations of the @main that the programs were written
  /// from; those that an entry of `skip` matches cost nothing.
  void annotate(mlir::func::FuncOp main, llvm::ArrayRef<std::string> skip) const;
};

} // namespace tacit::cost

#endif // TACIT_COST_MESSAGES_H
