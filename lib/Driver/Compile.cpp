//===- Compile.cpp - tacit compile ----------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "Protocol.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Export/Schedule/Schedule.h"
#include "tacit/Pipelines/Pipelines.h"
#include "tacit/Report/Json.h"
#include "tacit/Runtime/LibraryWriter.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Files.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::report;

/// Where a compile to text ends if --to does not say: the model as nn operations, with
/// the changes that were asked for.
static std::string lastModelPhase(const Options &options) {
  return options.transformations.empty() ? "raise" : options.transformations.back().phase;
}

static llvm::Error printProgramTo(const Options &options, Compilation &compilation) {
  if (options.output == "-") {
    printProgram(compilation.program(), llvm::outs());
    return llvm::Error::success();
  }
  if (llvm::sys::fs::exists(options.output) &&
      !llvm::sys::fs::is_regular_file(options.output))
    // A pipe or a device: there is no place beside it.
    return writeFileAtomically(options.output, [&](llvm::raw_ostream &os) {
      printProgram(compilation.program(), os);
      return llvm::Error::success();
    });
  auto files = PhaseFiles::createBeside(options.output);
  if (!files)
    return files.takeError();
  if (auto error = (*files)->write(compilation.program(), options.output))
    return error;
  return (*files)->finish();
}

static int64_t sizeOf(const std::string &path) {
  uint64_t size = 0;
  return llvm::sys::fs::file_size(path, size) ? 0 : size;
}

/// What does not go together, whatever the model.
static llvm::Error checkCombination(const Options &options, llvm::StringRef last) {
  using Target = Options::Target;
  size_t from = options.from.empty() ? 0 : *findPhase(options.from, options.road);
  if (!options.passPipeline.empty() && !options.to.empty())
    return fail(ExitCode::Usage, "give one of them",
                "--pass-pipeline replaces the phases; --to has no effect on it");
  if (options.passPipeline.empty() && from > *findPhase(last, options.road))
    return fail(ExitCode::Usage, "add --to PHASE, one of: " + phaseNames(options.road),
                "the last phase, {}, lies before --from {}", last.str(), options.from);
  if (options.printPipeline)
    return llvm::Error::success();
  if (options.output.empty() && options.dumpPhases.empty())
    return fail(ExitCode::Usage,
                options.target == Target::Mlir  ? "add -o NAME.mlir, or -o - for stdout"
                : options.target == Target::Cpu ? "add -o NAME.so"
                                                : "add -o NAME.json, or -o NAME.mlir",
                "compile needs to know where the result goes");
  if (options.target == Target::Cpu && !options.to.empty())
    return fail(ExitCode::Usage, "add --target=mlir, or leave --to out",
                "a library comes after the last phase; --to stops before it");
  if (options.target != Target::Mlir && !options.passPipeline.empty())
    return fail(ExitCode::Usage, "add --target=mlir",
                "--pass-pipeline gives a program, not a {}",
                options.target == Target::Cpu ? "library" : "schedule");
  return llvm::Error::success();
}

static bool isJson(const Options &options) {
  return llvm::StringRef(options.output).ends_with(".json");
}

/// The same for --target=2pc.
static llvm::Error checkSchedule(const Options &options, llvm::StringRef last) {
  if (options.target != Options::Target::TwoParty || options.printPipeline)
    return llvm::Error::success();
  bool isProgram = llvm::StringRef(options.output).ends_with(".mlir");
  if (!options.output.empty() && !isProgram && !isJson(options))
    return fail(ExitCode::Usage, "-o NAME.json, or -o NAME.mlir",
                "a schedule is JSON or a program; -o is '{}'", options.output);
  if (isJson(options) && last != "cost")
    return fail(ExitCode::Usage, "leave --to out, or write -o NAME.mlir",
                "a schedule comes after the last phase; --to stops before it");
  return llvm::Error::success();
}

/// The one protocol that the phases behind mpc are run for.
static llvm::Expected<Protocol> protocolOf(const Options &options, llvm::StringRef last) {
  bool isNeeded = options.road == Road::TwoParty && options.passPipeline.empty() &&
                  *findPhase(last, options.road) > *findPhase("mpc", options.road);
  if (options.road == Road::Cpu &&
      (!options.protocols.empty() || options.width || options.fraction))
    return fail(ExitCode::Usage, "add --target=2pc, or leave it out",
                "--protocol, --width and --fraction have no effect on the CPU road");
  if (options.protocols.size() > 1 || (isNeeded && options.protocols.empty()))
    return fail(ExitCode::Usage, "add --protocol crypten, for example",
                "a schedule is made for one protocol; found {}", options.protocols.size());
  if (options.protocols.size() == 1)
    return chooseProtocol(options, options.protocols.front());
  Protocol protocol{nullptr, options};
  TwoPartyOptions &ring = protocol.options.twoParty;
  ring.width = options.width.value_or(ring.width);
  ring.fraction = options.fraction.value_or(ring.fraction);
  return protocol;
}

