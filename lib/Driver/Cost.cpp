//===- Cost.cpp - tacit cost ----------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "Output.h"
#include "Protocol.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Cost/Primitive.h"
#include "tacit/Driver/Driver.h"
#include "tacit/Report/CostReport.h"
#include "tacit/Support/Error.h"
#include "llvm/ADT/StringExtras.h"

using namespace tacit;
using namespace tacit::driver;
using namespace tacit::report;

using Dims = std::map<std::string, int64_t>;

//===----------------------------------------------------------------------===//
// One program
//===----------------------------------------------------------------------===//

/// Returns what a reader must know about the figures and the program does not state.
static llvm::Expected<std::vector<std::string>> notesOn(mlir::ModuleOp program,
                                                        const cost::Suite &suite,
                                                        llvm::ArrayRef<std::string> skip) {
  auto main = program.lookupSymbol<mlir::func::FuncOp>("main");
  // What is summed over messages needs no explanation.
  if (!main || suite.info().kind == cost::SuiteKind::Messages)
    return std::vector<std::string>();
  auto bill = suite.charge(main, skip);
  if (!bill)
    return bill.takeError();
  return std::move(bill->notes);
}

/// This is empty if another run has expanded the functions.
static std::string functionsOf(const CostOptions &options,
                               const TwoPartyOptions &twoParty) {
  bool isExpandedHere = options.start() < *findPhase(PhaseKind::Expand, options.flow);
  if (!twoParty.isExpanded || !isExpandedHere || twoParty.hasMessages)
    return "";
  return twoParty.isBounded ? "bounded" : "published";
}

/// An entry of --skip that matches nothing is mistyped.
static llvm::Error checkSkipped(llvm::ArrayRef<std::string> skip,
                                const cost::ProgramCosts &costs) {
  for (const std::string &entry : skip) {
    auto matches = [&](const cost::CostedOperation &operation) {
      return cost::isSkipped(operation.op, entry);
    };
    if (llvm::any_of(costs.operations, matches))
      continue;
    std::vector<std::string> kinds;
    for (const cost::KindCosts &kind : costs.byKind())
      kinds.push_back(kind.kind);
    return fail(ErrorKind::InvalidArgument,
                "use one of " + llvm::join(kinds, ", ") + ", pooler, or the name of a site",
                "--skip names '{}', and no operation is of that kind", entry);
  }
  return llvm::Error::success();
}

/// Returns the costs under the protocol of the program, which has passed the phase `cost`.
static llvm::Expected<ProtocolCosts>
costsUnder(const CostOptions &options, const Protocol &protocol, mlir::ModuleOp program) {
  auto costs = cost::ProgramCosts::of(program);
  if (!costs)
    return costs.takeError();
  if (auto error = checkSkipped(options.skip, *costs))
    return std::move(error);
  auto notes = notesOn(program, *protocol.suite, options.skip);
  if (!notes)
    return notes.takeError();
  auto isQuantized = [](const Transformation &change) {
    return change.phase() == PhaseKind::Quantize;
  };
  if (llvm::any_of(options.transformations, isQuantized))
    notes->push_back("weights of few bits do not reduce communication here: every operand "
                     "of a product is a word of the ring");
  ShareRing ring = driver::ringOf(program, protocol.twoParty);
  return ProtocolCosts{protocol.suite->info(), ring.width,
                       ring.fraction,          functionsOf(options, protocol.twoParty),
                       std::move(*costs),      std::move(*notes)};
}

//===----------------------------------------------------------------------===//
// All protocols and changes
//===----------------------------------------------------------------------===//

/// Returns the sizes of the model's free dimensions, each under its name in the file.
static Dims dimsOf(const CostOptions &options, const OnnxModel *model) {
  Dims dims;
  for (const auto &binding : options.bindings.dims)
    dims[binding.getKey().str()] = binding.getValue();
  if (!model)
    return dims;
  for (const OnnxValue &input : model->inputs()) {
    auto shape = options.bindings.shapes.find(input.name);
    if (shape == options.bindings.shapes.end() ||
        shape->getValue().size() != input.dims.size())
      continue;
    for (auto [dim, size] : llvm::zip(input.dims, shape->getValue()))
      if (dim.size < 0)
        dims[dim.name] = size;
  }
  return dims;
}

/// Opens and imports the model, or creates the program of the primitive.
static llvm::Error begin(const CostOptions &options, const TwoPartyOptions &ring,
                         Session &session) {
  if (!options.primitive.empty()) {
    auto program = cost::makePrimitive(options.primitive, options.primitiveShapes,
                                       ring.width, ring.fraction, session.context());
    if (!program)
      return program.takeError();
    session.begin(std::move(*program), PhaseKind::Mpc);
    return llvm::Error::success();
  }
  if (auto error = session.open(!options.transformations.empty()))
    return error;
  if (auto error = session.requireDimensions())
    return error;
  return session.import(options.bindings);
}

