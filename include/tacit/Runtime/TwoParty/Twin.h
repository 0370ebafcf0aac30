//===- Twin.h - Two parties and a dealer in one process ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_TWIN_H
#define TACIT_RUNTIME_TWOPARTY_TWIN_H

#include "tacit/Runtime/TwoParty/PartySession.h"

namespace tacit::twoparty {

/// The code of a two-party run. Calls of an Executable must not overlap, so each party has
/// the program of the parties once.
struct TwinPrograms {
  Executable &dealer, &client, &server;
};

/// Computes what two processes compute, to the bit, with the same code: a dealer, and two
/// threads that exchange messages.
class Twin {
public:
  /// `constants` are the arguments of the server. Lives no longer than its arguments.
  Twin(const Schedule &schedule, TwinPrograms programs,
       llvm::ArrayRef<HostTensor> constants, DealingSeeds seeds);
  ~Twin();

  struct Results {
    PartyResults client, server;
  };
  struct Inputs {
    llvm::ArrayRef<HostTensor> arguments; ///< of the client
    const StateShares *clientState = nullptr, *serverState = nullptr;
    int threads = 1; ///< of each party
    /// Called by the client's thread.
    std::function<void(const Exchanged &)> observer = nullptr;
  };
  /// The n-th call computes what the n-th inference of the dealing computes.
  llvm::Expected<Results> run(const Inputs &inputs);

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_TWIN_H
