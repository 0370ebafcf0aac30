//===- Package.h - A model for two parties, in a folder ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_PACKAGE_H
#define TACIT_LIB_DRIVER_PACKAGE_H

#include "Compilation.h"
#include "tacit/Runtime/TwoParty/PartySession.h"
#include "tacit/Support/OutputFiles.h"

namespace tacit::driver {

/// The files of a package. Each party needs what is public and its own folder; the dealer
/// only what is public.
struct PackagePaths {
  explicit PackagePaths(llvm::StringRef folder);

  std::string publicFolder, clientFolder, serverFolder;
  std::string schedule;        ///< public: what everybody agrees on
  std::string party, dealer;   ///< public: the code of both parties, and of the dealer
  std::string inputs, outputs; ///< the client's: how it encodes and decodes
  std::string constants;       ///< the server's: its weights as words

  const std::string &folderOf(twoparty::Party party) const {
    return party == twoparty::Party::Client ? clientFolder : serverFolder;
  }
};

/// True if `-o` names a package: a folder, or a name without an extension that is none yet.
bool isPackage(const CompileOptions &options);

/// Protocol, ring and fraction of packages; fails for another protocol, or where the
/// functions of ours have no room.
llvm::Expected<TwoPartyOptions> packageOptions(const CompileOptions &options);

/// Runs the phases up to `messages`, and returns what their programs do, with all that the
/// client is told; only the package has no number yet.
llvm::Expected<twoparty::Schedule> reachMessages(Compilation &compilation);

/// Writes the words of a message, those of the client first, so that the files of both
/// parties are equal.
void writeWires(twoparty::Party party, const twoparty::Exchanged &words,
                llvm::raw_ostream &os);

/// Returns the compilation of one of these programs: `party`, `dealer`, or what one party
/// computes alone: `client`, `result` and `server`.
Compilation forkProgram(const Compilation &compilation, Variant variant,
                        llvm::StringRef name);

/// Runs the phases that are left, and adds the package to the outputs.
llvm::Expected<twoparty::Schedule> writePackage(Compilation &compilation,
                                                const CompileOptions &options,
                                                const TwoPartyOptions &twoParty,
                                                OutputFiles &files);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_PACKAGE_H
