//===- SharedOptions.cpp - Options that several subcommands share ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedOptions.h"
#include "Bindings.h"
#include "Flags.h"
#include "MlirOptions.h"
#include "OptionValues.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/Driver/Transformations.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include <set>

using namespace llvm;
using namespace tacit;
using namespace tacit::driver;
using namespace tacit::tool;

static llvm::Error readModelName(StringRef command, ModelOptions &options) {
  if (modelOptions.empty() || modelOptions.front().empty())
    return usage(fmt::format("tacit {} MODEL.onnx", command.str()), "no model given");
  if (modelOptions.front() == "-")
    return usage("save the model to a file, and give its name",
                 "the model is '-', but models are not read from standard input");
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

llvm::Error tool::readModel(StringRef command, Flow flow, ModelOptions &options) {
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

void tool::readOutput(OutputOptions &options) {
  options.json = jsonOption;
  options.quiet = quietOption;
  options.force = forceOption;
  options.verbose = verboseOption;
  options.hasReproducer = isGiven("mlir-pass-pipeline-crash-reproducer");
}

llvm::Error tool::readChanges(const ModelOptions &model, bool isForShapes,
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

llvm::Error tool::readCode(CodeOptions &options) {
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
  std::set<StringRef> inputs, outputs;
  for (StringRef entry : llvm::split(cachesOption.getValue(), ',')) {
    auto [input, output] = entry.split('=');
    if (cachesOption != "none" && (input.empty() || output.empty()))
      return usage(
          "use auto, none, or past_k_0=present_k_0,...",
          fmt::format("--caches has the entry '{}'; expected IN=OUT", entry.str()));
    bool isNewInput = inputs.insert(input).second;
    if (!isNewInput || !outputs.insert(output).second)
      return usage("pair each input and each output once",
                   fmt::format("--caches names '{}' twice",
                               isNewInput ? output.str() : input.str()));
    caches.push_back(entry.str());
  }
  return llvm::Error::success();
}

llvm::Error tool::readProtocol(bool isBounded, ProtocolOptions &options) {
  static constexpr int64_t kMaxNormScale = 256;
  if (auto error = readNumber(widthOption, 2, 128, options.width))
    return error;
  if (auto error = readNumber(fractionOption, 0, 127, options.fraction))
    return error;
  if (auto error = readNames(protocolOption, options.protocols))
    return error;
  for (const std::string &name : publicOptions)
    if (auto error = addName(publicOptions, name, options.publicNames))
      return error;
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
