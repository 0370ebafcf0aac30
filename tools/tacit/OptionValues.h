//===- OptionValues.h - Values of options: numbers, phases, pairs *- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_OPTIONVALUES_H
#define TACIT_TOOLS_TACIT_OPTIONVALUES_H

#include "tacit/Pipelines/Pipelines.h"
#include "llvm/Support/CommandLine.h"
#include <limits>
#include <optional>

namespace tacit::tool {

/// The largest number of an option that has no limit of its own.
inline constexpr int64_t kAny = std::numeric_limits<int64_t>::max();

/// Parses a number that has a default.
llvm::Error readNumber(const llvm::cl::opt<std::string> &option, int64_t low, int64_t high,
                       int64_t &value);
/// Parses a number that is optional.
llvm::Error readNumber(const llvm::cl::opt<std::string> &option, int64_t low, int64_t high,
                       std::optional<int64_t> &value);

/// The phase that an option names, if it names one.
llvm::Expected<std::optional<PhaseKind>>
parsePhase(const llvm::cl::opt<std::string> &option, Flow flow);

/// Returns true if an option names a phase that only two-party programs have. A program as
/// text may be of either kind, and this distinguishes them.
bool isTwoPartyPhase(llvm::StringRef name);

/// Adds a name that an option has; each must be given once, and none can be empty.
llvm::Error addName(const llvm::cl::Option &option, llvm::StringRef name,
                    std::vector<std::string> &names);
/// Reads NAME,NAME,..., if the option is given.
llvm::Error readNames(const llvm::cl::opt<std::string> &option,
                      std::vector<std::string> &names);

/// Reads NAME=FILE, each name once.
llvm::Error readPairs(llvm::StringRef option, const llvm::cl::list<std::string> &texts,
                      std::vector<std::pair<std::string, std::string>> &pairs);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_OPTIONVALUES_H