/// What a protocol has for a program, or why it has nothing.
using UseProgram = llvm::function_ref<llvm::Error(size_t, llvm::Expected<mlir::ModuleOp>)>;

/// Calls `use` with the index of each protocol and the program made for it, or the error of
/// a protocol that cannot run it or price it. Phases that do not depend on the protocol run
/// once.
static llvm::Error forEachProtocol(llvm::ArrayRef<Protocol> protocols,
                                   const Compilation &raised, Variant variant,
                                   UseProgram use) {
  Compilation changed = raised.fork(variant);
  if (auto error = changed.advance(PhaseKind::Multiplier))
    return error;
  for (auto [i, protocol] : llvm::enumerate(protocols)) {
    variant.twoParty = protocol.twoParty;
    Compilation compilation = changed.fork(variant);
    llvm::Expected<mlir::ModuleOp> program = mlir::ModuleOp();
    if (auto error = compilation.advance(PhaseKind::Cost)) {
      llvm::consumeError(program.takeError());
      program = std::move(error);
    } else {
      program = compilation.program();
    }
    if (auto error = use(i, std::move(program)))
      return error;
  }
  return llvm::Error::success();
}

/// Returns the message of an error that says that a protocol has nothing for a program; any
/// other error stays one.
static llvm::Expected<std::string> reasonOf(llvm::Error error) {
  std::string reason;
  llvm::Error other = llvm::handleErrors(
      std::move(error), [&](std::unique_ptr<tacit::Error> found) -> llvm::Error {
        if (found->getKind() != ErrorKind::Unsupported)
          return llvm::Error(std::move(found));
        // The first line says that there is no estimate, and the next one why.
        auto [title, why] = found->getMessage().split('\n');
        reason = (why.empty() ? title : why).trim().str();
        return llvm::Error::success();
      });
  if (other)
    return std::move(other);
  return reason;
}

static CostStep stepOf(const Transformation &change,
                       const std::optional<cost::ProgramCosts> &costs) {
  return {change.option, change.text, costs ? std::optional(costs->total) : std::nullopt};
}

/// Adds the costs of the model before the requested changes, and after each of them. They
/// are unknown where the protocol has no figures for something that a change removes.
static llvm::Error compare(const CostOptions &options, llvm::ArrayRef<Protocol> protocols,
                           const Compilation &raised, std::vector<ProtocolCosts> &all) {
  const std::vector<Transformation> &changes = options.transformations;
  for (size_t done = 0; done < changes.size(); ++done) {
    Variant part{Flow::TwoParty, {changes.begin(), changes.begin() + done}};
    part.isAside = true;
    auto add = [&](size_t i, llvm::Expected<mlir::ModuleOp> program) -> llvm::Error {
      std::optional<cost::ProgramCosts> known;
      if (program) {
        if (auto error = cost::ProgramCosts::of(*program).moveInto(known.emplace()))
          return error;
      } else {
        auto reason = reasonOf(program.takeError());
        if (!reason)
          return reason.takeError();
        if (done == 0)
          all[i].whyUnknown = *reason;
      }
      if (done == 0)
        all[i].before = std::move(known);
      else
        all[i].steps.push_back(stepOf(changes[done - 1], known));
      return llvm::Error::success();
    };
    if (auto error = forEachProtocol(protocols, raised, std::move(part), add))
      return error;
  }
  for (ProtocolCosts &costs : all) {
    costs.isChanged = !changes.empty();
    if (!changes.empty())
      costs.steps.push_back(stepOf(changes.back(), costs.costs));
  }
  return llvm::Error::success();
}

/// Computes the costs of the model under each protocol. A model is imported once for all of
/// them.
static llvm::Expected<std::vector<ProtocolCosts>>
costsOfModel(const CostOptions &options, llvm::ArrayRef<Protocol> protocols, Dims &dims,
             OutputFiles &files) {
  Session session(options, options, Purpose::Cost, files);
  if (auto error = begin(options, protocols.front().twoParty, session))
    return std::move(error);
  dims = dimsOf(options, session.onnx());
  Compilation raised(session, {Flow::TwoParty});
  if (auto error = raised.advance(PhaseKind::Raise))
    return std::move(error);
  std::vector<ProtocolCosts> all;
  auto add = [&](size_t i, llvm::Expected<mlir::ModuleOp> program) -> llvm::Error {
    if (!program)
      return program.takeError();
    auto costs = costsUnder(options, protocols[i], *program);
    if (!costs)
      return costs.takeError();
    all.push_back(std::move(*costs));
    return llvm::Error::success();
  };
  if (auto error = forEachProtocol(protocols, raised,
                                   {Flow::TwoParty, options.transformations}, add))
    return std::move(error);
  session.finish();
  if (auto error = compare(options, protocols, raised, all))
    return std::move(error);
  return all;
}

