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
  std::string option, text; ///< "--aero", "remove-layernorm"
  cost::Total total;
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
  /// The totals of the original model and after each change, if changes are requested.
  std::optional<cost::ProgramCosts> before;
  std::vector<CostStep> steps;
};

struct CostReport {
  /// How a reader can see more, in the caller's words.
  struct Advice {
    std::string allOperations, boundedFunctions;
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
