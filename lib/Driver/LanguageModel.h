//===- LanguageModel.h - Models that predict the next token -----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_LANGUAGEMODEL_H
#define TACIT_LIB_DRIVER_LANGUAGEMODEL_H

#include "tacit/Driver/Options.h"
#include "tacit/Runtime/Executable.h"

namespace tacit::driver {

/// Reads token ids: one dimension of int64 or int32.
llvm::Expected<std::vector<int64_t>> readTokens(const std::string &path);

/// Pins the dimensions of the token input: [batch, window].
llvm::Error bindWindow(const EvalOptions &options, const OnnxModel &model,
                       int64_t numTokens, DimBindings &bindings);

/// Fails unless the model takes one integer input [batch, window].
llvm::Error checkLanguageModel(const tacit_model_desc &model);

/// The scores of one model.
struct Score {
  double total = 0; ///< sum of -ln p(next token)
  int64_t predictions = 0;
  int64_t correct = 0; ///< the likeliest token came next
  double seconds = 0;  ///< of the model alone
  /// The sums and products that left the ring, if the model counts them (as a twin does).
  std::optional<int64_t> wraps;

  double nll() const { return total / predictions; }
  double perplexity() const;
  double accuracy() const { return double(correct) / predictions; }
  double tokensPerSecond() const { return predictions / seconds; }
};

/// The distance of a model's predictions from those of another, its reference.
struct Comparison {
  double divergence = 0; ///< sum of KL(reference || model), in nats
  int64_t agreements = 0;
  double maxError = 0; ///< largest difference of two logits; NaN if one is NaN
};

struct Evaluation {
  Score model;
  std::optional<Score> reference;
  Comparison comparison; ///< where there is a reference
};

/// Runs `model`, and `reference` unless it is null, on all windows of `tokens`, which come
/// from the file `path`. Both take windows of the same size.
llvm::Expected<Evaluation> evaluate(Executable &model, Executable *reference,
                                    const std::vector<int64_t> &tokens, int64_t threads,
                                    const std::string &path);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_LANGUAGEMODEL_H
