//===- FilesTest.cpp - Writing files atomically ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Files.h"
#include "TestSupport.h"
#include "tacit/Support/HostTensor.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::test;

namespace {

llvm::Error writeHello(raw_ostream &os) {
  os << "hello";
  return llvm::Error::success();
}

TEST(Files, ReplacesAFileAtTheEnd) {
  TemporaryFolder folder;
  std::string path = folder.write("file", "old");
  auto write = [&](raw_ostream &os) {
    os << "new";
    os.flush();
    EXPECT_EQ(folder.read("file"), "old");
    return llvm::Error::success();
  };
  EXPECT_EQ(describe(writeFileAtomically(path, write)), "no error");
  EXPECT_EQ(folder.read("file"), "new");
  EXPECT_EQ(folder.countFiles(), 1u);
}

TEST(Files, LeavesTheOldFileOnFailure) {
  TemporaryFolder folder;
  std::string path = folder.write("file", "old");
  auto write = [](raw_ostream &os) {
    os << "half";
    return fail(ErrorKind::Unsupported, "", "no more");
  };
  EXPECT_EQ(describe(writeFileAtomically(path, write)), "[3] no more | ");
  auto make = [](StringRef) { return fail(ErrorKind::Unsupported, "", "no tool"); };
  EXPECT_EQ(describe(makeFileAtomically(path, make)), "[3] no tool | ");
  EXPECT_EQ(folder.read("file"), "old");
  EXPECT_EQ(folder.countFiles(), 1u);
}

TEST(Files, TellsWhereItCannotWrite) {
  TemporaryFolder folder;
  EXPECT_EQ(describe(writeFileAtomically(folder.path("none/file"), writeHello)),
            "[4] cannot write '" + folder.path("none/file") +
                "': No such file or directory | check that the folder exists, is writable "
                "and has room");
  EXPECT_CONTAINS(describe(writeFileAtomically(folder.path(""), writeHello)),
                  "Is a directory");
  // This is a device that is always full.
  EXPECT_CONTAINS(describe(writeFileAtomically("/dev/full", writeHello)),
                  "cannot write '/dev/full': No space left on device");
}

TEST(Files, KeepsDevicesAndLinks) {
  EXPECT_EQ(describe(writeFileAtomically("/dev/null", writeHello)), "no error");
  EXPECT_FALSE(sys::fs::is_regular_file("/dev/null"));
  TemporaryFolder folder;
  std::string path = folder.write("file", "old");
  ASSERT_FALSE(sys::fs::create_link(path, folder.path("link")));
  EXPECT_EQ(describe(writeFileAtomically(folder.path("link"), writeHello)), "no error");
  EXPECT_TRUE(sys::fs::is_symlink_file(folder.path("link")));
  EXPECT_EQ(folder.read("file"), "hello");
}

TEST(HostTensor, CountsBytes) {
  EXPECT_EQ(tensorBytes(TACIT_I64, {4, 128}), 4096);
  EXPECT_EQ(tensorBytes(TACIT_BOOL, {}), 1);
  EXPECT_EQ(tensorBytes(TACIT_F32, {1 << 30, 1 << 30}), int64_t(1) << 62);
  EXPECT_EQ(tensorBytes(TACIT_F32, {1 << 30, 1 << 30, 2}), std::nullopt);
  EXPECT_EQ(tensorBytes(TACIT_F32, {int64_t(1) << 62, 0}), 0);
  EXPECT_EQ(tensorBytes(TACIT_F32, {-1, 0}), std::nullopt);
  EXPECT_EQ(tensorBytes(TACIT_BF16, {4}), 8);
  EXPECT_EQ(tensorBytes(8, {4}), std::nullopt); // strings
  EXPECT_EQ(shapeText({4, 128}), "4x128");
  EXPECT_EQ(shapeText({}), "scalar");
}

} // namespace
