//===- CompileReport.cpp - Report of a compilation ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/CompileReport.h"
#include "tacit/Export/Schedule/Schedule.h"
#include "tacit/Report/Disclosed.h"
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

void report::printText(const PackageReport &report, llvm::raw_ostream &os) {
  twoparty::Traffic total = report.schedule.forecast();
  os << fmt::format(
      "{0}/public ({1} bytes), {0}/client ({2} bytes), {0}/server ({3} bytes)\n"
      "compiled in {4:.2f} s, peak memory {5:.0f} MB\n",
      report.folder, report.publicBytes, report.clientBytes, report.serverBytes,
      report.seconds, report.peakBytes / 1e6);
  os << fmt::format("an inference sends {} B to the server and {} B to the client, in {} "
                    "hops\nthe dealer sends {} B for it; masked weights are {} B, once\n",
                    grouped(total.toServer), grouped(total.toClient), total.hops,
                    grouped(total.offline), grouped(total.setup));
  os << fmt::format("the client is told {}\n", describe(disclosedBy(report.schedule)));
  os << fmt::format(
      "to run it, give each party public and its own folder; the dealer needs "
      "public, and writes to both: tacit deal {}\n",
      report.folder);
}

llvm::json::Object report::toJson(const PackageReport &report) {
  llvm::json::Object object = twoparty::toJson(report.schedule.forecast());
  object["schema"] = 1;
  object["package"] = jsonText(report.folder);
  object["number"] = report.schedule.package;
  object["public_bytes"] = report.publicBytes;
  object["client_bytes"] = report.clientBytes;
  object["server_bytes"] = report.serverBytes;
  object["disclosed"] = disclosedJson(disclosedBy(report.schedule));
  object["compile_seconds"] = report.seconds;
  object["peak_rss_bytes"] = report.peakBytes;
  return object;
}
