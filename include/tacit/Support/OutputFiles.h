//===- OutputFiles.h - The files that a command writes ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything that a command writes goes through one OutputFiles, which keeps three
// promises:
//
// - No file is lost. An output is never a file that this command reads (InputFiles.h), and
//   a file of a kind that bears a mark is replaced only if the present one bears it too.
// - All outputs appear together, when the command is certain to succeed. Until then they
//   are temporary files beside their destinations, which a failure or a signal removes. Of
//   two commands that write the same files, one leaves all of its own.
// - What a killed command left behind is removed by the next one that writes the same name.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_OUTPUTFILES_H
#define TACIT_SUPPORT_OUTPUTFILES_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tacit {

/// Returns true if the contents of a file show that Tacit wrote it.
using FileMark = bool (*)(llvm::StringRef contents);

class OutputFiles {
public:
  /// With `force`, files without a mark are replaced as well; `forceOption` is how the user
  /// asks for that.
  explicit OutputFiles(bool force = false, llvm::StringRef forceOption = "");
  /// Discards what was not committed. Files that help to find the cause of a failure are
  /// kept instead, unless an output was refused: a refusal leaves everything as it was.
  ~OutputFiles();
  OutputFiles(const OutputFiles &) = delete;
  OutputFiles &operator=(const OutputFiles &) = delete;

  /// Fails with InvalidArgument if `path` is a file that must not be replaced. Writing
  /// checks that as well; this is for saying so before the work begins.
  llvm::Error check(llvm::StringRef path, FileMark mark = nullptr);

  /// Begins a file, which is finished by `commit`. A device or pipe is written directly.
  /// `isDiagnostic` if it helps to find the cause of a failure. Errors in writing carry
  /// BadInput.
  llvm::Expected<llvm::raw_fd_ostream *>
  begin(llvm::StringRef path, FileMark mark = nullptr, bool isDiagnostic = false);
  /// Writes a file at once.
  llvm::Error write(llvm::StringRef path, FileMark mark,
                    llvm::function_ref<llvm::Error(llvm::raw_ostream &)> write,
                    bool isDiagnostic = false);
  /// Does the same for a program that writes a file itself: `make` gets the temporary name.
  llvm::Error make(llvm::StringRef path, FileMark mark,
                   llvm::function_ref<llvm::Error(llvm::StringRef)> make);

  /// While outputs are put in place, the present file at `path`, which was begun before, is
  /// kept as `aside` if `isNeeded` says so.
  llvm::Error setAside(llvm::StringRef path, std::string aside, FileMark mark,
                       std::function<bool()> isNeeded);

  /// Creates a folder and those above it. A failure removes what was created.
  llvm::Error makeFolder(llvm::StringRef folder);

  /// The bytes of an output that was written but may not be in place yet.
  uint64_t sizeOf(llvm::StringRef path) const;

  /// Puts all outputs in place, in the order in which they were begun; if that fails,
  /// discards them.
  llvm::Error commit();

  /// Puts only the diagnostic outputs in place.
  void commitDiagnostics();

private:
  struct Item;
  /// An open folder with a lock that shows which temporary files are in use, and those that
  /// were not when it was locked.
  struct Lock {
    int file = -1;
    std::vector<std::string> strays;
  };

  llvm::Expected<Item *> add(llvm::StringRef path, FileMark mark, bool isDiagnostic);
  llvm::Error checkTarget(llvm::StringRef path, llvm::StringRef target, FileMark mark);
  llvm::Error finishStreams();
  std::vector<std::string> foldersToLock() const;
  llvm::Error checkAll();
  llvm::Error replaceAll();
  void restoreAll();
  llvm::Error putInPlace();
  void removeAside();
  void lockFolder(llvm::StringRef folder);
  void tidyFolders();
  void discard();

  const bool force;
  const std::string howToForce;
  bool isRefused = false;
  std::vector<std::unique_ptr<Item>> items;
  std::vector<std::string> folders;
  std::map<std::string, Lock> locks;
};

} // namespace tacit

#endif // TACIT_SUPPORT_OUTPUTFILES_H
