//===- Eval.cpp - tacit eval ----------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "Evaluation.h"
#include "Output.h"
#include "Package.h"
#include "PartiesTwin.h"
#include "Protocol.h"
#include "tacit/Dialect/MPC/Analysis/State.h"
#include "tacit/Dialect/MPC/Analysis/Truncations.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Report/Disclosed.h"
#include "tacit/Report/EvalReport.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::report;

namespace {
/// A model that can be run, with the facts about it.
struct Compiled {
  std::string name; ///< as the report calls it
  std::unique_ptr<Runner> runner;
  double seconds = 0;
  std::optional<SiteCounts> sites; ///< unknown where --from starts behind nn
  /// Of a twin: what the client would learn in a two-party computation, and where numbers
  /// are truncated.
  DisclosedList disclosed;
  mpc::TruncationSites truncations;

  const tacit_model_desc &description() const { return runner->description(); }
};

/// What is evaluated on what. The untouched model comes first, unless it is the only one.
struct Setup {
  std::vector<Compiled> models;
  std::optional<Workload> workload;
  double seconds = 0; ///< in which the models were made
};

/// A variant of the model, as the report calls it.
struct NamedVariant {
  const char *name;
  Variant variant;
};
} // namespace

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

static llvm::Expected<GivenData> readData(const EvalOptions &options,
                                          llvm::ArrayRef<OnnxValue> inputs) {
  GivenData given;
  if (!options.tokens.empty()) {
    auto tokens = readTokens(options.tokens);
    if (!tokens)
      return tokens.takeError();
    given.tokens = std::move(*tokens);
  }
  if (options.inputsPath.empty())
    return given;
  auto arrays = readInputs(options.inputsPath, namesOf(inputs));
  if (!arrays)
    return arrays.takeError();
  given.arrays = std::move(*arrays);
  for (const auto &[name, tensor] : given.arrays)
    if (options.bindings.constants.count(name) > 0)
      return fail(ErrorKind::InvalidArgument, "leave out one of them",
                  "'{}' has an array for the input '{}', which --value replaces",
                  options.inputsPath, name);
  return given;
}

namespace {
/// Imports an ONNX file for the inputs that a plan has, with the window that fits.
class Planning {
public:
  Planning(const EvalOptions &options, Session &session, llvm::ArrayRef<OnnxValue> inputs,
           const GivenData &given)
      : options(options), session(session), inputs(inputs), given(given) {}

  llvm::Expected<InputPlan> run();

private:
  int64_t longestWindow(int64_t below);
  llvm::Error explain(std::unique_ptr<Error> found, const InputPlan &plan);

  EvalOptions options;
  Session &session;
  llvm::ArrayRef<OnnxValue> inputs;
  const GivenData &given;
};
} // namespace

int64_t Planning::longestWindow(int64_t below) {
  EvalOptions other = options;
  return largestPossible(below, [&](int64_t window) {
    other.window = window;
    auto plan = planInputs(other, inputs, /*isModel=*/true, given);
    if (!plan)
      llvm::consumeError(plan.takeError());
    return plan && session.canImport(plan->bindings);
  });
}

/// A window that the user did not choose becomes as long as there are positions; otherwise
/// the message says how many there are.
llvm::Error Planning::explain(std::unique_ptr<Error> found, const InputPlan &plan) {
  bool mayBeLength = plan.hasFreeWindow && !session.canImport(plan.bindings);
  if (!mayBeLength || found->getKind() == ErrorKind::InvalidArgument)
    return llvm::Error(std::move(found));
  int64_t limit = longestWindow(plan.window);
  // With a window of 1 everything broadcasts, which says nothing.
  if (limit <= 1)
    return llvm::Error(std::move(found));
  if (options.window == 0) {
    options.window = limit;
    return llvm::Error::success();
  }
  std::string message = found->getMessage().str();
  if (!found->isA(SizeError::classID()))
    message = fmt::format("the model has {} positions, and --window is {}: {}", limit,
                          options.window, message);
  return llvm::make_error<Error>(found->getKind(), std::move(message),
                                 fmt::format("--window {}", limit));
}

