//===- MaterialFolder.cpp - Material in files -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/TwoParty/MaterialFolder.h"
#include "ByteStream.h"
#include "MaterialFormat.h"
#include "PrivateFiles.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <fcntl.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static constexpr StringLiteral kMaterial = "material-", kUsed = "used-",
                               kTemporaryWeights = ".weights-", kWeightsMagic = "TACITWGT";

struct MaterialFolder::Header {
  DealingHeader fields;
};

MaterialFolder::MaterialFolder(StringRef folder, Party party, const Schedule &schedule)
    : folder(folder.str()), party(party), schedule(schedule) {}

MaterialFolder::~MaterialFolder() = default;

std::string MaterialFolder::pathOf(const DealingNumber &dealing, StringRef name) const {
  return folder + "/" + kMaterial.str() + dealing.text() + "/" + name.str();
}

std::string MaterialFolder::weightsPath(const DealingNumber &dealing) const {
  return folder + "/weights-" + dealing.text() + ".bin";
}

/// Reads a file that has a few bytes.
static Expected<std::vector<uint8_t>> readSmall(StringRef path) {
  static constexpr uint64_t kLimit = 4096;
  auto file = OpenFile::openForReading(path);
  if (!file)
    return file.takeError();
  auto size = file->size();
  if (!size)
    return size.takeError();
  std::vector<uint8_t> bytes(std::min(*size, kLimit));
  if (llvm::Error error = file->read(0, bytes))
    return std::move(error);
  return bytes;
}

Expected<MaterialFolder::Header> MaterialFolder::readHeader(StringRef path) const {
  auto bytes = readSmall(path);
  if (!bytes)
    return bytes.takeError();
  auto header = DealingHeader::parse(*bytes, party, path);
  if (!header)
    return header.takeError();
  return Header{std::move(*header)};
}

static llvm::Error otherName(StringRef path) {
  return damaged(path, "its folder has the name of another dealing");
}

Expected<MaterialFolder::Header>
MaterialFolder::headerOf(const DealingNumber &dealing) const {
  std::string path = pathOf(dealing, "dealing");
  auto header = readHeader(path);
  if (header && header->fields.package != packageNumber(schedule))
    return otherPackage(path);
  if (header && header->fields.dealing != dealing)
    return otherName(path);
  return header;
}

//===----------------------------------------------------------------------===//
// What there is
//===----------------------------------------------------------------------===//

/// Returns the number after the last one of which there is a mark.
static Expected<int64_t> nextUnused(StringRef folder) {
  int64_t next = 0;
  std::error_code reason;
  for (fs::directory_iterator it(folder, reason), end; !reason && it != end;
       it.increment(reason)) {
    StringRef name = path::filename(it->path());
    uint64_t number;
    if (name.consume_front(kUsed) && !name.getAsInteger(10, number) &&
        number < uint64_t(INT64_MAX))
      next = std::max(next, static_cast<int64_t>(number) + 1);
  }
  // A mark that is not seen would be the end of all secrecy.
  if (reason)
    return cannotRead(folder, reason.value());
  return next;
}

Expected<std::vector<Offer>> MaterialFolder::offers() {
  std::vector<Offer> offers;
  // A package that is compiled again leaves the material of the former one.
  std::string foreign;
  std::error_code reason;
  for (fs::directory_iterator it(folder, reason), end; !reason && it != end;
       it.increment(reason)) {
    StringRef name = path::filename(it->path());
    std::optional<DealingNumber> dealing;
    if (name.consume_front(kMaterial))
      dealing = DealingNumber::parse(name);
    if (!dealing)
      continue;
    std::string path = pathOf(*dealing, "dealing");
    auto header = readHeader(path);
    if (!header)
      return header.takeError();
    if (header->fields.package != packageNumber(schedule)) {
      foreign = path;
      continue;
    }
    if (header->fields.dealing != *dealing)
      return otherName(path);
    auto next = nextUnused(it->path());
    if (!next)
      return next.takeError();
    offers.push_back({*dealing, header->fields.inferences, *next,
                      party == Party::Client && fs::exists(weightsPath(*dealing))});
  }
  if (reason)
    return cannotRead(folder, reason.value());
  if (offers.empty() && !foreign.empty())
    return otherPackage(foreign);
  llvm::sort(offers, [](const Offer &a, const Offer &b) { return a.dealing < b.dealing; });
  return offers;
}