static llvm::Error writeSchedule(const Options &options, const Protocol &protocol,
                                 Compilation &compilation) {
  auto [width, fraction] = ringOf(compilation.program(), options);
  auto schedule = exportSchedule(compilation.program(),
                                 {options.model, protocol.suite->info(), width, fraction});
  if (!schedule)
    return schedule.takeError();
  return writeFileAtomically(options.output, [&](llvm::raw_ostream &os) {
    os << llvm::formatv("{0:2}\n", *schedule);
    return llvm::Error::success();
  });
}

static void printPipeline(const Options &options, llvm::StringRef last) {
  if (!options.passPipeline.empty()) {
    llvm::outs() << options.passPipeline << "\n";
    return;
  }
  cpu::Processor processor = cpu::Processor::host(options.vectorBits);
  size_t from = options.from.empty() ? 0 : *findPhase(options.from, options.road);
  llvm::outs() << pipelineText(from, *findPhase(last, options.road),
                               {processor.tileRows, processor.panelColumns,
                                processor.extendsF16, options.transformations, options.road,
                                options.twoParty})
               << "\n";
}

/// Runs the phases up to `last`, or the pipeline that was given instead.
static llvm::Error runPhases(const Options &options, llvm::StringRef last,
                             Compilation &compilation) {
  if (auto error = compilation.open())
    return error;
  // Two parties agree on sizes before they begin; the CPU takes them as they come.
  bool needsDimensions =
      options.road != Road::Cpu &&
      *findPhase(last, options.road) > *findPhase("multiplier", options.road);
  if (needsDimensions && options.passPipeline.empty())
    if (auto error = compilation.requireDimensions())
      return error;
  if (auto error = compilation.import(options.bindings))
    return error;
  if (auto error = options.passPipeline.empty()
                       ? compilation.advance(last)
                       : compilation.runPipeline(options.passPipeline))
    return error;
  return compilation.finish();
}

static llvm::Error makeLibrary(const Options &options, Compilation &compilation) {
  if (auto error = compilation.writeLibrary())
    return error;
  auto paths = libraryPaths(options.output);
  if (!paths)
    return paths.takeError();
  if (wantsText(options))
    llvm::outs() << fmt::format("{} ({} bytes), {} ({} bytes), {}\n"
                                "compiled in {:.2f} s, peak memory {:.0f} MB\n",
                                paths->library, sizeOf(paths->library), paths->weights,
                                sizeOf(paths->weights), paths->header,
                                compilation.elapsed(), peakMemory() / 1e6);
  return writeJson(options, llvm::json::Object{{"schema", 1},
                                               {"library", jsonText(paths->library)},
                                               {"header", jsonText(paths->header)},
                                               {"weights", jsonText(paths->weights)},
                                               {"library_bytes", sizeOf(paths->library)},
                                               {"weights_bytes", sizeOf(paths->weights)},
                                               {"compile_seconds", compilation.elapsed()},
                                               {"peak_rss_bytes", peakMemory()}});
}

llvm::Error driver::runCompile(const Options &given) {
  bool isLibrary = given.target == Options::Target::Cpu;
  std::string last = !given.to.empty()                           ? given.to
                     : given.target == Options::Target::Mlir     ? lastModelPhase(given)
                     : given.target == Options::Target::TwoParty ? "cost"
                                                                 : "llvm";
  if (auto error = checkCombination(given, last))
    return error;
  if (auto error = checkSchedule(given, last))
    return error;
  auto protocol = protocolOf(given, last);
  if (!protocol)
    return protocol.takeError();
  const Options &options = protocol->options;
  if (options.printPipeline) {
    printPipeline(options, last);
    return llvm::Error::success();
  }
  if (isLibrary && !options.output.empty())
    if (auto paths = libraryPaths(options.output); !paths)
      return paths.takeError();

  Compilation compilation(options);
  if (auto error = runPhases(options, last, compilation))
    return error;
  if (isLibrary && !options.output.empty())
    return makeLibrary(options, compilation);
  llvm::json::Value program = nullptr;
  if (!options.output.empty()) {
    program = jsonText(options.output);
    bool isSchedule = options.target == Options::Target::TwoParty && isJson(options);
    if (auto error = isSchedule ? writeSchedule(options, *protocol, compilation)
                                : printProgramTo(options, compilation))
      return error;
  }
  return writeJson(
      options, llvm::json::Object{{"schema", 1},
                                  {"program", std::move(program)},
                                  {"phase", phases(options.road)[compilation.phase()].name},
                                  {"compile_seconds", compilation.elapsed()},
                                  {"peak_rss_bytes", peakMemory()}});
}
