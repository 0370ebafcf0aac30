//===- Seed.h - Seeds, and the words that follow from them ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All random words of material come from 32 bytes of a party. Keys are derived with keyed
// BLAKE2b and expanded with ChaCha20, both of libsodium.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_SEED_H
#define TACIT_RUNTIME_TWOPARTY_SEED_H

#include "tacit/Runtime/TwoParty/Schedule.h"
#include "llvm/ADT/ArrayRef.h"
#include <array>

namespace tacit::twoparty {

/// 32 secret bytes, which are overwritten when they are no longer needed.
class Seed {
public:
  static constexpr size_t kBytes = 32;

  /// From the generator of the operating system.
  static Seed random();
  /// For tests: whoever knows the number knows the seed.
  static Seed fromNumber(uint64_t number);
  static Seed fromBytes(const std::array<uint8_t, kBytes> &bytes) { return Seed(bytes); }

  Seed(const Seed &) = default;
  Seed &operator=(const Seed &) = default;
  ~Seed();

  /// Returns a seed from which this one cannot be found, another one for each label.
  Seed derive(llvm::StringRef label) const;

  llvm::ArrayRef<uint8_t> bytes() const { return secret; }

private:
  explicit Seed(const std::array<uint8_t, kBytes> &bytes) : secret(bytes) {}

  std::array<uint8_t, kBytes> secret;
};

/// Stands for what a dealer deals at once: material for some inferences. All of them share
/// the material of the session, and thus the masked weights.
struct DealingNumber {
  std::array<uint8_t, 16> bytes = {};

  static DealingNumber random();
  /// Returns nullopt unless `text` has 32 lower-case hexadecimal digits.
  static std::optional<DealingNumber> parse(llvm::StringRef text);
  std::string text() const;

  bool operator==(const DealingNumber &other) const { return bytes == other.bytes; }
  bool operator!=(const DealingNumber &other) const { return bytes != other.bytes; }
  bool operator<(const DealingNumber &other) const { return bytes < other.bytes; }
};

/// What a dealing follows from. Neither party's seed follows from the other's.
struct DealingSeeds {
  DealingNumber number;
  Seed client, server;

  static DealingSeeds random();
  /// The same dealing whenever the number is the same; for tests.
  static DealingSeeds fromNumber(uint64_t number);

  const Seed &of(Party party) const { return party == Party::Client ? client : server; }
};

/// What some words are for. No two uses have the same words.
struct Domain {
  DealingNumber dealing;
  std::optional<int64_t> inference; ///< nullopt for words of the whole session
  int64_t material = 0;
  Party party = Party::Client;
};

/// Returns the domain of a material in an inference.
Domain domainOf(const Material &material, const DealingNumber &dealing, int64_t inference,
                Party party);

/// Writes the words of a domain from the word `first` on, which is a multiple of 8.
void expand(const Seed &seed, const Domain &domain, llvm::MutableArrayRef<int64_t> words,
            int64_t first = 0);

/// Writes the client's words of a dealt material: only the bits that matter are expanded,
/// packed as corrections are.
void expandDealt(const Seed &seed, const Domain &domain, const Material &material,
                 llvm::MutableArrayRef<int64_t> words);

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_SEED_H
