//===- RunReport.cpp - What a run of a model gave -------------------------===//
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

void report::printText(const RunReport &report, llvm::raw_ostream &os) {
  for (const RunReport::Output &output : report.outputs)
    os << fmt::format("{}: {} {}{}{}\n", output.name, output.dtype, shapeText(output.shape),
                      output.file.empty() ? "" : " -> ", output.file);
  const RunReport::Latency &latency = report.latency;
  os << fmt::format("{:.3f} ms (median of {}; min {:.3f}, max {:.3f})\n", latency.median,
                    latency.repeat, latency.min, latency.max);
}

llvm::json::Object report::toJson(const RunReport &report) {
  llvm::json::Array outputs;
  for (const RunReport::Output &output : report.outputs)
    outputs.push_back(llvm::json::Object{{"name", jsonText(output.name)},
                                         {"shape", llvm::json::Array(output.shape)},
                                         {"dtype", output.dtype},
                                         {"file", jsonText(output.file)}});
  const RunReport::Latency &latency = report.latency;
  return llvm::json::Object{{"schema", 1},
                            {"outputs", std::move(outputs)},
                            {"latency_ms", llvm::json::Object{{"min", latency.min},
                                                              {"median", latency.median},
                                                              {"max", latency.max},
                                                              {"repeat", latency.repeat}}},
                            {"threads", report.threads},
                            {"peak_rss_bytes", report.peakBytes},
                            {"compile_seconds", report.compileSeconds}};
}
