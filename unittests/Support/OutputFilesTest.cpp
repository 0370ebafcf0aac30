//===- OutputFilesTest.cpp - The files that a command writes --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/OutputFiles.h"
#include "TestSupport.h"
#include "tacit/Support/InputFiles.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::test;

namespace {

llvm::Error writeHello(raw_ostream &os) {
  os << "hello";
  return llvm::Error::success();
}

bool isHello(StringRef contents) { return contents.starts_with("hello"); }

class Outputs : public testing::Test {
protected:
  TemporaryFolder folder;

  // Files of other tests may have had the same inodes.
  void SetUp() override { forgetInputs(); }

  std::string write(StringRef path, FileMark mark = nullptr, bool force = false) {
    OutputFiles files(force, "--force");
    std::string problem = describe(files.write(path, mark, writeHello));
    return problem == "no error" ? describe(files.commit()) : problem;
  }
};

TEST_F(Outputs, AppearTogetherAtTheEnd) {
  std::string path = folder.write("file", "old");
  {
    OutputFiles files;
    EXPECT_EQ(describe(files.write(path, nullptr, writeHello)), "no error");
    EXPECT_EQ(describe(files.write(folder.path("new"), nullptr, writeHello)), "no error");
    EXPECT_EQ(files.sizeOf(path), 5u);
    EXPECT_EQ(folder.read("file"), "old");
    EXPECT_EQ(folder.read("new"), "(no such file)");
    EXPECT_EQ(describe(files.commit()), "no error");
  }
  EXPECT_EQ(folder.read("file"), "hello");
  EXPECT_EQ(folder.read("new"), "hello");
  EXPECT_EQ(folder.countFiles(), 2u);
}

// What fails is the last step: the temporary file of the last output is gone.
TEST_F(Outputs, AreUndoneIfTheLastOneFails) {
  std::string old = folder.write("old", "old"), kept = folder.write("kept", "kept");
  OutputFiles files;
  EXPECT_EQ(describe(files.write(old, nullptr, writeHello)), "no error");
  EXPECT_EQ(
      describe(files.setAside(old, folder.path("old.aside"), nullptr, [] { return true; })),
      "no error");
  EXPECT_EQ(describe(files.write(folder.path("new"), nullptr, writeHello)), "no error");
  EXPECT_EQ(describe(files.write(kept, nullptr, writeHello)), "no error");
  EXPECT_EQ(describe(files.make(folder.path("last"), nullptr,
                                [](StringRef temporary) {
                                  llvm::sys::fs::remove(temporary);
                                  return llvm::Error::success();
                                })),
            "no error");
  EXPECT_TRUE(StringRef(describe(files.commit())).starts_with("[4] cannot write '"));
  EXPECT_EQ(folder.read("old"), "old");
  EXPECT_EQ(folder.read("kept"), "kept");
  EXPECT_EQ(folder.countFiles(), 2u);
}

// The rights of a file are its owner's choice.
TEST_F(Outputs, KeepTheRightsOfWhatTheyReplace) {
  std::string path = folder.write("file", "old");
  llvm::sys::fs::setPermissions(path,
                                llvm::sys::fs::owner_read | llvm::sys::fs::owner_write);
  EXPECT_EQ(write(path), "no error");
  EXPECT_EQ(*llvm::sys::fs::getPermissions(path),
            llvm::sys::fs::owner_read | llvm::sys::fs::owner_write);
  EXPECT_EQ(folder.read("file"), "hello");
}

TEST_F(Outputs, AreDiscardedOnFailure) {
  std::string path = folder.write("file", "old");
  {
    OutputFiles files;
    EXPECT_EQ(describe(files.makeFolder(folder.path("a/b"))), "no error");
    EXPECT_EQ(describe(files.write(folder.path("a/b/c"), nullptr, writeHello)), "no error");
    auto write = [](raw_ostream &os) {
      os << "half";
      return fail(ErrorKind::Unsupported, "", "no more");
    };
    EXPECT_EQ(describe(files.write(path, nullptr, write)), "[3] no more | ");
    auto make = [](StringRef) { return fail(ErrorKind::Unsupported, "", "no tool"); };
    EXPECT_EQ(describe(files.make(path, nullptr, make)), "[3] no tool | ");
  }
  EXPECT_EQ(folder.read("file"), "old");
  EXPECT_EQ(folder.countFiles(), 1u);
}

TEST_F(Outputs, KeepDiagnosticsOnFailureButNotOnRefusal) {
  std::string own = folder.write("own", "mine");
  {
    OutputFiles files;
    EXPECT_EQ(describe(files.write(folder.path("dump"), nullptr, writeHello, true)),
              "no error");
    EXPECT_EQ(describe(files.write(folder.path("result"), nullptr, writeHello)),
              "no error");
  }
  EXPECT_EQ(folder.read("dump"), "hello");
  EXPECT_EQ(folder.countFiles(), 2u);
  {
    OutputFiles files;
    EXPECT_EQ(describe(files.write(folder.path("dump2"), nullptr, writeHello, true)),
              "no error");
    EXPECT_CONTAINS(describe(files.check(own, isHello)), "[2] ");
  }
  EXPECT_EQ(folder.countFiles(), 2u);
}

TEST_F(Outputs, NeverReplaceAnInput) {
  std::string path = folder.write("input", "hello");
  cantFail(errorOrToExpected(readInput(path)));
  ASSERT_FALSE(sys::fs::create_link(path, folder.path("soft")));
  ASSERT_FALSE(sys::fs::create_hard_link(path, folder.path("hard")));
  EXPECT_EQ(write(path), "[2] the output '" + path +
                             "' is a file that this command reads | write to another "
                             "file");
  for (const char *name : {"soft", "hard"})
    EXPECT_CONTAINS(write(folder.path(name), isHello, /*force=*/true),
                    "' is the file '" + path + "', which this command reads");
}

TEST_F(Outputs, ReplaceOnlyWhatBearsTheMark) {
  EXPECT_EQ(write(folder.write("marked", "hello, world"), isHello), "no error");
  EXPECT_EQ(write(folder.write("empty", ""), isHello), "no error");
  std::string own = folder.write("own", "mine");
  EXPECT_EQ(write(own, isHello), "[2] the output '" + own +
                                     "' would replace a file that was not made by Tacit | "
                                     "write to another file, or add --force to replace it");
  EXPECT_EQ(folder.read("own"), "mine");
  EXPECT_EQ(write(own, isHello, /*force=*/true), "no error");
  EXPECT_EQ(folder.read("own"), "hello");
  EXPECT_EQ(folder.countFiles(), 3u);
}

TEST_F(Outputs, HaveNamesOfTheirOwn) {
  OutputFiles files;
  EXPECT_EQ(describe(files.write(folder.path("file"), nullptr, writeHello)), "no error");
  EXPECT_CONTAINS(describe(files.write(folder.path("./file"), nullptr, writeHello)),
                  "[2] two outputs of this command would be written to '");
}

TEST_F(Outputs, RemoveWhatAKilledCommandLeft) {
  folder.write("file.tacit-01234567", "");
  folder.write("file.tacit-89abcdef.tmp123abcd", "");
  folder.write("file.tacit-0123", "");
  folder.write("other.tacit-01234567", "");
  EXPECT_EQ(write(folder.path("file")), "no error");
  EXPECT_EQ(folder.countFiles(), 3u);
  folder.write("file.tacit-01234567", "");
  // Another command that is at work may be writing it.
  OutputFiles busy;
  EXPECT_EQ(describe(busy.write(folder.path("other"), nullptr, writeHello)), "no error");
  folder.write("file.tacit-01234568", "");
  EXPECT_EQ(write(folder.path("file")), "no error");
  EXPECT_EQ(folder.read("file.tacit-01234568"), "");
}

TEST_F(Outputs, TellWhereTheyCannotBeWritten) {
  EXPECT_EQ(write(folder.path("none/file")),
            "[4] cannot write '" + folder.path("none/file") +
                "': No such file or directory | check that the folder exists, is writable "
                "and has room");
  EXPECT_CONTAINS(write(folder.path("")), "Is a directory");
  // This is a device that is always full.
  EXPECT_CONTAINS(write("/dev/full"), "cannot write '/dev/full': No space left on device");
}

TEST_F(Outputs, KeepDevicesAndLinks) {
  EXPECT_EQ(write("/dev/null", isHello), "no error");
  EXPECT_FALSE(sys::fs::is_regular_file("/dev/null"));
  OutputFiles files;
  auto make = [](StringRef) { return llvm::Error::success(); };
  EXPECT_CONTAINS(describe(files.make("/dev/null", nullptr, make)),
                  "[4] cannot write '/dev/null': not a regular file");
  folder.write("file", "old");
  ASSERT_FALSE(sys::fs::create_link("file", folder.path("link")));
  ASSERT_FALSE(sys::fs::create_link("later", folder.path("dangling")));
  for (const char *name : {"link", "dangling"}) {
    EXPECT_EQ(write(folder.path(name)), "no error");
    EXPECT_TRUE(sys::fs::is_symlink_file(folder.path(name)));
  }
  EXPECT_EQ(folder.read("file"), "hello");
  EXPECT_EQ(folder.read("later"), "hello");
}

TEST_F(Outputs, TakeAnyName) {
  std::string longest(255, 'x'), percent = "100%%%";
  for (const std::string &name : {longest, percent}) {
    EXPECT_EQ(write(folder.path(name)), "no error");
    EXPECT_EQ(folder.read(name), "hello");
  }
}

TEST_F(Outputs, SetAPresentFileAside) {
  std::string path = folder.write("file", "hello"), aside = folder.path("file.old");
  folder.write("file.old", "hello again");
  for (bool isNeeded : {true, false}) {
    OutputFiles files;
    EXPECT_EQ(describe(files.write(path, isHello, writeHello)), "no error");
    auto decide = [&] {
      EXPECT_EQ(folder.read("file"), "hello");
      return isNeeded;
    };
    EXPECT_EQ(describe(files.setAside(path, aside, isHello, decide)), "no error");
    EXPECT_EQ(describe(files.commit()), "no error");
    EXPECT_EQ(folder.countFiles(), 1u);
  }
}

} // namespace
