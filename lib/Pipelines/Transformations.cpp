//===- Transformations.cpp - Changes of a model, as users say them --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Pipelines/Transformations.h"
#include "tacit/Dialect/NN/Analysis/Sites.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tacit;

using Transformations = std::vector<Transformation>;

//===----------------------------------------------------------------------===//
// Words and numbers
//===----------------------------------------------------------------------===//

/// "a, b or c".
static std::string alternatives(ArrayRef<StringLiteral> words) {
  std::string text;
  for (auto [i, word] : enumerate(words))
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + word.str();
  return text;
}

static llvm::Error notAvailable(StringRef option, StringRef what, std::string hint) {
  return fail(ExitCode::Usage, std::move(hint),
              "'{}' in {} is not available in this version", what.str(), option.str());
}

/// A finite number written as such in a pipeline.
static std::optional<double> readNumber(StringRef text) {
  double number = 0;
  if (text.getAsDouble(number) || !(number > -1e30 && number < 1e30))
    return std::nullopt;
  return number;
}

static std::optional<int64_t> readWhole(StringRef text, int64_t low, int64_t high) {
  int64_t number = 0;
  if (text.getAsInteger(10, number) || number < low || number > high)
    return std::nullopt;
  return number;
}

//===----------------------------------------------------------------------===//
// Entries of a list: NAME[=VALUE][@SITES]
//===----------------------------------------------------------------------===//

namespace {
struct Entry {
  StringRef option, text, name = {};
  std::optional<StringRef> value = {};
  StringRef sites = "all";
};
} // namespace

/// Fails where a pass would, but with the option that is to be corrected.
static llvm::Error checkSites(const Entry &entry) {
  auto sites = nn::Sites::parse(entry.sites);
  if (sites)
    return llvm::Error::success();
  return handleErrors(sites.takeError(), [&](const tacit::Error &error) {
    return fail(error.getCode(), error.getHint().str(), "{} {}: {}", entry.option.str(),
                entry.text.str(), error.getMessage().str());
  });
}

static llvm::Expected<SmallVector<Entry>> splitList(StringRef option, StringRef list) {
  SmallVector<Entry> entries;
  for (StringRef text : split(list, ',')) {
    if (text.empty())
      return fail(ExitCode::Usage, "write NAME, NAME=VALUE or NAME@SITES between commas",
                  "an entry of {} is empty, in '{}'", option.str(), list.str());
    Entry entry{option, text};
    auto [head, sites] = text.split('@');
    if (text.contains('@'))
      entry.sites = sites;
    auto [name, value] = head.split('=');
    entry.name = name;
    if (head.contains('='))
      entry.value = value;
    if (auto error = checkSites(entry))
      return std::move(error);
    entries.push_back(entry);
  }
  return entries;
}

static Transformation surgery(const Entry &entry, std::string pass) {
  return {entry.option.str(), entry.text.str(), "surgery", std::move(pass)};
}

//===----------------------------------------------------------------------===//
// --aero
//===----------------------------------------------------------------------===//

static llvm::Expected<Transformation> removeLayerNorm(const Entry &entry) {
  StringRef mode = entry.value.value_or("drop");
  if (mode == "static")
    return fail(ExitCode::Usage, "use remove-layernorm=drop",
                "'{}' in --aero is not available in this version: it needs calibration",
                entry.text.str());
  if (mode != "drop")
    return fail(ExitCode::Usage, "use remove-layernorm=drop",
                "'{}' in --aero has the mode '{}'; expected drop", entry.text.str(),
                mode.str());
  return surgery(entry, fmt::format("nn-remove-layer-norm{{sites={}}}", entry.sites.str()));
}

static llvm::Expected<Transformation> geluToRelu(const Entry &entry) {
  auto slope = readNumber(entry.value.value_or("0"));
  if (!slope || *slope < 0 || *slope >= 1)
    return fail(ExitCode::Usage, "gelu-to-relu=0.01 gives x / 100 where x is negative",
                "'{}' in --aero has the slope '{}'; expected a number from 0 to below 1",
                entry.text.str(), entry.value->str());
  // -0 would be another bit pattern and mean the same.
  return surgery(entry, fmt::format("nn-replace-activation{{what=gelu with=relu slope={} "
                                    "sites={}}}",
                                    *slope == 0 ? 0.0 : *slope, entry.sites.str()));
}

/// A step without a mode.
static llvm::Expected<Transformation> plainStep(const Entry &entry, std::string pass) {
  if (entry.value)
    return fail(ExitCode::Usage, "use " + entry.name.str(),
                "'{}' in --aero has the value '{}'; expected none", entry.text.str(),
                entry.value->str());
  return surgery(entry, std::move(pass));
}

