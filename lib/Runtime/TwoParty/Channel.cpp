//===- Channel.cpp - Messages between two processes -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Channel.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include <chrono>
#include <cstring>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

static constexpr uint32_t kMagic = 0x46434154; // "TACF"
static constexpr size_t kFailureLimit = 1024;

namespace {
struct Header {
  uint32_t magic = kMagic;
  uint32_t kind = 0;
  uint64_t number = 0; ///< of frames before it in this direction
  uint64_t clock = 0;
  uint64_t bytes = 0;
};
static_assert(sizeof(Header) == 32);
} // namespace

/// Returns true for the first bytes of a handshake of TLS, or of an alert.
static bool beginsTls(uint32_t magic) {
  return (magic & 0xffff) == 0x0316 || (magic & 0xffff) == 0x0315;
}

static std::string nameOf(uint32_t kind) {
  static constexpr const char *kNames[] = {"hello",    "weights",    "hop",   "done",
                                           "failure",  "request",    "alive", "seed",
                                           "material", "corrections"};
  bool isKnown = kind >= 1 && kind <= std::size(kNames);
  return isKnown ? fmt::format("'{}'", kNames[kind - 1])
                 : fmt::format("the unknown kind {}", kind);
}
static std::string nameOf(Frame kind) { return nameOf(static_cast<uint32_t>(kind)); }

//===----------------------------------------------------------------------===//
// Frames on their way
//===----------------------------------------------------------------------===//

struct Channel::Outgoing {
  Outgoing(Frame kind, ArrayRef<Bytes> payload) : kind(kind), payload(payload) {
    for (Bytes part : payload)
      header.bytes += part.size();
    header.kind = static_cast<uint32_t>(kind);
  }

  void begin(uint64_t number, uint64_t clock) {
    header.number = number;
    header.clock = clock;
    rest.push_back({reinterpret_cast<const char *>(&header), sizeof header});
    for (Bytes part : payload)
      if (!part.empty())
        rest.push_back(part);
  }
  void advance(size_t bytes) {
    hasBegun |= bytes > 0;
    while (next < rest.size() && bytes >= rest[next].size())
      bytes -= rest[next++].size();
    if (next < rest.size())
      rest[next] = rest[next].drop_front(bytes);
  }
  bool isDone() const { return next == rest.size(); }
  bool isPartial() const { return hasBegun && !isDone(); }

  Frame kind;
  ArrayRef<Bytes> payload;
  Header header;
  SmallVector<Bytes, 8> rest;
  size_t next = 0;
  bool hasBegun = false;
  /// Why it cannot be sent; what was received may say more.
  int broken = 0;
};

struct Channel::Incoming {
  /// For exactly as many bytes as the buffers have.
  Incoming(Frame kind, ArrayRef<Buffer> buffers) : kind(kind), buffers(buffers) {
    for (Buffer buffer : buffers)
      expected += buffer.size();
    expectHeader();
  }
  /// For any number of bytes up to a limit.
  Incoming(Frame kind, size_t limit) : kind(kind), isFixed(false), expected(limit) {
    expectHeader();
  }

  void expectHeader() {
    rest = {Buffer(reinterpret_cast<char *>(&header), sizeof header)};
    next = got = 0;
    hasHeader = false;
  }
  /// Where the next bytes go.
  Buffer room() const { return next < rest.size() ? rest[next] : Buffer(); }
  void advance(size_t bytes) {
    got += bytes;
    if (bytes < rest[next].size())
      rest[next] = rest[next].drop_front(bytes);
    else
      ++next;
  }
  bool isFull() const { return next == rest.size(); }

  Frame kind;
  SmallVector<Buffer, 8> buffers;
  bool isFixed = true;
  size_t expected = 0;

  Header header;
  bool hasHeader = false, isDone = false;
  SmallVector<Buffer, 8> rest;
  size_t next = 0;
  size_t got = 0; ///< of the header, then of the bytes
  std::vector<char> storage;
};

//===----------------------------------------------------------------------===//
// What can go wrong
//===----------------------------------------------------------------------===//

static constexpr const char *kSameVersion =
    "check that nothing else uses the address, and that all run the same version of tacit";
static constexpr const char *kLookThere = "look at what it printed";

llvm::Error Channel::blame(const std::string &hint, const std::string &message) {
  std::string text = message + place;
  stop(text);
  return fail(ErrorKind::Peer, hint, "{} {}", peerName, text);
}

llvm::Error Channel::reportFailure(Incoming &incoming) {
  // It is text of a stranger, and goes to a terminal.
  std::string text;
  for (char c : incoming.storage)
    text += isPrint(c) ? c : '?';
  transport.reset();
  return fail(ErrorKind::Peer, kLookThere, "{} stopped{}: {}", peerName, place, text);
}