//===----------------------------------------------------------------------===//
// Use
//===----------------------------------------------------------------------===//

namespace {
class FileCorrections : public Corrections {
public:
  FileCorrections(OpenFile file, CorrectionsFormat format, std::string path)
      : file(std::move(file)), format(std::move(format)), path(std::move(path)) {}

  llvm::Error check() const {
    auto size = file.size();
    if (!size)
      return size.takeError();
    if (*size != static_cast<uint64_t>(format.size()))
      return damaged(path,
                     fmt::format("it has {} bytes; expected {}", *size, format.size()));
    std::vector<uint8_t> header(format.header().size());
    if (llvm::Error error = file.read(0, header))
      return error;
    return format.checkHeader(header, path);
  }

  llvm::Error read(const Material &material, MutableArrayRef<uint8_t> bytes) override {
    int64_t offset = format.offsetOf(material);
    Checksum sum;
    if (llvm::Error error = file.read(offset, bytes))
      return error;
    if (llvm::Error error = file.read(offset + bytes.size(), sum))
      return error;
    if (sum != format.checksum(material, bytes))
      return damaged(
          path, fmt::format("the checksum of material {} is another one", material.id));
    return llvm::Error::success();
  }

private:
  OpenFile file;
  CorrectionsFormat format;
  std::string path;
};
} // namespace

/// Creates the mark; it is on the disk when this returns.
static llvm::Error mark(const std::string &path) {
  if (fs::exists(path))
    return fail(ErrorKind::BadInput, "deal again: no material is used twice",
                "'{}' exists: this material is already used", path);
  auto file = OpenFile::openForWriting(path, O_CREAT | O_EXCL);
  if (!file)
    return file.takeError();
  if (llvm::Error error = file->sync())
    return error;
  return syncFolder(folderOf(path));
}

Expected<std::unique_ptr<PartyMaterial>> MaterialFolder::take(const DealingNumber &dealing,
                                                              int64_t inference) {
  auto header = headerOf(dealing);
  if (!header)
    return header.takeError();
  if (inference < 0 || inference >= header->fields.inferences)
    return fail(ErrorKind::BadInput, "deal again",
                "'{}' has material for {} inferences; expected some for number {}",
                pathOf(dealing, ""), header->fields.inferences, inference);
  std::unique_ptr<FileCorrections> corrections;
  if (party == Party::Server) {
    std::string path = pathOf(dealing, fmt::format("corrections-{}", inference));
    auto file = OpenFile::openForReading(path);
    if (!file)
      return file.takeError();
    corrections = std::make_unique<FileCorrections>(
        std::move(*file), CorrectionsFormat(schedule, dealing, inference), path);
    if (llvm::Error error = corrections->check())
      return std::move(error);
  }
  if (llvm::Error error =
          mark(pathOf(dealing, fmt::format("{}{}", kUsed.str(), inference))))
    return std::move(error);
  // Nobody will use what comes before it: the process that began it may have been killed.
  for (int64_t i = 0; i < inference && party == Party::Server; ++i)
    (void)fs::remove(pathOf(dealing, fmt::format("corrections-{}", i)));
  return std::make_unique<PartyMaterial>(party, header->fields.seed, dealing, inference,
                                         std::move(corrections));
}

Expected<std::unique_ptr<PartyMaterial>>
MaterialFolder::session(const DealingNumber &dealing) {
  auto header = headerOf(dealing);
  if (!header)
    return header.takeError();
  return std::make_unique<PartyMaterial>(party, header->fields.seed, dealing, 0);
}

