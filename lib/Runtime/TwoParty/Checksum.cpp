//===- Checksum.cpp - What shows damage -----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Checksum.h"
#include "tacit/Runtime/TwoParty/Schedule.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"
#include <sodium.h>

using namespace llvm;
using namespace tacit::twoparty;

Checksum tacit::twoparty::checksumOf(ArrayRef<uint8_t> bytes) {
  XXH128_hash_t hash = xxh3_128bits(bytes);
  uint64_t halves[] = {hash.low64, hash.high64};
  Checksum sum;
  static_assert(sizeof halves == sizeof sum);
  std::memcpy(sum.data(), halves, sizeof sum);
  return sum;
}

Checksum tacit::twoparty::checksumOfParts(ArrayRef<ArrayRef<uint8_t>> parts) {
  std::vector<uint8_t> sums;
  for (ArrayRef<uint8_t> part : parts)
    llvm::append_range(sums, checksumOf(part));
  return checksumOf(sums);
}

Checksum tacit::twoparty::hashOf(ArrayRef<uint8_t> bytes) {
  Checksum hash;
  crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
  return hash;
}

Checksum tacit::twoparty::packageNumber(const Schedule &schedule) {
  if (schedule.files)
    return *schedule.files;
  StringRef package = schedule.package;
  Checksum number;
  std::string bytes;
  if (package.size() != 2 * number.size() || !tryGetFromHex(package, bytes))
    return hashOf({package.bytes_begin(), package.size()});
  copy(bytes, number.begin());
  return number;
}
