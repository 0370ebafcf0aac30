//===- Run.cpp - tacit run ------------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "Inputs.h"
#include "Output.h"
#include "ReferenceProgram.h"
#include "Results.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Report/ProgramFacts.h"
#include "tacit/Report/RunReport.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Nearest.h"
#include "tacit/Support/Npy.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Threading.h"
#include <cmath>

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::report;

/// Takes the sizes of free dimensions from the inputs. Dimensions of size 0 stay free.
static llvm::Expected<DimBindings> bindFromInputs(const RunOptions &options,
                                                  const OnnxModel &model,
                                                  const NamedTensors &inputs) {
  DimBindings bindings = options.bindings;
  llvm::StringMap<std::string> origin;
  for (const OnnxValue &value : model.inputs()) {
    // An input that --value replaces by a constant needs no array.
    if (!value.hasShape || bindings.constants.count(value.name))
      continue;
    const HostTensor &tensor = *findTensor(inputs, value.name);
    if (tensor.shape.size() != value.dims.size())
      return fail(ErrorKind::BadInput, "tacit inspect lists names, types and shapes",
                  "input '{}' has {} dimensions ({}); expected {}", value.name,
                  tensor.shape.size(), shapeText(tensor.shape), value.dims.size());
    if (bindings.shapes.count(value.name))
      continue;
    for (auto [dim, size] : llvm::zip(value.dims, tensor.shape)) {
      if (dim.size >= 0)
        continue;
      // Nothing is computed from an empty cache: the assumptions about sizes begin at 1.
      if (size == 0)
        continue;
      auto [entry, isNew] = bindings.dims.try_emplace(dim.name, size);
      if (isNew)
        origin[dim.name] = value.name;
      else if (entry->second != size && origin.count(dim.name))
        return fail(ErrorKind::BadInput, "give all inputs one size per dimension",
                    "input '{}' has {} = {}, but input '{}' has {}", value.name, dim.name,
                    size, origin[dim.name], entry->second);
    }
  }
  return bindings;
}

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

namespace {
/// A model to run: as code, by the reference, or both where results are compared.
struct Compiled {
  std::unique_ptr<Executable> executable;
  std::unique_ptr<ReferenceProgram> reference;
  double seconds = 0;
};
} // namespace

/// Imports the model for these inputs. An input whose value determines a size is a
/// constant.
static llvm::Error importFor(const RunOptions &options, Session &session,
                             const NamedTensors &inputs, bool pinsValues) {
  const OnnxModel &model = *session.onnx();
  auto bindings = options.isDynamic ? llvm::Expected<DimBindings>(options.bindings)
                                    : bindFromInputs(options, model, inputs);
  if (!bindings)
    return bindings.takeError();
  llvm::StringSet<> wanted = session.wantedValues();
  // Scales are short lists of floats; only an operator that needs them names them.
  auto isWanted = [&](llvm::StringRef name, const HostTensor &tensor) {
    return wanted.contains(name) && tensor.shape.size() <= 1 &&
           tensor.data.size() <= kMaxDecidingBytes;
  };
  if (pinsValues)
    pinValues(
        model.inputs(), inputs,
        [&](llvm::StringRef name, const HostTensor &tensor) {
          return mayDecideShape(tensor) || isWanted(name, tensor);
        },
        *bindings);
  if (auto error = session.import(*bindings))
    return error;
  wanted = session.wantedValues();
  if (options.isDynamic || wanted.empty())
    return llvm::Error::success();
  pinValues(model.inputs(), inputs, isWanted, *bindings);
  return session.import(*bindings);
}