llvm::Error Channel::reportLoss(const Incoming *incoming, int error) {
  if (const Complaint *complaint = transport->complaint()) {
    llvm::Error found =
        fail(ErrorKind::Peer, complaint->hint, "{} {}{}", peerName, complaint->text, place);
    transport.reset();
    return found;
  }
  std::string reason = error == 0 || error == EPIPE || error == ECONNRESET
                           ? "closed the connection"
                           : "is not reachable any more (" +
                                 std::error_code(error, std::generic_category()).message() +
                                 ")";
  if (incoming && incoming->hasHeader && incoming->kind != Frame::Failure)
    reason += fmt::format(" after {} of {} bytes of a message of kind {}", incoming->got,
                          incoming->header.bytes, nameOf(incoming->header.kind));
  else if (incoming && incoming->kind != Frame::Failure)
    reason += fmt::format("; expected a message of kind {}", nameOf(incoming->kind));
  transport.reset();
  return fail(ErrorKind::Peer, kLookThere, "{} {}{}", peerName, reason, place);
}

llvm::Error Channel::reportSilence(const Incoming *incoming) {
  std::string what = incoming
                         ? fmt::format("sent nothing for {} seconds; expected a message "
                                       "of kind {}",
                                       limits.silence, nameOf(incoming->kind))
                         : fmt::format("took nothing for {} seconds", limits.silence);
  return blame("look whether it still runs, or wait longer", what);
}

//===----------------------------------------------------------------------===//
// Moving bytes
//===----------------------------------------------------------------------===//

Channel::Channel(std::unique_ptr<Transport> transport, std::string peer,
                 const Patience &patience)
    : transport(std::move(transport)), peerName(std::move(peer)), limits(patience) {}

Channel::~Channel() = default;

void Channel::count(Frame kind, int64_t bytes, bool isSent) {
  (isSent ? total.framingSent : total.framingReceived) += sizeof(Header);
  int64_t ChannelCounts::*sum =
      isSent ? &ChannelCounts::framingSent : &ChannelCounts::framingReceived;
  if (kind == Frame::Hop)
    sum = isSent ? &ChannelCounts::sent : &ChannelCounts::received;
  else if (kind == Frame::Weights)
    sum = isSent ? &ChannelCounts::setupSent : &ChannelCounts::setupReceived;
  else if (kind == Frame::Corrections)
    sum = isSent ? &ChannelCounts::offlineSent : &ChannelCounts::offlineReceived;
  total.*sum += bytes;
}

void Channel::sendSome(Outgoing &outgoing, bool &hasMoved) {
  Transport::Step step = transport->send(ArrayRef(outgoing.rest).drop_front(outgoing.next));
  if (step.status == Transport::Status::Failed)
    outgoing.broken = step.error;
  hasMoved |= step.status == Transport::Status::Moved || outgoing.broken;
  nextSent += step.bytes > 0 && !outgoing.hasBegun;
  outgoing.advance(step.bytes);
  isMidFrame = outgoing.isPartial();
}

/// Accepts the header, or says what is wrong with it.
llvm::Error Channel::checkHeader(Incoming &incoming) {
  const Header &header = incoming.header;
  bool isFailure = header.kind == static_cast<uint32_t>(Frame::Failure);
  bool isAlive = header.kind == static_cast<uint32_t>(Frame::Alive) && !incoming.isFixed;
  // Nothing but the last words of the other side is of interest any more.
  if (incoming.kind == Frame::Failure && !isFailure)
    return reportLoss(nullptr, 0);
  if (header.kind != static_cast<uint32_t>(incoming.kind) && !isFailure && !isAlive)
    return blame(kSameVersion, fmt::format("sent a message of kind {}; expected {}",
                                           nameOf(header.kind), nameOf(incoming.kind)));
  if (header.number != nextReceived)
    return blame(kSameVersion, fmt::format("sent message number {}; expected number {}",
                                           header.number, nextReceived));
  if (header.clock > nextSent + nextReceived)
    return blame(kSameVersion, fmt::format("has the clock {} after {} messages",
                                           header.clock, nextSent + nextReceived));
  size_t limit = isFailure ? kFailureLimit : isAlive ? 0 : incoming.expected;
  bool isFixed = incoming.isFixed && !isFailure;
  if (header.bytes > limit || (isFixed && header.bytes != limit))
    return blame(kSameVersion,
                 fmt::format("sent {} bytes of kind {}; expected {}{}", header.bytes,
                             nameOf(header.kind), isFixed ? "" : "at most ", limit));
  ++nextReceived;
  incoming.hasHeader = true;
  incoming.next = incoming.got = 0;
  if (isFixed) {
    incoming.rest.clear();
    for (Buffer buffer : incoming.buffers)
      if (!buffer.empty())
        incoming.rest.push_back(buffer);
  } else {
    incoming.storage.resize(header.bytes);
    incoming.rest.assign(incoming.storage.empty() ? 0 : 1, Buffer(incoming.storage));
  }
  return llvm::Error::success();
}

