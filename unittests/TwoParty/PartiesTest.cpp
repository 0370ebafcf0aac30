//===- PartiesTest.cpp - Two parties and a dealer in one process ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Programs of primitives are run by a dealer and two threads that exchange messages, and
// the result is compared with the numbers that they stand for.
//
//===----------------------------------------------------------------------===//

#include "TestSupport.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/MPC/Transforms/OwnFunctions.h"
#include "tacit/Export/Package/Package.h"
#include "tacit/InitAll/InitAll.h"
#include "tacit/Runtime/TwoParty/Twin.h"
#include <cmath>
#include <cstring>
#include <random>

using namespace mlir;
using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;

namespace {

class PartiesTest : public testing::Test {
protected:
  PartiesTest() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.disableMultithreading();
    static bool once = (registerAllPasses(), true);
    (void)once;
  }

  std::unique_ptr<Executable> compile(ModuleOp programs, StringRef name) {
    OwningOpRef<ModuleOp> module = programs.clone();
    std::string phases = "builtin.module(mpc-select-program{name=" + name.str() +
                         "},convert-nn-to-linalg,mpc-outline-steps,tacit-schedule,"
                         "tacit-bufferize,convert-mpc-to-llvm,tacit-llvm)";
    auto pipeline = parsePassPipeline(phases);
    EXPECT_TRUE(succeeded(pipeline));
    PassManager manager(&context);
    static_cast<OpPassManager &>(manager) = std::move(*pipeline);
    if (failed(manager.run(*module))) {
      ADD_FAILURE() << "cannot compile " << name.str();
      return nullptr;
    }
    auto code = cpu::makeJit(*module, cpu::Processor::host(512));
    if (!code) {
      ADD_FAILURE() << test::describe(code.takeError());
      return nullptr;
    }
    return std::move(*code);
  }

  /// Runs a program of primitives; its inputs are the client's.
  std::vector<float> run(StringRef text, llvm::ArrayRef<HostTensor> inputs, uint64_t seed) {
    return run(parseSourceString<ModuleOp>(text, ParserConfig(&context)), inputs, seed);
  }

  std::vector<float> run(OwningOpRef<ModuleOp> module, llvm::ArrayRef<HostTensor> inputs,
                         uint64_t seed) {
    PassManager manager(&context);
    EXPECT_TRUE(succeeded(parsePassPipeline(
        "func.func(mpc-expand{recipe=tacit}),convert-mpc-to-parties,canonicalize,cse,"
        "func.func(mpc-schedule-messages)",
        manager)));
    if (!module || failed(manager.run(*module))) {
      ADD_FAILURE() << "cannot lower";
      return {};
    }
    auto client = compile(*module, "client"), server = compile(*module, "server");
    auto dealer = compile(*module, "dealer");
    std::unique_ptr<Executable> programs[2];
    for (auto &program : programs)
      program = compile(*module, "party");
    if (!client || !server || !dealer || !programs[0] || !programs[1])
      return {};
    auto ofClient = client->run(inputs, 1), ofServer = server->run({}, 1);
    auto schedule = schedulePrograms(*module);
    if (!ofClient || !ofServer || !schedule) {
      ADD_FAILURE() << "cannot prepare";
      return {};
    }
    Twin twin(*schedule, {*dealer, *programs[0], *programs[1]}, *ofServer,
              DealingSeeds::fromNumber(seed));
    Twin::Inputs given;
    given.arguments = *ofClient;
    auto results = twin.run(given);
    if (!results) {
      ADD_FAILURE() << test::describe(results.takeError());
      return {};
    }
    expectForecast(results->client.report, schedule->forecast());
    const std::vector<char> &bytes = results->client.revealed.front().data;
    std::vector<float> result(bytes.size() / sizeof(float));
    std::memcpy(result.data(), bytes.data(), bytes.size());
    return result;
  }

  static void expectForecast(const RunReport &client, const Traffic &forecast) {
    EXPECT_EQ(client.sent, forecast.toServer);
    EXPECT_EQ(client.received, forecast.toClient);
    EXPECT_EQ(client.hops, forecast.hops);
    EXPECT_EQ(client.setup, forecast.setup);
  }

  static HostTensor floats(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<float> values) {
    HostTensor tensor{TACIT_F32, shape.vec(), {}};
    tensor.data.resize(values.size() * sizeof(float));
    std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
    return tensor;
  }

