//===- Workload.h - The calls of an evaluation ------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_WORKLOAD_H
#define TACIT_LIB_DRIVER_WORKLOAD_H

#include "InputPlan.h"
#include "tacit/Runtime/Executable.h"

namespace tacit::driver {

/// Reads token ids, or the labels of examples: int64 or int32. Tokens have one dimension.
llvm::Expected<std::vector<int64_t>> readTokens(const std::string &path);
llvm::Expected<std::vector<int64_t>> readLabels(const std::string &path);

/// The inputs of one call. Where the last call has fewer examples than a batch, the last
/// one is repeated, and only `examples` count.
struct Call {
  std::vector<HostTensor> inputs;
  int64_t examples, batch;
};

/// A sequence of calls, the same for all models that are compared.
class Workload {
public:
  /// `inputs` are those that the compiled models have left. Fails with BadInput where there
  /// are too few tokens, or other numbers of labels than examples, and with InvalidArgument
  /// for a seed that nobody needs: no random input, nor a model that `usesSeed`.
  static llvm::Expected<Workload> make(const EvalOptions &options, InputPlan plan,
                                       GivenData given, llvm::ArrayRef<tacit_io> inputs,
                                       bool usesSeed);

  report::EvalReport::Data kind() const { return data; }
  int64_t numCalls() const { return calls; }
  int64_t numExamples() const { return examples; }
  const InputPlan &inputPlan() const { return plan; }

  Call call(int64_t index) const;

  /// The number of rows of logits that are answered for each example, or 0.
  int64_t answersPerExample() const { return perExample; }
  /// The right answer to row `row` of a call; negative if it does not count.
  int64_t answer(int64_t call, int64_t row) const;
  /// Fails with BadInput unless every answer is one of `classes`.
  llvm::Error checkAnswers(int64_t classes) const;

private:
  Workload(const EvalOptions &options, InputPlan plan, GivenData given)
      : options(options), plan(std::move(plan)), given(std::move(given)) {}
  llvm::Error countCalls();
  llvm::Error checkSources() const;
  llvm::Error readAnswers();
  HostTensor valueOf(const tacit_io &input, int64_t call) const;
  void fillWindows(HostTensor &input, int64_t call, int64_t back) const;

  const EvalOptions &options;
  InputPlan plan;
  GivenData given;
  llvm::ArrayRef<tacit_io> inputs;
  report::EvalReport::Data data = report::EvalReport::Data::Random;
  int64_t calls = 0, examples = 0, perCall = 1, perExample = 0;
  std::vector<int64_t> labels; ///< of examples
};

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_WORKLOAD_H
