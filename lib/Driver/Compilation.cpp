//===- Compilation.cpp - One model on its way through the phases ----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "tacit/Cost/Primitive.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/InitAll/InitAll.h"
#include "tacit/Pipelines/Pipelines.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Files.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <sys/resource.h>
#include <unistd.h>

using namespace mlir;
using namespace tacit;
using namespace tacit::driver;

Compilation::Compilation(const Options &options)
    : options(options), remarks(options.verbose && !options.isAside),
      target(cpu::Processor::host(options.vectorBits)),
      start(std::chrono::steady_clock::now()) {
  DialectRegistry registry;
  registerAllDialects(registry);
  // One function, one thread: a pool would only cost its start.
  context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadDialect<mlir::func::FuncDialect, mpc::MPCDialect, nn::NNDialect>();
  static bool once = (registerAllPasses(), true);
  (void)once;
}

Compilation::~Compilation() = default;

double Compilation::elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void Compilation::progress(StringRef what) {
  if (options.quiet || options.isAside || !isatty(STDERR_FILENO))
    return;
  llvm::errs() << llvm::format("[%zu/%zu] %-10s %6.2f s\n", reached + 1,
                               phases(options.road).size(), what.str().c_str(), elapsed());
}

//===----------------------------------------------------------------------===//
// Opening
//===----------------------------------------------------------------------===//

llvm::Error Compilation::open() {
  bool isProgram = StringRef(options.model).ends_with(".mlir");
  // To look at a program as it is, nobody has to know where it comes from.
  bool isLook = options.subcommand == Subcommand::Inspect;
  if (isProgram && options.from.empty() && !(isLook && options.transformations.empty()))
    return fail(ExitCode::Usage, "add --from PHASE, one of: " + phaseNames(options.road),
                "'{}' is a program; which phase made it?", options.model);
  if (!isProgram && !options.from.empty())
    return fail(ExitCode::Usage, "give NN-PHASE.mlir as --dump-phases wrote it",
                "--from goes on from a program, and '{}' does not end in .mlir",
                options.model);
  if (!isProgram) {
    auto opened = OnnxModel::open(options.model);
    if (!opened)
      return opened.takeError();
    model = std::move(*opened);
    return llvm::Error::success();
  }
  if (!options.bindings.dims.empty() || !options.bindings.shapes.empty() ||
      !options.bindings.constants.empty())
    return fail(ExitCode::Usage, "pin dimensions when importing the ONNX file",
                "--dim, --shape and --value have no effect on a program");
  llvm::Expected<OwningOpRef<ModuleOp>> program = OwningOpRef<ModuleOp>();
  llvm::consumeError(program.takeError());
  guard(
      [&] { program = readProgram(options.model, context.get(), options.needsWeights()); },
      [&] {
        return fail(ExitCode::BadInput, "dump the phase again",
                    "'{}' is not a program: MLIR crashed when it read it", options.model);
      });
  if (!program)
    return program.takeError();
  module = std::move(*program);
  if (options.from.empty())
    return llvm::Error::success();
  reached = *findPhase(options.from, options.road);
  if (options.road == Road::TwoParty)
    return reached >= *findPhase("mpc", options.road) ? checkShares()
                                                      : llvm::Error::success();
  // From here on the interface says how large the buffers of inputs and outputs are.
  return reached >= *findPhase("check") ? cpu::checkInterface(*module)
                                        : llvm::Error::success();
}

/// A program that has not come so far would seem to cost nothing.
llvm::Error Compilation::checkShares() const {
  bool hasShares = false;
  module.get()->walk([&](Operation *op) {
    hasShares |= isa_and_present<mpc::MPCDialect>(op->getDialect());
  });
  if (hasShares)
    return llvm::Error::success();
  return fail(ExitCode::BadInput, "start from the phase that made it",
              "'{}' has no operation on shares; expected a program as phase '{}' leaves it",
              options.model, options.from);
}

llvm::Error Compilation::openPrimitive() {
  std::vector<int64_t> shape = options.primitiveShape;
  if (options.elements)
    shape = {*options.elements};
  auto primitive = cost::makePrimitive(options.primitive, shape, options.twoParty.width,
                                       options.twoParty.fraction, context.get());
  if (!primitive)
    return primitive.takeError();
  module = std::move(*primitive);
  reached = *findPhase("mpc", options.road);
  return llvm::Error::success();
}