  void expectActivation(std::string op, double bound,
                        llvm::function_ref<double(double)> definition);
  void expectCausalSoftmax(int64_t numRows, int64_t past, int fraction);

  MLIRContext context;
};

/// The largest errors of activations that lib/Dialect/MPC/Transforms/Arithmetic.h states.
using mpc::kActivationError, mpc::kSiluError;

TEST_F(PartiesTest, MultipliesAndTruncates) {
  StringRef program = R"(
    !x = !mpc.share<2x8, width = 64, fraction = 16>
    !w = !mpc.share<8x4, width = 64, fraction = 16>
    !y = !mpc.share<2x4, width = 64, fraction = 16>
    !p = !mpc.share<2x4, width = 64, fraction = 32>
    func.func @main(%x: tensor<2x8xf32>) -> tensor<2x4xf32> {
      %w = nn.constant dense<0.5> : tensor<8x4xf32>
      %0 = mpc.share %x from client : tensor<2x8xf32> to !x
      %1 = mpc.share %w from server : tensor<8x4xf32> to !w
      %2 = mpc.matmul %0, %1 : (!x, !w) -> !p
      %3 = mpc.truncate %2 : !p to !y
      %4 = mpc.square %3 : !y to !p
      %5 = mpc.truncate %4 : !p to !y
      %6 = mpc.reveal %5 to client : !y -> tensor<2x4xf32>
      return %6 : tensor<2x4xf32>
    })";
  std::vector<float> x(16);
  for (int i = 0; i < 16; ++i)
    x[i] = static_cast<float>(i - 7) / 4;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    auto y = run(program, floats({2, 8}, x), seed);
    ASSERT_EQ(y.size(), 8u);
    for (int i = 0; i < 2; ++i) {
      float sum = 0;
      for (int k = 0; k < 8; ++k)
        sum += x[8 * i + k] / 2;
      for (int j = 0; j < 4; ++j)
        EXPECT_NEAR(y[4 * i + j], sum * sum, 1e-3);
    }
  }
}

TEST_F(PartiesTest, ComparesOnPackedBits) {
  StringRef program = R"(
    !x = !mpc.share<150, width = 64, fraction = 16>
    !b = !mpc.share<150, width = 64, fraction = 0>
    func.func @main(%x: tensor<150xf32>) -> tensor<150xf32> {
      %0 = mpc.share %x from client : tensor<150xf32> to !x
      %s1 = mpc.msb %0 : !x to !mpc.bits<150>
      %1 = mpc.b2a %s1 : !mpc.bits<150> to !b
      %2 = mpc.mul %0, %1 : (!x, !b) -> !x
      %3 = mpc.sub %0, %2 : (!x, !x) -> !x
      %4 = mpc.reveal %3 to client : !x -> tensor<150xf32>
      return %4 : tensor<150xf32>
    })";
  std::mt19937 generator(1);
  std::vector<float> x(150);
  for (float &value : x)
    value = static_cast<float>(static_cast<int>(generator() % 4000) - 2000) / 64;
  x[0] = 0;
  x[1] = -1.0f / 65536;
  x[2] = 1.0f / 65536;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    auto y = run(program, floats({150}, x), seed);
    ASSERT_EQ(y.size(), 150u);
    for (int i = 0; i < 150; ++i)
      EXPECT_EQ(y[i], std::max(x[i], 0.0f)) << "element " << i << ", " << x[i];
  }
}

