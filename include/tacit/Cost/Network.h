//===- Network.h - Network time and rounds ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_COST_NETWORK_H
#define TACIT_COST_NETWORK_H

#include "tacit/Cost/Suite.h"

namespace tacit::cost {

struct Network {
  std::string name;
  double bandwidth; ///< bits per second, in each direction at once
  double rtt;       ///< seconds
  std::string source;
};

/// Returns the networks that have a name.
llvm::ArrayRef<Network> networks();

/// Returns a network by its name, or by "BITS_PER_S,RTT_S".
llvm::Expected<Network> parseNetwork(llvm::StringRef text);

/// The totals of a whole program; kUnknown as in Charge.
struct Total {
  int64_t total = 0, toServer = 0, toClient = 0, offline = 0, hops = 0, setup = 0;
  /// One operation after the other, as Charge::rounds.
  int64_t rounds = 0;
};

/// Adds an amount; a sum of which a part is unknown is unknown. False where the sum leaves
/// 64 bits.
bool addAmount(int64_t &sum, int64_t amount);

/// Adds what an operation sends, and its rounds. Its hops are left out: others may share
/// them.
bool addCharge(Total &sum, const Charge &charge);

/// The hop at which each charged operation can begin, counted from 0, if everything is sent
/// as early as the data allow, so that independent messages share a round. kUnknown after
/// an operation whose hops are not known.
struct Rounds {
  llvm::DenseMap<mlir::Operation *, int64_t> start;
  int64_t hops = 0; ///< of the whole program
};
Rounds scheduleRounds(mlir::func::FuncOp func, const Bill &bill);

/// Adds up a bill. Fails if a sum overflows 64 bits.
llvm::Expected<Total> sumOf(const Bill &bill, const Rounds &rounds);

/// Returns the network time: that of the direction with more bytes at the bandwidth, and
/// half a round trip for each hop. If the directions are not known, each is taken as half
/// of the total. Returns nullopt if the hops are not known.
std::optional<double> seconds(const Total &total, const Network &network);

} // namespace tacit::cost

#endif // TACIT_COST_NETWORK_H
