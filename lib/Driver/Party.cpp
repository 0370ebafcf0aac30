//===- Party.cpp - tacit run --party --------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inputs.h"
#include "Output.h"
#include "Package.h"
#include "Results.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Report/PartyReport.h"
#include "tacit/Runtime/TwoParty/DealerService.h"
#include "tacit/Runtime/TwoParty/MaterialFolder.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include <cstdlib>

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::twoparty;

namespace {
/// One party of a package: everything that its inferences have in common.
class PackageParty {
public:
  PackageParty(const PartyOptions &options)
      : options(options), paths(options.package), files(options.force, kForceOption) {
    patience.silence = options.patience;
    patience.connect = std::min(patience.connect, options.patience);
  }

  llvm::Error open();
  llvm::Error readCertificates();
  llvm::Error runClient();
  llvm::Error runServer();

private:
  llvm::Expected<NamedTensors> readClientInputs(Executable &encoder);
  llvm::Expected<std::vector<HostTensor>> encodeInputs(Executable &encoder);
  llvm::Expected<PartyResults> runOnce(llvm::ArrayRef<HostTensor> arguments,
                                       Channel &channel);
  llvm::Error decode(const PartyResults &results);
  llvm::Error finish();

  const PartyOptions &options;
  PackagePaths paths;
  OutputFiles files;
  Patience patience;
  std::unique_ptr<Tls> tls; ///< null to leave connections open
  Schedule schedule;
  std::unique_ptr<Executable> program;
  std::unique_ptr<MaterialFolder> material;
  std::optional<StateShares> state;
  /// The client's, in the order of the model.
  std::vector<HostTensor> inputs;
  std::unique_ptr<report::PartyReport> report;
};
} // namespace

/// Caches without a position hold nothing: a run begins with them.
static bool hasState(const Schedule &schedule) {
  return llvm::any_of(schedule.arguments, [](const Argument &argument) {
    return argument.kind == Argument::Kind::State && argument.words() > 0;
  });
}

/// The shares of caches without a position.
static StateShares emptyState(const Schedule &schedule) {
  StateShares state;
  for (const Argument &argument : schedule.arguments) {
    if (argument.kind != Argument::Kind::State)
      continue;
    state.names.push_back(argument.name);
    state.shares.push_back({TACIT_I64, argument.shape, {}});
  }
  return state;
}

static bool leavesState(const Schedule &schedule) {
  return llvm::any_of(schedule.results, [](const Result &result) {
    return result.kind == Result::Kind::State;
  });
}

llvm::Error PackageParty::readCertificates() {
  if (!options.tls)
    return llvm::Error::success();
  return Tls::load(*options.tls).moveInto(tls);
}

/// Reads what both parties have, and checks what is asked of this one.
llvm::Error PackageParty::open() {
  if (auto error = readCertificates())
    return error;
  auto read = readSchedule(paths.schedule, {paths.party, paths.dealer});
  if (!read)
    return read.takeError();
  schedule = std::move(*read);
  report.reset(new report::PartyReport{options.party, schedule, {}, {}, options.verbose});
  if (hasState(schedule) && options.stateIn.empty())
    return fail(ErrorKind::InvalidArgument, "add --state-in FILE, as a run before left it",
                "the model of this package continues from caches, of which each party has "
                "shares; there is no file of them");
  if (!hasState(schedule) && !options.stateIn.empty())
    return fail(ErrorKind::InvalidArgument, "leave it out",
                "--state-in has no effect: the model of this package takes no caches");
  if (!leavesState(schedule) && !options.stateOut.empty())
    return fail(ErrorKind::InvalidArgument, "leave it out",
                "--state-out has no effect: the model of this package leaves no caches");
  if (!options.stateOut.empty())
    if (auto error = files.check(options.stateOut, isStateFile))
      return error;
  if (!options.stateIn.empty()) {
    auto shares = readState(options.stateIn, options.party, schedule);
    if (!shares)
      return shares.takeError();
    state = std::move(*shares);
  } else if (StateShares empty = emptyState(schedule); !empty.names.empty()) {
    state = std::move(empty);
  }
  // OpenMP reads this when the library is loaded. Its threads would otherwise spin while
  // the party waits for messages, on cores that the other one may need.
  setenv("OMP_WAIT_POLICY", "passive", /*overwrite=*/0);
  auto code = Executable::loadLibrary(paths.party);
  if (!code)
    return code.takeError();
  program = std::move(*code);
  material = std::make_unique<MaterialFolder>(paths.folderOf(options.party), options.party,
                                              schedule);
  return llvm::Error::success();
}

