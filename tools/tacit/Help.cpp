//===- Help.cpp - The help text of a subcommand ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Help.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

static constexpr size_t kWidth = 100, kTextColumn = 28;

namespace {
struct Group {
  StringLiteral title;
  std::vector<StringRef> options;
};
} // namespace

/// The groups in the order of a command: what goes in, what happens to it, what comes out.
static ArrayRef<Group> groups() {
  static const Group all[] = {
      {"Model", {"dim", "shape", "value", "from"}},
      {"Inputs",
       {"input", "inputs", "tokens", "labels", "seed", "window", "expect", "tolerance"}},
      {"Single operations", {"primitive", "elements"}},
      {"Changes of the model",
       {"aero", "approximate", "quantize", "multiplier", "multiplier-zero",
        "multiplier-scope"}},
      {"Two-party computation",
       {"twin", "protocol", "network", "width", "fraction", "functions", "norm-scale",
        "public", "caches", "skip", "list-protocols"}},
      {"Parties and dealer",
       {"party", "listen", "connect", "dealer", "serve", "inferences", "state-in",
        "state-out", "dump-wires", "timeout", "tls-certificate", "tls-key",
        "tls-authority"}},
      {"Limits", {"max-bytes", "max-rounds", "max-hops"}},
      {"Code and execution",
       {"target", "to", "pass-pipeline", "print-pipeline", "vector-bits", "dynamic",
        "reference", "threads", "threads-runtime", "repeat", "cpu"}},
      {"Output", {"o", "output-dir", "json", "dump-phases", "force", "q", "v"}},
  };
  return all;
}

/// Returns what stands on the command line besides options.
static StringRef argumentsOf(StringRef command) {
  return StringSwitch<StringRef>(command)
      .Case("passes", "")
      .Case("run", " MODEL|LIB.so|PACKAGE [options]")
      .Case("deal", " PACKAGE [options]")
      .Case("cost", " MODEL|--primitive NAME|--list-protocols [options]")
      .Default(" MODEL [options]");
}

/// Prints `text` from the current column on, and continues lines at kTextColumn.
static void printWrapped(StringRef text, size_t column, raw_ostream &os) {
  for (StringRef word : llvm::split(text, ' ')) {
    if (column > kTextColumn && column + word.size() + 1 > kWidth) {
      os << "\n";
      os.indent(kTextColumn);
      column = kTextColumn;
    } else if (column > kTextColumn) {
      os << ' ';
      ++column;
    }
    os << word;
    column += word.size();
  }
  os << "\n";
}

static void printOption(StringRef flag, StringRef help, raw_ostream &os) {
  os << "  " << flag;
  size_t column = flag.size() + 2;
  if (column + 2 > kTextColumn) {
    os << "\n";
    column = 0;
  }
  os.indent(kTextColumn - column);
  printWrapped(help, kTextColumn, os);
}

static void printOption(const cl::Option &option, raw_ostream &os) {
  std::string flag =
      (option.ArgStr.size() == 1 ? "-" : "--") + option.ArgStr.str() +
      (option.ValueStr.empty() ? std::string() : " " + option.ValueStr.str());
  printOption(flag, option.HelpStr, os);
}

void tacit::tool::printHelp(cl::SubCommand &command, const cl::OptionCategory &category,
                            raw_ostream &os) {
  os << "tacit " << command.getName() << ": " << command.getDescription()
     << "\n\nusage: tacit " << command.getName() << argumentsOf(command.getName()) << "\n";
  std::vector<const cl::Option *> rest;
  for (auto [name, option] : command.OptionsMap)
    if (is_contained(option->Categories, &category) &&
        option->getOptionHiddenFlag() == cl::NotHidden)
      rest.push_back(option);
  for (const Group &group : groups()) {
    bool isFirst = true;
    for (StringRef name : group.options) {
      auto found = find_if(rest, [&](auto *option) { return option->ArgStr == name; });
      if (found == rest.end())
        continue;
      if (isFirst)
        os << "\n" << group.title << ":\n";
      isFirst = false;
      printOption(**found, os);
      rest.erase(found);
    }
  }
  os << "\nOther:\n";
  sort(rest, [](auto *a, auto *b) { return a->ArgStr < b->ArgStr; });
  for (const cl::Option *option : rest)
    printOption(*option, os);
  printOption("--help", "print this text", os);
  printOption("--version", "print the versions of tacit and LLVM", os);
}