static llvm::Expected<Transformation> aeroStep(const Entry &entry) {
  std::string sites = entry.sites.str();
  if (entry.name == "remove-layernorm")
    return removeLayerNorm(entry);
  if (entry.name == "gelu-to-relu")
    return geluToRelu(entry);
  if (entry.name == "linearize-ffn")
    return plainStep(entry, fmt::format("nn-replace-activation{{what=any with=identity "
                                        "sites={}}}",
                                        sites));
  if (entry.name == "fuse-ffn")
    return plainStep(entry, fmt::format("nn-fold-linear{{sites={}}}", sites));
  std::string known =
      alternatives({"remove-layernorm", "gelu-to-relu", "linearize-ffn", "fuse-ffn"});
  if (entry.name == "scale-ffn" || entry.name == "prune-ffn")
    return notAvailable("--aero", entry.name, "use " + known);
  return fail(ExitCode::Usage, "tacit compile --help",
              "--aero names the step '{}', which does not exist; expected {}",
              entry.name.str(), known);
}

//===----------------------------------------------------------------------===//
// --approximate
//===----------------------------------------------------------------------===//

static llvm::Expected<Transformation> approximation(const Entry &entry) {
  static constexpr StringLiteral kForms[] = {"tanh",      "erf",    "puma", "bolt",
                                             "bumblebee", "nimbus", "quad"};
  if (entry.name == "exp" || entry.name == "softmax")
    return notAvailable("--approximate", entry.text, "use gelu=" + alternatives(kForms));
  if (entry.name != "gelu")
    return fail(ExitCode::Usage, "use gelu=" + alternatives(kForms),
                "--approximate names the function '{}'; expected gelu", entry.name.str());
  StringRef form = entry.value.value_or("");
  if (!is_contained(kForms, form))
    return fail(ExitCode::Usage, "use gelu=bolt, for example",
                "'{}' in --approximate has the form '{}'; expected {}", entry.text.str(),
                form.str(), alternatives(kForms));
  return surgery(entry, fmt::format("nn-replace-activation{{what=gelu with={} sites={}}}",
                                    form.str(), entry.sites.str()));
}

