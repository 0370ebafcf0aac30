//===- MaterialFolderTest.cpp - Material in files -------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/MaterialFolder.h"
#include "TestSupport.h"
#include "TwoParty/FakePackage.h"
#include "llvm/Support/Path.h"
#include <csignal>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;
namespace fs = llvm::sys::fs;

namespace {

class MaterialFolderTest : public testing::Test {
protected:
  void SetUp() override {
    for (StringRef name : {"client", "server"})
      ASSERT_FALSE(fs::create_directory(root.path(name)));
  }

  std::string dealSome(int64_t inferences = 2, uint64_t seed = 1) {
    DealOptions options;
    options.inferences = inferences;
    auto dealer = fakeDealer();
    return describe(dealIntoFolders(schedule, *dealer, DealingSeeds::fromNumber(seed),
                                    options, root.path("client"), root.path("server")));
  }
  std::string dealing(StringRef party, StringRef name) const {
    return party.str() + "/material-" + number.text() + "/" + name.str();
  }
  void rewrite(const std::string &name, function_ref<void(std::string &)> change) const {
    std::string bytes = root.read(name);
    change(bytes);
    root.write(name, bytes);
  }
  std::string take(Party party, int64_t inference = 0) {
    MaterialFolder folder(party == Party::Client ? client() : server(), party, schedule);
    return without(describe(folder.take(number, inference)));
  }
  std::string offersOf(Party party) {
    MaterialFolder folder(party == Party::Client ? client() : server(), party, schedule);
    return without(describe(folder.offers()));
  }
  std::string client() const { return root.path("client"); }
  std::string server() const { return root.path("server"); }
  /// Returns a message without the names of this test's folders.
  std::string without(std::string text) const {
    for (const std::string &name : {root.path(""), number.text()})
      for (size_t at; (at = text.find(name)) != std::string::npos;)
        text.erase(at, name.size());
    return text;
  }
  bool isMarked(StringRef party, int64_t inference) const {
    return fs::exists(root.path(dealing(party, "used-" + std::to_string(inference))));
  }

