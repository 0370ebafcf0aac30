//===- Options.cpp - The command line of tacit ----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Bindings.h"
#include "Completion.h"
#include "Help.h"
#include "Overview.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Driver/Transformations.h"
#include "tacit/InitAll/InitAll.h"
#include "tacit/Pipelines/Pipelines.h"
#include "tacit/Runtime/tacit_runtime.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Nearest.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include <cmath>

using namespace llvm;
using namespace tacit;
using namespace tacit::driver;
using namespace tacit::tool;

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

static cl::OptionCategory category("options");
static cl::SubCommand inspectCommand("inspect", "show what a model contains");
static cl::SubCommand compileCommand("compile", "compile a library, or print a program");
static cl::SubCommand runCommand("run", "run a model or a compiled library on .npy inputs");
static cl::SubCommand evalCommand("eval",
                                  "say how good a model is, and what changes of it cost");
static cl::SubCommand passesCommand("passes",
                                    "list every pass and pipeline with its options");
static cl::SubCommand costCommand("cost",
                                  "show what a model sends in two-party computation");

#define MODEL_COMMANDS                                                                     \
  cl::sub(inspectCommand), cl::sub(compileCommand), cl::sub(runCommand),                   \
      cl::sub(evalCommand), cl::sub(costCommand)

// This is a list, so that a second model is rejected with a message of our own.
static cl::list<std::string> modelOptions(cl::Positional, cl::desc("MODEL"),
                                          cl::cat(category), MODEL_COMMANDS);
static cl::list<std::string> dimOptions("dim", cl::desc("pin the free dimension NAME to N"),
                                        cl::value_desc("NAME=N"), cl::cat(category),
                                        MODEL_COMMANDS);
static cl::list<std::string> shapeOptions(
    "shape",
    cl::desc("pin all dimensions of an input (of --primitive: 128x64, without a name)"),
    cl::value_desc("INPUT=1x128"), cl::cat(category), MODEL_COMMANDS);
static cl::list<std::string> valueOptions(
    "value", cl::desc("replace the input NAME by the constant V: true, false or a number"),
    cl::value_desc("NAME=V"), cl::cat(category), MODEL_COMMANDS);
static cl::opt<std::string> fromOption(
    "from",
    cl::desc("continue after phase PHASE; MODEL is a program as that phase left it"),
    cl::value_desc("PHASE"), cl::cat(category), MODEL_COMMANDS);
static cl::opt<std::string> toOption("to", cl::desc("stop after phase PHASE"),
                                     cl::value_desc("PHASE"), cl::cat(category),
                                     cl::sub(compileCommand));
static cl::opt<std::string>
    dumpOption("dump-phases", cl::desc("write the program after every phase to DIR"),
               cl::value_desc("DIR"), cl::cat(category), MODEL_COMMANDS);
static cl::opt<std::string> pipelineOption(
    "pass-pipeline", cl::desc("run these passes instead of the phases up to check"),
    cl::value_desc("builtin.module(...)"), cl::cat(category), cl::sub(compileCommand));
static cl::opt<bool>
    printPipelineOption("print-pipeline",
                        cl::desc("print the passes as text for tacit-opt, and stop"),
                        cl::cat(category), cl::sub(compileCommand));
static cl::opt<std::string> jsonOption("json",
                                       cl::desc("write the result as JSON; - is stdout"),
                                       cl::value_desc("FILE"), cl::cat(category),
                                       MODEL_COMMANDS);
static cl::opt<bool>
    forceOption("force", cl::desc("replace files that were not made by tacit as well"),
                cl::cat(category), MODEL_COMMANDS);
static cl::opt<bool> quietOption("q", cl::desc("no progress"), cl::cat(category),
                                 MODEL_COMMANDS);
static cl::opt<bool> verboseOption("v", cl::desc("print what each pass found and missed"),
                                   cl::cat(category), MODEL_COMMANDS);
static cl::list<std::string> aeroOption(
    "aero",
    cl::desc(
        "remove norms and activations: NAME[=MODE][@SITES],... of remove-layernorm, "
        "gelu-to-relu[=SLOPE], linearize-ffn, fuse-ffn (may be repeated: the lists are "
        "joined)"),
    cl::value_desc("LIST"), cl::cat(category), MODEL_COMMANDS);
// Options keep references to their texts.
static const TransformationHelp changeHelp = getTransformationHelp();
static cl::list<std::string> approximateOption("approximate",
                                               cl::desc(changeHelp.approximate),
                                               cl::value_desc("LIST"), cl::cat(category),
                                               MODEL_COMMANDS);
static cl::opt<std::string> quantizeOption("quantize", cl::desc(changeHelp.quantize),
                                           cl::value_desc("SPEC"), cl::cat(category),
                                           MODEL_COMMANDS);
static cl::opt<std::string> multiplierOption("multiplier", cl::desc(changeHelp.multiplier),
                                             cl::value_desc("KIND"), cl::cat(category),
                                             MODEL_COMMANDS);
static cl::opt<std::string> multiplierZeroOption("multiplier-zero",
                                                 cl::desc(changeHelp.multiplierZero),
                                                 cl::value_desc("POLICY"),
                                                 cl::cat(category), MODEL_COMMANDS);
static cl::opt<std::string> multiplierScopeOption("multiplier-scope",
                                                  cl::desc(changeHelp.multiplierScope),
                                                  cl::value_desc("SCOPE"),
                                                  cl::cat(category), MODEL_COMMANDS);
