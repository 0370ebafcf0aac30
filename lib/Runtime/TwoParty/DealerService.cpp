//===- DealerService.cpp - A dealer that parties connect to ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/DealerService.h"
#include "ByteStream.h"
#include "Checksum.h"
#include "tacit/Runtime/TwoParty/MaterialFolder.h"
#include "tacit/Support/Error.h"
#include <set>
#include <sodium.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

static constexpr const char *kSameVersion = "run the same version of tacit everywhere";

//===----------------------------------------------------------------------===//
// What a party asks for
//===----------------------------------------------------------------------===//

namespace {
struct Request {
  Party party = Party::Client;
  DealingNumber dealing;
  int64_t inferences = 0;

  static constexpr size_t kBytes = 4 + 4 + 16 + 16 + 8;
  std::vector<char> toBytes(const Schedule &schedule) const;
};
} // namespace

std::vector<char> Request::toBytes(const Schedule &schedule) const {
  ByteWriter out;
  out.add32(kFormatVersion);
  out.add32(static_cast<uint32_t>(party));
  out.add(packageNumber(schedule));
  out.add(dealing.bytes);
  out.add64(inferences);
  return out.data().vec();
}

static Expected<Request> receiveRequest(const Schedule &schedule, Channel &channel) {
  auto bytes = channel.receive(Frame::Request, Request::kBytes);
  if (!bytes)
    return bytes.takeError();
  ByteReader in(*bytes);
  uint32_t version = in.get32(), party = in.get32();
  if (version != kFormatVersion)
    return channel.blame(kSameVersion,
                         fmt::format("speaks version {} of the protocol; expected {}",
                                     version, kFormatVersion));
  Request request;
  request.party = static_cast<Party>(party);
  auto package = in.getBytes<16>();
  request.dealing.bytes = in.getBytes<16>();
  request.inferences = static_cast<int64_t>(in.get64());
  if (!in.isGood() || in.left() != 0 || party > 1 || request.inferences <= 0)
    return channel.blame(kSameVersion, "sent a request that makes no sense");
  if (package != packageNumber(schedule))
    return channel.blame("give dealer and parties the files of one package",
                         "asks for material of another package");
  return request;
}

//===----------------------------------------------------------------------===//
// The dealer
//===----------------------------------------------------------------------===//

namespace {
/// Sends corrections to the server as they are made. The client, which waits for its seed,
/// is told that something happens.
class NetworkSink : public MaterialSink {
public:
  NetworkSink(Channel &client, Channel &server) : client(client), server(server) {}

  llvm::Error begin(int64_t next) override {
    inference = next;
    return llvm::Error::success();
  }
  llvm::Error correct(const Material &material, ArrayRef<uint8_t> bytes) override {
    ByteWriter which;
    which.add64(inference);
    which.add64(material.id);
    if (llvm::Error error = server.send(Frame::Material, which.data()))
      return error;
    Channel::Bytes raw(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    if (llvm::Error error = server.send(Frame::Corrections, raw))
      return error;
    return client.send(Frame::Alive, Channel::Bytes());
  }
  llvm::Error end() override { return llvm::Error::success(); }

private:
  Channel &client, &server;
  int64_t inference = 0;
};

/// A party that waits for the other one.
struct Waiting {
  Request request;
  std::unique_ptr<Channel> channel;
};
} // namespace

static llvm::Error sendSeed(Channel &channel, const Seed &seed) {
  Channel::Bytes bytes(reinterpret_cast<const char *>(seed.bytes().data()), Seed::kBytes);
  return channel.send(Frame::Seed, bytes);
}

/// Returns the bytes of corrections that were sent.
static Expected<int64_t> dealTo(const Schedule &schedule, Executable &program,
                                const DealerOptions &options, const Request &request,
                                Channel &client, Channel &server) {
  if (llvm::Error error = client.send(Frame::Alive, Channel::Bytes()))
    return std::move(error);
  DealingSeeds seeds = DealingSeeds::random();
  seeds.number = request.dealing;
  if (llvm::Error error = sendSeed(server, seeds.server))
    return std::move(error);
  NetworkSink sink(client, server);
  DealOptions dealing;
  dealing.inferences = request.inferences;
  dealing.threads = options.threads;
  if (llvm::Error error = deal(schedule, program, seeds, dealing, sink))
    return std::move(error);
  // The client begins when the server has everything.
  if (auto done = server.receive(Frame::Done, 0); !done)
    return done.takeError();
  if (llvm::Error error = sendSeed(client, seeds.client))
    return std::move(error);
  return server.counts().offlineSent;
}

namespace {
class DealerLoop {
public:
  DealerLoop(const Schedule &schedule, Executable &program, Listener &listener,
             const DealerOptions &options)
      : schedule(schedule), program(program), listener(listener), options(options) {}

