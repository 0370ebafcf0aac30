//===- Npz.cpp - Reading several named arrays -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Npz.h"
#include "InputFile.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Npy.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <zip.h>

using namespace llvm;

namespace tacit {

static constexpr StringLiteral kEnding(".npy");
static constexpr const char *kSaveAgain = "save the arrays again with numpy.savez";
/// Deflate needs at least two bits for a run of at most 258 bytes.
static constexpr uint64_t kLargestRatio = 1032;

//===----------------------------------------------------------------------===//
// Archives
//===----------------------------------------------------------------------===//

namespace {

/// An open archive. Each failure of the library is an error with the library's reason.
class Archive {
public:
  static Expected<Archive> open(StringRef path, StringRef file);

  uint64_t size() const { return zip_get_num_entries(archive.get(), 0); }
  /// Returns the directory's record of an entry, which has a name and plausible sizes.
  Expected<zip_stat_t> entry(uint64_t index);
  /// Returns what messages call an entry.
  std::string nameOf(const zip_stat_t &entry) const {
    return fmt::format("{}:{}", path, entry.name);
  }
  /// Inflates an entry, a .npy file whose header states its size, and verifies its
  /// checksum.
  Expected<std::string> read(const zip_stat_t &entry);

private:
  struct Discard {
    void operator()(zip_t *archive) const { zip_discard(archive); }
    void operator()(zip_file_t *file) const { zip_fclose(file); }
  };
  Archive(StringRef path, StringRef file, zip_t *archive)
      : path(path.str()), left(file.size()), archive(archive) {}

