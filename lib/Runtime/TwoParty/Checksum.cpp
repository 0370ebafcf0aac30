//===- Checksum.cpp - What shows damage -----------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Checksum.h"
#include "llvm/ADT/StringExtras.h"
#include <sodium.h>

using namespace llvm;
using namespace tacit::twoparty;

Checksum tacit::twoparty::checksumOf(ArrayRef<ArrayRef<uint8_t>> parts) {
  // The first call chooses the implementation for this processor.
  static const int status = sodium_init();
  (void)status;
  Checksum sum;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sum.size());
  for (ArrayRef<uint8_t> part : parts)
    crypto_generichash_update(&state, part.data(), part.size());
  crypto_generichash_final(&state, sum.data(), sum.size());
  return sum;
}

Checksum tacit::twoparty::packageNumber(StringRef package) {
  Checksum number;
  std::string bytes;
  if (package.size() != 2 * number.size() || !tryGetFromHex(package, bytes))
    return checksumOf({ArrayRef(package.bytes_begin(), package.size())});
  copy(bytes, number.begin());
  return number;
}
