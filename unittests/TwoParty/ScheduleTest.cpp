//===- ScheduleTest.cpp - The schedule of a package as JSON ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Schedule.h"
#include "TestSupport.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tacit;
using namespace tacit::twoparty;

namespace {

Schedule example() {
  Schedule schedule;
  schedule.package = std::string(32, 'a');
  schedule.arguments = {{"w", Argument::Kind::Weight, {3, 4}, 0},
                        {"x", Argument::Kind::Input, {2, 3}},
                        {"past", Argument::Kind::State, {2, 3}, {}, "present"}};
  schedule.results = {{"y", Result::Kind::Revealed, {2, 4}}};
  schedule.materials = {
      {0, Origin::Server, 12, 64, false, true, {"share", "w", ""}},
      {1, Origin::Client, 6},
      {3, Origin::Dealt, 8, 16},
      {4, Origin::Dealt, 3, 64, true},
      {9, Origin::Drawn, 8},
  };
  schedule.hops = {{{{6, Direction::ToServer, {"head", "", "/MatMul"}}}},
                   {{{8, Direction::Both}, {8, Direction::ToClient}}}};
  schedule.disclosed = {{"mask", 64, "mask"}};
  schedule.approximations = {{"gelu", 0.001}};
  return schedule;
}

std::string textOf(const Schedule &schedule) {
  return llvm::formatv("{0:2}", llvm::json::Value(toJson(schedule))).str();
}

TEST(ScheduleTest, SumsWhatIsSent) {
  Traffic traffic = example().forecast();
  EXPECT_EQ(traffic.toServer, 8 * (6 + 8));
  EXPECT_EQ(traffic.toClient, 8 * (8 + 8));
  EXPECT_EQ(traffic.hops, 2);
  EXPECT_EQ(traffic.offline, 2 * 8 + 8 * 3);
  EXPECT_EQ(traffic.setup, 8 * 12);
}

TEST(ScheduleTest, FindsMaterialByItsNumber) {
  Schedule schedule = example();
  ASSERT_NE(schedule.findMaterial(3), nullptr);
  EXPECT_EQ(schedule.findMaterial(3)->bits, 16);
  EXPECT_EQ(schedule.findMaterial(2), nullptr);
  EXPECT_EQ(schedule.findMaterial(10), nullptr);
}

TEST(ScheduleTest, IsTheSameAfterReading) {
  std::string text = textOf(example());
  EXPECT_TRUE(twoparty::isScheduleFile(text));
  auto read = parseSchedule(text, "s.json");
  ASSERT_TRUE(static_cast<bool>(read)) << test::describe(read.takeError());
  EXPECT_EQ(textOf(*read), text);
}

/// Replaces the first `from` of the example's text, and returns what is said about that.
std::string said(llvm::StringRef from, llvm::StringRef to) {
  std::string text = textOf(example());
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from.str();
  text.replace(at, from.size(), to);
  auto read = parseSchedule(text, "s.json");
  if (read)
    return "nothing";
  return test::describe(read.takeError());
}

TEST(ScheduleTest, SaysWhatIsWrong) {
  const std::pair<std::pair<const char *, const char *>, const char *> cases[] = {
      {{"{", "["}, "'s.json' is no JSON: "},
      {{"tacit-two-party", "x"},
       "'s.json' is not a schedule that can run: the file has the "
       "format \"x\"; expected \"tacit-two-party\""},
      {{"\"version\": 1", "\"version\": 7"}, "has version 7; expected 1"},
      {{"\"aaaa", "\"zzzz"}, "has no 'package' of 32 hexadecimal digits"},
      {{"\"fraction_bits\": 16", "\"fraction_bits\": 64"},
       "has 'fraction_bits' 64; expected an integer from 0 to 31"},
      {{"\"hops\": [", "\"hop\": ["}, "the file has no 'hops'"},
      {{"\"words\": 12", "\"words\": -1"}, "materials[0] has 'words' -1"},
      {{"\"words\": 12", "\"words\": 11"}, "masks the weight 'w' with material 0"},
      {{"\"mask\": 0", "\"mask\": 1"}, "masks the weight 'w' with material 1"},
      {{"\"id\": 9", "\"id\": 4"}, "has material 4 after 4; expected ascending numbers"},
      {{"\"kind\": \"input\"", "\"kind\": \"output\""},
       "arguments[1] has 'kind' \"output\"; expected one of: input, constant, weight, "
       "state"},
      {{"\"known_to\": \"server\"", "\"known_to\": \"dealer\""},
       "materials[0] has 'known_to' \"dealer\""},
      {{"\"to_client_words\": 8", "\"to_client_words\": 9"},
       "hops[1].messages[0] has other numbers of words in both directions"},
      {{"\"to_server_words\": 6", "\"to_server_words\": 0"},
       "hops[0].messages[0] has no words"},
      {{"\"boolean\": true", "\"boolean\": 1"},
       "materials[3] has a 'boolean' that is neither true nor false"},
      {{"\"largest_error\": 0.001", "\"largest_error\": -1"},
       "approximations[0] has no 'largest_error' of at least 0"},
      {{"\"name\": \"y\"", "\"name\": 3"}, "results[0] has a 'name' that is no text"},
      {{"\"shape\": [\n        3,", "\"shape\": [\n        -3,"},
       "arguments[0] has a 'shape' that is no list of sizes"},
  };
  for (auto [change, expected] : cases)
    EXPECT_NE(said(change.first, change.second).find(expected), std::string::npos)
        << change.second << ": " << said(change.first, change.second);
}

TEST(ScheduleTest, NamesAMissingFile) {
  auto read = readSchedule("/nowhere/schedule.json");
  ASSERT_FALSE(static_cast<bool>(read));
  EXPECT_NE(test::describe(read.takeError()).find("cannot read '/nowhere/schedule.json'"),
            std::string::npos);
}

} // namespace
