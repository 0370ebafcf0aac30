//===- PackedBits.cpp - Words of which a few bits matter ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/PackedBits.h"
#include <algorithm>
#include <cassert>
#include <cstring>

using namespace llvm;

static uint64_t maskOf(int64_t bits) {
  return bits >= 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1;
}

/// Returns the 64 bits that begin at a bit of nine bytes.
static uint64_t wordAt(const uint8_t *bytes, unsigned shift) {
  uint64_t low;
  std::memcpy(&low, bytes, sizeof low);
  // A shift by all 64 bits is undefined.
  uint64_t high = static_cast<uint64_t>(bytes[8]) << 1 << (63 - shift);
  return low >> shift | high;
}

void tacit::twoparty::packBits(ArrayRef<int64_t> words, int64_t bits,
                               MutableArrayRef<uint8_t> bytes) {
  assert(bits > 0 && bits <= 64 &&
         static_cast<int64_t>(bytes.size()) == packedBytes(words.size(), bits));
  if (bits == 64) {
    std::memcpy(bytes.data(), words.data(), bytes.size());
    return;
  }
  uint8_t *out = bytes.data();
  // Fewer than 64 bits that have no byte of their own yet, the first one lowest.
  uint64_t pending = 0;
  int64_t count = 0;
  for (int64_t word : words) {
    uint64_t kept = static_cast<uint64_t>(word) & maskOf(bits);
    pending |= kept << count;
    count += bits;
    if (count < 64)
      continue;
    std::memcpy(out, &pending, sizeof pending);
    out += sizeof pending;
    count -= 64;
    pending = kept >> (bits - count);
  }
  std::memcpy(out, &pending, (count + 7) / 8);
}

void tacit::twoparty::unpackBits(ArrayRef<uint8_t> bytes, int64_t bits,
                                 MutableArrayRef<int64_t> words) {
  assert(bits > 0 && bits <= 64 &&
         static_cast<int64_t>(bytes.size()) == packedBytes(words.size(), bits));
  if (bits == 64) {
    std::memcpy(words.data(), bytes.data(), bytes.size());
    return;
  }
  // A word lies in nine bytes at most. Those near the end are read with zeros behind them.
  size_t next = 0, bit = 0;
  for (; next < words.size() && bit / 8 + 9 <= bytes.size(); ++next, bit += bits)
    words[next] =
        static_cast<int64_t>(wordAt(bytes.data() + bit / 8, bit % 8) & maskOf(bits));
  for (; next < words.size(); ++next, bit += bits) {
    uint8_t last[9] = {};
    std::copy(bytes.begin() + bit / 8, bytes.begin() + std::min(bit / 8 + 9, bytes.size()),
              last);
    words[next] = static_cast<int64_t>(wordAt(last, bit % 8) & maskOf(bits));
  }
}
