//===- Options.cpp - The command line of tacit ----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Bindings.h"
#include "Completion.h"
#include "Flags.h"
#include "Help.h"
#include "MlirOptions.h"
#include "Overview.h"
#include "Subcommands.h"
#include "VainOptions.h"
#include "tacit/Driver/Driver.h"
#include "tacit/InitAll/InitAll.h"
#include "tacit/Support/Error.h"
#include "tacit/Support/Nearest.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using namespace tacit;
using namespace tacit::driver;
using namespace tacit::tool;

/// Returns LLVM's message about a command line, without the program's name and with one
/// problem per line. LLVM proposes the nearest option, however far it is.
static std::string tidy(StringRef text, cl::SubCommand &command) {
  SmallVector<StringRef> names = {"help", "version"};
  for (auto [name, option] : command.OptionsMap)
    if (llvm::is_contained(option->Categories, &category))
      names.push_back(name);
  SmallVector<std::string> lines;
  for (StringRef line : llvm::split(text.trim(), '\n')) {
    line.consume_front("tacit: ");
    if (line.ltrim().starts_with("Did you mean"))
      continue;
    std::string problem = line.split("  Try:").first.trim().str();
    if (line.consume_front("Unknown command line argument '")) {
      StringRef given = line.split("'").first;
      std::string near = nearest(given.ltrim('-').split('=').first, names);
      problem = fmt::format("unknown option '{}' of tacit {}", given.str(),
                            command.getName().str());
      if (!near.empty())
        problem +=
            "; did you mean '" + std::string(near.size() == 1 ? "-" : "--") + near + "'?";
    }
    lines.push_back(problem);
  }
  return llvm::join(lines, "\n  ");
}

/// tacit completion SHELL. It is no subcommand of LLVM's, because it has no options.
static llvm::Expected<Action> printCompletion(ArrayRef<cl::SubCommand *> commands,
                                              ArrayRef<char *> arguments) {
  if (arguments.size() != 1)
    return usage("tacit completion bash",
                 fmt::format("found {} words after 'completion'; expected one: bash, zsh "
                             "or fish",
                             arguments.size()));
  auto script = completionScript(arguments.front(), commands, category);
  if (!script)
    return script.takeError();
  outs() << *script;
  return Action();
}

llvm::Expected<Action> tool::parseOptions(int argc, char **argv) {
  auto printVersion = [](raw_ostream &os) { os << version() << '\n'; };
  cl::SetVersionPrinter(printVersion);
  if (argc < 2)
    return usage("tacit inspect MODEL.onnx",
                 "no subcommand given\n\n" + kOverview.rtrim().str());
  StringRef first(argv[1]);
  if (first == "--help" || first == "-h" || first == "help") {
    outs() << kOverview;
    return Action();
  }
  if (first == "--version") {
    printVersion(outs());
    return Action();
  }
  cl::SubCommand *commands[] = {&inspectCommand, &compileCommand, &runCommand, &evalCommand,
                                &passesCommand,  &costCommand,    &dealCommand};
  if (first == "completion")
    return printCompletion(commands, ArrayRef(argv, argc).drop_front(2));
  auto names = llvm::map_range(commands, [](auto *c) { return c->getName(); });
  auto found = llvm::find_if(commands, [&](auto *c) { return c->getName() == first; });
  if (found == std::end(commands))
    return usage(
        didYouMean(first, names, "tacit --help"),
        fmt::format("unknown subcommand '{}'; expected inspect, compile, run, eval, "
                    "cost, deal or passes",
                    first.str()));

  // --mlir-print-ir-after accepts the names of registered passes. `tacit passes` lists only
  // ours.
  if (first != passesCommand.getName())
    registerAllPasses();
  registerMlirOptions();
  cl::SubCommand &command = **found;
  for (StringRef argument : ArrayRef(argv, argc).drop_front(2)) {
    if (argument == "--")
      break;
    if (argument == "--help" || argument == "-help" || argument == "-h") {
      printHelp(command, category, outs());
      return Action();
    }
    if (argument == "--version") {
      printVersion(outs());
      return Action();
    }
  }
  std::string text;
  raw_string_ostream os(text);
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &os))
    return usage(fmt::format("tacit {} --help", first.str()), tidy(text, command));
  if (auto error = checkGivenOnce(command))
    return std::move(error);
  elideWeights();

  return readCommand();
}