/// All entries of a list, each read by `read`.
static llvm::Error
readList(StringRef option, const std::optional<std::string> &list,
         llvm::function_ref<llvm::Expected<Transformation>(const Entry &)> read,
         Transformations &all) {
  if (!list)
    return llvm::Error::success();
  auto entries = splitList(option, *list);
  if (!entries)
    return entries.takeError();
  for (const Entry &entry : *entries) {
    auto transformation = read(entry);
    if (!transformation)
      return transformation.takeError();
    all.push_back(std::move(*transformation));
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// --quantize
//===----------------------------------------------------------------------===//

namespace {
struct Format {
  StringLiteral name;
  int64_t bits;
  int64_t sharing; ///< weights that lie in the same bytes
};

/// KEY=VALUE behind the format, and what it may be.
struct Choice {
  StringLiteral key;
  std::vector<StringLiteral> known, later;
  StringRef value;
};
} // namespace

static constexpr Format kFormats[] = {{"int4", 4, 2}, {"int6", 6, 4}, {"int8", 8, 1}};

static llvm::Error readChoice(Choice &choice, StringRef value) {
  if (is_contained(choice.later, value))
    return notAvailable("--quantize", (choice.key + "=" + value).str(), "leave it out");
  if (!is_contained(choice.known, value))
    return fail(ExitCode::Usage, "correct the word",
                "{} in --quantize is '{}'; expected {}", choice.key.str(), value.str(),
                alternatives(choice.known.empty() ? choice.later : choice.known));
  choice.value = value;
  return llvm::Error::success();
}

static llvm::Expected<int64_t> readGroup(const Format &format, StringRef text) {
  auto group = readWhole(text, 1, 65536);
  if (!group)
    return fail(ExitCode::Usage, "correct the number",
                "group in --quantize is '{}'; expected a whole number from 1 to 65536",
                text.str());
  if (*group % format.sharing != 0)
    return fail(
        ExitCode::Usage, fmt::format("group={}", alignTo(*group, format.sharing)),
        "group in --quantize is {}; expected a multiple of {}, because {} weights of "
        "{} share their bytes",
        *group, format.sharing, format.sharing, format.name.str());
  return *group;
}

static llvm::Expected<Transformation> quantization(StringRef spec) {
  StringRef first = spec.split(',').first, rest = spec.split(',').second;
  const Format *format =
      find_if(kFormats, [&](const Format &f) { return f.name == first; });
  if (format == std::end(kFormats))
    return fail(ExitCode::Usage, "write int4, or int4,group=64,scheme=asymmetric",
                "--quantize begins with '{}'; expected int4, int6 or int8", first.str());
  Choice choices[] = {
      {"scheme", {"symmetric", "asymmetric"}, {}, "symmetric"},
      {"head", {"float", "int8", "same"}, {}, "float"},
      {"method", {"rtn"}, {"gptq", "awq", "hadamard"}, "rtn"},
      {"activations", {}, {"int8", "int6"}, ""},
      {"kv", {}, {"int8", "int4"}, ""},
  };
  int64_t group = 32;
  SmallVector<StringRef> seen;
  for (StringRef entry : split(rest, ',')) {
    if (entry.empty() && !spec.contains(','))
      break;
    auto [key, value] = entry.split('=');
    if (is_contained(seen, key))
      return fail(ExitCode::Usage, "give each once", "--quantize names '{}' twice",
                  key.str());
    seen.push_back(key);
    if (key == "group") {
      auto read = readGroup(*format, value);
      if (!read)
        return read.takeError();
      group = *read;
      continue;
    }
    Choice *choice = find_if(choices, [&, word = key](auto &c) { return c.key == word; });
    if (choice == std::end(choices))
      return fail(ExitCode::Usage, "write int4,group=64,scheme=asymmetric, for example",
                  "--quantize has the entry '{}'; expected group=, scheme=, method= or "
                  "head=",
                  entry.str());
    if (auto error = readChoice(*choice, value))
      return std::move(error);
  }
  return Transformation{
      "--quantize", spec.str(), "quantize",
      fmt::format("nn-quantize-weights{{bits={} group={} scheme={} head={}}}", format->bits,
                  group, choices[0].value.str(), choices[1].value.str())};
}

//===----------------------------------------------------------------------===//
// --multiplier
//===----------------------------------------------------------------------===//

/// "kind=lmul mantissa=4", from "lmul=4".
static llvm::Expected<std::string> multiplierKind(StringRef spec) {
  auto [kind, value] = spec.split('=');
  bool hasValue = spec.contains('=');
  auto wrong = [&](const std::string &expected) {
    return fail(ExitCode::Usage, "tacit compile --help",
                "--multiplier is '{}'; expected {}", spec.str(), expected);
  };
  if (kind == "exact") {
    if (hasValue)
      return wrong("exact without a value");
    return "kind=exact";
  }
  if (kind == "lmul") {
    auto bits = readWhole(hasValue ? value : "23", 1, 23);
    if (!bits)
      return wrong("lmul=BITS with 1 to 23 bits of mantissa");
    return fmt::format("kind=lmul mantissa={}", *bits);
  }
  if (kind == "pam") {
    auto alpha = readNumber(hasValue ? value : "1.0552");
    if (!alpha || *alpha < 1 || *alpha >= 2)
      return wrong("pam=ALPHA with a number from 1 to below 2");
    return fmt::format("kind=pam alpha={}", *alpha);
  }
  if (kind == "shift-add") {
    auto terms = readWhole(hasValue ? value : "2", 1, 8);
    if (!terms)
      return wrong("shift-add=TERMS with 1 to 8 terms");
    return fmt::format("kind=shift_add terms={}", *terms);
  }
  return wrong("exact, lmul, pam or shift-add");
}

static llvm::Error checkWord(StringRef option, StringRef word,
                             ArrayRef<StringLiteral> known) {
  if (is_contained(known, word))
    return llvm::Error::success();
  return fail(ExitCode::Usage, "correct the word", "{} is '{}'; expected {}", option.str(),
              word.str(), alternatives(known));
}

static llvm::Error readMultiplier(const TransformationSpecs &specs, Transformations &all) {
  if (!specs.multiplier) {
    if (!specs.multiplierZero && !specs.multiplierScope)
      return llvm::Error::success();
    return fail(ExitCode::Usage, "add --multiplier lmul, for example",
                "{} has no effect without --multiplier",
                specs.multiplierZero ? "--multiplier-zero" : "--multiplier-scope");
  }
  std::string zero = specs.multiplierZero.value_or("exact");
  std::string scope = specs.multiplierScope.value_or("matmul");
  if (auto error = checkWord("--multiplier-zero", zero, {"exact", "lift", "ignore"}))
    return error;
  if (scope == "all")
    return notAvailable("--multiplier-scope", scope, "use matmul, attention or linear");
  if (auto error =
          checkWord("--multiplier-scope", scope, {"matmul", "attention", "linear"}))
    return error;
  auto kind = multiplierKind(*specs.multiplier);
  if (!kind)
    return kind.takeError();
  if (StringRef(*kind).contains("shift_add") && scope == "attention")
    return fail(ExitCode::Usage, "use --multiplier-scope linear",
                "--multiplier {} takes weights apart, and --multiplier-scope attention has "
                "none",
                *specs.multiplier);
  all.push_back(
      {"--multiplier", *specs.multiplier, "multiplier",
       fmt::format("nn-set-multiplier{{{} zero={} scope={}}}", *kind, zero, scope)});
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// All of them
//===----------------------------------------------------------------------===//

llvm::Expected<Transformations>
tacit::parseTransformations(const TransformationSpecs &specs) {
  Transformations all;
  if (auto error = readList("--aero", specs.aero, aeroStep, all))
    return std::move(error);
  // After --aero, which may leave fewer functions to approximate.
  if (auto error = readList("--approximate", specs.approximate, approximation, all))
    return std::move(error);
  if (specs.quantize) {
    auto transformation = quantization(*specs.quantize);
    if (!transformation)
      return transformation.takeError();
    all.push_back(std::move(*transformation));
  }
  if (auto error = readMultiplier(specs, all))
    return std::move(error);
  // Other passes may read what is folded.
  if (specs.isForShapes && !specs.multiplier)
    for (Transformation &transformation : all)
      for (StringRef name : {"nn-fold-linear{", "nn-quantize-weights{"})
        if (StringRef pass = transformation.pass; pass.consume_front(name))
          transformation.pass = (name + "named=true " + pass).str();
  return all;
}