llvm::Error Compilation::requireDimensions() const {
  if (!model)
    return llvm::Error::success();
  std::vector<std::string> missing;
  for (const OnnxValue &input : model->inputs()) {
    if (options.bindings.shapes.count(input.name) ||
        options.bindings.constants.count(input.name))
      continue;
    for (const OnnxDim &dim : input.dims)
      if (dim.size < 0 && !options.bindings.dims.count(dim.name) &&
          !llvm::is_contained(missing, dim.name))
        missing.push_back(dim.name);
  }
  if (missing.empty())
    return llvm::Error::success();
  std::string hint;
  for (const std::string &name : missing)
    hint += (hint.empty() ? "--dim " : " --dim ") + name + "=N";
  return fail(ExitCode::Usage, hint,
              "the model leaves {} free: {}; a schedule needs every dimension",
              missing.size() == 1 ? "a dimension" : "dimensions",
              llvm::join(missing, ", "));
}

llvm::Error Compilation::import(const DimBindings &bindings) {
  if (!model)
    return llvm::Error::success();
  progress("import");
  auto imported = model->import(context.get(), bindings, options.needsWeights());
  if (!imported)
    return imported.takeError();
  module = std::move(*imported);
  reached = 0;
  return dump();
}

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

/// The program before a failed phase, for a report. Returns the file's name.
static std::string writeReproducer(StringRef program, StringRef pipeline) {
  llvm::SmallString<128> path;
  if (llvm::sys::fs::createTemporaryFile("tacit-reproducer", "mlir", path))
    return "";
  llvm::Error error = writeFileAtomically(path, [&](llvm::raw_ostream &os) {
    os << "// tacit-opt --pass-pipeline='" << pipeline << "'\n" << program;
    return llvm::Error::success();
  });
  if (!error)
    return path.str().str();
  llvm::consumeError(std::move(error));
  return "";
}

llvm::Error Compilation::phaseFailed(StringRef before, StringRef pipeline, StringRef name,
                                     bool isOurs, const std::string &messages) const {
  if (!isOurs || !model)
    return fail(ExitCode::BadInput, "mend the program or the pipeline", "{} failed:\n  {}",
                isOurs ? "phase '" + name.str() + "'" : "the pipeline", messages);
  std::string file = writeReproducer(before, pipeline);
  return fail(ExitCode::Internal,
              file.empty() ? std::string("report this") : "report this with " + file,
              "phase '{}' failed, which is a fault of the compiler:\n  {}", name.str(),
              messages);
}

llvm::Error Compilation::runPasses(StringRef pipeline, StringRef name, bool isOurs) {
  PassManager manager(context.get());
  std::string messages;
  auto collect = [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return;
    llvm::raw_string_ostream os(messages);
    if (!messages.empty())
      os << "\n  ";
    os << describe(diagnostic.getLocation()) << diagnostic;
    for (Diagnostic &note : diagnostic.getNotes())
      if (!StringRef(note.str()).starts_with("see current operation"))
        os << " (" << note << ")";
  };
  ScopedDiagnosticHandler handler(context.get(), collect);
  bool listens = options.verbose || !options.transformations.empty() ||
                 options.subcommand == Subcommand::Inspect;
  if (listens && failed(remarks.attach(*context)))
    return fail(ExitCode::Internal, "leave out -v", "remarks cannot be enabled");
  remarks.watch(manager);
  std::string parseError;
  {
    llvm::raw_string_ostream os(parseError);
    auto parsed = parsePassPipeline(pipeline, os);
    if (failed(parsed))
      return fail(isOurs ? ExitCode::Internal : ExitCode::Usage, "tacit passes",
                  "the pipeline does not parse: {}", StringRef(parseError).trim().str());
    if (parsed->getOpAnchorName() != "builtin.module")
      return fail(ExitCode::Usage, "write builtin.module(...)",
                  "the pipeline starts with '{}'; expected builtin.module",
                  parsed->getOpAnchorName().str());
    static_cast<OpPassManager &>(manager) = std::move(*parsed);
  }
  std::string before;
  if (isOurs) {
    llvm::raw_string_ostream os(before);
    printProgram(*module, os);
  }
  LogicalResult result = failure();
  guard([&] { result = manager.run(*module); },
        [&] { return phaseFailed(before, pipeline, name, isOurs, "a pass crashed"); });
  if (succeeded(result))
    return llvm::Error::success();
  if (name == "check" && model)
    return fail(ExitCode::Unsupported, "tacit inspect shows free dimensions and sites",
                "the CPU cannot run this model:\n  {}", messages);
  bool isTwoParty = llvm::is_contained({"mpc", "expand", "cost"}, name);
  if (isTwoParty && (model || !options.primitive.empty()))
    return fail(ExitCode::Unsupported,
                "--aero and --approximate remove or replace operations; tacit cost "
                "--list-protocols says what there is",
                "two parties cannot run this {}:\n  {}", model ? "model" : "primitive",
                messages);
  // What the user asked for does not fit this model.
  auto isHere = [&](const Transformation &t) { return t.phase == name; };
  if (isOurs && llvm::any_of(options.transformations, isHere))
    return fail(ExitCode::Usage, "tacit inspect shows layers and sites",
                "phase '{}' failed:\n  {}", name.str(), messages);
  return phaseFailed(before, pipeline, name, isOurs, messages);
}