  TemporaryFolder root;
  Schedule schedule = fakeSchedule();
  DealingNumber number = DealingSeeds::fromNumber(1).number;
};

TEST_F(MaterialFolderTest, HasWhatWasDealt) {
  ASSERT_EQ(dealSome(), "no error");
  MaterialFolder folders[] = {{client(), Party::Client, schedule},
                              {server(), Party::Server, schedule}};
  std::vector<Words> shares[2];
  for (int party : {0, 1}) {
    auto offers = folders[party].offers();
    ASSERT_TRUE(bool(offers));
    ASSERT_EQ(offers->size(), 1u);
    EXPECT_EQ(offers->front().dealing, number);
    EXPECT_EQ(offers->front().inferences, 2);
    EXPECT_EQ(offers->front().next, 0);
    auto material = folders[party].take(number, 1);
    ASSERT_TRUE(bool(material));
    for (int64_t id : {kInputMask, kServerWord, kProduct, kBits, kWeightMask}) {
      Words words(kCount, 99);
      EXPECT_EQ(describe((*material)->share(*schedule.findMaterial(id), words)),
                "no error");
      shares[party].push_back(words);
    }
    offers = folders[party].offers();
    ASSERT_TRUE(bool(offers));
    EXPECT_EQ(offers->front().next, 2) << "what comes before the last use is used as well";
  }
  EXPECT_EQ(shares[1][0], Words(kCount, 0));
  EXPECT_EQ(shares[0][1], Words(kCount, 0));
  EXPECT_EQ(shares[0][4], Words(kCount, 0));
  for (int64_t i = 0; i < kCount; ++i)
    EXPECT_EQ(
        static_cast<uint64_t>(shares[0][2][i]) + static_cast<uint64_t>(shares[1][2][i]),
        static_cast<uint64_t>(shares[0][0][i]) * static_cast<uint64_t>(shares[1][4][i]));
}

TEST_F(MaterialFolderTest, IsReadByItsOwnerOnly) {
  ASSERT_EQ(dealSome(), "no error");
  for (std::string name : {dealing("client", "dealing"), dealing("server", "dealing"),
                           dealing("server", "corrections-1")}) {
    struct stat about;
    ASSERT_EQ(stat(root.path(name).c_str(), &about), 0) << name;
    EXPECT_EQ(about.st_mode & 0777, 0600u) << name;
  }
  // Neither has the other's seed, and only the server has corrections.
  DealingSeeds seeds = DealingSeeds::fromNumber(1);
  auto has = [&](const std::string &name, const Seed &seed) {
    StringRef bytes(reinterpret_cast<const char *>(seed.bytes().data()), Seed::kBytes);
    return StringRef(root.read(name)).contains(bytes);
  };
  EXPECT_TRUE(has(dealing("client", "dealing"), seeds.client));
  EXPECT_FALSE(has(dealing("client", "dealing"), seeds.server));
  EXPECT_TRUE(has(dealing("server", "dealing"), seeds.server));
  EXPECT_FALSE(has(dealing("server", "dealing"), seeds.client));
  EXPECT_FALSE(fs::exists(root.path(dealing("client", "corrections-0"))));
}

// The same material serves two models of one shape.
TEST_F(MaterialFolderTest, FollowsFromScheduleAndSeedAlone) {
  ASSERT_EQ(dealSome(), "no error");
  std::string first = root.read(dealing("server", "corrections-0"));
  ASSERT_FALSE(fs::remove_directories(client()));
  ASSERT_FALSE(fs::remove_directories(server()));
  SetUp();
  schedule.package = "ffeeddccbbaa99887766554433221100";
  ASSERT_EQ(dealSome(), "no error");
  std::string second = root.read(dealing("server", "corrections-0"));
  ASSERT_EQ(first.size(), second.size());
  EXPECT_NE(first.substr(16, 16), second.substr(16, 16));
  EXPECT_EQ(first.substr(32), second.substr(32));
}

//===----------------------------------------------------------------------===//
// Use
//===----------------------------------------------------------------------===//

TEST_F(MaterialFolderTest, IsUsedOnce) {
  ASSERT_EQ(dealSome(), "no error");
  for (Party party : {Party::Client, Party::Server}) {
    EXPECT_EQ(take(party), "no error");
    EXPECT_CONTAINS(take(party), "used-0' exists: this material is already used");
    EXPECT_EQ(take(party, 1), "no error");
    EXPECT_CONTAINS(take(party, 2), "has material for 2 inferences; expected some for "
                                    "number 2");
  }
}

TEST_F(MaterialFolderTest, IsUsedWhenTheProcessIsKilled) {
  ASSERT_EQ(dealSome(), "no error");
  EXPECT_EXIT(
      {
        (void)take(Party::Server);
        kill(getpid(), SIGKILL);
      },
      testing::KilledBySignal(SIGKILL), "");
  EXPECT_TRUE(isMarked("server", 0));
  EXPECT_CONTAINS(take(Party::Server), "already used");
}

TEST_F(MaterialFolderTest, IsNotUsedWhereTheMarkCannotBeWritten) {
  ASSERT_EQ(dealSome(), "no error");
  // A mark that leads nowhere: root may write everywhere.
  ASSERT_EQ(symlink("/nowhere/mark", root.path(dealing("client", "used-0")).c_str()), 0);
  EXPECT_CONTAINS(take(Party::Client), "cannot write");
}

TEST_F(MaterialFolderTest, DropsWhatIsReleased) {
  ASSERT_EQ(dealSome(), "no error");
  MaterialFolder folder(server(), Party::Server, schedule);
  folder.release(number, 0);
  EXPECT_FALSE(fs::exists(root.path(dealing("server", "corrections-0"))));
  EXPECT_TRUE(fs::exists(root.path(dealing("server", "corrections-1"))));
}

TEST_F(MaterialFolderTest, DropsWhatComesBefore) {
  ASSERT_EQ(dealSome(), "no error");
  EXPECT_EQ(take(Party::Server, 1), "no error");
  EXPECT_FALSE(fs::exists(root.path(dealing("server", "corrections-0"))));
  EXPECT_TRUE(fs::exists(root.path(dealing("server", "corrections-1"))));
}

//===----------------------------------------------------------------------===//
// Damage
//===----------------------------------------------------------------------===//

TEST_F(MaterialFolderTest, ShowsDamageOfTheHeader) {
  ASSERT_EQ(dealSome(), "no error");
  std::string name = dealing("client", "dealing"), good = root.read(name);
  rewrite(name, [](std::string &bytes) { bytes[60] ^= 1; });
  EXPECT_EQ(offersOf(Party::Client),
            "[4] 'client/material-/dealing' is damaged: its checksum is another one | deal "
            "again, and remove what is damaged");
  root.write(name, good.substr(0, good.size() - 1));
  EXPECT_CONTAINS(offersOf(Party::Client), "is damaged: it has 103 bytes");
  root.write(name, "GIF89a");
  EXPECT_CONTAINS(offersOf(Party::Client), "is not a file of material: it begins with "
                                           "474946383961");
  rewrite(name, [&](std::string &bytes) { (bytes = good)[8] = 9; });
  EXPECT_CONTAINS(offersOf(Party::Client), "has version 9 of the format; expected 1");
  root.write(name, root.read(dealing("server", "dealing")));
  EXPECT_CONTAINS(offersOf(Party::Client),
                  "is material of the server; expected that of the "
                  "client");
  root.write(name, good);
  EXPECT_EQ(offersOf(Party::Client), "no error");
  schedule.package[0] = 'f';
  EXPECT_CONTAINS(offersOf(Party::Client), "/dealing' belongs to another package");
}

TEST_F(MaterialFolderTest, IgnoresTheMaterialOfAFormerPackage) {
  ASSERT_EQ(dealSome(), "no error");
  schedule.package[0] = 'f';
  ASSERT_EQ(dealSome(1, /*seed=*/2), "no error");
  MaterialFolder folder(server(), Party::Server, schedule);
  auto offers = folder.offers();
  ASSERT_TRUE(bool(offers));
  ASSERT_EQ(offers->size(), 1u);
  EXPECT_EQ(offers->front().inferences, 1);
  EXPECT_CONTAINS(take(Party::Server), "/dealing' belongs to another package");
}

TEST_F(MaterialFolderTest, ShowsAFolderWithAnotherName) {
  ASSERT_EQ(dealSome(), "no error");
  ASSERT_FALSE(fs::rename(client() + "/material-" + number.text(),
                          client() + "/material-" + DealingNumber().text()));
  EXPECT_CONTAINS(offersOf(Party::Client), "its folder has the name of another dealing");
}

TEST_F(MaterialFolderTest, ShowsDamageOfCorrectionsBeforeTheMark) {
  ASSERT_EQ(dealSome(), "no error");
  std::string name = dealing("server", "corrections-0"), good = root.read(name);
  root.write(name, good.substr(0, good.size() - 5));
  EXPECT_CONTAINS(take(Party::Server), "bytes; expected");
  root.write(name, root.read(dealing("server", "corrections-1")));
  EXPECT_CONTAINS(take(Party::Server), "is damaged: it was dealt for another inference");
  rewrite(name, [&](std::string &bytes) { (bytes = good)[0] = 'X'; });
  EXPECT_CONTAINS(take(Party::Server), "is not a file of corrections");
  rewrite(name, [&](std::string &bytes) { (bytes = good)[20] ^= 1; });
  EXPECT_CONTAINS(take(Party::Server), "belongs to another package");
  ASSERT_FALSE(fs::remove(root.path(name)));
  EXPECT_CONTAINS(take(Party::Server), "cannot read");
  EXPECT_FALSE(isMarked("server", 0));
  root.write(name, good);
  EXPECT_EQ(take(Party::Server), "no error");
}

TEST_F(MaterialFolderTest, ShowsDamageOfWordsBeforeTheirUse) {
  ASSERT_EQ(dealSome(), "no error");
  // Material 4 comes first, behind the header.
  rewrite(dealing("server", "corrections-0"), [](std::string &bytes) { bytes[70] ^= 1; });
  MaterialFolder folder(server(), Party::Server, schedule);
  auto material = folder.take(number, 0);
  ASSERT_TRUE(bool(material));
  Words words(kCount);
  EXPECT_CONTAINS(describe((*material)->share(*schedule.findMaterial(kProduct), words)),
                  "the checksum of material 4 is another one");
  EXPECT_EQ(describe((*material)->share(*schedule.findMaterial(kBits), words)), "no error");
}

TEST_F(MaterialFolderTest, EndsBeforeItsLength) {
  // The file shrinks while it is used.
  ASSERT_EQ(dealSome(), "no error");
  MaterialFolder folder(server(), Party::Server, schedule);
  auto material = folder.take(number, 0);
  ASSERT_TRUE(bool(material));
  ASSERT_EQ(truncate(root.path(dealing("server", "corrections-0")).c_str(), 70), 0);
  Words words(kCount);
  EXPECT_CONTAINS(describe((*material)->share(*schedule.findMaterial(kProduct), words)),
                  "is truncated: it ends at byte 70");
}

//===----------------------------------------------------------------------===//
// Dealing
//===----------------------------------------------------------------------===//

TEST_F(MaterialFolderTest, TakesNoSeedTwice) {
  ASSERT_EQ(dealSome(), "no error");
  EXPECT_EQ(without(dealSome()),
            "[4] 'client/material-' exists already | deal with another "
            "seed: no seed is used twice");
  EXPECT_EQ(dealSome(2, /*seed=*/2), "no error");
  MaterialFolder folder(server(), Party::Server, schedule);
  auto offers = folder.offers();
  ASSERT_TRUE(bool(offers));
  EXPECT_EQ(offers->size(), 2u);
}

TEST_F(MaterialFolderTest, LeavesNothingOfAFailedDealing) {
  {
    WithFault fault(Fault::Missing);
    EXPECT_CONTAINS(dealSome(), "does not deal material 4");
  }
  std::error_code reason;
  for (const std::string &folder : {client(), server()})
    EXPECT_EQ(fs::directory_iterator(folder, reason), fs::directory_iterator()) << folder;
}

TEST_F(MaterialFolderTest, RemovesWhatAKilledDealerLeft) {
  std::string stray = client() + "/.dealing-0", used = client() + "/.dealing-1";
  for (const std::string &name : {stray, used})
    ASSERT_FALSE(fs::create_directory(name));
  root.write("client/.dealing-0/dealing", "x");
  int file = open(used.c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(file, LOCK_EX), 0);
  EXPECT_EQ(dealSome(), "no error");
  EXPECT_FALSE(fs::exists(stray));
  EXPECT_TRUE(fs::exists(used)) << "somebody else is dealing";
  close(file);
}

TEST_F(MaterialFolderTest, NeedsRoom) {
  EXPECT_CONTAINS(dealSome(int64_t(1) << 50),
                  " MB, and material for 1125899906842624 inferences takes ");
  ASSERT_FALSE(fs::remove_directories(server()));
  EXPECT_CONTAINS(dealSome(), "cannot read");
  EXPECT_EQ(root.countFiles(), 1u);
}

//===----------------------------------------------------------------------===//
// Masked weights
//===----------------------------------------------------------------------===//

TEST_F(MaterialFolderTest, KeepsMaskedWeights) {
  ASSERT_EQ(dealSome(), "no error");
  MaterialFolder folder(client(), Party::Client, schedule);
  std::vector<HostTensor> weights{tensorOf({1, 2, 3, -4})};
  EXPECT_FALSE((*folder.offers())[0].hasWeights);
  EXPECT_EQ(describe(folder.keepWeights(number, weights)), "no error");
  EXPECT_TRUE((*folder.offers())[0].hasWeights);
  auto found = folder.weights(number);
  ASSERT_TRUE(bool(found));
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(wordsOf(found->front()), (Words{1, 2, 3, -4}));
  folder.release(number, 0);
  EXPECT_TRUE((*folder.offers())[0].hasWeights);
  folder.release(number, 1);
  EXPECT_FALSE((*folder.offers())[0].hasWeights) << "after the last inference";
}

// They take as much room as the model.
TEST_F(MaterialFolderTest, RemovesWeightsOfAKilledClient) {
  ASSERT_EQ(dealSome(), "no error");
  root.write("client/.weights-0123.bin.tacit-4567", "a part");
  MaterialFolder folder(client(), Party::Client, schedule);
  ASSERT_EQ(describe(folder.keepWeights(number, {tensorOf({1})})), "no error");
  EXPECT_FALSE(fs::exists(root.path("client/.weights-0123.bin.tacit-4567")));
}

TEST_F(MaterialFolderTest, ShowsDamageOfMaskedWeights) {
  ASSERT_EQ(dealSome(), "no error");
  MaterialFolder folder(client(), Party::Client, schedule);
  ASSERT_EQ(describe(folder.keepWeights(number, {tensorOf({1, 2, 3, -4})})), "no error");
  std::string name = "client/weights-" + number.text() + ".bin", good = root.read(name);
  auto find = [&](const std::string &bytes) {
    root.write(name, bytes);
    return without(describe(folder.weights(number)));
  };
  std::string message =
      "[4] 'client/weights-.bin' is damaged or belongs to another package "
      "| remove the file, and it will be sent once more";
  for (size_t i = 0; i < good.size(); i += 3) {
    std::string bad = good;
    bad[i] ^= 1;
    EXPECT_EQ(find(bad), message) << "byte " << i;
  }
  EXPECT_EQ(find(good.substr(1)), message);
  EXPECT_EQ(find(good), "no error");
  ASSERT_FALSE(fs::remove(root.path(name)));
  EXPECT_CONTAINS(describe(folder.weights(number)), "cannot read");
}

} // namespace
