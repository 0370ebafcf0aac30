//===- MaterialFormat.cpp - How material lies in files --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MaterialFormat.h"
#include "ByteStream.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;

static constexpr StringLiteral kDealingMagic = "TACITMAT";
static constexpr StringLiteral kCorrectionsMagic = "TACITCOR";
static constexpr const char *kDealAgain = "deal again, and remove what is damaged";

llvm::Error tacit::twoparty::damaged(StringRef path, const std::string &what) {
  return fail(ErrorKind::BadInput, kDealAgain, "'{}' is damaged: {}", path.str(), what);
}

static llvm::Error checkMagic(ArrayRef<uint8_t> bytes, StringRef magic, StringRef path,
                              StringRef what) {
  StringRef found(reinterpret_cast<const char *>(bytes.data()),
                  std::min(bytes.size(), magic.size()));
  if (found == magic)
    return llvm::Error::success();
  return fail(ErrorKind::BadInput, kDealAgain,
              "'{}' is not a file of {}: it begins with {}", path.str(), what.str(),
              toHex(found, /*LowerCase=*/true));
}

static llvm::Error checkVersion(uint32_t version, StringRef path) {
  if (version == kFormatVersion)
    return llvm::Error::success();
  return fail(ErrorKind::BadInput,
              "deal again, and run the same version of tacit everywhere",
              "'{}' has version {} of the format; expected {}", path.str(), version,
              kFormatVersion);
}

llvm::Error tacit::twoparty::otherPackage(StringRef path) {
  return fail(ErrorKind::BadInput,
              "deal material for this package, as its public files are now",
              "'{}' belongs to another package", path.str());
}

//===----------------------------------------------------------------------===//
// Dealings
//===----------------------------------------------------------------------===//

std::vector<uint8_t> DealingHeader::toBytes() const {
  ByteWriter out;
  out.add(kDealingMagic);
  out.add32(kFormatVersion);
  out.add32(static_cast<uint32_t>(party));
  out.add(package);
  out.add(dealing.bytes);
  out.add64(inferences);
  out.add(seed.bytes());
  out.add(checksumOf(out.raw()));
  return out.raw();
}

Expected<DealingHeader> DealingHeader::parse(ArrayRef<uint8_t> bytes, Party party,
                                             StringRef path) {
  if (llvm::Error error = checkMagic(bytes, kDealingMagic, path, "material"))
    return std::move(error);
  ByteReader in({reinterpret_cast<const char *>(bytes.data()), bytes.size()});
  (void)in.get64();
  if (llvm::Error error = checkVersion(in.get32(), path))
    return std::move(error);
  DealingHeader header;
  uint32_t number = in.get32();
  header.package = in.getBytes<16>();
  header.dealing.bytes = in.getBytes<16>();
  uint64_t inferences = in.get64();
  header.seed = Seed::fromBytes(in.getBytes<Seed::kBytes>());
  auto sum = in.getBytes<16>();
  if (!in.isGood() || in.left() != 0)
    return damaged(path, fmt::format("it has {} bytes", bytes.size()));
  if (sum != checksumOf(bytes.drop_back(sum.size())) || number > 1 || inferences == 0 ||
      inferences > uint64_t(INT64_MAX))
    return damaged(path, "its checksum is another one");
  header.party = static_cast<Party>(number);
  header.inferences = inferences;
  if (header.party != party)
    return fail(ErrorKind::BadInput, "give each party what the dealer made for it",
                "'{}' is material of the {}; expected that of the {}", path.str(),
                nameOf(header.party).str(), nameOf(party).str());
  return header;
}

//===----------------------------------------------------------------------===//
// Corrections
//===----------------------------------------------------------------------===//

CorrectionsFormat::CorrectionsFormat(const Schedule &schedule, const DealingNumber &dealing,
                                     int64_t inference)
    : package(packageNumber(schedule)), dealing(dealing), inference(inference) {
  // The offsets follow from the schedule, so the header has none. Its size is fixed.
  fileBytes = 0;
  fileBytes = header().size();
  for (const Material &material : schedule.materials)
    if (material.origin == Origin::Dealt) {
      offsets[material.id] = fileBytes;
      fileBytes += material.correctionBytes() + sizeof(Checksum);
    }
}

std::vector<uint8_t> CorrectionsFormat::header() const {
  ByteWriter out;
  out.add(kCorrectionsMagic);
  out.add32(kFormatVersion);
  out.add32(0);
  out.add(package);
  out.add(dealing.bytes);
  out.add64(inference);
  out.add64(fileBytes);
  return out.raw();
}

Checksum CorrectionsFormat::checksum(const Material &material,
                                     ArrayRef<uint8_t> bytes) const {
  // A material that stands in the place of another one is damage, too.
  ByteWriter place;
  place.add(dealing.bytes);
  place.add64(inference);
  place.add64(material.id);
  return checksumOfParts({place.raw(), bytes});
}

llvm::Error CorrectionsFormat::checkHeader(ArrayRef<uint8_t> bytes, StringRef path) const {
  if (bytes == ArrayRef<uint8_t>(header()))
    return llvm::Error::success();
  if (llvm::Error error = checkMagic(bytes, kCorrectionsMagic, path, "corrections"))
    return error;
  ByteReader in({reinterpret_cast<const char *>(bytes.data()), bytes.size()});
  (void)in.get64();
  if (llvm::Error error = checkVersion(in.get32(), path))
    return error;
  (void)in.get32();
  if (in.getBytes<16>() != package)
    return otherPackage(path);
  return damaged(path, "it was dealt for another inference, or is of another length");
}
