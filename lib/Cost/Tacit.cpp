//===- Tacit.cpp - Secrets masked by a dealer -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The suite has no formulas: mpc-annotate-messages writes the programs that the parties
// run, and adds up their messages.
//
//===----------------------------------------------------------------------===//

#include "tacit/Cost/Suite.h"

namespace tacit::cost {

namespace {
class TacitSuite : public Suite {
public:
  TacitSuite();
  llvm::Expected<std::optional<Charge>> price(const mpc::Workload &) const override {
    return std::nullopt;
  }
};
} // namespace

TacitSuite::TacitSuite()
    : Suite({/*name=*/"tacit",
             /*title=*/"Tacit: masked secrets, of which a dealer deals the products",
             /*source=*/
             "docs/Rationale/TwoParties.md; each message has its size and its hop in the "
             "program that the parties run",
             /*threatModel=*/
             "two parties, semi-honest; a dealer that takes part before the input is known "
             "and colludes with neither",
             /*measures=*/
             "online: all bytes of both parties; offline: from the dealer to both, without "
             "their seeds; set-up: masked weights, once for a session",
             SuiteKind::Messages, Expansion::Tacit, Truncation::Dealt, /*ringBits=*/64,
             /*fractionBits=*/16}) {}

SuitePtr createTacitSuite() { return std::make_shared<TacitSuite>(); }

} // namespace tacit::cost
