//===- Deal.cpp - tacit deal ----------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include "Output.h"
#include "Package.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Report/PartyReport.h"
#include "tacit/Runtime/TwoParty/DealerService.h"
#include "tacit/Runtime/TwoParty/MaterialFolder.h"

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::twoparty;

/// Writes material into the folders of both parties.
static llvm::Error dealIntoPackage(const driver::DealOptions &options,
                                   const PackagePaths &paths, const Schedule &schedule,
                                   Executable &program) {
  DealingSeeds seeds =
      options.seed ? DealingSeeds::fromNumber(*options.seed) : DealingSeeds::random();
  auto start = std::chrono::steady_clock::now();
  ProgressMeter meter(options, "inference", options.inferences);
  twoparty::DealOptions dealing;
  dealing.inferences = options.inferences;
  dealing.threads = options.threads;
  dealing.progress = [&](int64_t) { meter.advance(); };
  if (auto error = dealIntoFolders(schedule, program, seeds, dealing, paths.clientFolder,
                                   paths.serverFolder))
    return error;
  OutputFiles files;
  report::DealReport report{schedule.package, seeds.number.text(), options.inferences,
                            schedule.forecast().offline, secondsSince(start)};
  return finish(options, files, report);
}

/// Deals for parties that connect, until the process is ended.
static llvm::Error serve(const driver::DealOptions &options, const Tls *tls,
                         const Schedule &schedule, Executable &program) {
  auto listener = Listener::listenAt(options.serve, tls);
  if (!listener)
    return listener.takeError();
  if (!options.quiet)
    llvm::errs() << fmt::format("dealing for package {} at port {}\n", schedule.package,
                                (*listener)->port());
  DealerOptions dealing;
  dealing.patience.silence = options.patience;
  dealing.threads = options.threads;
  dealing.onDealt = [&](const DealingNumber &number, int64_t bytes) {
    if (!options.quiet)
      llvm::errs() << fmt::format("dealing {}: {} B\n", number.text(), bytes);
  };
  dealing.onFailure = [](llvm::Error error) { reportError(std::move(error)); };
  return serveDealer(schedule, program, **listener, dealing);
}

llvm::Error driver::deal(const driver::DealOptions &options) {
  PackagePaths paths(options.package);
  std::unique_ptr<Tls> tls;
  if (options.tls)
    if (auto error = Tls::load(*options.tls).moveInto(tls))
      return error;
  auto schedule = readSchedule(paths.schedule, {paths.party, paths.dealer});
  if (!schedule)
    return schedule.takeError();
  auto program = Executable::loadLibrary(paths.dealer);
  if (!program)
    return program.takeError();
  return options.serve.empty() ? dealIntoPackage(options, paths, *schedule, **program)
                               : serve(options, tls.get(), *schedule, **program);
}
