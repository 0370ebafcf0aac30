//===- Channel.h - Messages between two processes ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A message is a frame: a header of 32 bytes (what it is, its number in this direction, the
// logical clock of its sender, the bytes that follow), and the bytes. docs/TwoParty.md has
// the format.
//
// Every failure carries ErrorKind::Peer and closes the channel: what comes after it is not
// read, and the other side is told the reason if it still listens.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_CHANNEL_H
#define TACIT_RUNTIME_TWOPARTY_CHANNEL_H

#include "tacit/Runtime/TwoParty/Transport.h"
#include <cstdint>
#include <vector>

namespace tacit::twoparty {

enum class Frame : uint32_t {
  Hello = 1,        ///< who each party is, and which material it has
  Weights = 2,      ///< a piece of a masked weight
  Hop = 3,          ///< what a party sends in a hop
  Done = 4,         ///< the end of an inference
  Failure = 5,      ///< why the sender stops; it may come in place of any other frame
  Request = 6,      ///< what a party asks of the dealer
  Alive = 7,        ///< the dealer is computing
  Seed = 8,         ///< from the dealer
  Material = 9,     ///< from the dealer: of which material and inference the next frame is
  Corrections = 10, ///< from the dealer
};

/// What a channel has sent and received.
struct ChannelCounts {
  int64_t sent = 0, received = 0;               ///< the bytes of hops
  int64_t setupSent = 0, setupReceived = 0;     ///< the bytes of masked weights
  int64_t offlineSent = 0, offlineReceived = 0; ///< the bytes of corrections
  /// Everything else: headers, and whole messages of other kinds.
  int64_t framingSent = 0, framingReceived = 0;
  /// The length of the longest chain of hops in which each message waited for the one
  /// before; see docs/TwoParty.md.
  int64_t clock = 0;
  /// While there was something to send, and while there was nothing left but to wait.
  double sendSeconds = 0, waitSeconds = 0;
};

class Channel {
public:
  using Bytes = llvm::ArrayRef<char>;
  using Buffer = llvm::MutableArrayRef<char>;

  /// `peer` is how messages call the other side: "the server at 'localhost:7000'".
  Channel(std::unique_ptr<Transport> transport, std::string peer, const Patience &patience);
  ~Channel();
  Channel(const Channel &) = delete;
  Channel &operator=(const Channel &) = delete;

  llvm::StringRef peer() const { return peerName; }
  const ChannelCounts &counts() const { return total; }
  /// Returns nullopt if the connection is not protected, or is closed.
  std::optional<Protection> protection() const {
    return transport ? transport->protection() : std::nullopt;
  }
  /// Says where in the protocol it is, for messages: " in hop 3 of 40".
  void setPlace(std::string text) { place = std::move(text); }

  llvm::Error send(Frame kind, llvm::ArrayRef<Bytes> parts);
  /// Receives a frame of any length up to `limit`. Frame::Alive is skipped.
  llvm::Expected<std::vector<char>> receive(Frame kind, size_t limit);
  /// Sends and receives at once, so that neither side waits for the other to take what it
  /// sends. What is received has as many bytes as the buffers; without buffers nothing is
  /// received, and without parts nothing is sent.
  llvm::Error exchange(Frame kind, llvm::ArrayRef<Bytes> sent,
                       llvm::ArrayRef<Buffer> received);
  /// Sends a frame and receives one of any length up to `limit`.
  llvm::Expected<std::vector<char>> exchange(Frame kind, Bytes sent, size_t limit);

  /// Tells the other side why this one stops, if there is still a connection, and closes
  /// it.
  void stop(llvm::StringRef reason);
  bool isOpen() const { return transport != nullptr; }

  /// An error of kind Peer about the other side, whose name precedes the message.
  llvm::Error blame(const std::string &hint, const std::string &message);

private:
  struct Outgoing;
  struct Incoming;

  llvm::Error transfer(Outgoing *outgoing, Incoming *incoming);
  void sendSome(Outgoing &outgoing, bool &hasMoved);
  llvm::Error receiveSome(Incoming &incoming, bool &hasMoved);
  llvm::Error checkHeader(Incoming &incoming);
  llvm::Error reportFailure(Incoming &incoming);
  llvm::Error reportLoss(const Incoming *incoming, int error);
  llvm::Error reportSilence(const Incoming *incoming);
  void count(Frame kind, int64_t bytes, bool isSent);

  std::unique_ptr<Transport> transport;
  std::string peerName;
  Patience limits;
  ChannelCounts total;
  std::string place;
  uint64_t nextSent = 0, nextReceived = 0;
  /// A part of a frame was sent, and the rest was not.
  bool isMidFrame = false;
};

/// Two channels that are connected: what one sends, the other receives.
llvm::Expected<std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>>>
makeChannelPair(const Patience &patience = {});

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_CHANNEL_H
