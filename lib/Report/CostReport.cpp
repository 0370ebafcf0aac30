//===- CostReport.cpp - Report of tacit cost ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/CostReport.h"
#include "tacit/Export/Schedule/Schedule.h"
#include "tacit/Report/Disclosed.h"
#include "tacit/Report/Json.h"
#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>

using namespace tacit;
using namespace tacit::report;

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

/// Formats bytes, as in "25.32 GB".
static std::string rounded(int64_t bytes) {
  for (auto [unit, name] :
       {std::pair<double, const char *>{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}})
    if (bytes >= unit)
      return fmt::format("{:.2f} {}", bytes / unit, name);
  return fmt::format("{} B", bytes);
}

static std::string amount(int64_t bytes) {
  return bytes == cost::kUnknown ? "unknown" : grouped(bytes) + " B";
}

static std::string count(int64_t number) {
  return number == cost::kUnknown ? "unknown" : grouped(number);
}

static std::string share(int64_t part, int64_t whole) {
  return whole == 0 ? "-" : fmt::format("{:.1f} %", 100.0 * part / whole);
}

static std::string secondsText(const cost::Total &total, const cost::Network &network) {
  auto time = cost::seconds(total, network);
  return time ? fmt::format("{:.3f} s", *time) : "unknown";
}

static std::string rate(double bitsPerSecond) {
  return bitsPerSecond >= 1e9 ? fmt::format("{:g} Gbit/s", bitsPerSecond / 1e9)
                              : fmt::format("{:g} Mbit/s", bitsPerSecond / 1e6);
}

static std::string describe(const cost::Network &network) {
  return fmt::format("{}: {}, round trip {:g} ms", network.name, rate(network.bandwidth),
                     network.rtt * 1e3);
}

