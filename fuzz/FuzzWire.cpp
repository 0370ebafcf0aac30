//===- FuzzWire.cpp - Any bytes as what another process sends -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The first byte of an input says who reads the others: a client or a server, with material
// in memory, or a server that has asked the dealer. Their peer has sent everything before
// they begin.
//
//===----------------------------------------------------------------------===//

#include "TwoParty/FakePackage.h"
#include "tacit/Runtime/TwoParty/DealerService.h"
#include "tacit/Runtime/TwoParty/PartySession.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;

namespace {

class NoCorrections : public Corrections {
  llvm::Error read(const Material &, MutableArrayRef<uint8_t> bytes) override {
    std::fill(bytes.begin(), bytes.end(), 0);
    return llvm::Error::success();
  }
};

/// One inference of the dealing with number 1.
class FuzzStore : public MaterialStore {
public:
  explicit FuzzStore(Party party) : party(party) {}

  Expected<std::vector<Offer>> offers() override {
    return std::vector<Offer>{{seeds.number, 1, 0, false}};
  }
  Expected<std::unique_ptr<PartyMaterial>> take(const DealingNumber &dealing,
                                                int64_t inference) override {
    // Nobody may talk a party into anything else.
    if (dealing != seeds.number || inference != 0)
      __builtin_trap();
    return std::make_unique<PartyMaterial>(party, seeds.of(party), dealing, inference,
                                           std::make_unique<NoCorrections>());
  }
  void release(const DealingNumber &, int64_t) override {}
  Expected<std::unique_ptr<PartyMaterial>> session(const DealingNumber &dealing) override {
    return std::make_unique<PartyMaterial>(party, seeds.of(party), dealing, 0);
  }
  Expected<std::vector<HostTensor>> weights(const DealingNumber &) override {
    __builtin_trap();
  }
  llvm::Error keepWeights(const DealingNumber &, ArrayRef<HostTensor>) override {
    return llvm::Error::success();
  }

private:
  Party party;
  DealingSeeds seeds = DealingSeeds::fromNumber(1);
};

} // namespace

static const Schedule &schedule() {
  static const Schedule made = fakeSchedule();
  return made;
}

static void runParty(Party party, Channel &channel) {
  static const std::unique_ptr<Executable> program = fakeParty();
  std::vector<HostTensor> arguments{tensorOf({1, 2, 3, 4})};
  if (party == Party::Server)
    arguments.push_back(arguments.front());
  FuzzStore store(party);
  auto results = twoparty::runParty({schedule(), party, *program, arguments, nullptr, 1},
                                    store, channel);
  if (!results)
    consumeError(results.takeError());
  else if (results->report.hops > schedule().forecast().hops)
    __builtin_trap();
}

namespace {
/// The folder of a server.
struct Folder {
  Folder() {
    if (llvm::sys::fs::createUniqueDirectory("tacit-fuzz", path))
      __builtin_trap();
  }
  ~Folder() { (void)llvm::sys::fs::remove_directories(path); }

  SmallString<128> path;
};
} // namespace

static void askDealer(Channel &channel) {
  static const Folder folder;
  DealingNumber number = DealingSeeds::fromNumber(1).number;
  auto bytes = fetchMaterial(channel, schedule(), Party::Server, number, /*inferences=*/1,
                             folder.path);
  std::string material = (folder.path + "/material-" + number.text()).str();
  // There is all of it, or nothing.
  if (bytes ? *bytes != schedule().forecast().offline : llvm::sys::fs::exists(material))
    __builtin_trap();
  if (!bytes)
    consumeError(bytes.takeError());
  (void)llvm::sys::fs::remove_directories(material);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // What has not come by now never comes; and what does not fit into a socket is cut.
  static constexpr size_t kLimit = 1 << 16;
  if (size == 0 || size > kLimit)
    return 0;
  auto ends = makeTransportPair();
  if (!ends)
    __builtin_trap();
  ArrayRef<char> sent(reinterpret_cast<const char *>(data + 1), size - 1);
  if (!sent.empty())
    (void)ends->second->send(sent);
  ends->second->finishSending();
  Patience patience;
  patience.silence = 0;
  Channel channel(std::move(ends->first), "the other party", patience);

  if (data[0] % 3 == 2)
    askDealer(channel);
  else
    runParty(data[0] % 3 == 0 ? Party::Client : Party::Server, channel);
  return 0;
}
