//===- Dealing.cpp - What the dealer does ---------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Dealing.h"
#include "StoppableRun.h"
#include "tacit/Runtime/TwoParty/PackedBits.h"
#include "tacit/Support/Error.h"
#include <set>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

MaterialSink::~MaterialSink() = default;

static constexpr const char *kCompileAgain = "compile the package again";

namespace {

/// What stands around the dealer's program in one inference.
class Dealer {
public:
  Dealer(const Schedule &schedule, const DealingSeeds &seeds, int64_t inference,
         MaterialSink &sink)
      : schedule(schedule), seeds(seeds), inference(inference), sink(sink) {}

  llvm::Error run(Executable &program, int threads);

private:
  /// Fails if the schedule has another material.
  Expected<const Material *> find(int64_t id, int64_t count, bool isDealt) const;
  llvm::Error draw(int64_t id, MutableArrayRef<int64_t> words);
  llvm::Error deal(int64_t id, ArrayRef<int64_t> words);
  /// Writes the words of which a party has the seed.
  void expandFor(Party party, const Material &material, MutableArrayRef<int64_t> words) {
    expand(seeds.of(party), domainOf(material, seeds.number, inference, party), words);
  }

  const Schedule &schedule;
  const DealingSeeds &seeds;
  int64_t inference;
  MaterialSink &sink;
  std::set<int64_t> dealt;
  std::vector<int64_t> scratch;
  std::vector<uint8_t> packed;
  StoppableRun code;
};

} // namespace

Expected<const Material *> Dealer::find(int64_t id, int64_t count, bool isDealt) const {
  const Material *material = schedule.findMaterial(id);
  if (material && material->words == count &&
      (material->origin == Origin::Dealt) == isDealt)
    return material;
  return fail(
      ErrorKind::BadInput, kCompileAgain,
      "the dealer's program {} material {} of {} words, which the schedule does not "
      "have",
      isDealt ? "deals" : "draws", id, count);
}

llvm::Error Dealer::draw(int64_t id, MutableArrayRef<int64_t> words) {
  auto found = find(id, words.size(), /*isDealt=*/false);
  if (!found)
    return found.takeError();
  const Material &material = **found;
  if (material.origin != Origin::Drawn) {
    expandFor(material.origin == Origin::Client ? Party::Client : Party::Server, material,
              words);
    return llvm::Error::success();
  }
  scratch.resize(words.size());
  expandFor(Party::Client, material, words);
  expandFor(Party::Server, material, scratch);
  for (auto [word, other] : zip_equal(words, scratch))
    word = material.isBoolean ? word ^ other
                              : static_cast<int64_t>(static_cast<uint64_t>(word) +
                                                     static_cast<uint64_t>(other));
  return llvm::Error::success();
}

llvm::Error Dealer::deal(int64_t id, ArrayRef<int64_t> words) {
  auto found = find(id, words.size(), /*isDealt=*/true);
  if (!found)
    return found.takeError();
  const Material &material = **found;
  if (!dealt.insert(id).second)
    return fail(ErrorKind::BadInput, kCompileAgain,
                "the dealer's program deals material {} twice", id);
  scratch.resize(words.size());
  expandDealt(seeds.client, domainOf(material, seeds.number, inference, Party::Client),
              material, scratch);
  for (auto [word, other] : zip_equal(words, MutableArrayRef<int64_t>(scratch)))
    other = material.isBoolean ? word ^ other
                               : static_cast<int64_t>(static_cast<uint64_t>(word) -
                                                      static_cast<uint64_t>(other));
  packed.resize(material.correctionBytes());
  packBits(scratch, material.bits, packed);
  return sink.correct(material, packed);
}

llvm::Error Dealer::run(Executable &program, int threads) {
  tacit_outside outside = {};
  outside.context = this;
  outside.draw = [](void *context, int64_t id, int64_t *words, int64_t count) {
    auto *dealer = static_cast<Dealer *>(context);
    dealer->code.record(dealer->draw(id, {words, static_cast<size_t>(count)}));
    dealer->code.stopIfFailed();
  };
  outside.deal = [](void *context, int64_t id, const int64_t *words, int64_t count) {
    auto *dealer = static_cast<Dealer *>(context);
    dealer->code.record(dealer->deal(id, {words, static_cast<size_t>(count)}));
    dealer->code.stopIfFailed();
  };
  if (llvm::Error error = sink.begin(inference))
    return error;
  if (llvm::Error error = code.run(program, outside, {}, {}, threads))
    return error;
  for (const Material &material : schedule.materials)
    if (material.origin == Origin::Dealt && !dealt.count(material.id))
      return fail(ErrorKind::BadInput, kCompileAgain,
                  "the dealer's program does not deal material {}", material.id);
  return sink.end();
}

llvm::Error tacit::twoparty::deal(const Schedule &schedule, Executable &program,
                                  const DealingSeeds &seeds, const DealOptions &options,
                                  MaterialSink &sink) {
  for (int64_t i = 0; i < options.inferences; ++i) {
    Dealer dealer(schedule, seeds, options.first + i, sink);
    if (llvm::Error error = dealer.run(program, options.threads))
      return error;
    if (options.progress)
      options.progress(i + 1);
  }
  return llvm::Error::success();
}
