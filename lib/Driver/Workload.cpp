//===- Workload.cpp - The calls of an evaluation --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Workload.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Fnv64.h"
#include "tacit/Support/Npy.h"
#include <random>

using namespace tacit;
using namespace tacit::driver;

using Data = report::EvalReport::Data;

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

static bool isInteger(const HostTensor &array) {
  return array.dtype == TACIT_I64 || array.dtype == TACIT_I32;
}

static std::vector<int64_t> integersOf(const HostTensor &array) {
  std::vector<int64_t> values(array.data.size() / dtypeBytes(array.dtype));
  for (auto [i, value] : llvm::enumerate(values)) {
    if (array.dtype == TACIT_I64) {
      std::memcpy(&value, array.data.data() + i * 8, 8);
    } else {
      int32_t narrow;
      std::memcpy(&narrow, array.data.data() + i * 4, 4);
      value = narrow;
    }
  }
  return values;
}

llvm::Expected<std::vector<int64_t>> driver::readTokens(const std::string &path) {
  auto array = readNpy(path);
  if (!array)
    return array.takeError();
  if (!::isInteger(*array) || array->shape.size() != 1)
    return fail(ErrorKind::BadInput, "save the ids as one int64 array",
                "'{}' holds {} {}; expected one dimension of int64", path,
                dtypeName(array->dtype).str(), shapeText(array->shape));
  return integersOf(*array);
}

