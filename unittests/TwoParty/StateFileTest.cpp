//===- StateFileTest.cpp - Shares that outlive a run ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/StateFile.h"
#include "TestSupport.h"
#include "TwoParty/FakePackage.h"
#include "tacit/Support/InputFiles.h"
#include <sys/stat.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;

namespace {

class StateFileTest : public testing::Test {
protected:
  StateFileTest() {
    state.number = stateNumber(schedule, DealingNumber(), 3);
    state.names = {"present"};
    state.shares = {tensorOf({1, 2, 3, -4})};
  }
  std::string write() {
    forgetInputs(); // a test also writes what it has read
    return describe(writeState(root.path("state"), Party::Client, schedule, state));
  }
  std::string read(Party party = Party::Client) {
    std::string text = describe(readState(root.path("state"), party, schedule));
    size_t at = text.find(root.path(""));
    return at == std::string::npos ? text : text.erase(at, root.path("").size());
  }

  TemporaryFolder root;
  Schedule schedule = fakeSchedule(/*hasState=*/true);
  StateShares state;
};

TEST_F(StateFileTest, IsReadAsItWasWritten) {
  ASSERT_EQ(write(), "no error");
  auto found = readState(root.path("state"), Party::Client, schedule);
  ASSERT_TRUE(bool(found));
  EXPECT_EQ(found->number, state.number);
  EXPECT_EQ(found->names, state.names);
  EXPECT_EQ(wordsOf(found->shares[0]), (Words{1, 2, 3, -4}));
  struct stat about;
  ASSERT_EQ(stat(root.path("state").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  EXPECT_EQ(root.countFiles(), 1u);
}

TEST_F(StateFileTest, HasANumberOfItsRun) {
  DealingNumber other;
  other.bytes[0] = 1;
  EXPECT_NE(stateNumber(schedule, DealingNumber(), 0), state.number);
  EXPECT_NE(stateNumber(schedule, other, 3), state.number);
  schedule.package = "ffeeddccbbaa99887766554433221100";
  EXPECT_NE(stateNumber(schedule, DealingNumber(), 3), state.number);
}

TEST_F(StateFileTest, ReplacesOnlyAnotherState) {
  ASSERT_EQ(write(), "no error");
  EXPECT_EQ(write(), "no error");
  root.write("state", "precious");
  EXPECT_CONTAINS(write(), "would replace a file that was not made by Tacit");
  EXPECT_EQ(root.read("state"), "precious");
}

TEST_F(StateFileTest, FindsArraysByTheNameOfTheOtherEnd) {
  // Both have the same shape, and were written in another order than they are taken.
  state.names = {"present.v", "present.k"};
  state.shares = {tensorOf({5, 6, 7, 8}), tensorOf({1, 2, 3, 4})};
  ASSERT_EQ(write(), "no error");
  Argument keys = schedule.arguments[3], values = keys;
  keys.other = "present.k";
  values.other = "present.v";
  schedule.arguments[3] = keys;
  schedule.arguments.push_back(values);
  auto found = readState(root.path("state"), Party::Client, schedule);
  ASSERT_TRUE(bool(found)) << describe(found.takeError());
  EXPECT_EQ(found->names, (std::vector<std::string>{"present.k", "present.v"}));
  EXPECT_EQ(wordsOf(found->shares[0]), (Words{1, 2, 3, 4}));
  EXPECT_EQ(wordsOf(found->shares[1]), (Words{5, 6, 7, 8}));
  // One that is missing is not replaced by what is in its place.
  schedule.arguments[3].other = "present.other";
  EXPECT_CONTAINS(read(), "has no array 'present.other', but others that this package "
                          "continues from");
  // Another model may have other names for all of them.
  schedule.arguments.back().other = "";
  found = readState(root.path("state"), Party::Client, schedule);
  ASSERT_TRUE(bool(found)) << describe(found.takeError());
  EXPECT_EQ(wordsOf(found->shares[0]), (Words{5, 6, 7, 8}));
}

TEST_F(StateFileTest, FitsPartyAndSchedule) {
  ASSERT_EQ(write(), "no error");
  EXPECT_EQ(read(Party::Server), "[4] 'state' is the state of the client; expected that of "
                                 "the server | run again what writes the state, and give "
                                 "each party its own file");
  schedule.arguments[3].shape = {2, 2};
  EXPECT_CONTAINS(read(), "has 'present' of shape 4; expected 'past' of shape 2x2");
  schedule.arguments.pop_back();
  EXPECT_CONTAINS(read(), "has 1 arrays; expected 0");
  schedule.fractionBits = 18;
  EXPECT_CONTAINS(read(), "has words of 64 bits with 16 of fraction; expected 64 and 18");
}

TEST_F(StateFileTest, ShowsDamage) {
  ASSERT_EQ(write(), "no error");
  std::string good = root.read("state");
  for (size_t i = 8; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 4;
    root.write("state", bad);
    EXPECT_CONTAINS(read(), "'state' is damaged");
  }
  root.write("state", good.substr(0, 10));
  EXPECT_CONTAINS(read(), "'state' is damaged");
  root.write("state", "anything");
  EXPECT_CONTAINS(read(), "'state' is not a file of shares");
  root.write("state", good);
  EXPECT_EQ(read(), "no error");
  // Nobody writes that.
  state.shares[0].data.push_back(0);
  ASSERT_EQ(write(), "no error");
  EXPECT_CONTAINS(read(), "has another length than its header says");
}

} // namespace
