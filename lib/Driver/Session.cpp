//===- Session.cpp - A model that is imported once ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"
#include "Output.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/InitAll/InitAll.h"
#include "tacit/Report/ProgramFacts.h"
#include "tacit/Runtime/LibraryWriter.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/InputFiles.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::driver;

Session::Session(const ModelOptions &options, const OutputOptions &output, Purpose purpose,
                 OutputFiles &files)
    : options(options), output(output), purpose(purpose), files(files),
      start(std::chrono::steady_clock::now()) {
  applyDefaultTimingManagerCLOptions(timing);
  time = timing.getRootScope();
  DialectRegistry registry;
  registerAllDialects(registry);
  // There is one function, and one thread suffices: a pool would only cost time to start.
  mlirContext = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  // A place says more than a copy of an operation. When LLVM's translation warns of an
  // argument, the copy is the whole function, once for each argument.
  mlirContext->printOpOnDiagnostic(false);
  loadProgramDialects(*mlirContext);
  registerAllPasses();
}

Session::~Session() = default;

//===----------------------------------------------------------------------===//
// Opening
//===----------------------------------------------------------------------===//

/// A program that has not passed this phase would appear to cost nothing.
static llvm::Error checkShares(ModuleOp program, const ModelOptions &options) {
  if (report::hasShares(program))
    return llvm::Error::success();
  return fail(ErrorKind::BadInput, "start from the phase that made it",
              "'{}' has no operation on shares; expected a program as phase '{}' leaves it",
              options.model, phaseName(*options.from).str());
}

llvm::Error Session::open(bool isChanged) {
  if (auto error = openModel(isChanged))
    return error;
  return checkOutputs();
}

/// Says early which outputs must not be written.
llvm::Error Session::checkOutputs() {
  if (!output.json.empty() && output.json != "-")
    if (auto error = files.check(output.json))
      return error;
  if (options.dumpPhases.empty())
    return llvm::Error::success();
  for (size_t phase = reached; phase < phases(options.flow).size(); ++phase)
    if (auto error = files.check(pathOfDump(phase, options.flow), isProgramFile))
      return error;
  return files.check(PhaseFiles::weightsIn(options.dumpPhases), isProgramWeights);
}

/// The files of a compiled model look like no ONNX file at all.
static llvm::Error checkNoLibrary(const std::string &path) {
  auto file = readInput(path);
  // Another message says that a file cannot be read.
  if (!file)
    return llvm::Error::success();
  StringRef contents = (*file)->getBuffer();
  bool isLibrary = contents.starts_with("\x7f"
                                        "ELF");
  if (!isLibrary && !isLibraryWeights(contents) && !isProgramWeights(contents))
    return llvm::Error::success();
  return fail(ErrorKind::BadInput,
              "give the ONNX file; tacit run NAME.so runs a library, and NAME.h lists its "
              "inputs and outputs",
              "'{}' is {}; expected an ONNX model", path,
              isLibrary ? "a library" : "a file of weights");
}

llvm::Error Session::openModel(bool isChanged) {
  bool isProgram = StringRef(options.model).ends_with(".mlir");
  // To look at a program as it is, its phase need not be known.
  bool isLook = purpose == Purpose::Look;
  if (isProgram && !options.from && !(isLook && !isChanged))
    return fail(
        ErrorKind::InvalidArgument, "add --from PHASE, one of: " + phaseNames(options.flow),
        "'{}' is a program; expected --from to say which phase made it", options.model);
  if (!isProgram && options.from)
    return fail(ErrorKind::InvalidArgument, "give NN-PHASE.mlir as --dump-phases wrote it",
                "--from continues from a program, and '{}' does not end in .mlir",
                options.model);
  if (!isProgram) {
    if (auto error = checkNoLibrary(options.model))
      return error;
    auto opened = OnnxModel::open(options.model);
    if (!opened)
      return opened.takeError();
    model = std::move(*opened);
    return llvm::Error::success();
  }
  return readProgram();
}

llvm::Error Session::readProgram() {
  if (!options.bindings.dims.empty() || !options.bindings.shapes.empty() ||
      !options.bindings.constants.empty())
    return fail(ErrorKind::InvalidArgument, "pin dimensions when importing the ONNX file",
                "--dim, --shape and --value have no effect on a program");
  llvm::Expected<OwningOpRef<ModuleOp>> program = OwningOpRef<ModuleOp>();
  llvm::consumeError(program.takeError());
  guard(
      [&] {
        program = tacit::readProgram(options.model, context(), purpose == Purpose::Code);
      },
      [&] {
        return fail(ErrorKind::BadInput, "dump the phase again",
                    "'{}' is not a program: MLIR crashed while it read the file",
                    options.model);
      });
  if (!program)
    return program.takeError();
  module = std::move(*program);
  isRead = true;
  if (!options.from)
    return llvm::Error::success();
  reached = options.start();
  if (options.flow == Flow::TwoParty)
    return reached >= *findPhase(PhaseKind::Mpc, options.flow)
               ? checkShares(*module, options)
               : llvm::Error::success();
  // From here on the interface states the sizes of the buffers of inputs and outputs.
  return reached >= *findPhase(PhaseKind::Check) ? cpu::checkInterface(*module)
                                                 : llvm::Error::success();
}

