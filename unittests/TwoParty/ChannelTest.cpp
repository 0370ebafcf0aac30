//===- ChannelTest.cpp - Messages between two processes -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One side is a channel, and the other one sends what no channel sends.
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Channel.h"
#include "TestSupport.h"
#include "TwoParty/FakePackage.h"
#include <sys/resource.h>
#include <thread>

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;

namespace {

Patience shortPatience() {
  Patience patience;
  patience.connect = 0.1;
  patience.silence = 0.1;
  patience.accept = 0.1;
  return patience;
}

Channel::Bytes bytesOf(StringRef text) { return {text.data(), text.size()}; }

/// A frame as it lies on the wire.
std::string frame(uint32_t kind, uint64_t number, uint64_t clock, uint64_t bytes,
                  StringRef payload, uint32_t magic = 0x46434154) {
  std::string out;
  auto add = [&](auto value) {
    out.append(reinterpret_cast<const char *>(&value), sizeof value);
  };
  add(magic);
  add(kind);
  add(number);
  add(clock);
  add(bytes);
  return out + payload.str();
}

class ChannelTest : public testing::Test {
protected:
  ChannelTest() {
    auto ends = makeTransportPair();
    if (!ends)
      report_fatal_error(ends.takeError());
    stranger = std::move(ends->second);
    channel =
        std::make_unique<Channel>(std::move(ends->first), "the server", shortPatience());
  }
  void say(const std::string &bytes) {
    Channel::Bytes part(bytes.data(), bytes.size());
    ASSERT_EQ(stranger->send(part).bytes, bytes.size());
  }
  /// Returns what the channel makes of the words of a stranger, where a hop of eight bytes
  /// is expected.
  std::string receiveHop() {
    char bytes[8];
    return describe(channel->exchange(Frame::Hop, {}, Channel::Buffer(bytes)));
  }
  /// Returns the text that the channel sent last.
  std::string heard() {
    char bytes[4096];
    Transport::Step step = stranger->receive(bytes);
    StringRef text(bytes, step.bytes);
    return text.size() < 32 ? "nothing" : text.drop_front(32).str();
  }

