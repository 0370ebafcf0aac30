//===- Suite.cpp - Protocol suites ----------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/Suite.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "tacit/Cost/ProgramCosts.h"
#include "tacit/Dialect/NN/Analysis/Sites.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/InputFiles.h"
#include "tacit/Support/NodeName.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <map>

using namespace mlir;
using namespace tacit::mpc;

namespace tacit::cost {

Suite::~Suite() = default;

//===----------------------------------------------------------------------===//
// The operations of a program
//===----------------------------------------------------------------------===//

/// Names an operation: its site, if it has a name, and the node of the file; or else its
/// place in the text of the program.
static std::string locationOf(Operation *op) {
  std::string site = nn::getSiteName(op->getLoc()).str(), node = nodeOf(op->getLoc());
  if (!node.empty())
    node = "node '" + node + "'";
  if (!site.empty())
    return node.empty() ? site : site + ", " + node;
  if (!node.empty())
    return node;
  std::string text;
  llvm::raw_string_ostream os(text);
  op->getLoc().print(os);
  return text;
}

/// Returns a name such as "mpc.softmax" or "mpc.gelu erf".
static std::string nameOf(Operation *op) {
  std::string name = op->getName().getStringRef().str();
  if (auto gelu = dyn_cast<GeluOp>(op))
    name += " " + stringifyGeluKind(gelu.getKind()).str();
  return name;
}

static bool isShare(Type type) { return isa<ShareType>(type); }

/// An operation that runs an unknown number of times sends an unknown number of bytes.
static bool runsOnce(Operation *op, func::FuncOp func) {
  return op->getParentOp() == func && op->getBlock()->isEntryBlock() &&
         !isa<CallOpInterface>(op);
}

/// Collects the operations that are not local, in program order.
static llvm::Expected<SmallVector<Operation *>> workloadOf(func::FuncOp func,
                                                           const SuiteInfo &info) {
  SmallVector<Operation *> all, ops;
  func.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<WorkloadOpInterface>(op) || llvm::any_of(op->getOperandTypes(), isShare) ||
        llvm::any_of(op->getResultTypes(), isShare))
      all.push_back(op);
  });
  for (Operation *op : all) {
    if (!runsOnce(op, func))
      return fail(ErrorKind::Unsupported,
                  "inline calls and unroll loops, so that each operation runs once",
                  "'{}' at {} is a call, or in a loop or branch; expected operations on "
                  "shares in the body of the function alone",
                  nameOf(op), locationOf(op));
    auto worker = dyn_cast<WorkloadOpInterface>(op);
    if (!worker)
      continue;
    Workload workload = worker.getWorkload();
    if (workload.width != info.ringBits)
      return fail(ErrorKind::InvalidArgument,
                  fmt::format("use a width of {}", info.ringBits),
                  "the figures of '{}' are for a ring of {} bits; '{}' at {} has {}",
                  info.name, info.ringBits, nameOf(op), locationOf(op), workload.width);
    if (workload.kind != WorkloadKind::Local)
      ops.push_back(op);
  }
  return ops;
}

//===----------------------------------------------------------------------===//
// Charges
//===----------------------------------------------------------------------===//

/// Returns the advice for an operation without a figure.
static std::string adviceFor(const Suite &suite) {
  if (suite.info().kind == SuiteKind::Messages)
    return "tacit cost adds up the messages of a whole program";
  if (suite.wantsExpanded())
    return "expand whole functions first, with mpc-expand";
  return "replace these operations in the model, or use a protocol that has formulas: "
         "crypten";
}

/// Collects all operations without a charge, each name once.
static llvm::Error checkComplete(const Suite &suite, ArrayRef<Operation *> ops,
                                 const Bill &bill) {
  struct Missing {
    int64_t count = 0;
    Operation *first = nullptr;
  };
  llvm::MapVector<std::string, Missing, std::map<std::string, unsigned>> missing;
  for (Operation *op : ops) {
    if (bill.charges.contains(op))
      continue;
    Missing &entry = missing[nameOf(op)];
    ++entry.count;
    entry.first = entry.first ? entry.first : op;
  }
  if (missing.empty())
    return llvm::Error::success();
  SmallVector<std::string> parts;
  for (auto &[name, entry] : missing)
    parts.push_back(fmt::format("{} ({}, the first at {})", name, entry.count,
                                locationOf(entry.first)));
  return fail(ErrorKind::Unsupported, adviceFor(suite), "'{}' has no figures for {}",
              suite.info().name, llvm::join(parts, ", "));
}

