//===- HostTensorTest.cpp - Sizes of tensors ------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Support/HostTensor.h"
#include "TestSupport.h"

using namespace tacit;

namespace {

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
