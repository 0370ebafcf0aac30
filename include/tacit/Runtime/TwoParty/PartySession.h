//===- PartySession.h - One inference of a party ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_PARTYSESSION_H
#define TACIT_RUNTIME_TWOPARTY_PARTYSESSION_H

#include "tacit/Runtime/Executable.h"
#include "tacit/Runtime/TwoParty/Channel.h"
#include "tacit/Runtime/TwoParty/PartyMaterial.h"
#include "tacit/Runtime/TwoParty/StateFile.h"
#include <functional>

namespace tacit::twoparty {

/// Words that were exchanged in a hop, as one party sees them.
struct Exchanged {
  size_t hop, message; ///< Schedule::hops[hop].messages[message]
  Direction direction;
  llvm::ArrayRef<int64_t> mine, theirs; ///< zeros where nothing was received
};

/// What a party runs, and on what.
struct PartyTask {
  const Schedule &schedule;
  Party party;
  Executable &program;
  /// The arguments of kind Input for the client; Constant and Weight for the server. In the
  /// order of the schedule, 64-bit integers.
  llvm::ArrayRef<HostTensor> arguments;
  /// The shares of the arguments of kind State; null if there are none.
  const StateShares *state = nullptr;
  int threads = 0; ///< one per core if not positive

  /// Called after each hop, with the number of those that are done.
  std::function<void(size_t)> progress = nullptr;
  /// Called for all words that are exchanged.
  std::function<void(const Exchanged &)> observer = nullptr;
  /// Gets material for so many inferences where the parties have none in common; null if
  /// there is no dealer. Both parties call it with the same numbers.
  std::function<llvm::Error(const DealingNumber &, int64_t)> askDealer = nullptr;
  /// For how many to ask it, unless the other party needs more.
  int64_t dealInferences = 1;
};

struct HopReport {
  int64_t sent = 0, received = 0;
  /// Of computing before the hop, and of waiting in it.
  double computeSeconds = 0, waitSeconds = 0;
};

struct SiteReport {
  Site site;
  int64_t sent = 0, received = 0;
  int64_t messages = 0;
};

/// What a party has counted. Bytes are those of this party.
struct RunReport {
  int64_t sent = 0, received = 0; ///< in hops: 8 bytes a word
  int64_t framing = 0;            ///< headers and the handshake, in both directions
  int64_t setup = 0;              ///< masked weights
  int64_t offline = 0;            ///< the corrections of this inference
  int64_t hops = 0;               ///< by the logical clocks of both parties
  std::vector<HopReport> byHop;
  std::vector<SiteReport> bySite; ///< in the order in which they first send
  /// From the handshake to the results, without asking a dealer.
  double totalSeconds = 0, computeSeconds = 0, waitSeconds = 0, sendSeconds = 0;
  DealingNumber dealing;
  int64_t inference = 0;
  /// Of the connection to the other party.
  std::optional<Protection> protection;
};

struct PartyResults {
  /// The results of kind Revealed, in order; none at the server.
  std::vector<HostTensor> revealed;
  StateShares state; ///< the results of kind State
  RunReport report;
};

/// Fails if a word that a party would put in stands for no number: one that is not finite
/// becomes an end of the ring, and a truncation needs two bits more than a number has.
llvm::Error checkWords(const Schedule &schedule, Party party,
                       llvm::ArrayRef<HostTensor> arguments);

/// Runs one inference with the other party: agrees on material, sends or receives the
/// masked weights if the client does not have them, marks the material as used, and runs
/// the program. A failure is told to the other party.
llvm::Expected<PartyResults> runParty(const PartyTask &task, MaterialStore &store,
                                      Channel &channel);

/// Runs one inference after the other, each with whoever connects next, until `inferences`
/// have succeeded; for ever if nullopt. `run` is one of them; a failure of kind Peer is
/// passed to `onFailure`, and any other ends the loop.
llvm::Error serveClients(Listener &listener, const Patience &patience,
                         std::optional<int64_t> inferences,
                         llvm::function_ref<llvm::Error(Channel &)> run,
                         llvm::function_ref<void(llvm::Error)> onFailure);

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_PARTYSESSION_H
