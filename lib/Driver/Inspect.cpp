//===- Inspect.cpp - tacit inspect ----------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Pipelines/Pipelines.h"
#include "tacit/Report/Json.h"
#include "tacit/Report/ProgramFacts.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::report;

namespace {
/// What the program holds after the phases that were asked for.
struct Findings {
  bool isModel; ///< else there is nothing to be found
  SiteCounts sites;
  Counts heads; ///< forms of attention
  Arithmetic arithmetic;
  Counts operations;
  std::optional<int64_t> weightBytes;
};

/// All that is printed. What only ONNX files have is in `onnx`, which is null for a
/// program.
struct Report {
  const OnnxModel *onnx = nullptr;
  std::vector<OnnxValue> inputs, outputs;
  std::vector<std::string> freeDims;
  std::optional<Findings> findings;
  std::vector<Missed> missed;
  std::vector<UnsupportedNode> unsupported;
  std::string problem; ///< why there are no findings
};
} // namespace

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string typeText(const OnnxValue &value) {
  std::vector<std::string> dims;
  for (const OnnxDim &dim : value.dims)
    dims.push_back(dim.size >= 0 ? std::to_string(dim.size) : dim.name);
  return value.dtypeName + "[" + llvm::join(dims, ", ") + "]";
}

/// 124439808 -> "124.4 M".
static std::string magnitude(double value) {
  for (auto [unit, name] :
       {std::pair<double, const char *>{1e9, " G"}, {1e6, " M"}, {1e3, " k"}})
    if (value >= unit)
      return fmt::format("{:.1f}{}", value / unit, name);
  return fmt::format("{:.0f}", value);
}

static void printLine(llvm::StringRef label, const std::string &text) {
  llvm::outs() << "  " << llvm::left_justify(label, 12) << text << "\n";
}

static void printCounts(llvm::StringRef label, const Counts &counts) {
  std::string rows, row, list = listCounts(counts);
  for (llvm::StringRef entry : llvm::split(list, ", ")) {
    if (row.size() + entry.size() > 72) {
      rows += row + ",\n              ";
      row.clear();
    }
    row += (row.empty() ? "" : ", ") + entry.str();
  }
  printLine(label, rows + row);
}

/// `name` with '#' for each number in it: names that differ in no more belong together.
static std::string familyOf(const OnnxValue &value) {
  std::string family;
  for (char c : value.name)
    if (!llvm::isDigit(c))
      family += c;
    else if (family.empty() || family.back() != '#')
      family += '#';
  return family + ": " + typeText(value);
}

/// A line for each value, but one for all that differ in a number: a cache has a pair
/// of them for every layer.
static void printValues(llvm::StringRef label, const std::vector<OnnxValue> &values) {
  std::map<std::string, std::vector<const OnnxValue *>> families;
  for (const OnnxValue &value : values)
    families[familyOf(value)].push_back(&value);
  for (const OnnxValue &value : values) {
    const auto &family = families[familyOf(value)];
    bool isFew = family.size() < 3;
    if (isFew)
      printLine(label, fmt::format("{}: {}", value.name, typeText(value)));
    else if (family.front() == &value)
      printLine(label, fmt::format("{} to {}: {}  ({} of them)", value.name,
                                   family.back()->name, typeText(value), family.size()));
  }
}

/// At most this many places are listed; the JSON has them all.
static constexpr size_t kListed = 10;

/// What raise missed: how many of each kind, and where.
static void printMissed(const std::vector<Missed> &missed) {
  if (missed.empty())
    return;
  Counts kinds;
  for (const Missed &place : missed)
    ++kinds[place.kind];
  printLine("missed", listCounts(kinds));
  for (const Missed &place : llvm::ArrayRef(missed).take_front(kListed))
    printLine("", fmt::format("{} at {}: {}", place.kind, place.where, place.reason));
  if (missed.size() > kListed)
    printLine("", fmt::format("and {} more; --json lists them", missed.size() - kListed));
}

/// Nodes that have the same fault share a line.
static void printUnsupported(const std::vector<UnsupportedNode> &nodes) {
  std::vector<std::pair<std::string, std::vector<const UnsupportedNode *>>> groups;
  for (const UnsupportedNode &node : nodes) {
    std::string type = node.domain.empty() ? node.opType : node.domain + "::" + node.opType;
    std::string key = type + '\n' + node.reason + '\n' + node.remedy;
    auto group = llvm::find_if(groups, [&](auto &entry) { return entry.first == key; });
    if (group == groups.end())
      groups.push_back({key, {&node}});
    else
      group->second.push_back(&node);
  }
  for (const auto &[key, group] : groups) {
    const UnsupportedNode &node = *group.front();
    std::string more =
        group.size() == 1 ? "" : fmt::format(" and {} more", group.size() - 1);
    printLine("unsupported",
              fmt::format("{} '{}'{}: {}; {}", llvm::StringRef(key).split('\n').first.str(),
                          node.node, more, node.reason, node.remedy));
  }
}

