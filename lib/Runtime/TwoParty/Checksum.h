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

struct Schedule;

using Checksum = std::array<uint8_t, 16>;

/// XXH3 of 128 bits: it keeps up with a disk, and shows damage, but not intent.
Checksum checksumOf(llvm::ArrayRef<uint8_t> bytes);
/// The checksum of the checksums of the parts.
Checksum checksumOfParts(llvm::ArrayRef<llvm::ArrayRef<uint8_t>> parts);

/// BLAKE2b, from which nothing of the bytes can be found.
Checksum hashOf(llvm::ArrayRef<uint8_t> bytes);

/// What stands for a package in files and on the wire: the hash of its public files, which
/// have the random number; without them 16 bytes of that.
Checksum packageNumber(const Schedule &schedule);

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_CHECKSUM_H
