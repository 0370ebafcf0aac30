//===- FreeDimensionsTest.cpp - Models of any size ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FakeModel.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::test;

namespace {

// The outputs are all = past followed by x, and its sums over x with a mask: a hand-written
// version of what @shapes and the entry of a decoder do.
const tacit_io ioInputs[] = {
    {"past", TACIT_F32, 2, {-1, 2}, 0, {0, 0}},
    {"x", TACIT_F32, 2, {-1, 2}, 0, {1, 0}},
    {"mask", TACIT_BOOL, 1, {-1}, 0, {1}},
};
const tacit_io ioOutputs[] = {
    {"all", TACIT_F32, 2, {-1, 2}, 0, {-1, 0}},
    {"sums", TACIT_F32, 1, {-1}, 0, {1}},
};
const char *const names[] = {"past", "n"};
const char *const checks[] = {"the context has 6 positions", "too large"};

const char *const valueChecks[] = {"the first is wrong", "the second is wrong"};

int64_t arenaBytes, failedCheck;

int64_t deriveShapes(const int64_t *dims, int64_t *sizes) {
  sizes[0] = arenaBytes != 0 ? arenaBytes : dims[1] * 4;
  sizes[1] = dims[0] + dims[1];
  sizes[2] = 2;
  sizes[3] = dims[1];
  return sizes[1] > 6 ? 1 : 0;
}

int64_t runModel(const uint8_t *, uint8_t *arena, const tacit_tensor *inputs,
                 tacit_tensor *outputs, const int64_t *dims) {
  auto *all = static_cast<float *>(outputs[0].data);
  if (dims[0] > 0)
    memcpy(all, inputs[0].data, dims[0] * 8);
  if (dims[1] > 0)
    memcpy(all + dims[0] * 2, inputs[1].data, dims[1] * 8);
  // The working memory comes from the arena, as in real models.
  auto *sums = reinterpret_cast<float *>(arena);
  for (int64_t i = 0; i < dims[1]; ++i) {
    const float *row = static_cast<const float *>(inputs[1].data) + 2 * i;
    sums[i] = static_cast<const uint8_t *>(inputs[2].data)[i] ? row[0] + row[1] : 0;
    static_cast<float *>(outputs[1].data)[i] = sums[i];
  }
  return failedCheck;
}

const tacit_model_desc freeModel = {
    TACIT_ABI_VERSION, 3, 2,     2,      ioInputs, ioOutputs,    0, 0, 0, "", "", runModel,
    valueChecks,       2, names, checks, 2,        deriveShapes, ""};

class FreeDimensions : public testing::Test {
protected:
  void SetUp() override { arenaBytes = failedCheck = 0; }

  std::unique_ptr<Executable> executable =
      Executable::fromDescription(&freeModel, nullptr, nullptr);