static void printFindings(const Options &options, const Findings &findings) {
  const SiteCounts &sites = findings.sites;
  bool isChanged = !options.transformations.empty();
  if (isChanged && findings.weightBytes)
    printLine("weights", magnitude(*findings.weightBytes) + "B after the changes");
  if (!findings.isModel)
    return;
  std::string cross =
      sites.crossAttention ? fmt::format(" ({} cross)", sites.crossAttention) : "";
  printLine(isChanged ? "left" : "found",
            fmt::format("{} attention{}, {} layer_norm, {} rms_norm, {} gelu, {} silu, "
                        "{} relu, {} softmax",
                        sites.attention, cross, sites.layerNorm, sites.rmsNorm, sites.gelu,
                        sites.silu, sites.relu, sites.softmax));
  printLine("", fmt::format("{} rotary, {} linear layers, {} other matrix products; {} "
                            "transformer layer{}",
                            sites.rotary, sites.linear, sites.matmul, sites.layers(),
                            sites.layers() == 1 ? "" : "s"));
  for (const auto &[heads, count] : findings.heads)
    printLine("heads", heads + (findings.heads.size() == 1
                                    ? ""
                                    : fmt::format(" in {} attentions", count)));
  if (findings.arithmetic.isPlain())
    return;
  printLine("arithmetic",
            "weights of linear layers: " + listCounts(findings.arithmetic.weights));
  printLine("", "products: " + listCounts(findings.arithmetic.multipliers));
  if (!findings.arithmetic.gelu.empty())
    printLine("", "gelu: " + listCounts(findings.arithmetic.gelu));
}

