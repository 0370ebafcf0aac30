//===- DealingTest.cpp - What the dealer does -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Dealing.h"
#include "TestSupport.h"
#include "TwoParty/FakePackage.h"
#include "tacit/Runtime/TwoParty/PackedBits.h"
#include <map>

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;

namespace {

/// Keeps what is dealt, as words.
class Collected : public MaterialSink {
public:
  explicit Collected(int64_t failAt = -1) : failAt(failAt) {}

  llvm::Error begin(int64_t inference) override {
    begun.push_back(inference);
    return llvm::Error::success();
  }
  llvm::Error correct(const Material &material, ArrayRef<uint8_t> bytes) override {
    if (material.id == failAt)
      return fail(ErrorKind::BadInput, "", "the sink is full");
    Words found(material.words);
    unpackBits(bytes, material.bits, found);
    words[{begun.back(), material.id}] = found;
    return llvm::Error::success();
  }
  llvm::Error end() override { return llvm::Error::success(); }

  int64_t failAt;
  std::vector<int64_t> begun;
  std::map<std::pair<int64_t, int64_t>, Words> words;
};

class DealingTest : public testing::Test {
protected:
  std::string dealInto(MaterialSink &sink, int64_t inferences = 2) {
    DealOptions options;
    options.inferences = inferences;
    options.progress = [&](int64_t done) { progress.push_back(done); };
    auto dealer = fakeDealer();
    return describe(deal(schedule, *dealer, seeds, options, sink));
  }
  /// Returns the words that a party expands.
  Words known(Party party, int64_t id, int64_t inference) {
    Words words(kCount);
    const Material &material = *schedule.findMaterial(id);
    Domain domain = domainOf(material, seeds.number, inference, party);
    if (material.origin == Origin::Dealt) {
      expandDealt(seeds.of(party), domain, material, words);
      return words;
    }
    expand(seeds.of(party), domain, words);
    return words;
  }

  Schedule schedule = fakeSchedule();
  DealingSeeds seeds = DealingSeeds::fromNumber(1);
  std::vector<int64_t> progress;
};

TEST_F(DealingTest, CorrectsTheShareOfTheClient) {
  Collected sink;
  ASSERT_EQ(dealInto(sink), "no error");
  EXPECT_EQ(sink.begun, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(progress, (std::vector<int64_t>{1, 2}));
  for (int64_t inference : {0, 1}) {
    Words l = known(Party::Client, kInputMask, inference);
    Words b = known(Party::Server, kWeightMask, inference);
    Words mine = known(Party::Client, kProduct, inference);
    Words theirs = sink.words[{inference, kProduct}];
    ASSERT_EQ(theirs.size(), size_t(kCount));
    for (int64_t i = 0; i < kCount; ++i)
      EXPECT_EQ(static_cast<uint64_t>(mine[i]) + static_cast<uint64_t>(theirs[i]),
                static_cast<uint64_t>(l[i]) * static_cast<uint64_t>(b[i]));
  }
}

TEST_F(DealingTest, CorrectsBitsByExclusiveOr) {
  Collected sink;
  ASSERT_EQ(dealInto(sink), "no error");
  Words r = known(Party::Client, kOpeningMask, 1), other = known(Party::Server, 1, 1);
  Words mine = known(Party::Client, kBits, 1), theirs = sink.words[{1, kBits}];
  ASSERT_EQ(theirs.size(), size_t(kCount));
  for (int64_t i = 0; i < kCount; ++i)
    EXPECT_EQ((mine[i] ^ theirs[i]) & 0xfffff,
              static_cast<int64_t>(static_cast<uint64_t>(r[i]) +
                                   static_cast<uint64_t>(other[i])) &
                  0xfffff);
}

TEST_F(DealingTest, StopsAtTheFirstFailure) {
  Collected sink(/*failAt=*/kBits);
  int finished = finishedRuns();
  EXPECT_EQ(dealInto(sink), "[4] the sink is full | ");
  EXPECT_EQ(sink.begun.size(), 1u);
  EXPECT_TRUE(sink.words.empty());
  EXPECT_EQ(finishedRuns(), finished) << "the program does not compute on";
}

TEST_F(DealingTest, RejectsAProgramOfAnotherSchedule) {
  Collected sink;
  {
    WithFault fault(Fault::OtherMaterial);
    EXPECT_EQ(dealInto(sink),
              "[4] the dealer's program draws material 99 of 4 words, which "
              "the schedule does not have | compile the package again");
  }
  {
    WithFault fault(Fault::Twice);
    EXPECT_EQ(
        dealInto(sink),
        "[4] the dealer's program deals material 4 twice | compile the package again");
  }
  WithFault fault(Fault::Missing);
  EXPECT_EQ(dealInto(sink), "[4] the dealer's program does not deal material 4 | compile "
                            "the package again");
}

} // namespace