TEST_F(PartiesTest, ComparesWhatWasTruncated) {
  // A linear layer with a bias, max(y, 0) and max(-y - 1, 0).
  StringRef program = R"(
    !x = !mpc.share<16x8, width = 64, fraction = 18>
    !w = !mpc.share<8x4, width = 64, fraction = 18>
    !b = !mpc.share<4, width = 64, fraction = 18>
    !y = !mpc.share<16x4, width = 64, fraction = 18>
    !p = !mpc.share<16x4, width = 64, fraction = 36>
    func.func @main(%x: tensor<16x8xf32>) -> tensor<16x4xf32> {
      %w = nn.constant dense<0.5> : tensor<8x4xf32>
      %b = nn.constant dense<[-1.0, -0.25, 0.0, 0.75]> : tensor<4xf32>
      %c = nn.constant {nn.from_attribute} dense<1.0> : tensor<f32>
      %one = mpc.public %c as attribute "bound" : tensor<f32>
      %0 = mpc.share %x from client : tensor<16x8xf32> to !x
      %1 = mpc.share %w from server : tensor<8x4xf32> to !w
      %2 = mpc.share %b from server : tensor<4xf32> to !b
      %3 = mpc.matmul %0, %1 : (!x, !w) -> !p
      %4 = mpc.truncate %3 : !p to !y
      %5 = mpc.add %4, %2 : (!y, !b) -> !y
      %6 = mpc.relu %5 : !y
      %7 = mpc.neg %5 : !y
      %8 = mpc.sub %7, %one : (!y, tensor<f32>) -> !y
      %9 = mpc.relu %8 : !y
      %10 = mpc.add %6, %9 : (!y, !y) -> !y
      %11 = mpc.reveal %10 to client : !y -> tensor<16x4xf32>
      return %11 : tensor<16x4xf32>
    })";
  std::vector<float> x(128);
  for (int i = 0; i < 128; ++i)
    x[i] = static_cast<float>(i * 37 % 129 - 64) / 32;
  for (uint64_t seed = 0; seed < 2; ++seed) {
    auto y = run(program, floats({16, 8}, x), seed);
    ASSERT_EQ(y.size(), 64u);
    for (int i = 0; i < 64; ++i) {
      float sum = std::vector<float>{-1, -0.25f, 0, 0.75f}[i % 4];
      for (int k = 0; k < 8; ++k)
        sum += x[8 * (i / 4) + k] / 2;
      EXPECT_NEAR(y[i], std::max(sum, 0.0f) + std::max(-sum - 1, 0.0f), 4.0f / (1 << 18));
    }
  }
}

/// Returns a program that applies one operation to numbers with a fraction.
std::string programOf(std::string shape, std::string op, std::string attributes = "",
                      int fraction = 16) {
  return fmt::format(R"(
    !x = !mpc.share<{0}, width = 64, fraction = {3}>
    func.func @main(%x: tensor<{0}xf32>) -> tensor<{0}xf32> {{
      %0 = mpc.share %x from client : tensor<{0}xf32> to !x
      %1 = {1} %0 {2} : !x
      %2 = mpc.reveal %1 to client : !x -> tensor<{0}xf32>
      return %2 : tensor<{0}xf32>
    }})",
                     shape, op, attributes, fraction);
}

TEST_F(PartiesTest, FindsReciprocalsOverTheWholeRange) {
  std::vector<float> x;
  for (int i = -8; i <= 16; ++i)
    for (float factor : {1.0f, 1.3f, 1.999f})
      x.push_back(std::ldexp(factor, i));
  auto y = run(programOf("75", "mpc.reciprocal"), floats({75}, x), 1);
  ASSERT_EQ(y.size(), x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    // Of the number in fixed point.
    float exact = 65536 / std::round(x[i] * 65536);
    EXPECT_NEAR(y[i], exact, 2.0f / 65536 + 1e-5f * exact) << "x = " << x[i];
  }
}

TEST_F(PartiesTest, FindsRootsOverTheWholeRange) {
  std::vector<float> x;
  for (int i = -12; i <= 35; ++i)
    for (float factor : {1.0f, 1.3f, 1.999f})
      x.push_back(std::ldexp(factor, i));
  auto y = run(programOf("144", "mpc.rsqrt"), floats({144}, x), 1);
  ASSERT_EQ(y.size(), x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    float root = 1 / std::sqrt(std::round(x[i] * 65536) / 65536);
    EXPECT_NEAR(y[i], root, 2.0f / 65536 + 1e-5f * root) << "x = " << x[i];
  }
}

TEST_F(PartiesTest, ComputesExponentials) {
  std::vector<float> x;
  for (int i = 0; i < 64; ++i)
    x.push_back(-static_cast<float>(i) / 4);
  // Differences of scores may be large; they are 0.
  x.push_back(-100);
  x.push_back(-5000);
  // A model may have them of any numbers.
  for (int i = 1; i <= 55; ++i)
    x.push_back(static_cast<float>(i) / 4);
  auto y = run(programOf("121", "mpc.exp"), floats({121}, x), 1);
  ASSERT_EQ(y.size(), x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    float exact = std::exp(x[i]), part = x[i] <= 8 ? 2e-5f : 3e-4f;
    EXPECT_NEAR(y[i], exact, 3e-6f + 2.0f / 65536 + part * exact) << "x = " << x[i];
  }
}

