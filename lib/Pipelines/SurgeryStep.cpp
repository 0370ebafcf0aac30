//===- SurgeryStep.cpp - One change of the model's operations -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Pipelines/SurgeryStep.h"
#include "tacit/Dialect/NN/Analysis/Sites.h"
#include "tacit/Support/Error.h"

using namespace llvm;
using namespace tacit;

namespace {
/// NAME[=VALUE][@SITES]
struct StepText {
  StringRef name;
  std::optional<StringRef> value;
  std::string sites = "all";
};

using Pass = decltype(SurgeryStep::pass);

struct StepKind {
  StringLiteral name;
  StepFamily family;
  llvm::Expected<Pass> (*read)(const StepText &);
};
} // namespace

//===----------------------------------------------------------------------===//
// Each step
//===----------------------------------------------------------------------===//

static llvm::Expected<Pass> removeLayerNorm(const StepText &given) {
  if (StringRef mode = given.value.value_or("drop"); mode != "drop")
    return fail(ErrorKind::InvalidArgument, "use remove-layernorm=drop",
                "the mode is '{}'; expected drop", mode.str());
  return nn::RemoveLayerNormOptions{given.sites};
}

static llvm::Expected<Pass> geluToRelu(const StepText &given) {
  nn::ReplaceActivationOptions options{given.sites, nn::ActivationSet::Gelu,
                                       nn::Replacement::Relu, 0};
  if (given.value && given.value->getAsDouble(options.slope))
    return fail(ErrorKind::InvalidArgument,
                "gelu-to-relu=0.01 gives x / 100 where x is negative",
                "slope is '{}'; expected a number", given.value->str());
  if (auto error = nn::checkOptions(options))
    return std::move(error);
  // -0 has another bit pattern with the same meaning.
  options.slope = options.slope == 0 ? 0.0 : options.slope;
  return options;
}

static llvm::Error refuseValue(const StepText &given) {
  if (!given.value)
    return llvm::Error::success();
  return fail(ErrorKind::InvalidArgument, "use " + given.name.str(),
              "the value is '{}'; expected none", given.value->str());
}

static llvm::Expected<Pass> linearizeFfn(const StepText &given) {
  if (auto error = refuseValue(given))
    return std::move(error);
  return nn::ReplaceActivationOptions{given.sites, nn::ActivationSet::Any,
                                      nn::Replacement::Identity, 0};
}

static llvm::Expected<Pass> fuseFfn(const StepText &given) {
  if (auto error = refuseValue(given))
    return std::move(error);
  return nn::FoldLinearOptions{given.sites, /*named=*/false};
}

ArrayRef<Word<nn::Replacement>> tacit::getGeluForms() {
  return words<nn::Replacement>().drop_while([](const auto &word) {
    return word.value == nn::Replacement::Relu || word.value == nn::Replacement::Identity;
  });
}

static llvm::Expected<Pass> approximateGelu(const StepText &given) {
  ArrayRef<Word<nn::Replacement>> forms = getGeluForms();
  StringRef name = given.value.value_or("");
  auto form = findWord(forms, name);
  if (!form)
    return fail(ErrorKind::InvalidArgument, "use gelu=bolt, for example",
                "the form is '{}'; expected {}", name.str(), alternatives(forms));
  return nn::ReplaceActivationOptions{given.sites, nn::ActivationSet::Gelu, *form, 0};
}

static constexpr StepKind kSteps[] = {
    {"remove-layernorm", StepFamily::Aero, removeLayerNorm},
    {"gelu-to-relu", StepFamily::Aero, geluToRelu},
    {"linearize-ffn", StepFamily::Aero, linearizeFfn},
    {"fuse-ffn", StepFamily::Aero, fuseFfn},
    {"gelu", StepFamily::Approximation, approximateGelu},
};

//===----------------------------------------------------------------------===//
// All of them
//===----------------------------------------------------------------------===//

std::vector<std::string> tacit::surgeryStepNames(StepFamily family) {
  std::vector<std::string> names;
  for (const StepKind &step : kSteps)
    if (step.family == family)
      names.push_back(step.name.str());
  return names;
}

llvm::Expected<SurgeryStep> tacit::parseSurgeryStep(StringRef text,
                                                    std::optional<StepFamily> family) {
  auto [head, sites] = text.split('@');
  StepText given;
  given.name = head.split('=').first;
  if (head.contains('='))
    given.value = head.split('=').second;
  if (text.contains('@'))
    given.sites = sites.str();
  if (auto parsed = nn::Sites::parse(given.sites); !parsed)
    return parsed.takeError();
  SmallVector<StringRef> known;
  for (const StepKind &step : kSteps) {
    if (family && step.family != *family)
      continue;
    if (step.name == given.name) {
      auto pass = step.read(given);
      if (!pass)
        return pass.takeError();
      return SurgeryStep{text.str(), std::move(*pass)};
    }
    known.push_back(step.name);
  }
  return fail(ErrorKind::InvalidArgument, "write NAME, NAME=VALUE or NAME@SITES",
              "unknown name '{}'; expected {}", given.name.str(), alternatives(known));
}

bool cl::parser<SurgeryStep>::parse(Option &option, StringRef name, StringRef text,
                                    SurgeryStep &step) {
  auto parsed = parseSurgeryStep(text);
  if (!parsed)
    return option.error("'" + text + "': " + toString(parsed.takeError()), name);
  step = std::move(*parsed);
  return false;
}

void cl::parser<SurgeryStep>::print(raw_ostream &os, const SurgeryStep &step) {
  os << step.text;
}

void cl::parser<SurgeryStep>::anchor() {}
