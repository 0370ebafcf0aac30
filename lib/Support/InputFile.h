//===- InputFile.h - Files that users give ----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_SUPPORT_INPUTFILE_H
#define TACIT_LIB_SUPPORT_INPUTFILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace tacit {

/// Maps a regular file; anything else could be endless. `kind` says what was expected, as
/// in ".npy file". Errors carry ErrorKind::BadInput.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> openInputFile(llvm::StringRef path,
                                                                  llvm::StringRef kind);

} // namespace tacit

#endif // TACIT_LIB_SUPPORT_INPUTFILE_H
