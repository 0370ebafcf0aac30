//===- OptionValues.cpp - Values of options: numbers, phases, pairs -------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OptionValues.h"
#include "Bindings.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Nearest.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::tool;

/// Returns the whole number that an option holds.
static llvm::Expected<int64_t> parseNumber(const cl::opt<std::string> &option, int64_t low,
                                           int64_t high) {
  int64_t number = 0;
  if (!StringRef(option.getValue()).getAsInteger(10, number) && low <= number &&
      number <= high)
    return number;
  return usage(fmt::format("write it in digits, as in --{} {}", option.ArgStr.str(),
                           std::clamp<int64_t>(1000000, low, high)),
               fmt::format("--{} is '{}'; expected a whole number from {} to {}",
                           option.ArgStr.str(), option.getValue(), low, high));
}

static const char *describe(Flow flow) { return flow == Flow::Cpu ? "CPU" : "two-party"; }

llvm::Expected<std::optional<PhaseKind>>
tool::parsePhase(const cl::opt<std::string> &option, Flow flow) {
  StringRef name = option.getValue();
  if (name.empty())
    return std::nullopt;
  if (auto position = findPhase(name, flow))
    return phases(flow)[*position].kind;
  Flow other = flow == Flow::Cpu ? Flow::TwoParty : Flow::Cpu;
  if (findPhase(name, other))
    return usage("use one of: " + phaseNames(flow),
                 fmt::format("--{} names the phase '{}' of the {} flow; expected one of "
                             "the {} flow",
                             option.ArgStr.str(), name.str(), describe(other),
                             describe(flow)));
  auto names = llvm::map_range(phases(flow), [](const Phase &phase) { return phase.name; });
  std::string near = nearest(name, names);
  return usage("use one of: " + phaseNames(flow),
               fmt::format("--{} names the phase '{}', which does not exist{}",
                           option.ArgStr.str(), name.str(),
                           near.empty() ? "" : "; did you mean '" + near + "'?"));
}

llvm::Error tool::addName(const cl::Option &option, StringRef name,
                          std::vector<std::string> &names) {
  if (name.empty())
    return usage("write NAME, or leave the option out",
                 fmt::format("--{} has an empty name", option.ArgStr.str()));
  if (llvm::is_contained(names, name))
    return usage("give each once",
                 fmt::format("--{} names '{}' twice", option.ArgStr.str(), name.str()));
  names.push_back(name.str());
  return llvm::Error::success();
}

llvm::Error tool::readNames(const cl::opt<std::string> &option,
                            std::vector<std::string> &names) {
  if (option.getNumOccurrences() > 0)
    for (StringRef name : llvm::split(option.getValue(), ','))
      if (auto error = addName(option, name, names))
        return error;
  return llvm::Error::success();
}

llvm::Error tool::readPairs(StringRef option, const cl::list<std::string> &texts,
                            std::vector<std::pair<std::string, std::string>> &pairs) {
  for (const std::string &text : texts) {
    auto pair = splitFile(option, text);
    if (!pair)
      return pair.takeError();
    for (const auto &[name, file] : pairs)
      if (name == pair->first)
        return usage("give each once",
                     fmt::format("--{} names '{}' twice", option.str(), name));
    pairs.push_back(std::move(*pair));
  }
  return llvm::Error::success();
}

llvm::Error tool::readNumber(const cl::opt<std::string> &option, int64_t low, int64_t high,
                             std::optional<int64_t> &value) {
  if (option.getNumOccurrences() == 0)
    return llvm::Error::success();
  auto parsed = parseNumber(option, low, high);
  if (!parsed)
    return parsed.takeError();
  value = *parsed;
  return llvm::Error::success();
}

llvm::Error tool::readNumber(const cl::opt<std::string> &option, int64_t low, int64_t high,
                             int64_t &value) {
  auto parsed = parseNumber(option, low, high);
  if (!parsed)
    return parsed.takeError();
  value = *parsed;
  return llvm::Error::success();
}

bool tool::isTwoPartyPhase(StringRef name) {
  return !findPhase(name, Flow::Cpu) && findPhase(name, Flow::TwoParty);
}
