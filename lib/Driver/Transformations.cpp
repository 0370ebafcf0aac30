//===- Transformations.cpp - Requested changes of a model -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Driver/Transformations.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tacit;

using Transformations = std::vector<Transformation>;

/// Returns the same error, with the option that it is about and the value that was given.
static llvm::Error inOption(StringRef option, StringRef text, llvm::Error error) {
  return handleErrors(std::move(error), [&](const tacit::Error &error) {
    return fail(error.getKind(), error.getHint(), "{} {}: {}", option.str(), text.str(),
                error.getMessage().str());
  });
}

/// Returns the value of an enum that `text` names.
template <typename E>
static llvm::Expected<E> readWord(StringRef what, StringRef text) {
  if (auto value = findWord(words<E>(), text))
    return *value;
  return fail(ErrorKind::InvalidArgument, "correct the word", "{} is '{}'; expected {}",
              what.str(), text.str(), alternatives(words<E>()));
}

/// Returns `text` as a number of the type of `value`.
template <typename T>
static llvm::Error readNumber(StringRef what, StringRef text, T &value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (!text.getAsDouble(value))
      return llvm::Error::success();
  } else if (!text.getAsInteger(10, value)) {
    return llvm::Error::success();
  }
  return fail(ErrorKind::InvalidArgument, "correct the number",
              "{} is '{}'; expected a {}number", what.str(), text.str(),
              std::is_floating_point_v<T> ? "" : "whole ");
}

//===----------------------------------------------------------------------===//
// --aero and --approximate
//===----------------------------------------------------------------------===//

