//===- ByteStream.h - Fields of files and messages --------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Numbers are little-endian and have no gaps between them.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_RUNTIME_TWOPARTY_BYTESTREAM_H
#define TACIT_LIB_RUNTIME_TWOPARTY_BYTESTREAM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

namespace tacit::twoparty {

class ByteWriter {
public:
  void add(llvm::ArrayRef<uint8_t> raw) {
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  }
  void add(llvm::StringRef raw) { add(llvm::ArrayRef(raw.bytes_begin(), raw.size())); }
  void add32(uint32_t number) { addNumber(number); }
  void add64(uint64_t number) { addNumber(number); }

  llvm::ArrayRef<char> data() const {
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
  }
  llvm::ArrayRef<uint8_t> raw() const { return bytes; }

private:
  template <typename T>
  void addNumber(T number) {
    add(llvm::ArrayRef(reinterpret_cast<const uint8_t *>(&number), sizeof number));
  }

  std::vector<uint8_t> bytes;
};

/// After a read beyond the end, everything is zero and `isGood` is false.
class ByteReader {
public:
  explicit ByteReader(llvm::ArrayRef<char> bytes) : bytes(bytes) {}

  uint32_t get32() { return getNumber<uint32_t>(); }
  uint64_t get64() { return getNumber<uint64_t>(); }
  template <size_t N>
  std::array<uint8_t, N> getBytes() {
    return getNumber<std::array<uint8_t, N>>();
  }
  std::string getText(size_t size) {
    if (size > bytes.size())
      return failed(std::string());
    std::string text(bytes.data(), size);
    bytes = bytes.drop_front(size);
    return text;
  }

  /// Returns true if nothing was missing.
  bool isGood() const { return good; }
  size_t left() const { return bytes.size(); }

private:
  template <typename T>
  T failed(T value) {
    good = false;
    bytes = {};
    return value;
  }
  template <typename T>
  T getNumber() {
    T value = {};
    if (sizeof value > bytes.size())
      return failed(value);
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes = bytes.drop_front(sizeof value);
    return value;
  }

  llvm::ArrayRef<char> bytes;
  bool good = true;
};

} // namespace tacit::twoparty

#endif // TACIT_LIB_RUNTIME_TWOPARTY_BYTESTREAM_H
