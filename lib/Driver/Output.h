//===- Output.h - Progress and results --------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_OUTPUT_H
#define TACIT_LIB_DRIVER_OUTPUT_H

#include "tacit/Driver/Options.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

namespace tacit::driver {

/// Prints "[3/9] surgery 0.12 s" on a terminal.
void progress(const OutputOptions &options, size_t phase, size_t numPhases,
              llvm::StringRef what, double seconds);

/// Prints the progress of equal steps on a terminal, once a second at most.
class ProgressMeter {
public:
  ProgressMeter(const OutputOptions &options, llvm::StringRef what, size_t steps)
      : options(options), what(what), steps(steps) {}
  /// Counts one more step.
  void advance();

private:
  const OutputOptions &options;
  std::string what;
  size_t steps, done = 0;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  double last = 0;
};

double secondsSince(std::chrono::steady_clock::time_point start);

/// Returns the peak resident memory of this process, in bytes.
int64_t peakMemory();

/// Writes `value` to the file that --json names.
llvm::Error writeJson(const OutputOptions &options, llvm::json::Value value);

/// Writes a report as text, as JSON, or both.
template <typename Report>
llvm::Error writeReport(const OutputOptions &options, const Report &report) {
  if (options.wantsText())
    printText(report, llvm::outs());
  return writeJson(options, toJson(report));
}

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_OUTPUT_H