llvm::Expected<PartyResults> PackageParty::runOnce(llvm::ArrayRef<HostTensor> arguments,
                                                   Channel &channel) {
  ProgressMeter meter(options, "hop", schedule.hops.size());
  PartyTask task{schedule, options.party, *program, arguments};
  task.state = state ? &*state : nullptr;
  task.threads = options.threads;
  task.progress = [&](size_t) { meter.advance(); };
  if (!options.dealer.empty())
    task.askDealer = [&](const DealingNumber &dealing, int64_t inferences) -> llvm::Error {
      return fetchMaterial(options.dealer, schedule, options.party, dealing, inferences,
                           material->path(), patience, tls.get())
          .takeError();
    };
  task.dealInferences = options.inferences;
  llvm::raw_fd_ostream *wires = nullptr;
  if (!options.wires.empty()) {
    auto file = files.begin(options.wires);
    if (!file)
      return file.takeError();
    wires = *file;
    task.observer = [this, wires](const Exchanged &words) {
      writeWires(options.party, words, *wires);
    };
  }
  auto results = twoparty::runParty(task, *material, channel);
  if (!results)
    return results;
  report->runs.push_back(results->report);
  if (!options.stateOut.empty())
    if (auto error = writeState(options.stateOut, options.party, schedule, results->state))
      return std::move(error);
  return results;
}

llvm::Error PackageParty::finish() { return driver::finish(options, files, *report); }

//===----------------------------------------------------------------------===//
// The client
//===----------------------------------------------------------------------===//

llvm::Expected<NamedTensors> PackageParty::readClientInputs(Executable &encoder) {
  auto given = readTensors(options.inputs);
  if (!given)
    return given.takeError();
  std::vector<std::string> names = namesOf(inputsOf(encoder.description()));
  if (!options.inputsPath.empty()) {
    auto rest = readInputs(options.inputsPath, names);
    if (!rest)
      return rest.takeError();
    for (auto &[name, tensor] : *rest)
      if (!findTensor(*given, name))
        given->emplace_back(name, std::move(tensor));
  }
  if (auto error = checkNames("input", *given, names, /*all=*/true,
                              "the model of this package has " + llvm::join(names, ", ")))
    return std::move(error);
  return given;
}

llvm::Expected<std::vector<HostTensor>> PackageParty::encodeInputs(Executable &encoder) {
  auto given = readClientInputs(encoder);
  if (!given)
    return given.takeError();
  for (const tacit_io &input : inputsOf(encoder.description()))
    inputs.push_back(*findTensor(*given, input.name));
  auto words = encoder.run(inputs, options.threads);
  if (words)
    if (auto error = checkWords(schedule, Party::Client, *words))
      return std::move(error);
  return words;
}

/// Computes the outputs of the model from its inputs and from what was revealed.
llvm::Error PackageParty::decode(const PartyResults &results) {
  auto decoder = Executable::loadLibrary(paths.outputs);
  if (!decoder)
    return decoder.takeError();
  std::vector<HostTensor> known = inputs;
  known.insert(known.end(), results.revealed.begin(), results.revealed.end());
  auto outputs = (*decoder)->run(known, options.threads);
  if (!outputs)
    return outputs.takeError();
  auto written = writeOutputs(
      options.outputDir, namesOf(outputsOf((*decoder)->description())), *outputs, files);
  if (!written)
    return written.takeError();
  report->outputs = std::move(*written);
  return llvm::Error::success();
}

llvm::Error PackageParty::runClient() {
  auto encoder = Executable::loadLibrary(paths.inputs);
  if (!encoder)
    return encoder.takeError();
  auto arguments = encodeInputs(**encoder);
  if (!arguments)
    return arguments.takeError();
  auto transport = connectTo(options.address, "the server", patience, tls.get());
  if (!transport)
    return transport.takeError();
  Channel channel(std::move(*transport), fmt::format("the server at '{}'", options.address),
                  patience);
  auto results = runOnce(*arguments, channel);
  if (!results)
    return results.takeError();
  if (auto error = decode(*results))
    return error;
  return finish();
}

//===----------------------------------------------------------------------===//
// The server
//===----------------------------------------------------------------------===//

llvm::Error PackageParty::runServer() {
  auto constants = Executable::loadLibrary(paths.constants);
  if (!constants)
    return constants.takeError();
  auto arguments = (*constants)->run({}, options.threads);
  if (!arguments)
    return arguments.takeError();
  (*constants).reset();
  if (auto error = checkWords(schedule, Party::Server, *arguments))
    return error;
  auto listener = Listener::listenAt(options.address, tls.get());
  if (!listener)
    return listener.takeError();
  if (!options.quiet)
    llvm::errs() << fmt::format("serving package {} at port {}\n", schedule.package,
                                (*listener)->port());
  auto run = [&](Channel &channel) { return runOnce(*arguments, channel).takeError(); };
  auto failed = [](llvm::Error error) { reportError(std::move(error)); };
  if (auto error = serveClients(**listener, patience, options.inferences, run, failed))
    return error;
  return finish();
}

llvm::Error driver::runParty(const PartyOptions &options) {
  PackageParty party(options);
  if (auto error = party.open())
    return error;
  return options.party == Party::Client ? party.runClient() : party.runServer();
}
