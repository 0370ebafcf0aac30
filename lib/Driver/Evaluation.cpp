//===- Evaluation.cpp - Runs models side by side --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluation.h"
#include "InputRoles.h"
#include "Output.h"
#include "tacit/Support/Error.h"

using namespace tacit;
using namespace tacit::driver;

namespace {

class Evaluator {
public:
  Evaluator(llvm::ArrayRef<Runner *> models, const Workload &workload,
            const EvalOptions &options)
      : models(models), workload(workload), options(options) {
    evaluation.models.resize(models.size());
  }

  llvm::Expected<Evaluation> run();

private:
  llvm::Expected<Outputs> runModel(size_t model, int64_t index, const Call &call);
  llvm::Error begin(const Call &call, const Outputs &first);
  llvm::Error findLogits(const Call &call, const Outputs &first);
  llvm::Error addCall(int64_t index, const Call &call, llvm::ArrayRef<Outputs> outputs);
  void addRows(int64_t index, const Call &call, llvm::ArrayRef<Outputs> outputs);
  void addOutput(size_t number, const Call &call, llvm::ArrayRef<Outputs> outputs);
  llvm::Error measureSpeed(size_t model, const Call &call);

  bool isText() const { return workload.kind() == report::EvalReport::Data::Tokens; }

  llvm::ArrayRef<Runner *> models;
  const Workload &workload;
  const EvalOptions &options;
  /// The output that holds logits, if there is one.
  std::optional<size_t> logits;
  std::vector<size_t> compared; ///< the outputs that are compared element by element
  std::vector<RangeOf> ranges;
  Evaluation evaluation;
};

} // namespace

llvm::Expected<Outputs> Evaluator::runModel(size_t model, int64_t index, const Call &call) {
  auto begin = std::chrono::steady_clock::now();
  auto outputs = models[model]->run(call, index, options.threads);
  if (outputs)
    evaluation.models[model].seconds += secondsSince(begin);
  return outputs;
}

//===----------------------------------------------------------------------===//
// What is compared
//===----------------------------------------------------------------------===//

static bool isFloat(const HostTensor &tensor) {
  return tensor.dtype == TACIT_F32 || tensor.dtype == TACIT_F64 ||
         tensor.dtype == TACIT_F16 || tensor.dtype == TACIT_BF16;
}

static int64_t countOf(const HostTensor &tensor) {
  return tensor.data.size() / std::max<int64_t>(1, dtypeBytes(tensor.dtype));
}

/// Returns the number of rows along the last dimension; 0 if there are none.
static int64_t rowsOf(const HostTensor &tensor) {
  bool hasRows = !tensor.shape.empty() && tensor.shape.back() > 0;
  return hasRows ? countOf(tensor) / tensor.shape.back() : 0;
}

/// Finds the output whose rows are logits of the right answers, or of classes: one that
/// is called so, or, where there are answers, the first that has a row for each and no
/// name that says something else.
llvm::Error Evaluator::findLogits(const Call &call, const Outputs &first) {
  int64_t answers = workload.answersPerExample();
  llvm::ArrayRef<tacit_io> described = outputsOf(models[0]->description());
  auto fits = [&](const HostTensor &output) {
    if (!isFloat(output) || output.shape.size() < 2 || output.shape.back() < 2)
      return false;
    return answers > 0 ? rowsOf(output) == answers * call.batch
                       : output.shape.front() == call.batch;
  };
  for (auto [i, output] : llvm::enumerate(first))
    if (fits(output) && mentions(described[i].name, {"logits"}) && !logits)
      logits = i;
  for (auto [i, output] : llvm::enumerate(first))
    if (answers > 0 && fits(output) && !logits &&
        !mentions(described[i].name, {"hidden", "embed", "pool", "present", "feature"}))
      logits = i;
  if (!logits && !options.labels.empty())
    return fail(ErrorKind::BadInput, "leave --labels out to compare the outputs",
                "'{}' has {} labels for each example, and no output has as many rows of "
                "logits",
                options.labels, answers);
  return logits && answers > 0 ? workload.checkAnswers(first[*logits].shape.back())
                               : llvm::Error::success();
}

