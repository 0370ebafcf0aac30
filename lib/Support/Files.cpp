//===- Files.cpp - Writing files atomically -------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Files.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

using namespace llvm;
namespace fs = llvm::sys::fs;

namespace tacit {

static llvm::Error cannotWrite(StringRef path, std::error_code reason) {
  return fail(ErrorKind::BadInput, "check that the folder exists, is writable and has room",
              "cannot write '{}': {}", path.str(), reason.message());
}

/// Returns the file that a name refers to: renaming onto a symbolic link would replace the
/// link and leave its target as it was.
static std::string resolveLink(StringRef path) {
  SmallString<256> real;
  if (!fs::is_symlink_file(path) || fs::real_path(path, real))
    return path.str();
  return real.str().str();
}

static llvm::Error writeTo(raw_fd_ostream &os, StringRef path,
                           function_ref<llvm::Error(raw_ostream &)> write) {
  llvm::Error error = write(os);
  os.flush();
  std::error_code reason = os.error();
  // The stream aborts the process if it is destroyed with an unhandled error.
  os.clear_error();
  if (error || !reason)
    return error;
  return cannotWrite(path, reason);
}

llvm::Error writeFileAtomically(StringRef path,
                                function_ref<llvm::Error(raw_ostream &)> write) {
  std::string target = resolveLink(path);
  if (fs::exists(target) && !fs::is_regular_file(target)) {
    std::error_code reason;
    raw_fd_ostream os(target, reason);
    return reason ? cannotWrite(path, reason) : writeTo(os, path, write);
  }
  auto file = fs::TempFile::create(target + ".tmp-%%%%%%%%");
  if (!file)
    return cannotWrite(path, errorToErrorCode(file.takeError()));
  llvm::Error error = llvm::Error::success();
  {
    raw_fd_ostream os(file->FD, /*shouldClose=*/false);
    error = joinErrors(std::move(error), writeTo(os, path, write));
  }
  if (error)
    return joinErrors(std::move(error), file->discard());
  if (llvm::Error moved = file->keep(target))
    return cannotWrite(path, errorToErrorCode(std::move(moved)));
  return llvm::Error::success();
}

llvm::Error makeFileAtomically(StringRef path, function_ref<llvm::Error(StringRef)> make) {
  std::string target = resolveLink(path);
  SmallString<256> temporary;
  if (std::error_code reason = fs::createUniqueFile(target + ".tmp-%%%%%%%%", temporary))
    return cannotWrite(path, reason);
  sys::RemoveFileOnSignal(temporary);
  llvm::Error error = make(temporary);
  if (!error)
    if (std::error_code reason = fs::rename(temporary, target))
      error = cannotWrite(path, reason);
  if (error) {
    // If the removal fails as well, the first error is the one that matters.
    (void)fs::remove(temporary);
  }
  sys::DontRemoveFileOnSignal(temporary);
  return error;
}

} // namespace tacit
