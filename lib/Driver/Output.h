//===- Output.h - Progress and results --------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_OUTPUT_H
#define TACIT_LIB_DRIVER_OUTPUT_H

#include "tacit/Driver/Options.h"
#include "tacit/Support/OutputFiles.h"
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

/// The option that allows OutputFiles to replace what Tacit did not write.
inline constexpr llvm::StringLiteral kForceOption = "--force";

double secondsSince(std::chrono::steady_clock::time_point start);

/// Returns the peak resident memory of this process, in bytes.
int64_t peakMemory();

/// Ends a command: adds `value` to the outputs, as the file that --json names, and puts all
/// of them in place. Only then it says so: by `printText`, or by `value` if --json names
/// stdout.
llvm::Error finish(const OutputOptions &options, OutputFiles &files,
                   llvm::json::Value value,
                   llvm::function_ref<void(llvm::raw_ostream &)> printText);

/// Ends a command with a report as text, as JSON, or both.
template <typename Report>
llvm::Error finish(const OutputOptions &options, OutputFiles &files, const Report &report) {
  return finish(options, files, toJson(report),
                [&](llvm::raw_ostream &os) { printText(report, os); });
}

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_OUTPUT_H
