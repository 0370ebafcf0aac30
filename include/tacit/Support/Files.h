//===- Files.h - Writing files atomically -----------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_FILES_H
#define TACIT_SUPPORT_FILES_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace tacit {

/// Writes the output of `write` to `path`. The bytes go to a temporary file beside it that
/// is renamed at the end, so that readers of the existing file (a running program may have
/// it mapped) keep it, and a failure leaves no partial file. A device or pipe is written
/// directly. Errors carry ErrorKind::BadInput.
llvm::Error writeFileAtomically(llvm::StringRef path,
                                llvm::function_ref<llvm::Error(llvm::raw_ostream &)> write);

/// Does the same for a program that writes a file itself: `make` gets the temporary name.
llvm::Error makeFileAtomically(llvm::StringRef path,
                               llvm::function_ref<llvm::Error(llvm::StringRef)> make);

} // namespace tacit

#endif // TACIT_SUPPORT_FILES_H
