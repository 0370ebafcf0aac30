//===- PrivateFiles.h - Files that only their owner reads -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_RUNTIME_TWOPARTY_PRIVATEFILES_H
#define TACIT_LIB_RUNTIME_TWOPARTY_PRIVATEFILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace tacit::twoparty {

/// An open file, which is closed at the end.
class OpenFile {
public:
  OpenFile() = default;
  OpenFile(std::string path, int descriptor) : path(std::move(path)), number(descriptor) {}
  OpenFile(OpenFile &&other) noexcept : path(std::move(other.path)), number(other.number) {
    other.number = -1;
  }
  OpenFile &operator=(OpenFile &&other) noexcept {
    std::swap(path, other.path);
    std::swap(number, other.number);
    return *this;
  }
  ~OpenFile();

  /// `flags` are those of open(2); a file that is created has mode 0600.
  static llvm::Expected<OpenFile> openForWriting(llvm::StringRef path, int flags);
  static llvm::Expected<OpenFile> openForReading(llvm::StringRef path);
  static llvm::Expected<OpenFile> openFolder(llvm::StringRef path);

  int descriptor() const { return number; }
  llvm::Expected<uint64_t> size() const;
  /// Takes room on the disk, so that later writes do not lack it.
  llvm::Error reserve(uint64_t bytes);
  llvm::Error write(uint64_t offset, llvm::ArrayRef<uint8_t> bytes);
  /// Fails if the file ends before.
  llvm::Error read(uint64_t offset, llvm::MutableArrayRef<uint8_t> bytes) const;
  /// Waits until all of it is on the disk.
  llvm::Error sync();
  /// Locks it without waiting. Returns false if somebody else has the lock.
  bool lock();
  /// Waits for the lock.
  void waitForLock();

private:
  std::string path;
  int number = -1;
};

llvm::Error cannotWrite(llvm::StringRef path, int error);
llvm::Error cannotRead(llvm::StringRef path, int error);

/// Returns the folder of a file; "." if it has none.
std::string folderOf(llvm::StringRef path);

/// Waits until the names in a folder are on the disk.
llvm::Error syncFolder(llvm::StringRef folder);

/// Replaces a file by one with these bytes: nobody ever sees a part of it. What a killed
/// process left of the same file is removed.
llvm::Error replaceFile(llvm::StringRef path,
                        llvm::ArrayRef<llvm::ArrayRef<uint8_t>> parts);

/// Removes what bears a temporary name in `folder` and is locked by nobody. Temporary names
/// begin with `prefix`, which begins with a dot.
void removeStrays(llvm::StringRef folder, llvm::StringRef prefix);

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_PRIVATEFILES_H
