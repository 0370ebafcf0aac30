//===- Hello.h - How two parties come to agree ------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_RUNTIME_TWOPARTY_HELLO_H
#define TACIT_LIB_RUNTIME_TWOPARTY_HELLO_H

#include "Checksum.h"
#include "tacit/Runtime/TwoParty/Channel.h"
#include "tacit/Runtime/TwoParty/PartyMaterial.h"

namespace tacit::twoparty {

/// What each party says first.
struct Hello {
  static constexpr size_t kLimit = 1 << 16;
  /// More dealings than these are not offered: the message stays below its limit.
  static constexpr size_t kMaxOffers = 1024;

  Party party = Party::Client;
  Checksum package = {};
  /// The state that the inference begins with; zero if none.
  Checksum state = {};
  DealingNumber nonce; ///< random
  /// For how many it would ask a dealer; zero if it knows none.
  int64_t wanted = 0;
  std::vector<Offer> offers; ///< of which something is left

  std::vector<char> toBytes() const;
};

/// Reads what the other party says; anything that does not fit `mine` is its fault.
llvm::Expected<Hello> parseHello(llvm::ArrayRef<char> bytes, const Hello &mine,
                                 Channel &channel);

/// What both parties will use.
struct Agreement {
  DealingNumber dealing;
  int64_t inference = 0;
  bool needsWeights = false;
};

/// Returns the material that both parties have; nullopt if there is none. Both come to the
/// same result.
std::optional<Agreement> agree(const Hello &client, const Hello &server);

/// Returns a number to which both parties contributed.
DealingNumber newDealing(const Hello &client, const Hello &server);

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_HELLO_H
