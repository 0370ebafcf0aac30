//===- FakePackage.cpp - A two-party package written by hand --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TwoParty/FakePackage.h"
#include "tacit/Runtime/tacit_party.h"
#include <array>
#include <atomic>
#include <cstring>
#include <functional>

using namespace tacit;
using namespace tacit::test;
using namespace tacit::twoparty;

static Fault currentFault = Fault::None;

WithFault::WithFault(Fault fault) { currentFault = fault; }
WithFault::~WithFault() { currentFault = Fault::None; }

Schedule test::fakeSchedule(bool hasState) {
  Schedule schedule;
  schedule.package = "00112233445566778899aabbccddeeff";
  schedule.arguments = {{"x", Argument::Kind::Input, {kCount}},
                        {"c", Argument::Kind::Constant, {kCount}},
                        {"w", Argument::Kind::Weight, {kCount}, kWeightMask}};
  if (hasState)
    schedule.arguments.push_back({"past", Argument::Kind::State, {kCount}});
  schedule.results = {{"y", Result::Kind::Revealed, {kCount}},
                      {"present", Result::Kind::State, {kCount}}};
  schedule.materials = {{kOpeningMask, Origin::Drawn, kCount},
                        {kInputMask, Origin::Client, kCount},
                        {kServerWord, Origin::Server, kCount},
                        {kProduct, Origin::Dealt, kCount},
                        {kWeightMask, Origin::Server, kCount, 64, false, true},
                        {kBits, Origin::Dealt, kCount, 20, true}};
  Site linear = {"linear", "layers.0", "node0"}, head = {"head", "", ""};
  schedule.hops = {{{{kCount, Direction::ToServer, linear}}},
                   {{{kCount, Direction::Both, linear}}},
                   {{{kCount, Direction::ToClient, head}}}};
  return schedule;
}

static std::atomic<int> finished = 0;
int test::finishedRuns() { return finished; }

/// Programs may be left by a jump, as generated code may: nothing here has a destructor.
using Row = std::array<int64_t, kCount>;

/// Modulo 2^64.
template <typename Function>
static Row combine(const Row &a, const Row &b, Function function) {
  Row out;
  for (int64_t i = 0; i < kCount; ++i)
    out[i] = static_cast<int64_t>(
        function(static_cast<uint64_t>(a[i]), static_cast<uint64_t>(b[i])));
  return out;
}
static Row add(const Row &a, const Row &b) { return combine(a, b, std::plus<>()); }
static Row sub(const Row &a, const Row &b) { return combine(a, b, std::minus<>()); }
static Row mul(const Row &a, const Row &b) { return combine(a, b, std::multiplies<>()); }

//===----------------------------------------------------------------------===//
// The dealer
//===----------------------------------------------------------------------===//

static Row drawn(int64_t id) {
  Row words;
  tacit_dealer_draw(id, words.data(), kCount);
  return words;
}

static int64_t runDealer(const uint8_t *, uint8_t *, const tacit_tensor *, tacit_tensor *,
                         const int64_t *) {
  Row product = mul(drawn(kInputMask), drawn(kWeightMask));
  Row opening = drawn(currentFault == Fault::OtherMaterial ? 99 : kOpeningMask);
  tacit_dealer_deal(kBits, opening.data(), kCount);
  if (currentFault != Fault::Missing)
    tacit_dealer_deal(kProduct, product.data(), kCount);
  if (currentFault == Fault::Twice)
    tacit_dealer_deal(kProduct, product.data(), kCount);
  ++finished;
  return 0;
}

//===----------------------------------------------------------------------===//
// The parties
//===----------------------------------------------------------------------===//

static Row shareOf(int64_t id) {
  Row words;
  tacit_party_material(id, words.data(), kCount);
  return words;
}

static Row exchanged(Direction direction, const Row &mine) {
  // Whatever was there before is overwritten.
  int64_t theirs[kCount + 1] = {77, 77, 77, 77, 77}, longer[kCount + 1] = {};
  std::copy(mine.begin(), mine.end(), longer);
  tacit_party_message(static_cast<int64_t>(direction), longer, theirs,
                      kCount + (currentFault == Fault::OtherWords));
  tacit_party_exchange();
  Row received;
  std::copy(theirs, theirs + kCount, received.begin());
  return received;
}

