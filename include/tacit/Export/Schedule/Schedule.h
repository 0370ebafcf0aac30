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
#include "tacit/Dialect/MPC/Analysis/State.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace tacit {

/// The facts that the program does not state about itself.
struct ScheduleHeader {
  std::string model;
  cost::SuiteInfo suite;
  int64_t ringBits, fractionBits;
};

/// Returns the schedule of @main, in the format of docs/Schedule.md. Fails if the program
/// has no costs, or is not a straight line.
llvm::Expected<llvm::json::Value> exportSchedule(mlir::ModuleOp module,
                                                 const ScheduleHeader &header);

/// Returns true for the contents of a file that holds a schedule.
bool isScheduleFile(llvm::StringRef contents);

/// Returns the bytes and hops of `total`: the keys that schedules and reports share.
llvm::json::Object totalJson(const cost::Total &total);

/// Returns what is disclosed to the client: a list of {name, bytes, reason}.
llvm::json::Array stateJson(llvm::ArrayRef<mpc::StateTensor> state);
llvm::json::Array disclosedJson(llvm::ArrayRef<mpc::Disclosure> disclosed);

/// Returns the name of a site, or null if there is none.
llvm::json::Value siteJson(llvm::StringRef name);

/// Writes where a figure comes from, in a word (`basis`), and further explanation
/// (`detail`).
void addBasis(llvm::json::Object &object, llvm::StringRef basis);

} // namespace tacit

#endif // TACIT_EXPORT_SCHEDULE_SCHEDULE_H
