//===- EvalReport.cpp - Report of tacit eval ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/EvalReport.h"
#include "tacit/Export/Schedule/Schedule.h"
#include "tacit/Report/Disclosed.h"
#include "tacit/Report/Json.h"
#include <fmt/format.h>

using namespace tacit;
using namespace tacit::report;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static void printOne(llvm::raw_ostream &os, const EvalReport &report) {
  const EvaluatedModel &model = report.model;
  os << fmt::format("perplexity   {:.4f}   (nll {:.4f})\n"
                    "top-1        {:.4f}\n"
                    "evaluation   {:.2f} s, {:.0f} tokens per second; compiled in {:.2f} "
                    "s\n",
                    model.perplexity, model.nll, model.accuracy, report.seconds,
                    model.tokensPerSecond, model.compileSeconds);
}

/// Prints the sites of one kind, in both models, unless neither has any.
static void printSites(llvm::raw_ostream &os, const EvaluatedModel &reference,
                       const EvaluatedModel &model) {
  if (!reference.sites || !model.sites)
    return;
  auto line = [&](const char *name, int64_t left, int64_t right) {
    if (left != 0 || right != 0)
      os << fmt::format("{:<20}{:>14}{:>14}\n", name, left, right);
  };
  const SiteCounts &a = *reference.sites, &b = *model.sites;
  line("nonlinear sites", a.nonlinear(), b.nonlinear());
  line("  layer_norm", a.layerNorm, b.layerNorm);
  line("  rms_norm", a.rmsNorm, b.rmsNorm);
  line("  gelu", a.gelu, b.gelu);
  line("  silu", a.silu, b.silu);
  line("  relu", a.relu, b.relu);
  line("  softmax", a.softmax, b.softmax);
}

static void printTwin(llvm::raw_ostream &os, const EvalReport::Twin &twin) {
  os << fmt::format("left the ring       {:>14} sums and products\n", twin.wraps);
  os << fmt::format("functions           {:>14}; the bytes are those of\n"
                    "                    {}\n",
                    twin.functions, twin.costCommand);
  os << fmt::format("disclosed           {}\n", describe(twin.disclosed));
}

static void printBoth(llvm::raw_ostream &os, const EvalReport &report) {
  const EvaluatedModel &a = *report.reference, &b = report.model;
  auto line = [&](const char *name, const std::string &left, const std::string &right) {
    os << fmt::format("{:<20}{:>14}{:>14}\n", name, left, right);
  };
  auto numbers = [&](const char *name, double left, double right, int digits) {
    line(name, fmt::format("{:.{}f}", left, digits), fmt::format("{:.{}f}", right, digits));
  };
  line("", "original", report.twin ? "twin" : "transformed");
  numbers("perplexity", a.perplexity, b.perplexity, 4);
  numbers("nll", a.nll, b.nll, 4);
  numbers("top-1 accuracy", a.accuracy, b.accuracy, 4);
  numbers("weight bytes", a.weightBytes, b.weightBytes, 0);
  printSites(os, a, b);
  numbers("tokens per second", a.tokensPerSecond, b.tokensPerSecond, 0);
  numbers("compile seconds", a.compileSeconds, b.compileSeconds, 2);
  os << fmt::format("\n"
                    "mean KL divergence  {:>14.6f} nats, original || transformed\n"
                    "top-1 agreement     {:>14.4f}\n"
                    "max logit error     {:>14.4g}\n",
                    report.comparison->divergence, report.comparison->agreement,
                    report.comparison->maxError);
  if (report.twin)
    printTwin(os, *report.twin);
}

void report::printText(const EvalReport &report, llvm::raw_ostream &os) {
  os << fmt::format("{} predictions in windows of {}\n", report.predictions, report.window);
  if (report.reference)
    printBoth(os, report);
  else
    printOne(os, report);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static llvm::json::Object modelJson(const EvaluatedModel &model) {
  llvm::json::Object object{{"nll", jsonNumber(model.nll)},
                            {"perplexity", jsonNumber(model.perplexity)},
                            {"top1_accuracy", model.accuracy},
                            {"weight_bytes", model.weightBytes},
                            {"tokens_per_second", jsonNumber(model.tokensPerSecond)},
                            {"compile_seconds", model.compileSeconds},
                            {"nonlinear_sites", nullptr}};
  if (const auto &sites = model.sites)
    object["nonlinear_sites"] = llvm::json::Object{{"layer_norm", sites->layerNorm},
                                                   {"rms_norm", sites->rmsNorm},
                                                   {"gelu", sites->gelu},
                                                   {"silu", sites->silu},
                                                   {"relu", sites->relu},
                                                   {"softmax", sites->softmax},
                                                   {"total", sites->nonlinear()}};
  return object;
}

llvm::json::Object report::toJson(const EvalReport &report) {
  llvm::json::Object result{{"schema", 1},
                            {"tokens", report.predictions},
                            {"reference", nullptr},
                            {"compiled", modelJson(report.model)},
                            {"kl_mean", nullptr},
                            {"top1_agreement", nullptr},
                            {"max_abs_error", nullptr},
                            {"top1_accuracy", report.model.accuracy},
                            {"seconds", report.seconds},
                            {"compile_seconds", report.compileSeconds}};
  if (report.twin) {
    result["wraps"] = report.twin->wraps;
    result["functions"] = report.twin->functions;
    result["disclosed"] = disclosedJson(report.twin->disclosed);
  }
  if (report.reference) {
    result["reference"] = modelJson(*report.reference);
    result["kl_mean"] = jsonNumber(report.comparison->divergence);
    result["top1_agreement"] = report.comparison->agreement;
    result["max_abs_error"] = jsonNumber(report.comparison->maxError);
  } else if (report.isOwnReference) {
    result["reference"] = modelJson(report.model);
    result["kl_mean"] = 0.0;
    result["top1_agreement"] = 1.0;
    result["max_abs_error"] = 0.0;
  }
  return result;
}