llvm::Error Suite::priceAll(ArrayRef<Operation *> ops, Bill &bill) const {
  for (Operation *op : ops) {
    auto charge = price(cast<WorkloadOpInterface>(op).getWorkload());
    if (!charge)
      return charge.takeError();
    if (*charge)
      bill.charges[op] = **charge;
  }
  return llvm::Error::success();
}

/// Matches the products and functions after the last block that are neither norms nor the
/// output layer.
static bool isPooler(Operation *op) {
  auto site = op->getAttrOfType<SiteAttr>(kSiteAttr);
  if (!site || site.getBlock() >= 0 || site.getRole() != Role::Other)
    return false;
  if (!site.getOf().empty())
    return site.getOf() != "layer_norm" && site.getOf() != "rms_norm";
  return !isa<LayerNormOp, RMSNormOp, MulOp, SquareOp>(op);
}

bool isSkipped(Operation *op, StringRef entry) {
  return (entry == "pooler" && isPooler(op)) || kindOf(op) == entry ||
         op->getName().stripDialect() == entry ||
         (entry.contains('.') && nn::matchesPattern(entry, nn::getSiteName(op)));
}

llvm::Expected<Bill> Suite::charge(func::FuncOp func, ArrayRef<std::string> skip) const {
  auto ops = workloadOf(func, data);
  if (!ops)
    return ops.takeError();
  Bill bill;
  llvm::erase_if(*ops, [&](Operation *op) {
    if (llvm::none_of(skip, [&](StringRef entry) { return isSkipped(op, entry); }))
      return false;
    bill.charges[op] = {0, 0, 0, 0, 0, kSkipped.str(), kUnknown, 0};
    return true;
  });
  if (llvm::Error error = priceAll(*ops, bill))
    return std::move(error);
  if (llvm::Error error = checkComplete(*this, *ops, bill))
    return std::move(error);
  return bill;
}

llvm::Expected<Charge> Suite::charge(const Workload &workload) const {
  if (workload.width != data.ringBits)
    return fail(ErrorKind::InvalidArgument, fmt::format("use a width of {}", data.ringBits),
                "the figures of '{}' are for a ring of {} bits, not {}", data.name,
                data.ringBits, workload.width);
  if (workload.kind == WorkloadKind::Local)
    return Charge{0, 0, 0, 0, 0, "local", kUnknown, 0};
  auto charge = price(workload);
  if (!charge)
    return charge.takeError();
  if (*charge)
    return **charge;
  return fail(ErrorKind::Unsupported, adviceFor(*this),
              "'{}' has no figure for a {} on its own", data.name,
              stringifyWorkloadKind(workload.kind).str());
}

//===----------------------------------------------------------------------===//
// Suites by name
//===----------------------------------------------------------------------===//

/// The data files of lib/Cost/Suites.
static constexpr const char *kEmbedded[] = {
#include "EmbeddedSuites.inc"
};

ArrayRef<SuitePtr> suites() {
  static const std::vector<SuitePtr> all = [] {
    std::vector<SuitePtr> list = {createTacitSuite(), createCrypTenSuite()};
    // The files belong to this source tree, and a unit test reads them all.
    for (const char *text : kEmbedded)
      list.push_back(llvm::cantFail(parsePublishedSuite(text, "a suite of Tacit's own")));
    return list;
  }();
  return all;
}

llvm::Expected<SuitePtr> findSuite(StringRef nameOrPath) {
  for (const SuitePtr &suite : suites())
    if (suite->info().name == nameOrPath)
      return suite;
  auto names = llvm::map_range(suites(), [](auto &suite) { return suite->info().name; });
  if (!nameOrPath.ends_with(".json"))
    return fail(ErrorKind::InvalidArgument, {"choose one of these", Setting::Protocol},
                "unknown protocol '{}'; expected {} or the path of a .json file",
                nameOrPath.str(), llvm::join(names, ", "));
  auto file = readInput(nameOrPath, /*isText=*/true);
  if (!file)
    return fail(ErrorKind::BadInput, "docs/Costs.md shows an example",
                "cannot read the protocol '{}': {}", nameOrPath.str(),
                file.getError().message());
  auto suite = parsePublishedSuite((*file)->getBuffer(), nameOrPath);
  auto isTaken = [&](const SuitePtr &known) {
    return known->info().name == (*suite)->info().name;
  };
  if (suite && nameOrPath != (*suite)->info().name && llvm::any_of(suites(), isTaken))
    return fail(ErrorKind::BadInput, "give it another name",
                "'{}' has the name '{}', which is that of a built-in protocol",
                nameOrPath.str(), (*suite)->info().name);
  return suite;
}

} // namespace tacit::cost
