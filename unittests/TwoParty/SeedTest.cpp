//===- SeedTest.cpp - Seeds, and the words that follow from them ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Seed.h"
#include "TestSupport.h"
#include "TwoParty/FakePackage.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;

namespace {

Words expanded(const Seed &seed, const Domain &domain, size_t count, int64_t first = 0) {
  Words words(count);
  expand(seed, domain, words, first);
  return words;
}

// A program of somebody else must find the same words: docs/TwoParty.md has the recipe.
TEST(Seeds, ExpandToTheWordsOfTheFormat) {
  Domain domain{DealingSeeds::fromNumber(7).number, 3, 5, Party::Server};
  EXPECT_EQ(expanded(Seed::fromNumber(1), domain, 3),
            (Words{6064684846704753292, -8686266015267667512, -4215353087801992893}));
  domain.inference = std::nullopt;
  domain.party = Party::Client;
  EXPECT_EQ(expanded(Seed::fromNumber(1), domain, 3),
            (Words{-7543515059814911085, -7363822274724374044, -7177541586073581377}));
}

TEST(Seeds, GiveEveryUseWordsOfItsOwn) {
  Seed seed = Seed::fromNumber(1);
  Domain domain{DealingSeeds::fromNumber(7).number, 0, 5, Party::Client};
  std::set<Words> found{expanded(seed, domain, 2)};
  auto add = [&](const Seed &seed, const Domain &domain) {
    EXPECT_TRUE(found.insert(expanded(seed, domain, 2)).second);
  };
  add(Seed::fromNumber(2), domain);
  add(seed.derive("client"), domain);
  add(seed.derive("server"), domain);
  add(Seed::random(), domain);
  add(seed, {DealingSeeds::fromNumber(8).number, 0, 5, Party::Client});
  add(seed, {domain.dealing, 1, 5, Party::Client});
  add(seed, {domain.dealing, std::nullopt, 5, Party::Client});
  add(seed, {domain.dealing, 0, 6, Party::Client});
  add(seed, {domain.dealing, 0, 5, Party::Server});
}

TEST(Seeds, ExpandInPieces) {
  Seed seed = Seed::fromNumber(1);
  Domain domain{DealingNumber(), 0, 1, Party::Client};
  Words whole = expanded(seed, domain, 100);
  EXPECT_EQ(expanded(seed, domain, 12, 88), Words(whole.begin() + 88, whole.end()));
}

// Of a dealt material only the bits that matter come from the stream.
TEST(Seeds, ExpandToBitsOfDealtWords) {
  Domain domain{DealingNumber(), 0, 1, Party::Client};
  Material material{1, Origin::Dealt, 5, 12};
  Words words(5, 99), stream = expanded(Seed::fromNumber(1), domain, 1);
  expandDealt(Seed::fromNumber(1), domain, material, words);
  EXPECT_EQ(words[0], stream[0] & 0xfff);
  EXPECT_EQ(words[3], stream[0] >> 36 & 0xfff);
  material.bits = 64;
  expandDealt(Seed::fromNumber(1), domain, material, words);
  EXPECT_EQ(words, expanded(Seed::fromNumber(1), domain, 5));
}

TEST(Seeds, OfASessionAreTheSameInEachInference) {
  Material mask{1, Origin::Server, 4, 64, false, /*isSession=*/true}, other{1};
  DealingNumber dealing;
  EXPECT_EQ(domainOf(mask, dealing, 3, Party::Server).inference, std::nullopt);
  EXPECT_EQ(domainOf(other, dealing, 3, Party::Server).inference, 3);
}

TEST(Seeds, OfADealingDoNotFollowFromEachOther) {
  DealingSeeds seeds = DealingSeeds::fromNumber(1), again = DealingSeeds::fromNumber(1);
  EXPECT_EQ(seeds.number, again.number);
  EXPECT_EQ(seeds.client.bytes(), again.client.bytes());
  EXPECT_NE(seeds.client.bytes(), seeds.server.bytes());
  EXPECT_NE(seeds.number, DealingSeeds::fromNumber(2).number);
  EXPECT_NE(DealingSeeds::random().number, DealingSeeds::random().number);
}

TEST(DealingNumbers, AreReadAsTheyAreWritten) {
  DealingNumber number = DealingNumber::random();
  EXPECT_EQ(DealingNumber::parse(number.text()), number);
  for (StringRef text :
       {"", "00", "000102030405060708090A0b0c0d0e0f", "g00102030405060708090a0b0c0d0e0f",
        "000102030405060708090a0b0c0d0e0f0"})
    EXPECT_EQ(DealingNumber::parse(text), std::nullopt) << text.str();
}

} // namespace
