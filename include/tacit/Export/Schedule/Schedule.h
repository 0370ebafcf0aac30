//===- Schedule.h - Two-party programs as JSON ------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_EXPORT_SCHEDULE_SCHEDULE_H
#define TACIT_EXPORT_SCHEDULE_SCHEDULE_H

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Cost/Network.h"
#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace tacit {

/// What the program does not say about itself.
struct ScheduleHeader {
  std::string model;
  cost::SuiteInfo suite;
  int64_t ringBits, fractionBits;
};

/// The schedule of @main, as docs/Schedule.md describes it. Fails where the program
/// has no costs, or is no straight line.
llvm::Expected<llvm::json::Value> exportSchedule(mlir::ModuleOp module,
                                                 const ScheduleHeader &header);

/// The bytes and hops of `total`: the keys that schedules and reports share.
llvm::json::Object totalJson(const cost::Total &total);

/// What the client is told: a list of {name, bytes, reason}.
llvm::json::Array disclosedJson(llvm::ArrayRef<mpc::Disclosure> disclosed);

/// The name of a site, or null where there is none.
llvm::json::Value siteJson(llvm::StringRef name);

/// Where a figure comes from, in a word (`basis`), and what there is to add (`detail`).
void addBasis(llvm::json::Object &object, llvm::StringRef basis);

} // namespace tacit

#endif // TACIT_EXPORT_SCHEDULE_SCHEDULE_H