// Numbers are declared as text because LLVM writes its own message about a wrong one to
// stderr.
static cl::opt<std::string>
    vectorBitsOption("vector-bits",
                     cl::desc("use vectors of at most N bits: 512 (default), 256 or 128"),
                     cl::value_desc("N"), cl::init("512"), cl::cat(category),
                     cl::sub(compileCommand), cl::sub(runCommand), cl::sub(evalCommand));

static cl::opt<std::string> cpuOption(
    "cpu",
    cl::desc("processor that the code is for: native (default), x86-64-v4, x86-64-v3 or "
             "x86-64-v2"),
    cl::value_desc("NAME"), cl::init("native"), cl::cat(category), cl::sub(compileCommand),
    cl::sub(runCommand), cl::sub(evalCommand));
static cl::opt<std::string> threadsRuntimeOption(
    "threads-runtime",
    cl::desc("library that runs the threads: openmp (default), or none for one thread"),
    cl::value_desc("NAME"), cl::init("openmp"), cl::cat(category), cl::sub(compileCommand));

static cl::opt<std::string> outputOption("o", cl::desc("write the result to FILE"),
                                         cl::value_desc("FILE"), cl::cat(category),
                                         cl::sub(compileCommand));
static cl::opt<std::string> targetOption("target", cl::desc("cpu (default), 2pc or mlir"),
                                         cl::value_desc("TARGET"), cl::init("cpu"),
                                         cl::cat(category), cl::sub(compileCommand));
static cl::opt<std::string>
    protocolOption("protocol",
                   cl::desc("the protocol of the two parties: a name that tacit cost "
                            "--list-protocols prints, or a file of your own; cost takes a "
                            "list of them, and eval --twin has the default crypten"),
                   cl::value_desc("NAME,..."), cl::cat(category), cl::sub(costCommand),
                   cl::sub(compileCommand), cl::sub(evalCommand));
static cl::opt<std::string>
    widthOption("width",
                cl::desc("bits of the ring of shares (default: those of the protocol)"),
                cl::value_desc("L"), cl::cat(category), cl::sub(costCommand),
                cl::sub(compileCommand), cl::sub(evalCommand));
static cl::opt<std::string>
    fractionOption("fraction",
                   cl::desc("bits after the binary point (default: those of the protocol)"),
                   cl::value_desc("F"), cl::cat(category), cl::sub(costCommand),
                   cl::sub(compileCommand), cl::sub(evalCommand));
static cl::opt<std::string> normScaleOption(
    "norm-scale",
    cl::desc("make norms of secrets valid for variances smaller by N * N: 1 "
             "(default), 2, 4, ..., 256"),
    cl::value_desc("N"), cl::init("1"), cl::cat(category), cl::sub(costCommand),
    cl::sub(compileCommand), cl::sub(evalCommand));
static cl::opt<std::string>
    functionsOption("functions",
                    cl::desc("published (default), or bounded: valid for larger ranges "
                             "(default of eval --twin)"),
                    cl::value_desc("KIND"), cl::cat(category), cl::sub(costCommand),
                    cl::sub(compileCommand), cl::sub(evalCommand));
static cl::list<std::string>
    publicOptions("public",
                  cl::desc("disclose the constant NAME of the model to the client"),
                  cl::value_desc("NAME"), cl::cat(category), cl::sub(costCommand),
                  cl::sub(compileCommand), cl::sub(evalCommand));
static cl::opt<std::string> cachesOption(
    "caches",
    cl::desc(
        "caches of keys and values that stay shares: auto (default), none, or pairs of "
        "input and output"),
    cl::value_desc("IN=OUT,..."), cl::init("auto"), cl::cat(category), cl::sub(costCommand),
    cl::sub(compileCommand));
static cl::opt<std::string>
    skipOption("skip",
               cl::desc("do not count operations of a kind that the report lists, of a "
                        "site, or the pooler"),
               cl::value_desc("KIND,..."), cl::cat(category), cl::sub(costCommand));
static cl::opt<bool>
    twinOption("twin", cl::desc("evaluate the arithmetic of the two parties, in the clear"),
               cl::cat(category), cl::sub(evalCommand));
static cl::opt<std::string>
    networkOption("network", cl::desc("lan (default), wan, another name, or numbers"),
                  cl::value_desc("NAME|BITS_PER_S,RTT_S"), cl::init("lan"),
                  cl::cat(category), cl::sub(costCommand));
static cl::opt<bool>
    listProtocolsOption("list-protocols",
                        cl::desc("print the protocols and networks, and stop"),
                        cl::cat(category), cl::sub(costCommand));
static cl::opt<std::string>
    maxBytesOption("max-bytes",
                   cl::desc("exit with code 5 if more than N bytes are sent online"),
                   cl::value_desc("N"), cl::cat(category), cl::sub(costCommand));
static cl::opt<std::string> maxRoundsOption(
    "max-rounds",
    cl::desc("exit with code 5 if the longest chain of messages has more than N hops"),
    cl::value_desc("N"), cl::cat(category), cl::sub(costCommand));
static cl::alias maxHopsOption("max-hops", cl::desc("the same as --max-rounds"),
                               cl::aliasopt(maxRoundsOption), cl::cat(category));
static const std::string primitiveHelp =
    "count one operation instead of a model: " + llvm::join(getPrimitiveNames(), ", ");
static cl::opt<std::string> primitiveOption("primitive", cl::desc(primitiveHelp),
                                            cl::value_desc("NAME"), cl::cat(category),
                                            cl::sub(costCommand));