static llvm::Error readSteps(StringRef option, const std::optional<std::string> &list,
                             StepFamily family, Transformations &all) {
  if (!list)
    return llvm::Error::success();
  for (StringRef text : split(*list, ',')) {
    if (text.empty())
      return fail(ErrorKind::InvalidArgument,
                  "write NAME, NAME=VALUE or NAME@SITES between commas",
                  "an entry of {} is empty, in '{}'", option.str(), *list);
    auto step = parseSurgeryStep(text, family);
    if (!step)
      return inOption(option, text, step.takeError());
    all.push_back({option.str(), text.str(), std::move(*step)});
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// --quantize
//===----------------------------------------------------------------------===//

/// KEY=VALUE after the format.
static llvm::Error readQuantizeEntry(StringRef key, StringRef value,
                                     nn::QuantizeWeightsOptions &options) {
  auto assign = [](auto &option, auto read) {
    if (read)
      option = *read;
    return read.takeError();
  };
  if (key == "group")
    return readNumber(key, value, options.group);
  if (key == "scheme")
    return assign(options.scheme, readWord<numerics::Scheme>(key, value));
  if (key == "head")
    return assign(options.head, readWord<nn::HeadWeights>(key, value));
  if (key != "method")
    return fail(
        ErrorKind::InvalidArgument, "write int4,group=64,scheme=asymmetric, for example",
        "unknown entry '{}'; expected group=, scheme=, method= or head=", key.str());
  if (value != "rtn")
    return fail(ErrorKind::InvalidArgument, "leave it out", "method is '{}'; expected rtn",
                value.str());
  return llvm::Error::success();
}

static llvm::Expected<nn::QuantizeWeightsOptions> readQuantization(StringRef spec) {
  auto [first, rest] = spec.split(',');
  auto format = numerics::symbolizeWeightFormat(first);
  if (!format)
    return fail(ErrorKind::InvalidArgument,
                "write int4, or int4,group=64,scheme=asymmetric",
                "the format is '{}'; expected {}", first.str(),
                alternatives(words<numerics::WeightFormat>()));
  nn::QuantizeWeightsOptions options;
  options.bits = static_cast<int64_t>(*format);
  SmallVector<StringRef> seen;
  if (spec.contains(','))
    for (StringRef entry : split(rest, ',')) {
      auto [key, value] = entry.split('=');
      if (is_contained(seen, key))
        return fail(ErrorKind::InvalidArgument, "give each once", "'{}' is given twice",
                    key.str());
      seen.push_back(key);
      if (auto error = readQuantizeEntry(key, value, options))
        return std::move(error);
    }
  if (auto error = nn::checkOptions(options))
    return std::move(error);
  return options;
}

static llvm::Error readQuantize(const std::optional<std::string> &spec,
                                Transformations &all) {
  if (!spec)
    return llvm::Error::success();
  auto options = readQuantization(*spec);
  if (!options)
    return inOption("--quantize", *spec, options.takeError());
  all.push_back({"--quantize", *spec, *options});
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// --multiplier
//===----------------------------------------------------------------------===//

/// Returns the name of a kind on the command line; keywords of attributes have no hyphens.
static std::string nameOf(nn::MultiplierKind kind) {
  std::string name = stringifyEnum(kind).str();
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

static std::vector<std::string> multiplierNames() {
  std::vector<std::string> names;
  for (const Word<nn::MultiplierKind> &word : words<nn::MultiplierKind>())
    names.push_back(nameOf(word.value));
  return names;
}

/// Returns the meaning of the number behind a kind; empty if the kind takes no number.
static StringRef parameterOf(nn::MultiplierKind kind) {
  switch (kind) {
  case nn::MultiplierKind::Exact:
    return "";
  case nn::MultiplierKind::LMul:
    return "BITS";
  case nn::MultiplierKind::Pam:
    return "ALPHA";
  case nn::MultiplierKind::ShiftAdd:
    return "TERMS";
  }
  llvm_unreachable("a kind that is none");
}

static llvm::Error readParameter(StringRef value, nn::SetMultiplierOptions &options) {
  StringRef parameter = parameterOf(options.kind);
  switch (options.kind) {
  case nn::MultiplierKind::Exact:
    return fail(ErrorKind::InvalidArgument, "use exact", "the value is '{}'; expected none",
                value.str());
  case nn::MultiplierKind::LMul:
    return readNumber(parameter, value, options.mantissa);
  case nn::MultiplierKind::Pam:
    return readNumber(parameter, value, options.alpha);
  case nn::MultiplierKind::ShiftAdd:
    return readNumber(parameter, value, options.terms);
  }
  llvm_unreachable("a kind that is none");
}

/// KIND[=VALUE]
static llvm::Error readMultiplierKind(StringRef spec, nn::SetMultiplierOptions &options) {
  auto [name, value] = spec.split('=');
  for (const Word<nn::MultiplierKind> &word : words<nn::MultiplierKind>()) {
    if (nameOf(word.value) != name)
      continue;
    options.kind = word.value;
    return spec.contains('=') ? readParameter(value, options) : llvm::Error::success();
  }
  return fail(ErrorKind::InvalidArgument, "tacit compile --help",
              "unknown kind '{}'; expected {}", name.str(),
              alternatives(multiplierNames()));
}

static llvm::Error readMultiplier(const driver::TransformationSpecs &specs,
                                  Transformations &all) {
  if (!specs.multiplier) {
    if (!specs.multiplierZero && !specs.multiplierScope)
      return llvm::Error::success();
    return fail(ErrorKind::InvalidArgument, "add --multiplier lmul, for example",
                "{} has no effect without --multiplier",
                specs.multiplierZero ? "--multiplier-zero" : "--multiplier-scope");
  }
  nn::SetMultiplierOptions options;
  if (specs.multiplierZero) {
    auto zero = readWord<nn::ZeroPolicy>("--multiplier-zero", *specs.multiplierZero);
    if (!zero)
      return zero.takeError();
    options.zero = *zero;
  }
  if (specs.multiplierScope) {
    auto scope =
        readWord<nn::MultiplierScope>("--multiplier-scope", *specs.multiplierScope);
    if (!scope)
      return scope.takeError();
    options.scope = *scope;
  }
  auto error = readMultiplierKind(*specs.multiplier, options);
  if (!error)
    error = nn::checkOptions(options);
  if (error)
    return inOption("--multiplier", *specs.multiplier, std::move(error));
  if (options.kind == nn::MultiplierKind::Exact &&
      (specs.multiplierZero || specs.multiplierScope))
    return fail(ErrorKind::InvalidArgument, "leave it out",
                "{} has no effect on --multiplier exact, which is for all products",
                specs.multiplierZero ? "--multiplier-zero" : "--multiplier-scope");
  all.push_back({"--multiplier", *specs.multiplier, options});
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Help
//===----------------------------------------------------------------------===//

/// "symmetric|asymmetric"
template <typename E>
static std::string choice() {
  return join(map_range(words<E>(), [](const Word<E> &word) { return word.name.str(); }),
              "|");
}

/// "exact (default), lift or ignore", with `note` on the default.
template <typename E>
static std::string choiceWithDefault(E value, const std::string &note) {
  std::vector<std::string> names;
  for (const Word<E> &word : words<E>())
    names.push_back(word.name.str() + (word.value == value ? " (" + note + ")" : ""));
  return alternatives(names);
}

static std::string multiplierForms() {
  std::vector<std::string> forms;
  for (const Word<nn::MultiplierKind> &word : words<nn::MultiplierKind>()) {
    std::string parameter = parameterOf(word.value).str();
    forms.push_back(nameOf(word.value) + (parameter.empty() ? "" : "[=" + parameter + "]"));
  }
  return join(forms, ", ");
}

driver::TransformationHelp driver::getTransformationHelp() {
  TransformationHelp help;
  help.approximate = "choose how functions are computed: gelu=FORM[@SITES] with FORM " +
                     alternatives(getGeluForms());
  help.quantize = "store weights of linear layers in few bits: " +
                  alternatives(words<numerics::WeightFormat>()) +
                  ", then any of ,group=32 ,scheme=" + choice<numerics::Scheme>() +
                  " ,method=rtn ,head=" + choice<nn::HeadWeights>();
  help.multiplier = "choose how products are computed: " + multiplierForms();
  help.multiplierZero =
      "operands that are zero: " + choiceWithDefault(nn::ZeroPolicy::Exact, "default");
  help.multiplierScope =
      "which products: " +
      choiceWithDefault(nn::MultiplierScope::Matmul, "default: all matrix products");
  return help;
}

//===----------------------------------------------------------------------===//
// All of them
//===----------------------------------------------------------------------===//

/// Allows the passes to create constants that are names without bytes.
static void nameConstants(Transformations &all) {
  for (Transformation &transformation : all) {
    if (auto *quantize = std::get_if<nn::QuantizeWeightsOptions>(&transformation.change))
      quantize->named = true;
    if (auto *step = std::get_if<SurgeryStep>(&transformation.change))
      if (auto *fold = std::get_if<nn::FoldLinearOptions>(&step->pass))
        fold->named = true;
  }
}

llvm::Expected<Transformations>
driver::parseTransformations(const driver::TransformationSpecs &specs) {
  Transformations all;
  if (auto error = readSteps("--aero", specs.aero, StepFamily::Aero, all))
    return std::move(error);
  // This comes after --aero, which may leave fewer functions to approximate.
  if (auto error =
          readSteps("--approximate", specs.approximate, StepFamily::Approximation, all))
    return std::move(error);
  if (auto error = readQuantize(specs.quantize, all))
    return std::move(error);
  if (auto error = readMultiplier(specs, all))
    return std::move(error);
  // A multiplier may read the weights that other changes produced.
  if (specs.isForShapes && !specs.multiplier)
    nameConstants(all);
  return all;
}
