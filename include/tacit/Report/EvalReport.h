//===- EvalReport.h - How well a language model predicts --------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_REPORT_EVALREPORT_H
#define TACIT_REPORT_EVALREPORT_H

#include "tacit/Report/Disclosed.h"
#include "tacit/Report/ProgramFacts.h"
#include "llvm/Support/raw_ostream.h"

namespace tacit::report {

/// What one model predicted, and what it takes.
struct EvaluatedModel {
  double nll, perplexity, accuracy, tokensPerSecond;
  int64_t weightBytes;
  double compileSeconds;
  std::optional<SiteCounts> sites; ///< unknown for a program behind the phase check
};

struct EvalReport {
  /// How far the predictions are from those of the reference, on average.
  struct Comparison {
    double divergence; ///< KL(reference || model), in nats
    double agreement;  ///< predictions that are the same
    double maxError;   ///< largest difference of two logits; NaN if one is NaN
  };
  /// Of a model in the fixed point of two parties.
  struct Twin {
    int64_t wraps;           ///< sums and products that left the ring
    std::string functions;   ///< published or bounded
    std::string costCommand; ///< what tells the bytes of the same functions
    DisclosedList disclosed; ///< what the client is told
  };

  int64_t predictions, window;
  EvaluatedModel model;
  /// The model as it was, and how far it is; only where something was changed.
  std::optional<EvaluatedModel> reference;
  std::optional<Comparison> comparison;
  std::optional<Twin> twin;
  /// Nothing was asked to be changed: the model is its own reference. A program may
  /// have been edited, and what it was is not known.
  bool isOwnReference;
  double seconds, compileSeconds;
};

void printText(const EvalReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const EvalReport &report);

} // namespace tacit::report

#endif // TACIT_REPORT_EVALREPORT_H