  std::string path;
  /// The bytes of the file that no entry has claimed so far. Entries that share bytes
  /// could be larger together than their file allows.
  uint64_t left;
  std::unique_ptr<zip_t, Discard> archive;
};

} // namespace

/// Says why an archive cannot be opened, and releases the reason.
static llvm::Error notAnArchive(StringRef path, zip_error_t &reason) {
  std::string text = zip_error_strerror(&reason);
  zip_error_fini(&reason);
  return fail(ErrorKind::BadInput, kSaveAgain, "'{}' cannot be read as a .npz file: {}",
              path.str(), text);
}

Expected<Archive> Archive::open(StringRef path, StringRef file) {
  zip_error_t reason;
  zip_error_init(&reason);
  zip_source_t *source =
      zip_source_buffer_create(file.data(), file.size(), /*freep=*/0, &reason);
  if (!source)
    return notAnArchive(path, reason);
  zip_t *archive = zip_open_from_source(source, ZIP_RDONLY, &reason);
  if (!archive) {
    zip_source_free(source);
    return notAnArchive(path, reason);
  }
  zip_error_fini(&reason);
  return Archive(path, file, archive);
}

Expected<zip_stat_t> Archive::entry(uint64_t index) {
  zip_stat_t entry;
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if (zip_stat_index(archive.get(), index, 0, &entry) != 0 ||
      (entry.valid & kNeeded) != kNeeded)
    return fail(ErrorKind::BadInput, kSaveAgain, "'{}': entry {} has no name or no size",
                path, index);
  if (entry.comp_method != ZIP_CM_STORE && entry.comp_method != ZIP_CM_DEFLATE)
    return fail(
        ErrorKind::BadInput, kSaveAgain,
        "'{}': '{}' is compressed by method {}; expected 0 (stored) or 8 (deflated)", path,
        entry.name, entry.comp_method);
  bool isPlausible =
      entry.comp_size <= left && entry.size / kLargestRatio <= entry.comp_size;
  if (!isPlausible)
    return fail(ErrorKind::BadInput, kSaveAgain,
                "'{}': '{}' claims {} bytes from {}, which the {} bytes of the file cannot "
                "hold",
                path, entry.name, entry.size, entry.comp_size, left);
  left -= entry.comp_size;
  return entry;
}

Expected<std::string> Archive::read(const zip_stat_t &entry) {
  auto failed = [&](const std::string &reason) {
    return fail(ErrorKind::BadInput, kSaveAgain, "'{}': cannot read '{}': {}", path,
                entry.name, reason);
  };
  std::unique_ptr<zip_file_t, Discard> file(zip_fopen_index(archive.get(), entry.index, 0));
  if (!file)
    return failed(zip_strerror(archive.get()));
  std::string bytes;
  auto readUpTo = [&](uint64_t size) -> llvm::Error {
    uint64_t done = bytes.size();
    bytes.resize(size);
    while (done < size) {
      zip_int64_t count = zip_fread(file.get(), bytes.data() + done, size - done);
      if (count < 0)
        return failed(zip_file_strerror(file.get()));
      if (count == 0)
        return failed(fmt::format(
            "it has fewer than the {} bytes that the directory states", entry.size));
      done += count;
    }
    return llvm::Error::success();
  };
  // Zeros deflate to next to nothing: the header has to confirm the size first.
  if (auto error = readUpTo(std::min<uint64_t>(entry.size, kNpyBeginning)))
    return std::move(error);
  if (auto error = checkNpySize(nameOf(entry), bytes, entry.size))
    return std::move(error);
  if (auto error = readUpTo(entry.size))
    return std::move(error);
  // The checksum is compared when the end is reached.
  char rest;
  zip_int64_t count = zip_fread(file.get(), &rest, 1);
  if (count < 0)
    return failed(zip_file_strerror(file.get()));
  if (count > 0)
    return failed(
        fmt::format("it has more than the {} bytes that the directory states", entry.size));
  return bytes;
}

Expected<NamedTensors> parseNpz(StringRef path, StringRef file, ArrayFilter wants) {
  auto archive = Archive::open(path, file);
  if (!archive)
    return archive.takeError();
  NamedTensors tensors;
  StringSet<> names;
  for (uint64_t i = 0; i < archive->size(); ++i) {
    auto entry = archive->entry(i);
    if (!entry)
      return entry.takeError();
    StringRef name(entry->name);
    if (!name.consume_back(kEnding) || !names.insert(name).second)
      return fail(ErrorKind::BadInput, kSaveAgain, "'{}' holds '{}'{}", path.str(),
                  entry->name,
                  names.contains(name) ? " twice" : "; expected names that end in .npy");
    if (!wants(name))
      continue;
    auto bytes = archive->read(*entry);
    if (!bytes)
      return bytes.takeError();
    auto tensor = parseNpy(archive->nameOf(*entry), *bytes);
    if (!tensor)
      return tensor.takeError();
    tensors.push_back({name.str(), std::move(*tensor)});
  }
  return tensors;
}

//===----------------------------------------------------------------------===//
// Folders
//===----------------------------------------------------------------------===//

static Expected<NamedTensors> readFolder(StringRef path, ArrayFilter wants) {
  std::vector<std::string> files;
  std::error_code reason;
  for (sys::fs::directory_iterator entry(path, reason), end; entry != end && !reason;
       entry.increment(reason))
    if (StringRef(entry->path()).ends_with(kEnding))
      files.push_back(entry->path());
  if (reason)
    return fail(ErrorKind::BadInput, "check the name of the folder",
                "cannot read the folder '{}': {}", path.str(), reason.message());
  sort(files);
  NamedTensors tensors;
  for (const std::string &file : files) {
    StringRef name = sys::path::filename(file).drop_back(kEnding.size());
    if (!wants(name))
      continue;
    auto tensor = readNpy(file);
    if (!tensor)
      return tensor.takeError();
    tensors.push_back({name.str(), std::move(*tensor)});
  }
  return tensors;
}

Expected<NamedTensors> readArrays(StringRef path, ArrayFilter wants) {
  if (sys::fs::is_directory(path))
    return readFolder(path, wants);
  auto buffer = openInputFile(path, ".npz file, or of a folder of .npy files");
  if (!buffer)
    return buffer.takeError();
  return parseNpz(path, (*buffer)->getBuffer(), wants);
}

} // namespace tacit
