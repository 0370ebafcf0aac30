//===- PartyReport.cpp - Reports of a two-party run -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Report/PartyReport.h"
#include "tacit/Export/Schedule/Schedule.h"
#include "tacit/Report/Disclosed.h"
#include "tacit/Report/Json.h"
#include "llvm/ADT/STLExtras.h"
#include <fmt/format.h>

using namespace tacit;
using namespace tacit::report;

/// A run of twoparty, as opposed to one of a library.
using PartyRun = twoparty::RunReport;

PartyRun PartyReport::total() const {
  PartyRun total;
  for (const PartyRun &run : runs) {
    total.sent += run.sent;
    total.received += run.received;
    total.framing += run.framing;
    total.setup += run.setup;
    total.offline += run.offline;
    total.hops += run.hops;
    total.totalSeconds += run.totalSeconds;
    total.computeSeconds += run.computeSeconds;
    total.waitSeconds += run.waitSeconds;
    total.sendSeconds += run.sendSeconds;
  }
  return total;
}

PartyRun PartyReport::forecast() const {
  twoparty::Traffic one = schedule.forecast();
  bool isClient = party == twoparty::Party::Client;
  PartyRun total;
  for (const PartyRun &run : runs) {
    total.sent += isClient ? one.toServer : one.toClient;
    total.received += isClient ? one.toClient : one.toServer;
    total.setup += run.setup ? one.setup : 0;
    total.offline += isClient ? 0 : one.offline;
    total.hops += one.hops;
  }
  return total;
}

/// Returns "as forecast", or what was forecast.
static std::string compared(int64_t found, int64_t forecast) {
  return found == forecast ? "as forecast" : fmt::format("forecast {}", grouped(forecast));
}

static void printSites(const PartyReport &report, llvm::raw_ostream &os) {
  os << fmt::format("{:<44}{:>16}{:>16}{:>10}\n", "operation", "sent", "received",
                    "messages");
  for (const twoparty::SiteReport &site : report.runs.front().bySite) {
    const std::string &name = site.site.name.empty() ? site.site.node : site.site.name;
    os << fmt::format("  {:<42}{:>16}{:>16}{:>10}\n",
                      name.empty() ? site.site.op : name + ", " + site.site.op,
                      grouped(site.sent), grouped(site.received), site.messages);
  }
}

void report::printText(const PartyReport &report, llvm::raw_ostream &os) {
  printOutputs(report.outputs, os);
  PartyRun total = report.total(), forecast = report.forecast();
  if (report.runs.size() != 1)
    os << fmt::format("{} inferences\n", report.runs.size());
  if (report.runs.empty())
    return;
  if (report.isVerbose)
    printSites(report, os);
  os << fmt::format("sent {} B ({}), received {} B ({}), {} hops ({})\n",
                    grouped(total.sent), compared(total.sent, forecast.sent),
                    grouped(total.received), compared(total.received, forecast.received),
                    total.hops, compared(total.hops, forecast.hops));
  os << fmt::format(
      "besides: frames {} B, masked weights {} B ({}), from the dealer {} B\n",
      grouped(total.framing), grouped(total.setup), compared(total.setup, forecast.setup),
      grouped(total.offline));
  os << fmt::format("{:.3f} s: computing {:.3f}, waiting {:.3f}, sending {:.3f}\n",
                    total.totalSeconds, total.computeSeconds, total.waitSeconds,
                    total.sendSeconds);
  if (const auto &protection = report.runs.back().protection)
    os << fmt::format("protected by {}, {}, with '{}'\n", protection->version,
                      protection->cipher, protection->peer);
  os << fmt::format("the client is told {}\n", describe(disclosedBy(report.schedule)));
}

/// The amounts that a forecast has as well.
static llvm::json::Object amountsJson(const PartyRun &run) {
  return llvm::json::Object{{"sent_bytes", run.sent},
                            {"received_bytes", run.received},
                            {"setup_bytes", run.setup},
                            {"offline_bytes", run.offline},
                            {"hops", run.hops}};
}

static llvm::json::Object secondsJson(const PartyRun &run) {
  return llvm::json::Object{{"total", run.totalSeconds},
                            {"compute", run.computeSeconds},
                            {"wait", run.waitSeconds},
                            {"send", run.sendSeconds}};
}

static llvm::json::Array sitesJson(const PartyRun &run) {
  auto textOrNull = [](const std::string &text) {
    return text.empty() ? llvm::json::Value(nullptr) : jsonText(text);
  };
  llvm::json::Array ops;
  for (const twoparty::SiteReport &site : run.bySite)
    ops.push_back(llvm::json::Object{{"op", site.site.op},
                                     {"site", textOrNull(site.site.name)},
                                     {"node", textOrNull(site.site.node)},
                                     {"sent_bytes", site.sent},
                                     {"received_bytes", site.received},
                                     {"messages", site.messages}});
  return ops;
}

static llvm::json::Array hopsJson(const PartyRun &run) {
  llvm::json::Array hops;
  for (const twoparty::HopReport &hop : run.byHop)
    hops.push_back(llvm::json::Object{{"sent_bytes", hop.sent},
                                      {"received_bytes", hop.received},
                                      {"compute_seconds", hop.computeSeconds},
                                      {"wait_seconds", hop.waitSeconds}});
  return hops;
}

static llvm::json::Value protectionJson(const std::optional<twoparty::Protection> &tls) {
  if (!tls)
    return nullptr;
  return llvm::json::Object{
      {"version", tls->version}, {"cipher", tls->cipher}, {"peer", tls->peer}};
}

static llvm::json::Object runJson(const PartyRun &run) {
  llvm::json::Object object = amountsJson(run);
  object["framing_bytes"] = run.framing;
  object["seconds"] = secondsJson(run);
  object["dealing"] = run.dealing.text();
  object["inference"] = run.inference;
  object["tls"] = protectionJson(run.protection);
  object["ops"] = sitesJson(run);
  object["by_hop"] = hopsJson(run);
  return object;
}

llvm::json::Object report::toJson(const PartyReport &report) {
  PartyRun total = report.total();
  llvm::json::Object object = amountsJson(total);
  object["schema"] = 1;
  object["party"] = twoparty::nameOf(report.party);
  object["package"] = report.schedule.package;
  object["framing_bytes"] = total.framing;
  object["forecast"] = amountsJson(report.forecast());
  object["tls"] = report.runs.empty() ? llvm::json::Value(nullptr)
                                      : protectionJson(report.runs.back().protection);
  object["seconds"] = secondsJson(total);
  llvm::json::Array runs;
  for (const PartyRun &run : report.runs)
    runs.push_back(runJson(run));
  object["runs"] = std::move(runs);
  object["outputs"] = outputsJson(report.outputs);
  object["disclosed"] = disclosedJson(disclosedBy(report.schedule));
  return object;
}

void report::printText(const DealReport &report, llvm::raw_ostream &os) {
  os << fmt::format("dealing {} for {} inference{}: {} B each, in {:.2f} s\n",
                    report.dealing, report.inferences, report.inferences == 1 ? "" : "s",
                    grouped(report.bytes), report.seconds);
}

llvm::json::Object report::toJson(const DealReport &report) {
  return llvm::json::Object{{"schema", 1},
                            {"package", report.package},
                            {"dealing", report.dealing},
                            {"inferences", report.inferences},
                            {"offline_bytes", report.bytes},
                            {"seconds", report.seconds}};
}
