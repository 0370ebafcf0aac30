//===- Planned.cpp - Options that are not built yet -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Planned.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringRef.h"

using namespace llvm;
using namespace tacit;

/// Options of the contract that no pass serves yet, and what they are for.
static const std::pair<StringLiteral, StringLiteral> kPlanned[] = {
    {"repair", "refitting linear layers"},
    {"calibrate", "calibration"},
    {"profile", "time per operation"},
    {"report", "reports in HTML"},
};

llvm::Error tool::refusePlanned(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    StringRef argument(argv[i]);
    if (!argument.starts_with("-"))
      continue;
    StringRef name = argument.ltrim('-').split('=').first;
    for (auto [planned, what] : kPlanned)
      if (name == planned)
        return fail(ExitCode::Usage, "leave it out",
                    "--{} ({}) is not available in this version", planned.str(),
                    what.str());
  }
  return llvm::Error::success();
}
