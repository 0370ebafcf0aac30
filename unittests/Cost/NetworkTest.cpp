//===- NetworkTest.cpp - Rounds, totals, seconds --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CostTestSupport.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::cost;
using namespace tacit::mpc;
using namespace tacit::test;

namespace {

TEST(Network, KnowsNamesAndNumbers) {
  Network lan = llvm::cantFail(parseNetwork("lan"));
  EXPECT_EQ(lan.bandwidth, 3e9);
  EXPECT_EQ(lan.rtt, 0.8e-3);
  Network wan = llvm::cantFail(parseNetwork("wan"));
  EXPECT_EQ(wan.bandwidth, 100e6);
  EXPECT_EQ(wan.rtt, 80e-3);
  Network own = llvm::cantFail(parseNetwork("1e9, 0.002"));
  EXPECT_EQ(own.bandwidth, 1e9);
  EXPECT_EQ(own.rtt, 0.002);
  for (const Network &network : networks()) {
    EXPECT_GT(network.bandwidth, network.rtt) << network.name;
    EXPECT_FALSE(network.source.empty()) << network.name;
  }
}

TEST(Network, RefusesWhatIsNone) {
  for (const char *text :
       {"", "moon", "1e9", "1e9,", "0,0.1", "1e9,-1", "nan,0", "1e9,inf", "1e9,1,1"}) {
    std::string error = describe(parseNetwork(text));
    EXPECT_CONTAINS(error,
                    fmt::format("[2] unknown network '{}'; expected lan, wan", text));
    EXPECT_CONTAINS(error, "or BITS_PER_S,RTT_S | 100e6,0.08 is 100 Mbit/s");
  }
}

TEST(Network, TimesTheFullerDirection) {
  Network network = llvm::cantFail(parseNetwork("8e6,0.1"));
  Total total;
  total.total = 3'000'000;
  total.toServer = 2'000'000;
  total.toClient = 1'000'000;
  total.hops = 10;
  EXPECT_DOUBLE_EQ(*seconds(total, network), 2.0 + 0.5);
  total.toServer = total.toClient = kUnknown;
  EXPECT_DOUBLE_EQ(*seconds(total, network), 1.5 + 0.5);
  total.hops = kUnknown;
  EXPECT_FALSE(seconds(total, network));
}

const char *diamond = R"mlir(
  !s = !mpc.share<4, width = 64, fraction = 8>
  !wide = !mpc.share<4, width = 64, fraction = 16>
  func.func @main(%x: !s) -> !wide {
    %a = mpc.exp %x : !s
    %b = mpc.reciprocal %x : !s
    %n = mpc.neg %a : !s
    %y = mpc.mul %n, %b : (!s, !s) -> !wide
    %s = mpc.square %a : !s to !wide
    return %y : !wide
  })mlir";

// Both sides begin at once, the product waits for the longer, and the square only for its
// own.
TEST(Rounds, AreLevelsOfTheGraph) {
  Program program(diamond);
  Bill bill = llvm::cantFail(suiteOf("crypten")->charge(program.func));
  Rounds rounds = scheduleRounds(program.func, bill);
  std::string found;
  for (auto &[op, charge] : bill.charges)
    found += fmt::format("{} {} {}; ", op->getName().getStringRef().str(),
                         rounds.start.lookup(op), charge.hops);
  EXPECT_EQ(found, "mpc.exp 0 8; mpc.reciprocal 0 28; mpc.mul 28 1; mpc.square 8 1; ");
  EXPECT_EQ(rounds.hops, 29);
  Total total = llvm::cantFail(sumOf(bill, rounds));
  EXPECT_EQ(total.total, 4 * (128 + 608 + 32 + 16));
  EXPECT_EQ(total.toServer, total.total / 2);
  EXPECT_EQ(total.toClient, total.total / 2);
  EXPECT_EQ(total.offline, 4 * (64 + 224 + 8 + 8));
  EXPECT_EQ(total.hops, 29);
  EXPECT_EQ(total.rounds, 8 + 28 + 1 + 1);
}

TEST(Rounds, StayUnknownBehindTheUnknown) {
  Program program(diamond);
  Bill bill = llvm::cantFail(suiteOf("crypten")->charge(program.func));
  Operation *reciprocal = &*std::next(program.func.front().begin());
  bill.charges[reciprocal].hops = kUnknown;
  bill.charges[reciprocal].toServer = kUnknown;
  Rounds rounds = scheduleRounds(program.func, bill);
  EXPECT_EQ(rounds.start.lookup(reciprocal), 0);
  std::string found;
  for (auto &[op, charge] : bill.charges)
    found += fmt::format("{} ", rounds.start.lookup(op));
  EXPECT_EQ(found, "0 0 -1 8 ");
  Total total = llvm::cantFail(sumOf(bill, rounds));
  EXPECT_EQ(total.hops, kUnknown);
  EXPECT_EQ(total.toServer, kUnknown);
  EXPECT_EQ(total.toClient, 4 * (128 + 608 + 32 + 16) / 2);
}

TEST(Rounds, SumsOverflowLoudly) {
  Program program(diamond);
  Bill bill = llvm::cantFail(suiteOf("crypten")->charge(program.func));
  for (auto &[op, charge] : bill.charges)
    charge.total = int64_t(1) << 62;
  EXPECT_CONTAINS(describe(sumOf(bill, scheduleRounds(program.func, bill))),
                  "[3] the program is too large for its bytes to be counted");
}

} // namespace
