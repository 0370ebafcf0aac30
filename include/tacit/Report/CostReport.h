//===- CostReport.h - Report of tacit cost ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_COSTREPORT_H
#define TACIT_REPORT_COSTREPORT_H

#include "tacit/Cost/ProgramCosts.h"
#include "tacit/Cost/Suite.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tacit::report {

/// The costs after one of the requested changes.
struct CostStep {
  std::string option, text;         ///< "--aero", "remove-layernorm"
  std::optional<cost::Total> total; ///< nullopt if the protocol has no figures for it
};

/// The charges of one protocol for the model.
struct ProtocolCosts {
  cost::SuiteInfo suite;
  int64_t ringBits, fractionBits;
  /// The source of the expansions of functions: "published" or "bounded"; empty if they are
  /// not expanded.
  std::string functions;
  cost::ProgramCosts costs;
  std::vector<std::string> notes;
  /// True if changes are requested.
  bool isChanged = false;
  /// The costs of the original model, then; nullopt if the protocol has no figures for it.
  std::optional<cost::ProgramCosts> before = std::nullopt;
  std::string whyUnknown = "";
  /// The totals after each change.
  std::vector<CostStep> steps = {};
};

struct CostReport {
  /// How a reader can see more, in the caller's words.
  struct Advice {
    std::string allOperations, boundedFunctions;
    std::string failures; ///< to know how many truncations fail
  };

  std::string model;
  std::map<std::string, int64_t> dims;
  cost::Network network;
  std::vector<ProtocolCosts> protocols;
  Advice advice;
};

void printText(const CostReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const CostReport &report);

/// The available protocols and networks.
struct ProtocolList {
  /// How a user chooses one of them, in the caller's words.
  struct Advice {
    std::string protocolsBy, networksBy;
  };

  std::vector<cost::SuiteInfo> protocols;
  std::vector<cost::Network> networks;
  Advice advice;
};

void printText(const ProtocolList &list, llvm::raw_ostream &os);
llvm::json::Object toJson(const ProtocolList &list);

} // namespace tacit::report

#endif // TACIT_REPORT_COSTREPORT_H
