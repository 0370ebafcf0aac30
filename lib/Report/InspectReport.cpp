//===- InspectReport.cpp - Report of tacit inspect ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/InspectReport.h"
#include "tacit/Report/Json.h"
#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>

using namespace tacit;
using namespace tacit::report;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static std::string typeText(const OnnxValue &value) {
  std::vector<std::string> dims;
  for (const OnnxDim &dim : value.dims)
    dims.push_back(dim.size >= 0 ? std::to_string(dim.size) : dim.name);
  return value.dtypeName + "[" + llvm::join(dims, ", ") + "]";
}

/// Formats a count: 124439808 becomes "124.4 M".
static std::string magnitude(double value) {
  for (auto [unit, name] :
       {std::pair<double, const char *>{1e9, " G"}, {1e6, " M"}, {1e3, " k"}})
    if (value >= unit)
      return fmt::format("{:.1f}{}", value / unit, name);
  return fmt::format("{:.0f}", value);
}

static void printLine(llvm::raw_ostream &os, llvm::StringRef label,
                      const std::string &text) {
  os << "  " << llvm::left_justify(label, 12) << text << "\n";
}

static void printCounts(llvm::raw_ostream &os, llvm::StringRef label,
                        const Counts &counts) {
  std::string rows, row, list = listCounts(counts);
  for (llvm::StringRef entry : llvm::split(list, ", ")) {
    if (row.size() + entry.size() > 72) {
      rows += row + ",\n              ";
      row.clear();
    }
    row += (row.empty() ? "" : ", ") + entry.str();
  }
  printLine(os, label, rows + row);
}

/// Returns `name` with '#' for each number in it: names that differ only in numbers belong
/// together.
static std::string familyOf(const OnnxValue &value) {
  std::string family;
  for (char c : value.name)
    if (!llvm::isDigit(c))
      family += c;
    else if (family.empty() || family.back() != '#')
      family += '#';
  return family + ": " + typeText(value);
}

/// Prints a line for each value, but one for all that differ only in a number: a cache has
/// a pair of them for every layer.
static void printValues(llvm::raw_ostream &os, llvm::StringRef label,
                        const std::vector<OnnxValue> &values) {
  std::map<std::string, std::vector<const OnnxValue *>> families;
  for (const OnnxValue &value : values)
    families[familyOf(value)].push_back(&value);
  for (const OnnxValue &value : values) {
    const auto &family = families[familyOf(value)];
    bool isFew = family.size() < 3;
    if (isFew)
      printLine(os, label, fmt::format("{}: {}", value.name, typeText(value)));
    else if (family.front() == &value)
      printLine(os, label,
                fmt::format("{} to {}: {}  ({} of them)", value.name, family.back()->name,
                            typeText(value), family.size()));
  }
}

/// The most places that are listed; the JSON has them all.
static constexpr size_t kListed = 10;

/// Prints the near misses of raise: how many of each kind, and where.
static void printMissed(llvm::raw_ostream &os, const InspectReport &report) {
  const std::vector<MissedSite> &missed = report.missed;
  if (missed.empty())
    return;
  Counts kinds;
  for (const MissedSite &place : missed)
    ++kinds[place.kind];
  printLine(os, "missed", listCounts(kinds));
  for (const MissedSite &place : llvm::ArrayRef(missed).take_front(kListed))
    printLine(os, "", fmt::format("{} at {}: {}", place.kind, place.where, place.reason));
  if (missed.size() > kListed)
    printLine(
        os, "",
        fmt::format("and {} more; {}", missed.size() - kListed, report.advice.allMissed));
}

/// Nodes with the same problem share a line.
static void printUnsupported(llvm::raw_ostream &os,
                             const std::vector<UnsupportedNode> &nodes) {
  std::vector<std::pair<std::string, std::vector<const UnsupportedNode *>>> groups;
  for (const UnsupportedNode &node : nodes) {
    std::string type = node.domain.empty() ? node.opType : node.domain + "::" + node.opType;
    std::string key = type + '\n' + node.reason + '\n' + node.remedy.text;
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
    printLine(os, "unsupported",
              fmt::format("{} '{}'{}: {}; {}", llvm::StringRef(key).split('\n').first.str(),
                          node.node, more, node.reason, node.remedy.text));
  }
}

/// Joins those of the counts that are not 0.
static std::string listPresent(llvm::ArrayRef<std::pair<int64_t, const char *>> counts) {
  std::vector<std::string> parts;
  for (auto [count, name] : counts)
    if (count != 0)
      parts.push_back(fmt::format("{} {}", count, name));
  return llvm::join(parts, ", ");
}

static std::string listSites(const SiteCounts &sites) {
  std::string cross = sites.crossAttention
                          ? fmt::format("attention ({} cross)", sites.crossAttention)
                          : "attention";
  std::string text = listPresent({{sites.attention, cross.c_str()},
                                  {sites.layerNorm, "layer_norm"},
                                  {sites.rmsNorm, "rms_norm"},
                                  {sites.gelu, "gelu"},
                                  {sites.silu, "silu"},
                                  {sites.relu, "relu"},
                                  {sites.softmax, "softmax"},
                                  {sites.rotary, "rotary"}});
  return text.empty() ? "no attention, norm or activation" : text;
}

static std::string listProducts(const SiteCounts &sites) {
  std::string text = listPresent(
      {{sites.linear, "linear layers"},
       {sites.matmul, sites.linear ? "other matrix products" : "matrix products"}});
  return fmt::format("{}{} transformer layer{}", text.empty() ? "" : text + "; ",
                     sites.layers, sites.layers == 1 ? "" : "s");
}

