//===- Network.cpp - Network time and rounds ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/Network.h"
#include "Exact.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Nearest.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;

namespace tacit::cost {

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

ArrayRef<Network> networks() {
  static const std::vector<Network> all = {
      {"lan", 3e9, 0.8e-3, "CipherGPT and BOLT"},
      {"wan", 100e6, 80e-3, "AERO and BOLT"},
      {"aero", 100e6, 80e-3, "AERO, arXiv 2501.03489, section 5"},
      {"bolt-100-40", 100e6, 40e-3, "BOLT"},
      {"bolt-200-40", 200e6, 40e-3, "BOLT"},
      {"bolt-200-80", 200e6, 80e-3, "BOLT"},
      {"cheetah-lan", 3.072e9, 0.3e-3, "Cheetah: 384 MB/s"},
      {"cheetah-wan", 352e6, 40e-3, "Cheetah: 44 MB/s"},
      {"iron", 3.016e9, 0.8e-3, "Iron and SIRNN: 377 MB/s"},
      {"mosformer-lan", 1e9, 0.5e-3, "Mosformer"},
      {"mosformer-wan", 400e6, 4e-3, "Mosformer"},
      {"nimbus-lan", 3e9, 1e-3, "Nimbus"},
      {"nimbus-wan", 400e6, 10e-3, "Nimbus"},
      {"puma", 5e9, 1e-3, "PUMA"},
      {"sigma-lan", 9.4e9, 0.05e-3, "SIGMA"},
      {"sigma-wan", 305e6, 60e-3, "SIGMA"},
  };
  return all;
}

llvm::Expected<Network> parseNetwork(StringRef text) {
  for (const Network &network : networks())
    if (network.name == text)
      return network;
  auto [bandwidth, rtt] = text.split(',');
  Network network{text.str(), 0, 0, "the command line"};
  if (!bandwidth.trim().getAsDouble(network.bandwidth) &&
      !rtt.trim().getAsDouble(network.rtt) && std::isfinite(network.bandwidth) &&
      std::isfinite(network.rtt) && network.bandwidth > 0 && network.rtt >= 0)
    return network;
  auto names = llvm::map_range(networks(), [](auto &known) { return known.name; });
  std::string near = nearest(text, names);
  return fail(
      ErrorKind::InvalidArgument, "100e6,0.08 is 100 Mbit/s with a round trip of 80 ms",
      "unknown network '{}'; expected {} or BITS_PER_S,RTT_S{}", text.str(),
      llvm::join(names, ", "), near.empty() ? "" : "; did you mean '" + near + "'?");
}

//===----------------------------------------------------------------------===//
// Rounds
//===----------------------------------------------------------------------===//

Rounds scheduleRounds(func::FuncOp func, const Bill &bill) {
  Rounds rounds;
  // Maps each value to the hop after which it is available; values that are not in the map
  // are available at once.
  llvm::DenseMap<Value, int64_t> ready;
  // An unknown number of hops is larger than any known one: it is not known when a user of
  // the value can start.
  auto later = [](int64_t a, int64_t b) {
    return a == kUnknown || b == kUnknown ? kUnknown : std::max(a, b);
  };
  for (Operation &op : func.getBody().getOps()) {
    int64_t start = 0;
    for (Value operand : op.getOperands())
      if (auto it = ready.find(operand); it != ready.end())
        start = later(start, it->second);
    int64_t end = start;
    if (auto it = bill.charges.find(&op); it != bill.charges.end()) {
      rounds.start[&op] = start;
      int64_t hops = it->second.hops;
      // This overflows 64 bits only in a program of 2^63 operations.
      end = start == kUnknown || hops == kUnknown ? kUnknown : start + hops;
      rounds.hops = later(rounds.hops, end);
    }
    for (Value result : op.getResults())
      ready[result] = end;
  }
  return rounds;
}

//===----------------------------------------------------------------------===//
// Totals
//===----------------------------------------------------------------------===//

bool addAmount(int64_t &sum, int64_t amount) {
  if (sum == kUnknown || amount == kUnknown) {
    sum = kUnknown;
    return true;
  }
  return !llvm::AddOverflow(sum, amount, sum);
}

bool addCharge(Total &sum, const Charge &charge) {
  return addAmount(sum.total, charge.total) && addAmount(sum.toServer, charge.toServer) &&
         addAmount(sum.toClient, charge.toClient) &&
         addAmount(sum.offline, charge.offline) && addAmount(sum.setup, charge.setup) &&
         addAmount(sum.rounds, charge.rounds);
}

llvm::Expected<Total> sumOf(const Bill &bill, const Rounds &rounds) {
  Total sum;
  sum.hops = rounds.hops;
  for (auto &[op, charge] : bill.charges)
    if (!addCharge(sum, charge))
      return tooLarge();
  return sum;
}

std::optional<double> seconds(const Total &total, const Network &network) {
  if (total.hops == kUnknown)
    return std::nullopt;
  double fuller = static_cast<double>(total.total) / 2;
  if (total.toServer != kUnknown && total.toClient != kUnknown)
    fuller = static_cast<double>(std::max(total.toServer, total.toClient));
  return fuller * 8 / network.bandwidth + static_cast<double>(total.hops) * network.rtt / 2;
}

} // namespace tacit::cost