llvm::Error Channel::receiveSome(Incoming &incoming, bool &hasMoved) {
  Transport::Step step = transport->receive(incoming.room());
  if (step.status == Transport::Status::WouldBlock)
    return llvm::Error::success();
  if (step.status != Transport::Status::Moved)
    return reportLoss(&incoming, step.error);
  hasMoved = true;
  incoming.advance(step.bytes);
  if (!incoming.hasHeader) {
    // Other programs speak first: they are recognised before a whole header has come.
    if (incoming.got >= sizeof kMagic && beginsTls(incoming.header.magic))
      return blame("give TLS to both sides, or to neither",
                   "speaks TLS; expected none, as this side has no certificate");
    if (incoming.got >= sizeof kMagic && incoming.header.magic != kMagic)
      return blame(
          kSameVersion,
          fmt::format("sent what is not a message of tacit: it begins with {:#010x}",
                      incoming.header.magic));
    if (!incoming.isFull())
      return llvm::Error::success();
    if (llvm::Error error = checkHeader(incoming))
      return error;
  }
  if (!incoming.isFull())
    return llvm::Error::success();
  auto kind = static_cast<Frame>(incoming.header.kind);
  if (kind == Frame::Failure)
    return reportFailure(incoming);
  count(kind, incoming.header.bytes, /*isSent=*/false);
  if (kind == Frame::Hop)
    total.clock = std::max<int64_t>(total.clock, incoming.header.clock) + 1;
  if (kind == incoming.kind)
    incoming.isDone = true;
  else
    incoming.expectHeader();
  return llvm::Error::success();
}

/// Sends one frame and receives one; either may be null.
llvm::Error Channel::transfer(Outgoing *outgoing, Incoming *incoming) {
  if (!transport)
    return fail(ErrorKind::Peer, kLookThere, "the connection to {} is closed", peerName);
  Clock::time_point begin = Clock::now(), progress = begin;
  if (outgoing)
    outgoing->begin(nextSent, total.clock);
  // If nothing can be sent any more, the last words of the other side say why.
  std::optional<Incoming> lastWords;
  double sending = 0;
  while (true) {
    bool isSending = outgoing && !outgoing->isDone() && !outgoing->broken;
    if (outgoing && outgoing->broken && !incoming)
      incoming = &lastWords.emplace(Frame::Failure, kFailureLimit);
    bool isReceiving = incoming && !incoming->isDone;
    if (!isSending && !isReceiving)
      break;
    bool hasMoved = false;
    if (isSending)
      sendSome(*outgoing, hasMoved);
    if (isReceiving)
      if (llvm::Error error = receiveSome(*incoming, hasMoved))
        return error;
    if (isSending)
      sending = secondsSince(begin);
    if (hasMoved)
      progress = Clock::now();
    else if (!transport->wait(isSending, isReceiving,
                              limits.silence - secondsSince(progress)))
      return reportSilence(isReceiving ? incoming : nullptr);
  }
  if (outgoing && outgoing->broken)
    return reportLoss(nullptr, outgoing->broken);
  if (outgoing)
    count(outgoing->kind, outgoing->header.bytes, /*isSent=*/true);
  total.sendSeconds += sending;
  total.waitSeconds += secondsSince(begin) - sending;
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

llvm::Error Channel::send(Frame kind, ArrayRef<Bytes> parts) {
  Outgoing outgoing(kind, parts);
  return transfer(&outgoing, nullptr);
}

Expected<std::vector<char>> Channel::receive(Frame kind, size_t limit) {
  Incoming incoming(kind, limit);
  if (llvm::Error error = transfer(nullptr, &incoming))
    return std::move(error);
  return std::move(incoming.storage);
}

llvm::Error Channel::exchange(Frame kind, ArrayRef<Bytes> sent, ArrayRef<Buffer> received) {
  Outgoing outgoing(kind, sent);
  Incoming incoming(kind, received);
  return transfer(sent.empty() ? nullptr : &outgoing,
                  received.empty() ? nullptr : &incoming);
}

Expected<std::vector<char>> Channel::exchange(Frame kind, Bytes sent, size_t limit) {
  Outgoing outgoing(kind, sent);
  Incoming incoming(kind, limit);
  if (llvm::Error error = transfer(&outgoing, &incoming))
    return std::move(error);
  return std::move(incoming.storage);
}

void Channel::stop(StringRef reason) {
  std::unique_ptr<Transport> ending = std::move(transport);
  if (!ending)
    return;
  reason = reason.take_front(kFailureLimit);
  Bytes text(reason.data(), reason.size());
  Outgoing outgoing(Frame::Failure, text);
  if (!isMidFrame) {
    outgoing.begin(nextSent, total.clock);
    ending->send(outgoing.rest);
  }
  ending->finishSending();
  drain(*ending, std::min(kLinger, limits.silence));
}

Expected<std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>>>
tacit::twoparty::makeChannelPair(const Patience &patience) {
  auto ends = makeTransportPair();
  if (!ends)
    return ends.takeError();
  return std::make_pair(
      std::make_unique<Channel>(std::move(ends->first), "the server", patience),
      std::make_unique<Channel>(std::move(ends->second), "the client", patience));
}
