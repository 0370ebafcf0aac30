//===- WeightFileTest.cpp - Packing weights -------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Codegen/CPU/WeightFile.h"
#include "TestSupport.h"
#include "mlir/Parser/Parser.h"
#include "tacit/Support/Fnv64.h"
#include <cstring>
#include <numeric>

using namespace mlir;
using namespace tacit;
using namespace tacit::cpu;
using namespace tacit::test;

namespace {
class WeightFileTest : public ::testing::Test {
protected:
  WeightFileTest() { context.loadDialect<CPUDialect>(); }

  /// Creates a module with these entries of `cpu.weights`, and with blobs.
  OwningOpRef<ModuleOp> parse(const std::string &weights, const std::string &blobs = "") {
    std::string text = "module attributes {cpu.weights = [" + weights + "]} {}\n";
    if (!blobs.empty())
      text += "{-# dialect_resources: { builtin: {" + blobs + "} } #-}\n";
    return parseSourceString<ModuleOp>(text, ParserConfig(&context));
  }

  /// Returns the file of the single weight `weight`, as numbers.
  template <typename T>
  std::vector<T> pack(const std::string &weight) {
    auto module = parse("#cpu.weight<value = " + weight + ">");
    auto file =
        module ? WeightFile::of(*module) : fail(ErrorKind::Internal, "", "no module");
    EXPECT_EQ(describe(file ? llvm::Error::success() : file.takeError()), "no error");
    if (!file)
      return {};
    EXPECT_EQ(file->size() % 64, 0u);
    std::vector<char> bytes(file->size());
    file->packInto(bytes);
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
  }

  std::string describeOf(const std::string &weights, const std::string &blobs = "") {
    auto module = parse(weights, blobs);
    return module ? describe(WeightFile::of(*module)) : "no module";
  }

  MLIRContext context;
};

/// Returns `values`, followed by zeros up to a multiple of 64 bytes.
template <typename T>
std::vector<T> padded(std::vector<T> values) {
  values.resize(llvm::alignTo(values.size() * sizeof(T), 64) / sizeof(T));
  return values;
}

/// Returns "[[0, 1, 2], [3, 4, 5]]" for 2 x 3: each element is its own position.
std::string counting(std::vector<int64_t> shape, int64_t first = 0) {
  if (shape.empty())
    return std::to_string(first) + ".0";
  int64_t count = shape.front();
  shape.erase(shape.begin());
  int64_t size =
      std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
  std::string text;
  for (int64_t i = 0; i < count; ++i)
    text += (i ? ", " : "") + counting(shape, first + i * size);
  return "[" + text + "]";
}
} // namespace

