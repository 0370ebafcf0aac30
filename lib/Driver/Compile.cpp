//===- Compile.cpp - tacit compile ----------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "Output.h"
#include "Package.h"
#include "Protocol.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Export/Schedule/Schedule.h"
#include "tacit/Pipelines/Pipelines.h"
#include "tacit/Report/CompileReport.h"
#include "tacit/Runtime/LibraryWriter.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace tacit;
using namespace tacit::driver;

/// The default of --to if the result is text: the model as nn operations, with the
/// requested changes.
static PhaseKind lastModelPhase(const CompileOptions &options) {
  return options.transformations.empty() ? PhaseKind::Raise
                                         : options.transformations.back().phase();
}

/// Adds the program to the outputs; if it goes to stdout, it is printed at the end.
static llvm::Error printProgramTo(const CompileOptions &options, Compilation &compilation,
                                  OutputFiles &files) {
  if (options.output == "-")
    return llvm::Error::success();
  if (llvm::sys::fs::exists(options.output) &&
      !llvm::sys::fs::is_regular_file(options.output))
    // For a pipe or a device there is no place for files beside it.
    return files.write(options.output, /*mark=*/nullptr, [&](llvm::raw_ostream &os) {
      printProgram(compilation.program(), os);
      return llvm::Error::success();
    });
  auto program = PhaseFiles::createBeside(options.output, files);
  if (!program)
    return program.takeError();
  return (*program)->write(compilation.program(), options.output);
}

/// Rejects combinations of options, whatever the model is.
static llvm::Error checkCombination(const CompileOptions &options, PhaseKind last) {
  using Target = CompileOptions::Target;
  if (!options.passPipeline.empty() && options.to)
    return fail(ErrorKind::InvalidArgument, "give one of them",
                "--pass-pipeline replaces the phases; --to has no effect on it");
  if (options.passPipeline.empty() && options.start() > *findPhase(last, options.flow))
    return fail(ErrorKind::InvalidArgument,
                "add --to PHASE, one of: " + phaseNames(options.flow),
                "the last phase, {}, comes before --from {}", phaseName(last).str(),
                phaseName(*options.from).str());
  if (options.printPipeline)
    return llvm::Error::success();
  if (options.output.empty() && options.dumpPhases.empty())
    return fail(
        ErrorKind::InvalidArgument,
        options.target == Target::Mlir ? "add -o NAME.mlir, or -o - for stdout"
        : options.target == Target::Cpu
            ? "add -o NAME.so"
            : "add -o DIR for a package, -o NAME.json or -o NAME.mlir for a schedule",
        "compile needs to know where to write the result");
  if (options.target == Target::Cpu && options.to)
    return fail(ErrorKind::InvalidArgument, "add --target=mlir, or leave --to out",
                "a library is written after the last phase; --to stops before it");
  if (options.target != Target::Mlir && !options.passPipeline.empty())
    return fail(ErrorKind::InvalidArgument, "add --target=mlir",
                "--pass-pipeline gives a program, not a {}",
                options.target == Target::Cpu ? "library"
                : isPackage(options)          ? "package"
                                              : "schedule");
  return llvm::Error::success();
}

static bool isJson(const CompileOptions &options) {
  return llvm::StringRef(options.output).ends_with(".json");
}

/// A package is a folder, and ends with the code of the parties.
static llvm::Error checkPackage(const CompileOptions &options) {
  if (options.output == "-" || (llvm::sys::fs::exists(options.output) &&
                                !llvm::sys::fs::is_directory(options.output)))
    return fail(ErrorKind::InvalidArgument,
                "-o DIR for a package, -o NAME.json or -o NAME.mlir for a schedule",
                "a package is a folder; -o is '{}'", options.output);
  if (options.to)
    return fail(ErrorKind::InvalidArgument, "leave --to out, or write -o NAME.mlir",
                "a package is written after the last phase; --to stops before it");
  return llvm::Error::success();
}

/// Does the same for --target=2pc.
static llvm::Error checkSchedule(const CompileOptions &options, PhaseKind last) {
  if (options.target != CompileOptions::Target::TwoParty || options.printPipeline)
    return llvm::Error::success();
  if (isPackage(options))
    return checkPackage(options);
  bool isProgram = llvm::StringRef(options.output).ends_with(".mlir");
  if (!options.output.empty() && !isProgram && !isJson(options))
    return fail(ErrorKind::InvalidArgument,
                "-o NAME.json or -o NAME.mlir; -o DIR for a package that runs",
                "a schedule is JSON or a program; -o is '{}'", options.output);
  if (isJson(options) && last != PhaseKind::Cost)
    return fail(ErrorKind::InvalidArgument, "leave --to out, or write -o NAME.mlir",
                "a schedule is written after the last phase; --to stops before it");
  return llvm::Error::success();
}