TEST_F(PartiesTest, LimitsLargeExponentials) {
  for (float found : run(programOf("3", "mpc.exp"), floats({3}, {14, 100, 1e6}), 1))
    EXPECT_NEAR(found, 1e6, 1e4);
}

TEST_F(PartiesTest, ComputesSoftmax) {
  std::mt19937 generator(1);
  std::vector<float> x(3 * 7);
  for (float &value : x)
    value = static_cast<float>(static_cast<int>(generator() % 2000) - 1000) / 100;
  auto y = run(programOf("3x7", "mpc.softmax", "axis = 1"), floats({3, 7}, x), 1);
  ASSERT_EQ(y.size(), x.size());
  for (int i = 0; i < 3; ++i) {
    double sum = 0;
    for (int j = 0; j < 7; ++j)
      sum += std::exp(x[7 * i + j]);
    for (int j = 0; j < 7; ++j)
      EXPECT_NEAR(y[7 * i + j], std::exp(x[7 * i + j]) / sum, 2e-3);
  }
}

/// Rows of queries that follow `past` keys: row i attends to the first past + i + 1 of
/// them. A score that is excluded may be larger than all others.
void PartiesTest::expectCausalSoftmax(int64_t numRows, int64_t past, int fraction) {
  int64_t columns = past + numRows, heads = 2;
  std::string keep, type = fmt::format("{}x{}", numRows, columns);
  std::vector<float> x;
  std::mt19937 generator(1);
  for (int64_t row = 0; row < numRows; ++row) {
    keep += row ? ", [" : "[";
    for (int64_t i = 0; i < columns; ++i)
      keep += fmt::format("{}{}", i ? ", " : "", i <= past + row ? "1.0" : "0.0");
    keep += "]";
  }
  for (int64_t i = 0; i < heads * numRows * columns; ++i)
    x.push_back(i % columns <= past + i / columns % numRows
                    ? static_cast<float>(static_cast<int>(generator() % 2000) - 1000) / 100
                    : 1000.0f);
  std::string text = fmt::format(R"(
    !x = !mpc.share<{0}x{1}, width = 64, fraction = {2}>
    func.func @main(%x: tensor<{0}x{1}xf32>) -> tensor<{0}x{1}xf32> {{
      %c = nn.constant dense<[{3}]> : tensor<{1}xf32>
      %keep = mpc.public %c as mask "mask" : tensor<{1}xf32>
      %0 = mpc.share %x from client : tensor<{0}x{1}xf32> to !x
      %1 = mpc.softmax %0 keep(%keep : tensor<{1}xf32>) axis = 2 : !x
      %2 = mpc.reveal %1 to client : !x -> tensor<{0}x{1}xf32>
      return %2 : tensor<{0}x{1}xf32>
    }})",
                                 heads, type, fraction, keep);
  auto y = run(text, floats({heads, numRows, columns}, x), 1);
  ASSERT_EQ(y.size(), x.size());
  for (int64_t row = 0; row < heads * numRows; ++row) {
    int64_t end = past + row % numRows + 1, first = row * columns;
    double sum = 0;
    for (int64_t i = 0; i < end; ++i)
      sum += std::exp(x[first + i]);
    for (int64_t i = 0; i < columns; ++i)
      EXPECT_NEAR(y[first + i], i < end ? std::exp(x[first + i]) / sum : 0,
                  i < end ? 2e-4 : 0)
          << "row " << row << ", column " << i;
  }
}

TEST_F(PartiesTest, ComputesSoftmaxOfCausalScores) {
  expectCausalSoftmax(/*numRows=*/8, /*past=*/0, /*fraction=*/16);
  expectCausalSoftmax(/*numRows=*/5, /*past=*/6, /*fraction=*/18);
  expectCausalSoftmax(/*numRows=*/2, /*past=*/0, /*fraction=*/22);
}

TEST_F(PartiesTest, ComputesSoftmaxOfOneScore) {
  auto y =
      run(programOf("3x1", "mpc.softmax", "axis = 1"), floats({3, 1}, {-300, 0, 7}), 1);
  ASSERT_EQ(y.size(), 3u);
  for (float value : y)
    EXPECT_NEAR(value, 1, 1e-3);
}

