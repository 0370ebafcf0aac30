//===- Cost.cpp - tacit cost ----------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "Protocol.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Report/CostReport.h"
#include "tacit/Report/Json.h"
#include "tacit/Support/Error.h"

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::report;

//===----------------------------------------------------------------------===//
// One protocol
//===----------------------------------------------------------------------===//

static llvm::Error makeProgram(const Options &options, Compilation &compilation) {
  if (!options.primitive.empty()) {
    if (auto error = compilation.openPrimitive())
      return error;
  } else {
    if (auto error = compilation.open())
      return error;
    if (auto error = compilation.requireDimensions())
      return error;
    if (auto error = compilation.import(options.bindings))
      return error;
  }
  if (auto error = compilation.advance("cost"))
    return error;
  return compilation.finish();
}

/// What a reader must know about the figures; the program does not hold it.
static llvm::Expected<std::vector<std::string>> notesOn(mlir::ModuleOp program,
                                                        const cost::Suite &suite) {
  auto main = program.lookupSymbol<mlir::func::FuncOp>("main");
  if (!main)
    return std::vector<std::string>();
  auto bill = suite.charge(main);
  if (!bill)
    return bill.takeError();
  return std::move(bill->notes);
}

/// Nothing where another run took them apart.
static std::string functionsOf(const Options &options) {
  bool isExpandedHere = options.from.empty() || *findPhase(options.from, Road::TwoParty) <
                                                    *findPhase("expand", Road::TwoParty);
  if (!options.twoParty.isExpanded || !isExpandedHere)
    return "";
  return options.twoParty.isBounded ? "bounded" : "published";
}

static llvm::Expected<ProtocolCosts> costsUnder(const Protocol &protocol) {
  Compilation compilation(protocol.options);
  if (auto error = makeProgram(protocol.options, compilation))
    return std::move(error);
  auto costs = ProgramCosts::of(compilation.program());
  if (!costs)
    return costs.takeError();
  auto notes = notesOn(compilation.program(), *protocol.suite);
  if (!notes)
    return notes.takeError();
  auto isQuantized = [](const Transformation &t) { return t.phase == "quantize"; };
  if (llvm::any_of(protocol.options.transformations, isQuantized))
    notes->push_back(
        "weights of few bits send no less here: every operand of a product is a "
        "word of the ring");
  auto [width, fraction] = ringOf(compilation.program(), protocol.options);
  return ProtocolCosts{protocol.suite->info(),
                       width,
                       fraction,
                       functionsOf(protocol.options),
                       std::move(*costs),
                       std::move(*notes),
                       std::nullopt,
                       {}};
}

/// With what the model costs before the changes that are asked for and behind each, if
/// any are.
static llvm::Expected<ProtocolCosts> compareUnder(const Protocol &protocol) {
  const std::vector<Transformation> &changes = protocol.options.transformations;
  auto all = costsUnder(protocol);
  if (!all || changes.empty())
    return all;
  Protocol part = protocol;
  part.options.dumpPhases.clear();
  part.options.isAside = true;
  for (size_t done = 0; done < changes.size(); ++done) {
    part.options.transformations.assign(changes.begin(), changes.begin() + done);
    auto costs = costsUnder(part);
    if (!costs)
      return costs.takeError();
    if (done == 0)
      all->before = std::move(costs->costs);
    else
      all->steps.push_back(
          {changes[done - 1].option, changes[done - 1].text, costs->costs.total});
  }
  all->steps.push_back({changes.back().option, changes.back().text, all->costs.total});
  return all;
}

//===----------------------------------------------------------------------===//
// Limits
//===----------------------------------------------------------------------===//

static llvm::Error checkLimit(const cost::SuiteInfo &suite, const char *option,
                              const char *what, int64_t found,
                              std::optional<int64_t> limit) {
  if (!limit || (found != cost::kUnknown && found <= *limit))
    return llvm::Error::success();
  if (found == cost::kUnknown)
    return fail(ExitCode::LimitMissed, "ask a suite of formulas: --protocol crypten",
                "'{}' does not say how many {} it takes; --{} {} cannot be met", suite.name,
                what, option, *limit);
  return fail(ExitCode::LimitMissed, "see what dominates, and --aero",
              "'{}' takes {} {}; --{} allows {}", suite.name, found, what, option, *limit);
}

static llvm::Error checkLimits(const Options &options, const CostReport &report) {
  for (const ProtocolCosts &protocol : report.protocols) {
    const cost::Total &total = protocol.costs.total;
    if (auto error =
            checkLimit(protocol.suite, "max-bytes", "bytes", total.total, options.maxBytes))
      return error;
    if (auto error =
            checkLimit(protocol.suite, "max-rounds", "hops", total.hops, options.maxRounds))
      return error;
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// All of them
//===----------------------------------------------------------------------===//

static std::string nameOf(const Options &options) {
  return options.primitive.empty() ? options.model : options.primitive;
}

/// The sizes of the model's free dimensions.
static std::map<std::string, int64_t> dimsOf(const Options &options) {
  std::map<std::string, int64_t> dims;
  for (const auto &binding : options.bindings.dims)
    dims[binding.getKey().str()] = binding.getValue();
  for (const auto &binding : options.bindings.shapes)
    for (auto [i, size] : llvm::enumerate(binding.getValue()))
      dims[fmt::format("{}.{}", binding.getKey().str(), i)] = size;
  return dims;
}

static llvm::Error listProtocols(const Options &options) {
  if (wantsText(options))
    printProtocols();
  return writeJson(options, protocolsJson());
}

llvm::Error driver::runCost(const Options &options) {
  if (options.listProtocols)
    return listProtocols(options);
  if (options.protocols.empty())
    return fail(ExitCode::Usage,
                "--protocol aero,crypten; tacit cost --list-protocols tells more",
                "cost needs to know the protocol");
  if (options.protocols.size() > 1 && !options.dumpPhases.empty())
    return fail(ExitCode::Usage, "give one protocol",
                "--dump-phases writes the programs of one protocol; found {}",
                options.protocols.size());
  auto network = cost::parseNetwork(options.network);
  if (!network)
    return network.takeError();
  std::vector<Protocol> protocols;
  for (const std::string &name : options.protocols) {
    auto protocol = chooseProtocol(options, name);
    if (!protocol)
      return protocol.takeError();
    protocols.push_back(std::move(*protocol));
  }
  CostReport report{nameOf(options), dimsOf(options), *network, {}};
  for (const Protocol &protocol : protocols) {
    auto costs = compareUnder(protocol);
    if (!costs)
      return costs.takeError();
    report.protocols.push_back(std::move(*costs));
  }
  if (wantsText(options))
    printCosts(report);
  if (auto error = writeJson(options, costsJson(report)))
    return error;
  return checkLimits(options, report);
}
