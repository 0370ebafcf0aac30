//===- PrivateFiles.cpp - Files that only their owner reads ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PrivateFiles.h"
#include "tacit/Runtime/TwoParty/Seed.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using namespace tacit;
using namespace tacit::twoparty;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static std::string textOf(int error) {
  return std::error_code(error, std::generic_category()).message();
}

llvm::Error tacit::twoparty::cannotWrite(StringRef path, int error) {
  return fail(ErrorKind::BadInput, "check that the folder exists, is writable and has room",
              "cannot write '{}': {}", path.str(), textOf(error));
}

llvm::Error tacit::twoparty::cannotRead(StringRef path, int error) {
  return fail(ErrorKind::BadInput, "check the name, and who may read it",
              "cannot read '{}': {}", path.str(), textOf(error));
}

std::string tacit::twoparty::folderOf(StringRef file) {
  StringRef folder = path::parent_path(file);
  return folder.empty() ? "." : folder.str();
}

//===----------------------------------------------------------------------===//
// Open files
//===----------------------------------------------------------------------===//

OpenFile::~OpenFile() {
  if (number >= 0)
    close(number);
}

/// Returns -1 and sets errno if it fails.
static int openRetrying(const std::string &path, int flags) {
  int number;
  do
    number = open(path.c_str(), flags | O_CLOEXEC, 0600);
  while (number < 0 && errno == EINTR);
  return number;
}

Expected<OpenFile> OpenFile::openForWriting(StringRef path, int flags) {
  int number = openRetrying(path.str(), O_RDWR | flags);
  if (number < 0)
    return cannotWrite(path, errno);
  return OpenFile(path.str(), number);
}

Expected<OpenFile> OpenFile::openForReading(StringRef path) {
  int number = openRetrying(path.str(), O_RDONLY);
  if (number < 0)
    return cannotRead(path, errno);
  return OpenFile(path.str(), number);
}

Expected<OpenFile> OpenFile::openFolder(StringRef path) {
  int number = openRetrying(path.str(), O_RDONLY | O_DIRECTORY);
  if (number < 0)
    return cannotRead(path, errno);
  return OpenFile(path.str(), number);
}

Expected<uint64_t> OpenFile::size() const {
  struct stat about;
  if (fstat(number, &about) != 0)
    return cannotRead(path, errno);
  return about.st_size;
}

llvm::Error OpenFile::reserve(uint64_t bytes) {
  int error;
  do
    error = posix_fallocate(number, 0, bytes);
  while (error == EINTR);
  return error ? cannotWrite(path, error) : llvm::Error::success();
}

llvm::Error OpenFile::write(uint64_t offset, ArrayRef<uint8_t> bytes) {
  while (!bytes.empty()) {
    ssize_t written = pwrite(number, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return cannotWrite(path, errno);
    bytes = bytes.drop_front(written);
    offset += written;
  }
  return llvm::Error::success();
}

llvm::Error OpenFile::read(uint64_t offset, MutableArrayRef<uint8_t> bytes) const {
  while (!bytes.empty()) {
    ssize_t count = pread(number, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return cannotRead(path, errno);
    if (count == 0)
      return fail(ErrorKind::BadInput, "deal again, and remove what is damaged",
                  "'{}' is truncated: it ends at byte {}", path, offset);
    bytes = bytes.drop_front(count);
    offset += count;
  }
  return llvm::Error::success();
}

llvm::Error OpenFile::sync() {
  return fsync(number) == 0 ? llvm::Error::success() : cannotWrite(path, errno);
}

bool OpenFile::lock() { return flock(number, LOCK_EX | LOCK_NB) == 0; }

void OpenFile::waitForLock() {
  while (flock(number, LOCK_EX) != 0 && errno == EINTR)
    ;
}

//===----------------------------------------------------------------------===//
// Whole files
//===----------------------------------------------------------------------===//

llvm::Error tacit::twoparty::syncFolder(StringRef folder) {
  auto file = OpenFile::openFolder(folder);
  return file ? file->sync() : file.takeError();
}

void tacit::twoparty::removeStrays(StringRef folder, StringRef prefix) {
  std::error_code reason;
  for (fs::directory_iterator it(folder, reason, /*follow_symlinks=*/false), end;
       !reason && it != end; it.increment(reason)) {
    if (!path::filename(it->path()).starts_with(prefix))
      continue;
    OpenFile stray(it->path(), openRetrying(it->path(), O_RDONLY));
    // What cannot be removed takes room, but does no other harm.
    if (stray.descriptor() < 0 || !stray.lock())
      continue;
    if (it->type() == fs::file_type::directory_file)
      (void)fs::remove_directories(it->path());
    else
      (void)fs::remove(it->path());
  }
}

/// Writes all parts; they are on the disk when this returns.
static llvm::Error fill(OpenFile &file, ArrayRef<ArrayRef<uint8_t>> parts) {
  uint64_t offset = 0;
  for (ArrayRef<uint8_t> part : parts) {
    if (llvm::Error error = file.write(offset, part))
      return error;
    offset += part.size();
  }
  return file.sync();
}

llvm::Error tacit::twoparty::replaceFile(StringRef path,
                                         ArrayRef<ArrayRef<uint8_t>> parts) {
  std::string folder = folderOf(path);
  std::string prefix = "." + path::filename(path).str() + ".tacit-";
  removeStrays(folder, prefix);
  std::string temporary = folder + "/" + prefix + DealingNumber::random().text();
  auto file = OpenFile::openForWriting(temporary, O_CREAT | O_EXCL);
  if (!file)
    return file.takeError();
  file->waitForLock();
  llvm::Error error = fill(*file, parts);
  if (!error && rename(temporary.c_str(), path.str().c_str()) != 0)
    error = cannotWrite(path, errno);
  if (error) {
    (void)fs::remove(temporary);
    return error;
  }
  return syncFolder(folder);
}
