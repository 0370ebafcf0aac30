//===- Metrics.cpp - Measures of how good and how close models are --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Metrics.h"
#include <cmath>

using namespace tacit;
using namespace tacit::driver;

//===----------------------------------------------------------------------===//
// Predictions
//===----------------------------------------------------------------------===//

LogitRow::LogitRow(llvm::ArrayRef<double> logits) : logits(logits), powers(logits.size()) {
  double max = -INFINITY;
  for (auto [i, logit] : llvm::enumerate(logits))
    if (logit > max) {
      max = logit;
      best = i;
    }
  for (auto [power, logit] : llvm::zip(powers, logits))
    sum += power = std::exp(logit - max);
  logSum = max + std::log(sum);
}

void Score::add(const LogitRow &row, int64_t answer) {
  total += row.logSum - row.logits[answer];
  correct += row.best == answer;
  ++predictions;
}

std::optional<report::EvaluatedScores> Score::result() const {
  if (predictions == 0)
    return std::nullopt;
  return report::EvaluatedScores{total / predictions, double(correct) / predictions};
}

/// Returns the difference of two numbers. If both are infinite or NaN there is none, and if
/// one of them is NaN, so is the difference.
static double differenceOf(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b)) ? 0 : std::abs(a - b);
}

/// A NaN is kept, because no comparison with it is true.
static void raise(double &worst, double difference) {
  if (std::isnan(difference) || difference > worst)
    worst = difference;
}

void Comparison::add(const LogitRow &reference, const LogitRow &model) {
  double weighted = 0;
  for (size_t i = 0; i < model.powers.size(); ++i) {
    double a = reference.logits[i], b = model.logits[i];
    raise(maxError, a == b ? 0 : std::abs(a - b));
    // An impossible token has no weight, even if its logit is infinite.
    if (reference.powers[i] != 0 && a != b)
      weighted += reference.powers[i] * (a - b);
  }
  double term = weighted / reference.sum - reference.logSum + model.logSum;
  // Rounding must not make the divergence negative; a NaN is not less than 0.
  divergence += term < 0 ? 0 : term;
  agreements += reference.best == model.best;
  ++predictions;
}

std::optional<report::PredictionDistance> Comparison::result() const {
  if (predictions == 0)
    return std::nullopt;
  return report::PredictionDistance{divergence / predictions,
                                    double(agreements) / predictions, maxError};
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

void OutputComparison::add(llvm::ArrayRef<double> reference, llvm::ArrayRef<double> model) {
  for (auto [a, b] : llvm::zip_equal(reference, model)) {
    double difference = differenceOf(a, b);
    raise(maxError, difference);
    totalError += difference;
    equal += difference == 0;
    ++count;
    // Directions and lengths are those of the finite part.
    if (!std::isfinite(a) || !std::isfinite(b))
      continue;
    errorSquares += difference * difference;
    squares += a * a;
    otherSquares += b * b;
    products += a * b;
  }
}

report::OutputDistance OutputComparison::result() const {
  report::OutputDistance distance;
  if (count == 0)
    return distance;
  distance.maxError = maxError;
  distance.meanError = totalError / count;
  distance.equal = double(equal) / count;
  bool isSame = errorSquares == 0;
  distance.relative = isSame ? 0 : std::sqrt(errorSquares / squares);
  distance.cosine = isSame ? 1 : products / std::sqrt(squares * otherSquares);
  distance.snr = isSame ? INFINITY : 10 * std::log10(squares / errorSquares);
  return distance;
}

void RangeOf::add(llvm::ArrayRef<double> values) {
  for (double value : values) {
    if (!std::isfinite(value)) {
      ++notFinite;
      continue;
    }
    least = finite == 0 ? value : std::min(least, value);
    largest = finite == 0 ? value : std::max(largest, value);
    sum += value;
    ++finite;
  }
}

report::OutputRange RangeOf::result() const {
  return {least, largest, finite == 0 ? 0 : sum / finite, notFinite};
}
