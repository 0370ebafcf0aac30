//===- VainOptions.cpp - Options that are given in vain -------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VainOptions.h"
#include "Bindings.h"
#include "Flags.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Support/Error.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::driver;
using namespace tacit::tool;

llvm::Error tool::checkGivenOnce(cl::SubCommand &command) {
  for (auto [name, option] : command.OptionsMap)
    if (option->getNumOccurrences() > 1 &&
        option->getNumOccurrencesFlag() == cl::Optional &&
        option->getValueExpectedFlag() == cl::ValueRequired)
      return usage("give it once", fmt::format("{}{} is given {} times; expected one value",
                                               name.size() == 1 ? "-" : "--", name.str(),
                                               option->getNumOccurrences()));
  return llvm::Error::success();
}

llvm::Error tool::checkOnly(cl::SubCommand &command, StringRef cause,
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

llvm::Error tool::checkForce(bool writesMarked) {
  if (!forceOption || writesMarked)
    return llvm::Error::success();
  return usage("leave it out",
               "--force has no effect here: --json and --output-dir replace any file");
}

llvm::Error tool::refuseModel(StringRef option) {
  if (modelOptions.empty())
    return llvm::Error::success();
  return usage("leave it out",
               fmt::format("found the model '{}', but --{} does not use a model",
                           modelOptions.front(), option.str()));
}

llvm::Error tool::checkDumps(const ModelOptions &options, PhaseKind last) {
  if (options.dumpPhases.empty() || !options.from ||
      options.start() < *findPhase(last, options.flow))
    return llvm::Error::success();
  return usage("start from an earlier phase, or leave it out",
               fmt::format("--dump-phases has no effect: no phase runs after '{}'",
                           phaseName(*options.from).str()));
}

llvm::Error tool::checkPrinted(const CompileOptions &options) {
  if (!options.printPipeline)
    return llvm::Error::success();
  for (const cl::Option *option : std::initializer_list<const cl::Option *>{
           &outputOption, &jsonOption, &dumpOption, &forceOption,
           std::addressof(dimOptions), std::addressof(shapeOptions),
           std::addressof(valueOptions)})
    if (option->getNumOccurrences() > 0)
      return usage("leave it out", fmt::format("{}{} has no effect on --print-pipeline",
                                               option->ArgStr.size() == 1 ? "-" : "--",
                                               option->ArgStr.str()));
  return llvm::Error::success();
}

llvm::Error tool::checkReached(const CompileOptions &options) {
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

/// Returns the error for an option that the phases until `last` use, which are over.
static llvm::Error comesLate(const std::string &option, PhaseKind last) {
  return usage(
      "start from an earlier phase, or leave it out",
      fmt::format("{} has no effect after phase '{}'", option, phaseName(last).str()));
}

llvm::Error tool::checkLate(const CostOptions &options) {
  for (auto [option, last] :
       {std::pair<const cl::Option *, PhaseKind>(&cachesOption, PhaseKind::Mpc),
        {&functionsOption, PhaseKind::Expand},
        {&normScaleOption, PhaseKind::Expand}})
    if (option->getNumOccurrences() > 0 &&
        options.start() >= *findPhase(last, Flow::TwoParty))
      return comesLate("--" + option->ArgStr.str(), last);
  return llvm::Error::success();
}

llvm::Error tool::checkUsed(const CompileOptions &options) {
  struct Use {
    const cl::Option *option;
    Flow flow;
    PhaseKind first, last;
  };
  const Use uses[] = {
      {&cpuOption, Flow::Cpu, PhaseKind::Schedule, PhaseKind::Llvm},
      {&vectorBitsOption, Flow::Cpu, PhaseKind::Schedule, PhaseKind::Llvm},
      {&threadsRuntimeOption, Flow::Cpu, PhaseKind::Llvm, PhaseKind::Llvm},
      {&protocolOption, Flow::TwoParty, PhaseKind::Mpc, PhaseKind::Cost},
      {&widthOption, Flow::TwoParty, PhaseKind::Mpc, PhaseKind::Mpc},
      {&fractionOption, Flow::TwoParty, PhaseKind::Mpc, PhaseKind::Mpc},
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
      return comesLate(name, use.last);
  }
  return llvm::Error::success();
}

llvm::Error tool::checkTwin(const EvalOptions &options) {
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
