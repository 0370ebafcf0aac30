//===- Hello.cpp - How two parties come to agree --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Hello.h"
#include "ByteStream.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

std::vector<char> Hello::toBytes() const {
  ByteWriter out;
  // What comes first never changes, so that all versions understand it.
  out.add32(kFormatVersion);
  out.add32(static_cast<uint32_t>(party));
  out.add(package);
  out.add(state);
  out.add(nonce.bytes);
  out.add64(wanted);
  size_t count = std::min(offers.size(), kMaxOffers);
  out.add32(count);
  for (const Offer &offer : ArrayRef(offers).take_front(count)) {
    out.add(offer.dealing.bytes);
    out.add64(offer.inferences);
    out.add64(offer.next);
    out.add32(offer.hasWeights);
  }
  return out.data().vec();
}

static std::string shortText(const Checksum &number) {
  return toHex(ArrayRef(number).take_front(4), /*LowerCase=*/true) + "...";
}

/// Returns false if there is something that nobody writes.
static bool readOffers(ByteReader &in, Hello &hello) {
  hello.wanted = static_cast<int64_t>(in.get64());
  uint32_t count = in.get32();
  if (count > Hello::kMaxOffers || hello.wanted < 0)
    return false;
  for (uint32_t i = 0; i < count && in.isGood(); ++i) {
    Offer offer;
    offer.dealing.bytes = in.getBytes<16>();
    offer.inferences = static_cast<int64_t>(in.get64());
    offer.next = static_cast<int64_t>(in.get64());
    offer.hasWeights = in.get32() != 0;
    if (offer.next < 0 || offer.inferences < 0)
      return false;
    hello.offers.push_back(offer);
  }
  return in.isGood() && in.left() == 0;
}

Expected<Hello> tacit::twoparty::parseHello(ArrayRef<char> bytes, const Hello &mine,
                                            Channel &channel) {
  ByteReader in(bytes);
  Hello hello;
  uint32_t version = in.get32(), party = in.get32();
  if (in.isGood() && version != kFormatVersion)
    return channel.blame("run the same version of tacit everywhere",
                         fmt::format("speaks version {} of the protocol; expected {}",
                                     version, kFormatVersion));
  hello.party = static_cast<Party>(party);
  hello.package = in.getBytes<16>();
  hello.state = in.getBytes<16>();
  hello.nonce.bytes = in.getBytes<16>();
  if (party > 1 || !readOffers(in, hello))
    return channel.blame("run the same version of tacit everywhere",
                         "sent a greeting that makes no sense");
  if (hello.party == mine.party)
    return channel.blame("run one client and one server",
                         fmt::format("is another {}; expected the {}",
                                     nameOf(mine.party).str(),
                                     nameOf(otherOf(mine.party)).str()));
  if (hello.package != mine.package)
    return channel.blame("give both parties the files of one package",
                         fmt::format("has the public files {}; expected {}",
                                     shortText(hello.package), shortText(mine.package)));
  if (hello.state != mine.state)
    return channel.blame(
        "give both parties the state that the same run has left",
        fmt::format("begins with {}; expected {}",
                    hello.state == Checksum() ? "no state"
                                              : "the state " + shortText(hello.state),
                    mine.state == Checksum() ? "none" : shortText(mine.state)));
  return hello;
}

//===----------------------------------------------------------------------===//
// Agreement
//===----------------------------------------------------------------------===//

std::optional<Agreement> tacit::twoparty::agree(const Hello &client, const Hello &server) {
  std::optional<Agreement> best;
  for (const Offer &mine : client.offers)
    for (const Offer &other : server.offers) {
      if (mine.dealing != other.dealing)
        continue;
      // What one of them has used is used, whatever the other knows of it.
      Agreement found{mine.dealing, std::max(mine.next, other.next), !mine.hasWeights};
      if (found.inference >= std::min(mine.inferences, other.inferences))
        continue;
      // Weights that are there already need not be sent.
      if (!best || std::tie(found.needsWeights, found.dealing) <
                       std::tie(best->needsWeights, best->dealing))
        best = found;
    }
  return best;
}

DealingNumber tacit::twoparty::newDealing(const Hello &client, const Hello &server) {
  ByteWriter both;
  both.add(client.nonce.bytes);
  both.add(server.nonce.bytes);
  return {hashOf(both.raw())};
}