static void printFindings(llvm::raw_ostream &os, bool isChanged,
                          const InspectReport::Findings &findings) {
  const SiteCounts &sites = findings.sites;
  if (isChanged && findings.weightBytes)
    printLine(os, "weights", magnitude(*findings.weightBytes) + "B after the changes");
  if (!findings.isModel)
    return;
  printLine(os, isChanged ? "left" : "found", listSites(sites));
  printLine(os, "", listProducts(sites));
  for (const auto &[heads, count] : findings.heads)
    printLine(os, "heads",
              heads + (findings.heads.size() == 1
                           ? ""
                           : fmt::format(" in {} attentions", count)));
  if (findings.arithmetic.isPlain())
    return;
  printLine(os, "arithmetic",
            "weights of linear layers: " + listCounts(findings.arithmetic.weights));
  printLine(os, "", "products: " + listCounts(findings.arithmetic.multipliers));
  if (!findings.arithmetic.gelu.empty())
    printLine(os, "", "gelu: " + listCounts(findings.arithmetic.gelu));
}

/// Prints the names by which sites are chosen, with the operation and the node of each.
static void printSites(llvm::raw_ostream &os, const std::vector<NamedSite> &sites) {
  size_t siteWidth = 0, opWidth = 0;
  for (const NamedSite &site : sites) {
    siteWidth = std::max(siteWidth, site.site.size());
    opWidth = std::max(opWidth, site.op.size());
  }
  for (const auto &[i, site] : llvm::enumerate(sites))
    printLine(os, i == 0 ? "sites" : "",
              llvm::StringRef(fmt::format("{:{}}  {:{}}  {}", site.site, siteWidth, site.op,
                                          opWidth, site.node))
                  .rtrim()
                  .str());
}

void report::printText(const InspectReport &report, llvm::raw_ostream &os) {
  os << report.model << "\n";
  if (const auto &model = report.onnx)
    printLine(os, "made by",
              fmt::format("{}, opset {}",
                          model->producer.empty() ? "(unknown)" : model->producer,
                          model->opset));
  printValues(os, "input", report.inputs);
  printValues(os, "output", report.outputs);
  if (const auto &model = report.onnx)
    printLine(os, "parameters",
              fmt::format("{} ({}B of weights)", magnitude(model->parameters),
                          magnitude(model->weightBytes)));
  else if (report.findings->weightBytes)
    printLine(os, "weights", magnitude(*report.findings->weightBytes) + "B");
  if (!report.freeDims.empty())
    printLine(os, "free dims",
              llvm::join(report.freeDims, ", ") +
                  (report.onnx ? "  (" + report.advice.freeDims + ")" : ""));
  if (report.onnx)
    printCounts(os, "nodes", report.onnx->opCounts);
  else
    printCounts(os, "operations", report.findings->operations);
  if (report.findings)
    printFindings(os, report.isChanged, *report.findings);
  else if (report.unsupported.empty())
    printLine(os, "found", report.problem);
  if (report.findings && report.listsSites)
    printSites(os, report.findings->namedSites);
  printMissed(os, report);
  printUnsupported(os, report.unsupported);
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

static llvm::json::Array namedSitesJson(const std::vector<NamedSite> &sites) {
  llvm::json::Array array;
  for (const NamedSite &site : sites)
    array.push_back(llvm::json::Object{{"site", jsonText(site.site)},
                                       {"op", jsonText(site.op)},
                                       {"node", jsonText(site.node)}});
  return array;
}

static llvm::json::Array missedJson(const std::vector<MissedSite> &missed) {
  llvm::json::Array array;
  for (const MissedSite &place : missed)
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
                                       {"remedy", jsonText(node.remedy.text)}});
  return array;
}

llvm::json::Object report::toJson(const InspectReport &report) {
  llvm::json::Array free;
  for (const std::string &name : report.freeDims)
    free.push_back(jsonText(name));
  llvm::json::Object result{{"schema", 1},
                            {"model", jsonText(report.model)},
                            {"producer", nullptr},
                            {"opset", nullptr},
                            {"parameters", nullptr},
                            {"inputs", valuesJson(report.inputs)},
                            {"outputs", valuesJson(report.outputs)},
                            {"sites", nullptr},
                            {"named_sites", nullptr},
                            {"arithmetic", nullptr},
                            {"weight_bytes", nullptr},
                            {"free_dims", std::move(free)},
                            {"missed", missedJson(report.missed)},
                            {"unsupported", unsupportedJson(report.unsupported)}};
  if (const auto &model = report.onnx) {
    result["producer"] = jsonText(model->producer);
    result["opset"] = model->opset;
    result["parameters"] = model->parameters;
    result["ops"] = countsJson(model->opCounts);
  } else {
    result["ops"] = countsJson(report.findings->operations);
  }
  if (report.findings && report.findings->weightBytes)
    result["weight_bytes"] = *report.findings->weightBytes;
  if (report.findings && report.findings->isModel) {
    result["sites"] = sitesJson(report.findings->sites);
    result["named_sites"] = namedSitesJson(report.findings->namedSites);
    const Arithmetic &arithmetic = report.findings->arithmetic;
    result["arithmetic"] =
        llvm::json::Object{{"linear", countsJson(arithmetic.weights)},
                           {"multiplier", countsJson(arithmetic.multipliers)},
                           {"gelu", countsJson(arithmetic.gelu)}};
  }
  return result;
}
