//===- Twin.cpp - Two parties and a dealer in one process -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Twin.h"
#include "tacit/Runtime/TwoParty/Dealing.h"
#include "tacit/Support/Error.h"
#include <limits>
#include <map>
#include <thread>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

namespace {

using CorrectionMap = std::map<int64_t, std::vector<uint8_t>>;

class MemorySink : public MaterialSink {
public:
  explicit MemorySink(CorrectionMap &corrections) : corrections(corrections) {}

  llvm::Error begin(int64_t) override {
    corrections.clear();
    return llvm::Error::success();
  }
  llvm::Error correct(const Material &material, ArrayRef<uint8_t> bytes) override {
    corrections[material.id] = bytes.vec();
    return llvm::Error::success();
  }
  llvm::Error end() override { return llvm::Error::success(); }

private:
  CorrectionMap &corrections;
};

class MemoryCorrections : public Corrections {
public:
  explicit MemoryCorrections(const CorrectionMap &corrections) : corrections(corrections) {}

  llvm::Error read(const Material &material, MutableArrayRef<uint8_t> bytes) override {
    copy(corrections.at(material.id), bytes.begin());
    return llvm::Error::success();
  }

private:
  const CorrectionMap &corrections;
};

/// What a party has in memory. There is always one inference that was not used.
class MemoryStore : public MaterialStore {
public:
  MemoryStore(Party party, const DealingSeeds &seeds, const CorrectionMap &corrections)
      : party(party), seeds(seeds), corrections(corrections) {}

  Expected<std::vector<Offer>> offers() override {
    return std::vector<Offer>{
        {seeds.number, std::numeric_limits<int64_t>::max(), next, !kept.empty()}};
  }
  Expected<std::unique_ptr<PartyMaterial>> take(const DealingNumber &,
                                                int64_t inference) override {
    next = inference + 1;
    return std::make_unique<PartyMaterial>(
        party, seeds.of(party), seeds.number, inference,
        std::make_unique<MemoryCorrections>(corrections));
  }
  void release(const DealingNumber &, int64_t) override {}
  Expected<std::unique_ptr<PartyMaterial>> session(const DealingNumber &) override {
    return std::make_unique<PartyMaterial>(party, seeds.of(party), seeds.number, 0);
  }
  Expected<std::vector<HostTensor>> weights(const DealingNumber &) override { return kept; }
  llvm::Error keepWeights(const DealingNumber &, ArrayRef<HostTensor> weights) override {
    kept = weights.vec();
    return llvm::Error::success();
  }

  int64_t next = 0;

private:
  Party party;
  const DealingSeeds &seeds;
  const CorrectionMap &corrections;
  std::vector<HostTensor> kept;
};

} // namespace

struct Twin::State {
  State(const Schedule &schedule, TwinPrograms programs, ArrayRef<HostTensor> constants,
        DealingSeeds seeds)
      : schedule(schedule), programs(programs), constants(constants),
        seeds(std::move(seeds)), client(Party::Client, this->seeds, corrections),
        server(Party::Server, this->seeds, corrections) {}

  const Schedule &schedule;
  TwinPrograms programs;
  ArrayRef<HostTensor> constants;
  DealingSeeds seeds;
  CorrectionMap corrections; ///< of the inference that is next
  MemoryStore client, server;
};

Twin::Twin(const Schedule &schedule, TwinPrograms programs, ArrayRef<HostTensor> constants,
           DealingSeeds seeds)
    : state(std::make_unique<State>(schedule, programs, constants, std::move(seeds))) {}

Twin::~Twin() = default;

/// Returns the failure that the other one follows from.
static llvm::Error causeOf(llvm::Error client, llvm::Error server) {
  bool isFollowing = false;
  client = handleErrors(std::move(client), [&](std::unique_ptr<tacit::Error> e) {
    isFollowing = e->getKind() == ErrorKind::Peer;
    return llvm::Error(std::move(e));
  });
  llvm::Error &cause = isFollowing && server ? server : client;
  llvm::Error kept = std::move(cause);
  consumeError(std::move(client));
  consumeError(std::move(server));
  return kept;
}

Expected<Twin::Results> Twin::run(const Inputs &inputs) {
  // Nobody fails to answer in one process, however long it computes.
  Patience patience;
  patience.silence = 1e9;
  auto channels = makeChannelPair(patience);
  if (!channels)
    return channels.takeError();
  MemorySink sink(state->corrections);
  DealOptions options;
  options.first = std::max(state->client.next, state->server.next);
  options.threads = inputs.threads;
  if (llvm::Error error =
          deal(state->schedule, state->programs.dealer, state->seeds, options, sink))
    return std::move(error);
  PartyTask client{state->schedule,  Party::Client,      state->programs.client,
                   inputs.arguments, inputs.clientState, inputs.threads,
                   nullptr,          inputs.observer};
  PartyTask server{state->schedule,  Party::Server,      state->programs.server,
                   state->constants, inputs.serverState, inputs.threads};
  std::optional<Expected<PartyResults>> ofServer;
  std::thread thread(
      [&] { ofServer.emplace(runParty(server, state->server, *channels->second)); });
  auto ofClient = runParty(client, state->client, *channels->first);
  thread.join();
  if (ofClient && *ofServer)
    return Results{std::move(*ofClient), std::move(**ofServer)};
  return causeOf(ofClient.takeError(), ofServer->takeError());
}
