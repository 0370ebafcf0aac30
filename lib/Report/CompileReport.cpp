//===- CompileReport.cpp - Report of a compilation ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/CompileReport.h"
#include "tacit/Report/Json.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <fmt/format.h>

using namespace tacit;
using namespace tacit::report;

void report::printText(const LibraryReport &report, llvm::raw_ostream &os) {
  os << fmt::format("{} ({} bytes), {} ({} bytes), {}\n"
                    "compiled in {:.2f} s, peak memory {:.0f} MB\n",
                    report.library, report.libraryBytes, report.weights,
                    report.weightsBytes, report.header, report.seconds,
                    report.peakBytes / 1e6);
  os << fmt::format(
      "to deploy, copy {} and {}{}\n", llvm::sys::path::filename(report.library).str(),
      llvm::sys::path::filename(report.weights).str(),
      report.usesOpenMP
          ? ", and install libomp.so.5 (Debian: libomp5) or put it beside them"
          : "");
  if (!report.features.empty())
    os << fmt::format("for processors with {}\n",
                      llvm::join(llvm::split(report.features, ','), ", "));
}

llvm::json::Object report::toJson(const LibraryReport &report) {
  return llvm::json::Object{{"schema", 1},
                            {"library", jsonText(report.library)},
                            {"header", jsonText(report.header)},
                            {"weights", jsonText(report.weights)},
                            {"library_bytes", report.libraryBytes},
                            {"weights_bytes", report.weightsBytes},
                            {"features", jsonText(report.features)},
                            {"openmp", report.usesOpenMP},
                            {"compile_seconds", report.seconds},
                            {"peak_rss_bytes", report.peakBytes}};
}

void report::printText(const ProgramReport &report, llvm::raw_ostream &os) {
  if (!report.program.empty() && report.program != "-")
    os << fmt::format("{} ({} bytes), as phase {} leaves it\n"
                      "compiled in {:.2f} s, peak memory {:.0f} MB\n",
                      report.program, report.programBytes, report.phase, report.seconds,
                      report.peakBytes / 1e6);
}

llvm::json::Object report::toJson(const ProgramReport &report) {
  return llvm::json::Object{
      {"schema", 1},
      {"program", report.program.empty() ? nullptr : jsonText(report.program)},
      {"phase", report.phase},
      {"compile_seconds", report.seconds},
      {"peak_rss_bytes", report.peakBytes}};
}
