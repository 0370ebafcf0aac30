//===- NpyTest.cpp - Reading and writing .npy files -----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Npy.h"
#include "TestSupport.h"
#include "tacit/Support/InputFiles.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::test;

namespace {

class Npy : public testing::Test {
protected:
  TemporaryFolder folder;

  std::string write(StringRef path, int32_t dtype, ArrayRef<int64_t> shape,
                    ArrayRef<char> bytes) {
    forgetInputs();
    OutputFiles files;
    std::string problem = describe(writeNpy(files, path, dtype, shape, bytes));
    return problem == "no error" ? describe(files.commit()) : problem;
  }

  /// Returns a file of any version with the given header, followed by zero bytes.
  static std::string file(const std::string &header, size_t dataBytes, char version = 1) {
    std::string text = "\x93NUMPY";
    text += version;
    text += '\0';
    for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
      text += char(header.size() >> (8 * i));
    return text + header + std::string(dataBytes, '\0');
  }
  static std::string dictionary(const std::string &descr, const std::string &shape,
                                const std::string &order = "False") {
    return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape +
           ", }";
  }
  /// Returns the error for a file, without its path.
  std::string error(StringRef bytes) {
    std::string text = describe(readNpy(folder.write("x.npy", bytes)));
    std::string path = folder.path("x.npy");
    while (text.find(path) != std::string::npos)
      text.replace(text.find(path), path.size(), "x.npy");
    return text;
  }
};

TEST_F(Npy, RoundTripsEveryType) {
  for (int32_t dtype :
       {TACIT_F32, TACIT_F64, TACIT_F16, TACIT_BF16, TACIT_I64, TACIT_I32, TACIT_I16,
        TACIT_I8, TACIT_U64, TACIT_U32, TACIT_U16, TACIT_U8, TACIT_BOOL})
    for (std::vector<int64_t> shape :
         {std::vector<int64_t>{}, {3}, {2, 3}, {2, 0, 5}, std::vector<int64_t>(64, 1)}) {
      std::vector<char> bytes(*tensorBytes(dtype, shape));
      for (auto [i, byte] : enumerate(bytes))
        byte = i * 37;
      std::string path = folder.path("x.npy");
      ASSERT_EQ(write(path, dtype, shape, bytes), "no error");
      // NumPy maps files whose values begin at a multiple of 64.
      EXPECT_EQ((folder.read("x.npy").size() - bytes.size()) % 64, 0u);
      auto array = readNpy(path);
      ASSERT_TRUE(bool(array)) << describe(array.takeError());
      EXPECT_EQ(array->dtype, dtype);
      EXPECT_EQ(array->shape, shape);
      EXPECT_EQ(array->data, bytes);
    }
}

TEST_F(Npy, WritesWhatNumpyWrites) {
  ASSERT_EQ(write(folder.path("x.npy"), TACIT_I32, {2}, bytesOf({1, 2})), "no error");
  std::string header = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }";
  header.resize(117, ' ');
  std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
  EXPECT_EQ(folder.read("x.npy"),
            expected + header + "\n" + std::string("\1\0\0\0\2\0\0\0", 8));
}

TEST_F(Npy, ReadsEveryVersionAndSpelling) {
  for (char version : {1, 2, 3}) {
    std::string path =
        folder.write("x.npy", file(dictionary("<f4", "(2, 3)"), 24, version));
    auto array = readNpy(path);
    ASSERT_TRUE(bool(array)) << describe(array.takeError());
    EXPECT_EQ(array->shape, (std::vector<int64_t>{2, 3}));
  }
  EXPECT_EQ(error(file("{\"shape\":(2,),'descr':'|u1','fortran_order':False}\n", 2)),
            "no error");
}

TEST_F(Npy, ReadsEitherByteOrder) {
  auto read = [&](const char *descr, std::string bytes, const char *order = "False") {
    auto array =
        readNpy(folder.write("x.npy", file(dictionary(descr, "(2, 2)", order), 0) + bytes));
    return array ? array->data : bytesOf<char>({});
  };
  std::string words("\0\1\0\2\0\3\0\4", 8);
  EXPECT_EQ(read(">i2", words), bytesOf<int16_t>({1, 2, 3, 4}));
  EXPECT_EQ(read("<i2", words), bytesOf<int16_t>({256, 512, 768, 1024}));
  EXPECT_EQ(read(">u2", words, "True"), bytesOf<uint16_t>({1, 3, 2, 4}));
  std::string floats("\x3f\x80\0\0\xbf\x80\0\0\x40\x49\x0f\xdb\x7f\x80\0\0", 16);
  EXPECT_EQ(read(">f4", floats), bytesOf({1.0f, -1.0f, 3.14159274f, INFINITY}));
  std::string wide;
  for (char value : {1, 2, 3, 4})
    wide += std::string(7, '\0') + value;
  EXPECT_EQ(read(">i8", wide), bytesOf<int64_t>({1, 2, 3, 4}));
}

