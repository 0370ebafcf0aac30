//===- RuntimeTest.cpp - Checks around a model in this process ------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FakeModel.h"
#include "tacit/Support/Fnv64.h"
#include <random>

using namespace llvm;
using namespace tacit;
using namespace tacit::test;

namespace {

class Runtime : public testing::Test {
protected:
  std::vector<char> weights = fakeWeights(0.5f);
  std::unique_ptr<Executable> executable = make(tacit_model);
  std::vector<HostTensor> inputs = goodInputs();

  std::unique_ptr<Executable> make(const tacit_model_desc &model) {
    return Executable::fromDescription(
        &model, reinterpret_cast<const uint8_t *>(weights.data()), nullptr);
  }
  std::string runError() { return describe(executable->run(inputs, 1)); }
};

TEST_F(Runtime, RunsWithAnyNumberOfThreads) {
  for (int threads : {-1, 0, 1, 2, TACIT_MAX_THREADS}) {
    auto outputs = executable->run(inputs, threads);
    ASSERT_TRUE(bool(outputs)) << describe(outputs.takeError());
    ASSERT_EQ(outputs->size(), 1u);
    EXPECT_EQ((*outputs)[0].shape, (std::vector<int64_t>{1, 4}));
    EXPECT_EQ(floatsOf((*outputs)[0]), (std::vector<float>{0.5f, 3.5f, 7.5f, -1.0f}));
  }
  EXPECT_EQ(describe(executable->run(inputs, 1025)),
            "[4] 1025 threads were requested; expected at most 1024 | 0 means one thread "
            "per core");
}

TEST_F(Runtime, RefusesAnotherShape) {
  inputs[0] = {TACIT_I64, {2, 4}, std::vector<char>(64)};
  EXPECT_EQ(runError(), "[4] input 'tokens' has shape 2x4; expected 1x4 | shapes are fixed "
                        "when a model is compiled: compile it for this one");
  inputs[0] = {TACIT_I64, {}, std::vector<char>(8)};
  EXPECT_CONTAINS(runError(), "input 'tokens' has shape scalar; expected 1x4");
  inputs[0] = {TACIT_I64, {1, 4, 1}, std::vector<char>(32)};
  EXPECT_CONTAINS(runError(), "input 'tokens' has shape 1x4x1; expected 1x4");
  inputs[0] = {TACIT_I64, std::vector<int64_t>(9, 1), std::vector<char>(8)};
  EXPECT_EQ(runError(),
            "[4] 'tokens' has 9 dimensions; expected at most 8 | reshape the array");
}

TEST_F(Runtime, RefusesAnotherElementType) {
  inputs[0] = {TACIT_F32, {1, 4}, std::vector<char>(16)};
  EXPECT_EQ(runError(), "[4] input 'tokens' has element type float32 (1); expected int64 "
                        "(7) | convert the values before the call");
}

TEST_F(Runtime, RefusesBytesThatAreNoTensor) {
  inputs[0].data.pop_back();
  EXPECT_EQ(runError(),
            "[4] 'tokens' has 31 bytes, which does not fit int64 of shape 1x4 | give "
            "as many bytes as the shape requires");
}

TEST_F(Runtime, RefusesAnotherNumberOfTensors) {
  inputs.pop_back();
  EXPECT_EQ(runError(), "[4] got 1 input(s) and 1 output(s); expected 2 and 1 | the "
                        "model's header lists them in order");
}

TEST_F(Runtime, ChecksIndicesAtBothEnds) {
  inputs[0].data = bytesOf<int64_t>({-8, 7, 0, 8});
  EXPECT_EQ(runError(),
            "[4] input 'tokens' holds 8 at position [0, 3]; expected a value in "
            "[-8, 7] | check that the values belong to this model's vocabulary");
  inputs[0].data = bytesOf<int64_t>({7, -9, 0, 0});
  EXPECT_CONTAINS(runError(),
                  "input 'tokens' holds -9 at position [0, 1]; expected a value");
  inputs[0].data = bytesOf<int64_t>({-8, 7, 0, 0});
  EXPECT_EQ(runError(), "no error");
}

TEST_F(Runtime, ChecksBooleans) {
  inputs[1].data = bytesOf<char>({0, 1, 2, 1});
  EXPECT_EQ(runError(), "[4] input 'mask' holds 2 at position [2]; expected a value in "
                        "[0, 1] | write 0 for false and 1 for true");
}

TEST_F(Runtime, ChecksBuffersOfTheCaller) {
  std::vector<tacit_tensor> views = {cantFail(viewOf(inputs[0], "tokens")),
                                     cantFail(viewOf(inputs[1], "mask"))};
  alignas(8) char room[32];
  tacit_tensor output = {nullptr, TACIT_F32, 2, {1, 4}};
  EXPECT_EQ(describe(executable->runInto(views, output, 1)),
            "[4] output 'logits' has a null data pointer; expected 4 elements | the caller "
            "owns every buffer, outputs too");
  output.data = room + 2;
  EXPECT_CONTAINS(describe(executable->runInto(views, output, 1)),
                  "output 'logits' lies at address 0x");
  EXPECT_CONTAINS(describe(executable->runInto(views, output, 1)),
                  "; expected a multiple of 4 | use memory from malloc or an array of the "
                  "type");
  output.data = room;
  output.rank = 9;
  EXPECT_CONTAINS(describe(executable->runInto(views, output, 1)),
                  "output 'logits' has 9 dimensions; expected 2");
  output.rank = 2;
  EXPECT_EQ(describe(executable->runInto(views, output, 1)), "no error");
  EXPECT_EQ(*reinterpret_cast<float *>(room), 0.5f);
}

TEST_F(Runtime, RefusesAnotherInterfaceVersion) {
  tacit_model_desc model = tacit_model;
  model.abi_version = 1;
  executable = make(model);
  EXPECT_EQ(runError(), "[4] the model has interface version 1; expected 5 | compile the "
                        "model again");
}

TEST_F(Runtime, RefusesMissingProcessorFeatures) {
  tacit_model_desc model = tacit_model;
  model.features = "sse9";
  executable = make(model);
  EXPECT_EQ(runError(), "[4] the model needs the processor feature 'sse9', which this "
                        "processor lacks | compile the model on this machine, or for an "
                        "older processor");
#if defined(__x86_64__)
  // "av" must not match as a prefix of "avx2".
  model.features = __builtin_cpu_supports("avx2") ? "avx2,av" : "avx2";
  EXPECT_CONTAINS(runError(), __builtin_cpu_supports("avx2") ? "'av'" : "'avx2'");
#endif
}

TEST_F(Runtime, NeedsALibraryToFindWeights) {
  tacit_model_desc model = tacit_model;
  weights.clear();
  executable = Executable::fromDescription(&model, nullptr, nullptr);
  EXPECT_EQ(runError(), "[1] cannot tell where the model's weight file is | load the model "
                        "from a library made by tacit compile");
}

TEST(RuntimeMessage, FitsAnyBuffer) {
  tacit_state state = {};
  char text[12] = "unchanged";
  EXPECT_EQ(tacit_runtime_run(&tacit_model, &state, nullptr, 0, nullptr, 0, 1, text, 0),
            TACIT_BAD_INPUT);
  EXPECT_STREQ(text, "unchanged");
  EXPECT_EQ(tacit_runtime_run(&tacit_model, &state, nullptr, 0, nullptr, 0, 1, text, 12),
            TACIT_BAD_INPUT);
  EXPECT_STREQ(text, "got 0 input");
  EXPECT_EQ(tacit_runtime_run(&tacit_model, &state, nullptr, 0, nullptr, 0, 1, nullptr, 12),
            TACIT_BAD_INPUT);
  tacit_runtime_reset(&state);
}

TEST(Fnv64, KnownValues) {
  // Computed independently of this code, from the definition.
  auto hash = [](StringRef text) {
    EXPECT_EQ(tacit_runtime_hash(text.data(), text.size()), [&] {
      Fnv64 fnv;
      fnv.update(text);
      return fnv.digest();
    }());
    return tacit_runtime_hash(text.data(), text.size());
  };
  EXPECT_EQ(hash(""), 0xcbf29ce484222325u);
  EXPECT_EQ(hash("a"), 0xaf63dc4c296230c0u);
  EXPECT_EQ(hash("12345678"), 0x49f2564e64f252b2u);
  EXPECT_EQ(hash("The quick brown fox"), 0x0450838afeac6088u);
}

TEST(Fnv64, DoesNotDependOnTheCutting) {
  std::mt19937 random(7);
  std::vector<char> bytes(1000);
  for (char &byte : bytes)
    byte = random();
  uint64_t expected = tacit_runtime_hash(bytes.data(), bytes.size());
  for (int round = 0; round < 50; ++round) {
    Fnv64 fnv;
    for (ArrayRef<char> rest(bytes); !rest.empty();) {
      size_t length = std::min<size_t>(random() % 21, rest.size());
      fnv.update(rest.take_front(length));
      rest = rest.drop_front(length);
    }
    ASSERT_EQ(fnv.digest(), expected);
  }
}

TEST(Fnv64, SeesTwoFlippedSigns) {
  // A product carries only upwards: without folding, changes of two top bits cancel.
  std::vector<char> weights = fakeWeights(0.5f);
  uint64_t before = tacit_runtime_hash(weights.data(), weights.size());
  weights[7] ^= 0x80;
  weights[15] ^= 0x80;
  EXPECT_NE(tacit_runtime_hash(weights.data(), weights.size()), before);
}

} // namespace