static cl::opt<std::string> elementsOption("elements",
                                           cl::desc("number of elements of the operation"),
                                           cl::value_desc("N"), cl::cat(category),
                                           cl::sub(costCommand));
static cl::list<std::string> inputOptions("input", cl::desc("read an input from a file"),
                                          cl::value_desc("NAME=FILE.npy"),
                                          cl::cat(category), cl::sub(runCommand));
static cl::opt<std::string>
    inputsOption("inputs",
                 cl::desc("read the inputs from the arrays of a folder or archive"),
                 cl::value_desc("DIR|FILE.npz"), cl::cat(category), cl::sub(runCommand),
                 cl::sub(evalCommand));
static cl::list<std::string> expectOptions("expect",
                                           cl::desc("compare an output with a file"),
                                           cl::value_desc("NAME=FILE.npy"),
                                           cl::cat(category), cl::sub(runCommand));
static cl::opt<std::string> toleranceOption(
    "tolerance",
    cl::desc("largest |result - expected| / max(1, max |expected|) (default 1e-4)"),
    cl::value_desc("T"), cl::init("1e-4"), cl::cat(category), cl::sub(runCommand));
static cl::opt<bool> dynamicOption("dynamic",
                                   cl::desc("compile for any size of the free dimensions"),
                                   cl::cat(category), cl::sub(runCommand));
static cl::opt<bool> referenceOption(
    "reference",
    cl::desc("evaluate in double precision instead of running compiled code; with "
             "--expect, say how far both are from that"),
    cl::cat(category), cl::sub(runCommand));
static cl::opt<std::string> outputDirOption("output-dir", cl::desc("write DIR/NAME.npy"),
                                            cl::value_desc("DIR"), cl::cat(category),
                                            cl::sub(runCommand));
static cl::opt<std::string>
    repeatOption("repeat", cl::desc("measure N runs after a first one (default 1)"),
                 cl::value_desc("N"), cl::init("1"), cl::cat(category),
                 cl::sub(runCommand));
static cl::opt<std::string> threadsOption("threads",
                                          cl::desc("threads (default 0: one per core)"),
                                          cl::value_desc("N"), cl::init("0"),
                                          cl::cat(category), cl::sub(runCommand),
                                          cl::sub(evalCommand));
static cl::opt<std::string>
    tokensOption("tokens", cl::desc("token ids: int64 or int32, one dimension"),
                 cl::value_desc("FILE.npy"), cl::cat(category), cl::sub(evalCommand));
static cl::opt<std::string>
    labelsOption("labels", cl::desc("the right classes of the examples of --inputs, int64"),
                 cl::value_desc("FILE.npy"), cl::cat(category), cl::sub(evalCommand));
static cl::opt<std::string>
    seedOption("seed", cl::desc("seed of inputs that are not given (default 0)"),
               cl::value_desc("S"), cl::init("0"), cl::cat(category), cl::sub(evalCommand));
static cl::opt<std::string>
    windowOption("window",
                 cl::desc("tokens per window (default: the model's length, else 128)"),
                 cl::value_desc("N"), cl::cat(category), cl::sub(evalCommand));

//===----------------------------------------------------------------------===//
// MLIR's own options
//===----------------------------------------------------------------------===//

/// Registers the options of MLIR that print and time passes. They belong to the top level,
/// as in all tools of LLVM, and must be visible in every subcommand here.
static void registerMlirOptions() {
  auto &options = cl::getRegisteredOptions();
  auto others = options;
  mlir::registerAsmPrinterCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  mlir::registerPassManagerCLOptions();
  SmallVector<cl::Option *> ours;
  for (auto [name, option] : options)
    if (!others.contains(name))
      ours.push_back(option);
  for (cl::Option *option : ours) {
    option->removeArgument();
    option->addSubCommand(cl::SubCommand::getAll());
    option->addArgument();
  }
}

static cl::Option &mlirOption(StringRef name) {
  return *cl::getRegisteredOptions(cl::SubCommand::getAll()).lookup(name);
}

static bool isGiven(StringRef name) { return mlirOption(name).getNumOccurrences() > 0; }

