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
#include <map>
#include <tuple>

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

/// Formats seconds, as in "12.345 s" or "0.4 ms": a single primitive takes few.
static std::string secondsText(const cost::Total &total, const cost::Network &network) {
  auto time = cost::seconds(total, network);
  if (!time)
    return "unknown";
  return *time == 0 || *time >= 0.1 ? fmt::format("{:.3f} s", *time)
                                    : fmt::format("{:.3g} ms", *time * 1e3);
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
  switch (kind) {
  case cost::SuiteKind::Formula:
    return "formulas";
  case cost::SuiteKind::Published:
    return "published measurements";
  case cost::SuiteKind::Messages:
    return "the messages of the programs";
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// The columns of the report.
static constexpr size_t kColumns = 100;

/// Prints a label, and a text that continues below itself where it is too long.
static void line(llvm::raw_ostream &os, llvm::StringRef label, llvm::StringRef text) {
  static constexpr size_t kIndent = 16;
  std::string row = fmt::format("  {:<13}", label.str());
  for (llvm::StringRef word : llvm::split(text, ' ')) {
    if (row.size() + 1 + word.size() > kColumns && row.size() > kIndent) {
      os << row << "\n";
      row.assign(kIndent - 1, ' ');
    }
    row += " " + word.str();
  }
  os << row << "\n";
}

namespace {
/// Columns that are as wide as what is in them.
class Table {
public:
  /// Marks columns of numbers, which end at one place.
  explicit Table(std::vector<bool> isNumber) : isNumber(std::move(isNumber)) {}

  void add(std::vector<std::string> row) { rows.push_back(std::move(row)); }

  /// What is left of a row that is too wide is cut off.
  void print(llvm::raw_ostream &os) const {
    std::vector<size_t> widths(isNumber.size(), 0);
    for (const auto &row : rows)
      for (size_t i = 0; i < row.size(); ++i)
        widths[i] = std::max(widths[i], row[i].size());
    for (const auto &row : rows) {
      std::string text;
      for (size_t i = 0; i < row.size(); ++i)
        text += isNumber[i] ? fmt::format("  {:>{}}", row[i], widths[i])
                            : fmt::format("  {:<{}}", row[i], widths[i]);
      text = llvm::StringRef(text).rtrim().str();
      if (text.size() > kColumns)
        text = text.substr(0, kColumns - 3) + "...";
      os << text << "\n";
    }
  }

private:
  std::vector<bool> isNumber;
  std::vector<std::vector<std::string>> rows;
};
} // namespace

/// Returns the share that a change saved; "-" if one of the totals is not known.
static std::string saved(const std::optional<cost::Total> &before,
                         const std::optional<cost::Total> &after) {
  return before && after ? share(before->total - after->total, before->total) : "-";
}

/// Returns the total before all changes, if it is known.
static std::optional<cost::Total> totalBefore(const ProtocolCosts &protocol) {
  return protocol.before ? std::optional(protocol.before->total) : std::nullopt;
}

static void printTotals(llvm::raw_ostream &os, const ProtocolCosts &protocol,
                        const cost::Network &network) {
  std::optional<cost::Total> before = totalBefore(protocol);
  Table table({false, true, true});
  auto row = [&](llvm::StringRef label,
                 llvm::function_ref<std::string(const cost::Total &)> text) {
    if (!protocol.isChanged)
      return table.add({label.str(), text(protocol.costs.total)});
    table.add(
        {label.str(), before ? text(*before) : "unknown", text(protocol.costs.total)});
  };
  if (protocol.isChanged)
    table.add({"", "before", "after"});
  row("online", [](const cost::Total &t) { return rounded(t.total); });
  row("", [](const cost::Total &t) { return amount(t.total); });
  row("  client to server", [](const cost::Total &t) { return amount(t.toServer); });
  row("  server to client", [](const cost::Total &t) { return amount(t.toClient); });
  row("offline", [](const cost::Total &t) { return amount(t.offline); });
  if (protocol.costs.total.setup != cost::kUnknown)
    row("set-up, once", [](const cost::Total &t) { return amount(t.setup); });
  row("hops", [](const cost::Total &t) { return count(t.hops); });
  row("rounds", [](const cost::Total &t) { return count(t.rounds); });
  row("network time", [&](const cost::Total &t) { return secondsText(t, network); });
  if (before && before->total > 0)
    table.add({"saved", "", saved(before, protocol.costs.total)});
  table.print(os);
}

/// Prints the costs after each change, if there is more than one.
static void printSteps(llvm::raw_ostream &os, const ProtocolCosts &protocol) {
  if (protocol.steps.size() < 2)
    return;
  Table table({false, true, true});
  table.add({"after", "bytes", "saved"});
  std::optional<cost::Total> last = totalBefore(protocol);
  for (const CostStep &step : protocol.steps) {
    table.add({step.option + " " + step.text,
               step.total ? grouped(step.total->total) : "unknown",
               saved(last, step.total)});
    last = step.total;
  }
  os << "\n";
  table.print(os);
}

static void printKinds(llvm::raw_ostream &os, const ProtocolCosts &protocol) {
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
  Table table({false, true, true, true, true});
  table.add({"what", "primitives", "bytes", "share", protocol.before ? "before" : ""});
  for (const cost::KindCosts &kind : kinds) {
    if (kind.total.total == 0 && bytesBefore(kind.kind) == 0)
      continue;
    table.add({kind.kind, std::to_string(kind.count), grouped(kind.total.total),
               share(kind.total.total, protocol.costs.total.total),
               protocol.before ? grouped(bytesBefore(kind.kind)) : ""});
  }
  os << "\n";
  table.print(os);
}

static std::string shapeText(llvm::ArrayRef<int64_t> shape) {
  return llvm::join(llvm::map_range(shape, [](int64_t dim) { return std::to_string(dim); }),
                    "x");
}

namespace {
/// Operations that differ only in their place.
struct EqualOperations {
  const cost::CostedOperation *first;
  int64_t count = 0;

  int64_t total() const { return first->charge.total * count; }
};
} // namespace

static std::vector<EqualOperations> groupEqual(const cost::ProgramCosts &costs) {
  std::vector<EqualOperations> groups;
  std::map<std::tuple<std::string, std::string, int64_t, std::vector<int64_t>>, size_t>
      known;
  for (const cost::CostedOperation &operation : costs.operations) {
    if (operation.charge.total <= 0)
      continue;
    auto [entry, isNew] = known.try_emplace(
        {operation.name, operation.kind, operation.charge.total, operation.shape},
        groups.size());
    if (isNew)
      groups.push_back({&operation});
    ++groups[entry->second].count;
  }
  // Of groups that cost the same the first in the program comes first.
  llvm::sort(groups, [](const EqualOperations &a, const EqualOperations &b) {
    return std::make_pair(-a.total(), a.first) < std::make_pair(-b.total(), b.first);
  });
  return groups;
}

static void printOperations(llvm::raw_ostream &os, const cost::ProgramCosts &costs,
                            const CostReport::Advice &advice) {
  static constexpr size_t kShown = 10;
  std::vector<EqualOperations> groups = groupEqual(costs);
  int64_t count = 0;
  for (const EqualOperations &group : groups)
    count += group.count;
  size_t shown = std::min(kShown, groups.size());
  os << fmt::format("\n  the {} most expensive of {} operations that send, equal ones "
                    "together; {}\n",
                    shown, count, advice.allOperations);
  Table table({true, false, true, true, false, false, false});
  for (const EqualOperations &group : llvm::ArrayRef(groups).take_front(shown)) {
    const cost::CostedOperation &first = *group.first;
    std::string place = first.node.empty() ? first.site : first.node;
    if (group.count > 1 && !place.empty())
      place += ", ...";
    table.add({fmt::format("{} x", group.count), first.name,
               rounded(first.charge.total) + (group.count == 1 ? "" : " each"),
               grouped(group.total()), first.kind, shapeText(first.shape), place});
  }
  table.print(os);
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
       fmt::format("{} bits, {} of them for the fraction", ringBits, fractionBits));
}

/// Describes what the parties keep from one inference to the next.
static std::string describe(llvm::ArrayRef<mpc::StateTensor> state) {
  std::string text;
  for (bool isInput : {true, false}) {
    int64_t count = 0, bytes = 0;
    std::string first;
    for (const mpc::StateTensor &tensor : state) {
      if (tensor.isInput != isInput)
        continue;
      if (count++ == 0)
        first = tensor.name;
      bytes += tensor.bytes;
    }
    if (count > 0)
      text += fmt::format("{}{} {}{}, {} B ({}{})", text.empty() ? "" : "; ", count,
                          isInput ? "input" : "output", count == 1 ? "" : "s",
                          grouped(bytes), first, count == 1 ? "" : ", ...");
  }
  return text + ": shares that each party keeps, neither sent nor revealed";
}

/// Returns "2 x mpc.tanh, 1 x mpc.matmul": what the figures leave out.
static std::string skippedText(const cost::ProgramCosts &costs) {
  std::map<std::string, int64_t> counts;
  for (const cost::CostedOperation &operation : costs.operations)
    if (operation.charge.basis == cost::kSkipped)
      ++counts[operation.name];
  std::string text;
  for (const auto &[name, count] : counts)
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", count, name);
  return text;
}

/// Returns the expected number of failed truncations in an inference whose numbers all have
/// the magnitude 1; nothing if the suite does not say how they are computed.
static std::optional<double> failedPerUnit(const ProtocolCosts &protocol) {
  switch (protocol.suite.truncation) {
  case cost::Truncation::Local:
    return protocol.costs.truncations.perUnit();
  case cost::Truncation::Dealt:
    return 0;
  case cost::Truncation::Unknown:
    return std::nullopt;
  }
  return std::nullopt;
}

/// Returns the node that contributes most to failed truncations; null if there is none.
static const mpc::TruncationSites::Site *mostFailing(const cost::ProgramCosts &costs) {
  const auto &sites = costs.truncations.sites;
  auto most = llvm::max_element(
      sites, [](const auto &a, const auto &b) { return a.perUnit < b.perUnit; });
  return most == sites.end() ? nullptr : &*most;
}

/// Describes how often truncations fail. Without data it is known in proportion to the
/// numbers that are truncated.
static std::string truncationsText(const ProtocolCosts &protocol,
                                   llvm::StringRef howToMeasure) {
  const mpc::TruncationSites &truncations = protocol.costs.truncations;
  std::string count = grouped(truncations.truncations());
  if (protocol.suite.truncation == cost::Truncation::Dealt)
    return count + ", dealt: none fails while numbers stay in the ring";
  const mpc::TruncationSites::Site *most = mostFailing(protocol.costs);
  if (!most)
    return "none";
  return fmt::format("{} of shares: {:.2g} fail in an inference if all secrets have the "
                     "magnitude 1, {:.2g} of them in {}; {}",
                     count, truncations.perUnit(), most->perUnit, most->name(),
                     howToMeasure.str());
}

static void printProtocol(llvm::raw_ostream &os, const ProtocolCosts &protocol,
                          const CostReport &report) {
  const cost::Network &network = report.network;
  const cost::SuiteInfo &suite = protocol.suite;
  std::string skipped = skippedText(protocol.costs);
  os << fmt::format("\n{}: {} online{}\n", suite.name, rounded(protocol.costs.total.total),
                    skipped.empty() ? "" : ", not counting what is left out");
  line(os, "dominated by", dominant(protocol.costs));
  if (protocol.before)
    line(os, "and before",
         fmt::format("{} by {}", rounded(protocol.before->total.total),
                     dominant(*protocol.before)));
  else if (protocol.isChanged)
    line(os, "and before", "unknown: " + protocol.whyUnknown);
  if (!skipped.empty())
    line(os, "left out", skipped + ": these figures do not count them");
  line(os, "protocol", suite.title);
  printFigures(os, suite, protocol.ringBits, protocol.fractionBits);
  if (!protocol.functions.empty())
    line(os, "functions",
         protocol.functions == "bounded"
             ? std::string("bounded: hold for larger ranges than the published ones")
             : "as published; " + report.advice.boundedFunctions);
  if (suite.truncation != cost::Truncation::Unknown)
    line(os, "truncations", truncationsText(protocol, report.advice.failures));
  line(os, "network", describe(network));
  line(os, "disclosed", describe(protocol.costs.disclosed));
  if (!protocol.costs.state.empty())
    line(os, "state", describe(protocol.costs.state));
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
  llvm::json::Object object =
      totalsJson({charge.total, charge.toServer, charge.toClient, charge.offline,
                  charge.hops, charge.setup, charge.rounds},
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
      {"figures", suite.kind == cost::SuiteKind::Published ? "published" : "formula"},
      {"ring_bits", suite.ringBits},
      {"fraction_bits", suite.fractionBits}};
}

/// Describes the truncations; null if the suite does not say how they are computed.
static llvm::json::Value truncationsJson(const ProtocolCosts &protocol) {
  if (protocol.suite.truncation == cost::Truncation::Unknown)
    return nullptr;
  bool isLocal = protocol.suite.truncation == cost::Truncation::Local;
  llvm::json::Object object{{"count", protocol.costs.truncations.truncations()},
                            {"of", isLocal ? "shares" : "masked secrets"},
                            {"magnitude", isLocal ? llvm::json::Value(1) : nullptr},
                            {"most", nullptr}};
  const mpc::TruncationSites::Site *most = mostFailing(protocol.costs);
  if (isLocal && most)
    object["most"] =
        llvm::json::Object{{"node", jsonText(most->name())}, {"expected", most->perUnit}};
  return object;
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
  auto failed = failedPerUnit(protocol);
  object["total"].getAsObject()->try_emplace("expected_failed_truncations",
                                             failed ? jsonNumber(*failed)
                                                    : llvm::json::Value(nullptr));
  object["truncations"] = truncationsJson(protocol);
  object["kinds"] = kindsJson(protocol.costs);
  object["disclosed"] = disclosedJson(protocol.costs.disclosed);
  object["before"] = nullptr;
  if (protocol.before)
    object["before"] =
        llvm::json::Object{{"total", totalsJson(protocol.before->total, network)},
                           {"kinds", kindsJson(*protocol.before)}};
  object["before_unknown"] = protocol.isChanged && !protocol.before
                                 ? jsonText(protocol.whyUnknown)
                                 : llvm::json::Value(nullptr);
  object["state"] = stateJson(protocol.costs.state);
  llvm::json::Array notes, ops, steps;
  for (const CostStep &step : protocol.steps) {
    llvm::json::Value total = nullptr;
    if (step.total)
      total = totalsJson(*step.total, network);
    steps.push_back(llvm::json::Object{{"option", jsonText(step.option + " " + step.text)},
                                       {"text", jsonText(step.text)},
                                       {"total", std::move(total)}});
  }
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
