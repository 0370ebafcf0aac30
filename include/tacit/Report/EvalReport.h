//===- EvalReport.h - Report of tacit eval ----------------------*- C++ -*-===//
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

/// The scores of one model, and its size.
struct EvaluatedModel {
  double nll, perplexity, accuracy, tokensPerSecond;
  int64_t weightBytes;
  double compileSeconds;
  std::optional<SiteCounts> sites; ///< unknown for a program behind the phase check
};

struct EvalReport {
  /// The average distance of the predictions from those of the reference.
  struct Comparison {
    double divergence; ///< KL(reference || model), in nats
    double agreement;  ///< predictions that are the same
    double maxError;   ///< largest difference of two logits; NaN if one is NaN
  };
  /// Facts about a model in the fixed point of two parties.
  struct Twin {
    int64_t wraps;           ///< sums and products that left the ring
    std::string functions;   ///< published or bounded
    std::string costCommand; ///< what tells the bytes of the same functions
    DisclosedList disclosed; ///< what is disclosed to the client
  };

  int64_t predictions, window;
  EvaluatedModel model;
  /// The original model, and the distance from it; only if there were changes.
  std::optional<EvaluatedModel> reference;
  std::optional<Comparison> comparison;
  std::optional<Twin> twin;
  /// True if no change was requested: the model is its own reference. A program may have
  /// been edited, so that its original is unknown.
  bool isOwnReference;
  double seconds, compileSeconds;
};

void printText(const EvalReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const EvalReport &report);

} // namespace tacit::report

#endif // TACIT_REPORT_EVALREPORT_H