/// Programs that are printed between passes omit the bytes of large weights, unless the
/// user sets the limit: otherwise a reproducer would be as large as the model, in
/// hexadecimal.
static void elideWeights() {
  static constexpr StringLiteral kName = "mlir-elide-resource-strings-if-larger";
  if (!isGiven(kName))
    mlirOption(kName).addOccurrence(0, kName, "16384");
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// Returns the whole number that an option holds.
static llvm::Expected<int64_t> parseNumber(const cl::opt<std::string> &option, int64_t low,
                                           int64_t high) {
  int64_t number = 0;
  if (!StringRef(option.getValue()).getAsInteger(10, number) && low <= number &&
      number <= high)
    return number;
  return usage(fmt::format("write it in digits, as in --{} {}", option.ArgStr.str(),
                           std::clamp<int64_t>(1000000, low, high)),
               fmt::format("--{} is '{}'; expected a whole number from {} to {}",
                           option.ArgStr.str(), option.getValue(), low, high));
}

static const char *describe(Flow flow) { return flow == Flow::Cpu ? "CPU" : "two-party"; }

/// The phase that an option names, if it names one.
static llvm::Expected<std::optional<PhaseKind>>
parsePhase(const cl::opt<std::string> &option, Flow flow) {
  StringRef name = option.getValue();
  if (name.empty())
    return std::nullopt;
  if (auto position = findPhase(name, flow))
    return phases(flow)[*position].kind;
  Flow other = flow == Flow::Cpu ? Flow::TwoParty : Flow::Cpu;
  if (findPhase(name, other))
    return usage("use one of: " + phaseNames(flow),
                 fmt::format("--{} names the phase '{}' of the {} flow; expected one of "
                             "the {} flow",
                             option.ArgStr.str(), name.str(), describe(other),
                             describe(flow)));
  auto names = llvm::map_range(phases(flow), [](const Phase &phase) { return phase.name; });
  std::string near = nearest(name, names);
  return usage("use one of: " + phaseNames(flow),
               fmt::format("--{} names the phase '{}', which does not exist{}",
                           option.ArgStr.str(), name.str(),
                           near.empty() ? "" : "; did you mean '" + near + "'?"));
}

static llvm::Error readPairs(StringRef option, const cl::list<std::string> &texts,
                             std::vector<std::pair<std::string, std::string>> &pairs) {
  for (const std::string &text : texts) {
    auto pair = splitFile(option, text);
    if (!pair)
      return pair.takeError();
    for (const auto &[name, file] : pairs)
      if (name == pair->first)
        return usage("give each once",
                     fmt::format("--{} names '{}' twice", option.str(), name));
    pairs.push_back(std::move(*pair));
  }
  return llvm::Error::success();
}

/// Returns LLVM's message about a command line, without the program's name and with one
/// problem per line. LLVM proposes the nearest option, however far it is.
static std::string tidy(StringRef text, cl::SubCommand &command) {
  SmallVector<StringRef> names = {"help", "version"};
  for (auto [name, option] : command.OptionsMap)
    if (llvm::is_contained(option->Categories, &category))
      names.push_back(name);
  SmallVector<std::string> lines;
  for (StringRef line : llvm::split(text.trim(), '\n')) {
    line.consume_front("tacit: ");
    if (line.ltrim().starts_with("Did you mean"))
      continue;
    std::string problem = line.split("  Try:").first.trim().str();
    if (line.consume_front("Unknown command line argument '")) {
      StringRef given = line.split("'").first;
      std::string near = nearest(given.ltrim('-').split('=').first, names);
      problem = fmt::format("unknown option '{}' of tacit {}", given.str(),
                            command.getName().str());
      if (!near.empty())
        problem +=
            "; did you mean '" + std::string(near.size() == 1 ? "-" : "--") + near + "'?";
    }
    lines.push_back(problem);
  }
  return llvm::join(lines, "\n  ");
}

//===----------------------------------------------------------------------===//
// Options that are given in vain
//===----------------------------------------------------------------------===//

/// Rejects a second value of an option that has one; LLVM would take the last.
static llvm::Error checkGivenOnce(cl::SubCommand &command) {
  for (auto [name, option] : command.OptionsMap)
    if (option->getNumOccurrences() > 1 &&
        option->getNumOccurrencesFlag() == cl::Optional &&
        option->getValueExpectedFlag() == cl::ValueRequired)
      return usage("give it once", fmt::format("{}{} is given {} times; expected one value",
                                               name.size() == 1 ? "-" : "--", name.str(),
                                               option->getNumOccurrences()));
  return llvm::Error::success();
}

/// Rejects options that have no effect beside `cause`; `allowed` are those that have one.
static llvm::Error checkOnly(cl::SubCommand &command, StringRef cause,
                             ArrayRef<StringRef> allowed) {
  for (auto [name, option] : command.OptionsMap) {
    if (option->getNumOccurrences() == 0 || llvm::is_contained(allowed, name) ||
        !llvm::is_contained(option->Categories, &category) || !option->hasArgStr())
      continue;
    bool isForm = cause == "primitive" && name == "approximate";
    return usage(isForm ? "--primitive gelu=puma, for example, names a form of GELU"
                        : "leave it out",
                 fmt::format("--{} has no effect on --{}", name.str(), cause.str()));
  }
  return llvm::Error::success();
}

/// Rejects --force where nothing is written that bears a mark.
static llvm::Error checkForce(bool writesMarked) {
  if (!forceOption || writesMarked)
    return llvm::Error::success();
  return usage("leave it out",
               "--force has no effect here: --json and --output-dir replace any file");
}

/// Parses a number that is optional.
static llvm::Error readNumber(const cl::opt<std::string> &option, int64_t low, int64_t high,
                              std::optional<int64_t> &value) {
  if (option.getNumOccurrences() == 0)
    return llvm::Error::success();
  auto parsed = parseNumber(option, low, high);
  if (!parsed)
    return parsed.takeError();
  value = *parsed;
  return llvm::Error::success();
}

/// Parses a number that has a default.
static llvm::Error readNumber(const cl::opt<std::string> &option, int64_t low, int64_t high,
                              int64_t &value) {
  auto parsed = parseNumber(option, low, high);
  if (!parsed)
    return parsed.takeError();
  value = *parsed;
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// What several subcommands share
//===----------------------------------------------------------------------===//

static constexpr int64_t kAny = std::numeric_limits<int64_t>::max();

/// Returns true if an option names a phase that only two-party programs have. A program as
/// text may be of either kind, and this distinguishes them.
static bool isTwoPartyPhase(StringRef name) {
  return !findPhase(name, Flow::Cpu) && findPhase(name, Flow::TwoParty);
}

static llvm::Error readModelName(StringRef command, ModelOptions &options) {
  if (modelOptions.empty() || modelOptions.front().empty())
    return usage(fmt::format("tacit {} MODEL.onnx", command.str()), "no model given");
  for (const std::string &input : inputOptions)
    if (modelOptions.size() > 1 && !StringRef(input).contains('='))
      return usage(fmt::format("--input {}={}", input, modelOptions[1]),
                   fmt::format("'--input {}' is not of the form NAME=FILE.npy", input));
  if (modelOptions.size() > 1)
    return usage(fmt::format("tacit {} {}", command.str(), modelOptions[0]),
                 fmt::format("found '{}' after the model '{}'; expected one model",
                             modelOptions[1], modelOptions[0]));
  options.model = modelOptions.front();
  return llvm::Error::success();
}

static llvm::Error refuseModel(StringRef option) {
  if (modelOptions.empty())
    return llvm::Error::success();
  return usage("leave it out",
               fmt::format("found the model '{}', but --{} does not use a model",
                           modelOptions.front(), option.str()));
}

/// Reads the options for the model, its sizes, and the phase that left it.
static llvm::Error readModel(StringRef command, Flow flow, ModelOptions &options) {
  options.flow = flow;
  if (auto error = readModelName(command, options))
    return error;
  if (auto error = parseBindings(dimOptions, shapeOptions, valueOptions, options.bindings))
    return error;
  auto from = parsePhase(fromOption, flow);
  if (!from)
    return from.takeError();
  options.from = *from;
  options.dumpPhases = dumpOption;
  return llvm::Error::success();
}

static void readOutput(OutputOptions &options) {
  options.json = jsonOption;
  options.quiet = quietOption;
  options.force = forceOption;
  options.verbose = verboseOption;
  options.hasReproducer = isGiven("mlir-pass-pipeline-crash-reproducer");
}

/// Reads the requested changes; `isForShapes` if nobody will read the weights.
static llvm::Error readChanges(const ModelOptions &model, bool isForShapes,
                               ChangeOptions &options) {
  auto given = [](const cl::opt<std::string> &option) -> std::optional<std::string> {
    if (option.getNumOccurrences() == 0)
      return std::nullopt;
    return option.getValue();
  };
  auto joined = [](const cl::list<std::string> &option) -> std::optional<std::string> {
    if (option.empty())
      return std::nullopt;
    return llvm::join(option, ",");
  };
  auto read = parseTransformations({joined(aeroOption), joined(approximateOption),
                                    given(quantizeOption), given(multiplierOption),
                                    given(multiplierZeroOption),
                                    given(multiplierScopeOption), isForShapes});
  if (!read)
    return read.takeError();
  options.transformations = std::move(*read);
  for (const Transformation &transformation : options.transformations)
    if (model.start() >= *findPhase(transformation.phase(), model.flow))
      return usage("start from an earlier phase, or leave it out",
                   fmt::format("{} has no effect after phase '{}'", transformation.option,
                               phaseName(transformation.phase()).str()));
  return llvm::Error::success();
}

static llvm::Error readCode(CodeOptions &options) {
  if (auto error = readNumber(vectorBitsOption, 0, kAny, options.vectorBits))
    return error;
  if (!llvm::is_contained({128, 256, 512}, options.vectorBits))
    return usage("use 512, 256 or 128",
                 fmt::format("--vector-bits {} is not a vector width", options.vectorBits));
  options.cpu = cpuOption;
  if (auto processor = cpu::Processor::find(options.cpu); !processor)
    return processor.takeError();
  if (threadsRuntimeOption != "openmp" && threadsRuntimeOption != "none")
    return usage("use openmp or none",
                 fmt::format("--threads-runtime is '{}'", threadsRuntimeOption.getValue()));
  options.usesThreads = threadsRuntimeOption == "openmp";
  return llvm::Error::success();
}

/// Reads the caches that stay shares; the list is empty if they are to be found.
static llvm::Error readCaches(std::vector<std::string> &caches) {
  if (cachesOption == "auto")
    return llvm::Error::success();
  for (StringRef entry : llvm::split(cachesOption.getValue(), ',')) {
    if (cachesOption != "none" && !entry.contains('='))
      return usage(
          "use auto, none, or past_k_0=present_k_0,...",
          fmt::format("--caches has the entry '{}'; expected IN=OUT", entry.str()));
    caches.push_back(entry.str());
  }
  return llvm::Error::success();
}

/// Reads the options for a two-party program. Costs are compared with published ones,
/// whereas a twin shows what a model can achieve, for which `isBounded` is the default.
static llvm::Error readProtocol(bool isBounded, ProtocolOptions &options) {
  static constexpr int64_t kMaxNormScale = 256;
  if (auto error = readNumber(widthOption, 2, 128, options.width))
    return error;
  if (auto error = readNumber(fractionOption, 0, 127, options.fraction))
    return error;
  if (protocolOption.getNumOccurrences() > 0)
    for (StringRef name : llvm::split(protocolOption.getValue(), ',')) {
      if (llvm::is_contained(options.protocols, name))
        return usage("give each once",
                     fmt::format("--protocol names '{}' twice", name.str()));
      options.protocols.push_back(name.str());
    }
  for (const std::string &name : publicOptions) {
    if (llvm::is_contained(options.publicNames, name))
      return usage("give each once", fmt::format("--public names '{}' twice", name));
    options.publicNames.push_back(name);
  }
  options.hasFunctions = functionsOption.getNumOccurrences() > 0;
  options.hasNormScale = normScaleOption.getNumOccurrences() > 0;
  if (auto error = readCaches(options.caches))
    return error;
  if (auto error = readNumber(normScaleOption, 1, kMaxNormScale, options.normScale))
    return error;
  if (!isPowerOf2_64(options.normScale))
    return usage(
        "use 1, 2, 4, ..., 256",
        fmt::format("--norm-scale is {}; expected a power of two", options.normScale));
  options.isBounded = isBounded;
  if (functionsOption.getNumOccurrences() == 0)
    return llvm::Error::success();
  if (functionsOption != "published" && functionsOption != "bounded")
    return usage("use published or bounded",
                 fmt::format("--functions is '{}'", functionsOption.getValue()));
  options.isBounded = functionsOption == "bounded";
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Subcommands
//===----------------------------------------------------------------------===//

static llvm::Expected<Action> parseInspect() {
  InspectOptions options;
  Flow flow = isTwoPartyPhase(fromOption) ? Flow::TwoParty : Flow::Cpu;
  if (auto error = readModel("inspect", flow, options))
    return std::move(error);
  if (auto error = readChanges(options, /*isForShapes=*/true, options))
    return std::move(error);
  readOutput(options);
  if (auto error = checkForce(!options.dumpPhases.empty()))
    return std::move(error);
  return Action([options] { return inspect(options); });
}

static llvm::Expected<CompileOptions::Target> parseTarget() {
  if (targetOption != "cpu" && targetOption != "2pc" && targetOption != "mlir")
    return usage("use --target=cpu, --target=2pc or --target=mlir",
                 fmt::format("unknown target '{}'", targetOption.getValue()));
  return targetOption == "cpu"   ? CompileOptions::Target::Cpu
         : targetOption == "2pc" ? CompileOptions::Target::TwoParty
                                 : CompileOptions::Target::Mlir;
}

/// Rejects changes that a user's pipeline, or the last phase, leaves without effect.
static llvm::Error checkReached(const CompileOptions &options) {
  for (const Transformation &transformation : options.transformations) {
    if (!options.passPipeline.empty())
      return usage("add the passes that --print-pipeline shows to --pass-pipeline",
                   "--pass-pipeline replaces the phases; " + transformation.option +
                       " has no effect on it");
    std::string phase = phaseName(transformation.phase()).str();
    if (options.to && *findPhase(*options.to, options.flow) <
                          *findPhase(transformation.phase(), options.flow))
      return usage(
          "--to " + phase,
          fmt::format("{} has no effect before phase '{}', and --to ends with '{}'",
                      transformation.option, phase, phaseName(*options.to).str()));
  }
  return llvm::Error::success();
}

/// Rejects options for the code or for the parties that none of the phases uses.
static llvm::Error checkUsed(const CompileOptions &options) {
  struct Use {
    const cl::Option *option;
    Flow flow;
    PhaseKind first, last;
  };
  const Use uses[] = {
      {&cpuOption, Flow::Cpu, PhaseKind::Schedule, PhaseKind::Llvm},
      {&vectorBitsOption, Flow::Cpu, PhaseKind::Schedule, PhaseKind::Llvm},
      {&threadsRuntimeOption, Flow::Cpu, PhaseKind::Llvm, PhaseKind::Llvm},
      {&cachesOption, Flow::TwoParty, PhaseKind::Mpc, PhaseKind::Mpc},
      {&functionsOption, Flow::TwoParty, PhaseKind::Expand, PhaseKind::Expand},
      {&normScaleOption, Flow::TwoParty, PhaseKind::Expand, PhaseKind::Expand},
      {std::addressof(publicOptions), Flow::TwoParty, PhaseKind::Mpc, PhaseKind::Cost},
  };
  for (const Use &use : uses) {
    if (use.option->getNumOccurrences() == 0)
      continue;
    std::string name = "--" + use.option->ArgStr.str();
    if (use.flow != options.flow && options.flow == Flow::Cpu)
      return usage("add --target=2pc, or leave it out",
                   name + " has no effect on the CPU flow");
    if (use.flow != options.flow)
      return usage("leave it out", name + " has no effect on a two-party program");
    if (!options.passPipeline.empty())
      return usage("leave it out",
                   "--pass-pipeline replaces the phases; " + name + " has no effect on it");
    PhaseKind last = lastPhase(options);
    if (*findPhase(last, use.flow) < *findPhase(use.first, use.flow))
      return usage(fmt::format("--to {}, or leave it out", phaseName(use.first).str()),
                   fmt::format("{} has no effect before phase '{}'; the last one is '{}'",
                               name, phaseName(use.first).str(), phaseName(last).str()));
    // The processor is used once more when the last phase becomes a library.
    bool makesCode = options.target == CompileOptions::Target::Cpu &&
                     use.option != &threadsRuntimeOption;
    if (!makesCode && options.start() >= *findPhase(use.last, use.flow))
      return usage("start from an earlier phase, or leave it out",
                   fmt::format("{} has no effect after phase '{}'", name,
                               phaseName(use.last).str()));
  }
  return llvm::Error::success();
}

static llvm::Expected<Action> parseCompile() {
  CompileOptions options;
  if (auto error = readProtocol(/*isBounded=*/false, options))
    return std::move(error);
  auto target = parseTarget();
  if (!target)
    return target.takeError();
  options.target = *target;
  bool isTwoParty = options.target == CompileOptions::Target::TwoParty ||
                    (options.target == CompileOptions::Target::Mlir &&
                     (isTwoPartyPhase(fromOption) || isTwoPartyPhase(toOption)));
  Flow flow = isTwoParty ? Flow::TwoParty : Flow::Cpu;
  if (auto error = readModel("compile", flow, options))
    return std::move(error);
  auto to = parsePhase(toOption, flow);
  if (!to)
    return to.takeError();
  options.to = *to;
  options.passPipeline = pipelineOption;
  options.printPipeline = printPipelineOption;
  if (auto error = readChanges(options, /*isForShapes=*/false, options))
    return std::move(error);
  if (auto error = checkReached(options))
    return std::move(error);
  if (auto error = readCode(options))
    return std::move(error);
  readOutput(options);
  options.output = outputOption;
  if (auto error = checkForce(!options.output.empty() || !options.dumpPhases.empty()))
    return std::move(error);
  if (auto error = checkUsed(options))
    return std::move(error);
  if (options.output == "-" && options.json == "-")
    return usage("give one of them a file", "-o - and --json - both want stdout");
  return Action([options] { return compile(options); });
}

static llvm::Expected<Action> parseRun() {
  RunOptions options;
  if (auto error = readModel("run", Flow::Cpu, options))
    return std::move(error);
  if (auto error = readChanges(options, /*isForShapes=*/false, options))
    return std::move(error);
  if (auto error = readCode(options))
    return std::move(error);
  if (auto error = readNumber(repeatOption, 1, kAny, options.repeat))
    return std::move(error);
  if (auto error = readNumber(threadsOption, 0, TACIT_MAX_THREADS, options.threads))
    return std::move(error);
  if (StringRef(toleranceOption.getValue()).getAsDouble(options.tolerance) ||
      !(options.tolerance >= 0 && std::isfinite(options.tolerance)))
    return usage("give a number like 1e-4",
                 fmt::format("--tolerance is '{}'; expected a number of at least 0",
                             toleranceOption.getValue()));
  if (auto error = readPairs("input", inputOptions, options.inputs))
    return std::move(error);
  if (auto error = readPairs("expect", expectOptions, options.expected))
    return std::move(error);
  readOutput(options);
  options.inputsPath = inputsOption;
  options.outputDir = outputDirOption;
  options.isDynamic = dynamicOption;
  options.isReference = referenceOption;
  if (toleranceOption.getNumOccurrences() > 0 && options.expected.empty())
    return usage("add --expect NAME=FILE.npy",
                 "--tolerance has no effect without --expect");
  if (options.isReference && repeatOption.getNumOccurrences() > 0)
    return usage("leave it out", "--repeat has no effect on --reference, which runs once");
  if (StringRef(options.model).ends_with(".so"))
    for (const cl::Option *option : {&cpuOption, &vectorBitsOption})
      if (option->getNumOccurrences() > 0)
        return usage("give it to tacit compile",
                     fmt::format("--{} has no effect on a library", option->ArgStr.str()));
  if (auto error = checkForce(!options.dumpPhases.empty()))
    return std::move(error);
  return Action([options] { return run(options); });
}

/// Rejects options that only a twin uses.
static llvm::Error checkTwin(const EvalOptions &options) {
  StringRef from = fromOption.getValue();
  if (options.twin && !from.empty() && findPhase(from, Flow::Twin) &&
      *findPhase(from, Flow::Twin) > *findPhase(PhaseKind::Multiplier, Flow::Twin))
    return usage("start from an earlier phase",
                 fmt::format("--twin continues from the phase multiplier at the latest; "
                             "found --from {}",
                             from.str()));
  if (options.twin && options.protocols.size() > 1)
    return usage(
        "evaluate one after the other",
        fmt::format("--twin takes one protocol; found {}", options.protocols.size()));
  if (options.twin)
    return llvm::Error::success();
  for (const cl::Option *option : std::initializer_list<const cl::Option *>{
           &protocolOption, &widthOption, &fractionOption, &normScaleOption,
           &functionsOption, std::addressof(publicOptions)})
    if (option->getNumOccurrences() > 0)
      return usage("add --twin", fmt::format("--{} has no effect on eval without --twin",
                                             option->ArgStr.str()));
  return llvm::Error::success();
}

/// Reads what the models are evaluated on.
static llvm::Error readData(EvalOptions &options) {
  if (windowOption.getNumOccurrences() > 0) {
    auto window = parseSize("window", windowOption);
    if (!window)
      return window.takeError();
    options.window = *window;
  }
  if (auto error = readNumber(seedOption, 0, kAny, options.seed))
    return error;
  options.tokens = tokensOption;
  options.inputsPath = inputsOption;
  options.labels = labelsOption;
  if (!options.labels.empty() && (options.inputsPath.empty() || !options.tokens.empty()))
    return usage("add --inputs DIR, and leave --tokens out",
                 "--labels are those of the examples of --inputs");
  return llvm::Error::success();
}

static llvm::Expected<Action> parseEval() {
  EvalOptions options;
  options.twin = twinOption;
  if (auto error = readProtocol(/*isBounded=*/options.twin, options))
    return std::move(error);
  if (auto error = checkTwin(options))
    return std::move(error);
  if (auto error = readModel("eval", options.twin ? Flow::Twin : Flow::Cpu, options))
    return std::move(error);
  if (auto error = readChanges(options, /*isForShapes=*/false, options))
    return std::move(error);
  if (auto error = readCode(options))
    return std::move(error);
  if (auto error = readNumber(threadsOption, 0, TACIT_MAX_THREADS, options.threads))
    return std::move(error);
  if (auto error = readData(options))
    return std::move(error);
  readOutput(options);
  if (auto error = checkForce(!options.dumpPhases.empty()))
    return std::move(error);
  return Action([options] { return eval(options); });
}

/// Reads a single operation that replaces a model, and its size: --elements or --shape.
static llvm::Error readPrimitive(CostOptions &options) {
  std::optional<int64_t> elements;
  if (auto error = readNumber(elementsOption, 1, int64_t(1) << 40, elements))
    return error;
  options.primitive = primitiveOption;
  if (options.primitive.empty())
    return !elements ? llvm::Error::success()
                     : usage("add --primitive gelu, for example",
                             "--elements has no effect without --primitive");
  if (auto error = checkOnly(costCommand, "primitive",
                             {"primitive", "elements", "shape", "protocol", "network",
                              "width", "fraction", "functions", "norm-scale", "max-bytes",
                              "max-rounds", "json", "q", "v"}))
    return error;
  if (shapeOptions.size() + (elements ? 1 : 0) != 1)
    return usage("add --elements 1024, or --shape 128x64",
                 "--primitive needs its size exactly once");
  if (elements)
    options.primitiveShape = {*elements};
  for (const std::string &text : shapeOptions)
    for (StringRef dim : llvm::split(text, 'x')) {
      auto size = parseSize("shape", dim);
      if (!size)
        return size.takeError();
      options.primitiveShape.push_back(*size);
    }
  return refuseModel("primitive");
}

static llvm::Expected<Action> parseCost() {
  CostOptions options;
  if (auto error = readProtocol(/*isBounded=*/false, options))
    return std::move(error);
  if (auto error = readNumber(maxBytesOption, 0, kAny, options.maxBytes))
    return std::move(error);
  if (auto error = readNumber(maxRoundsOption, 0, kAny, options.maxRounds))
    return std::move(error);
  if (skipOption.getNumOccurrences() > 0)
    for (StringRef kind : llvm::split(skipOption.getValue(), ','))
      options.skip.push_back(kind.str());
  if (auto error = readPrimitive(options))
    return std::move(error);
  readOutput(options);
  options.network = networkOption;
  options.hasNetwork = networkOption.getNumOccurrences() > 0;
  if (listProtocolsOption) {
    if (auto error = refuseModel("list-protocols"))
      return std::move(error);
    if (auto error =
            checkOnly(costCommand, "list-protocols", {"list-protocols", "json", "q", "v"}))
      return std::move(error);
    return Action([options] { return listProtocols(options); });
  }
  options.flow = Flow::TwoParty;
  if (options.primitive.empty()) {
    if (auto error = readModel("cost", Flow::TwoParty, options))
      return std::move(error);
    if (auto error = readChanges(options, /*isForShapes=*/true, options))
      return std::move(error);
    if (auto error = checkForce(!options.dumpPhases.empty()))
      return std::move(error);
  }
  return Action([options] { return cost(options); });
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

/// tacit completion SHELL. It is no subcommand of LLVM's, because it has no options.
static llvm::Expected<Action> printCompletion(ArrayRef<cl::SubCommand *> commands,
                                              ArrayRef<char *> arguments) {
  if (arguments.size() != 1)
    return usage("tacit completion bash",
                 fmt::format("found {} words after 'completion'; expected one: bash, zsh "
                             "or fish",
                             arguments.size()));
  auto script = completionScript(arguments.front(), commands, category);
  if (!script)
    return script.takeError();
  outs() << *script;
  return Action();
}

static llvm::Expected<Action> readCommand() {
  if (inspectCommand)
    return parseInspect();
  if (compileCommand)
    return parseCompile();
  if (runCommand)
    return parseRun();
  if (evalCommand)
    return parseEval();
  if (costCommand)
    return parseCost();
  return Action(listPasses);
}

llvm::Expected<Action> tool::parseOptions(int argc, char **argv) {
  auto printVersion = [](raw_ostream &os) { os << version() << '\n'; };
  cl::SetVersionPrinter(printVersion);
  if (argc < 2)
    return usage("tacit inspect MODEL.onnx",
                 "no subcommand given\n\n" + kOverview.rtrim().str());
  StringRef first(argv[1]);
  if (first == "--help" || first == "-h" || first == "help") {
    outs() << kOverview;
    return Action();
  }
  if (first == "--version") {
    printVersion(outs());
    return Action();
  }
  cl::SubCommand *commands[] = {&inspectCommand, &compileCommand, &runCommand,
                                &evalCommand,    &passesCommand,  &costCommand};
  if (first == "completion")
    return printCompletion(commands, ArrayRef(argv, argc).drop_front(2));
  auto names = llvm::map_range(commands, [](auto *c) { return c->getName(); });
  auto found = llvm::find_if(commands, [&](auto *c) { return c->getName() == first; });
  if (found == std::end(commands))
    return usage(
        didYouMean(first, names, "tacit --help"),
        fmt::format("unknown subcommand '{}'; expected inspect, compile, run, eval, "
                    "cost or passes",
                    first.str()));

  // --mlir-print-ir-after accepts the names of registered passes. `tacit passes` lists only
  // ours.
  if (first != passesCommand.getName())
    registerAllPasses();
  registerMlirOptions();
  cl::SubCommand &command = **found;
  for (StringRef argument : ArrayRef(argv, argc).drop_front(2)) {
    if (argument == "--")
      break;
    if (argument == "--help" || argument == "-help" || argument == "-h") {
      printHelp(command, category, outs());
      return Action();
    }
    if (argument == "--version") {
      printVersion(outs());
      return Action();
    }
  }
  std::string text;
  raw_string_ostream os(text);
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &os))
    return usage(fmt::format("tacit {} --help", first.str()), tidy(text, command));
  if (auto error = checkGivenOnce(command))
    return std::move(error);
  elideWeights();

  return readCommand();
}
