//===- Remarks.cpp - Collects the remarks of passes -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Remarks.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "tacit/Pipelines/Pipelines.h"
#include "tacit/Report/Place.h"
#include "tacit/Support/NodeName.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Remarks/Remark.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::driver;

struct RemarkListener::State {
  bool prints = false;
  llvm::MapVector<Pass *, int64_t> sites;
  Pass *running = nullptr;
  std::vector<report::MissedSite> missed;
};

namespace {
struct Streamer : remark::detail::MLIRRemarkStreamerBase {
  explicit Streamer(std::shared_ptr<RemarkListener::State> state)
      : state(std::move(state)) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    bool isDone = remark.getRemarkType() == llvm::remarks::Type::Passed;
    if (isDone && state->running)
      ++state->sites[state->running];
    // A remark has the name of its phase as its category. The phase raise finds; what
    // comes after it changes.
    bool isRaise = remark.getCategoryName() == phaseName(PhaseKind::Raise);
    if (isRaise && !isDone)
      noteMissed(remark);
    if (!state->prints)
      return;
    llvm::errs() << (isRaise ? (isDone ? "found " : "missed ")
                             : (isDone ? "changed " : "kept "))
                 << remark.getRemarkName() << " at "
                 << StringRef(report::describePlace(remark.getLocation())).rtrim();
    for (const auto &arg : remark.getArgs())
      llvm::errs() << " " << arg.val;
    llvm::errs() << "\n";
  }

  void noteMissed(const remark::detail::Remark &remark) {
    std::string where = report::describePlace(remark.getLocation());
    report::MissedSite place{remark.getRemarkName().str(),
                             StringRef(where).rtrim(": ").str(),
                             nodeOf(remark.getLocation()), ""};
    std::replace(place.kind.begin(), place.kind.end(), '-', '_');
    for (const auto &arg : remark.getArgs())
      place.reason += (place.reason.empty() ? "" : " ") + StringRef(arg.val).trim().str();
    auto isSame = [&](const report::MissedSite &other) {
      return other.kind == place.kind && other.where == place.where &&
             other.reason == place.reason;
    };
    if (llvm::none_of(state->missed, isSame))
      state->missed.push_back(std::move(place));
  }

  std::shared_ptr<RemarkListener::State> state;
};

/// Keeps track of the running pass, so that each remark can be attributed to it.
struct Watcher : PassInstrumentation {
  explicit Watcher(std::shared_ptr<RemarkListener::State> state)
      : state(std::move(state)) {}

  // A pass that only runs other passes has no argument.
  void runBeforePass(Pass *pass, Operation *) override {
    if (pass->getArgument().empty())
      return;
    state->running = pass;
    state->sites.insert({pass, 0});
  }

  std::shared_ptr<RemarkListener::State> state;
};
} // namespace

RemarkListener::RemarkListener() : state(std::make_shared<State>()) {}

llvm::LogicalResult RemarkListener::attach(MLIRContext &context) {
  if (context.getRemarkEngine())
    return success();
  remark::RemarkCategories categories;
  // `all` alone enables no remarks: it is only added to those that are set.
  categories.passed = categories.missed = ".*";
  return remark::enableOptimizationRemarks(
      context, std::make_unique<Streamer>(state),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
}

void RemarkListener::watch(PassManager &manager, bool prints) {
  state->prints = prints;
  state->sites.clear();
  state->running = nullptr;
  manager.addInstrumentation(std::make_unique<Watcher>(state));
}

std::vector<int64_t> RemarkListener::sites() const {
  std::vector<int64_t> counts;
  for (const auto &[pass, count] : state->sites)
    counts.push_back(count);
  return counts;
}

const std::vector<report::MissedSite> &RemarkListener::missed() const {
  return state->missed;
}
