//===- LanguageModel.cpp - Models that predict the next token -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LanguageModel.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Npy.h"
#include <chrono>
#include <cmath>

using namespace tacit;
using namespace tacit::driver;

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// The number of windows that one call evaluates, if the batch is free.
static constexpr int64_t kBatch = 8;
static constexpr int64_t kDefaultWindow = 128;

llvm::Expected<std::vector<int64_t>> driver::readTokens(const std::string &path) {
  auto array = readNpy(path);
  if (!array)
    return array.takeError();
  if ((array->dtype != TACIT_I64 && array->dtype != TACIT_I32) || array->shape.size() != 1)
    return fail(ErrorKind::BadInput, "save the ids as one int64 array",
                "'{}' holds {} {}; expected one dimension of int64", path,
                dtypeName(array->dtype).str(), shapeText(array->shape));
  std::vector<int64_t> tokens(array->shape[0]);
  for (auto [i, token] : llvm::enumerate(tokens)) {
    if (array->dtype == TACIT_I64) {
      std::memcpy(&token, array->data.data() + i * 8, 8);
    } else {
      int32_t narrow;
      std::memcpy(&narrow, array->data.data() + i * 4, 4);
      token = narrow;
    }
  }
  return tokens;
}

static llvm::Error noLanguageModel() {
  return fail(
      ErrorKind::Unsupported, "tacit run takes any inputs",
      "eval needs a language model: one integer input [batch, sequence] and logits");
}

llvm::Error driver::bindWindow(const EvalOptions &options, const OnnxModel &model,
                               int64_t numTokens, DimBindings &bindings) {
  bool ok =
      model.inputs().size() == 1 && model.inputs()[0].dims.size() == 2 &&
      (model.inputs()[0].dtype == TACIT_I64 || model.inputs()[0].dtype == TACIT_I32) &&
      model.outputs().size() >= 1;
  if (!ok)
    return noLanguageModel();
  bindings = options.bindings;
  const OnnxValue &input = model.inputs()[0];
  const OnnxDim &batch = input.dims[0], &sequence = input.dims[1];
  if (bindings.shapes.count(input.name))
    return llvm::Error::success();
  if (sequence.size >= 0 && options.window > 0 && options.window != sequence.size)
    return fail(ErrorKind::InvalidArgument, "leave --window out",
                "--window {} does not fit: the model's sequence has {} tokens",
                options.window, sequence.size);
  if (sequence.size < 0 && (options.window > 0 || !bindings.dims.count(sequence.name)))
    bindings.dims[sequence.name] = options.window > 0 ? options.window : kDefaultWindow;
  if (batch.size < 0 && !bindings.dims.count(batch.name)) {
    int64_t window = sequence.size >= 0 ? sequence.size : bindings.dims[sequence.name];
    if (window == 0)
      return noLanguageModel();
    bindings.dims[batch.name] = std::clamp<int64_t>((numTokens - 1) / window, 1, kBatch);
  }
  return llvm::Error::success();
}

llvm::Error driver::checkLanguageModel(const tacit_model_desc &model) {
  // A program can have any inputs; a static model can have an empty one.
  if (model.num_inputs != 1 || model.num_outputs < 1 || model.inputs[0].rank != 2 ||
      (model.inputs[0].dtype != TACIT_I64 && model.inputs[0].dtype != TACIT_I32) ||
      model.inputs[0].shape[0] < 1 || model.inputs[0].shape[1] < 1)
    return noLanguageModel();
  return llvm::Error::success();
}