/// Imports the model for these inputs, and compiles it, or prepares it for the reference.
static llvm::Expected<Compiled> compileWith(const RunOptions &options,
                                            std::shared_ptr<Session> session,
                                            const NamedTensors &inputs, bool pinsValues) {
  if (session->onnx())
    if (auto error = importFor(options, *session, inputs, pinsValues))
      return std::move(error);
  Variant variant{options.flow, options.transformations, {}, options};
  Compiled compiled{};
  if (options.isReference) {
    auto reference = ReferenceProgram::make(session, variant);
    if (!reference)
      return reference.takeError();
    compiled.reference = std::move(*reference);
    if (options.expected.empty())
      return compiled;
    // The code is compared with: what was said of the changes holds for it, too.
    variant.isAside = true;
  }
  Compilation compilation(*session, variant);
  auto made = compilation.makeExecutable();
  if (!made)
    return made.takeError();
  compiled.executable = std::move(*made);
  compiled.seconds = compilation.elapsed();
  return compiled;
}

/// Adds the arrays of --inputs, for those of the model's inputs that --input leaves out.
static llvm::Error addInputs(const RunOptions &options, llvm::ArrayRef<std::string> names,
                             NamedTensors &inputs) {
  if (options.inputsPath.empty() || names.empty())
    return llvm::Error::success();
  auto read = readInputs(options.inputsPath, names);
  if (!read)
    return read.takeError();
  size_t before = inputs.size();
  for (auto &[name, tensor] : *read) {
    if (findTensor(inputs, name))
      continue;
    if (options.bindings.constants.count(name))
      return fail(ErrorKind::InvalidArgument, "leave out one of them",
                  "'{}' has an array for the input '{}', which --value replaces",
                  options.inputsPath, name);
    inputs.emplace_back(name, std::move(tensor));
  }
  if (inputs.size() == before)
    return fail(
        ErrorKind::InvalidArgument, "leave out one of them",
        "--inputs has no effect: --input names each input that '{}' has an array for",
        options.inputsPath);
  return llvm::Error::success();
}

/// Checks that there is an array for each input of an ONNX file, unless --value replaces
/// it.
static llvm::Error checkInputs(const RunOptions &options, const OnnxModel &model,
                               const NamedTensors &inputs) {
  for (const auto &constant : options.bindings.constants)
    if (findTensor(inputs, constant.getKey()))
      return fail(ErrorKind::InvalidArgument, "leave out one of them",
                  "--input and --value both name '{}'", constant.getKey().str());
  std::vector<std::string> names = namesOf(model.inputs());
  llvm::erase_if(names, [&](llvm::StringRef name) {
    return options.bindings.constants.count(name) > 0;
  });
  return checkNames("input", inputs, names, /*all=*/true);
}

/// Opens the model, and completes its inputs.
static llvm::Error openSession(const RunOptions &options, Session &session,
                               NamedTensors &inputs) {
  if (auto error = session.open(!options.transformations.empty()))
    return error;
  const OnnxModel *model = session.onnx();
  if (!model)
    return addInputs(options, namesOf(ProgramInterface::of(session.program()).inputs),
                     inputs);
  if (auto error = addInputs(options, namesOf(model->inputs()), inputs))
    return error;
  return checkInputs(options, *model, inputs);
}

