//===- StateFile.h - Shares that outlive a run ------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_STATEFILE_H
#define TACIT_RUNTIME_TWOPARTY_STATEFILE_H

#include "tacit/Runtime/TwoParty/Seed.h"
#include "tacit/Support/HostTensor.h"

namespace tacit::twoparty {

/// A party's shares of what a run leaves for a later one.
struct StateShares {
  /// Follows from package, dealing and inference. The shares of both parties have the same
  /// number, or do not belong together.
  std::array<uint8_t, 16> number = {};
  std::vector<std::string> names;
  std::vector<HostTensor> shares;
};

/// Returns the number of the state that an inference leaves.
std::array<uint8_t, 16> stateNumber(const Schedule &schedule, const DealingNumber &dealing,
                                    int64_t inference);

/// Writes the file, which only its owner may read.
llvm::Error writeState(llvm::StringRef path, Party party, const Schedule &schedule,
                       const StateShares &state);

/// Reads the state that the arguments of a schedule are; it may come from another package.
/// An argument takes the array with the name of its other end or, if the file has none of
/// these names, the one in its place. Fails with BadInput if it is of the other party,
/// damaged, or does not fit.
llvm::Expected<StateShares> readState(llvm::StringRef path, Party party,
                                      const Schedule &schedule);

/// True if the contents of a file show that it is a state.
bool isStateFile(llvm::StringRef contents);

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_STATEFILE_H
