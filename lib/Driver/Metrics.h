//===- Metrics.h - Measures of how good and how close models are *- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/CommandLine.md has the formulas. All sums are in double precision.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_METRICS_H
#define TACIT_LIB_DRIVER_METRICS_H

#include "tacit/Report/EvalReport.h"
#include "llvm/ADT/ArrayRef.h"

namespace tacit::driver {

/// One row of logits, and the terms of its softmax.
struct LogitRow {
  llvm::ArrayRef<double> logits;
  std::vector<double> powers; ///< e^(logit - max)
  double sum = 0;             ///< of the powers
  double logSum = 0;          ///< ln of the sum of e^logit
  int64_t best = 0;

  explicit LogitRow(llvm::ArrayRef<double> logits);
};

/// Sums over predictions whose right answers are known.
class Score {
public:
  void add(const LogitRow &row, int64_t answer);
  std::optional<report::EvaluatedScores> result() const;

private:
  double total = 0; ///< of -ln p(answer)
  int64_t predictions = 0, correct = 0;
};

/// Sums over predictions of two models.
class Comparison {
public:
  void add(const LogitRow &reference, const LogitRow &model);
  std::optional<report::PredictionDistance> result() const;

private:
  double divergence = 0, maxError = 0;
  int64_t predictions = 0, agreements = 0;
};

/// Sums over the elements of one output of two models.
class OutputComparison {
public:
  void add(llvm::ArrayRef<double> reference, llvm::ArrayRef<double> model);
  report::OutputDistance result() const;

private:
  double maxError = 0, totalError = 0;
  double errorSquares = 0, squares = 0, otherSquares = 0, products = 0;
  int64_t count = 0, equal = 0;
};

/// The range of the elements of one output.
class RangeOf {
public:
  void add(llvm::ArrayRef<double> values);
  report::OutputRange result() const;

private:
  double least = 0, largest = 0, sum = 0;
  int64_t finite = 0, notFinite = 0;
};

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_METRICS_H
