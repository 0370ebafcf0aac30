//===- InputFile.cpp - Files that users give ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InputFile.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/InputFiles.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

Expected<std::unique_ptr<MemoryBuffer>> tacit::openInputFile(StringRef path,
                                                             StringRef kind) {
  sys::fs::file_status status;
  std::error_code reason = sys::fs::status(path, status);
  if (!reason && !sys::fs::is_regular_file(status))
    return fail(ErrorKind::BadInput, "give the name of a " + kind.str(),
                "'{}' is not a regular file", path.str());
  if (!reason) {
    auto buffer = readInput(path);
    if (buffer)
      return std::move(*buffer);
    reason = buffer.getError();
  }
  return fail(ErrorKind::BadInput, "check the name of the file", "cannot read '{}': {}",
              path.str(), reason.message());
}
