//===- PartySessionTest.cpp - One inference of a party --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/PartySession.h"
#include "TestSupport.h"
#include "TwoParty/FakePackage.h"
#include "tacit/Runtime/TwoParty/MaterialFolder.h"
#include "tacit/Runtime/TwoParty/Twin.h"
#include <thread>

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;
namespace fs = llvm::sys::fs;

namespace {

const Words kX = {1, -2, 3, 1000000}, kC = {7, 7, 7, -7}, kW = {5, 6, -7, 80};
const Words kY = {12, -5, -14, 79999993};

/// A client and a server with folders of their own.
class PartySessionTest : public testing::Test {
protected:
  PartySessionTest() { patience.silence = 2; }

  void SetUp() override {
    for (StringRef name : {"client", "server"})
      ASSERT_FALSE(fs::create_directory(root.path(name)));
    ASSERT_EQ(dealSome(2, 1), "no error");
  }
  std::string dealSome(int64_t inferences, uint64_t seed) {
    DealOptions options;
    options.inferences = inferences;
    auto dealer = fakeDealer();
    return describe(dealIntoFolders(schedule, *dealer, DealingSeeds::fromNumber(seed),
                                    options, root.path("client"), root.path("server")));
  }

  struct Outcome {
    std::optional<PartyResults> client, server;
    std::string clientError, serverError;
  };
  static std::string keep(Expected<PartyResults> results,
                          std::optional<PartyResults> &kept) {
    if (!results)
      return describe(results.takeError());
    kept = std::move(*results);
    return "no error";
  }
  Outcome run() {
    Outcome outcome;
    auto channels = makeChannelPair(patience);
    EXPECT_TRUE(bool(channels));
    std::thread thread(
        [&] { outcome.serverError = keep(runServer(*channels->second), outcome.server); });
    outcome.clientError = keep(runClient(*channels->first), outcome.client);
    thread.join();
    return outcome;
  }
  Expected<PartyResults> runClient(Channel &channel) {
    MaterialFolder store(root.path("client"), clientParty, clientSchedule);
    auto program = fakeParty(hasState);
    PartyTask task{clientSchedule, clientParty, *program, clientArguments,
                   clientState ? &*clientState : nullptr};
    task.askDealer = askDealer[0];
    task.dealInferences = wanted[0];
    return runParty(task, store, channel);
  }
  Expected<PartyResults> runServer(Channel &channel) {
    MaterialFolder store(root.path("server"), Party::Server, schedule);
    auto program = fakeParty(hasState);
    PartyTask task{schedule, Party::Server, *program, serverArguments,
                   serverState ? &*serverState : nullptr};
    task.askDealer = askDealer[1];
    task.dealInferences = wanted[1];
    return runParty(task, store, channel);
  }

