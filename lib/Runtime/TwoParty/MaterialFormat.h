//===- MaterialFormat.h - How material lies in files ------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_RUNTIME_TWOPARTY_MATERIALFORMAT_H
#define TACIT_LIB_RUNTIME_TWOPARTY_MATERIALFORMAT_H

#include "Checksum.h"
#include "tacit/Runtime/TwoParty/Seed.h"
#include <map>

namespace tacit::twoparty {

/// The header of a dealing: the file `dealing`.
struct DealingHeader {
  Party party = Party::Client;
  Checksum package = {};
  DealingNumber dealing;
  int64_t inferences = 0;
  Seed seed = Seed::fromNumber(0);

  std::vector<uint8_t> toBytes() const;
  /// Fails with BadInput, and names `path`, if the bytes are not those of a header of this
  /// party. The package may be another one.
  static llvm::Expected<DealingHeader> parse(llvm::ArrayRef<uint8_t> bytes, Party party,
                                             llvm::StringRef path);
};

/// The corrections of one inference: a header, and then, in the order of the schedule, each
/// dealt material with its checksum.
class CorrectionsFormat {
public:
  CorrectionsFormat(const Schedule &schedule, const DealingNumber &dealing,
                    int64_t inference);

  /// The bytes of the whole file.
  int64_t size() const { return fileBytes; }
  int64_t offsetOf(const Material &material) const { return offsets.at(material.id); }
  Checksum checksum(const Material &material, llvm::ArrayRef<uint8_t> bytes) const;
  /// How many materials are dealt.
  size_t count() const { return offsets.size(); }

  std::vector<uint8_t> header() const;
  /// Fails with BadInput if the file begins with another header.
  llvm::Error checkHeader(llvm::ArrayRef<uint8_t> bytes, llvm::StringRef path) const;

private:
  Checksum package;
  DealingNumber dealing;
  int64_t inference;
  int64_t fileBytes;
  std::map<int64_t, int64_t> offsets;
};

/// What is said of a file that is not what it should be.
llvm::Error damaged(llvm::StringRef path, const std::string &what);
llvm::Error otherPackage(llvm::StringRef path);

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_MATERIALFORMAT_H
