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
#include "tacit/InitAll/InitAll.h"
#include "tacit/Runtime/tacit_party.h"
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <thread>

using namespace mlir;
using namespace tacit;
using namespace tacit::test;

namespace {

using Words = std::vector<int64_t>;

/// The material of a run. The shares of a party come from a generator that its number and
/// that of the material seed.
class Material {
public:
  Material(ModuleOp programs, uint64_t seed) : seed(seed) {
    programs.walk(
        [&](mpc::DrawOp op) { sources[op.getSource().getId()] = op.getSource(); });
    programs.walk(
        [&](mpc::DealOp op) { sources[op.getSource().getId()] = op.getSource(); });
  }

  Words random(bool isServer, int64_t id, int64_t count) const {
    std::mt19937_64 generator(seed * 2654435761u + id * 2 + (isServer ? 1 : 0));
    Words words(count);
    for (int64_t &word : words)
      word = static_cast<int64_t>(generator());
    return words;
  }

  Words share(bool isServer, int64_t id, int64_t count) const {
    mpc::MaterialAttr source = sources.at(id);
    if (source.getOrigin() == (isServer ? mpc::Origin::Client : mpc::Origin::Server))
      return Words(count, 0);
    if (isServer && source.getOrigin() == mpc::Origin::Dealt)
      return dealt.at(id);
    return random(isServer, id, count);
  }

  Words draw(int64_t id, int64_t count) const {
    bool isBoolean = sources.at(id).getBoolean();
    Words client = share(false, id, count), server = share(true, id, count);
    for (int64_t i = 0; i < count; ++i)
      client[i] = isBoolean ? client[i] ^ server[i]
                            : static_cast<int64_t>(static_cast<uint64_t>(client[i]) +
                                                   static_cast<uint64_t>(server[i]));
    return client;
  }

  void deal(int64_t id, const int64_t *words, int64_t count) {
    mpc::MaterialAttr source = sources.at(id);
    Words rest = random(false, id, count);
    unsigned unused = 64 - source.getBits();
    for (int64_t i = 0; i < count; ++i) {
      auto mine = static_cast<uint64_t>(rest[i]), word = static_cast<uint64_t>(words[i]);
      uint64_t left = source.getBoolean() ? mine ^ word : word - mine;
      // Nobody may need more bits than were promised.
      rest[i] = static_cast<int64_t>(left << unused >> unused);
    }
    dealt[id] = rest;
  }

private:
  uint64_t seed;
  std::map<int64_t, mpc::MaterialAttr> sources;
  std::map<int64_t, Words> dealt;
};

struct Message {
  int64_t direction;
  const int64_t *mine;
  int64_t *theirs;
  int64_t count;
};

/// Two threads that wait for each other at each hop.
class Meeting {
public:
  void exchange(bool isServer, std::vector<Message> &messages) {
    std::unique_lock<std::mutex> lock(mutex);
    waiting[isServer] = &messages;
    if (++arrived == 2) {
      deliver();
      arrived = 0;
      ++hops;
      changed.notify_all();
    } else {
      changed.wait(lock, [&, hop = hops] { return hops != hop; });
    }
    messages.clear();
  }

  int64_t hops = 0, toServer = 0, toClient = 0;

private:
  void deliver() {
    ASSERT_EQ(waiting[0]->size(), waiting[1]->size());
    for (size_t i = 0; i < waiting[0]->size(); ++i) {
      Message &client = (*waiting[0])[i], &server = (*waiting[1])[i];
      size_t bytes = client.count * sizeof(int64_t);
      if (client.direction != 2) {
        std::memcpy(server.theirs, client.mine, bytes);
        toServer += bytes;
      } else {
        std::memset(server.theirs, 0, bytes);
      }
      if (client.direction != 1) {
        std::memcpy(client.theirs, server.mine, bytes);
        toClient += bytes;
      } else {
        std::memset(client.theirs, 0, bytes);
      }
    }
  }