  TemporaryFolder root;
  Patience patience;
  bool hasState = false;
  Schedule schedule = fakeSchedule(), clientSchedule = schedule;
  Party clientParty = Party::Client;
  std::vector<HostTensor> clientArguments{tensorOf(kX)};
  std::vector<HostTensor> serverArguments{tensorOf(kC), tensorOf(kW)};
  std::optional<StateShares> clientState, serverState;
  std::function<llvm::Error(const DealingNumber &, int64_t)> askDealer[2];
  int64_t wanted[2] = {1, 1};
};

TEST_F(PartySessionTest, ComputesWhatThePackageComputes) {
  Outcome outcome = run();
  ASSERT_EQ(outcome.clientError, "no error");
  ASSERT_EQ(outcome.serverError, "no error");
  ASSERT_EQ(outcome.client->revealed.size(), 1u);
  EXPECT_EQ(wordsOf(outcome.client->revealed[0]), kY);
  EXPECT_TRUE(outcome.server->revealed.empty());
  EXPECT_EQ(outcome.client->state.number, outcome.server->state.number);
  EXPECT_EQ(outcome.client->state.names, std::vector<std::string>{"present"});
  EXPECT_NE(wordsOf(outcome.client->state.shares[0]),
            wordsOf(outcome.server->state.shares[0]));
}

TEST_F(PartySessionTest, CountsWhatWasForecast) {
  Outcome outcome = run();
  ASSERT_EQ(outcome.clientError, "no error");
  ASSERT_EQ(outcome.serverError, "no error");
  Traffic forecast = schedule.forecast();
  const RunReport &client = outcome.client->report, &server = outcome.server->report;
  EXPECT_EQ(client.sent, forecast.toServer);
  EXPECT_EQ(client.received, forecast.toClient);
  EXPECT_EQ(server.sent, forecast.toClient);
  EXPECT_EQ(server.received, forecast.toServer);
  EXPECT_EQ(client.hops, forecast.hops);
  EXPECT_EQ(server.hops, forecast.hops);
  EXPECT_EQ(client.setup, forecast.setup);
  EXPECT_EQ(server.setup, forecast.setup);
  EXPECT_EQ(server.offline, forecast.offline);
  EXPECT_EQ(client.offline, 0);
  ASSERT_EQ(client.byHop.size(), 3u);
  EXPECT_EQ(client.byHop[0].sent, 8 * kCount);
  EXPECT_EQ(client.byHop[0].received, 0);
  ASSERT_EQ(client.bySite.size(), 2u);
  EXPECT_EQ(client.bySite[0].site.op, "linear");
  EXPECT_EQ(client.bySite[0].sent, 2 * 8 * kCount);
  EXPECT_EQ(client.bySite[0].messages, 2);
  EXPECT_EQ(client.bySite[1].received, 8 * kCount);
}

TEST_F(PartySessionTest, SendsWeightsOnceInASession) {
  EXPECT_EQ(run().client->report.setup, 8 * kCount);
  Outcome second = run();
  ASSERT_EQ(second.clientError, "no error");
  EXPECT_EQ(second.client->report.setup, 0);
  EXPECT_EQ(second.client->report.inference, 1);
  EXPECT_EQ(wordsOf(second.client->revealed[0]), kY);
  EXPECT_NE(second.client->report.dealing, DealingNumber());
}

// The seeds of two processes and of the twin are the same, and so is every word.
TEST_F(PartySessionTest, IsItsTwin) {
  Outcome outcome = run();
  ASSERT_EQ(outcome.clientError, "no error");
  auto dealer = fakeDealer(), client = fakeParty(), server = fakeParty();
  Twin twin(schedule, {*dealer, *client, *server}, serverArguments,
            DealingSeeds::fromNumber(1));
  Twin::Inputs inputs;
  inputs.arguments = clientArguments;
  std::vector<Words> opened;
  inputs.observer = [&](const Exchanged &words) {
    opened.push_back(words.theirs.vec());
    EXPECT_EQ(words.hop, (opened.size() - 1) % 3);
  };
  for (int i : {0, 1}) {
    auto results = twin.run(inputs);
    ASSERT_TRUE(bool(results));
    EXPECT_EQ(wordsOf(results->client.revealed[0]), kY);
    EXPECT_EQ(wordsOf(results->client.state.shares[0]),
              wordsOf(outcome.client->state.shares[0]));
    EXPECT_EQ(wordsOf(results->server.state.shares[0]),
              wordsOf(outcome.server->state.shares[0]));
    EXPECT_EQ(results->client.report.setup, i == 0 ? 8 * kCount : 0);
    outcome = i == 0 ? run() : std::move(outcome);
  }
  ASSERT_EQ(opened.size(), 6u);
  EXPECT_EQ(opened[0], Words(kCount, 0)) << "the client receives nothing";
  EXPECT_NE(opened[1], opened[4]) << "no mask is used twice";
}

TEST_F(PartySessionTest, TakesAState) {
  schedule = clientSchedule = fakeSchedule(hasState = true);
  clientState = StateShares{{1}, {"past"}, {tensorOf({100, 1, 1, 1})}};
  serverState = StateShares{{1}, {"past"}, {tensorOf({200, 1, 1, 1})}};
  Outcome outcome = run();
  ASSERT_EQ(outcome.clientError, "no error");
  EXPECT_EQ(wordsOf(outcome.client->revealed[0]), (Words{312, -3, -12, 79999995}));
  serverState->number = {2};
  outcome = run();
  EXPECT_CONTAINS(outcome.clientError,
                  "[7] the server begins with the state 02000000...; expected 01000000...");
  serverState->number = {};
  EXPECT_CONTAINS(run().clientError, "the server begins with no state; expected 01000000");
}

//===----------------------------------------------------------------------===//
// Disagreement
//===----------------------------------------------------------------------===//

TEST_F(PartySessionTest, NeedsMaterialOfBoth) {
  ASSERT_EQ(run().clientError, "no error");
  ASSERT_EQ(run().clientError, "no error");
  Outcome outcome = run();
  EXPECT_EQ(outcome.clientError, "[4] the client has no material that is not used | deal "
                                 "again, for more inferences");
  EXPECT_EQ(outcome.serverError, "[4] the server has no material that is not used | deal "
                                 "again, for more inferences");
  ASSERT_EQ(dealSome(1, 2), "no error");
  ASSERT_FALSE(fs::remove_directories(
      root.path("client/material-" + DealingSeeds::fromNumber(2).number.text())));
  outcome = run();
  EXPECT_CONTAINS(outcome.serverError, "[7] the client has no material that is not used");
  ASSERT_FALSE(fs::remove_directories(
      root.path("server/material-" + DealingSeeds::fromNumber(2).number.text())));
  ASSERT_EQ(dealSome(1, 3), "no error");
  ASSERT_FALSE(fs::remove_directories(
      root.path("client/material-" + DealingSeeds::fromNumber(3).number.text())));
  ASSERT_EQ(dealSome(1, 4), "no error");
  ASSERT_FALSE(fs::remove_directories(
      root.path("server/material-" + DealingSeeds::fromNumber(4).number.text())));
  outcome = run();
  EXPECT_CONTAINS(outcome.clientError,
                  "[7] the server has none of the material that is left here");
  askDealer[0] = [](const DealingNumber &, int64_t) { return llvm::Error::success(); };
  outcome = run();
  EXPECT_CONTAINS(outcome.clientError, "[7] the server has no material and no dealer");
  EXPECT_CONTAINS(outcome.serverError, "[7] the client ");
}

// What one of them has used is used.
TEST_F(PartySessionTest, SkipsWhatOneOfThemHasUsed) {
  MaterialFolder folder(root.path("client"), Party::Client, schedule);
  ASSERT_EQ(describe(folder.take(DealingSeeds::fromNumber(1).number, 0)), "no error");
  Outcome outcome = run();
  ASSERT_EQ(outcome.clientError, "no error");
  EXPECT_EQ(outcome.server->report.inference, 1);
}

TEST_F(PartySessionTest, AsksTheDealerWhereNothingIsLeft) {
  ASSERT_EQ(run().clientError, "no error");
  ASSERT_EQ(run().clientError, "no error");
  DealingNumber asked[2];
  wanted[1] = 5;
  for (int party : {0, 1})
    askDealer[party] = [&, party](const DealingNumber &number, int64_t inferences) {
      asked[party] = number;
      EXPECT_EQ(inferences, 5);
      return fail(ErrorKind::Peer, "", "the dealer sleeps");
    };
  Outcome outcome = run();
  EXPECT_EQ(asked[0], asked[1]);
  EXPECT_NE(asked[0], DealingNumber());
  EXPECT_CONTAINS(outcome.clientError, "[7] the dealer sleeps");
}

TEST_F(PartySessionTest, NeedsOnePackage) {
  clientSchedule.package[0] = 'f';
  // The client has material of its own package.
  ASSERT_FALSE(fs::remove_directories(root.path("client")));
  ASSERT_FALSE(fs::create_directory(root.path("client")));
  Outcome outcome = run();
  EXPECT_EQ(outcome.clientError,
            "[7] the server has the public files 00112233...; expected "
            "f0112233... | give both parties the files of one package");
  EXPECT_CONTAINS(outcome.serverError, "[7] the client has the public files f0112233...");
}

TEST_F(PartySessionTest, NeedsAClientAndAServer) {
  clientParty = Party::Server;
  clientArguments = serverArguments;
  ASSERT_FALSE(fs::remove_directories(root.path("client")));
  ASSERT_FALSE(fs::create_directory(root.path("client")));
  EXPECT_CONTAINS(run().serverError,
                  "[7] the client is another server; expected the client");
}

TEST_F(PartySessionTest, NeedsOneVersion) {
  auto channels = makeChannelPair(patience);
  ASSERT_TRUE(bool(channels));
  std::vector<char> hello(100);
  hello[0] = 2;
  std::thread thread([&] {
    (void)describe(channels->second->exchange(Frame::Hello, Channel::Bytes(hello), 1000));
  });
  EXPECT_CONTAINS(describe(runClient(*channels->first)),
                  "[7] the server speaks version 2 of the protocol; expected 1");
  thread.join();
  channels = makeChannelPair(patience);
  ASSERT_TRUE(bool(channels));
  hello[0] = 1;
  thread = std::thread([&] {
    (void)describe(channels->second->exchange(Frame::Hello, Channel::Bytes(hello), 1000));
  });
  EXPECT_CONTAINS(describe(runClient(*channels->first)),
                  "[7] the server sent a greeting that makes no sense");
  thread.join();
}

//===----------------------------------------------------------------------===//
// Failures
//===----------------------------------------------------------------------===//

TEST_F(PartySessionTest, NeedsTheArgumentsOfTheSchedule) {
  clientArguments = {tensorOf({1, 2}, {2})};
  Outcome outcome = run();
  EXPECT_EQ(outcome.clientError,
            "[2] 'x' of the client is int64 of shape 2; expected int64 "
            "of shape 4 | give the words that the schedule expects");
  EXPECT_EQ(outcome.serverError, "[7] the client stopped: its files or arguments are not "
                                 "what they should be | look at what it printed");
  clientArguments.clear();
  EXPECT_CONTAINS(run().clientError, "[2] the client has 0 arguments; expected 1");
}

TEST_F(PartySessionTest, NeedsTheProgramOfTheSchedule) {
  std::string message =
      "[4] the program of the parties has other arguments or results than "
      "the schedule | compile the package again";
  clientSchedule.arguments[2].shape = {int64_t(1) << 40};
  EXPECT_EQ(run().clientError, message);
  clientSchedule = schedule;
  clientSchedule.results.pop_back();
  EXPECT_EQ(run().clientError, message);
  clientSchedule.results = {schedule.results[0], schedule.results[1]};
  clientSchedule.results[0].shape = {1, kCount};
  EXPECT_EQ(run().clientError, message);
}

TEST_F(PartySessionTest, NeedsMasksOfTheSchedule) {
  schedule.arguments[2].mask = kInputMask;
  EXPECT_CONTAINS(run().serverError, "[4] the weight 'w' has no mask");
}

TEST_F(PartySessionTest, SendsNothingThatWasNotForecast) {
  {
    WithFault fault(Fault::OtherWords);
    EXPECT_CONTAINS(run().clientError, "[4] the program sends other messages in hop 0 than "
                                       "the schedule has | compile the package again");
  }
  WithFault fault(Fault::Missing);
  EXPECT_CONTAINS(run().clientError,
                  "[4] the program ends after 2 hops; the schedule has 3");
}

TEST_F(PartySessionTest, AsksForNothingThatIsNotInTheSchedule) {
  WithFault fault(Fault::OtherMaterial);
  int finished = finishedRuns();
  EXPECT_CONTAINS(run().clientError,
                  "[4] the program asks for material 99 of 4 words, which "
                  "the schedule does not have");
  EXPECT_EQ(finishedRuns(), finished) << "nobody computes on";
}

// The marks of both are on the disk when the connection is lost in the middle.
TEST_F(PartySessionTest, UsesMaterialOfAFailedRun) {
  {
    WithFault fault(Fault::Missing);
    (void)run();
  }
  EXPECT_FALSE(fs::exists(root.path(
      "server/material-" + DealingSeeds::fromNumber(1).number.text() + "/corrections-0")));
  Outcome outcome = run();
  ASSERT_EQ(outcome.clientError, "no error");
  EXPECT_EQ(outcome.client->report.inference, 1);
  EXPECT_EQ(outcome.client->report.setup, 0) << "the weights were kept";
}

TEST_F(PartySessionTest, ComparesCountsAtTheEnd) {
  // The client believes that the last hop is one more: the clocks differ.
  clientSchedule.hops.clear();
  WithFault fault(Fault::None);
  EXPECT_CONTAINS(run().clientError, "sends other messages in hop 0");
}

//===----------------------------------------------------------------------===//
// A server
//===----------------------------------------------------------------------===//

TEST_F(PartySessionTest, ServesOneClientAfterTheOther) {
  auto listener = Listener::listenAt("127.0.0.1:0");
  ASSERT_TRUE(bool(listener));
  std::string address = "127.0.0.1:" + std::to_string((*listener)->port());
  std::vector<std::string> failures;
  std::string ended;
  std::thread server([&] {
    ended = describe(serveClients(
        **listener, patience, 2,
        [&](Channel &channel) {
          auto results = runServer(channel);
          return results ? llvm::Error::success() : results.takeError();
        },
        [&](llvm::Error error) { failures.push_back(describe(std::move(error))); }));
  });
  auto connect = [&] {
    auto transport = connectTo(address, "the server", patience);
    EXPECT_TRUE(bool(transport));
    return std::make_unique<Channel>(std::move(*transport), "the server", patience);
  };
  // One that goes away, one that fails, and two that succeed.
  connect().reset();
  connect()->stop("no inputs");
  for (int i = 0; i < 2; ++i) {
    auto results = runClient(*connect());
    ASSERT_TRUE(bool(results));
    EXPECT_EQ(wordsOf(results->revealed[0]), kY);
  }
  server.join();
  EXPECT_EQ(ended, "no error");
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_CONTAINS(failures[0], "[7] the client at 127.0.0.1:");
  EXPECT_CONTAINS(failures[1], "stopped: no inputs");
}

TEST_F(PartySessionTest, DoesNotServeWithoutMaterial) {
  ASSERT_EQ(run().clientError, "no error");
  ASSERT_EQ(run().clientError, "no error");
  auto listener = Listener::listenAt("127.0.0.1:0");
  ASSERT_TRUE(bool(listener));
  std::string ended;
  std::thread server([&] {
    ended = describe(serveClients(
        **listener, patience, std::nullopt,
        [&](Channel &channel) {
          auto results = runServer(channel);
          return results ? llvm::Error::success() : results.takeError();
        },
        [&](llvm::Error error) { ADD_FAILURE() << describe(std::move(error)); }));
  });
  auto transport =
      connectTo("127.0.0.1:" + std::to_string((*listener)->port()), "the server", patience);
  ASSERT_TRUE(bool(transport));
  Channel channel(std::move(*transport), "the server", patience);
  EXPECT_CONTAINS(describe(runClient(channel)), "the client has no material");
  server.join();
  EXPECT_CONTAINS(ended, "[4] the server has no material that is not used");
}

} // namespace
