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

/// The scores of predictions whose right answers are known.
struct EvaluatedScores {
  double nll, accuracy;
};

/// The average distance of predictions from those of the original.
struct PredictionDistance {
  double divergence; ///< KL(original || model), in nats
  double agreement;  ///< predictions that are the same
  double maxError;   ///< largest difference of two logits; NaN if one is NaN
};

/// The distance of one output from that of the original, over all examples.
struct OutputDistance {
  double maxError = 0, meanError = 0; ///< NaN if one of two numbers is
  double relative = 0;                ///< |a - b| / |a|, of all elements as one vector
  double cosine = 1;
  double snr = 0;   ///< in decibels; infinite if nothing differs
  double equal = 1; ///< share of elements that are equal
};

/// What an output of the original holds.
struct OutputRange {
  double least = 0, largest = 0, mean = 0; ///< of the finite numbers
  int64_t notFinite = 0;
};

/// One column of the report.
struct EvaluatedModel {
  std::string name; ///< original, changed or twin
  std::optional<EvaluatedScores> scores;
  /// Tokens or examples, unless the evaluation was too short to tell.
  std::optional<double> perSecond;
  std::optional<double> speedSeconds; ///< in which that was measured
  int64_t weightBytes = 0;            ///< of the packed file: weights, tables and padding
  double compileSeconds = 0;
  std::optional<SiteCounts> sites; ///< unknown for a program behind the phase check
  /// The distance from the first column, which has none.
  std::optional<PredictionDistance> predictions;
  std::vector<OutputDistance> outputs; ///< where outputs are compared
};

struct EvalReport {
  /// What the models were evaluated on.
  enum class Data { Tokens, Examples, Random };
  /// What an input held that was not given.
  struct Assumption {
    std::string input, value;
  };
  /// An output that is compared.
  struct Output {
    std::string name, dtype;
    std::vector<int64_t> shape; ///< of one call
    bool isFloat;
    OutputRange range; ///< of the first model
  };
  /// How often truncations of shares fail.
  struct Failures {
    int64_t truncations = 0; ///< in an inference
    double expected = 0;     ///< in an inference, on average, with the numbers it has
    int64_t drawn = 0;       ///< in all examples
    int64_t examples = 0;
    std::string where; ///< the node at which most of them are expected
    double most = 0;   ///< the expected number there
  };
  /// Facts about a model in the fixed point of two parties.
  struct Twin {
    int64_t wraps;                    ///< sums and products that left the ring
    std::string functions;            ///< published or bounded
    std::string costCommand;          ///< what tells the bytes of the same functions
    DisclosedList disclosed;          ///< what is disclosed to the client
    std::optional<Failures> failures; ///< nothing if no truncation can fail
  };

  Data data = Data::Tokens;
  int64_t predictions = 0; ///< positions or examples whose logits were compared
  int64_t examples = 0;    ///< windows or examples
  int64_t window = 0;      ///< where the data are tokens
  int64_t seed = 0;        ///< where the data are random
  std::vector<Assumption> assumptions;
  std::vector<Output> outputs; ///< where outputs are compared
  /// The original, if there were changes or a twin, and then the changed models.
  std::vector<EvaluatedModel> models;
  std::optional<Twin> twin;
  std::string emulated; ///< products that no instruction computes, such as "lmul=4"
  /// True if no change was requested: the model is its own reference. A program may have
  /// been edited, so that its original is unknown.
  bool isOwnReference = false;
  double seconds = 0, compileSeconds = 0;
  /// What to do where there is nothing to compare with, and to see all outputs.
  struct Advice {
    std::string compare, listOutputs;
  } advice;
};

/// Formats an expected number: "0.086", "1.4", "22".
std::string formatExpected(double number);

void printText(const EvalReport &report, llvm::raw_ostream &os);
llvm::json::Object toJson(const EvalReport &report);

} // namespace tacit::report

#endif // TACIT_REPORT_EVALREPORT_H