static Row inputOf(const tacit_tensor &tensor) {
  Row words;
  std::memcpy(words.data(), tensor.data, sizeof words);
  return words;
}

static void store(tacit_tensor &tensor, const Row &words) {
  std::memcpy(tensor.data, words.data(), sizeof words);
}

/// The equations are those of docs/Rationale/TwoParties.md for weights.
static int64_t runParty(const tacit_tensor *in, tacit_tensor *out, bool hasState) {
  bool isServer = *static_cast<const int64_t *>(in[0].data) == 1;
  Row x = inputOf(in[1]), c = inputOf(in[2]), w = inputOf(in[3]), zero = {};
  Row l = shareOf(currentFault == Fault::OtherMaterial ? 99 : kInputMask);
  Row received = exchanged(Direction::ToServer, add(x, l));
  Row product = isServer ? mul(received, w) : mul(sub(zero, l), w);
  Row z = add(add(product, shareOf(kProduct)), c);
  if (hasState)
    z = add(z, inputOf(in[4]));
  Row r = shareOf(kOpeningMask), masked = add(z, r);
  Row opened = add(masked, exchanged(Direction::Both, masked));
  Row last = zero;
  if (currentFault != Fault::Missing)
    last = exchanged(Direction::ToClient, r);
  store(out[0], sub(opened, add(r, last)));
  store(out[1], shareOf(kBits));
  ++finished;
  return 0;
}

static int64_t runPlainParty(const uint8_t *, uint8_t *, const tacit_tensor *in,
                             tacit_tensor *out, const int64_t *) {
  return runParty(in, out, /*hasState=*/false);
}
static int64_t runPartyWithState(const uint8_t *, uint8_t *, const tacit_tensor *in,
                                 tacit_tensor *out, const int64_t *) {
  return runParty(in, out, /*hasState=*/true);
}

static const tacit_io kInputs[] = {{"party", TACIT_I64, 0, {}, 0, {}},
                                   {"x", TACIT_I64, 1, {kCount}, 0, {}},
                                   {"c", TACIT_I64, 1, {kCount}, 0, {}},
                                   {"w", TACIT_I64, 1, {kCount}, 0, {}},
                                   {"past", TACIT_I64, 1, {kCount}, 0, {}}};
static const tacit_io kOutputs[] = {{"y", TACIT_I64, 1, {kCount}, 0, {}},
                                    {"present", TACIT_I64, 1, {kCount}, 0, {}}};

static tacit_model_desc descriptionOf(int inputs, int outputs,
                                      decltype(tacit_model_desc::entry) entry) {
  tacit_model_desc model = {};
  model.abi_version = TACIT_ABI_VERSION;
  model.num_inputs = inputs;
  model.num_outputs = outputs;
  model.inputs = kInputs;
  model.outputs = kOutputs;
  model.features = "";
  model.weights_file = "";
  model.entry = entry;
  model.json = "{}";
  return model;
}

static std::unique_ptr<Executable> load(const tacit_model_desc &model) {
  static const uint8_t noWeights = 0;
  return Executable::fromDescription(&model, &noWeights, nullptr);
}

std::unique_ptr<Executable> test::fakeDealer() {
  static const tacit_model_desc model = descriptionOf(0, 0, runDealer);
  return load(model);
}

std::unique_ptr<Executable> test::fakeParty(bool hasState) {
  static const tacit_model_desc plain = descriptionOf(4, 2, runPlainParty);
  static const tacit_model_desc withState = descriptionOf(5, 2, runPartyWithState);
  return load(hasState ? withState : plain);
}

HostTensor test::tensorOf(const Words &words, std::vector<int64_t> shape) {
  HostTensor tensor{TACIT_I64, std::move(shape), {}};
  tensor.data.resize(words.size() * sizeof(int64_t));
  std::memcpy(tensor.data.data(), words.data(), tensor.data.size());
  return tensor;
}

Words test::wordsOf(const HostTensor &tensor) {
  Words words(tensor.data.size() / sizeof(int64_t));
  std::memcpy(words.data(), tensor.data.data(), tensor.data.size());
  return words;
}
