//===- Files.h - Writing files that are whole or not there ------*- C++ -*-===//
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

/// Writes what `write` gives to `path`. The bytes go to a temporary file beside it
/// that takes its name at the end, so that whoever opens `path` meanwhile (a running
/// program may have it mapped) keeps the old file, and a failure leaves no half of
/// one. A device or pipe is written directly. Errors carry ErrorKind::BadInput.
llvm::Error writeFileAtomically(llvm::StringRef path,
                                llvm::function_ref<llvm::Error(llvm::raw_ostream &)> write);

/// The same for a program that writes a file itself: `make` gets the temporary name.
llvm::Error makeFileAtomically(llvm::StringRef path,
                               llvm::function_ref<llvm::Error(llvm::StringRef)> make);

} // namespace tacit

#endif // TACIT_SUPPORT_FILES_H
