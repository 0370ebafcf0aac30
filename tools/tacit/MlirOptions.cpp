//===- MlirOptions.cpp - MLIR's own options -------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MlirOptions.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using namespace tacit;

/// Registers the options of MLIR that print and time passes. They belong to the top level,
/// as in all tools of LLVM, and must be visible in every subcommand here.
void tool::registerMlirOptions() {
  auto &options = cl::getRegisteredOptions();
  auto others = options;
  mlir::registerAsmPrinterCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  mlir::registerPassManagerCLOptions();
  SmallVector<cl::Option *> ours;
  for (auto [name, option] : options)
    if (!others.contains(name))
      ours.push_back(option);
  for (cl::Option *option : ours) {
    option->removeArgument();
    option->addSubCommand(cl::SubCommand::getAll());
    option->addArgument();
  }
}

static cl::Option &mlirOption(StringRef name) {
  return *cl::getRegisteredOptions(cl::SubCommand::getAll()).lookup(name);
}

bool tool::isGiven(StringRef name) { return mlirOption(name).getNumOccurrences() > 0; }

/// Programs that are printed between passes omit the bytes of large weights, unless the
/// user sets the limit: otherwise a reproducer would be as large as the model, in
/// hexadecimal.
void tool::elideWeights() {
  static constexpr StringLiteral kName = "mlir-elide-resource-strings-if-larger";
  if (!isGiven(kName))
    mlirOption(kName).addOccurrence(0, kName, "16384");
}
