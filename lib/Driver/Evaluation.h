//===- Evaluation.h - Runs models side by side ------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_EVALUATION_H
#define TACIT_LIB_DRIVER_EVALUATION_H

#include "Metrics.h"
#include "Runner.h"

namespace tacit::driver {

/// What an evaluation found out about one model.
struct Measured {
  Score score;
  Comparison predictions;                ///< against the first model
  std::vector<OutputComparison> outputs; ///< idem, of compared outputs
  double seconds = 0;                    ///< of the model alone
  /// The examples (tokens, of a text) that it computes in a second, if that is known.
  std::optional<double> perSecond;
  std::optional<double> speedSeconds; ///< in which that was measured
};

struct Evaluation {
  std::vector<Measured> models;
  /// What is compared if the data are no tokens, with the numbers of the first model.
  std::vector<report::EvalReport::Output> outputs;
  int64_t predictions = 0; ///< rows of logits that were compared or scored
};

/// Runs all models on each call of a workload. The first is the one that the others are
/// compared with.
llvm::Expected<Evaluation> evaluate(llvm::ArrayRef<Runner *> models,
                                    const Workload &workload, const EvalOptions &options);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_EVALUATION_H
