//===- OptionWords.cpp - The words that options take ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Driver/OptionWords.h"
#include "tacit/Cost/Network.h"
#include "tacit/Cost/Primitive.h"
#include "tacit/Cost/Suite.h"
#include "tacit/Pipelines/Pipelines.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace tacit;

using Names = std::vector<std::string>;

/// Returns the keywords of an enum, in the form of the command line.
template <typename E>
static Names keywords() {
  Names names;
  for (const Word<E> &word : words<E>()) {
    names.push_back(word.name.str());
    std::replace(names.back().begin(), names.back().end(), '_', '-');
  }
  return names;
}

static Names phaseWords() {
  Names names;
  for (Flow flow : {Flow::Cpu, Flow::TwoParty})
    for (const Phase &phase : phases(flow))
      if (!is_contained(names, phase.name))
        names.push_back(phase.name.str());
  return names;
}

static Names protocolWords() {
  Names names;
  for (const cost::SuitePtr &suite : cost::suites())
    names.push_back(suite->info().name);
  return names;
}

static Names networkWords() {
  Names names;
  for (const cost::Network &network : cost::networks())
    names.push_back(network.name);
  return names;
}

static Names approximationWords() {
  Names names;
  for (const Word<nn::Replacement> &word : getGeluForms())
    names.push_back("gelu=" + word.name.str());
  return names;
}

static Names aeroWords() { return surgeryStepNames(StepFamily::Aero); }

/// The words of options that are no family: each is read in one place.
static constexpr std::pair<StringLiteral, StringLiteral> kLists[] = {
    {"target", "cpu 2pc mlir"},         {"functions", "published bounded"},
    {"vector-bits", "512 256 128"},     {"cpu", "native x86-64-v4 x86-64-v3 x86-64-v2"},
    {"threads-runtime", "openmp none"}, {"caches", "auto none"},
};

Names driver::optionWords(StringRef option) {
  using Source = Names (*)();
  Source source = StringSwitch<Source>(option)
                      .Cases({"from", "to"}, phaseWords)
                      .Case("protocol", protocolWords)
                      .Case("network", networkWords)
                      .Case("primitive", cost::primitiveNames)
                      .Case("aero", aeroWords)
                      .Case("approximate", approximationWords)
                      .Case("quantize", keywords<numerics::WeightFormat>)
                      .Case("multiplier", keywords<nn::MultiplierKind>)
                      .Case("multiplier-zero", keywords<nn::ZeroPolicy>)
                      .Case("multiplier-scope", keywords<nn::MultiplierScope>)
                      .Default(nullptr);
  if (source)
    return source();
  Names names;
  for (auto [name, list] : kLists)
    if (name == option)
      for (StringRef word : split(list, ' '))
        names.push_back(word.str());
  return names;
}
