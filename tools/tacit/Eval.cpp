//===- Eval.cpp - tacit eval ----------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Npy.h"
#include <chrono>
#include <cmath>

using namespace tacit;
using namespace tacit::tool;

/// Windows evaluated by one call, where the model leaves the batch free.
static constexpr int64_t kBatch = 8;
static constexpr int64_t kDefaultWindow = 128;

static llvm::Expected<std::vector<int64_t>> readTokens(const std::string &path) {
  auto array = readNpy(path);
  if (!array)
    return array.takeError();
  if ((array->dtype != TACIT_I64 && array->dtype != TACIT_I32) || array->shape.size() != 1)
    return fail(ExitCode::BadInput, "save the ids as one int64 array",
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
      ExitCode::Unsupported, "tacit run takes any inputs",
      "eval needs a language model: one integer input [batch, sequence] and logits");
}

/// The dimensions of the token input: [batch, window], pinned.
static llvm::Error bindWindow(const Options &options, const OnnxModel &model,
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
    return fail(ExitCode::Usage, "leave --window out",
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

namespace {
/// Sum of -log p(next token) over all predictions.
struct Score {
  double total = 0;
  int64_t predictions = 0;
  int64_t correct = 0;
  double nll() const { return total / predictions; }
};
} // namespace

/// One row of logits against the token that came next.
static void addPrediction(Score &score, const float *logits, int64_t vocabulary,
                          int64_t next) {
  double max = -INFINITY, sum = 0;
  int64_t best = 0;
  for (int64_t i = 0; i < vocabulary; ++i)
    if (logits[i] > max) {
      max = logits[i];
      best = i;
    }
  for (int64_t i = 0; i < vocabulary; ++i)
    sum += std::exp(logits[i] - max);
  score.total += max + std::log(sum) - logits[next];
  score.correct += best == next;
  ++score.predictions;
}

static llvm::Expected<Score> evaluate(Executable &executable,
                                      const std::vector<int64_t> &tokens, int64_t threads,
                                      const std::string &path) {
  const tacit_io &io = executable.description().inputs[0];
  int64_t batch = io.shape[0], window = io.shape[1];
  int64_t numWindows = (static_cast<int64_t>(tokens.size()) - 1) / window;
  if (numWindows < 1)
    return fail(ExitCode::BadInput, "give more tokens or a smaller --window",
                "'{}' holds {} tokens; one window needs {}", path, tokens.size(),
                window + 1);
  Score score;
  HostTensor input{io.dtype, {batch, window}, {}};
  input.data.resize(*tensorBytes(io.dtype, input.shape));
  for (int64_t first = 0; first < numWindows; first += batch) {
    // The last call repeats its last window where there are no more.
    for (int64_t b = 0; b < batch; ++b) {
      int64_t from = std::min(first + b, numWindows - 1) * window;
      for (int64_t i = 0; i < window; ++i) {
        char *slot = input.data.data() + (b * window + i) * dtypeBytes(io.dtype);
        int64_t token = tokens[from + i];
        int32_t narrow = token;
        io.dtype == TACIT_I64 ? std::memcpy(slot, &token, 8)
                              : std::memcpy(slot, &narrow, 4);
      }
    }
    auto outputs = executable.run(input, threads);
    if (!outputs)
      return outputs.takeError();
    const HostTensor &logits = outputs->front();
    if (logits.dtype != TACIT_F32 || logits.shape.size() != 3 || logits.shape[0] != batch ||
        logits.shape[1] != window)
      return fail(ExitCode::Unsupported, "tacit run takes any inputs",
                  "the first output is {} {}; expected float32 logits [{}, {}, vocabulary]",
                  dtypeName(logits.dtype).str(), shapeText(logits.shape), batch, window);
    int64_t vocabulary = logits.shape[2];
    const auto *values = reinterpret_cast<const float *>(logits.data.data());
    for (int64_t b = 0; b < batch && first + b < numWindows; ++b)
      for (int64_t i = 0; i < window; ++i) {
        int64_t next = tokens[(first + b) * window + i + 1];
        if (next < 0 || next >= vocabulary)
          return fail(ExitCode::BadInput, "use the tokens of this model's vocabulary",
                      "'{}' holds token {} at {}; the vocabulary has {}", path, next,
                      (first + b) * window + i + 1, vocabulary);
        addPrediction(score, values + (b * window + i) * vocabulary, vocabulary, next);
      }
  }
  return score;
}

llvm::Error tool::runEval(const Options &options) {
  auto tokens = readTokens(options.tokens);
  if (!tokens)
    return tokens.takeError();
  Compilation compilation(options);
  if (auto error = compilation.open())
    return error;
  if (!compilation.onnx() && options.window > 0)
    return fail(ExitCode::Usage, "leave it out", "--window has no effect on a program");
  if (const OnnxModel *model = compilation.onnx()) {
    DimBindings bindings;
    if (auto error = bindWindow(options, *model, tokens->size(), bindings))
      return error;
    if (auto error = compilation.import(bindings))
      return error;
  }
  auto executable = compilation.makeExecutable();
  if (!executable)
    return executable.takeError();
  double compileSeconds = compilation.elapsed();
  const tacit_model_desc &model = (*executable)->description();
  // A program can have any inputs; a static model can have an empty one.
  if (model.num_inputs != 1 || model.num_outputs < 1 || model.inputs[0].rank != 2 ||
      (model.inputs[0].dtype != TACIT_I64 && model.inputs[0].dtype != TACIT_I32) ||
      model.inputs[0].shape[0] < 1 || model.inputs[0].shape[1] < 1)
    return noLanguageModel();
  auto begin = std::chrono::steady_clock::now();
  auto score = evaluate(**executable, *tokens, options.threads, options.tokens);
  if (!score)
    return score.takeError();
  double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  double perplexity = std::exp(score->nll());
  if (wantsText(options))
    llvm::outs() << fmt::format(
        "{} predictions in windows of {}\n"
        "perplexity   {:.4f}   (nll {:.4f})\n"
        "top-1        {:.4f}\n"
        "evaluation   {:.2f} s, {:.0f} tokens per second; compiled in {:.2f} s\n",
        score->predictions, model.inputs[0].shape[1], perplexity, score->nll(),
        double(score->correct) / score->predictions, seconds, score->predictions / seconds,
        compileSeconds);
  llvm::json::Object numbers{{"nll", jsonNumber(score->nll())},
                             {"perplexity", jsonNumber(perplexity)}};
  // No pass of this version changes a model: it is its own reference. A program may
  // have been edited, and what it was is not known.
  llvm::json::Value same = nullptr, zero = nullptr, one = nullptr;
  if (compilation.onnx()) {
    same = llvm::json::Object(numbers);
    zero = 0.0;
    one = 1.0;
  }
  return writeJson(options, llvm::json::Object{{"schema", 1},
                                               {"tokens", score->predictions},
                                               {"reference", std::move(same)},
                                               {"compiled", std::move(numbers)},
                                               {"kl_mean", zero},
                                               {"top1_agreement", std::move(one)},
                                               {"max_abs_error", std::move(zero)},
                                               {"top1_accuracy", double(score->correct) /
                                                                     score->predictions},
                                               {"seconds", seconds},
                                               {"compile_seconds", compileSeconds}});
}
