//===- Subcommands.cpp - The options of each subcommand -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Subcommands.h"
#include "Bindings.h"
#include "Flags.h"
#include "OptionValues.h"
#include "SharedOptions.h"
#include "VainOptions.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Runtime/tacit_runtime.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace llvm;
using namespace tacit;
using namespace tacit::driver;
using namespace tacit::tool;

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
  PhaseKind last = PhaseKind::Raise;
  if (!options.transformations.empty())
    last = options.transformations.back().phase();
  if (auto error = checkDumps(options, last))
    return std::move(error);
  if (!options.dumpPhases.empty() && !options.from &&
      StringRef(options.model).ends_with(".mlir"))
    return usage("add --from PHASE, or leave it out",
                 "--dump-phases has no effect on a program that is shown as it is");
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
  if (auto error = checkPrinted(options))
    return std::move(error);
  if (auto error = readCode(options))
    return std::move(error);
  readOutput(options);
  options.output = outputOption;
  if (auto error = checkForce(!options.output.empty() || !options.dumpPhases.empty()))
    return std::move(error);
  if (auto error = checkUsed(options))
    return std::move(error);
  // A pipeline of the user is no phase; what is left to dump is the import.
  if (auto error = checkDumps(options, options.passPipeline.empty() ? lastPhase(options)
                                                                    : PhaseKind::Import))
    return std::move(error);
  if (options.output == "-" && options.json == "-")
    return usage("give one of them a file", "-o - and --json - both want stdout");
  return Action([options] { return compile(options); });
}

/// The files of TLS are all given, or none.
static llvm::Error readTls(PeerOptions &options) {
  const cl::opt<std::string> *all[] = {&tlsCertificateOption, &tlsKeyOption,
                                       &tlsAuthorityOption};
  SmallVector<std::string> missing;
  for (const cl::opt<std::string> *option : all)
    if (option->empty())
      missing.push_back("--" + option->ArgStr.str());
  if (llvm::none_of(all, [](auto *option) { return option->getNumOccurrences() > 0; }))
    return llvm::Error::success();
  if (!missing.empty())
    return usage("give all three, or none",
                 fmt::format("found no {}; expected a certificate, its key and an "
                             "authority to trust",
                             llvm::join(missing, " and no ")));
  options.tls = {tlsCertificateOption, tlsKeyOption, tlsAuthorityOption};
  return llvm::Error::success();
}

/// Reads the folder of a package, how long to wait for others, and how they are trusted.
static llvm::Error readPackage(StringRef command, std::string &package,
                               PeerOptions &options) {
  if (modelOptions.size() != 1 || modelOptions.front().empty())
    return usage(fmt::format("tacit {} PACKAGE", command.str()),
                 fmt::format("found {} packages; expected one folder, which tacit compile "
                             "--target=2pc -o DIR makes",
                             modelOptions.size()));
  package = modelOptions.front();
  if (auto error = readNumber(threadsOption, 0, TACIT_MAX_THREADS, options.threads))
    return error;
  if (StringRef(timeoutOption.getValue()).getAsDouble(options.patience) ||
      !(options.patience > 0 && std::isfinite(options.patience)))
    return usage("give a number like 60",
                 fmt::format("--timeout is '{}'; expected a number of seconds above 0",
                             timeoutOption.getValue()));
  return readTls(options);
}

static llvm::Expected<Action> parseDeal() {
  DealOptions options;
  if (auto error = readPackage("deal", options.package, options))
    return std::move(error);
  if (seedOption.getNumOccurrences() > 0)
    if (auto error = readNumber(seedOption, 0, kAny, options.seed))
      return std::move(error);
  if (auto error = readNumber(inferencesOption, 1, kAny, options.inferences))
    return std::move(error);
  readOutput(options);
  options.serve = serveOption;
  if (options.serve.empty() && timeoutOption.getNumOccurrences() > 0)
    return usage("add --serve HOST:PORT, or leave it out",
                 "--timeout has no effect without --serve: nobody is waited for");
  if (options.serve.empty() && options.tls)
    return usage("add --serve HOST:PORT, or leave them out",
                 "--tls-certificate has no effect without --serve: nobody connects");
  if (!options.serve.empty())
    for (auto [option, reason] :
         {std::pair(&seedOption, "what parties get over a network is never made twice"),
          std::pair(&inferencesOption,
                    "the parties say for how many runs they need material"),
          std::pair(&jsonOption, "the dealer serves until it is ended")})
      if (option->getNumOccurrences() > 0)
        return usage("leave it out", fmt::format("--{} has no effect on --serve: {}",
                                                 option->ArgStr.str(), reason));
  return Action([options] { return deal(options); });
}

