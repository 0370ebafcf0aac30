//===- PackedBitsTest.cpp - Words of which a few bits matter --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/PackedBits.h"
#include "TestSupport.h"
#include "TwoParty/FakePackage.h"
#include <random>

using namespace tacit::test;
using namespace tacit::twoparty;

namespace {

TEST(PackedBits, AreReadAsTheyAreWritten) {
  std::mt19937_64 generator(1);
  for (int64_t bits = 1; bits <= 64; ++bits)
    for (int64_t count : {0, 1, 2, 7, 8, 9, 63, 64, 65, 200}) {
      Words words(count), kept(count), found(count, 99);
      for (int64_t i = 0; i < count; ++i) {
        words[i] = static_cast<int64_t>(generator());
        uint64_t mask = bits == 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1;
        kept[i] = static_cast<int64_t>(static_cast<uint64_t>(words[i]) & mask);
      }
      std::vector<uint8_t> bytes(packedBytes(count, bits));
      EXPECT_EQ(bytes.size(), static_cast<size_t>((count * bits + 7) / 8));
      packBits(words, bits, bytes);
      unpackBits(bytes, bits, found);
      EXPECT_EQ(found, kept) << bits << " bits of " << count << " words";
    }
}

TEST(PackedBits, HaveNoGaps) {
  std::vector<uint8_t> bytes(3);
  packBits({0b00001, 0b11010, 0b10000, -1}, 5, bytes);
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0b01000001, 0b11000011, 0b1111}));
}

} // namespace
