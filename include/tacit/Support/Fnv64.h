//===- Fnv64.h - The hash of a weight file ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_FNV64_H
#define TACIT_SUPPORT_FNV64_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Endian.h"
#include <algorithm>

namespace tacit {

/// The hash that tacit_runtime_hash computes (and describes), over bytes that come in
/// pieces of any size: a weight file is hashed while it is written.
class Fnv64 {
public:
  void update(llvm::ArrayRef<char> bytes) {
    if (pendingBytes > 0) {
      size_t taken = std::min(bytes.size(), sizeof(pending) - pendingBytes);
      std::copy_n(bytes.begin(), taken, pending + pendingBytes);
      pendingBytes += taken;
      bytes = bytes.drop_front(taken);
      if (pendingBytes < sizeof(pending))
        return;
      hash = step(hash, pending);
    }
    for (; bytes.size() >= sizeof(pending); bytes = bytes.drop_front(sizeof(pending)))
      hash = step(hash, bytes.data());
    std::copy(bytes.begin(), bytes.end(), pending);
    pendingBytes = bytes.size();
  }
  void update(llvm::StringRef bytes) {
    update(llvm::ArrayRef<char>(bytes.data(), bytes.size()));
  }

  /// Returns the hash of all bytes so far; more may follow.
  uint64_t digest() const {
    if (pendingBytes == 0)
      return hash;
    char padded[sizeof(pending)] = {};
    std::copy_n(pending, pendingBytes, padded);
    return step(hash, padded);
  }

private:
  static uint64_t step(uint64_t hash, const char *word) {
    hash = (hash ^ llvm::support::endian::read64le(word)) * 0x100000001b3u;
    return hash ^ (hash >> 32);
  }

  uint64_t hash = 0xcbf29ce484222325u;
  char pending[8] = {};
  size_t pendingBytes = 0;
};

} // namespace tacit

#endif // TACIT_SUPPORT_FNV64_H
