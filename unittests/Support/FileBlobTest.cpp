//===- FileBlobTest.cpp - Constants in mapped files -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/FileBlob.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <fstream>
#include <numeric>

using namespace mlir;
using namespace tacit;

namespace {
constexpr size_t kBytes = size_t(1) << 24;

/// A mapped file of kBytes bytes, all of them 7, that is removed from the disk at once.
std::shared_ptr<llvm::MemoryBuffer> mapSevens() {
  llvm::SmallString<128> path;
  int descriptor = -1;
  if (llvm::sys::fs::createTemporaryFile("tacit", "bin", descriptor, path))
    return nullptr;
  {
    llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
    os << std::string(kBytes, 7);
  }
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  llvm::sys::fs::remove(path);
  return file ? std::move(*file) : nullptr;
}

int64_t sumOf(ArrayRef<char> bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), int64_t(0));
}

/// Returns the number of pages of files that are in the memory of this process.
int64_t residentFilePages() {
  int64_t size = 0, resident = 0, shared = 0;
  std::ifstream("/proc/self/statm") >> size >> resident >> shared;
  return shared;
}
} // namespace

TEST(FileBlobTest, BlobKeepsItsFile) {
  std::shared_ptr<llvm::MemoryBuffer> file = mapSevens();
  ASSERT_NE(file, nullptr);
  std::weak_ptr<llvm::MemoryBuffer> observed = file;
  {
    ArrayRef<char> bytes(file->getBufferStart() + 3, 100);
    AsmResourceBlob blob = makeFileBlob(bytes, std::move(file));
    EXPECT_FALSE(observed.expired());
    EXPECT_EQ(sumOf(blob.getData()), 700);
  }
  EXPECT_TRUE(observed.expired());
}

TEST(FileBlobTest, ReleasedPagesLeaveMemoryAndComeBack) {
  std::shared_ptr<llvm::MemoryBuffer> file = mapSevens();
  ASSERT_NE(file, nullptr);
  ArrayRef<char> bytes(file->getBufferStart(), kBytes);
  AsmResourceBlob blob = makeFileBlob(bytes, std::move(file));
  EXPECT_EQ(sumOf(bytes), 7 * int64_t(kBytes));
  int64_t before = residentFilePages();
  releasePages(bytes.drop_front(5));
  // Half of them suffice: the system may have kept some pages elsewhere.
  EXPECT_LT(residentFilePages(), before - int64_t(kBytes / 4096 / 2));
  EXPECT_EQ(sumOf(bytes), 7 * int64_t(kBytes));
}

TEST(FileBlobTest, OtherMemoryKeepsItsBytes) {
  std::vector<char> heap(kBytes, 7);
  releasePages(heap);
  EXPECT_EQ(sumOf(heap), 7 * int64_t(kBytes));
}
