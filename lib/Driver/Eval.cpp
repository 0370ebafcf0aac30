//===- Eval.cpp - tacit eval ----------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "LanguageModel.h"
#include "Output.h"
#include "Protocol.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Report/Disclosed.h"
#include "tacit/Report/EvalReport.h"
#include "tacit/Support/Error.h"

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::report;

namespace {
/// A model that can be run, with the facts about it.
struct Compiled {
  std::unique_ptr<Executable> executable;
  double seconds = 0;
  std::optional<SiteCounts> sites; ///< unknown where --from starts behind nn
  /// What the client would learn in a two-party computation.
  DisclosedList disclosed;
};

/// The variant of the model that is evaluated, and the original if that is another.
struct Models {
  Compiled model;
  std::optional<Compiled> reference;
  double seconds = 0; ///< in which both were made
};
} // namespace

static llvm::Expected<Compiled> compileVariant(Session &session, Variant variant) {
  Flow flow = variant.flow;
  Compilation compilation(session, std::move(variant));
  if (auto error = compilation.advance(PhaseKind::Check))
    return std::move(error);
  Compiled result;
  if (compilation.phase() == *findPhase(PhaseKind::Check))
    result.sites = SiteCounts::of(compilation.program());
  if (flow == Flow::Twin) {
    if (auto error = compilation.advance(PhaseKind::Expand))
      return std::move(error);
    result.disclosed = disclosedBy(compilation.program());
  }
  auto executable = compilation.makeExecutable();
  if (!executable)
    return executable.takeError();
  result.executable = std::move(*executable);
  result.seconds = compilation.elapsed();
  if (auto error = checkLanguageModel(result.executable->description()))
    return std::move(error);
  return result;
}

static llvm::Error import(const EvalOptions &options, Session &session, int64_t numTokens) {
  if (auto error = session.open(!options.transformations.empty()))
    return error;
  if (!session.onnx() && options.window > 0)
    return fail(ErrorKind::InvalidArgument, "leave it out",
                "--window has no effect on a program");
  if (!session.onnx())
    return llvm::Error::success();
  DimBindings bindings;
  if (auto error = bindWindow(options, *session.onnx(), numTokens, bindings))
    return error;
  return session.import(bindings);
}

/// Source and program are freed on return: only packed weights and code are kept.
static llvm::Expected<Models> compileModels(const EvalOptions &options,
                                            const TwoPartyOptions &twoParty,
                                            int64_t numTokens) {
  Session session(options, options, Purpose::Code);
  if (auto error = import(options, session, numTokens))
    return std::move(error);
  auto model = compileVariant(
      session, {options.flow, options.transformations, twoParty, options.vectorBits});
  if (!model)
    return model.takeError();
  Models models{std::move(*model), std::nullopt, model->seconds};
  if (options.transformations.empty() && !options.twin)
    return models;
  auto reference =
      compileVariant(session, {Flow::Cpu, {}, {}, options.vectorBits, /*isAside=*/true});
  if (!reference)
    return reference.takeError();
  // Both began with one import.
  models.seconds += reference->seconds - session.importSeconds();
  models.reference = std::move(*reference);
  return models;
}

/// A number that left the ring is wrong by a multiple of the ring, so that accuracy is
/// lost.
static void warnOfWraps(const TwoPartyOptions &twin) {
  std::string remedies;
  if (!twin.isBounded)
    remedies += "--functions bounded, ";
  if (twin.width < 64)
    remedies += "--width 64, ";
  warn(fmt::format("numbers left the ring of {} bits", twin.width),
       remedies + "--norm-scale 4 where variances are small, or a smaller --fraction");
}

static EvaluatedModel describe(const Score &score, const Compiled &compiled) {
  return {score.nll(),
          score.perplexity(),
          score.accuracy(),
          score.tokensPerSecond(),
          static_cast<int64_t>(compiled.executable->description().weights_bytes),
          compiled.seconds,
          compiled.sites};
}

static EvalReport makeReport(const EvalOptions &options, const TwoPartyOptions &twoParty,
                             const Models &models, const Evaluation &evaluation) {
  const Score &score = evaluation.model;
  EvalReport report;
  report.predictions = score.predictions;
  report.window = models.model.executable->description().inputs[0].shape[1];
  report.model = describe(score, models.model);
  if (models.reference) {
    const Comparison &comparison = evaluation.comparison;
    report.reference = describe(*evaluation.reference, *models.reference);
    report.comparison = {comparison.divergence / score.predictions,
                         double(comparison.agreements) / score.predictions,
                         comparison.maxError};
  }
  if (score.wraps) {
    std::string functions = twoParty.isBounded ? "bounded" : "published";
    report.twin = {*score.wraps, functions,
                   fmt::format("tacit cost --protocol {} --functions {}", twoParty.protocol,
                               functions),
                   models.model.disclosed};
  }
  report.isOwnReference = !models.reference && !options.from;
  report.compileSeconds = models.seconds;
  return report;
}

llvm::Error driver::eval(const EvalOptions &options) {
  auto tokens = readTokens(options.tokens);
  if (!tokens)
    return tokens.takeError();
  TwoPartyOptions twoParty;
  if (options.twin) {
    auto protocol = chooseProtocol(
        options, options.protocols.empty() ? "crypten" : options.protocols.front(),
        options.start(), /*isTwin=*/true);
    if (!protocol)
      return protocol.takeError();
    twoParty = protocol->twoParty;
  }
  auto models = compileModels(options, twoParty, tokens->size());
  if (!models)
    return models.takeError();
  auto begin = std::chrono::steady_clock::now();
  auto evaluation =
      evaluate(*models->model.executable,
               models->reference ? models->reference->executable.get() : nullptr, *tokens,
               options.threads, options.tokens);
  if (!evaluation)
    return evaluation.takeError();
  EvalReport report = makeReport(options, twoParty, *models, *evaluation);
  report.seconds = secondsSince(begin);
  if (options.wantsText()) {
    printText(report, llvm::outs());
    if (report.twin && report.twin->wraps > 0)
      warnOfWraps(twoParty);
  }
  return writeJson(options, toJson(report));
}
