//===- InputFiles.h - The files that a command reads ------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// No output of a command may replace one of its inputs. Therefore everything that reads a
// file opens it with readInput, or reports it with noteInput; OutputFiles asks for what
// was reported. There is a single list because a process is a single command.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_INPUTFILES_H
#define TACIT_SUPPORT_INPUTFILES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/ErrorOr.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <optional>
#include <string>

namespace tacit {

/// Maps or reads a file. The buffer need not end with a zero byte, unless it is text.
llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> readInput(llvm::StringRef path,
                                                             bool isText = false);

/// Reports a file that this command reads in another way, or that belongs to its model.
/// Files that do not exist, devices and pipes are ignored.
void noteInput(llvm::StringRef path);

/// Returns the name by which a file was read, if this command reads it.
std::optional<std::string> findInput(llvm::sys::fs::UniqueID file);

/// Begins another command in this process.
void forgetInputs();

} // namespace tacit

#endif // TACIT_SUPPORT_INPUTFILES_H