  static HostTensor ones(std::vector<int64_t> shape) {
    size_t count = 1;
    for (int64_t dim : shape)
      count *= dim;
    std::vector<char> bytes;
    for (size_t i = 0; i < count; ++i) {
      std::vector<char> one = bytesOf<float>({1.0f});
      bytes.insert(bytes.end(), one.begin(), one.end());
    }
    return {TACIT_F32, std::move(shape), std::move(bytes)};
  }
  static std::vector<HostTensor> inputs(int64_t past, int64_t n) {
    return {ones({past, 2}), ones({n, 2}), {TACIT_BOOL, {n}, std::vector<char>(n, 1)}};
  }
  std::string runError(std::vector<HostTensor> given) {
    return describe(executable->run(given, 1));
  }
};

TEST_F(FreeDimensions, RunAnySizeOneAfterAnother) {
  for (auto [past, n] : {std::pair(0, 3), {3, 1}, {4, 2}, {0, 0}, {5, 0}, {0, 6}}) {
    auto outputs = executable->run(inputs(past, n), 1);
    ASSERT_TRUE(bool(outputs)) << describe(outputs.takeError());
    EXPECT_EQ((*outputs)[0].shape, (std::vector<int64_t>{past + n, 2}));
    EXPECT_EQ(floatsOf((*outputs)[0]), std::vector<float>((past + n) * 2, 1.0f));
    EXPECT_EQ(floatsOf((*outputs)[1]), std::vector<float>(n, 2.0f));
  }
}

TEST_F(FreeDimensions, OneNameHasOneSize) {
  std::vector<HostTensor> given = inputs(0, 3);
  given[2] = {TACIT_BOOL, {2}, {1, 1}};
  EXPECT_EQ(runError(given), "[4] input 'mask' has n = 2, but input 'x' has 3 | give all "
                             "inputs one size per dimension");
}

TEST_F(FreeDimensions, ChecksOfTheModelAreSentences) {
  EXPECT_EQ(runError(inputs(4, 3)),
            "[4] the context has 6 positions: past = 4, n = 3 | give "
            "the inputs other sizes");
}

TEST_F(FreeDimensions, ChecksOfValuesAreFoundInTheCall) {
  failedCheck = 2;
  EXPECT_EQ(runError(inputs(1, 2)), "[4] the second is wrong | check the values of the "
                                    "inputs that it is computed from");
  // A number that the model does not know is no good either.
  failedCheck = 3;
  EXPECT_CONTAINS(runError(inputs(1, 2)), "[4] the model cannot take these values");
  failedCheck = 0;
  EXPECT_EQ(runError(inputs(1, 2)), "no error");
}

TEST_F(FreeDimensions, RefusesSizesThatNobodyProvedAnythingOf) {
  std::vector<HostTensor> given = inputs(0, 0);
  given[0].shape = {int64_t(1) << 40, 2};
  EXPECT_CONTAINS(runError(given), "'past' has 0 bytes, which does not fit float32");
  char error[256];
  // No data is read if only shapes are requested.
  tacit_tensor views[] = {{nullptr, TACIT_F32, 2, {int64_t(1) << 40, 2}},
                          {nullptr, TACIT_F32, 2, {1, 2}},
                          {nullptr, TACIT_BOOL, 1, {1}}};
  tacit_tensor outputs[2];
  EXPECT_EQ(
      tacit_runtime_output_shapes(&freeModel, views, 3, outputs, 2, error, sizeof error),
      TACIT_BAD_INPUT);
  EXPECT_STREQ(error, "input 'past' has past = 1099511627776; expected at most 2147483647\n"
                      "  try: use smaller dimensions");
  views[0].shape[0] = 2;
  ASSERT_EQ(
      tacit_runtime_output_shapes(&freeModel, views, 3, outputs, 2, error, sizeof error),
      TACIT_OK)
      << error;
  EXPECT_EQ(outputs[0].rank, 2);
  EXPECT_EQ(outputs[0].dtype, TACIT_F32);
  EXPECT_EQ(outputs[0].shape[0], 3);
  EXPECT_EQ(outputs[1].shape[0], 1);
}

TEST_F(FreeDimensions, RefusesAFixedDimensionOfAnotherSize) {
  std::vector<HostTensor> given = inputs(1, 1);
  given[1] = ones({1, 3});
  EXPECT_EQ(runError(given), "[4] input 'x' has shape 1x3; expected ?x2 | shapes are fixed "
                             "when a model is compiled: compile it for this one");
}

TEST_F(FreeDimensions, ChecksTheCallersOutputs) {
  std::vector<HostTensor> given = inputs(1, 2);
  std::vector<tacit_tensor> views;
  for (const HostTensor &tensor : given)
    views.push_back(cantFail(viewOf(tensor, "input")));
  float all[6], sums[2];
  std::vector<tacit_tensor> outputs = {{all, TACIT_F32, 2, {2, 2}},
                                       {sums, TACIT_F32, 1, {2}}};
  EXPECT_EQ(describe(executable->runInto(views, outputs, 1)),
            "[4] output 'all' has shape 2x2; expected 3x2 | tacit_output_shapes says which "
            "shape");
  outputs[0].shape[0] = 3;
  EXPECT_EQ(describe(executable->runInto(views, outputs, 1)), "no error");
  EXPECT_EQ(sums[1], 2.0f);
}

TEST_F(FreeDimensions, RefusesMoreMemoryThanThereIs) {
  arenaBytes = int64_t(1) << 59;
  EXPECT_CONTAINS(
      runError(inputs(1, 2)),
      "[4] the model needs 576460752303423488 bytes of working memory for inputs "
      "of this size; this machine has ");
  // The next call works as usual.
  arenaBytes = 0;
  EXPECT_EQ(runError(inputs(1, 2)), "no error");
}

} // namespace