TEST_F(Npy, TransposesFortranOrder) {
  // [[1, 2, 3], [4, 5, 6]], columns first.
  std::string path =
      folder.write("x.npy", file(dictionary("|i1", "(2, 3)", "True"), 0) + "\1\4\2\5\3\6");
  auto array = readNpy(path);
  ASSERT_TRUE(bool(array)) << describe(array.takeError());
  EXPECT_EQ(array->data, bytesOf<char>({1, 2, 3, 4, 5, 6}));
  // Element (i, j, k) of shape 2x2x2 lies at i + 2j + 4k.
  path = folder.write("x.npy", file(dictionary("|i1", "(2, 2, 2)", "True"), 0) +
                                   std::string("\0\1\2\3\4\5\6\7", 8));
  EXPECT_EQ(cantFail(readNpy(path)).data, bytesOf<char>({0, 4, 2, 6, 1, 5, 3, 7}));
  EXPECT_EQ(error(file(dictionary("|i1", "(2, 0)", "True"), 0)), "no error");
}

TEST_F(Npy, RefusesOtherFiles) {
  EXPECT_CONTAINS(describe(readNpy(folder.path("none.npy"))), "[4] cannot read '");
  EXPECT_CONTAINS(describe(readNpy(folder.path("none.npy"))),
                  "none.npy': No such file or directory | check the name of the file");
  EXPECT_CONTAINS(describe(readNpy(folder.path(""))), "' is not a regular file");
  EXPECT_EQ(describe(readNpy("/dev/zero")),
            "[4] '/dev/zero' is not a regular file | give the name of a .npy file");
  EXPECT_EQ(error(""), "[4] 'x.npy' is not a .npy file: it begins with the bytes (none); "
                       "expected 934e554d5059 | save the array again with numpy.save");
  EXPECT_CONTAINS(error("PK\3\4 an .npz archive"), "it begins with the bytes 504b0304");
  EXPECT_CONTAINS(error(file("{}", 0, 4)),
                  "'x.npy' has format version 4.0; expected 1.0, 2.0 or 3.0");
}

TEST_F(Npy, RefusesTruncatedFiles) {
  std::string whole = file(dictionary("<f4", "(2, 3)"), 24);
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_CONTAINS(error(StringRef(whole).take_front(length)), "[4] 'x.npy' is ");
  EXPECT_CONTAINS(
      error(StringRef(whole).drop_back(1)),
      "'x.npy' is truncated: 23 bytes follow the header; expected 24 for float32 "
      "of shape 2x3");
  EXPECT_CONTAINS(error(whole + "x"),
                  "'x.npy' has bytes left over: 25 bytes follow the header; expected 24");
  EXPECT_CONTAINS(
      error(StringRef("\x93NUMPY\1\0\xff\xff{}", 12)),
      "'x.npy' is truncated: it has 12 bytes, but its header ends at byte 65545");
  EXPECT_CONTAINS(error(StringRef("\x93NUMPY\2\0\xff\xff\xff\xff", 12)),
                  "but its header ends at byte 4294967307");
}

TEST_F(Npy, RefusesOtherTypes) {
  EXPECT_CONTAINS(error(file(dictionary(">c8", "(1,)"), 8)), "has values of type '>c8'");
  EXPECT_EQ(error(file(dictionary("<c8", "(1,)"), 8)),
            "[4] 'x.npy' has values of type '<c8'; expected floats, integers or booleans | "
            "convert the array with astype before numpy.save");
  EXPECT_CONTAINS(error(file(dictionary("|O", "(1,)"), 8)), "has values of type '|O'");
  EXPECT_EQ(
      error(file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4)),
      "[4] 'x.npy' holds records; expected plain numbers | save each field as an array of "
      "its own");
}