  std::unique_ptr<Transport> stranger;
  std::unique_ptr<Channel> channel;
};

//===----------------------------------------------------------------------===//
// What goes well
//===----------------------------------------------------------------------===//

TEST(Channels, ExchangeMoreThanTheNetworkHolds) {
  auto channels = makeChannelPair();
  ASSERT_TRUE(bool(channels));
  static constexpr size_t kSize = 20 << 20;
  std::vector<char> sent[2], received[2];
  auto run = [&](Channel &channel, int party) {
    sent[party].assign(kSize, party ? 'b' : 'a');
    received[party].resize(kSize);
    // Both send first; in parts that are cut differently on the other side.
    size_t cut = party ? 5 : 77777;
    Channel::Bytes mine(sent[party]);
    Channel::Buffer theirs(received[party]);
    EXPECT_EQ(
        describe(channel.exchange(
            Frame::Hop, {mine.take_front(cut), Channel::Bytes(), mine.drop_front(cut)},
            {theirs.take_front(8), theirs.drop_front(8)})),
        "no error");
  };
  std::thread server([&] { run(*channels->second, 1); });
  run(*channels->first, 0);
  server.join();
  EXPECT_EQ(sent[0], received[1]);
  EXPECT_EQ(sent[1], received[0]);
  ChannelCounts counts = channels->first->counts();
  EXPECT_EQ(counts.sent, int64_t(kSize));
  EXPECT_EQ(counts.received, int64_t(kSize));
  EXPECT_EQ(counts.framingSent, 32);
  EXPECT_EQ(counts.framingReceived, 32);
}

TEST(Channels, CountHopsByLogicalClocks) {
  auto channels = makeChannelPair();
  ASSERT_TRUE(bool(channels));
  Channel &client = *channels->first, &server = *channels->second;
  char bytes[1] = {'x'};
  Channel::Buffer buffer(bytes);
  auto clocks = [&] {
    return std::make_pair(client.counts().clock, server.counts().clock);
  };
  EXPECT_EQ(describe(client.send(Frame::Hop, bytesOf("a"))), "no error");
  EXPECT_EQ(describe(server.exchange(Frame::Hop, {}, buffer)), "no error");
  EXPECT_EQ(clocks(), std::make_pair(int64_t(0), int64_t(1)));
  // Messages that cross are one hop.
  EXPECT_EQ(describe(client.send(Frame::Hop, bytesOf("b"))), "no error");
  EXPECT_EQ(describe(server.exchange(Frame::Hop, bytesOf("c"), buffer)), "no error");
  EXPECT_EQ(describe(client.exchange(Frame::Hop, {}, buffer)), "no error");
  EXPECT_EQ(clocks(), std::make_pair(int64_t(2), int64_t(2)));
  // What is not a hop does not count.
  EXPECT_EQ(describe(server.send(Frame::Done, bytesOf("d"))), "no error");
  EXPECT_EQ(describe(client.receive(Frame::Done, 1)), "no error");
  EXPECT_EQ(clocks(), std::make_pair(int64_t(2), int64_t(2)));
  EXPECT_EQ(client.counts().framingReceived, 32 + 32 + 1);
}

TEST(Channels, OverASocket) {
  auto listener = Listener::listenAt("localhost:0");
  ASSERT_TRUE(bool(listener));
  std::string address = "localhost:" + std::to_string((*listener)->port());
  auto transport = connectTo(address, "the server", shortPatience());
  ASSERT_TRUE(bool(transport));
  auto accepted = (*listener)->accept("the client", shortPatience());
  ASSERT_TRUE(bool(accepted));
  EXPECT_CONTAINS(accepted->address, "127.0.0.1:");
  Channel client(std::move(*transport), "the server", shortPatience());
  Channel server(std::move(accepted->transport), "the client", shortPatience());
  EXPECT_EQ(describe(client.send(Frame::Hello, bytesOf("hello"))), "no error");
  auto text = server.receive(Frame::Hello, 5);
  ASSERT_TRUE(bool(text));
  EXPECT_EQ(StringRef(text->data(), text->size()), "hello");
}

//===----------------------------------------------------------------------===//
// Strangers
//===----------------------------------------------------------------------===//

TEST_F(ChannelTest, RecognisesOtherPrograms) {
  say("GET ");
  EXPECT_EQ(receiveHop(),
            "[7] the server sent what is not a message of tacit: it begins with "
            "0x20544547 | check that nothing else uses the address, and that "
            "all run the same version of tacit");
  EXPECT_CONTAINS(heard(), "sent what is not a message of tacit");
  EXPECT_FALSE(channel->isOpen());
  EXPECT_EQ(receiveHop(), "[7] the connection to the server is closed | look at what it "
                          "printed");
}

TEST_F(ChannelTest, ChecksTheKind) {
  say(frame(4, 0, 0, 8, "12345678"));
  EXPECT_CONTAINS(receiveHop(), "sent a message of kind 'done'; expected 'hop'");
}

TEST_F(ChannelTest, ChecksAnUnknownKind) {
  say(frame(1000, 0, 0, 8, "12345678"));
  EXPECT_CONTAINS(receiveHop(), "of kind the unknown kind 1000; expected 'hop'");
}

TEST_F(ChannelTest, ChecksTheNumber) {
  say(frame(3, 0, 0, 8, "12345678") + frame(3, 0, 0, 8, "12345678"));
  EXPECT_EQ(receiveHop(), "no error");
  EXPECT_CONTAINS(receiveHop(), "sent message number 0; expected number 1");
}

TEST_F(ChannelTest, ChecksTheClock) {
  say(frame(3, 0, 1, 8, "12345678"));
  EXPECT_CONTAINS(receiveHop(), "has the clock 1 after 0 messages");
}

TEST_F(ChannelTest, ChecksTooMuchBeforeItHasCome) {
  say(frame(3, 0, 0, uint64_t(1) << 62, ""));
  EXPECT_CONTAINS(receiveHop(), "sent 4611686018427387904 bytes of kind 'hop'; expected 8");
}

TEST_F(ChannelTest, ChecksTooLittle) {
  channel->setPlace(" in hop 2 of 3");
  say(frame(3, 0, 0, 7, "1234567"));
  EXPECT_CONTAINS(receiveHop(), "sent 7 bytes of kind 'hop'; expected 8 in hop 2 of 3");
}

TEST_F(ChannelTest, ChecksALimit) {
  say(frame(1, 0, 0, 100, ""));
  EXPECT_CONTAINS(describe(channel->receive(Frame::Hello, 99)),
                  "sent 100 bytes of kind 'hello'; expected at most 99");
}

TEST_F(ChannelTest, IsPatientWithADealer) {
  say(frame(7, 0, 0, 0, "") + frame(7, 1, 0, 0, "") + frame(8, 2, 0, 1, "s"));
  EXPECT_EQ(describe(channel->receive(Frame::Seed, 1)), "no error");
}

TEST_F(ChannelTest, NoticesSilence) {
  EXPECT_EQ(receiveHop(),
            "[7] the server sent nothing for 0.1 seconds; expected a message of "
            "kind 'hop' | look whether it still runs, or wait longer");
}

TEST_F(ChannelTest, NoticesSilenceInAMessage) {
  say(frame(3, 0, 0, 8, "123"));
  EXPECT_CONTAINS(receiveHop(), "sent nothing for 0.1 seconds");
}

TEST_F(ChannelTest, NoticesWhoTakesNothing) {
  std::vector<char> much(64 << 20);
  EXPECT_CONTAINS(describe(channel->send(Frame::Hop, Channel::Bytes(much))),
                  "took nothing for 0.1 seconds");
  EXPECT_FALSE(channel->isOpen());
}

TEST_F(ChannelTest, NoticesTheEndBeforeAMessage) {
  stranger.reset();
  EXPECT_EQ(receiveHop(),
            "[7] the server closed the connection; expected a message of kind "
            "'hop' | look at what it printed");
}

TEST_F(ChannelTest, NoticesTheEndInAMessage) {
  say(frame(3, 0, 0, 8, "123"));
  stranger.reset();
  EXPECT_CONTAINS(receiveHop(), "closed the connection after 3 of 8 bytes of a message of "
                                "kind 'hop'");
}

TEST_F(ChannelTest, NoticesTheEndWhereItSends) {
  stranger.reset();
  EXPECT_CONTAINS(describe(channel->send(Frame::Hop, bytesOf("x"))),
                  "closed the connection");
}

TEST_F(ChannelTest, TellsWhyTheOtherSideStopped) {
  say(frame(5, 0, 0, 10, "no \x1b[2Jrum"));
  EXPECT_CONTAINS(receiveHop(), "[7] the server stopped: no ?[2Jrum |");
}

// Who has stopped takes nothing any more; what it said before is the reason.
TEST_F(ChannelTest, TellsWhyWhereItSends) {
  say(frame(5, 0, 0, 4, "rum?"));
  stranger.reset();
  EXPECT_CONTAINS(describe(channel->send(Frame::Hop, bytesOf("x"))), "stopped: rum?");
}

TEST_F(ChannelTest, SaysThatItStopsOnlyBetweenMessages) {
  channel->stop("because");
  EXPECT_EQ(heard(), "because");
  channel->stop("twice");
  EXPECT_EQ(heard(), "nothing");
}

//===----------------------------------------------------------------------===//
// Connections
//===----------------------------------------------------------------------===//

TEST(Connections, NeedAnAddress) {
  for (StringRef address : {"", "localhost", "localhost:", "localhost:x", "localhost:70000",
                            "::1:7000", "[::1:7000", ":7000"})
    EXPECT_CONTAINS(describe(connectTo(address, "the server", shortPatience())),
                    "[2] '" + address.str() + "' is not an address; expected HOST:PORT");
  EXPECT_CONTAINS(describe(connectTo("no such host:1", "the server", shortPatience())),
                  "[7] cannot find the host 'no such host'");
}

TEST(Connections, AreRefusedWhereNobodyListens) {
  auto listener = Listener::listenAt(":0");
  ASSERT_TRUE(bool(listener));
  std::string address = "127.0.0.1:" + std::to_string((*listener)->port());
  (*listener).reset();
  EXPECT_EQ(describe(connectTo(address, "the server", shortPatience())),
            "[7] cannot connect to the server at '" + address +
                "': Connection refused | start the server first, and check the address");
}

TEST(Connections, AreTriedUntilSomebodyListens) {
  auto listener = Listener::listenAt("127.0.0.1:0");
  ASSERT_TRUE(bool(listener));
  std::string address = "127.0.0.1:" + std::to_string((*listener)->port());
  (*listener).reset();
  Patience patience;
  std::string found = "never";
  std::thread client([&] { found = describe(connectTo(address, "the server", patience)); });
  listener = Listener::listenAt(address);
  ASSERT_TRUE(bool(listener));
  client.join();
  EXPECT_EQ(found, "no error");
}

TEST(Connections, NeedAPortThatIsFree) {
  auto listener = Listener::listenAt("127.0.0.1:0");
  ASSERT_TRUE(bool(listener));
  std::string address = "127.0.0.1:" + std::to_string((*listener)->port());
  EXPECT_EQ(describe(Listener::listenAt(address)),
            "[7] cannot listen at '" + address +
                "': Address already in use | choose an address of this machine, and a port "
                "that is free");
}

TEST(Connections, ComeInTime) {
  auto listener = Listener::listenAt("127.0.0.1:0");
  ASSERT_TRUE(bool(listener));
  EXPECT_EQ(
      describe((*listener)->accept("the client", shortPatience())),
      "[7] the client did not connect to '127.0.0.1:0' within 0.1 seconds | start the "
      "client, or wait longer");
}

TEST(Connections, NeedDescriptors) {
  rlimit before, none = {0, 0};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  auto listener = Listener::listenAt("127.0.0.1:0");
  ASSERT_TRUE(bool(listener));
  auto transport = connectTo("127.0.0.1:" + std::to_string((*listener)->port()),
                             "the server", shortPatience());
  ASSERT_TRUE(bool(transport));
  none.rlim_max = before.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  std::string pair = describe(makeTransportPair());
  std::string accepted = describe((*listener)->accept("the client", shortPatience()));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_CONTAINS(pair, "[4] cannot connect two threads: Too many open files");
  EXPECT_CONTAINS(accepted, "[7] cannot accept the client at '127.0.0.1:0': Too many open "
                            "files | close other programs");
}

} // namespace
