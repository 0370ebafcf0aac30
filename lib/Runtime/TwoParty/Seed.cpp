//===- Seed.cpp - Seeds, and the words that follow from them --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/Seed.h"
#include "tacit/Runtime/TwoParty/PackedBits.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include <sodium.h>

using namespace llvm;
using namespace tacit::twoparty;

static_assert(Seed::kBytes == crypto_generichash_KEYBYTES &&
              Seed::kBytes == crypto_stream_chacha20_KEYBYTES);
static_assert(llvm::endianness::native == llvm::endianness::little,
              "words are written as they lie in memory");

/// The first call prepares libsodium; all others do nothing. It cannot fail on Linux: the
/// kernel gives random bytes.
static void prepareSodium() {
  static const int status = sodium_init();
  (void)status;
}

/// A message of fields with their lengths, so that no two lists of fields are the same.
namespace {
class Fields {
public:
  explicit Fields(StringRef label) { add(label.bytes_begin(), label.size()); }

  void add(const uint8_t *data, uint64_t size) {
    addRaw(reinterpret_cast<const uint8_t *>(&size), sizeof size);
    addRaw(data, size);
  }
  void add(ArrayRef<uint8_t> bytes) { add(bytes.data(), bytes.size()); }
  void add(uint64_t number) {
    add(reinterpret_cast<const uint8_t *>(&number), sizeof number);
  }

  /// Keyed BLAKE2b of the message.
  std::array<uint8_t, 32> hash(ArrayRef<uint8_t> key) const {
    std::array<uint8_t, 32> out;
    prepareSodium();
    crypto_generichash(out.data(), out.size(), bytes.data(), bytes.size(), key.data(),
                       key.size());
    return out;
  }

private:
  void addRaw(const uint8_t *data, size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  }

  std::vector<uint8_t> bytes;
};
} // namespace

//===----------------------------------------------------------------------===//
// Seeds
//===----------------------------------------------------------------------===//

Seed Seed::random() {
  std::array<uint8_t, kBytes> bytes;
  prepareSodium();
  randombytes_buf(bytes.data(), bytes.size());
  Seed seed(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return seed;
}

Seed Seed::fromNumber(uint64_t number) {
  Fields fields("tacit seed of a number");
  fields.add(number);
  return Seed(fields.hash({}));
}

Seed::~Seed() { sodium_memzero(secret.data(), secret.size()); }

Seed Seed::derive(StringRef label) const {
  Fields fields("tacit derived seed");
  fields.add(label.bytes_begin(), label.size());
  return Seed(fields.hash(secret));
}

DealingNumber DealingNumber::random() {
  DealingNumber number;
  prepareSodium();
  randombytes_buf(number.bytes.data(), number.bytes.size());
  return number;
}

std::optional<DealingNumber> DealingNumber::parse(StringRef text) {
  DealingNumber number;
  std::string bytes;
  if (text.size() != 2 * number.bytes.size() || text.lower() != text ||
      !tryGetFromHex(text, bytes))
    return std::nullopt;
  copy(bytes, number.bytes.begin());
  return number;
}

std::string DealingNumber::text() const { return toHex(bytes, /*LowerCase=*/true); }

DealingSeeds DealingSeeds::random() {
  return {DealingNumber::random(), Seed::random(), Seed::random()};
}

DealingSeeds DealingSeeds::fromNumber(uint64_t number) {
  Seed root = Seed::fromNumber(number);
  DealingNumber dealing;
  Seed source = root.derive("dealing");
  copy(source.bytes().take_front(dealing.bytes.size()), dealing.bytes.begin());
  return {dealing, root.derive("client"), root.derive("server")};
}

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

Domain tacit::twoparty::domainOf(const Material &material, const DealingNumber &dealing,
                                 int64_t inference, Party party) {
  Domain domain{dealing, inference, material.id, party};
  if (material.isSession)
    domain.inference = std::nullopt;
  return domain;
}

/// Writes the bytes of a domain from a block of 64 on.
static void expandBytes(const Seed &seed, const Domain &domain, uint8_t *bytes, size_t size,
                        uint64_t firstBlock) {
  Fields fields("tacit material 1");
  fields.add(domain.dealing.bytes);
  fields.add(domain.inference ? 1 : 0);
  fields.add(static_cast<uint64_t>(domain.inference.value_or(0)));
  fields.add(static_cast<uint64_t>(domain.material));
  fields.add(static_cast<uint64_t>(domain.party));
  std::array<uint8_t, 32> key = fields.hash(seed.bytes());
  // The variant with a counter of 64 bits: its stream does not end.
  static constexpr unsigned char kNonce[crypto_stream_chacha20_NONCEBYTES] = {};
  if (firstBlock == 0) {
    crypto_stream_chacha20(bytes, size, kNonce, key.data());
  } else {
    std::fill(bytes, bytes + size, 0);
    crypto_stream_chacha20_xor_ic(bytes, bytes, size, kNonce, firstBlock, key.data());
  }
  sodium_memzero(key.data(), key.size());
}

void tacit::twoparty::expand(const Seed &seed, const Domain &domain,
                             MutableArrayRef<int64_t> words, int64_t first) {
  static constexpr int64_t kWordsOfBlock = 64 / sizeof(int64_t);
  assert(first % kWordsOfBlock == 0 && "expansion begins with a block of the stream");
  expandBytes(seed, domain, reinterpret_cast<uint8_t *>(words.data()),
              words.size() * sizeof(int64_t), first / kWordsOfBlock);
}

void tacit::twoparty::expandDealt(const Seed &seed, const Domain &domain,
                                  const Material &material,
                                  MutableArrayRef<int64_t> words) {
  std::vector<uint8_t> packed(material.correctionBytes());
  expandBytes(seed, domain, packed.data(), packed.size(), 0);
  unpackBits(packed, material.bits, words);
}
