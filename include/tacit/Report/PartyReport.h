//===- PartyReport.h - Reports of a two-party run ---------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_PARTYREPORT_H
#define TACIT_REPORT_PARTYREPORT_H

#include "tacit/Report/RunReport.h"
#include "tacit/Runtime/TwoParty/PartySession.h"

namespace tacit::report {

/// What a party did, in all inferences that it took part in.
struct PartyReport {
  twoparty::Party party;
  const twoparty::Schedule &schedule;
  std::vector<twoparty::RunReport> runs;
  std::vector<RunReport::Output> outputs; ///< of the client
  bool isVerbose = false;                 ///< the text lists operations

  /// The sums over all runs, and what they were forecast to be for this party: the dealer
  /// sends the server alone more than a seed. A run for which the client had the masked
  /// weights has no set-up.
  twoparty::RunReport total() const;
  twoparty::RunReport forecast() const;
};

void printText(const PartyReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const PartyReport &report);

/// What the dealer wrote, or would send.
struct DealReport {
  std::string package, dealing; ///< their numbers
  int64_t inferences;
  int64_t bytes; ///< of the corrections of one inference
  double seconds;
};

void printText(const DealReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const DealReport &report);

} // namespace tacit::report

#endif // TACIT_REPORT_PARTYREPORT_H