void MaterialFolder::release(const DealingNumber &dealing, int64_t inference) {
  // Files that cannot be removed take room, but do no other harm: the mark stays.
  (void)fs::remove(pathOf(dealing, fmt::format("corrections-{}", inference)));
  auto header = headerOf(dealing);
  if (!header)
    consumeError(header.takeError());
  else if (party == Party::Client && inference + 1 == header->fields.inferences)
    (void)fs::remove(weightsPath(dealing));
}

//===----------------------------------------------------------------------===//
// Masked weights
//===----------------------------------------------------------------------===//

static std::vector<uint8_t> weightsHeader(const Schedule &schedule,
                                          const DealingNumber &dealing, uint64_t bytes) {
  ByteWriter out;
  out.add(kWeightsMagic);
  out.add32(kFormatVersion);
  out.add32(0);
  out.add(packageNumber(schedule));
  out.add(dealing.bytes);
  out.add64(bytes);
  return out.raw();
}

/// Returns the arguments that are weights.
static std::vector<const Argument *> weightsOf(const Schedule &schedule) {
  std::vector<const Argument *> weights;
  for (const Argument &argument : schedule.arguments)
    if (argument.kind == Argument::Kind::Weight)
      weights.push_back(&argument);
  return weights;
}

static ArrayRef<uint8_t> bytesOf(const HostTensor &tensor) {
  return {reinterpret_cast<const uint8_t *>(tensor.data.data()), tensor.data.size()};
}

llvm::Error MaterialFolder::keepWeights(const DealingNumber &dealing,
                                        ArrayRef<HostTensor> weights) {
  uint64_t bytes = 0;
  for (const HostTensor &weight : weights)
    bytes += weight.data.size();
  std::vector<uint8_t> header = weightsHeader(schedule, dealing, bytes);
  std::vector<ArrayRef<uint8_t>> parts{header};
  for (const HostTensor &weight : weights)
    parts.push_back(bytesOf(weight));
  Checksum sum = checksumOfParts(parts);
  parts.push_back(sum);
  // A client that was killed meanwhile may have left as much, of whatever dealing.
  removeStrays(folder, kTemporaryWeights);
  return replaceFile(weightsPath(dealing), parts);
}

Expected<std::vector<HostTensor>> MaterialFolder::weights(const DealingNumber &dealing) {
  std::string path = weightsPath(dealing);
  auto refuse = [&] {
    return fail(ErrorKind::BadInput, "remove the file, and it will be sent once more",
                "'{}' is damaged or belongs to another package", path);
  };
  auto file = OpenFile::openForReading(path);
  if (!file)
    return file.takeError();
  auto size = file->size();
  if (!size)
    return size.takeError();
  uint64_t bytes = 0;
  for (const Argument *argument : weightsOf(schedule))
    bytes += argument->words() * sizeof(int64_t);
  std::vector<uint8_t> header = weightsHeader(schedule, dealing, bytes);
  std::vector<uint8_t> found(header.size());
  Checksum sum;
  if (*size != header.size() + bytes + sum.size())
    return refuse();
  if (llvm::Error error = file->read(0, found))
    return std::move(error);
  if (found != header)
    return refuse();
  std::vector<HostTensor> weights;
  std::vector<ArrayRef<uint8_t>> parts{header};
  uint64_t offset = header.size();
  for (const Argument *argument : weightsOf(schedule)) {
    HostTensor weight{TACIT_I64, argument->shape, {}};
    weight.data.resize(argument->words() * sizeof(int64_t));
    auto *data = reinterpret_cast<uint8_t *>(weight.data.data());
    if (llvm::Error error = file->read(offset, {data, weight.data.size()}))
      return std::move(error);
    offset += weight.data.size();
    parts.push_back({data, weight.data.size()});
    weights.push_back(std::move(weight));
  }
  if (llvm::Error error = file->read(offset, sum))
    return std::move(error);
  if (sum != checksumOfParts(parts))
    return refuse();
  return weights;
}
