//===- LibraryWriter.h - Shared library and C header of a model -*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiled model is three files side by side: NAME.so, NAME.h and NAME.weights. A fourth,
// NAME.weights.old, exists while they are replaced: between two steps of that, the library
// that is there finds its weights under one of the two names.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_RUNTIME_LIBRARYWRITER_H
#define TACIT_RUNTIME_LIBRARYWRITER_H

#include "tacit/Runtime/tacit.h"
#include "tacit/Support/Fnv64.h"
#include "tacit/Support/OutputFiles.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>
#include <string>
#include <vector>

namespace tacit {

/// The files of the model that `-o` names.
struct LibraryPaths {
  std::string library, header, weights, oldWeights;
  /// NAME as a C identifier: the prefix of everything in the header.
  std::string prefix;
};

/// Returns the paths that belong to `-o` NAME.so; ErrorKind::InvalidArgument for another
/// suffix.
llvm::Expected<LibraryPaths> libraryPaths(llvm::StringRef output);

/// Fails if one of these files must not be replaced.
llvm::Error checkLibraryOutputs(const LibraryPaths &paths, OutputFiles &files);

/// The marks of the three files.
bool isLibraryFile(llvm::StringRef contents);
bool isLibraryHeader(llvm::StringRef contents);
bool isLibraryWeights(llvm::StringRef contents);

/// Returns the hash of the weights that a library needs; nullopt if the file is no library
/// of this version.
std::optional<uint64_t> hashOfLibrary(llvm::StringRef path);
/// Returns the hash that a weight file states.
std::optional<uint64_t> hashOfWeights(llvm::StringRef path);

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
  std::string source;          ///< what it was compiled from; empty for no header
  llvm::ArrayRef<char> object; ///< defines `tacit_model`
  std::vector<LibraryTensor> inputs, outputs;
  std::vector<std::string> dims; ///< names of free dimensions
  uint64_t weightsBytes = 0, arenaBytes = 0;
  std::string features; ///< comma-separated processor features, may be empty
  /// The code has parallel loops, for which it needs LLVM's OpenMP library.
  bool usesOpenMP = false;
  /// The code calls the functions of tacit_party.h.
  bool isOfParty = false;
};

/// Returns what follows the packed weights in NAME.weights: see tacit_weights_end.
std::string weightsEnd(uint64_t bytes, uint64_t hash);

/// Adds NAME.weights to the outputs: `write` writes the packed weights and returns their
/// Fnv64 hash, which becomes the result.
llvm::Expected<uint64_t>
writeWeights(const LibraryPaths &paths, uint64_t bytes,
             llvm::function_ref<uint64_t(llvm::raw_ostream &)> write, OutputFiles &files);

/// Returns the text of NAME.h.
std::string libraryHeader(const LibraryParts &parts, llvm::StringRef prefix);

/// Returns what tacit_describe returns.
std::string libraryDescription(const LibraryParts &parts);

/// Adds NAME.h and NAME.so to the outputs, after NAME.weights. The library exports
/// tacit_model and the functions of tacit.h, also as NAME_run and so on, so that a program
/// can link several models.
llvm::Error writeLibrary(const LibraryParts &parts, OutputFiles &files);

} // namespace tacit

#endif // TACIT_RUNTIME_LIBRARYWRITER_H
