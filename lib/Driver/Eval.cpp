//===- Eval.cpp - tacit eval ----------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "LanguageModel.h"
#include "Protocol.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Pipelines/Pipelines.h"
#include "tacit/Report/Json.h"
#include "tacit/Report/ProgramFacts.h"
#include "tacit/Support/Error.h"
#include <chrono>
#include <cmath>

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::report;

namespace {
/// A model that can be run, and what is known of it.
struct Compiled {
  std::unique_ptr<Executable> executable;
  double seconds = 0;
  std::optional<SiteCounts> sites; ///< unknown where --from starts behind nn

  int64_t weightBytes() const { return executable->description().weights_bytes; }
};
} // namespace

/// Source and program are gone when this returns: only packed weights and code stay.
static llvm::Expected<Compiled> compileModel(const Options &options, int64_t numTokens) {
  Compilation compilation(options);
  if (auto error = compilation.open())
    return std::move(error);
  if (!compilation.onnx() && options.window > 0)
    return fail(ExitCode::Usage, "leave it out", "--window has no effect on a program");
  if (const OnnxModel *model = compilation.onnx()) {
    DimBindings bindings;
    if (auto error = bindWindow(options, *model, numTokens, bindings))
      return std::move(error);
    if (auto error = compilation.import(bindings))
      return std::move(error);
  }
  if (auto error = compilation.advance("check"))
    return std::move(error);
  Compiled result;
  if (compilation.phase() == *findPhase("check"))
    result.sites = SiteCounts::of(compilation.program());
  auto executable = compilation.makeExecutable();
  if (!executable)
    return executable.takeError();
  result.executable = std::move(*executable);
  result.seconds = compilation.elapsed();
  if (auto error = checkLanguageModel(result.executable->description()))
    return std::move(error);
  return result;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static void printOne(const Score &score, const Compiled &compiled, double seconds) {
  llvm::outs() << fmt::format(
      "perplexity   {:.4f}   (nll {:.4f})\n"
      "top-1        {:.4f}\n"
      "evaluation   {:.2f} s, {:.0f} tokens per second; compiled in {:.2f} s\n",
      score.perplexity(), score.nll(), score.accuracy(), seconds, score.tokensPerSecond(),
      compiled.seconds);
}

/// The sites of one kind, in both models, unless neither has any.
static void printSites(const Compiled &reference, const Compiled &compiled) {
  if (!reference.sites || !compiled.sites)
    return;
  auto line = [](const char *name, int64_t left, int64_t right) {
    if (left != 0 || right != 0)
      llvm::outs() << fmt::format("{:<20}{:>14}{:>14}\n", name, left, right);
  };
  const SiteCounts &a = *reference.sites, &b = *compiled.sites;
  line("nonlinear sites", a.nonlinear(), b.nonlinear());
  line("  layer_norm", a.layerNorm, b.layerNorm);
  line("  rms_norm", a.rmsNorm, b.rmsNorm);
  line("  gelu", a.gelu, b.gelu);
  line("  silu", a.silu, b.silu);
  line("  relu", a.relu, b.relu);
  line("  softmax", a.softmax, b.softmax);
}

/// A number that left the ring is wrong by a multiple of the ring: accuracy is gone.
static void warnOfWraps(const TwoPartyOptions &twin) {
  std::string remedies;
  if (!twin.isBounded)
    remedies += "--functions bounded, ";
  if (twin.width < 64)
    remedies += "--width 64, ";
  warn(fmt::format("numbers left the ring of {} bits", twin.width),
       remedies + "--norm-scale 4 where variances are small, or a smaller --fraction");
}

static void printBoth(const Options &options, const Evaluation &evaluation,
                      const Compiled &reference, const Compiled &compiled) {
  const Score &a = *evaluation.reference, &b = evaluation.model;
  auto line = [](const char *name, const std::string &left, const std::string &right) {
    llvm::outs() << fmt::format("{:<20}{:>14}{:>14}\n", name, left, right);
  };
  auto numbers = [&](const char *name, double left, double right, int digits) {
    line(name, fmt::format("{:.{}f}", left, digits), fmt::format("{:.{}f}", right, digits));
  };
  line("", "original", b.wraps ? "twin" : "transformed");
  numbers("perplexity", a.perplexity(), b.perplexity(), 4);
  numbers("nll", a.nll(), b.nll(), 4);
  numbers("top-1 accuracy", a.accuracy(), b.accuracy(), 4);
  numbers("weight bytes", reference.weightBytes(), compiled.weightBytes(), 0);
  printSites(reference, compiled);
  numbers("tokens per second", a.tokensPerSecond(), b.tokensPerSecond(), 0);
  numbers("compile seconds", reference.seconds, compiled.seconds, 2);
  const Comparison &comparison = evaluation.comparison;
  llvm::outs() << fmt::format(
      "\n"
      "mean KL divergence  {:>14.6f} nats, original || transformed\n"
      "top-1 agreement     {:>14.4f}\n"
      "max logit error     {:>14.4g}\n",
      comparison.divergence / b.predictions, double(comparison.agreements) / b.predictions,
      comparison.maxError);
  if (!b.wraps)
    return;
  llvm::outs() << fmt::format("left the ring       {:>14} sums and products\n", *b.wraps);
  const TwoPartyOptions &twin = options.twoParty;
  llvm::outs() << fmt::format(
      "functions           {:>14}; the bytes are those of\n"
      "                    tacit cost --protocol {} --functions {}\n",
      twin.isBounded ? "bounded" : "published", twin.protocol,
      twin.isBounded ? "bounded" : "published");
  if (*b.wraps > 0)
    warnOfWraps(twin);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static llvm::json::Object modelJson(const Score &score, const Compiled &compiled) {
  llvm::json::Object object{{"nll", jsonNumber(score.nll())},
                            {"perplexity", jsonNumber(score.perplexity())},
                            {"top1_accuracy", score.accuracy()},
                            {"weight_bytes", compiled.weightBytes()},
                            {"tokens_per_second", jsonNumber(score.tokensPerSecond())},
                            {"compile_seconds", compiled.seconds},
                            {"nonlinear_sites", nullptr}};
  if (const auto &sites = compiled.sites)
    object["nonlinear_sites"] = llvm::json::Object{{"layer_norm", sites->layerNorm},
                                                   {"rms_norm", sites->rmsNorm},
                                                   {"gelu", sites->gelu},
                                                   {"silu", sites->silu},
                                                   {"relu", sites->relu},
                                                   {"softmax", sites->softmax},
                                                   {"total", sites->nonlinear()}};
  return object;
}

static llvm::json::Object toJson(const Options &options, const Evaluation &evaluation,
                                 const Compiled *reference, const Compiled &compiled,
                                 double seconds) {
  const Score &score = evaluation.model;
  llvm::json::Object result{
      {"schema", 1},
      {"tokens", score.predictions},
      {"reference", nullptr},
      {"compiled", modelJson(score, compiled)},
      {"kl_mean", nullptr},
      {"top1_agreement", nullptr},
      {"max_abs_error", nullptr},
      {"top1_accuracy", score.accuracy()},
      {"seconds", seconds},
      {"compile_seconds", compiled.seconds + (reference ? reference->seconds : 0)}};
  if (score.wraps) {
    result["wraps"] = *score.wraps;
    result["functions"] = options.twoParty.isBounded ? "bounded" : "published";
  }
  if (reference) {
    const Comparison &comparison = evaluation.comparison;
    result["reference"] = modelJson(*evaluation.reference, *reference);
    result["kl_mean"] = jsonNumber(comparison.divergence / score.predictions);
    result["top1_agreement"] = double(comparison.agreements) / score.predictions;
    result["max_abs_error"] = jsonNumber(comparison.maxError);
  } else if (options.from.empty()) {
    // Nothing was asked to be changed: the model is its own reference. A program may
    // have been edited, and what it was is not known.
    result["reference"] = modelJson(score, compiled);
    result["kl_mean"] = 0.0;
    result["top1_agreement"] = 1.0;
    result["max_abs_error"] = 0.0;
  }
  return result;
}

llvm::Error driver::runEval(const Options &given) {
  auto tokens = readTokens(given.tokens);
  if (!tokens)
    return tokens.takeError();
  Options options = given;
  if (given.twin) {
    auto protocol = chooseProtocol(
        given, given.protocols.empty() ? "crypten" : given.protocols.front());
    if (!protocol)
      return protocol.takeError();
    options = std::move(protocol->options);
  }
  auto compiled = compileModel(options, tokens->size());
  if (!compiled)
    return compiled.takeError();
  std::optional<Compiled> reference;
  Options plain = options;
  if (!options.transformations.empty() || options.twin) {
    plain.transformations.clear();
    plain.road = Road::Cpu;
    plain.dumpPhases.clear();
    plain.verbose = false;
    auto made = compileModel(plain, tokens->size());
    if (!made)
      return made.takeError();
    reference = std::move(*made);
  }
  auto begin = std::chrono::steady_clock::now();
  auto evaluation =
      evaluate(*compiled->executable, reference ? reference->executable.get() : nullptr,
               *tokens, options.threads, options.tokens);
  if (!evaluation)
    return evaluation.takeError();
  double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (wantsText(options)) {
    llvm::outs() << fmt::format("{} predictions in windows of {}\n",
                                evaluation->model.predictions,
                                compiled->executable->description().inputs[0].shape[1]);
    if (reference)
      printBoth(options, *evaluation, *reference, *compiled);
    else
      printOne(evaluation->model, *compiled, seconds);
  }
  return writeJson(options, toJson(options, *evaluation, reference ? &*reference : nullptr,
                                   *compiled, seconds));
}
