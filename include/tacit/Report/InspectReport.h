//===- InspectReport.h - Report of tacit inspect ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_INSPECTREPORT_H
#define TACIT_REPORT_INSPECTREPORT_H

#include "tacit/Report/ProgramFacts.h"
#include "llvm/Support/raw_ostream.h"

namespace tacit::report {

/// A near miss: a place that the phase raise first took for a whole operation.
struct MissedSite {
  std::string kind;  ///< what it might have been: layer_norm
  std::string where; ///< node 'x', or line 4 of a program
  std::string node, reason;
};

struct InspectReport {
  /// Facts that only an ONNX file has.
  struct OnnxFacts {
    std::string producer;
    int64_t opset, parameters, weightBytes;
    Counts opCounts; ///< nodes by type
  };
  /// The contents of the program after the requested phases.
  struct Findings {
    bool isModel; ///< else there is nothing to be found
    SiteCounts sites;
    Counts heads; ///< forms of attention
    Arithmetic arithmetic;
    Counts operations;
    std::optional<int64_t> weightBytes;
    std::vector<NamedSite> namedSites;
  };
  /// How a reader can see the rest, or pin what is free, in the caller's words.
  struct Advice {
    std::string allMissed, freeDims;
  };

  std::string model;
  bool isChanged = false;  ///< changes of the model were requested
  bool listsSites = false; ///< the text has the names of sites as well
  std::optional<OnnxFacts> onnx;
  std::vector<OnnxValue> inputs, outputs;
  std::vector<std::string> freeDims;
  std::optional<Findings> findings; ///< always there for a program
  std::vector<MissedSite> missed;
  std::vector<UnsupportedNode> unsupported;
  std::string problem; ///< why there are no findings
  Advice advice;
};

void printText(const InspectReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const InspectReport &report);

} // namespace tacit::report

#endif // TACIT_REPORT_INSPECTREPORT_H