  std::mutex mutex;
  std::condition_variable changed;
  int arrived = 0;
  std::vector<Message> *waiting[2] = {};
};

struct Party {
  bool isServer;
  Material &material;
  Meeting &meeting;
  std::vector<Message> messages = {};
};

tacit_outside outsideOf(Party &party) {
  tacit_outside outside = {};
  outside.context = &party;
  outside.material = [](void *context, int64_t id, int64_t *words, int64_t count) {
    auto *party = static_cast<Party *>(context);
    Words share = party->material.share(party->isServer, id, count);
    std::copy(share.begin(), share.end(), words);
  };
  outside.message = [](void *context, int64_t direction, const int64_t *mine,
                       int64_t *theirs, int64_t count) {
    static_cast<Party *>(context)->messages.push_back({direction, mine, theirs, count});
  };
  outside.exchange = [](void *context) {
    auto *party = static_cast<Party *>(context);
    party->meeting.exchange(party->isServer, party->messages);
  };
  return outside;
}

tacit_outside outsideOfDealer(Material &material) {
  tacit_outside outside = {};
  outside.context = &material;
  outside.draw = [](void *context, int64_t id, int64_t *words, int64_t count) {
    Words drawn = static_cast<Material *>(context)->draw(id, count);
    std::copy(drawn.begin(), drawn.end(), words);
  };
  outside.deal = [](void *context, int64_t id, const int64_t *words, int64_t count) {
    static_cast<Material *>(context)->deal(id, words, count);
  };
  return outside;
}

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
    Material material(*module, seed);
    tacit_outside dealing = outsideOfDealer(material);
    tacit_outside_enter(&dealing);
    EXPECT_EQ(describeRun(dealer->run({}, 1)), "no error");
    tacit_outside_enter(nullptr);
    auto ofClient = client->run(inputs, 1), ofServer = server->run({}, 1);
    if (!ofClient || !ofServer) {
      ADD_FAILURE() << "cannot prepare";
      return {};
    }
    std::vector<float> result;
    auto runParty = [&](bool isServer) {
      Party self{isServer, material, meeting};
      tacit_outside outside = outsideOf(self);
      tacit_outside_enter(&outside);
      auto arguments = argumentsOf(*module, isServer, *ofClient, *ofServer, material);
      auto results = programs[isServer]->run(arguments, /*threads=*/1);
      tacit_outside_enter(nullptr);
      if (!results)
        ADD_FAILURE() << test::describe(results.takeError());
      else if (!isServer) {
        result.resize(results->front().data.size() / sizeof(float));
        std::memcpy(result.data(), results->front().data.data(),
                    results->front().data.size());
      }
    };
    std::thread serverThread([&] { runParty(true); });
    runParty(false);
    serverThread.join();
    return result;
  }

  static std::string describeRun(llvm::Expected<std::vector<HostTensor>> results) {
    return test::describe(results ? llvm::Error::success() : results.takeError());
  }

  std::vector<HostTensor> argumentsOf(ModuleOp module, bool isServer,
                                      std::vector<HostTensor> &client,
                                      std::vector<HostTensor> &server,
                                      const Material &material) {
    auto function = module.lookupSymbol<func::FuncOp>("party");
    std::vector<HostTensor> arguments;
    Words one{isServer};
    arguments.push_back(tensorOf({}, one));
    size_t nextOfClient = 0, nextOfServer = 0;
    for (unsigned i = 1; i < function.getNumArguments(); ++i) {
      auto owner = function.getArgAttrOfType<mpc::PartyAttr>(i, mpc::kPartyAttr).getValue();
      bool isOwn = (owner == mpc::Party::Server) == isServer;
      HostTensor tensor =
          owner == mpc::Party::Server ? server[nextOfServer++] : client[nextOfClient++];
      auto mask = function.getArgAttrOfType<IntegerAttr>(i, mpc::kMaskAttr);
      if (!isOwn) {
        Words words(tensor.data.size() / sizeof(int64_t), 0);
        if (mask) {
          Words masks = material.share(true, mask.getInt(), words.size());
          std::memcpy(words.data(), tensor.data.data(), tensor.data.size());
          for (size_t j = 0; j < words.size(); ++j)
            words[j] = static_cast<int64_t>(static_cast<uint64_t>(words[j]) +
                                            static_cast<uint64_t>(masks[j]));
        }
        tensor = tensorOf(tensor.shape, words);
      }
      arguments.push_back(tensor);
    }
    return arguments;
  }

  static HostTensor tensorOf(llvm::ArrayRef<int64_t> shape, const Words &words) {
    HostTensor tensor{TACIT_I64, shape.vec(), {}};
    tensor.data.resize(words.size() * sizeof(int64_t));
    std::memcpy(tensor.data.data(), words.data(), tensor.data.size());
    return tensor;
  }

  static HostTensor floats(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<float> values) {
    HostTensor tensor{TACIT_F32, shape.vec(), {}};
    tensor.data.resize(values.size() * sizeof(float));
    std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
    return tensor;
  }

  void expectActivation(std::string op, double bound,
                        llvm::function_ref<double(double)> definition);

  MLIRContext context;
  Meeting meeting;
};

/// The largest errors of activations that lib/Dialect/MPC/Transforms/Arithmetic.h states.
constexpr double kActivationError = 1e-3, kSiluError = 1.2e-3;

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
      %1 = mpc.is_negative %0 : !x to !b
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
  for (int i = -12; i <= 16; ++i)
    for (float factor : {1.0f, 1.3f, 1.999f})
      x.push_back(std::ldexp(factor, i));
  auto y = run(programOf("87", "mpc.rsqrt"), floats({87}, x), 1);
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
  auto y = run(programOf("66", "mpc.exp"), floats({66}, x), 1);
  ASSERT_EQ(y.size(), x.size());
  for (size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(y[i], std::exp(x[i]), 4e-4f) << "x = " << x[i];
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
