//===- Output.cpp - Progress and results ----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Output.h"
#include "tacit/Support/Files.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <sys/resource.h>
#include <unistd.h>

using namespace tacit;

void driver::progress(const OutputOptions &options, size_t phase, size_t numPhases,
                      llvm::StringRef what, double seconds) {
  if (options.quiet || !isatty(STDERR_FILENO))
    return;
  llvm::errs() << llvm::format("[%zu/%zu] %-10s %6.2f s\n", phase + 1, numPhases,
                               what.str().c_str(), seconds);
}

double driver::secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int64_t driver::peakMemory() {
  rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? int64_t(usage.ru_maxrss) * 1024 : 0;
}

llvm::Error driver::writeJson(const OutputOptions &options, llvm::json::Value value) {
  if (options.json.empty())
    return llvm::Error::success();
  if (options.json == "-") {
    llvm::outs() << llvm::formatv("{0:2}\n", value);
    return llvm::Error::success();
  }
  return writeFileAtomically(options.json, [&](llvm::raw_ostream &os) {
    os << llvm::formatv("{0:2}\n", value);
    return llvm::Error::success();
  });
}