void Session::begin(OwningOpRef<ModuleOp> program, PhaseKind phase) {
  module = std::move(program);
  reached = *findPhase(phase, options.flow);
}

llvm::Error Session::requireDimensions() const {
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
  return fail(ErrorKind::InvalidArgument, hint,
              "the model leaves {} free: {}; a schedule needs every dimension",
              missing.size() == 1 ? "a dimension" : "dimensions",
              llvm::join(missing, ", "));
}

bool Session::canImport(const DimBindings &bindings) {
  auto program = model->import(context(), bindings, /*needsWeights=*/false);
  if (!program)
    llvm::consumeError(program.takeError());
  return static_cast<bool>(program);
}

int64_t driver::largestPossible(int64_t size,
                                llvm::function_ref<bool(int64_t)> isPossible) {
  if (size <= 1 || !isPossible(1))
    return 0;
  int64_t possible = 1, impossible = size;
  while (impossible - possible > 1) {
    int64_t middle = possible + (impossible - possible) / 2;
    (isPossible(middle) ? possible : impossible) = middle;
  }
  return possible;
}

/// The tables of a model, such as that of positions, limit its dimensions. An operator that
/// does not find its row, or its operand, knows nothing of that.
llvm::Error Session::explainSize(llvm::Error error, const DimBindings &bindings) {
  return llvm::handleErrors(
      std::move(error), [&](std::unique_ptr<Error> found) -> llvm::Error {
        // Where only the weights are missing, no size is at fault.
        if (found->getKind() != ErrorKind::InvalidArgument && !canImport(bindings))
          for (const auto &binding : bindings.dims) {
            std::string dim = binding.getKey().str();
            // With a size of 1 everything broadcasts, which says nothing.
            DimBindings smaller = bindings;
            int64_t limit = largestPossible(binding.getValue(), [&](int64_t size) {
              smaller.dims[dim] = size;
              return canImport(smaller);
            });
            if (limit > 1)
              return llvm::make_error<SizeError>(
                  found->getKind(),
                  fmt::format("the model has {} positions, and '{}' is {}: {}", limit, dim,
                              binding.getValue(), found->getMessage().str()),
                  options.bindings.dims.count(dim) ? fmt::format("--dim {}={}", dim, limit)
                                                   : "give inputs of at most that size",
                  dim, limit);
          }
        return llvm::Error(std::move(found));
      });
}

size_t driver::numSteps(Flow flow) {
  return phases(flow).size() + (phases(flow).back().kind == PhaseKind::Llvm ? 1 : 0);
}

llvm::Error Session::import(const DimBindings &bindings) {
  if (!model)
    return llvm::Error::success();
  llvm::ArrayRef<Phase> flow = phases(options.flow);
  auto begin = std::chrono::steady_clock::now();
  progress(output, 0, numSteps(options.flow), flow.front().name, secondsSince(start));
  // Equal names would be one entry, however often the model was imported.
  std::string entry = fmt::format("{} #{}", flow.front().name.str(), ++imports);
  TimingScope scope = time.nest(StringRef(entry));
  auto program = model->import(context(), bindings, purpose == Purpose::Code, &wanted);
  if (!program)
    return explainSize(program.takeError(), bindings);
  module = std::move(*program);
  reached = 0;
  imported = secondsSince(begin);
  return dump(*module, reached, options.flow);
}

//===----------------------------------------------------------------------===//
// Dumps
//===----------------------------------------------------------------------===//

llvm::Error Session::dump(ModuleOp program, size_t phase, Flow flow) {
  if (options.dumpPhases.empty())
    return llvm::Error::success();
  if (!dumps) {
    auto begun = PhaseFiles::create(options.dumpPhases, files);
    if (!begun)
      return begun.takeError();
    dumps = std::move(*begun);
  }
  return dumps->write(program, pathOfDump(phase, flow), purpose == Purpose::Code);
}

std::string Session::pathOfDump(size_t phase, Flow flow) const {
  llvm::SmallString<256> path(options.dumpPhases);
  llvm::sys::path::append(
      path, fmt::format("{:02}-{}.mlir", phase, phases(flow)[phase].name.str()));
  return path.str().str();
}

void Session::finish() { dumps.reset(); }

void Session::saveDumps() {
  finish();
  files.commitDiagnostics();
}