/// Returns the single protocol for which the phases after mpc are run.
static llvm::Expected<Protocol> protocolOf(const CompileOptions &options, PhaseKind last) {
  if (isPackage(options)) {
    auto twoParty = packageOptions(options);
    if (!twoParty)
      return twoParty.takeError();
    return Protocol{nullptr, *twoParty};
  }
  bool isNeeded = options.flow == Flow::TwoParty && options.passPipeline.empty() &&
                  *findPhase(last, options.flow) > *findPhase(PhaseKind::Mpc, options.flow);
  if (options.protocols.size() > 1 || (isNeeded && options.protocols.empty()))
    return fail(ErrorKind::InvalidArgument, "add --protocol crypten, for example",
                "a schedule is made for one protocol; found {}", options.protocols.size());
  if (options.protocols.size() == 1) {
    auto protocol = chooseProtocol(options, options.protocols.front(), options.start());
    if (protocol)
      if (auto error = checkObeyed(options, *protocol))
        return std::move(error);
    return protocol;
  }
  return Protocol{nullptr, twoPartyOptions(options)};
}

static llvm::Error writeSchedule(const CompileOptions &options, const Protocol &protocol,
                                 Compilation &compilation, OutputFiles &files) {
  auto [width, fraction] = ringOf(compilation.program(), protocol.twoParty);
  auto schedule = exportSchedule(compilation.program(),
                                 {options.model, protocol.suite->info(), width, fraction});
  if (!schedule)
    return schedule.takeError();
  return files.write(options.output, isScheduleFile, [&](llvm::raw_ostream &os) {
    os << llvm::formatv("{0:2}\n", *schedule);
    return llvm::Error::success();
  });
}

static void printPipeline(const CompileOptions &options, const TwoPartyOptions &twoParty,
                          PhaseKind last) {
  if (!options.passPipeline.empty()) {
    llvm::outs() << options.passPipeline << "\n";
    return;
  }
  cpu::Processor processor =
      llvm::cantFail(cpu::Processor::find(options.cpu, options.vectorBits));
  mlir::OpPassManager manager(mlir::ModuleOp::getOperationName());
  buildPipeline(manager, options.start(), *findPhase(last, options.flow),
                {processor.tileRows, processor.panelColumns, processor.extendsF16,
                 options.transformations, options.flow, twoParty, options.usesThreads});
  manager.printAsTextualPipeline(llvm::outs());
  llvm::outs() << "\n";
}

static bool isSchedule(const CompileOptions &options) {
  return options.target == CompileOptions::Target::TwoParty && isJson(options);
}

/// --from reads files of this name only, and each has a name of its own for the weights.
static llvm::Error checkProgramName(const std::string &output) {
  bool isFile = !llvm::sys::fs::exists(output) || llvm::sys::fs::is_regular_file(output);
  if (!isFile || llvm::StringRef(output).ends_with(".mlir"))
    return llvm::Error::success();
  return fail(ErrorKind::InvalidArgument, "-o NAME.mlir, or -o - for stdout",
              "a program is written to NAME.mlir, with NAME.weights.bin beside it; -o is "
              "'{}'",
              output);
}

/// Says early which outputs must not be written.
static llvm::Error checkOutputs(const CompileOptions &options, OutputFiles &files) {
  if (options.output.empty() || options.output == "-" || isPackage(options))
    return llvm::Error::success();
  if (isSchedule(options))
    return files.check(options.output, isScheduleFile);
  if (options.target != CompileOptions::Target::Cpu) {
    if (auto error = files.check(options.output, isProgramFile))
      return error;
    if (auto error = checkProgramName(options.output))
      return error;
    return files.check(weightsBeside(options.output), isProgramWeights);
  }
  auto paths = libraryPaths(options.output);
  return paths ? checkLibraryOutputs(*paths, files) : paths.takeError();
}

/// Opens and imports the model.
static llvm::Error begin(const CompileOptions &options, PhaseKind last, Session &session,
                         OutputFiles &files) {
  if (auto error = session.open(!options.transformations.empty()))
    return error;
  if (auto error = checkOutputs(options, files))
    return error;
  // Two parties agree on sizes before they begin; the CPU takes them at run time.
  bool needsDimensions =
      options.flow != Flow::Cpu &&
      *findPhase(last, options.flow) > *findPhase(PhaseKind::Multiplier, options.flow);
  if (needsDimensions && options.passPipeline.empty())
    if (auto error = session.requireDimensions())
      return error;
  return session.import(options.bindings);
}

