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
#include "tacit/Support/HostTensor.h"
#include "llvm/ADT/MapVector.h"
#include <cmath>
#include <fmt/format.h>

using namespace tacit;
using namespace tacit::report;

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// Returns a number with `digits` decimals, or in scientific notation if it is long.
static std::string fixed(double number, int digits) {
  if (std::isnan(number))
    return "nan"; // without the sign, which means nothing
  return std::abs(number) < 1e9 || std::isinf(number)
             ? fmt::format("{:.{}f}", number, digits)
             : fmt::format("{:.4e}", number);
}

static std::string significant(double number) {
  return std::isnan(number) ? "nan" : fmt::format("{:.4g}", number);
}

namespace {
/// Rows of one label and one cell for each model. Columns are as wide as their cells.
class Table {
public:
  using Cells = std::vector<std::string>;
  explicit Table(llvm::ArrayRef<EvaluatedModel> models) : models(models) {}

  void add(std::string label, Cells cells) {
    rows.emplace_back(std::move(label), std::move(cells));
  }
  /// Adds a row unless no model has a value for it; a model without one has an empty cell.
  template <typename Format>
  void addRow(std::string label, Format format) {
    Cells cells;
    for (const EvaluatedModel &model : models)
      cells.push_back(format(model));
    if (llvm::any_of(cells, [](const std::string &cell) { return !cell.empty(); }))
      add(std::move(label), std::move(cells));
  }
  void print(llvm::raw_ostream &os) const;

private:
  static constexpr size_t kLeastWidth = 14, kLabelWidth = 22;
  llvm::ArrayRef<EvaluatedModel> models;
  std::vector<std::pair<std::string, Cells>> rows;
};
} // namespace

void Table::print(llvm::raw_ostream &os) const {
  std::vector<size_t> widths(models.size(), kLeastWidth);
  size_t labels = kLabelWidth;
  for (const auto &[label, cells] : rows) {
    labels = std::max(labels, label.size());
    for (auto [width, cell] : llvm::zip(widths, cells))
      width = std::max(width, cell.size() + 2);
  }
  for (const auto &[label, cells] : rows) {
    std::string line = fmt::format("{:<{}}", label, labels);
    for (auto [width, cell] : llvm::zip(widths, cells))
      line += fmt::format("{:>{}}", cell, width);
    os << llvm::StringRef(line).rtrim() << "\n";
  }
}

/// Adds the sites of each kind that any model has.
static void addSites(Table &table, llvm::ArrayRef<EvaluatedModel> models) {
  bool areKnown =
      llvm::all_of(models, [](const EvaluatedModel &model) { return model.sites; });
  if (!areKnown)
    return;
  auto row = [&](const char *name, auto count) {
    bool isAnywhere = llvm::any_of(
        models, [&](const EvaluatedModel &model) { return count(*model.sites) != 0; });
    if (isAnywhere)
      table.addRow(name, [&](const EvaluatedModel &model) {
        return std::to_string(count(*model.sites));
      });
  };
  row("nonlinear sites", [](const SiteCounts &sites) { return sites.nonlinear(); });
  row("  layer_norm", [](const SiteCounts &sites) { return sites.layerNorm; });
  row("  rms_norm", [](const SiteCounts &sites) { return sites.rmsNorm; });
  row("  gelu", [](const SiteCounts &sites) { return sites.gelu; });
  row("  silu", [](const SiteCounts &sites) { return sites.silu; });
  row("  relu", [](const SiteCounts &sites) { return sites.relu; });
  row("  softmax", [](const SiteCounts &sites) { return sites.softmax; });
}

static double perplexityOf(const EvaluatedScores &scores) { return std::exp(scores.nll); }

static bool isText(const EvalReport &report) {
  return report.data == EvalReport::Data::Tokens;
}

static void addScores(Table &table, const EvalReport &report) {
  auto scored = [&](const char *label, auto value) {
    table.addRow(label, [&](const EvaluatedModel &model) {
      return model.scores ? fixed(value(*model.scores), 4) : "";
    });
  };
  auto compared = [&](const char *label, auto format) {
    table.addRow(label, [&](const EvaluatedModel &model) {
      return model.predictions ? format(*model.predictions) : "";
    });
  };
  if (isText(report))
    scored("perplexity", perplexityOf);
  scored("nll", [](const EvaluatedScores &scores) { return scores.nll; });
  scored("top-1 accuracy", [](const EvaluatedScores &scores) { return scores.accuracy; });
  compared("mean KL divergence", [](const PredictionDistance &distance) {
    return fixed(distance.divergence, 6);
  });
  compared("top-1 agreement",
           [](const PredictionDistance &distance) { return fixed(distance.agreement, 4); });
  // Where outputs are compared, logits are one of them.
  if (report.outputs.empty())
    compared("max logit error", [](const PredictionDistance &distance) {
      return significant(distance.maxError);
    });
}

