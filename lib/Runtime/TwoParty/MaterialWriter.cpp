//===- MaterialWriter.cpp - Material is written into files ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MaterialFormat.h"
#include "PrivateFiles.h"
#include "tacit/Runtime/TwoParty/MaterialFolder.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;
namespace fs = llvm::sys::fs;

static constexpr StringLiteral kTemporary = ".dealing-";

struct MaterialWriter::State {
  std::string folder, temporary, path;
  Party party;
  const Schedule &schedule;
  DealingNumber dealing;
  int64_t inferences;
  /// The lock shows that the temporary folder is in use.
  OpenFile lock;
  /// Of the inference that is being written.
  OpenFile file;
  std::optional<CorrectionsFormat> format = std::nullopt;
  size_t missing = 0;
  int64_t finished = 0;
};

MaterialWriter::MaterialWriter(std::unique_ptr<State> state) : state(std::move(state)) {}

MaterialWriter::~MaterialWriter() {
  // What cannot be removed now is removed by the next one that deals.
  if (!state->temporary.empty())
    (void)fs::remove_directories(state->temporary);
}

static llvm::Error alreadyDealt(StringRef path) {
  return fail(ErrorKind::BadInput, "deal with another seed: no seed is used twice",
              "'{}' exists already", path.str());
}

/// Says so before hours of dealing.
static llvm::Error checkRoom(StringRef folder, int64_t bytes, int64_t inferences) {
  struct statvfs about;
  if (statvfs(folder.str().c_str(), &about) != 0)
    return cannotWrite(folder, errno);
  double room = static_cast<double>(about.f_bavail) * static_cast<double>(about.f_frsize);
  double needed = static_cast<double>(bytes) * static_cast<double>(inferences);
  if (needed <= room)
    return llvm::Error::success();
  return fail(ErrorKind::BadInput, "deal for fewer inferences, or make room",
              "'{}' has room for {:.0f} MB, and material for {} inferences takes {:.0f} MB",
              folder.str(), room / 1e6, inferences, needed / 1e6);
}

Expected<std::unique_ptr<MaterialWriter>>
MaterialWriter::create(StringRef folder, Party party, const Schedule &schedule,
                       const DealingNumber &dealing, const Seed &seed, int64_t inferences) {
  std::string number = dealing.text(), path = folder.str() + "/material-" + number;
  // Whoever has the lock on the folder may remove what is not in use.
  auto outer = OpenFile::openFolder(folder);
  if (!outer)
    return outer.takeError();
  outer->waitForLock();
  removeStrays(folder, kTemporary);
  if (fs::exists(path))
    return alreadyDealt(path);
  int64_t bytes =
      party == Party::Client ? 4096 : CorrectionsFormat(schedule, dealing, 0).size();
  if (llvm::Error error = checkRoom(folder, bytes, inferences))
    return std::move(error);
  std::string temporary = folder.str() + "/" + kTemporary.str() + number;
  if (mkdir(temporary.c_str(), 0700) != 0)
    return cannotWrite(temporary, errno);
  auto lock = OpenFile::openFolder(temporary);
  if (!lock)
    return lock.takeError();
  lock->waitForLock();
  std::unique_ptr<MaterialWriter> writer(new MaterialWriter(
      std::make_unique<State>(State{folder.str(), temporary, path, party, schedule, dealing,
                                    inferences, std::move(*lock), OpenFile()})));
  DealingHeader header{party, packageNumber(schedule), dealing, inferences, seed};
  if (llvm::Error error = replaceFile(temporary + "/dealing", {header.toBytes()}))
    return std::move(error);
  return writer;
}

llvm::Error MaterialWriter::begin(int64_t inference) {
  if (state->party == Party::Client)
    return llvm::Error::success();
  state->format.emplace(state->schedule, state->dealing, inference);
  state->missing = state->format->count();
  auto file = OpenFile::openForWriting(
      fmt::format("{}/corrections-{}", state->temporary, inference), O_CREAT | O_EXCL);
  if (!file)
    return file.takeError();
  state->file = std::move(*file);
  if (llvm::Error error = state->file.reserve(state->format->size()))
    return error;
  return state->file.write(0, state->format->header());
}

llvm::Error MaterialWriter::correct(const Material &material, ArrayRef<uint8_t> bytes) {
  if (state->party == Party::Client)
    return llvm::Error::success();
  int64_t offset = state->format->offsetOf(material);
  if (llvm::Error error = state->file.write(offset, bytes))
    return error;
  --state->missing;
  return state->file.write(offset + bytes.size(), state->format->checksum(material, bytes));
}

llvm::Error MaterialWriter::end() {
  ++state->finished;
  if (state->party == Party::Client)
    return llvm::Error::success();
  llvm::Error error = state->file.sync();
  state->file = OpenFile();
  return error;
}

llvm::Error MaterialWriter::commit() {
  if (llvm::Error error = state->lock.sync())
    return error;
  if (rename(state->temporary.c_str(), state->path.c_str()) != 0) {
    if (errno == ENOTEMPTY || errno == EEXIST)
      return alreadyDealt(state->path);
    return cannotWrite(state->path, errno);
  }
  state->temporary.clear();
  return syncFolder(state->folder);
}

//===----------------------------------------------------------------------===//
// Both parties
//===----------------------------------------------------------------------===//

namespace {
class BothWriters : public MaterialSink {
public:
  BothWriters(MaterialWriter &client, MaterialWriter &server)
      : client(client), server(server) {}

  llvm::Error begin(int64_t inference) override {
    llvm::Error error = client.begin(inference);
    return error ? std::move(error) : server.begin(inference);
  }
  llvm::Error correct(const Material &material, ArrayRef<uint8_t> bytes) override {
    return server.correct(material, bytes);
  }
  llvm::Error end() override {
    llvm::Error error = client.end();
    return error ? std::move(error) : server.end();
  }

private:
  MaterialWriter &client, &server;
};
} // namespace

llvm::Error
tacit::twoparty::dealIntoFolders(const Schedule &schedule, Executable &dealerProgram,
                                 const DealingSeeds &seeds, const DealOptions &options,
                                 StringRef clientFolder, StringRef serverFolder) {
  auto client = MaterialWriter::create(clientFolder, Party::Client, schedule, seeds.number,
                                       seeds.client, options.inferences);
  if (!client)
    return client.takeError();
  auto server = MaterialWriter::create(serverFolder, Party::Server, schedule, seeds.number,
                                       seeds.server, options.inferences);
  if (!server)
    return server.takeError();
  BothWriters both(**client, **server);
  if (llvm::Error error = deal(schedule, dealerProgram, seeds, options, both))
    return error;
  // Should this be killed between the two, no party uses what the other does not have.
  if (llvm::Error error = (*server)->commit())
    return error;
  llvm::Error error = (*client)->commit();
  if (error)
    (void)fs::remove_directories(serverFolder + "/material-" + seeds.number.text());
  return error;
}
