//===- LibraryWriter.h - Shared library and C header of a model -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiled model is three files side by side: NAME.so, NAME.h and NAME.weights. The first
// two are written here. The weights are streamed by the code that packs them, through
// writeFileAtomically and Fnv64.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_LIBRARYWRITER_H
#define TACIT_RUNTIME_LIBRARYWRITER_H

#include "tacit/Runtime/tacit.h"
#include "tacit/Support/Files.h"
#include "tacit/Support/Fnv64.h"
#include "llvm/ADT/ArrayRef.h"
#include <string>
#include <vector>

namespace tacit {

/// The files of the model that `-o` names.
struct LibraryPaths {
  std::string library, header, weights;
  /// NAME as a C identifier: the prefix of everything in the header.
  std::string prefix;
};

/// Returns the paths that belong to `-o` NAME.so; ErrorKind::InvalidArgument for another
/// suffix.
llvm::Expected<LibraryPaths> libraryPaths(llvm::StringRef output);

/// One input or output, as the header documents it.
struct LibraryTensor {
  std::string name;
  int32_t dtype = TACIT_F32;
  std::vector<int64_t> shape;     ///< -1 where free
  int64_t indexBound = 0;         ///< see tacit_io
  std::vector<int32_t> dims = {}; ///< see tacit_io; one per dimension, or none at all
  /// How the model computes its dimensions, for an output: "past + seq". One per dimension,
  /// empty if that is not known, or none at all.
  std::vector<std::string> sizes = {};
};

/// The contents of a library.
struct LibraryParts {
  std::string output;          ///< NAME.so
  std::string source;          ///< what it was compiled from, for the header
  llvm::ArrayRef<char> object; ///< defines `tacit_model`
  std::vector<LibraryTensor> inputs, outputs;
  std::vector<std::string> dims; ///< names of free dimensions
  uint64_t weightsBytes = 0, arenaBytes = 0;
  std::string features; ///< comma-separated processor features, may be empty
  /// The code has parallel loops, for which it needs LLVM's OpenMP library.
  bool usesOpenMP = false;
};

/// Returns what follows the packed weights in NAME.weights: see tacit_weights_end.
std::string weightsEnd(uint64_t bytes, uint64_t hash);

/// Returns the text of NAME.h.
std::string libraryHeader(const LibraryParts &parts, llvm::StringRef prefix);

/// Returns what tacit_describe returns.
std::string libraryDescription(const LibraryParts &parts);

/// Writes NAME.so and NAME.h. The library exports tacit_model and the functions of tacit.h,
/// also as NAME_run and so on, so that a program can link several models.
llvm::Error writeLibrary(const LibraryParts &parts);

} // namespace tacit

#endif // TACIT_RUNTIME_LIBRARYWRITER_H