/// Only the report as JSON has more outputs than this.
static constexpr size_t kMostOutputs = 6;

static void addOutputs(Table &table, const EvalReport &report) {
  for (auto [i, output] : llvm::enumerate(report.outputs)) {
    if (i == kMostOutputs)
      break;
    auto row = [&, i = i](const char *label, auto format) {
      table.addRow(label, [&](const EvaluatedModel &model) {
        return model.outputs.empty() ? "" : format(model.outputs[i]);
      });
    };
    table.add(output.name, Table::Cells(report.models.size()));
    if (!output.isFloat) {
      row("  equal elements",
          [](const OutputDistance &distance) { return fixed(distance.equal, 4); });
      continue;
    }
    row("  largest error",
        [](const OutputDistance &distance) { return significant(distance.maxError); });
    row("  mean error",
        [](const OutputDistance &distance) { return significant(distance.meanError); });
    row("  relative error",
        [](const OutputDistance &distance) { return significant(distance.relative); });
    row("  cosine similarity",
        [](const OutputDistance &distance) { return fixed(distance.cosine, 6); });
    row("  signal to noise, dB",
        [](const OutputDistance &distance) { return fixed(distance.snr, 1); });
  }
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string plural(int64_t count, const char *word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

/// Prints what the inputs held that were not given; those that held the same share a line.
static void printAssumptions(llvm::raw_ostream &os, const EvalReport &report) {
  llvm::MapVector<llvm::StringRef, std::vector<llvm::StringRef>> inputs;
  for (const EvalReport::Assumption &assumption : report.assumptions)
    inputs[assumption.value].push_back(assumption.input);
  const char *label = "assumed";
  for (const auto &[value, names] : inputs) {
    static constexpr size_t kMostNames = 4;
    std::string list;
    for (llvm::StringRef name : llvm::ArrayRef(names).take_front(kMostNames))
      list += (list.empty() ? "" : ", ") + name.str();
    if (names.size() > kMostNames)
      list += fmt::format(" and {} more", names.size() - kMostNames);
    os << fmt::format("{:<9}{}: {}\n", label, list, value.str());
    label = "";
  }
}

static void printData(llvm::raw_ostream &os, const EvalReport &report) {
  if (isText(report) && report.predictions > 0)
    os << fmt::format("{} predictions in windows of {}\n", report.predictions,
                      report.window);
  else if (isText(report))
    os << fmt::format("{} of {} tokens\n", plural(report.examples, "window"),
                      report.window);
  else if (report.data == EvalReport::Data::Examples)
    os << plural(report.examples, "example") << "\n";
  else
    os << fmt::format("{}, seed {}\n", plural(report.examples, "random example"),
                      report.seed);
  printAssumptions(os, report);
}

static void printRanges(llvm::raw_ostream &os, const EvalReport &report) {
  for (auto [i, output] : llvm::enumerate(report.outputs)) {
    if (i == kMostOutputs)
      break;
    const OutputRange &range = output.range;
    os << fmt::format("{}: {} {}, {} to {}, mean {}", output.name, output.dtype,
                      shapeText(output.shape), significant(range.least),
                      significant(range.largest), significant(range.mean));
    if (range.notFinite > 0)
      os << fmt::format(", {} not finite", range.notFinite);
    os << "\n";
  }
}

/// Prints a model that there is nothing to compare with.
static void printOne(llvm::raw_ostream &os, const EvalReport &report) {
  const EvaluatedModel &model = report.models.front();
  if (model.scores && isText(report))
    os << fmt::format("perplexity   {}   (nll {})\ntop-1        {}\n",
                      fixed(perplexityOf(*model.scores), 4), fixed(model.scores->nll, 4),
                      fixed(model.scores->accuracy, 4));
  else if (model.scores)
    os << fmt::format("top-1        {}   (nll {})\n", fixed(model.scores->accuracy, 4),
                      fixed(model.scores->nll, 4));
  printRanges(os, report);
  os << fmt::format("evaluation   {:.2f} s", report.seconds);
  if (model.perSecond)
    os << fmt::format(", {} {} per second", fixed(*model.perSecond, 0),
                      isText(report) ? "tokens" : "examples");
  os << fmt::format("; compiled in {:.2f} s\n", report.compileSeconds);
  if (!model.scores)
    os << "Nothing to compare with: " << report.advice.compare << "\n";
}

std::string report::formatExpected(double number) {
  return number < 100 ? fmt::format("{:.2g}", number) : fmt::format("{:.0f}", number);
}

static void printFailures(llvm::raw_ostream &os, const EvalReport::Failures &failures,
                          int64_t seed) {
  os << fmt::format(
      "failed truncations  {:>14} expected in an inference, {} of them in {}\n",
      formatExpected(failures.expected), formatExpected(failures.most),
      failures.where.empty() ? "no operation" : failures.where);
  os << fmt::format("                    {:>14} drawn in {} inference{}, with seed {}\n",
                    failures.drawn, failures.examples, failures.examples == 1 ? "" : "s",
                    seed);
}

static void printTwin(llvm::raw_ostream &os, const EvalReport::Twin &twin, int64_t seed) {
  os << fmt::format("left the ring       {:>14} sums and products\n", twin.wraps);
  if (twin.failures)
    printFailures(os, *twin.failures, seed);
  os << fmt::format("functions           {:>14}; the bytes are those of\n"
                    "                    {}\n",
                    twin.functions, twin.costCommand);
  os << fmt::format("disclosed           {}\n", describe(twin.disclosed));
}

static void printColumns(llvm::raw_ostream &os, const EvalReport &report) {
  Table table(report.models);
  table.addRow("", [](const EvaluatedModel &model) { return model.name; });
  addScores(table, report);
  addOutputs(table, report);
  table.addRow("packed constants, B", [](const EvaluatedModel &model) {
    return std::to_string(model.weightBytes);
  });
  addSites(table, report.models);
  table.addRow(isText(report) ? "tokens per second" : "examples per second",
               [](const EvaluatedModel &model) {
                 return model.perSecond ? fixed(*model.perSecond, 0) : "";
               });
  table.addRow("compile seconds",
               [](const EvaluatedModel &model) { return fixed(model.compileSeconds, 2); });
  table.print(os);
  if (report.outputs.size() > kMostOutputs)
    os << fmt::format("{} more outputs: {}\n", report.outputs.size() - kMostOutputs,
                      report.advice.listOutputs);
}

/// Prints what the speeds do not mean.
static void printNotes(llvm::raw_ostream &os, const EvalReport &report) {
  if (!report.emulated.empty())
    os << fmt::format("The products of {} are emulated by ordinary instructions: the speed "
                      "is not that of\nhardware that has them.\n",
                      report.emulated);
  if (report.twin)
    os << "The twin computes in the clear: its speed is not that of two parties.\n";
}

void report::printText(const EvalReport &report, llvm::raw_ostream &os) {
  printData(os, report);
  if (report.models.size() == 1)
    return printOne(os, report);
  printColumns(os, report);
  os << "\n";
  if (report.twin)
    printTwin(os, *report.twin, report.seed);
  printNotes(os, report);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static llvm::json::Value optionalNumber(std::optional<double> number) {
  return number ? jsonNumber(*number) : llvm::json::Value(nullptr);
}

static llvm::json::Object rangeJson(const EvalReport::Output &output) {
  return llvm::json::Object{{"name", jsonText(output.name)},
                            {"dtype", output.dtype},
                            {"shape", llvm::json::Array(output.shape)},
                            {"min", jsonNumber(output.range.least)},
                            {"max", jsonNumber(output.range.largest)},
                            {"mean", jsonNumber(output.range.mean)},
                            {"not_finite", output.range.notFinite}};
}

static llvm::json::Object distanceJson(const EvalReport::Output &output,
                                       const OutputDistance &distance) {
  return llvm::json::Object{{"name", jsonText(output.name)},
                            {"dtype", output.dtype},
                            {"shape", llvm::json::Array(output.shape)},
                            {"max_abs_error", jsonNumber(distance.maxError)},
                            {"mean_abs_error", jsonNumber(distance.meanError)},
                            {"relative_error", jsonNumber(distance.relative)},
                            {"cosine", jsonNumber(distance.cosine)},
                            {"snr_db", jsonNumber(distance.snr)},
                            {"equal", distance.equal}};
}

static llvm::json::Array outputsJson(const EvalReport &report,
                                     const EvaluatedModel &model) {
  llvm::json::Array outputs;
  for (auto [i, output] : llvm::enumerate(report.outputs))
    outputs.push_back(model.outputs.empty() ? rangeJson(output)
                                            : distanceJson(output, model.outputs[i]));
  return outputs;
}

/// The distance of a model from the original; `known` where there is one.
static void addDistance(llvm::json::Object &object, const EvalReport &report,
                        const EvaluatedModel &model) {
  bool isOriginal = &model == &report.models.front() && report.models.size() > 1;
  bool isSame = isOriginal || (report.models.size() == 1 && report.isOwnReference);
  std::optional<double> divergence, agreement, error;
  if (isSame)
    divergence = 0, agreement = 1, error = 0;
  if (model.predictions) {
    divergence = model.predictions->divergence;
    agreement = model.predictions->agreement;
    error = model.predictions->maxError;
  } else if (!isSame) {
    for (const OutputDistance &output : model.outputs)
      error = std::isnan(output.maxError) ? output.maxError
                                          : std::max(error.value_or(0), output.maxError);
  }
  object["kl_mean"] = optionalNumber(divergence);
  object["top1_agreement"] = optionalNumber(agreement);
  object["max_abs_error"] = optionalNumber(error);
}

static llvm::json::Object modelJson(const EvalReport &report, const EvaluatedModel &model) {
  std::optional<double> nll, perplexity, accuracy;
  if (model.scores) {
    nll = model.scores->nll;
    accuracy = model.scores->accuracy;
    if (isText(report))
      perplexity = perplexityOf(*model.scores);
  }
  const char *speed = isText(report) ? "tokens_per_second" : "examples_per_second";
  llvm::json::Object object{{"nll", optionalNumber(nll)},
                            {"perplexity", optionalNumber(perplexity)},
                            {"top1_accuracy", optionalNumber(accuracy)},
                            {"outputs", outputsJson(report, model)},
                            {"weight_bytes", model.weightBytes},
                            {speed, optionalNumber(model.perSecond)},
                            {"speed_seconds", optionalNumber(model.speedSeconds)},
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

static llvm::json::Array assumptionsJson(const EvalReport &report) {
  llvm::json::Array assumptions;
  for (const EvalReport::Assumption &assumption : report.assumptions)
    assumptions.push_back(llvm::json::Object{{"input", jsonText(assumption.input)},
                                             {"value", assumption.value}});
  return assumptions;
}

llvm::json::Object report::toJson(const EvalReport &report) {
  static constexpr const char *kData[] = {"tokens", "examples", "random"};
  const EvaluatedModel &last = report.models.back();
  llvm::json::Object result{{"schema", 1},
                            {"data", kData[size_t(report.data)]},
                            {"examples", report.examples},
                            {"tokens", nullptr},
                            {"assumed", assumptionsJson(report)},
                            {"reference", nullptr},
                            {"compiled", modelJson(report, last)},
                            {"top1_accuracy", nullptr},
                            {"emulated", nullptr},
                            {"seconds", report.seconds},
                            {"compile_seconds", report.compileSeconds}};
  if (isText(report))
    result["tokens"] = report.examples * report.window;
  if (last.scores)
    result["top1_accuracy"] = last.scores->accuracy;
  if (!report.emulated.empty())
    result["emulated"] = report.emulated;
  addDistance(result, report, last);
  if (report.models.size() > 1 || report.isOwnReference)
    result["reference"] = modelJson(report, report.models.front());
  if (report.models.size() > 2) {
    const EvaluatedModel &changed = report.models[1];
    llvm::json::Object object = modelJson(report, changed);
    addDistance(object, report, changed);
    result["changed"] = std::move(object);
  }
  if (report.twin) {
    result["wraps"] = report.twin->wraps;
    result["functions"] = report.twin->functions;
    result["disclosed"] = disclosedJson(report.twin->disclosed);
    result["expected_failed_truncations"] = 0;
    if (const auto &failures = report.twin->failures) {
      result["expected_failed_truncations"] = failures->expected;
      result["failed_truncations"] = llvm::json::Object{
          {"seed", report.seed},
          {"drawn", failures->drawn},
          {"inferences", failures->examples},
          {"truncations", failures->truncations},
          {"most", llvm::json::Object{{"node", jsonText(failures->where)},
                                      {"expected", failures->most}}}};
    }
  }
  return result;
}