llvm::Error Compilation::dump() {
  if (options.dumpPhases.empty())
    return llvm::Error::success();
  if (!dumps) {
    auto files = PhaseFiles::create(options.dumpPhases);
    if (!files)
      return files.takeError();
    dumps = std::move(*files);
  }
  std::string name =
      fmt::format("{:02}-{}.mlir", reached, phases(options.road)[reached].name.str());
  llvm::SmallString<256> path(options.dumpPhases);
  llvm::sys::path::append(path, name);
  return dumps->write(*module, path, options.needsWeights());
}

/// Says what each transformation of the phase that has just run did. What did nothing
/// is mistyped, or does not fit the model.
void Compilation::reportTransformations(StringRef phase) {
  if (options.isAside)
    return;
  std::vector<int64_t> sites = remarks.sites();
  size_t next = 0;
  for (const Transformation &transformation : options.transformations) {
    if (transformation.phase != phase)
      continue;
    // In a program without functions nothing has run.
    int64_t count = next < sites.size() ? sites[next] : 0;
    ++next;
    if (count == 0 && transformation.text != "exact")
      warn(fmt::format("{} {} changed nothing", transformation.option, transformation.text),
           "-v says what was kept, and why");
    else if (!options.quiet)
      llvm::errs() << fmt::format("{}: {} changed {} site{}\n", phase.str(),
                                  transformation.text, count, count == 1 ? "" : "s");
  }
}

llvm::Error Compilation::advance(StringRef phase) {
  PipelineOptions pipeline{target.tileRows,         target.panelColumns, target.extendsF16,
                           options.transformations, options.road,        options.twoParty};
  size_t last = *findPhase(phase, options.road);
  while (reached < last) {
    ++reached;
    StringRef name = phases(options.road)[reached].name;
    if (std::string passes = phasePipeline(reached, pipeline); !passes.empty()) {
      progress(name);
      // The dumps of the phases before the one that failed are for looking into it.
      if (auto error = runPasses("builtin.module(" + passes + ")", name, /*isOurs=*/true))
        return llvm::joinErrors(std::move(error), finish());
      reportTransformations(name);
    }
    if (auto error = dump())
      return error;
  }
  return llvm::Error::success();
}

llvm::Error Compilation::runPipeline(StringRef text) {
  return runPasses(text, "", /*isOurs=*/false);
}

llvm::Error Compilation::finish() {
  std::unique_ptr<PhaseFiles> files = std::move(dumps);
  return files ? files->finish() : llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Executable>> Compilation::makeExecutable() {
  if (auto error = advance("llvm"))
    return std::move(error);
  if (auto error = finish())
    return std::move(error);
  llvm::Expected<std::unique_ptr<Executable>> made = std::unique_ptr<Executable>();
  llvm::consumeError(made.takeError());
  guard([&] { made = cpu::makeJit(*module, target); }, [&] { return noCode(); });
  return made;
}

llvm::Error Compilation::writeLibrary() {
  llvm::Error error = llvm::Error::success();
  llvm::consumeError(std::move(error));
  guard([&] { error = cpu::writeLibrary(*module, target, options.output, options.model); },
        [&] { return noCode(); });
  return error;
}

llvm::Error Compilation::noCode() const {
  return fail(model ? ExitCode::Internal : ExitCode::BadInput,
              model ? "report this with the model" : "start from an earlier phase",
              "LLVM crashed when it made code of the program");
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

int64_t tacit::driver::peakMemory() {
  rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? int64_t(usage.ru_maxrss) * 1024 : 0;
}

bool tacit::driver::wantsText(const Options &options) { return options.json != "-"; }

llvm::Error tacit::driver::writeJson(const Options &options, llvm::json::Value value) {
  if (options.json.empty())
    return llvm::Error::success();
  if (options.json == "-") {
    llvm::outs() << llvm::formatv("{0:2}\n", value);
    return llvm::Error::success();
  }
  return writeFileAtomically(options.json, [&](llvm::raw_ostream &os) {
    os << llvm::formatv("{0:2}\n", value);
    return llvm::Error::success();
  });
}
