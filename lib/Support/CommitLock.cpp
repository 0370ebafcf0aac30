//===- CommitLock.cpp - One command at a time puts files in place ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommitLock.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;
using namespace tacit;
namespace fs = llvm::sys::fs;

/// The file exists while it is locked; only a command that is killed in between leaves it
/// to the next one.
static constexpr StringLiteral kLockFile = "/.tacit-lock";

/// Returns true if the open file still has this name.
static bool isNamed(int file, const std::string &path) {
  struct stat open, named;
  return fstat(file, &open) == 0 && stat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/// Returns false if another command holds the folder.
bool CommitLock::tryFolder(const std::string &folder) {
  std::string path = folder + kLockFile.str();
  while (true) {
    int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0)
      return true;
    bool isLocked = flock(file, LOCK_EX | LOCK_NB) == 0;
    bool isOthers = !isLocked && errno == EWOULDBLOCK;
    // The command that held it before may have removed the file that was opened here.
    if (isOthers || (isLocked && !isNamed(file, path))) {
      close(file);
      if (isOthers)
        return false;
      continue;
    }
    // A file system without locks is one where nobody holds any.
    held.push_back({path, file});
    return true;
  }
}

void CommitLock::release() {
  for (const Held &lock : reverse(held)) {
    // Whoever opens the file from now on opens another one.
    (void)fs::remove(lock.path);
    close(lock.file);
  }
  held.clear();
  block.reset();
}

/// Returns each folder once, in an order that is the same for all commands: they would wait
/// for each other otherwise.
static std::vector<std::string> inOrder(ArrayRef<std::string> folders) {
  std::vector<std::pair<fs::UniqueID, std::string>> known;
  for (const std::string &folder : folders) {
    fs::UniqueID id;
    if (!fs::getUniqueID(folder, id))
      known.emplace_back(id, folder);
  }
  llvm::sort(known);
  known.erase(llvm::unique(known, [](auto &a, auto &b) { return a.first == b.first; }),
              known.end());
  std::vector<std::string> ordered;
  for (auto &[id, folder] : known)
    ordered.push_back(std::move(folder));
  return ordered;
}

llvm::Error CommitLock::acquire(ArrayRef<std::string> folders) {
  static constexpr int kAttempts = 1000, kPause = 10'000; // ten seconds in all
  std::vector<std::string> ordered = inOrder(folders);
  for (int attempt = 0;; ++attempt) {
    block.emplace();
    auto busy = llvm::find_if_not(
        ordered, [this](const std::string &folder) { return tryFolder(folder); });
    if (busy == ordered.end())
      return llvm::Error::success();
    // Signals arrive between the attempts.
    release();
    if (attempt == kAttempts)
      return fail(ErrorKind::BadInput, "wait until it has ended, and try again",
                  "another command is putting files in place in '{}'", *busy);
    usleep(kPause);
  }
}
