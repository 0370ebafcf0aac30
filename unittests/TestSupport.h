//===- TestSupport.h - Helpers of the unit tests ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_UNITTESTS_TESTSUPPORT_H
#define TACIT_UNITTESTS_TESTSUPPORT_H

#include "tacit/Support/Error.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

namespace tacit::test {

/// Returns the text of an error, code and hint included, in one comparable line.
inline std::string describe(llvm::Error error) {
  std::string text = error ? "" : "no error";
  llvm::handleAllErrors(
      std::move(error),
      [&](const Error &e) {
        text += fmt::format("[{}] {} | {}", int(e.getKind()), e.getMessage().str(),
                            e.getHint().text);
      },
      [&](const llvm::ErrorInfoBase &e) { text += "foreign error: " + e.message(); });
  return text;
}

template <typename T>
std::string describe(llvm::Expected<T> value) {
  return describe(value ? llvm::Error::success() : value.takeError());
}

/// A folder that is removed at the end of the test.
class TemporaryFolder {
public:
  TemporaryFolder() {
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("tacit-test", folder));
  }
  ~TemporaryFolder() { EXPECT_FALSE(llvm::sys::fs::remove_directories(folder)); }

  std::string path(llvm::StringRef name) const { return (folder + "/" + name).str(); }
  std::string write(llvm::StringRef name, llvm::StringRef bytes) const {
    std::error_code reason;
    llvm::raw_fd_ostream os(path(name), reason);
    EXPECT_FALSE(reason);
    os << bytes;
    return path(name);
  }
  std::string read(llvm::StringRef name) const {
    auto file = llvm::MemoryBuffer::getFile(path(name));
    return file ? (*file)->getBuffer().str() : "(no such file)";
  }
  size_t countFiles() const {
    std::error_code reason;
    size_t count = 0;
    for (llvm::sys::fs::directory_iterator it(folder, reason), end; it != end && !reason;
         it.increment(reason))
      ++count;
    return count;
  }

private:
  llvm::SmallString<128> folder;
};

/// Returns the bytes of some numbers.
template <typename T>
std::vector<char> bytesOf(std::initializer_list<T> values) {
  auto *begin = reinterpret_cast<const char *>(values.begin());
  return std::vector<char>(begin, begin + values.size() * sizeof(T));
}

} // namespace tacit::test

/// For text with paths in it: reports what was found if a part of it is missing.
#define EXPECT_CONTAINS(text, part)                                                        \
  do {                                                                                     \
    std::string found = (text);                                                            \
    EXPECT_NE(found.find(part), std::string::npos)                                         \
        << "found:    " << found << "\nexpected: " << (part);                              \
  } while (false)

#endif // TACIT_UNITTESTS_TESTSUPPORT_H