/// Reads which party runs, and where the other one is.
static llvm::Error readParty(PartyOptions &options) {
  bool isServer = partyOption == "server";
  if (!isServer && partyOption != "client")
    return usage(
        "--party server, or --party client",
        fmt::format("--party is '{}'; expected server or client", partyOption.getValue()));
  options.party = isServer ? twoparty::Party::Server : twoparty::Party::Client;
  const cl::opt<std::string> &ours = isServer ? listenOption : connectOption,
                             &other = isServer ? connectOption : listenOption;
  if (ours.empty() || !other.empty())
    return usage(fmt::format("add --{} localhost:7000, for example, and only that",
                             ours.ArgStr.str()),
                 isServer ? "the server waits for the client at --listen HOST:PORT"
                          : "the client finds the server at --connect HOST:PORT");
  options.address = ours;
  return checkOnly(
      runCommand, isServer ? "party server" : "party client",
      isServer
          ? ArrayRef<StringRef>({"party", "listen", "dealer", "inferences", "state-in",
                                 "state-out", "dump-wires", "timeout", "tls-certificate",
                                 "tls-key", "tls-authority", "threads", "json", "force",
                                 "q", "v"})
          : ArrayRef<StringRef>({"party", "connect", "dealer", "inferences", "state-in",
                                 "state-out", "dump-wires", "timeout", "tls-certificate",
                                 "tls-key", "tls-authority", "threads", "input", "inputs",
                                 "output-dir", "json", "force", "q", "v"}));
}

static llvm::Expected<Action> parseParty() {
  PartyOptions options;
  if (auto error = readPackage("run", options.package, options))
    return std::move(error);
  if (auto error = readParty(options))
    return std::move(error);
  if (auto error = readNumber(inferencesOption, 1, kAny, options.inferences))
    return std::move(error);
  if (auto error = readPairs("input", inputOptions, options.inputs))
    return std::move(error);
  readOutput(options);
  options.dealer = dealerOption;
  options.inputsPath = inputsOption;
  options.outputDir = outputDirOption;
  options.stateIn = stateInOption;
  options.stateOut = stateOutOption;
  options.wires = dumpWiresOption;
  if (options.inferences > 1)
    for (const cl::opt<std::string> *option :
         {&stateInOption, &stateOutOption, &dumpWiresOption})
      if (option->getNumOccurrences() > 0)
        return usage("leave one of them out",
                     fmt::format("--{} is for one run, and --inferences is {}",
                                 option->ArgStr.str(), options.inferences));
  if (options.party == twoparty::Party::Client && options.dealer.empty() &&
      inferencesOption.getNumOccurrences() > 0)
    return usage("leave it out", "--inferences has no effect on a client without --dealer");
  return Action([options] { return runParty(options); });
}

static llvm::Expected<Action> parseRun() {
  if (partyOption.getNumOccurrences() > 0)
    return parseParty();
  for (const cl::Option *option :
       {&listenOption, &connectOption, &dealerOption, &inferencesOption, &stateInOption,
        &stateOutOption, &dumpWiresOption, &timeoutOption, &tlsCertificateOption,
        &tlsKeyOption, &tlsAuthorityOption})
    if (option->getNumOccurrences() > 0)
      return usage("add --party server or --party client, or leave it out",
                   fmt::format("--{} has no effect without --party", option->ArgStr.str()));
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
  if (options.isReference && options.expected.empty())
    for (const cl::Option *option : {&cpuOption, &vectorBitsOption, &threadsOption})
      if (option->getNumOccurrences() > 0)
        return usage("leave it out, or add --expect NAME=FILE.npy to run the code as well",
                     fmt::format("--{} has no effect on --reference, which runs no code",
                                 option->ArgStr.str()));
  if (StringRef(options.model).ends_with(".so"))
    for (const cl::Option *option : {&cpuOption, &vectorBitsOption})
      if (option->getNumOccurrences() > 0)
        return usage("give it to tacit compile",
                     fmt::format("--{} has no effect on a library", option->ArgStr.str()));
  if (auto error = checkForce(!options.dumpPhases.empty()))
    return std::move(error);
  bool runsCode = !options.isReference || !options.expected.empty();
  if (auto error = checkDumps(options, runsCode ? PhaseKind::Llvm : PhaseKind::Multiplier))
    return std::move(error);
  return Action([options] { return run(options); });
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
  options.wires = dumpWiresOption;
  bool isOwn = options.twin && protocolOption == "tacit";
  if (!options.wires.empty() && !isOwn)
    return usage("add --twin --protocol tacit, or leave it out",
                 "--dump-wires writes what the parties of 'tacit' exchange");
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
  if (auto error = checkDumps(options, PhaseKind::Llvm))
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
                              "max-rounds", "max-hops", "json", "q", "v"}))
    return error;
  if (shapeOptions.size() + (elements ? 1 : 0) != 1)
    return usage("add --elements 1024, or --shape 128x64",
                 "--primitive needs its size exactly once");
  if (elements)
    options.primitiveShapes = {{*elements}};
  for (StringRef text : shapeOptions)
    for (StringRef shape : llvm::split(text, ',')) {
      options.primitiveShapes.emplace_back();
      for (StringRef dim : llvm::split(shape, 'x')) {
        auto size = parseSize("shape", dim);
        if (!size)
          return size.takeError();
        options.primitiveShapes.back().push_back(*size);
      }
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
  if (auto error = readNumber(maxHopsOption, 0, kAny, options.maxHops))
    return std::move(error);
  if (auto error = readNames(skipOption, options.skip))
    return std::move(error);
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
    if (auto error = checkLate(options))
      return std::move(error);
    if (auto error = readChanges(options, /*isForShapes=*/true, options))
      return std::move(error);
    if (auto error = checkForce(!options.dumpPhases.empty()))
      return std::move(error);
  }
  return Action([options] { return cost(options); });
}

llvm::Expected<Action> tool::readCommand() {
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
  if (dealCommand)
    return parseDeal();
  return Action(listPasses);
}
