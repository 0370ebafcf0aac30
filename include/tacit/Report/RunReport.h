//===- RunReport.h - Report of tacit run ------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_RUNREPORT_H
#define TACIT_REPORT_RUNREPORT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace tacit::report {

struct RunReport {
  struct Output {
    std::string name, dtype;
    std::vector<int64_t> shape;
    std::string file; ///< where it was written; empty if nowhere
  };
  /// The milliseconds of each of `repeat` runs.
  struct Latency {
    double min, median, max;
    int64_t repeat;
  };

  /// How far a result is from what the reference computes in double precision.
  struct Distance {
    double largest;  ///< difference; infinite or NaN where one number only is finite
    int64_t element; ///< where it is
    double rms;      ///< the root of the mean square of all differences
  };
  /// Two results of an output: of compiled code, and the one that somebody gave.
  struct Comparison {
    std::string output;
    Distance compiled, given;
  };

  /// How far an output is from the one that was expected.
  struct Expectation {
    std::string output;
    double largest;  ///< difference; infinite where one number only is a NaN
    int64_t element; ///< where it is
    double allowed;

    bool agrees() const { return largest <= allowed; }
  };

  std::vector<Output> outputs;
  std::vector<Expectation> expectations;
  std::vector<Comparison> comparisons; ///< where the reference runs and results are given
  Latency latency = {};
  int64_t threads = 0, peakBytes = 0;
  double compileSeconds = 0;
};

/// "compiled" or "given": which is nearer to the reference in the mean; else "neither".
std::string nearer(const RunReport::Comparison &comparison);

/// Prints what was written where, a line for each output.
void printOutputs(llvm::ArrayRef<RunReport::Output> outputs, llvm::raw_ostream &os);
llvm::json::Array outputsJson(llvm::ArrayRef<RunReport::Output> outputs);

void printText(const RunReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const RunReport &report);

} // namespace tacit::report

#endif // TACIT_REPORT_RUNREPORT_H
