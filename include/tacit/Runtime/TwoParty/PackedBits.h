//===- PackedBits.h - Words of which a few bits matter ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_TWOPARTY_PACKEDBITS_H
#define TACIT_RUNTIME_TWOPARTY_PACKEDBITS_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace tacit::twoparty {

/// Returns the bytes of `count` words of which the lowest `bits` are kept, without gaps.
inline int64_t packedBytes(int64_t count, int64_t bits) {
  return count / 8 * bits + (count % 8 * bits + 7) / 8;
}

/// Writes the lowest `bits` of each word, beginning with the lowest bit of the first byte.
/// `bytes` has packedBytes(words.size(), bits) elements; bits that are left are zero.
void packBits(llvm::ArrayRef<int64_t> words, int64_t bits,
              llvm::MutableArrayRef<uint8_t> bytes);

/// Reads what packBits wrote; the other bits of each word are zero.
void unpackBits(llvm::ArrayRef<uint8_t> bytes, int64_t bits,
                llvm::MutableArrayRef<int64_t> words);

} // namespace tacit::twoparty

#endif // TACIT_RUNTIME_TWOPARTY_PACKEDBITS_H
