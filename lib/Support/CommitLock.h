//===- CommitLock.h - One command at a time puts files in place -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A library is three files. If two commands replaced them at once, one could leave its code
// and the other its weights. The lock is a file in each folder: the lock on the folder
// itself is shared by all commands that work there (OutputFiles.cpp).
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_SUPPORT_COMMITLOCK_H
#define TACIT_LIB_SUPPORT_COMMITLOCK_H

#include "tacit/Support/SignalBlock.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace tacit {

/// Excludes other commands from folders, and delays signals, while it exists.
class CommitLock {
public:
  CommitLock() = default;
  ~CommitLock() { release(); }
  CommitLock(const CommitLock &) = delete;
  CommitLock &operator=(const CommitLock &) = delete;

  /// Waits until no other command puts files in place in one of the folders. A folder that
  /// cannot be locked is not. Fails with BadInput if another command takes very long.
  llvm::Error acquire(llvm::ArrayRef<std::string> folders);

private:
  struct Held {
    std::string path;
    int file;
  };

  bool tryFolder(const std::string &folder);
  void release();

  std::vector<Held> held;
  std::optional<SignalBlock> block;
};

} // namespace tacit

#endif // TACIT_LIB_SUPPORT_COMMITLOCK_H