TEST_F(WeightFileTest, PlainWeightLiesThereAsItIs) {
  EXPECT_EQ(pack<float>("dense<" + counting({2, 3}) + "> : tensor<2x3xf32>, offset = 0"),
            padded<float>({0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(pack<char>("dense<[true, false, true]> : tensor<3xi1>, offset = 0"),
            padded<char>({1, 0, 1}));
}

TEST_F(WeightFileTest, PanelsAreStoredRowByRow) {
  // [K, N] = [2, 3] in panels of two columns; the second is padded.
  EXPECT_EQ(pack<float>("dense<" + counting({2, 3}) +
                        "> : tensor<2x3xf32>, offset = 0, "
                        "panel = 2, position = 1, permutation = [1, 0]"),
            padded<float>({0, 1, 3, 4, /**/ 2, 0, 5, 0}));
  // Whole panels leave no zeros between them.
  EXPECT_EQ(pack<double>("dense<" + counting({2, 4}) +
                         "> : tensor<2x4xf64>, offset = 0, "
                         "panel = 2, position = 1, permutation = [1, 0]"),
            padded<double>({0, 1, 4, 5, /**/ 2, 3, 6, 7}));
}

TEST_F(WeightFileTest, TransposedWeightIsPackedInPlace) {
  // The transposed matrix [N, K] = [3, 2] of the first case above gives the same panels.
  EXPECT_EQ(pack<float>("dense<[[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]> : tensor<3x2xf32>, "
                        "offset = 0, panel = 2, position = 0, permutation = [0, 1]"),
            padded<float>({0, 1, 3, 4, /**/ 2, 0, 5, 0}));
}

TEST_F(WeightFileTest, OuterDimensionsFollowThePermutation) {
  // [A, B, N] = [2, 2, 3], B before A, with panels along the middle of the file.
  std::vector<float> expected;
  for (int b = 0; b < 2; ++b)
    for (int panel = 0; panel < 2; ++panel)
      for (int a = 0; a < 2; ++a)
        for (int lane = 0; lane < 2; ++lane) {
          int n = panel * 2 + lane;
          expected.push_back(n < 3 ? a * 6 + b * 3 + n : 0);
        }
  EXPECT_EQ(pack<float>("dense<" + counting({2, 2, 3}) +
                        "> : tensor<2x2x3xf32>, offset = 0, "
                        "panel = 2, position = 2, permutation = [1, 2, 0]"),
            padded<float>(expected));
  // The panel may be any dimension.
  expected.clear();
  for (int panel = 0; panel < 2; ++panel)
    for (int n = 0; n < 2; ++n)
      for (int b = 0; b < 2; ++b)
        for (int lane = 0; lane < 2; ++lane) {
          int a = panel * 2 + lane;
          expected.push_back(a < 3 ? a * 4 + b * 2 + n : 0);
        }
  EXPECT_EQ(pack<float>("dense<" + counting({3, 2, 2}) +
                        "> : tensor<3x2x2xf32>, offset = 0, "
                        "panel = 2, position = 0, permutation = [0, 2, 1]"),
            padded<float>(expected));
}

TEST_F(WeightFileTest, WeightsFollowOneAnotherOnCacheLines) {
  auto module =
      parse("#cpu.weight<value = dense<1> : tensor<3xi8>, offset = 0>, "
            "#cpu.weight<value = dense_resource<w> : tensor<2xi32>, offset = 64>, "
            "#cpu.weight<value = dense<> : tensor<0xf32>, offset = 128>, "
            "#cpu.weight<value = dense<7> : tensor<65xi8>, offset = 128>",
            "w: \"0x040000000500000006000000\"");
  ASSERT_TRUE(module);
  auto file = WeightFile::of(*module);
  ASSERT_TRUE(bool(file)) << describe(file.takeError());
  std::vector<char> expected(256, 0);
  std::fill_n(expected.begin(), 3, 1);
  expected[64] = 5;
  expected[68] = 6;
  std::fill_n(expected.begin() + 128, 65, 7);

  std::vector<char> packed(file->size(), 0);
  file->packInto(packed);
  EXPECT_EQ(packed, expected);

  std::string written;
  llvm::raw_string_ostream os(written);
  uint64_t hash = file->write(os);
  EXPECT_EQ(std::vector<char>(written.begin(), written.end()), expected);
  Fnv64 direct;
  direct.update(StringRef(written));
  EXPECT_EQ(hash, direct.digest());
}

TEST_F(WeightFileTest, EmptyFile) {
  auto module = parse("");
  ASSERT_TRUE(module);
  auto file = WeightFile::of(*module);
  ASSERT_TRUE(bool(file)) << describe(file.takeError());
  EXPECT_EQ(file->size(), 0u);
}

TEST_F(WeightFileTest, MissingBytesAreNamed) {
  auto weight = [](const std::string &key) {
    return "#cpu.weight<value = dense_resource<" + key + "> : tensor<2xi32>, offset = 0>";
  };
  const char *expected =
      "[4] the bytes of weight '{}' are missing or have the wrong size | keep "
      "weights.bin beside the phase file, as both were dumped";
  EXPECT_EQ(describeOf(weight("lost")), fmt::format(fmt::runtime(expected), "lost"));
  EXPECT_EQ(describeOf(weight("short"), "short: \"0x0400000005000000\""),
            fmt::format(fmt::runtime(expected), "short"));
}

TEST_F(WeightFileTest, HolesAndOverlapsAreRefused) {
  EXPECT_EQ(
      describeOf(
          "#cpu.weight<value = dense<1> : tensor<3xi8>, offset = 1152921504606846976>"),
      "[4] weight '(inline constant)' lies at byte 1152921504606846976 of the weight file; "
      "expected 0, the next multiple of 64 | start from an earlier phase");
  std::string line = "#cpu.weight<value = dense<1> : tensor<65xi8>, offset = ";
  EXPECT_EQ(
      describeOf(line + "0>, " + line + "64>"),
      "[4] weight '(inline constant)' lies at byte 64 of the weight file; expected 128, "
      "the next multiple of 64 | start from an earlier phase");
}

TEST_F(WeightFileTest, EndlessConstantIsRefused) {
  // This is 2^40 bytes in a few characters.
  EXPECT_CONTAINS(
      describeOf("#cpu.weight<value = dense<1.0> : tensor<274877906944xf32>, offset = 0>"),
      "[4] inline constants take 1099511627776 bytes of weights; this machine has ");
}

TEST_F(WeightFileTest, ModuleWithoutWeights) {
  auto module = parseSourceString<ModuleOp>("module {}", ParserConfig(&context));
  ASSERT_TRUE(module);
  EXPECT_EQ(describe(WeightFile::of(*module)),
            "[4] the program has no 'cpu.weights' attribute: its weights are unknown | "
            "start from an earlier phase");
}
