//===- Disclosed.h - What is disclosed to the client, in a line -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_DISCLOSED_H
#define TACIT_REPORT_DISCLOSED_H

#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "tacit/Runtime/TwoParty/Schedule.h"

namespace tacit::report {

using DisclosedList = std::vector<mpc::Disclosure>;

/// What a program on shares discloses to the client.
inline DisclosedList disclosedBy(mlir::ModuleOp program) {
  return mpc::disclosuresOf(program);
}

/// Returns "65,552 B: mask h.0.attn.bias 65,536 B; attribute attention 4 B, gelu 12 B", or
/// "nothing".
std::string describe(llvm::ArrayRef<mpc::Disclosure> disclosed);

/// Returns what a package says in text about its disclosures.
DisclosedList disclosedBy(const twoparty::Schedule &schedule);

/// Formats a number with separators: 25318123456 becomes "25,318,123,456".
std::string grouped(int64_t number);

} // namespace tacit::report

#endif // TACIT_REPORT_DISCLOSED_H
