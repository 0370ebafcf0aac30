//===- DealerServiceTest.cpp - A dealer that parties connect to -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/DealerService.h"
#include "TestSupport.h"
#include "TwoParty/FakePackage.h"
#include "tacit/Runtime/TwoParty/MaterialFolder.h"
#include <thread>

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;
namespace fs = llvm::sys::fs;

namespace {

class DealerServiceTest : public testing::Test {
protected:
  void SetUp() override {
    for (StringRef name : {"client", "server"})
      ASSERT_FALSE(fs::create_directory(root.path(name)));
    patience.silence = 2;
    auto made = Listener::listenAt("127.0.0.1:0");
    ASSERT_TRUE(bool(made));
    listener = std::move(*made);
    address = "127.0.0.1:" + std::to_string(listener->port());
  }
  void TearDown() override {
    if (dealer.joinable())
      dealer.join();
    EXPECT_EQ(ended, "no error");
  }
  /// Serves one dealing.
  void start() {
    dealer = std::thread([this] {
      DealerOptions options;
      options.patience = patience;
      options.dealings = 1;
      options.onDealt = [&](const DealingNumber &, int64_t bytes) { sent = bytes; };
      options.onFailure = [&](llvm::Error error) {
        failures.push_back(describe(std::move(error)));
      };
      auto program = fakeDealer();
      ended = describe(serveDealer(schedule, *program, *listener, options));
    });
  }
  Expected<int64_t> fetch(Party party, const DealingNumber &number,
                          int64_t inferences = 2) {
    return fetchMaterial(address, partySchedule, party, number, inferences,
                         root.path(nameOf(party)), patience);
  }
  /// Both parties ask, and the dealer ends.
  void fetchBoth(const DealingNumber &number) {
    std::string client;
    std::thread other([&] { client = describe(fetch(Party::Client, number)); });
    auto bytes = fetch(Party::Server, number);
    other.join();
    EXPECT_EQ(client, "no error");
    ASSERT_TRUE(bool(bytes));
    EXPECT_EQ(*bytes, 2 * schedule.forecast().offline);
    dealer.join();
    EXPECT_EQ(sent, *bytes);
  }
  std::unique_ptr<Channel> connect() {
    auto transport = connectTo(address, "the dealer", patience);
    EXPECT_TRUE(bool(transport));
    return std::make_unique<Channel>(std::move(*transport), "the dealer", patience);
  }