/// Compiles the model for these inputs. If a shape depends on the values of an input, which
/// no program for arbitrary values can have, it is compiled for the given values.
static llvm::Expected<Compiled> compile(const RunOptions &options, NamedTensors &inputs,
                                        OutputFiles &files) {
  auto session = std::make_shared<Session>(options, options, Purpose::Code, files);
  if (auto error = openSession(options, *session, inputs))
    return std::move(error);
  auto made = compileWith(options, session, inputs, /*pinsValues=*/false);
  bool mayPin =
      !session->wantedValues().empty() ||
      llvm::any_of(inputs, [](const auto &input) { return mayDecideShape(input.second); });
  if (made || !session->onnx() || !mayPin)
    return made;
  llvm::Error rest =
      llvm::handleErrors(made.takeError(), [](std::unique_ptr<Error> error) -> llvm::Error {
        // Because its length is unknown, a list may appear not to fit the operator.
        if (error->getKind() == ErrorKind::Unsupported ||
            error->getKind() == ErrorKind::BadInput)
          return llvm::Error::success();
        return llvm::Error(std::move(error));
      });
  if (rest)
    return std::move(rest);
  return compileWith(options, session, inputs, /*pinsValues=*/true);
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// The largest difference of an output from the expected one, and the largest that is
/// allowed, which is relative to max(1, largest expected magnitude).
static RunReport::Expectation measure(llvm::StringRef name, const HostTensor &found,
                                      const HostTensor &expected, double tolerance) {
  RunReport::Expectation result{name.str(), 0, 0, 0};
  double scale = 1;
  size_t count = found.data.size() / dtypeBytes(found.dtype);
  for (size_t i = 0; i < count; ++i) {
    double a = valueAt(found, i), b = valueAt(expected, i);
    bool isSame = a == b || (std::isnan(a) && std::isnan(b));
    double difference = isSame ? 0 : std::abs(a - b);
    if (std::isnan(difference))
      difference = INFINITY;
    if (std::isfinite(b))
      scale = std::max(scale, std::abs(b));
    if (difference > result.largest) {
      result.largest = difference;
      result.element = i;
    }
  }
  result.allowed = tolerance * scale;
  return result;
}

/// Compares an output with the expected one. The result goes into the report in any case.
static llvm::Error compare(llvm::StringRef name, const HostTensor &found,
                           const HostTensor &expected, double tolerance,
                           RunReport &report) {
  if (found.shape != expected.shape || found.dtype != expected.dtype)
    return fail(ErrorKind::Mismatch, "the file belongs to another run or another output",
                "output '{}' is {} {}; expected {} {}", name.str(),
                dtypeName(found.dtype).str(), shapeText(found.shape),
                dtypeName(expected.dtype).str(), shapeText(expected.shape));
  RunReport::Expectation result = measure(name, found, expected, tolerance);
  report.expectations.push_back(result);
  if (result.agrees())
    return llvm::Error::success();
  return fail(
      ErrorKind::Mismatch, "a larger --tolerance, if this is close enough",
      "output '{}' differs from the expected one by {:.3g} at element {} (found {:.9g}, "
      "expected {:.9g}); expected a difference of at most {:.3g}",
      name.str(), result.largest, result.element, valueAt(found, result.element),
      valueAt(expected, result.element), result.allowed);
}

static RunReport::Latency summarise(std::vector<double> times) {
  llvm::sort(times);
  size_t n = times.size();
  double median = n % 2 ? times[n / 2] : (times[n / 2 - 1] + times[n / 2]) / 2;
  return {times.front(), median, times.back(), static_cast<int64_t>(n)};
}

//===----------------------------------------------------------------------===//
// The run
//===----------------------------------------------------------------------===//

/// Rejects options without effect on a library, or on a program.
static llvm::Error checkCombination(const RunOptions &options, bool isLibrary) {
  bool isPinned = !options.bindings.dims.empty() || !options.bindings.shapes.empty() ||
                  !options.bindings.constants.empty();
  if (isLibrary && (isPinned || options.from || !options.dumpPhases.empty()))
    return fail(ErrorKind::InvalidArgument, "give them to tacit compile",
                "--dim, --shape, --value, --from and --dump-phases have no effect on a "
                "library");
  if (options.isDynamic && (isLibrary || options.from))
    return fail(ErrorKind::InvalidArgument, "leave it out",
                "--dynamic has no effect on a library or a program: their dimensions are "
                "already free or fixed");
  if (isLibrary && !options.transformations.empty())
    return fail(ErrorKind::InvalidArgument, "give it to tacit compile",
                "{} has no effect on a library", options.transformations.front().option);
  if (options.isReference && isLibrary)
    return fail(ErrorKind::InvalidArgument, "give the model",
                "--reference evaluates a model, and '{}' is code", options.model);
  if (options.isReference && options.start() > *findPhase(kReferencePhase, options.flow))
    return fail(ErrorKind::InvalidArgument, "start from an earlier phase",
                "--reference evaluates nn, as the phase '{}' leaves it at the latest; "
                "found --from {}",
                phaseName(kReferencePhase).str(), phaseName(*options.from).str());
  return llvm::Error::success();
}

/// Completes the inputs, whose names are known when the model is open.
static llvm::Expected<Compiled> loadOrCompile(const RunOptions &options, bool isLibrary,
                                              NamedTensors &inputs, OutputFiles &files) {
  if (!isLibrary)
    return ::compile(options, inputs, files);
  auto loaded = Executable::loadLibrary(options.model);
  if (!loaded)
    return loaded.takeError();
  if (auto error = addInputs(options, namesOf(inputsOf((*loaded)->description())), inputs))
    return std::move(error);
  return Compiled{std::move(*loaded), nullptr};
}

/// The first run maps weights and starts threads; it provides the results.
static llvm::Expected<std::vector<HostTensor>>
runFirst(const RunOptions &options, Executable &executable,
         const std::vector<HostTensor> &inputs) {
  llvm::Expected<std::vector<HostTensor>> outputs = std::vector<HostTensor>();
  llvm::consumeError(outputs.takeError());
  auto runOnce = [&] { outputs = executable.run(inputs, options.threads); };
  // The code of a program that somebody edited may do anything.
  if (!options.from)
    runOnce();
  else
    guard(runOnce, [&] {
      return fail(ErrorKind::BadInput, "start from an earlier phase",
                  "the program '{}' crashed while it ran", options.model);
    });
  return outputs;
}

static llvm::Expected<RunReport::Latency> measure(const RunOptions &options,
                                                  Executable &executable,
                                                  const std::vector<HostTensor> &inputs) {
  std::vector<double> times;
  ProgressMeter meter(options, "run", options.repeat);
  for (int64_t i = 0; i < options.repeat; ++i) {
    auto begin = std::chrono::steady_clock::now();
    auto again = executable.run(inputs, options.threads);
    if (!again)
      return again.takeError();
    times.push_back(1e3 * secondsSince(begin));
    meter.advance();
  }
  return summarise(std::move(times));
}

namespace {
struct Results {
  std::vector<std::string> names;
  std::vector<HostTensor> tensors;
  RunReport::Latency latency;
  int64_t threads;
  std::vector<RunReport::Comparison> comparisons = {};
};
} // namespace

/// Returns the given tensors in the order of the model; they must have the names of its
/// inputs.
static llvm::Expected<std::vector<HostTensor>>
order(const RunOptions &options, const NamedTensors &inputs, const NamedTensors &expected,
      const std::vector<std::string> &inputNames,
      const std::vector<std::string> &outputNames) {
  llvm::StringRef library = options.model;
  std::string hint = library.consume_back(".so")
                         ? library.str() + ".h lists names, types and shapes"
                         : kInspect;
  if (auto error = checkNames("input", inputs, inputNames, /*all=*/true, hint))
    return std::move(error);
  if (auto error = checkNames("expect", expected, outputNames, /*all=*/false, hint))
    return std::move(error);
  std::vector<HostTensor> ordered;
  for (const std::string &name : inputNames)
    ordered.push_back(*findTensor(inputs, name));
  return ordered;
}

static llvm::Expected<Results> runCode(const RunOptions &options, Executable &executable,
                                       const NamedTensors &inputs,
                                       const NamedTensors &expected) {
  const tacit_model_desc &model = executable.description();
  std::vector<std::string> outputNames = namesOf(outputsOf(model));
  auto ordered = order(options, inputs, expected, namesOf(inputsOf(model)), outputNames);
  if (!ordered)
    return ordered.takeError();
  auto outputs = runFirst(options, executable, *ordered);
  if (!outputs)
    return outputs.takeError();
  auto latency = measure(options, executable, *ordered);
  if (!latency)
    return latency.takeError();
  int64_t threads = options.threads;
  if (threads == 0)
    threads = llvm::hardware_concurrency().compute_thread_count();
  return Results{outputNames, std::move(*outputs), *latency, threads};
}

/// How far from the reference the results of the code are, and those that are given.
static llvm::Expected<std::vector<RunReport::Comparison>>
compareWith(llvm::ArrayRef<reference::Tensor> truth, const RunOptions &options,
            Compiled &compiled, const std::vector<HostTensor> &inputs,
            const NamedTensors &given) {
  std::vector<RunReport::Comparison> comparisons;
  if (!compiled.executable)
    return comparisons;
  auto outputs = runFirst(options, *compiled.executable, inputs);
  if (!outputs)
    return outputs.takeError();
  for (auto [name, value, output] :
       llvm::zip(compiled.reference->outputNames(), truth, *outputs)) {
    const HostTensor *other = findTensor(given, name);
    auto distance = distanceFrom(value, output);
    auto ofGiven = other ? distanceFrom(value, *other) : std::nullopt;
    if (distance && ofGiven)
      comparisons.push_back({name, *distance, *ofGiven});
  }
  return comparisons;
}

/// It runs only once, because the speed of the reference is of no interest.
static llvm::Expected<Results> runReference(const RunOptions &options, Compiled &compiled,
                                            const NamedTensors &inputs,
                                            const NamedTensors &expected) {
  ReferenceProgram &reference = *compiled.reference;
  auto ordered =
      order(options, inputs, expected, reference.inputNames(), reference.outputNames());
  if (!ordered)
    return ordered.takeError();
  auto begin = std::chrono::steady_clock::now();
  auto outputs = reference.run(*ordered);
  if (!outputs)
    return outputs.takeError();
  Results results{reference.outputNames(), {}, summarise({1e3 * secondsSince(begin)}), 1};
  for (const reference::Tensor &output : *outputs)
    results.tensors.push_back(toHost(output));
  auto comparisons = compareWith(*outputs, options, compiled, *ordered, expected);
  if (!comparisons)
    return comparisons.takeError();
  results.comparisons = std::move(*comparisons);
  return results;
}

/// Runs on the inputs, and compares the results with the expected ones.
static llvm::Error runOn(const RunOptions &options, Compiled &compiled,
                         const NamedTensors &inputs, const NamedTensors &expected,
                         OutputFiles &files) {
  auto results = compiled.reference
                     ? runReference(options, compiled, inputs, expected)
                     : runCode(options, *compiled.executable, inputs, expected);
  if (!results)
    return results.takeError();
  RunReport report;
  report.comparisons = std::move(results->comparisons);
  report.latency = results->latency;
  report.threads = results->threads;
  report.compileSeconds = compiled.seconds;
  auto written = writeOutputs(options.outputDir, results->names, results->tensors, files);
  if (!written)
    return written.takeError();
  report.outputs = std::move(*written);
  // All outputs are compared, but one difference is enough to read.
  llvm::Error difference = llvm::Error::success();
  for (auto [name, tensor] : llvm::zip(results->names, results->tensors))
    if (const HostTensor *want = findTensor(expected, name)) {
      llvm::Error error = compare(name, tensor, *want, options.tolerance, report);
      if (difference)
        llvm::consumeError(std::move(error));
      else
        difference = std::move(error);
    }
  report.peakBytes = peakMemory();
  return llvm::joinErrors(finish(options, files, report), std::move(difference));
}

llvm::Error driver::run(const RunOptions &options) {
  bool isLibrary = llvm::StringRef(options.model).ends_with(".so");
  if (auto error = checkCombination(options, isLibrary))
    return error;
  auto inputs = readTensors(options.inputs);
  if (!inputs)
    return inputs.takeError();
  auto expected = readTensors(options.expected);
  if (!expected)
    return expected.takeError();
  OutputFiles files(options.force, kForceOption);
  auto compiled = loadOrCompile(options, isLibrary, *inputs, files);
  if (!compiled)
    return compiled.takeError();
  return runOn(options, *compiled, *inputs, *expected, files);
}
