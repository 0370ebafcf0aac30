//===- Runner.cpp - A model as an evaluation runs it ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Runner.h"
#include "tacit/Dialect/MPC/IR/MPC.h"

using namespace tacit;
using namespace tacit::driver;

Runner::~Runner() = default;

llvm::Expected<Outputs> Runner::run(const Call &call, std::optional<int64_t>,
                                    int64_t threads) {
  return executable->run(call.inputs, threads);
}

/// Returns the seed of one call. Neighbouring words give unrelated shares; the lowest bit
/// says whether truncations fail.
static uint64_t seedOf(uint64_t seed, int64_t call, bool canFail) {
  static constexpr uint64_t kStep = 0x9E3779B97F4A7C15;
  return ((seed + static_cast<uint64_t>(call) * kStep) << 1) | (canFail ? 1 : 0);
}

static HostTensor scalarOf(uint64_t word) {
  HostTensor tensor{TACIT_I64, {}, std::vector<char>(sizeof(word))};
  std::memcpy(tensor.data.data(), &word, sizeof(word));
  return tensor;
}

bool TwinRunner::drawsShares() const {
  llvm::ArrayRef<tacit_io> inputs = inputsOf(description());
  return !inputs.empty() && llvm::StringRef(inputs.back().name) == mpc::kSeedInput;
}

llvm::Expected<Outputs> TwinRunner::runWith(const Call &call, uint64_t word,
                                            int64_t threads, Counts &counts) {
  std::vector<HostTensor> inputs = call.inputs;
  if (drawsShares())
    inputs.push_back(scalarOf(word));
  auto outputs = executable->run(inputs, threads);
  if (!outputs)
    return outputs.takeError();
  llvm::ArrayRef<tacit_io> described = outputsOf(description());
  auto isLast = [&](llvm::StringRef name) {
    return !outputs->empty() && name == described[outputs->size() - 1].name;
  };
  auto takeCount = [&](llvm::StringRef name, int64_t &count) {
    if (!isLast(name))
      return;
    std::memcpy(&count, outputs->back().data.data(), sizeof(count));
    outputs->pop_back();
  };
  // They follow the outputs of the model, in this order from the end.
  takeCount(mpc::kWrapsOutput, counts.wraps);
  if (isLast(mpc::kExpectedOutput)) {
    counts.expected =
        toDoubles(outputs->back(), outputs->back().data.size() / sizeof(double));
    outputs->pop_back();
  }
  takeCount(mpc::kFailedOutput, counts.failed);
  return outputs;
}

llvm::Expected<Outputs> TwinRunner::run(const Call &call, std::optional<int64_t> index,
                                        int64_t threads) {
  Counts drawn;
  auto outputs =
      runWith(call, seedOf(seed, index.value_or(0), /*canFail=*/true), threads, drawn);
  if (!outputs || !index)
    return outputs;
  Counts clean = drawn;
  if (drawsShares()) {
    // After a failure the numbers are no longer those of the model.
    auto other = runWith(call, seedOf(seed, *index, /*canFail=*/false), threads, clean);
    if (!other)
      return other.takeError();
  }
  ++counted.calls;
  counted.examples += call.batch;
  counted.wraps += clean.wraps;
  counted.failed += drawn.failed;
  counted.expected.resize(clean.expected.size());
  for (auto [sum, number] : llvm::zip(counted.expected, clean.expected))
    sum += number;
  return outputs;
}
