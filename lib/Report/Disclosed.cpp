//===- Disclosed.cpp - What is disclosed to the client, in a line ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/Disclosed.h"
#include <fmt/format.h>

using namespace tacit;
using namespace tacit::report;

DisclosedList report::disclosedBy(const twoparty::Schedule &schedule) {
  DisclosedList disclosed;
  for (const twoparty::Disclosed &entry : schedule.disclosed)
    disclosed.push_back({entry.name, entry.bytes,
                         mpc::symbolizeReason(entry.reason).value_or(mpc::Reason::Listed)});
  return disclosed;
}

/// The number of names of one reason in the text; the JSON has all.
static constexpr size_t kMostNames = 6;

std::string report::grouped(int64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3)
    text.insert(at - 3, ",");
  return text;
}

/// Returns "mask a 4 B, b 8 B and 3 more"; empty if no value has the reason.
static std::string describeReason(mpc::Reason reason,
                                  llvm::ArrayRef<mpc::Disclosure> disclosed) {
  std::string text;
  size_t count = 0;
  for (const mpc::Disclosure &disclosure : disclosed) {
    if (disclosure.reason != reason || ++count > kMostNames)
      continue;
    text += fmt::format(
        "{} {} {} B", text.empty() ? mpc::stringifyReason(reason).str() : ",",
        disclosure.name.empty() ? "(no name)" : disclosure.name, grouped(disclosure.bytes));
  }
  return count > kMostNames ? fmt::format("{} and {} more", text, count - kMostNames)
                            : text;
}

std::string report::describe(llvm::ArrayRef<mpc::Disclosure> disclosed) {
  int64_t bytes = 0;
  std::string text;
  for (const mpc::Disclosure &disclosure : disclosed)
    bytes += disclosure.bytes;
  for (mpc::Reason reason : {mpc::Reason::Listed, mpc::Reason::Mask, mpc::Reason::Index,
                             mpc::Reason::Shape, mpc::Reason::Attribute})
    if (std::string part = describeReason(reason, disclosed); !part.empty())
      text += (text.empty() ? "" : "; ") + part;
  return text.empty() ? "nothing" : fmt::format("{} B: {}", grouped(bytes), text);
}