  llvm::Error run();

private:
  /// Returns true if a dealing was made.
  Expected<bool> serve(std::unique_ptr<Channel> channel);

  const Schedule &schedule;
  Executable &program;
  Listener &listener;
  const DealerOptions &options;
  std::vector<Waiting> waiting;
};
} // namespace

Expected<bool> DealerLoop::serve(std::unique_ptr<Channel> channel) {
  // Parties whose other one never comes do not fill the memory.
  static constexpr size_t kMaxWaiting = 64;
  auto request = receiveRequest(schedule, *channel);
  if (!request)
    return request.takeError();
  auto isPartner = [&](const Waiting &other) {
    return other.request.dealing == request->dealing &&
           other.request.inferences == request->inferences &&
           other.request.party != request->party;
  };
  auto partner = llvm::find_if(waiting, isPartner);
  if (partner == waiting.end()) {
    if (waiting.size() == kMaxWaiting)
      waiting.erase(waiting.begin());
    waiting.push_back({*request, std::move(channel)});
    return false;
  }
  std::unique_ptr<Channel> other = std::move(partner->channel);
  waiting.erase(partner);
  bool isClient = request->party == Party::Client;
  auto bytes = dealTo(schedule, program, options, *request, isClient ? *channel : *other,
                      isClient ? *other : *channel);
  if (!bytes) {
    channel->stop("the dealer cannot deal to the other party");
    other->stop("the dealer cannot deal to the other party");
    return bytes.takeError();
  }
  if (options.onDealt)
    options.onDealt(request->dealing, *bytes);
  return true;
}

llvm::Error DealerLoop::run() {
  for (int64_t done = 0; !options.dealings || done < *options.dealings;) {
    auto party = listener.accept("a party", options.patience);
    if (!party)
      return party.takeError();
    auto isDealt = serve(std::make_unique<Channel>(
        std::move(party->transport), fmt::format("the party at {}", party->address),
        options.patience));
    if (isDealt)
      done += *isDealt;
    else if (options.onFailure)
      options.onFailure(isDealt.takeError());
    else
      consumeError(isDealt.takeError());
  }
  return llvm::Error::success();
}

llvm::Error tacit::twoparty::serveDealer(const Schedule &schedule, Executable &program,
                                         Listener &listener, const DealerOptions &options) {
  return DealerLoop(schedule, program, listener, options).run();
}

//===----------------------------------------------------------------------===//
// A party
//===----------------------------------------------------------------------===//

static Expected<Seed> receiveSeed(Channel &channel) {
  auto bytes = channel.receive(Frame::Seed, Seed::kBytes);
  if (!bytes)
    return bytes.takeError();
  if (bytes->size() != Seed::kBytes)
    return channel.blame(kSameVersion, fmt::format("sent a seed of {} bytes; expected {}",
                                                   bytes->size(), Seed::kBytes));
  std::array<uint8_t, Seed::kBytes> raw;
  copy(*bytes, raw.begin());
  Seed seed = Seed::fromBytes(raw);
  sodium_memzero(raw.data(), raw.size());
  sodium_memzero(bytes->data(), bytes->size());
  return seed;
}

static llvm::Error receiveCorrection(Channel &channel, const Schedule &schedule,
                                     int64_t inference, std::set<int64_t> &missing,
                                     MaterialWriter &writer) {
  auto which = channel.receive(Frame::Material, 16);
  if (!which)
    return which.takeError();
  ByteReader in(*which);
  auto number = static_cast<int64_t>(in.get64()), id = static_cast<int64_t>(in.get64());
  if (!in.isGood() || number != inference || !missing.erase(id))
    return channel.blame(
        kSameVersion,
        fmt::format("deals material {} of inference {} more than once, or it is not in the "
                    "schedule",
                    id, number));
  const Material &material = *schedule.findMaterial(id);
  auto bytes = channel.receive(Frame::Corrections, material.correctionBytes());
  if (!bytes)
    return bytes.takeError();
  if (bytes->size() != static_cast<size_t>(material.correctionBytes()))
    return channel.blame(kSameVersion,
                         fmt::format("deals {} bytes of material {}; expected {}",
                                     bytes->size(), id, material.correctionBytes()));
  return writer.correct(material,
                        {reinterpret_cast<const uint8_t *>(bytes->data()), bytes->size()});
}

static llvm::Error receiveCorrections(Channel &channel, const Schedule &schedule,
                                      int64_t inferences, MaterialWriter &writer) {
  for (int64_t i = 0; i < inferences; ++i) {
    std::set<int64_t> missing;
    for (const Material &material : schedule.materials)
      if (material.origin == Origin::Dealt)
        missing.insert(material.id);
    if (llvm::Error error = writer.begin(i))
      return error;
    while (!missing.empty())
      if (llvm::Error error = receiveCorrection(channel, schedule, i, missing, writer))
        return error;
    if (llvm::Error error = writer.end())
      return error;
  }
  return llvm::Error::success();
}

static Expected<int64_t> fetch(Channel &channel, const Schedule &schedule,
                               const Request &request, StringRef folder) {
  if (llvm::Error error =
          channel.send(Frame::Request, Channel::Bytes(request.toBytes(schedule))))
    return std::move(error);
  auto seed = receiveSeed(channel);
  if (!seed)
    return seed.takeError();
  auto writer = MaterialWriter::create(folder, request.party, schedule, request.dealing,
                                       *seed, request.inferences);
  if (!writer)
    return writer.takeError();
  if (request.party == Party::Server)
    if (llvm::Error error =
            receiveCorrections(channel, schedule, request.inferences, **writer))
      return std::move(error);
  if (llvm::Error error = (*writer)->commit())
    return std::move(error);
  if (request.party == Party::Server)
    if (llvm::Error error = channel.send(Frame::Done, Channel::Bytes()))
      return std::move(error);
  return channel.counts().offlineReceived;
}

Expected<int64_t> tacit::twoparty::fetchMaterial(Channel &channel, const Schedule &schedule,
                                                 Party party, const DealingNumber &dealing,
                                                 int64_t inferences, StringRef folder) {
  auto bytes = fetch(channel, schedule, {party, dealing, inferences}, folder);
  // Does nothing if the dealer is the one that failed.
  if (!bytes)
    channel.stop("the party cannot keep the material");
  return bytes;
}

Expected<int64_t> tacit::twoparty::fetchMaterial(StringRef address,
                                                 const Schedule &schedule, Party party,
                                                 const DealingNumber &dealing,
                                                 int64_t inferences, StringRef folder,
                                                 const Patience &patience, const Tls *tls) {
  auto transport = connectTo(address, "the dealer", patience, tls);
  if (!transport)
    return transport.takeError();
  Channel channel(std::move(*transport), fmt::format("the dealer at '{}'", address.str()),
                  patience);
  return fetchMaterial(channel, schedule, party, dealing, inferences, folder);
}