TEST_F(PartiesTest, NormalizesRows) {
  std::mt19937 generator(1);
  // Rows of small and of large numbers.
  std::vector<float> x(4 * 24);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = std::ldexp(static_cast<float>(static_cast<int>(generator() % 200) - 60) / 50,
                      static_cast<int>(i / 24) * 4 - 4);
  auto y =
      run(programOf("4x24", "mpc.layer_norm", "epsilon = 1.0E-5"), floats({4, 24}, x), 1);
  ASSERT_EQ(y.size(), x.size());
  for (int i = 0; i < 4; ++i) {
    double mean = 0, variance = 0;
    for (int j = 0; j < 24; ++j)
      mean += x[24 * i + j] / 24;
    for (int j = 0; j < 24; ++j)
      variance += (x[24 * i + j] - mean) * (x[24 * i + j] - mean) / 24;
    for (int j = 0; j < 24; ++j)
      EXPECT_NEAR(y[24 * i + j], (x[24 * i + j] - mean) / std::sqrt(variance + 1e-5), 3e-3)
          << "row " << i;
  }
}

TEST_F(PartiesTest, ComputesGeluInPieces) {
  std::vector<float> x;
  for (int i = 0; i < 80; ++i)
    x.push_back(static_cast<float>(i - 40) / 10);
  x.push_back(300);
  x.push_back(-300);
  auto y = run(programOf("82", "mpc.gelu bolt"), floats({82}, x), 1);
  ASSERT_EQ(y.size(), x.size());
  // The polynomial of BOLT is within 0.02 of GELU, and exact beyond its bounds.
  for (size_t i = 0; i < x.size(); ++i) {
    double exact = x[i] / 2 * (1 + std::erf(x[i] / std::sqrt(2.0)));
    EXPECT_NEAR(y[i], exact, 2e-2) << "x = " << x[i];
  }
  EXPECT_EQ(y[80], 300);
  EXPECT_EQ(y[81], 0);
}

/// Numbers from -12 to 12, where activations bend, and some that are small or very large.
std::vector<float> numbersOfActivations() {
  std::vector<float> x;
  for (int i = -768; i <= 768; ++i)
    x.push_back(static_cast<float>(i) / 64);
  for (float edge : {2.7f, 4.0f, 8.0f, 9.0625f})
    for (float unit : {-1.0f, 0.0f, 1.0f})
      for (float sign : {-1.0f, 1.0f})
        x.push_back(sign * edge + unit / 65536);
  for (float large : {300.0f, 1e4f, 3e7f, 1e12f})
    for (float sign : {-1.0f, 1.0f})
      x.push_back(sign * large);
  // Words of 64 bits, so that the bits of the mask are dealt once for all comparisons.
  x.resize(llvm::alignTo(x.size(), 64));
  return x;
}

/// Compares an operation with its definition, with 16 and 22 bits of fraction.
void PartiesTest::expectActivation(std::string op, double bound,
                                   llvm::function_ref<double(double)> definition) {
  std::vector<float> x = numbersOfActivations();
  std::string shape = std::to_string(x.size());
  for (int fraction : {16, 22}) {
    auto y = run(programOf(shape, op, "", fraction), floats({(int64_t)x.size()}, x), 1);
    ASSERT_EQ(y.size(), x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      // The last digit of a float is more than the bound where numbers are large.
      double digit = std::fabs(definition(x[i])) * 1e-7;
      EXPECT_NEAR(y[i], definition(x[i]), bound + std::ldexp(2, -fraction) + digit)
          << op << " of " << x[i] << " with " << fraction << " bits of fraction";
    }
  }
}

TEST_F(PartiesTest, ComputesGeluOfTheFile) {
  expectActivation("mpc.gelu erf", kActivationError,
                   [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); });
  expectActivation("mpc.gelu tanh", kActivationError, [](double x) {
    return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  });
}

TEST_F(PartiesTest, ComputesSigmoidAndItsKin) {
  auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  expectActivation("mpc.sigmoid", kActivationError, sigmoid);
  expectActivation("mpc.tanh", kActivationError, [](double x) { return std::tanh(x); });
  expectActivation("mpc.silu", kSiluError, [&](double x) { return x * sigmoid(x); });
}

} // namespace