/// Writes `batch` windows into the input, starting with window number `first`. The last
/// call repeats its last window if there are no more.
static void fillWindows(HostTensor &input, const std::vector<int64_t> &tokens,
                        int64_t first, int64_t numWindows) {
  int64_t batch = input.shape[0], window = input.shape[1];
  for (int64_t b = 0; b < batch; ++b) {
    int64_t from = std::min(first + b, numWindows - 1) * window;
    for (int64_t i = 0; i < window; ++i) {
      char *slot = input.data.data() + (b * window + i) * dtypeBytes(input.dtype);
      int64_t token = tokens[from + i];
      int32_t narrow = token;
      input.dtype == TACIT_I64 ? std::memcpy(slot, &token, 8)
                               : std::memcpy(slot, &narrow, 4);
    }
  }
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

double Score::perplexity() const { return std::exp(nll()); }

namespace {
/// One row of logits, and the terms of its softmax, in double precision.
struct Row {
  const float *logits;
  std::vector<double> powers; ///< e^(logit - max)
  double sum = 0;             ///< of the powers
  double logSum = 0;          ///< ln of the sum of e^logit
  int64_t best = 0;

  void read(const float *values, int64_t vocabulary);
};
} // namespace

void Row::read(const float *values, int64_t vocabulary) {
  logits = values;
  powers.resize(vocabulary);
  double max = -INFINITY;
  best = 0;
  for (int64_t i = 0; i < vocabulary; ++i)
    if (logits[i] > max) {
      max = logits[i];
      best = i;
    }
  sum = 0;
  for (int64_t i = 0; i < vocabulary; ++i)
    sum += powers[i] = std::exp(logits[i] - max);
  logSum = max + std::log(sum);
}

/// Scores a prediction against the token that came next.
static void addPrediction(Score &score, const Row &row, int64_t next) {
  score.total += row.logSum - row.logits[next];
  score.correct += row.best == next;
  ++score.predictions;
}

/// Scores a prediction against that of the reference.
static void addComparison(Comparison &comparison, const Row &reference, const Row &model) {
  double weighted = 0, worst = comparison.maxError;
  for (size_t i = 0; i < model.powers.size(); ++i) {
    double a = reference.logits[i], b = model.logits[i];
    // If both are infinite there is no difference. A NaN is kept, because no comparison
    // with it is true.
    double difference = a == b ? 0 : std::abs(a - b);
    if (std::isnan(difference) || difference > worst)
      worst = difference;
    // An impossible token has no weight, even if its logit is infinite.
    if (reference.powers[i] != 0 && a != b)
      weighted += reference.powers[i] * (a - b);
  }
  comparison.maxError = worst;
  double divergence = weighted / reference.sum - reference.logSum + model.logSum;
  // Rounding must not make the divergence negative; a NaN is not less than 0.
  comparison.divergence += divergence < 0 ? 0 : divergence;
  comparison.agreements += reference.best == model.best;
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

/// The logits of one call: float32 [batch, window, vocabulary].
static llvm::Expected<HostTensor> runModel(Executable &executable, const HostTensor &input,
                                           int64_t threads, Score &score) {
  auto begin = std::chrono::steady_clock::now();
  auto outputs = executable.run(input, threads);
  if (!outputs)
    return outputs.takeError();
  score.seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  HostTensor &logits = outputs->front();
  int64_t batch = input.shape[0], window = input.shape[1];
  if (logits.dtype != TACIT_F32 || logits.shape.size() != 3 || logits.shape[0] != batch ||
      logits.shape[1] != window)
    return fail(ErrorKind::Unsupported, "tacit run takes any inputs",
                "the first output is {} {}; expected float32 logits [{}, {}, vocabulary]",
                dtypeName(logits.dtype).str(), shapeText(logits.shape), batch, window);
  const tacit_model_desc &description = executable.description();
  const HostTensor &last = outputs->back();
  if (llvm::StringRef(description.outputs[description.num_outputs - 1].name) ==
          twinWrapsOutput() &&
      last.dtype == TACIT_I64 && last.shape.empty()) {
    int64_t count;
    std::memcpy(&count, last.data.data(), sizeof(count));
    score.wraps = score.wraps.value_or(0) + count;
  }
  return std::move(logits);
}

llvm::Expected<Evaluation> driver::evaluate(Executable &model, Executable *reference,
                                            const std::vector<int64_t> &tokens,
                                            int64_t threads, const std::string &path) {
  const tacit_io &io = model.description().inputs[0];
  int64_t batch = io.shape[0], window = io.shape[1];
  int64_t numWindows = (static_cast<int64_t>(tokens.size()) - 1) / window;
  if (numWindows < 1)
    return fail(ErrorKind::BadInput, "give more tokens or a smaller --window",
                "'{}' holds {} tokens; one window needs {}", path, tokens.size(),
                window + 1);
  Evaluation evaluation;
  if (reference)
    evaluation.reference.emplace();
  HostTensor input{io.dtype, {batch, window}, {}}, expected;
  input.data.resize(*tensorBytes(io.dtype, input.shape));
  Row row, expectedRow;
  for (int64_t first = 0; first < numWindows; first += batch) {
    fillWindows(input, tokens, first, numWindows);
    auto logits = runModel(model, input, threads, evaluation.model);
    if (!logits)
      return logits.takeError();
    if (reference) {
      auto other = runModel(*reference, input, threads, *evaluation.reference);
      if (!other)
        return other.takeError();
      expected = std::move(*other);
    }
    int64_t vocabulary = logits->shape[2];
    auto rowOf = [&](const HostTensor &tensor, int64_t i) {
      return reinterpret_cast<const float *>(tensor.data.data()) + i * vocabulary;
    };
    for (int64_t i = 0; i < batch * window && first * window + i < numWindows * window;
         ++i) {
      int64_t place = first * window + i + 1, next = tokens[place];
      if (next < 0 || next >= vocabulary)
        return fail(ErrorKind::BadInput, "use the tokens of this model's vocabulary",
                    "'{}' holds token {} at {}; the vocabulary has {}", path, next, place,
                    vocabulary);
      row.read(rowOf(*logits, i), vocabulary);
      addPrediction(evaluation.model, row, next);
      if (!reference)
        continue;
      expectedRow.read(rowOf(expected, i), vocabulary);
      addPrediction(*evaluation.reference, expectedRow, next);
      addComparison(evaluation.comparison, expectedRow, row);
    }
  }
  return evaluation;
}