/// Does the same for a primitive, whose program has the ring of the protocol.
static llvm::Expected<std::vector<ProtocolCosts>>
costsOf(const CostOptions &options, llvm::ArrayRef<Protocol> protocols, Dims &dims,
        OutputFiles &files) {
  if (options.primitive.empty())
    return costsOfModel(options, protocols, dims, files);
  std::vector<ProtocolCosts> all;
  for (const Protocol &protocol : protocols) {
    auto costs = costsOfModel(options, protocol, dims, files);
    if (!costs)
      return costs.takeError();
    all.push_back(std::move(costs->front()));
  }
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
    return fail(ErrorKind::LimitExceeded,
                "use a protocol that has formulas: --protocol crypten",
                "'{}' does not say how many {} it takes; --{} {} cannot be met", suite.name,
                what, option, *limit);
  return fail(ErrorKind::LimitExceeded, "look at what dominates, and consider --aero",
              "'{}' takes {} {}; --{} allows {}", suite.name, found, what, option, *limit);
}

static llvm::Error checkLimits(const CostOptions &options, const CostReport &report) {
  for (const ProtocolCosts &protocol : report.protocols) {
    const cost::Total &total = protocol.costs.total;
    if (auto error =
            checkLimit(protocol.suite, "max-bytes", "bytes", total.total, options.maxBytes))
      return error;
    if (auto error =
            checkLimit(protocol.suite, "max-hops", "hops", total.hops, options.maxHops))
      return error;
    if (auto error = checkLimit(protocol.suite, "max-rounds", "rounds", total.rounds,
                                options.maxRounds))
      return error;
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// The report
//===----------------------------------------------------------------------===//

llvm::Error driver::listProtocols(const OutputOptions &options) {
  ProtocolList list{{}, cost::networks().vec(), {"--protocol", "--network"}};
  for (const cost::SuitePtr &suite : cost::suites())
    list.protocols.push_back(suite->info());
  OutputFiles files(options.force, kForceOption);
  return finish(options, files, list);
}

static llvm::Expected<std::vector<Protocol>> protocolsOf(const CostOptions &options) {
  std::vector<Protocol> protocols;
  for (const std::string &name : options.protocols) {
    auto protocol = chooseProtocol(options, name, options.start());
    if (!protocol)
      return protocol.takeError();
    protocol->twoParty.skip = options.skip;
    protocols.push_back(std::move(*protocol));
  }
  return protocols;
}

std::vector<std::string> driver::getPrimitiveNames() { return cost::primitiveNames(); }

/// Rejects a network if no time can be said for it.
static llvm::Error checkNetwork(const CostOptions &options,
                                llvm::ArrayRef<ProtocolCosts> protocols) {
  bool isTimed = llvm::any_of(protocols, [](const ProtocolCosts &protocol) {
    return protocol.costs.total.hops != cost::kUnknown;
  });
  if (isTimed || !options.hasNetwork)
    return llvm::Error::success();
  return fail(ErrorKind::InvalidArgument, "leave it out, or add --protocol crypten",
              "--network has no effect on '{}': its source gives no hops, so that the time "
              "is not known",
              protocols.front().suite.name);
}

llvm::Error driver::cost(const CostOptions &options) {
  if (options.protocols.empty())
    return fail(ErrorKind::InvalidArgument,
                "--protocol aero,crypten; tacit cost --list-protocols describes them",
                "cost needs a protocol");
  if (options.protocols.size() > 1 && !options.dumpPhases.empty())
    return fail(ErrorKind::InvalidArgument, "give one protocol",
                "--dump-phases writes the programs of one protocol; found {}",
                options.protocols.size());
  auto network = cost::parseNetwork(options.network);
  if (!network)
    return network.takeError();
  auto protocols = protocolsOf(options);
  if (!protocols)
    return protocols.takeError();
  if (auto error = checkObeyed(options, *protocols))
    return error;
  Dims dims;
  OutputFiles files(options.force, kForceOption);
  auto costs = costsOf(options, *protocols, dims, files);
  if (!costs)
    return costs.takeError();
  if (auto error = checkNetwork(options, *costs))
    return error;
  CostReport report{options.primitive.empty() ? options.model : options.primitive,
                    std::move(dims),
                    *network,
                    std::move(*costs),
                    {"--json has all", "--functions bounded holds for larger ranges",
                     "tacit eval --twin counts them with the model's own numbers"}};
  if (auto error = finish(options, files, report))
    return error;
  return checkLimits(options, report);
}