llvm::Expected<InputPlan> Planning::run() {
  // The second plan has the window that was found to fit.
  for (int attempt = 0;; ++attempt) {
    auto plan = planInputs(options, inputs, session.onnx() != nullptr, given);
    if (!plan || !session.onnx())
      return plan;
    llvm::Error error = session.import(plan->bindings);
    if (!error)
      return plan;
    if (attempt > 0)
      return std::move(error);
    error = llvm::handleErrors(std::move(error), [&](std::unique_ptr<Error> found) {
      return explain(std::move(found), *plan);
    });
    if (error)
      return std::move(error);
  }
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

/// Returns what the twin of our own protocol begins with: the changed model, from which the
/// programs of the parties are made. Caches are inputs and outputs of the client.
static llvm::Expected<Compilation> forkParties(Compilation &compilation,
                                               const Variant &variant) {
  if (auto error = compilation.advance(PhaseKind::Multiplier))
    return std::move(error);
  Variant parties = variant;
  parties.flow = Flow::Parties;
  parties.twoParty.caches = {mpc::kNoCaches.str()};
  parties.isAside = true;
  return compilation.fork(std::move(parties));
}

/// Makes what runs a twin: of our own protocol the parties' programs.
static llvm::Expected<std::unique_ptr<Runner>> makeTwin(const EvalOptions &options,
                                                        std::unique_ptr<Executable> clear,
                                                        std::optional<Compilation> &parties,
                                                        const Variant &variant,
                                                        llvm::raw_ostream *wires) {
  uint64_t seed = options.seed.value_or(0);
  if (!parties)
    return std::make_unique<TwinRunner>(std::move(clear), seed);
  auto twin = PartiesTwin::make(*parties, variant, seed);
  if (!twin)
    return twin.takeError();
  if (wires)
    (*twin)->observer = [wires](const twoparty::Exchanged &words) {
      writeWires(twoparty::Party::Client, words, *wires);
    };
  return std::make_unique<PartiesRunner>(std::move(clear), std::move(*twin));
}

static llvm::Expected<Compiled> compileVariant(const EvalOptions &options, Session &session,
                                               NamedVariant named,
                                               llvm::raw_ostream *wires) {
  const Variant variant = named.variant;
  Flow flow = variant.flow;
  Compilation compilation(session, std::move(named.variant));
  std::optional<Compilation> parties;
  if (flow == Flow::Twin && variant.twoParty.hasMessages) {
    auto forked = forkParties(compilation, variant);
    if (!forked)
      return forked.takeError();
    parties.emplace(std::move(*forked));
  }
  if (auto error = compilation.advance(PhaseKind::Check))
    return std::move(error);
  Compiled result;
  result.name = named.name;
  if (compilation.phase() == *findPhase(PhaseKind::Check))
    result.sites = SiteCounts::of(compilation.program());
  if (flow == Flow::Twin) {
    if (auto error = compilation.advance(PhaseKind::Expand))
      return std::move(error);
    result.disclosed = disclosedBy(compilation.program());
    if (auto main = compilation.program().lookupSymbol<mlir::func::FuncOp>("main"))
      result.truncations = mpc::TruncationSites::of(main);
  }
  auto executable = compilation.makeExecutable();
  if (!executable)
    return executable.takeError();
  if (flow == Flow::Twin) {
    auto twin = makeTwin(options, std::move(*executable), parties, variant, wires);
    if (!twin)
      return twin.takeError();
    result.runner = std::move(*twin);
  } else {
    result.runner = std::make_unique<Runner>(std::move(*executable));
  }
  result.seconds = compilation.elapsed();
  return result;
}

/// Returns the model that was asked for, and then those that it is compared with, from the
/// nearest on.
static std::vector<NamedVariant> variantsOf(const EvalOptions &options,
                                            const TwoPartyOptions &twoParty) {
  bool isChanged = !options.transformations.empty();
  Variant plain{Flow::Cpu, {}, {}, options, /*isAside=*/true};
  Variant changed = plain;
  changed.transformations = options.transformations;
  Variant last{options.flow, options.transformations, twoParty, options};
  std::vector<NamedVariant> variants;
  variants.push_back({options.twin ? "twin" : isChanged ? "changed" : "original", last});
  if (options.twin && isChanged)
    variants.push_back({"changed", changed});
  if (options.twin || isChanged)
    variants.push_back({"original", plain});
  return variants;
}

/// Rejects what the sizes of a program do not allow.
static llvm::Error checkProgram(const EvalOptions &options,
                                llvm::ArrayRef<OnnxValue> inputs) {
  std::vector<std::string> free;
  for (const OnnxValue &input : inputs)
    for (const OnnxDim &dim : input.dims)
      if (dim.size < 0 && !llvm::is_contained(free, dim.name))
        free.push_back(dim.name);
  if (free.empty() && options.window > 0)
    return fail(ErrorKind::InvalidArgument, "leave it out",
                "--window has no effect on a program of fixed sizes");
  if (!free.empty() && options.twin)
    return fail(ErrorKind::InvalidArgument,
                "make the program with --dim NAME=N for each of them",
                "the program leaves dimensions free: {}; a twin needs every dimension",
                llvm::join(free, ", "));
  return llvm::Error::success();
}

/// The twin is the last model; null if there is none.
static const TwinRunner *twinOf(const Setup &setup) {
  return dynamic_cast<const TwinRunner *>(setup.models.back().runner.get());
}

/// Source and program are freed on return: only packed weights and code are kept.
static llvm::Expected<Setup> prepare(const EvalOptions &options,
                                     const TwoPartyOptions &twoParty, OutputFiles &files) {
  llvm::raw_ostream *wires = nullptr;
  if (!options.wires.empty()) {
    auto file = files.begin(options.wires);
    if (!file)
      return file.takeError();
    wires = *file;
  }
  Session session(options, options, Purpose::Code, files);
  if (auto error = session.open(!options.transformations.empty()))
    return std::move(error);
  std::vector<OnnxValue> inputs = session.onnx()
                                      ? session.onnx()->inputs()
                                      : ProgramInterface::of(session.program()).inputs;
  if (!session.onnx())
    if (auto error = checkProgram(options, inputs))
      return std::move(error);
  auto given = readData(options, inputs);
  if (!given)
    return given.takeError();
  auto plan = Planning(options, session, inputs, *given).run();
  if (!plan)
    return plan.takeError();
  Setup setup;
  for (NamedVariant &variant : variantsOf(options, twoParty)) {
    auto compiled = compileVariant(options, session, std::move(variant), wires);
    if (!compiled)
      return compiled.takeError();
    // All began with one import.
    setup.seconds +=
        compiled->seconds - (setup.models.empty() ? 0 : session.importSeconds());
    setup.models.push_back(std::move(*compiled));
  }
  std::reverse(setup.models.begin(), setup.models.end());
  const auto *twin = twinOf(setup);
  auto workload = Workload::make(options, std::move(*plan), std::move(*given),
                                 inputsOf(setup.models.front().description()),
                                 /*usesSeed=*/twin && twin->usesSeed());
  if (!workload)
    return workload.takeError();
  setup.workload.emplace(std::move(*workload));
  return setup;
}

//===----------------------------------------------------------------------===//
// Report
//===----------------------------------------------------------------------===//

/// A number that left the ring is wrong by a multiple of the ring, so that accuracy is
/// lost.
static void warnOfWraps(const TwoPartyOptions &twin) {
  std::string remedies;
  if (!twin.isBounded && !twin.hasMessages)
    remedies += "--functions bounded, ";
  if (twin.width < 64)
    remedies += "--width 64, ";
  if (!twin.hasMessages)
    remedies += "--norm-scale 4 where variances are small, or ";
  warn(fmt::format("numbers left the ring of {} bits", twin.width),
       remedies + "a smaller --fraction");
}

/// The expected number of failures in an inference from which on they are worth a warning.
static constexpr double kManyFailures = 0.01;

static void warnOf(const EvalReport::Twin &twin, const TwoPartyOptions &twoParty) {
  if (twin.wraps > 0)
    warnOfWraps(twoParty);
  const auto &failures = twin.failures;
  if (failures && (failures->expected >= kManyFailures || failures->drawn > 0))
    warn(fmt::format("{} truncations are expected to fail in an inference, and each makes "
                     "its result wrong",
                     formatExpected(failures->expected)),
         "a smaller --fraction: two bits less make failures about 16 times rarer");
}

static EvaluatedModel describe(const Compiled &compiled, const Measured &measured) {
  EvaluatedModel model;
  model.name = compiled.name;
  model.scores = measured.score.result();
  model.perSecond = measured.perSecond;
  model.speedSeconds = measured.speedSeconds;
  model.weightBytes = compiled.description().weights_bytes;
  model.compileSeconds = compiled.seconds;
  model.sites = compiled.sites;
  model.predictions = measured.predictions.result();
  return model;
}

/// Returns the kind of products that the CPU has no instructions for, if they were asked
/// for.
static std::string emulatedProducts(const EvalOptions &options) {
  for (const Transformation &transformation : options.transformations)
    if (transformation.option == "--multiplier" &&
        (llvm::StringRef(transformation.text).starts_with("lmul") ||
         llvm::StringRef(transformation.text).starts_with("pam")))
      return transformation.text;
  return "";
}

/// Returns how often truncations fail, and where; nothing if they cannot.
static std::optional<EvalReport::Failures>
failuresOf(const TwinRunner &twin, const mpc::TruncationSites &truncations) {
  const TwinFacts &facts = twin.facts();
  if (!twin.drawsShares() || facts.examples == 0)
    return std::nullopt;
  auto examples = static_cast<double>(facts.examples);
  EvalReport::Failures failures;
  // A program computes as many examples as a call has.
  failures.truncations = truncations.truncations() * facts.calls / facts.examples;
  failures.drawn = facts.failed;
  failures.examples = facts.examples;
  for (auto [site, sum] : llvm::zip(truncations.sites, facts.expected)) {
    double expected = sum / examples;
    failures.expected += expected;
    if (expected <= failures.most)
      continue;
    failures.most = expected;
    failures.where = site.name();
  }
  return failures;
}

static EvalReport makeReport(const EvalOptions &options, const TwoPartyOptions &twoParty,
                             const Setup &setup, const Evaluation &evaluation) {
  const Workload &workload = *setup.workload;
  EvalReport report;
  report.data = workload.kind();
  report.predictions = evaluation.predictions;
  report.examples = workload.numExamples();
  report.window = workload.inputPlan().window;
  report.seed = options.seed.value_or(0);
  report.assumptions = workload.inputPlan().assumptions;
  report.outputs = evaluation.outputs;
  report.emulated = emulatedProducts(options);
  report.compileSeconds = setup.seconds;
  for (auto [compiled, measured] : llvm::zip(setup.models, evaluation.models)) {
    report.models.push_back(describe(compiled, measured));
    if (report.models.size() > 1)
      for (const OutputComparison &output : measured.outputs)
        report.models.back().outputs.push_back(output.result());
  }
  if (const TwinRunner *twin = twinOf(setup)) {
    std::string functions = twoParty.hasMessages ? "own"
                            : twoParty.isBounded ? "bounded"
                                                 : "published";
    report.twin = {twin->facts().wraps, functions,
                   fmt::format("tacit cost --protocol {}{}", twoParty.protocol,
                               twoParty.hasMessages ? "" : " --functions " + functions),
                   setup.models.back().disclosed,
                   failuresOf(*twin, setup.models.back().truncations)};
  }
  report.isOwnReference = setup.models.size() == 1 && !options.from;
  report.advice = {"ask for a change, as with --quantize int4, for --twin, or for --labels",
                   "--json lists them"};
  return report;
}

/// Indices that a model computes from its inputs, such as positions that skip padding, are
/// checked during a call, when nobody knows any more that a length was chosen.
static llvm::Error suggestWindow(llvm::Error error, const InputPlan &plan) {
  if (!plan.hasFreeWindow)
    return error;
  return llvm::handleErrors(std::move(error),
                            [&](std::unique_ptr<Error> found) -> llvm::Error {
                              if (found->getKind() != ErrorKind::BadInput)
                                return llvm::Error(std::move(found));
                              return llvm::make_error<Error>(
                                  ErrorKind::BadInput, found->getMessage().str(),
                                  fmt::format("{}; or a --window below {}",
                                              hintText(found->getHint()), plan.window));
                            });
}

llvm::Error driver::eval(const EvalOptions &options) {
  TwoPartyOptions twoParty;
  if (options.twin) {
    auto protocol = chooseProtocol(
        options, options.protocols.empty() ? "crypten" : options.protocols.front(),
        options.start(), /*isTwin=*/true);
    if (!protocol)
      return protocol.takeError();
    twoParty = protocol->twoParty;
  }
  OutputFiles files(options.force, kForceOption);
  auto setup = prepare(options, twoParty, files);
  if (!setup)
    return setup.takeError();
  std::vector<Runner *> runners;
  for (const Compiled &compiled : setup->models)
    runners.push_back(compiled.runner.get());
  auto begin = std::chrono::steady_clock::now();
  auto evaluation = evaluate(runners, *setup->workload, options);
  if (!evaluation)
    return suggestWindow(evaluation.takeError(), setup->workload->inputPlan());
  EvalReport report = makeReport(options, twoParty, *setup, *evaluation);
  report.seconds = secondsSince(begin);
  if (auto error = finish(options, files, report))
    return error;
  if (options.wantsText() && report.twin)
    warnOf(*report.twin, twoParty);
  return llvm::Error::success();
}