llvm::Expected<std::vector<int64_t>> driver::readLabels(const std::string &path) {
  auto array = readNpy(path);
  if (!array)
    return array.takeError();
  if (!::isInteger(*array))
    return fail(ErrorKind::BadInput, "save the numbers of classes as an int64 array",
                "'{}' holds {}; expected int64", path, dtypeName(array->dtype).str());
  return integersOf(*array);
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

static bool hasKind(const InputPlan &plan, InputSource::Kind kind) {
  return llvm::any_of(plan.sources,
                      [&](const auto &source) { return source.second.kind == kind; });
}

/// Inputs that hold examples must hold as many as a call has.
llvm::Error Workload::checkSources() const {
  for (const auto &[name, source] : plan.sources) {
    llvm::ArrayRef<int64_t> shape = source.value.shape;
    bool isTokens = source.kind == InputSource::Kind::Tokens ||
                    source.kind == InputSource::Kind::Context;
    int64_t held = shape.empty() ? 1 : shape[0];
    if (isTokens) {
      int64_t bytes = *tensorBytes(source.value.dtype, shape);
      held = bytes / dtypeBytes(source.value.dtype) / std::max<int64_t>(1, plan.window);
    }
    if ((isTokens || source.kind == InputSource::Kind::Batches) && held != perCall)
      return fail(ErrorKind::BadInput, "give the inputs one batch with --dim or --shape",
                  "input '{}' holds {} examples, and another input {}", name, held,
                  perCall);
  }
  return llvm::Error::success();
}

llvm::Error Workload::countCalls() {
  perCall = hasKind(plan, InputSource::Kind::Calls) ? 1 : plan.batch;
  examples = plan.examples > 0 ? plan.examples : kFreeBatch;
  data = plan.examples > 0 ? Data::Examples : Data::Random;
  if (given.tokens) {
    data = Data::Tokens;
    int64_t count = static_cast<int64_t>(given.tokens->size());
    examples = plan.window > 0 ? (count - 1) / plan.window : 0;
    if (examples < 1)
      return fail(ErrorKind::BadInput, "give more tokens or a smaller --window",
                  "'{}' holds {} tokens; one window needs {}", options.tokens, count,
                  plan.window + 1);
  }
  if (perCall < 1)
    return fail(ErrorKind::BadInput, "pin the batch to at least 1",
                "the inputs have a batch of {}, which holds no example", perCall);
  calls = (examples + perCall - 1) / perCall;
  return checkSources();
}

llvm::Error Workload::readAnswers() {
  if (given.tokens)
    perExample = plan.window;
  if (options.labels.empty())
    return llvm::Error::success();
  auto read = readLabels(options.labels);
  if (!read)
    return read.takeError();
  labels = std::move(*read);
  int64_t count = static_cast<int64_t>(labels.size());
  if (count == 0 || count % examples != 0)
    return fail(ErrorKind::BadInput, "give one label for each example",
                "'{}' holds {} labels, and there are {} examples", options.labels, count,
                examples);
  // Files of examples whose classes nobody tells have -1 for all of them.
  if (llvm::all_of(labels, [](int64_t label) { return label < 0; }))
    return fail(ErrorKind::BadInput, "leave --labels out to compare the outputs",
                "all labels in '{}' are negative, which stands for unknown ones",
                options.labels);
  perExample = count / examples;
  return llvm::Error::success();
}

llvm::Expected<Workload> Workload::make(const EvalOptions &options, InputPlan plan,
                                        GivenData given, llvm::ArrayRef<tacit_io> inputs,
                                        bool usesSeed) {
  Workload workload(options, std::move(plan), std::move(given));
  workload.inputs = inputs;
  if (options.seed && !usesSeed && !hasKind(workload.plan, InputSource::Kind::Random))
    return fail(ErrorKind::InvalidArgument, "leave it out",
                "--seed has no effect: no input is random, and no truncation fails");
  if (auto error = workload.countCalls())
    return std::move(error);
  if (auto error = workload.readAnswers())
    return std::move(error);
  return workload;
}

/// Writes windows of tokens into an input, or those that come `back` windows before them.
void Workload::fillWindows(HostTensor &input, int64_t call, int64_t back) const {
  for (int64_t b = 0; b < perCall; ++b) {
    int64_t example = std::min(call * perCall + b, examples - 1);
    int64_t from = (example + examples - back) % examples * plan.window;
    for (int64_t i = 0; i < plan.window; ++i) {
      char *slot = input.data.data() + (b * plan.window + i) * dtypeBytes(input.dtype);
      int64_t token = (*given.tokens)[from + i];
      // The low bytes of an int64 are the int32.
      std::memcpy(slot, &token, dtypeBytes(input.dtype));
    }
  }
}

/// Fills an input with numbers that depend on its name, the call and the seed alone:
/// normally distributed ones, indices within their bound, or bits.
static void fillRandom(HostTensor &input, const tacit_io &io, uint64_t seed, int64_t call) {
  Fnv64 hash;
  hash.update(llvm::StringRef(io.name));
  uint64_t name = hash.digest();
  std::seed_seq seeds{uint32_t(seed), uint32_t(seed >> 32), uint32_t(name),
                      uint32_t(name >> 32), uint32_t(call)};
  std::mt19937_64 random(seeds);
  bool isFloat = input.dtype == TACIT_F32 || input.dtype == TACIT_F64 ||
                 input.dtype == TACIT_F16 || input.dtype == TACIT_BF16;
  std::normal_distribution<double> normal;
  uint64_t bound = io.index_bound > 0 ? io.index_bound : 2;
  size_t count = input.data.size() / dtypeBytes(input.dtype);
  for (size_t i = 0; i < count; ++i)
    setValueAt(input, i, isFloat ? normal(random) : double(random() % bound));
}

HostTensor Workload::valueOf(const tacit_io &io, int64_t call) const {
  const InputSource &source = *plan.find(io.name);
  HostTensor value = source.value;
  if (source.kind == InputSource::Kind::Constant)
    return value;
  value.data.resize(*tensorBytes(value.dtype, value.shape));
  switch (source.kind) {
  case InputSource::Kind::Tokens:
  case InputSource::Kind::Context:
    fillWindows(value, call, source.kind == InputSource::Kind::Context);
    break;
  case InputSource::Kind::Random:
    fillRandom(value, io, options.seed.value_or(0), call);
    break;
  default: {
    size_t bytes = source.examples.data.size() / source.examples.shape[0];
    for (int64_t b = 0; b < perCall; ++b) {
      int64_t example = std::min(call * perCall + b, examples - 1);
      std::memcpy(value.data.data() + b * bytes,
                  source.examples.data.data() + example * bytes, bytes);
    }
  }
  }
  return value;
}

Call Workload::call(int64_t index) const {
  Call call{{}, std::min(perCall, examples - index * perCall), perCall};
  for (const tacit_io &input : inputs)
    call.inputs.push_back(valueOf(input, index));
  return call;
}

//===----------------------------------------------------------------------===//
// Answers
//===----------------------------------------------------------------------===//

int64_t Workload::answer(int64_t call, int64_t row) const {
  int64_t index = call * perCall * perExample + row;
  // A token is the answer to the position before it.
  return given.tokens ? (*given.tokens)[index + 1] : labels[index];
}

llvm::Error Workload::checkAnswers(int64_t classes) const {
  for (int64_t i = 0; i < examples * perExample; ++i) {
    int64_t found = answer(0, i);
    if (given.tokens && (found < 0 || found >= classes))
      return fail(ErrorKind::BadInput, "use the tokens of this model's vocabulary",
                  "'{}' holds token {} at {}; the vocabulary has {}", options.tokens, found,
                  i + 1, classes);
    if (found >= classes)
      return fail(ErrorKind::BadInput, "use the numbers of this model's classes, from 0",
                  "'{}' holds label {} at {}; the model has {} classes", options.labels,
                  found, i, classes);
  }
  return llvm::Error::success();
}
