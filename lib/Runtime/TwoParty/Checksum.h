//===- Checksum.h - What shows damage ---------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_RUNTIME_TWOPARTY_CHECKSUM_H
#define TACIT_LIB_RUNTIME_TWOPARTY_CHECKSUM_H

#include "tacit/Runtime/TwoParty/Schedule.h"
#include "llvm/ADT/ArrayRef.h"
#include <array>

namespace tacit::twoparty {

using Checksum = std::array<uint8_t, 16>;

/// XXH3 of 128 bits: it keeps up with a disk, and shows damage, but not intent.
Checksum checksumOf(llvm::ArrayRef<uint8_t> bytes);
/// The checksum of the checksums of the parts.
Checksum checksumOfParts(llvm::ArrayRef<llvm::ArrayRef<uint8_t>> parts);

/// BLAKE2b, from which nothing of the bytes can be found.
Checksum hashOf(llvm::ArrayRef<uint8_t> bytes);

/// The number of a package as bytes. It is random, so that 16 bytes of a hash stand for it
/// as well if it has another form.
Checksum packageNumber(llvm::StringRef package);

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_CHECKSUM_H