static void printText(const Options &options, const Report &report) {
  llvm::outs() << options.model << "\n";
  if (const OnnxModel *model = report.onnx)
    printLine("made by",
              fmt::format("{}, opset {}",
                          model->producer().empty() ? "(unknown)" : model->producer().str(),
                          model->opset()));
  printValues("input", report.inputs);
  printValues("output", report.outputs);
  if (const OnnxModel *model = report.onnx)
    printLine("parameters",
              fmt::format("{} ({}B of weights)", magnitude(model->parameters()),
                          magnitude(model->weightBytes())));
  else if (report.findings->weightBytes)
    printLine("weights", magnitude(*report.findings->weightBytes) + "B");
  if (!report.freeDims.empty())
    printLine("free dims", llvm::join(report.freeDims, ", ") +
                               (report.onnx ? "  (pin them with --dim NAME=N)" : ""));
  if (report.onnx)
    printCounts("nodes", report.onnx->opCounts());
  else
    printCounts("operations", report.findings->operations);
  if (report.findings)
    printFindings(options, *report.findings);
  else if (report.unsupported.empty())
    printLine("found", report.problem);
  printMissed(report.missed);
  printUnsupported(report.unsupported);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static llvm::json::Array valuesJson(const std::vector<OnnxValue> &values) {
  llvm::json::Array array;
  for (const OnnxValue &value : values) {
    llvm::json::Array shape;
    for (const OnnxDim &dim : value.dims)
      shape.push_back(dim.size >= 0 ? llvm::json::Value(dim.size) : jsonText(dim.name));
    array.push_back(llvm::json::Object{{"name", jsonText(value.name)},
                                       {"dtype", jsonText(value.dtypeName)},
                                       {"shape", std::move(shape)}});
  }
  return array;
}

static llvm::json::Object sitesJson(const SiteCounts &sites) {
  return llvm::json::Object{{"layer_norm", sites.layerNorm},
                            {"rms_norm", sites.rmsNorm},
                            {"gelu", sites.gelu},
                            {"silu", sites.silu},
                            {"relu", sites.relu},
                            {"softmax", sites.softmax},
                            {"attention", sites.attention},
                            {"cross_attention", sites.crossAttention},
                            {"rotary", sites.rotary},
                            {"linear", sites.linear},
                            {"matmul", sites.matmul}};
}

static llvm::json::Array missedJson(const std::vector<Missed> &missed) {
  llvm::json::Array array;
  for (const Missed &place : missed)
    array.push_back(llvm::json::Object{{"site", jsonText(place.kind)},
                                       {"node", jsonText(place.node)},
                                       {"reason", jsonText(place.reason)}});
  return array;
}

static llvm::json::Array unsupportedJson(const std::vector<UnsupportedNode> &nodes) {
  llvm::json::Array array;
  for (const UnsupportedNode &node : nodes)
    array.push_back(llvm::json::Object{{"node", jsonText(node.node)},
                                       {"op_type", jsonText(node.opType)},
                                       {"domain", jsonText(node.domain)},
                                       {"opset", node.opset},
                                       {"reason", jsonText(node.reason)},
                                       {"remedy", jsonText(node.remedy)}});
  return array;
}

static llvm::json::Object toJson(const Options &options, const Report &report) {
  llvm::json::Array free;
  for (const std::string &name : report.freeDims)
    free.push_back(jsonText(name));
  llvm::json::Object result{{"schema", 1},
                            {"model", jsonText(options.model)},
                            {"producer", nullptr},
                            {"opset", nullptr},
                            {"parameters", nullptr},
                            {"inputs", valuesJson(report.inputs)},
                            {"outputs", valuesJson(report.outputs)},
                            {"sites", nullptr},
                            {"arithmetic", nullptr},
                            {"weight_bytes", nullptr},
                            {"free_dims", std::move(free)},
                            {"missed", missedJson(report.missed)},
                            {"unsupported", unsupportedJson(report.unsupported)}};
  if (const OnnxModel *model = report.onnx) {
    result["producer"] = jsonText(model->producer());
    result["opset"] = model->opset();
    result["parameters"] = model->parameters();
    result["ops"] = countsJson(model->opCounts());
  } else {
    result["ops"] = countsJson(report.findings->operations);
  }
  if (report.findings && report.findings->weightBytes)
    result["weight_bytes"] = *report.findings->weightBytes;
  if (report.findings && report.findings->isModel) {
    result["sites"] = sitesJson(report.findings->sites);
    const Arithmetic &arithmetic = report.findings->arithmetic;
    result["arithmetic"] =
        llvm::json::Object{{"linear", countsJson(arithmetic.weights)},
                           {"multiplier", countsJson(arithmetic.multipliers)},
                           {"gelu", countsJson(arithmetic.gelu)}};
  }
  return result;
}

//===----------------------------------------------------------------------===//
// What is in a model
//===----------------------------------------------------------------------===//

/// The phases that find and change whole operations, as far as they are ahead.
static llvm::Error runPhases(const Options &options, Compilation &compilation) {
  bool isFinished = !compilation.onnx() && options.from.empty();
  llvm::StringRef last = "raise";
  if (!options.transformations.empty())
    last = options.transformations.back().phase;
  if (!isFinished)
    if (auto error = compilation.advance(last))
      return error;
  return compilation.finish();
}

/// What is in an ONNX file that cannot be imported is part of the answer; a wrong
/// --dim or a damaged file is not.
static llvm::Error keepProblem(llvm::Error error, Report &report) {
  return llvm::handleErrors(
      std::move(error),
      [&](const UnsupportedError &found) { report.unsupported = found.getNodes(); },
      [&](std::unique_ptr<Error> other) -> llvm::Error {
        if (other->getCode() != ExitCode::Unsupported)
          return llvm::Error(std::move(other));
        report.problem = other->getMessage().str();
        return llvm::Error::success();
      });
}

static void describeProgram(mlir::ModuleOp program, Report &report) {
  ProgramInterface interface = ProgramInterface::of(program);
  report.inputs = std::move(interface.inputs);
  report.outputs = std::move(interface.outputs);
  for (const OnnxValue &input : report.inputs)
    for (const OnnxDim &dim : input.dims)
      if (dim.size < 0 && !llvm::is_contained(report.freeDims, dim.name))
        report.freeDims.push_back(dim.name);
}

llvm::Error driver::runInspect(const Options &options) {
  Compilation compilation(options);
  if (auto error = compilation.open())
    return error;
  Report report;
  report.onnx = compilation.onnx();
  llvm::Error error = compilation.import(options.bindings);
  if (!error)
    error = runPhases(options, compilation);
  if (mlir::ModuleOp program = error ? nullptr : compilation.program())
    report.findings = {isModel(program),         SiteCounts::of(program),
                       headCounts(program),      Arithmetic::of(program),
                       operationCounts(program), constantBytes(program)};
  report.missed = compilation.missed();
  if (error && report.onnx)
    error = keepProblem(std::move(error), report);
  if (error)
    return error;
  if (report.onnx) {
    report.inputs = report.onnx->inputs();
    llvm::erase_if(report.inputs, [&](const OnnxValue &input) {
      return options.bindings.constants.count(input.name) > 0;
    });
    report.outputs = report.onnx->outputs();
    report.freeDims = report.onnx->freeDims();
  } else {
    describeProgram(compilation.program(), report);
  }
  if (wantsText(options))
    printText(options, report);
  return writeJson(options, toJson(options, report));
}