static llvm::Error makeLibrary(const CompileOptions &options, Compilation &compilation,
                               OutputFiles &files) {
  auto parts = compilation.writeLibrary(options.output, files);
  if (!parts)
    return parts.takeError();
  auto paths = libraryPaths(options.output);
  if (!paths)
    return paths.takeError();
  report::LibraryReport report{paths->library,
                               paths->header,
                               paths->weights,
                               static_cast<int64_t>(files.sizeOf(paths->library)),
                               static_cast<int64_t>(files.sizeOf(paths->weights)),
                               compilation.elapsed(),
                               peakMemory(),
                               parts->features,
                               parts->usesOpenMP};
  return finish(options, files, report);
}

/// Returns the bytes of the files of a folder that are outputs.
static int64_t bytesOf(llvm::ArrayRef<std::string> libraries, const OutputFiles &files) {
  int64_t bytes = 0;
  for (const std::string &library : libraries) {
    bytes += files.sizeOf(library);
    if (auto paths = libraryPaths(library))
      bytes += files.sizeOf(paths->weights);
    else
      llvm::consumeError(paths.takeError());
  }
  return bytes;
}

static llvm::Error makePackage(const CompileOptions &options, const Protocol &protocol,
                               Session &session, Compilation &compilation,
                               OutputFiles &files) {
  auto schedule = writePackage(compilation, options, protocol.twoParty, files);
  if (!schedule)
    return schedule.takeError();
  session.finish();
  PackagePaths paths(options.output);
  report::PackageReport report{llvm::StringRef(options.output).rtrim('/').str(),
                               std::move(*schedule),
                               bytesOf({paths.party, paths.dealer}, files) +
                                   static_cast<int64_t>(files.sizeOf(paths.schedule)),
                               bytesOf({paths.inputs, paths.outputs}, files),
                               bytesOf({paths.constants}, files),
                               compilation.elapsed(),
                               peakMemory()};
  return finish(options, files, report);
}

static llvm::Error writeProgram(const CompileOptions &options, const Protocol &protocol,
                                Compilation &compilation, OutputFiles &files) {
  if (!options.output.empty())
    if (auto error = isSchedule(options)
                         ? writeSchedule(options, protocol, compilation, files)
                         : printProgramTo(options, compilation, files))
      return error;
  report::ProgramReport report{options.output,
                               static_cast<int64_t>(files.sizeOf(options.output)),
                               phases(options.flow)[compilation.phase()].name.str(),
                               compilation.elapsed(), peakMemory()};
  return finish(options, files, toJson(report), [&](llvm::raw_ostream &os) {
    if (options.output == "-")
      printProgram(compilation.program(), os);
    // A program is asked for by name, like the output of tacit-opt.
    if (options.target == CompileOptions::Target::TwoParty)
      printText(report, os);
  });
}

PhaseKind driver::lastPhase(const CompileOptions &options) {
  if (options.to)
    return *options.to;
  switch (options.target) {
  case CompileOptions::Target::Cpu:
    return PhaseKind::Llvm;
  case CompileOptions::Target::TwoParty:
    return isPackage(options) ? PhaseKind::Messages : PhaseKind::Cost;
  case CompileOptions::Target::Mlir:
    return lastModelPhase(options);
  }
  llvm_unreachable("a target that is none of those");
}

llvm::Error driver::compile(const CompileOptions &options) {
  PhaseKind last = lastPhase(options);
  if (auto error = checkCombination(options, last))
    return error;
  if (auto error = checkSchedule(options, last))
    return error;
  auto protocol = protocolOf(options, last);
  if (!protocol)
    return protocol.takeError();
  if (options.printPipeline) {
    printPipeline(options, protocol->twoParty, last);
    return llvm::Error::success();
  }
  bool isLibrary = options.target == CompileOptions::Target::Cpu && !options.output.empty();
  if (isLibrary)
    if (auto paths = libraryPaths(options.output); !paths)
      return paths.takeError();

  OutputFiles files(options.force, kForceOption);
  Session session(options, options, Purpose::Code, files);
  if (auto error = begin(options, last, session, files))
    return error;
  Compilation compilation(
      session, {options.flow, options.transformations, protocol->twoParty, options});
  if (auto error = options.passPipeline.empty()
                       ? compilation.advance(isPackage(options) ? PhaseKind::Mpc : last)
                       : compilation.runPipeline(options.passPipeline))
    return error;
  if (isPackage(options))
    return makePackage(options, *protocol, session, compilation, files);
  session.finish();
  return isLibrary ? makeLibrary(options, compilation, files)
                   : writeProgram(options, *protocol, compilation, files);
}
