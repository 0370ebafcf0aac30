//===- Passes.cpp - tacit passes ------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Pass/PassRegistry.h"
#include "tacit/Driver/Driver.h"
#include "tacit/InitAll/InitAll.h"
#include "tacit/Pipelines/Pipelines.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace tacit;

/// Returns the option that requests the changes of a phase.
static llvm::StringRef askedBy(PhaseKind kind) {
  switch (kind) {
  case PhaseKind::Surgery:
    return " (--aero, --approximate)";
  case PhaseKind::Quantize:
    return " (--quantize)";
  case PhaseKind::Multiplier:
    return " (--multiplier)";
  default:
    return "";
  }
}

llvm::Error driver::listPasses() {
  registerOwnPasses();
  llvm::outs() << "Phases, in order (--from, --to, --dump-phases):\n";
  auto list = [](llvm::ArrayRef<Phase> phases) {
    for (const Phase &phase : phases)
      llvm::outs() << "  " << llvm::left_justify(phase.name, 12) << phase.summary
                   << askedBy(phase.kind) << "\n";
    llvm::outs() << "\n";
  };
  list(phases(Flow::Cpu));
  llvm::outs() << "Phases for two parties, after multiplier:\n";
  list(phases(Flow::TwoParty).drop_front(*findPhase(PhaseKind::Multiplier) + 1));
  mlir::printRegisteredPasses();
  return llvm::Error::success();
}