static const char *kindText(cost::SuiteKind kind) {
  return kind == cost::SuiteKind::Formula ? "formulas" : "published measurements";
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static void line(llvm::raw_ostream &os, llvm::StringRef label, const std::string &text) {
  os << fmt::format("  {:<13} {}\n", label.str(), text);
}

/// Prints a row of the table of totals; `before` only if there were changes.
static void totalLine(llvm::raw_ostream &os, llvm::StringRef label,
                      const std::optional<std::string> &before, const std::string &after) {
  if (before)
    os << fmt::format("  {:<20}{:>26}{:>26}\n", label.str(), *before, after);
  else
    os << fmt::format("  {:<20}{:>26}\n", label.str(), after);
}

static void printTotals(llvm::raw_ostream &os, const ProtocolCosts &protocol,
                        const cost::Network &network) {
  const cost::Total &after = protocol.costs.total;
  const cost::Total *before = protocol.before ? &protocol.before->total : nullptr;
  auto row = [&](llvm::StringRef label,
                 llvm::function_ref<std::string(const cost::Total &)> text) {
    totalLine(os, label, before ? std::optional(text(*before)) : std::nullopt, text(after));
  };
  if (before)
    totalLine(os, "", "before", "after");
  row("online, in all", [](const cost::Total &t) { return rounded(t.total); });
  row("", [](const cost::Total &t) { return amount(t.total); });
  row("  client to server", [](const cost::Total &t) { return amount(t.toServer); });
  row("  server to client", [](const cost::Total &t) { return amount(t.toClient); });
  row("offline", [](const cost::Total &t) { return amount(t.offline); });
  row("hops", [](const cost::Total &t) { return count(t.hops); });
  row("network time", [&](const cost::Total &t) { return secondsText(t, network); });
  if (before && before->total > 0)
    totalLine(os, "saved", "", share(before->total - after.total, before->total));
}

/// Prints the costs after each change, if there is more than one.
static void printSteps(llvm::raw_ostream &os, const ProtocolCosts &protocol) {
  if (protocol.steps.size() < 2)
    return;
  os << fmt::format("\n  {:<36}{:>20}{:>9}\n", "after", "bytes", "saved");
  int64_t last = protocol.before->total.total;
  for (const CostStep &step : protocol.steps) {
    os << fmt::format("  {:<36}{:>20}{:>9}\n", step.option + " " + step.text,
                      grouped(step.total.total), share(last - step.total.total, last));
    last = step.total.total;
  }
}

static void printKinds(llvm::raw_ostream &os, const ProtocolCosts &protocol) {
  os << fmt::format("\n  {:<16}{:>7}{:>20}{:>9}{}\n", "what", "ops", "bytes", "share",
                    protocol.before ? "              before" : "");
  std::vector<cost::KindCosts> before;
  if (protocol.before)
    before = protocol.before->byKind();
  auto bytesBefore = [&](llvm::StringRef kind) {
    auto found =
        llvm::find_if(before, [&](const cost::KindCosts &k) { return k.kind == kind; });
    return found == before.end() ? 0 : found->total.total;
  };
  std::vector<cost::KindCosts> kinds = protocol.costs.byKind();
  for (const cost::KindCosts &gone : before)
    if (llvm::none_of(kinds, [&](const cost::KindCosts &k) { return k.kind == gone.kind; }))
      kinds.push_back({gone.kind, 0, {}});
  for (const cost::KindCosts &kind : kinds) {
    if (kind.total.total == 0 && bytesBefore(kind.kind) == 0)
      continue;
    os << fmt::format("  {:<16}{:>7}{:>20}{:>9}", kind.kind, kind.count,
                      grouped(kind.total.total),
                      share(kind.total.total, protocol.costs.total.total));
    if (protocol.before)
      os << fmt::format("{:>20}", grouped(bytesBefore(kind.kind)));
    os << "\n";
  }
}

static void printOperations(llvm::raw_ostream &os, const cost::ProgramCosts &costs,
                            const CostReport::Advice &advice) {
  static constexpr size_t kShown = 10;
  std::vector<const cost::CostedOperation *> mostExpensive;
  for (const cost::CostedOperation &operation : costs.operations)
    if (operation.charge.total > 0)
      mostExpensive.push_back(&operation);
  // If several are equal, the first in the program comes first.
  llvm::sort(
      mostExpensive, [](const cost::CostedOperation *a, const cost::CostedOperation *b) {
        return std::make_pair(-a->charge.total, a) < std::make_pair(-b->charge.total, b);
      });
  size_t shown = std::min(kShown, mostExpensive.size());
  os << fmt::format("\n  the {} most expensive of {} operations that send; {}\n", shown,
                    mostExpensive.size(), advice.allOperations);
  for (const cost::CostedOperation *operation :
       llvm::ArrayRef(mostExpensive).take_front(shown)) {
    std::string shape = llvm::join(
        llvm::map_range(operation->shape, [](int64_t dim) { return std::to_string(dim); }),
        "x");
    os << fmt::format("  {:>18}  {:<16} {:<14} {:<14} {}\n",
                      grouped(operation->charge.total), operation->name, operation->kind,
                      shape, operation->node);
  }
}

/// Prints the kinds of operations that make up three quarters of all bytes.
static std::string dominant(const cost::ProgramCosts &costs) {
  int64_t sum = 0, whole = costs.total.total;
  std::string text;
  for (const cost::KindCosts &kind : costs.byKind()) {
    if (kind.total.total == 0 || sum >= whole / 4 * 3)
      break;
    sum += kind.total.total;
    text += (text.empty() ? "" : ", ") + kind.kind + " " + share(kind.total.total, whole);
  }
  return text.empty() ? "nothing is sent" : text;
}

/// Prints what the figures of a suite are for; the ring may differ from the suite's own.
static void printFigures(llvm::raw_ostream &os, const cost::SuiteInfo &suite,
                         int64_t ringBits, int64_t fractionBits) {
  line(os, "parties", suite.threatModel);
  line(os, "figures", fmt::format("{}: {}", kindText(suite.kind), suite.source));
  line(os, "bytes", suite.measures);
  line(os, "ring",
       fmt::format("{} bits, {} of them behind the point", ringBits, fractionBits));
}

static void printProtocol(llvm::raw_ostream &os, const ProtocolCosts &protocol,
                          const CostReport &report) {
  const cost::Network &network = report.network;
  const cost::SuiteInfo &suite = protocol.suite;
  os << fmt::format("\n{}: {} online\n", suite.name, rounded(protocol.costs.total.total));
  line(os, "dominated by", dominant(protocol.costs));
  if (protocol.before)
    line(os, "and before",
         fmt::format("{} by {}", rounded(protocol.before->total.total),
                     dominant(*protocol.before)));
  line(os, "protocol", suite.title);
  printFigures(os, suite, protocol.ringBits, protocol.fractionBits);
  if (!protocol.functions.empty())
    line(os, "functions",
         protocol.functions == "bounded"
             ? std::string("bounded: hold for larger ranges than the published ones")
             : "as published; " + report.advice.boundedFunctions);
  line(os, "network", describe(network));
  line(os, "disclosed", describe(protocol.costs.disclosed));
  for (const std::string &note : protocol.notes)
    line(os, "note", note);
  os << "\n";
  printTotals(os, protocol, network);
  printSteps(os, protocol);
  printKinds(os, protocol);
  printOperations(os, protocol.costs, report.advice);
}

void report::printText(const CostReport &report, llvm::raw_ostream &os) {
  os << report.model;
  for (const auto &[name, size] : report.dims)
    os << ", " << name << " = " << size;
  os << "\n";
  for (const ProtocolCosts &protocol : report.protocols)
    printProtocol(os, protocol, report);
}

void report::printText(const ProtocolList &list, llvm::raw_ostream &os) {
  os << "Protocols (" << list.advice.protocolsBy << "):\n";
  for (const cost::SuiteInfo &info : list.protocols) {
    os << "\n" << info.name << ": " << info.title << "\n";
    printFigures(os, info, info.ringBits, info.fractionBits);
  }
  os << "\nNetworks (" << list.advice.networksBy << "):\n\n";
  for (const cost::Network &network : list.networks)
    line(os, network.name,
         fmt::format("{}, round trip {:g} ms ({})", rate(network.bandwidth),
                     network.rtt * 1e3, network.source));
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static llvm::json::Object totalsJson(const cost::Total &total,
                                     const cost::Network &network) {
  llvm::json::Object object = totalJson(total);
  auto time = cost::seconds(total, network);
  object["seconds"] = time ? jsonNumber(*time) : llvm::json::Value(nullptr);
  return object;
}

static llvm::json::Array kindsJson(const cost::ProgramCosts &costs) {
  llvm::json::Array array;
  for (const cost::KindCosts &kind : costs.byKind()) {
    llvm::json::Object object = totalJson(kind.total);
    // The hops of operations that may run side by side cannot be added up to those of a
    // kind.
    object.erase("hops");
    object["kind"] = jsonText(kind.kind);
    object["count"] = kind.count;
    array.push_back(std::move(object));
  }
  return array;
}

static llvm::json::Object operationJson(const cost::CostedOperation &operation,
                                        const cost::Network &network) {
  const cost::Charge &charge = operation.charge;
  llvm::json::Object object = totalsJson(
      {charge.total, charge.toServer, charge.toClient, charge.offline, charge.hops},
      network);
  object["node"] = jsonText(operation.node);
  object["site"] = siteJson(operation.site);
  object["op"] = operation.name;
  object["shape"] = llvm::json::Array(operation.shape);
  addBasis(object, charge.basis);
  object["kind"] = jsonText(operation.kind);
  object["block"] =
      operation.block < 0 ? llvm::json::Value(nullptr) : llvm::json::Value(operation.block);
  object["start"] = operation.start == cost::kUnknown ? llvm::json::Value(nullptr)
                                                      : llvm::json::Value(operation.start);
  return object;
}

static llvm::json::Object networkJson(const cost::Network &network) {
  return llvm::json::Object{{"name", jsonText(network.name)},
                            {"bandwidth_bps", network.bandwidth},
                            {"rtt_s", network.rtt}};
}

static llvm::json::Object suiteJson(const cost::SuiteInfo &suite) {
  return llvm::json::Object{
      {"name", jsonText(suite.name)},
      {"title", jsonText(suite.title)},
      {"source", jsonText(suite.source)},
      {"threat_model", jsonText(suite.threatModel)},
      {"measures", jsonText(suite.measures)},
      {"figures", suite.kind == cost::SuiteKind::Formula ? "formula" : "published"},
      {"ring_bits", suite.ringBits},
      {"fraction_bits", suite.fractionBits}};
}

static llvm::json::Object protocolJson(const ProtocolCosts &protocol,
                                       const cost::Network &network) {
  llvm::json::Object object = suiteJson(protocol.suite);
  object["ring_bits"] = protocol.ringBits;
  object["fraction_bits"] = protocol.fractionBits;
  object["functions"] = protocol.functions.empty() ? llvm::json::Value(nullptr)
                                                   : llvm::json::Value(protocol.functions);
  object["network"] = networkJson(network);
  object["total"] = totalsJson(protocol.costs.total, network);
  object["kinds"] = kindsJson(protocol.costs);
  object["disclosed"] = disclosedJson(protocol.costs.disclosed);
  object["before"] = nullptr;
  if (protocol.before)
    object["before"] =
        llvm::json::Object{{"total", totalsJson(protocol.before->total, network)},
                           {"kinds", kindsJson(*protocol.before)}};
  llvm::json::Array notes, ops, steps;
  for (const CostStep &step : protocol.steps)
    steps.push_back(llvm::json::Object{{"option", step.option},
                                       {"text", jsonText(step.text)},
                                       {"total", totalsJson(step.total, network)}});
  object["steps"] = std::move(steps);
  for (const std::string &note : protocol.notes)
    notes.push_back(jsonText(note));
  for (const cost::CostedOperation &operation : protocol.costs.operations)
    ops.push_back(operationJson(operation, network));
  object["notes"] = std::move(notes);
  object["ops"] = std::move(ops);
  return object;
}

llvm::json::Object report::toJson(const CostReport &report) {
  llvm::json::Object dims;
  for (const auto &[name, size] : report.dims)
    dims[llvm::json::fixUTF8(name)] = size;
  llvm::json::Array protocols;
  for (const ProtocolCosts &protocol : report.protocols)
    protocols.push_back(protocolJson(protocol, report.network));
  return llvm::json::Object{{"schema", 1},
                            {"model", jsonText(report.model)},
                            {"dims", std::move(dims)},
                            {"protocols", std::move(protocols)}};
}

llvm::json::Object report::toJson(const ProtocolList &list) {
  llvm::json::Array protocols, networks;
  for (const cost::SuiteInfo &info : list.protocols)
    protocols.push_back(suiteJson(info));
  for (const cost::Network &network : list.networks)
    networks.push_back(networkJson(network));
  return llvm::json::Object{{"schema", 1},
                            {"protocols", std::move(protocols)},
                            {"networks", std::move(networks)}};
}
