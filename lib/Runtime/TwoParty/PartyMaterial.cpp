//===- PartyMaterial.cpp - What a party has of the dealer's words ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/PartyMaterial.h"
#include "tacit/Runtime/TwoParty/PackedBits.h"

using namespace llvm;
using namespace tacit::twoparty;

Corrections::~Corrections() = default;
MaterialStore::~MaterialStore() = default;

llvm::Error PartyMaterial::share(const Material &material, MutableArrayRef<int64_t> words) {
  Origin others = party == Party::Client ? Origin::Server : Origin::Client;
  if (material.origin == others) {
    std::fill(words.begin(), words.end(), 0);
    return llvm::Error::success();
  }
  if (material.origin != Origin::Dealt) {
    known(material, words, 0);
    return llvm::Error::success();
  }
  if (party == Party::Client) {
    expandDealt(seed, domainOf(material, dealing, inference, party), material, words);
    return llvm::Error::success();
  }
  std::vector<uint8_t> bytes(material.correctionBytes());
  if (llvm::Error error = corrections->read(material, bytes))
    return error;
  bytesRead += bytes.size();
  unpackBits(bytes, material.bits, words);
  return llvm::Error::success();
}

void PartyMaterial::known(const Material &material, MutableArrayRef<int64_t> words,
                          int64_t first) {
  expand(seed, domainOf(material, dealing, inference, party), words, first);
}
