//===- ElementsTest.cpp - Reading and creating constant tensors -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/Elements.h"
#include "TestSupport.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::test;

namespace {

class Elements : public testing::Test {
protected:
  MLIRContext context;
  Builder builder{&context};

  RankedTensorType type(llvm::ArrayRef<int64_t> shape, Type element) {
    return RankedTensorType::get(shape, element);
  }
  /// Reads a constant, recreates it, and reads that: both must have the same contents.
  std::vector<int64_t> roundTrip(Attribute constant) {
    auto payload = readPayload(constant, 1 << 20);
    if (!payload)
      return {-12345};
    auto again = readPayload(makeElements(*payload, "again"), 1 << 20);
    EXPECT_TRUE(again.has_value());
    EXPECT_EQ(again->type, payload->type);
    EXPECT_EQ(again->values, payload->values);
    return payload->values;
  }
};

TEST_F(Elements, WidensIntegersBySign) {
  EXPECT_EQ(roundTrip(parseAttribute("dense<[-1, 2, -128]> : tensor<3xi8>", &context)),
            (std::vector<int64_t>{-1, 2, -128}));
  EXPECT_EQ(roundTrip(parseAttribute("dense<[255, 1]> : tensor<2xui8>", &context)),
            (std::vector<int64_t>{255, 1}));
  EXPECT_EQ(roundTrip(parseAttribute("dense<[-5, 9]> : tensor<2xi32>", &context)),
            (std::vector<int64_t>{-5, 9}));
  EXPECT_EQ(
      roundTrip(parseAttribute("dense<-9223372036854775808> : tensor<i64>", &context)),
      std::vector<int64_t>{INT64_MIN});
}

TEST_F(Elements, KeepsBitsOfFloats) {
  EXPECT_EQ(roundTrip(parseAttribute("dense<[1.0, 0x7FC00001]> : tensor<2xf32>", &context)),
            (std::vector<int64_t>{0x3f800000, 0x7fc00001}));
}

TEST_F(Elements, ReadsBooleansAsBytes) {
  // Inline, eight of them share a byte; nine do not fit into one.
  Attribute nine = parseAttribute(
      "dense<[true, false, true, true, false, false, false, false, true]> : tensor<9xi1>",
      &context);
  EXPECT_EQ(roundTrip(nine), (std::vector<int64_t>{1, 0, 1, 1, 0, 0, 0, 0, 1}));
  std::vector<char> scratch;
  auto bytes = rawBytes(nine, scratch);
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(bytes->size(), 9u);
  // As a blob they take a byte each, too.
  std::vector<char> many(2000);
  for (size_t i = 0; i < many.size(); ++i)
    many[i] = i % 3 == 0;
  Attribute blob = makeElements(type({2000}, builder.getI1Type()), many, "mask");
  EXPECT_TRUE(isa<DenseResourceElementsAttr>(blob));
  EXPECT_EQ(roundTrip(blob), std::vector<int64_t>(many.begin(), many.end()));
}

TEST_F(Elements, ExpandsSplats) {
  EXPECT_EQ(roundTrip(parseAttribute("dense<7> : tensor<2x2xi16>", &context)),
            std::vector<int64_t>(4, 7));
  EXPECT_EQ(roundTrip(parseAttribute("dense<true> : tensor<17xi1>", &context)),
            std::vector<int64_t>(17, 1));
  EXPECT_EQ(readSplatFloat(parseAttribute("dense<0.5> : tensor<3xf32>", &context)), 0.5);
  EXPECT_EQ(readSplatFloat(parseAttribute("dense<[0.5, 0.5]> : tensor<2xf16>", &context)),
            0.5);
  EXPECT_EQ(readSplatFloat(parseAttribute("dense<[1.0, 2.0]> : tensor<2xf32>", &context)),
            std::nullopt);
  EXPECT_EQ(readSplatFloat(parseAttribute("dense<1> : tensor<2xi32>", &context)),
            std::nullopt);
}

TEST_F(Elements, ReadsEmptyTensors) {
  EXPECT_EQ(roundTrip(parseAttribute("dense<> : tensor<0x3xf32>", &context)),
            std::vector<int64_t>());
}

TEST_F(Elements, LargeConstantsBecomeBlobs) {
  std::vector<char> bytes(kMaxInlineBytes);
  EXPECT_TRUE(isa<DenseElementsAttr>(
      makeElements(type({kMaxInlineBytes}, builder.getI8Type()), bytes, "small")));
  bytes.push_back(42);
  ElementsAttr large =
      makeElements(type({kMaxInlineBytes + 1}, builder.getI8Type()), bytes, "large");
  ASSERT_TRUE(isa<DenseResourceElementsAttr>(large));
  EXPECT_EQ(roundTrip(large).back(), 42);
}

TEST_F(Elements, RefusesMissingAndMissizedBlobs) {
  // The text names a blob that its resource section does not contain.
  Attribute missing = parseAttribute("dense_resource<gone> : tensor<4xf32>", &context);
  ASSERT_TRUE(bool(missing));
  std::vector<char> scratch;
  EXPECT_FALSE(rawBytes(missing, scratch).has_value());
  EXPECT_FALSE(readPayload(missing, 100).has_value());
  EXPECT_FALSE(readIntegers(missing).has_value());
  // A blob of 16 bytes for a type of 20.
  std::vector<char> bytes(16);
  Attribute missized = DenseResourceElementsAttr::get(
      type({5}, builder.getF32Type()), "short",
      HeapAsmResourceBlob::allocateAndCopyInferAlign<char>(bytes));
  EXPECT_FALSE(rawBytes(missized, scratch).has_value());
}

TEST_F(Elements, RefusesWhatItDoesNotStore) {
  EXPECT_EQ(byteWidth(builder.getIndexType()), 0);
  EXPECT_EQ(byteWidth(builder.getIntegerType(4)), 0);
  EXPECT_EQ(byteWidth(builder.getIntegerType(24)), 0);
  EXPECT_EQ(byteWidth(builder.getIntegerType(128)), 0);
  EXPECT_EQ(byteSize(type({ShapedType::kDynamic}, builder.getF32Type())), std::nullopt);
  EXPECT_EQ(byteSize(type({int64_t(1) << 40, int64_t(1) << 40}, builder.getF32Type())),
            std::nullopt);
  EXPECT_FALSE(readPayload(Attribute(), 10).has_value());
  EXPECT_FALSE(readPayload(builder.getUnitAttr(), 10).has_value());
  EXPECT_FALSE(readPayload(parseAttribute("dense<0> : tensor<11xi8>", &context), 10));
  EXPECT_FALSE(readIntegers(parseAttribute("dense<0.0> : tensor<1xf32>", &context)));
}

} // namespace
