//===- InputFiles.cpp - The files that a command reads --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/InputFiles.h"
#include <map>
#include <mutex>

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace {
/// The name of each file, by device and inode, so that links are recognised.
struct InputFiles {
  std::mutex mutex;
  std::map<fs::UniqueID, std::string> names;

  static InputFiles &get() {
    static InputFiles files;
    return files;
  }
};
} // namespace

ErrorOr<std::unique_ptr<MemoryBuffer>> tacit::readInput(StringRef path, bool isText) {
  auto buffer = MemoryBuffer::getFile(path, isText, /*RequiresNullTerminator=*/isText);
  if (buffer)
    noteInput(path);
  return buffer;
}

void tacit::noteInput(StringRef path) {
  fs::file_status status;
  if (fs::status(path, status) || !fs::is_regular_file(status))
    return;
  InputFiles &files = InputFiles::get();
  std::lock_guard<std::mutex> lock(files.mutex);
  files.names.try_emplace(status.getUniqueID(), path.str());
}

std::optional<std::string> tacit::findInput(fs::UniqueID file) {
  InputFiles &files = InputFiles::get();
  std::lock_guard<std::mutex> lock(files.mutex);
  auto found = files.names.find(file);
  if (found == files.names.end())
    return std::nullopt;
  return found->second;
}

void tacit::forgetInputs() {
  InputFiles &files = InputFiles::get();
  std::lock_guard<std::mutex> lock(files.mutex);
  files.names.clear();
}