TEST_F(Npy, RefusesImpossibleShapes) {
  auto shape = [&](const std::string &text) {
    return error(file(dictionary("<f4", text), 8));
  };
  EXPECT_CONTAINS(shape("(2, -1)"), "'x.npy': dimension 1 is -1; expected 0 or more");
  EXPECT_CONTAINS(shape("(4611686018427387904, 4)"),
                  "'x.npy': shape 4611686018427387904x4 has more than 2^62 bytes");
  EXPECT_CONTAINS(shape("(99999999999999999999,)"), "expected a dimension below 2^63");
  EXPECT_CONTAINS(shape("(1000000000000,)"),
                  "8 bytes follow the header; expected 4000000000000");
  EXPECT_CONTAINS(shape("(2)"), "expected ','");
  EXPECT_CONTAINS(shape("(2 2)"), "expected ','");
  EXPECT_CONTAINS(shape("(2, 'x')"), "expected a dimension");
  EXPECT_CONTAINS(shape("2"), "expected '('");
  std::string many = "(";
  for (int i = 0; i < 65; ++i)
    many += "1,";
  EXPECT_EQ(shape(many + ")"),
            "[4] 'x.npy' has more than 64 dimensions | reshape the array");
}

TEST_F(Npy, RefusesMalformedHeaders) {
  auto header = [&](const std::string &text) { return error(file(text, 0)); };
  EXPECT_CONTAINS(header(""), "the header has '(its end)' at character 0; expected '{'");
  EXPECT_CONTAINS(
      header("{}"),
      "'x.npy': the header lacks 'descr'; expected 'descr', 'fortran_order' and 'shape'");
  EXPECT_CONTAINS(header("{'descr': '<f4', 'fortran_order': False}"), "lacks 'shape'");
  EXPECT_CONTAINS(header("{'fortran_order': False}"),
                  "lacks 'descr'; expected 'descr', 'fortran_order' and 'shape'");
  EXPECT_CONTAINS(header("{'descr': '<f4', 'descr': '<f4'}"),
                  "'x.npy': the header has 'descr' twice");
  EXPECT_CONTAINS(header("{'extra': 1}"),
                  "'x.npy': the header has the key 'extra'; expected 'descr', "
                  "'fortran_order' and 'shape'");
  EXPECT_CONTAINS(header("{'descr: 1}"), "expected a quoted name that ends");
  EXPECT_CONTAINS(header("{descr: 1}"),
                  "has 'descr: 1}' at character 1; expected a quoted");
  EXPECT_CONTAINS(header("{'descr' '<f4'}"), "expected ':'");
  EXPECT_CONTAINS(header("{'fortran_order': 0}"), "expected True or False");
  EXPECT_CONTAINS(header("{'descr': '<f4' 'shape': ()}"), "expected ',' or '}'");
  EXPECT_CONTAINS(header(dictionary("<f4", "()") + "x"), "expected the end of the header");
  EXPECT_CONTAINS(header("{'\x1b[31m': 1}"), "the key '\\1B[31m'");
}

TEST(HostTensor, ReadsFloatsOf16Bits) {
  EXPECT_EQ(halfToFloat(0x3c00), 1.0f);
  EXPECT_EQ(halfToFloat(0xfbff), -65504.0f);
  EXPECT_EQ(halfToFloat(0x0001), 0x1p-24f);
  EXPECT_TRUE(std::signbit(halfToFloat(0x8000)));
  EXPECT_EQ(halfToFloat(0x7c00), INFINITY);
  EXPECT_TRUE(std::isnan(halfToFloat(0x7e00)));
  EXPECT_EQ(brainToFloat(0xbfc0), -1.5f);
  EXPECT_EQ(valueAt({TACIT_F16, {2}, bytesOf({int32_t(0xc0003c00)})}, 1), -2.0);
  EXPECT_EQ(valueAt({TACIT_U16, {2}, bytesOf({int32_t(0xc0003c00)})}, 1), 0xc000);
}

TEST_F(Npy, RefusesToWriteWhatIsNoArray) {
  EXPECT_EQ(write(folder.path("x.npy"), TACIT_F32, {2}, bytesOf({1})),
            "[1] cannot write '" + folder.path("x.npy") +
                "': 4 bytes do not fit float32 of shape 2 | report this as a bug in tacit");
  EXPECT_EQ(folder.countFiles(), 0u);
}

} // namespace
