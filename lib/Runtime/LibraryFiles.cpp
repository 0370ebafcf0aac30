//===- LibraryFiles.cpp - Recognises the files of a compiled model --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Runtime/LibraryWriter.h"
#include "tacit/Runtime/tacit_runtime.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using Elf = object::ELF64LEObjectFile;

namespace tacit {

//===----------------------------------------------------------------------===//
// NAME.so
//===----------------------------------------------------------------------===//

/// Returns the address of `tacit_model`, which every library exports.
static std::optional<uint64_t> findModel(const Elf &library) {
  for (object::ELFSymbolRef symbol : library.getDynamicSymbolIterators()) {
    Expected<StringRef> name = symbol.getName();
    if (!name) {
      consumeError(name.takeError());
      return std::nullopt;
    }
    if (*name != "tacit_model")
      continue;
    Expected<uint64_t> address = symbol.getAddress();
    if (address)
      return *address;
    consumeError(address.takeError());
    return std::nullopt;
  }
  return std::nullopt;
}

static std::optional<Elf> parse(MemoryBufferRef file) {
  Expected<Elf> library = Elf::create(file);
  if (library)
    return std::move(*library);
  consumeError(library.takeError());
  return std::nullopt;
}

bool isLibraryFile(StringRef contents) {
  std::optional<Elf> library = parse({contents, ""});
  return library && findModel(*library);
}

std::optional<uint64_t> hashOfLibrary(StringRef path) {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file)
    return std::nullopt;
  std::optional<Elf> library = parse(**file);
  std::optional<uint64_t> address = library ? findModel(*library) : std::nullopt;
  if (!address)
    return std::nullopt;
  Expected<const uint8_t *> bytes = library->getELFFile().toMappedAddr(*address);
  if (!bytes) {
    consumeError(bytes.takeError());
    return std::nullopt;
  }
  const auto *end = reinterpret_cast<const uint8_t *>((*file)->getBufferEnd());
  // Pointers are filled in by the loader, but numbers are as they will be.
  tacit_model_desc model;
  if (*bytes > end || static_cast<size_t>(end - *bytes) < sizeof model)
    return std::nullopt;
  memcpy(&model, *bytes, sizeof model);
  if (model.abi_version != TACIT_ABI_VERSION)
    return std::nullopt;
  return model.weights_hash;
}

//===----------------------------------------------------------------------===//
// NAME.h
//===----------------------------------------------------------------------===//

bool isLibraryHeader(StringRef contents) {
  // The first paragraph may be several lines.
  SmallVector<StringRef> words;
  SplitString(contents.split("\n\n").first, words);
  std::string text = join(words, " ");
  return StringRef(text).starts_with("/* C interface of ") &&
         StringRef(text).contains(", made by tacit compile from ");
}

//===----------------------------------------------------------------------===//
// NAME.weights
//===----------------------------------------------------------------------===//

static constexpr StringLiteral kMagic = TACIT_WEIGHTS_MAGIC;

bool isLibraryWeights(StringRef contents) {
  return contents.size() >= sizeof(tacit_weights_end) && contents.ends_with(kMagic);
}

std::string weightsEnd(uint64_t bytes, uint64_t hash) {
  std::string end;
  raw_string_ostream os(end);
  support::endian::Writer writer(os, endianness::little);
  writer.write<uint64_t>(hash);
  writer.write<uint64_t>(bytes);
  writer.write<uint64_t>(TACIT_WEIGHTS_VERSION);
  os << kMagic;
  return end;
}

std::optional<uint64_t> hashOfWeights(StringRef path) {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file || !isLibraryWeights((*file)->getBuffer()))
    return std::nullopt;
  return support::endian::read64le((*file)->getBufferEnd() - sizeof(tacit_weights_end) +
                                   offsetof(tacit_weights_end, hash));
}

} // namespace tacit
