//===- DealerService.h - A dealer that parties connect to -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_DEALERSERVICE_H
#define TACIT_RUNTIME_TWOPARTY_DEALERSERVICE_H

#include "tacit/Runtime/TwoParty/Channel.h"
#include "tacit/Runtime/TwoParty/Dealing.h"

namespace tacit::twoparty {

struct DealerOptions {
  Patience patience;
  int threads = 0; ///< one per core if not positive
  /// Ends after so many dealings; nullopt for never.
  std::optional<int64_t> dealings = std::nullopt;
  /// Called after each dealing, with the bytes that were sent to both parties.
  std::function<void(const DealingNumber &, int64_t)> onDealt = nullptr;
  /// Called when parties cannot be served; the dealer goes on.
  std::function<void(llvm::Error)> onFailure = nullptr;
};

/// Deals whenever both parties have asked for the same dealing.
llvm::Error serveDealer(const Schedule &schedule, Executable &program, Listener &listener,
                        const DealerOptions &options);

/// Has the dealer at `address` deal material for some inferences, and writes it into the
/// folder of the party. Returns the bytes of corrections that were received.
llvm::Expected<int64_t> fetchMaterial(llvm::StringRef address, const Schedule &schedule,
                                      Party party, const DealingNumber &dealing,
                                      int64_t inferences, llvm::StringRef folder,
                                      const Patience &patience, const Tls *tls = nullptr);
/// Does the same over a connection to a dealer.
llvm::Expected<int64_t> fetchMaterial(Channel &channel, const Schedule &schedule,
                                      Party party, const DealingNumber &dealing,
                                      int64_t inferences, llvm::StringRef folder);

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_DEALERSERVICE_H