/// Decides from the outputs of the first call what is compared.
llvm::Error Evaluator::begin(const Call &call, const Outputs &first) {
  if (auto error = findLogits(call, first))
    return error;
  // The logits of a text say everything, and its caches are large.
  if (isText() && logits)
    return llvm::Error::success();
  llvm::ArrayRef<tacit_io> described = outputsOf(models[0]->description());
  for (auto [i, output] : llvm::enumerate(first)) {
    compared.push_back(i);
    evaluation.outputs.push_back({described[i].name,
                                  dtypeName(output.dtype).str(),
                                  output.shape,
                                  isFloat(output),
                                  {}});
  }
  ranges.resize(compared.size());
  for (Measured &measured : evaluation.models)
    measured.outputs.resize(compared.size());
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// Adds the rows of logits of all models.
void Evaluator::addRows(int64_t index, const Call &call, llvm::ArrayRef<Outputs> outputs) {
  int64_t rows = rowsOf(outputs[0][*logits]) * call.examples / call.batch;
  size_t classes = outputs[0][*logits].shape.back();
  std::vector<std::vector<double>> values;
  for (const Outputs &output : outputs)
    values.push_back(toDoubles(output[*logits], rows * classes));
  for (int64_t i = 0; i < rows; ++i) {
    std::optional<LogitRow> reference;
    for (size_t model = 0; model < models.size(); ++model) {
      LogitRow row(llvm::ArrayRef(values[model]).slice(i * classes, classes));
      Measured &measured = evaluation.models[model];
      int64_t answer = workload.answersPerExample() > 0 ? workload.answer(index, i) : -1;
      if (answer >= 0)
        measured.score.add(row, answer);
      if (reference)
        measured.predictions.add(*reference, row);
      else
        reference = std::move(row);
    }
  }
  evaluation.predictions += rows;
}

/// Adds one output of all models. Its first dimension is the batch, if it has that size.
void Evaluator::addOutput(size_t number, const Call &call,
                          llvm::ArrayRef<Outputs> outputs) {
  const HostTensor &first = outputs[0][compared[number]];
  bool hasBatch = !first.shape.empty() && first.shape[0] == call.batch;
  int64_t count = countOf(first);
  if (hasBatch)
    count = count / call.batch * call.examples;
  std::vector<double> reference = toDoubles(first, count);
  ranges[number].add(reference);
  for (size_t model = 1; model < models.size(); ++model)
    evaluation.models[model].outputs[number].add(
        reference, toDoubles(outputs[model][compared[number]], count));
}

llvm::Error Evaluator::addCall(int64_t index, const Call &call,
                               llvm::ArrayRef<Outputs> outputs) {
  auto shapesOf = [](const Outputs &tensors) {
    std::vector<std::vector<int64_t>> shapes;
    for (const HostTensor &tensor : tensors)
      shapes.push_back(tensor.shape);
    return shapes;
  };
  for (const Outputs &other : outputs.drop_front())
    if (shapesOf(other) != shapesOf(outputs[0]))
      return fail(
          ErrorKind::Unsupported, "tacit run shows the outputs of each",
          "the changed model has outputs of other shapes, which cannot be compared");
  if (logits)
    addRows(index, call, outputs);
  for (size_t number = 0; number < compared.size(); ++number)
    addOutput(number, call, outputs);
  return llvm::Error::success();
}

/// Finds out how fast a model is, from the whole evaluation if it was long enough: less is
/// the time of caches and threads that start. A text is computed again for as long as that
/// takes; examples are not, because a call can be anything.
llvm::Error Evaluator::measureSpeed(size_t model, const Call &call) {
  static constexpr double kLeastSeconds = 0.5;
  Measured &measured = evaluation.models[model];
  int64_t perExample = isText() ? workload.inputPlan().window : 1;
  int64_t count = workload.numCalls() * call.batch;
  double seconds = measured.seconds;
  if (seconds < kLeastSeconds && isText()) {
    count = 0;
    seconds = 0;
    while (seconds < kLeastSeconds) {
      auto begin = std::chrono::steady_clock::now();
      auto outputs = models[model]->run(call, std::nullopt, options.threads);
      if (!outputs)
        return outputs.takeError();
      seconds += secondsSince(begin);
      count += call.batch;
    }
  }
  if (seconds >= kLeastSeconds) {
    measured.perSecond = count * perExample / seconds;
    measured.speedSeconds = seconds;
  }
  return llvm::Error::success();
}

llvm::Expected<Evaluation> Evaluator::run() {
  ProgressMeter meter(options, "evaluate", workload.numCalls());
  for (int64_t index = 0; index < workload.numCalls(); ++index) {
    Call call = workload.call(index);
    std::vector<Outputs> outputs;
    for (size_t model = 0; model < models.size(); ++model) {
      auto results = runModel(model, index, call);
      if (!results)
        return results.takeError();
      outputs.push_back(std::move(*results));
    }
    if (index == 0)
      if (auto error = begin(call, outputs[0]))
        return std::move(error);
    if (auto error = addCall(index, call, outputs))
      return std::move(error);
    meter.advance();
  }
  for (auto [output, range] : llvm::zip(evaluation.outputs, ranges))
    output.range = range.result();
  Call call = workload.call(0);
  for (size_t model = 0; model < models.size(); ++model)
    if (auto error = measureSpeed(model, call))
      return std::move(error);
  return std::move(evaluation);
}

llvm::Expected<Evaluation> driver::evaluate(llvm::ArrayRef<Runner *> models,
                                            const Workload &workload,
                                            const EvalOptions &options) {
  return Evaluator(models, workload, options).run();
}