  TemporaryFolder root;
  Patience patience;
  Schedule schedule = fakeSchedule(), partySchedule = schedule;
  std::unique_ptr<Listener> listener;
  std::string address, ended = "no error";
  std::thread dealer;
  std::vector<std::string> failures;
  int64_t sent = 0;
};

TEST_F(DealerServiceTest, DealsWhenBothHaveAsked) {
  start();
  DealingNumber number = DealingNumber::random();
  fetchBoth(number);
  MaterialFolder client(root.path("client"), Party::Client, schedule);
  MaterialFolder server(root.path("server"), Party::Server, schedule);
  for (int64_t inference : {0, 1}) {
    auto mine = client.take(number, inference), theirs = server.take(number, inference);
    ASSERT_TRUE(mine && theirs);
    auto share = [&](PartyMaterial &material, int64_t id) {
      Words words(kCount);
      EXPECT_EQ(describe(material.share(*schedule.findMaterial(id), words)), "no error");
      return words;
    };
    Words l = share(**mine, kInputMask), b = share(**theirs, kWeightMask);
    Words product = share(**mine, kProduct), rest = share(**theirs, kProduct);
    for (int64_t i = 0; i < kCount; ++i)
      EXPECT_EQ(static_cast<uint64_t>(product[i]) + static_cast<uint64_t>(rest[i]),
                static_cast<uint64_t>(l[i]) * static_cast<uint64_t>(b[i]));
  }
  EXPECT_TRUE(failures.empty());
}

TEST_F(DealerServiceTest, GoesOnAfterStrangers) {
  start();
  std::string nonsense(48, 'x');
  connect()->stop("goodbye");
  (void)describe(connect()->send(Frame::Hello, Channel::Bytes(nonsense.data(), 8)));
  nonsense[0] = 2;
  nonsense[1] = nonsense[2] = nonsense[3] = 0;
  (void)describe(connect()->send(Frame::Request, Channel::Bytes(nonsense.data(), 48)));
  nonsense[0] = 1;
  auto channel = connect();
  (void)describe(channel->send(Frame::Request, Channel::Bytes(nonsense.data(), 48)));
  EXPECT_CONTAINS(describe(channel->receive(Frame::Seed, 32)),
                  "[7] the dealer stopped: sent a request that makes no sense");
  partySchedule.package[0] = 'f';
  EXPECT_CONTAINS(describe(fetch(Party::Client, DealingNumber())),
                  "stopped: asks for material of another package");
  partySchedule = schedule;
  fetchBoth(DealingNumber::random());
  ASSERT_EQ(failures.size(), 5u);
  EXPECT_CONTAINS(failures[0], "stopped: goodbye");
  EXPECT_CONTAINS(failures[1], "sent a message of kind 'hello'; expected 'request'");
  EXPECT_CONTAINS(failures[2], "speaks version 2 of the protocol; expected 1");
  EXPECT_CONTAINS(failures[4], "[7] the party at 127.0.0.1:");
}

TEST_F(DealerServiceTest, TellsAPartyThatTheOtherIsGone) {
  start();
  DealingNumber number = DealingNumber::random();
  // The server keeps nothing: its folder does not exist.
  ASSERT_FALSE(fs::remove_directories(root.path("server")));
  std::string client;
  std::thread other([&] { client = describe(fetch(Party::Client, number)); });
  EXPECT_CONTAINS(describe(fetch(Party::Server, number)), "[4] cannot read");
  other.join();
  EXPECT_CONTAINS(client, "stopped: the dealer cannot deal to the other party");
  ASSERT_FALSE(fs::create_directory(root.path("server")));
  EXPECT_EQ(root.countFiles(), 2u);
  fetchBoth(DealingNumber::random());
}

TEST_F(DealerServiceTest, IsCheckedByTheParties) {
  // One that deals what is not asked for.
  auto serve = [&](std::vector<std::pair<Frame, std::string>> frames) {
    dealer = std::thread([this, frames] {
      auto party = listener->accept("a party", patience);
      ASSERT_TRUE(bool(party));
      Channel channel(std::move(party->transport), "the party", patience);
      (void)describe(channel.receive(Frame::Request, 100));
      for (const auto &[kind, text] : frames)
        (void)describe(channel.send(kind, Channel::Bytes(text.data(), text.size())));
      (void)describe(channel.receive(Frame::Done, 0));
    });
    std::string found = describe(fetch(Party::Server, DealingNumber::random()));
    dealer.join();
    return found;
  };
  std::string seed(32, 's'), place(16, '\0');
  place[8] = kInputMask;
  EXPECT_CONTAINS(serve({{Frame::Seed, "short"}}), "sent a seed of 5 bytes; expected 32");
  EXPECT_CONTAINS(serve({{Frame::Seed, seed}, {Frame::Material, place}}),
                  "deals material 2 of inference 0 more than once, or it is not in the "
                  "schedule");
  place[8] = kProduct;
  std::string bytes(32, 'b');
  EXPECT_CONTAINS(serve({{Frame::Seed, seed},
                         {Frame::Material, place},
                         {Frame::Corrections, bytes},
                         {Frame::Material, place}}),
                  "deals material 4 of inference 0 more than once");
  EXPECT_CONTAINS(serve({{Frame::Seed, seed},
                         {Frame::Material, place},
                         {Frame::Corrections, bytes.substr(1)}}),
                  "deals 31 bytes of material 4; expected 32");
  std::error_code reason;
  EXPECT_EQ(fs::directory_iterator(root.path("server"), reason), fs::directory_iterator());
}

} // namespace
