//===- RunReport.cpp - Report of tacit run --------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/RunReport.h"
#include "tacit/Report/Json.h"
#include "tacit/Support/HostTensor.h"
#include <fmt/format.h>

using namespace tacit;
using namespace tacit::report;

std::string report::nearer(const RunReport::Comparison &comparison) {
  double compiled = comparison.compiled.rms, given = comparison.given.rms;
  return compiled < given ? "compiled" : given < compiled ? "given" : "neither";
}

static void printComparisons(const RunReport &report, llvm::raw_ostream &os) {
  if (report.comparisons.empty())
    return;
  os << fmt::format("{:<32}{:>11}{:>12}{:>11}\n", "distance from the reference", "largest",
                    "at element", "rms");
  for (const RunReport::Comparison &comparison : report.comparisons)
    for (auto [name, distance] :
         {std::pair("compiled", &comparison.compiled), {"given", &comparison.given}})
      os << fmt::format("  {:<30}{:>11.3g}{:>12}{:>11.3g}{}\n",
                        comparison.output + ", " + name, distance->largest,
                        distance->element, distance->rms,
                        nearer(comparison) == name ? "  nearer" : "");
}

static void printExpectations(const RunReport &report, llvm::raw_ostream &os) {
  for (const RunReport::Expectation &expectation : report.expectations)
    os << fmt::format("{}: largest difference {:.3g} (at most {:.3g} is allowed)\n",
                      expectation.output, expectation.largest, expectation.allowed);
}

void report::printOutputs(llvm::ArrayRef<RunReport::Output> outputs,
                          llvm::raw_ostream &os) {
  for (const RunReport::Output &output : outputs)
    os << fmt::format("{}: {} {}{}{}\n", output.name, output.dtype, shapeText(output.shape),
                      output.file.empty() ? "" : " -> ", output.file);
}

void report::printText(const RunReport &report, llvm::raw_ostream &os) {
  printOutputs(report.outputs, os);
  printExpectations(report, os);
  printComparisons(report, os);
  const RunReport::Latency &latency = report.latency;
  os << fmt::format("{:.3f} ms (median of {}; min {:.3f}, max {:.3f})\n", latency.median,
                    latency.repeat, latency.min, latency.max);
}

static llvm::json::Object distanceJson(const RunReport::Distance &distance) {
  return llvm::json::Object{{"max_abs", jsonNumber(distance.largest)},
                            {"element", distance.element},
                            {"rms", jsonNumber(distance.rms)}};
}

static llvm::json::Array comparisonsJson(const RunReport &report) {
  llvm::json::Array comparisons;
  for (const RunReport::Comparison &comparison : report.comparisons)
    comparisons.push_back(
        llvm::json::Object{{"output", jsonText(comparison.output)},
                           {"compiled", distanceJson(comparison.compiled)},
                           {"given", distanceJson(comparison.given)},
                           {"nearer", nearer(comparison)}});
  return comparisons;
}

static llvm::json::Array expectationsJson(const RunReport &report) {
  llvm::json::Array expectations;
  for (const RunReport::Expectation &expectation : report.expectations)
    expectations.push_back(llvm::json::Object{{"output", jsonText(expectation.output)},
                                              {"max_abs", jsonNumber(expectation.largest)},
                                              {"element", expectation.element},
                                              {"allowed", jsonNumber(expectation.allowed)},
                                              {"agrees", expectation.agrees()}});
  return expectations;
}

llvm::json::Array report::outputsJson(llvm::ArrayRef<RunReport::Output> outputs) {
  llvm::json::Array array;
  for (const RunReport::Output &output : outputs)
    array.push_back(llvm::json::Object{{"name", jsonText(output.name)},
                                       {"shape", llvm::json::Array(output.shape)},
                                       {"dtype", output.dtype},
                                       {"file", jsonText(output.file)}});
  return array;
}

llvm::json::Object report::toJson(const RunReport &report) {
  const RunReport::Latency &latency = report.latency;
  return llvm::json::Object{{"schema", 1},
                            {"outputs", outputsJson(report.outputs)},
                            {"expected", expectationsJson(report)},
                            {"reference_distance", comparisonsJson(report)},
                            {"latency_ms", llvm::json::Object{{"min", latency.min},
                                                              {"median", latency.median},
                                                              {"max", latency.max},
                                                              {"repeat", latency.repeat}}},
                            {"threads", report.threads},
                            {"peak_rss_bytes", report.peakBytes},
                            {"compile_seconds", report.compileSeconds}};
}
