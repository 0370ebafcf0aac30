//===- FileBlob.cpp - Constants in mapped files ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/FileBlob.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/MathExtras.h"
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using llvm::MemoryBuffer;

namespace {
/// Holds the mapped files that blobs refer to. A blob does not record where its bytes are,
/// and MADV_DONTNEED would fill memory of the heap with zeros. There is a single table
/// because a process has a single address space.
class MappedFiles {
public:
  static MappedFiles &get() {
    static MappedFiles files;
    return files;
  }

  void retain(const MemoryBuffer *file) {
    std::lock_guard<std::mutex> lock(mutex);
    ++counts[file];
  }

  void release(const MemoryBuffer *file) {
    std::lock_guard<std::mutex> lock(mutex);
    if (--counts[file] == 0)
      counts.erase(file);
  }

  bool contains(ArrayRef<char> bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    return llvm::any_of(llvm::make_first_range(counts), [&](const MemoryBuffer *file) {
      return file->getBufferStart() <= bytes.begin() && bytes.end() <= file->getBufferEnd();
    });
  }

private:
  std::mutex mutex;
  /// Counts the blobs that refer to each file.
  llvm::DenseMap<const MemoryBuffer *, unsigned> counts;
};

/// The reference that one blob holds to its file.
class FileReference {
public:
  explicit FileReference(std::shared_ptr<MemoryBuffer> file) : file(std::move(file)) {
    if (isMapped())
      MappedFiles::get().retain(this->file.get());
  }
  FileReference(const FileReference &) = delete;
  FileReference &operator=(const FileReference &) = delete;
  ~FileReference() {
    if (isMapped())
      MappedFiles::get().release(file.get());
  }

private:
  /// Small files are read into memory instead.
  bool isMapped() const { return file->getBufferKind() == MemoryBuffer::MemoryBuffer_MMap; }

  std::shared_ptr<MemoryBuffer> file;
};
} // namespace

AsmResourceBlob tacit::makeFileBlob(ArrayRef<char> bytes,
                                    std::shared_ptr<MemoryBuffer> file) {
  auto reference = std::make_shared<FileReference>(std::move(file));
  // The alignment of bytes in a file cannot be guaranteed.
  return AsmResourceBlob(
      bytes, /*dataAlignment=*/1,
      [reference = std::move(reference)](void *, size_t, size_t) mutable {
        reference.reset();
      },
      /*dataIsMutable=*/false);
}

void tacit::releasePages(ArrayRef<char> bytes) {
  if (!MappedFiles::get().contains(bytes))
    return;
  // A page that is shared with a neighbour is released too, and read again if necessary.
  uintptr_t page = sysconf(_SC_PAGESIZE);
  uintptr_t begin = llvm::alignDown(reinterpret_cast<uintptr_t>(bytes.begin()), page);
  uintptr_t end = llvm::alignTo(reinterpret_cast<uintptr_t>(bytes.end()), page);
  // A failure would only mean that no memory was released.
  madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}
