//===- Package.cpp - A model for two parties, in a folder -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Package.h"
#include "tacit/Dialect/MPC/Analysis/Disclosures.h"
#include "tacit/Dialect/MPC/Transforms/OwnFunctions.h"
#include "tacit/Export/Package/Package.h"
#include "tacit/Report/ProgramFacts.h"
#include "tacit/Runtime/TwoParty/Seed.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace tacit;
using namespace tacit::driver;

/// The one protocol that has programs.
static constexpr llvm::StringLiteral kOwnProtocol = "tacit";

PackagePaths::PackagePaths(llvm::StringRef folder) {
  folder = folder.rtrim('/');
  publicFolder = (folder + "/public").str();
  clientFolder = (folder + "/client").str();
  serverFolder = (folder + "/server").str();
  schedule = publicFolder + "/schedule.json";
  party = publicFolder + "/party.so";
  dealer = publicFolder + "/dealer.so";
  inputs = clientFolder + "/inputs.so";
  outputs = clientFolder + "/outputs.so";
  constants = serverFolder + "/constants.so";
}

bool driver::isPackage(const CompileOptions &options) {
  llvm::StringRef output = options.output;
  return options.target == CompileOptions::Target::TwoParty && !output.empty() &&
         (llvm::sys::fs::is_directory(output) ||
          !llvm::sys::path::has_extension(output.rtrim('/')));
}

llvm::Expected<TwoPartyOptions> driver::packageOptions(const CompileOptions &options) {
  for (const std::string &protocol : options.protocols)
    if (protocol != kOwnProtocol)
      return fail(ErrorKind::InvalidArgument,
                  "--protocol tacit, or leave it out; -o NAME.json is a schedule of costs",
                  "a package runs with the protocol 'tacit'; found '{}', whose costs only "
                  "are known",
                  protocol);
  TwoPartyOptions twoParty;
  twoParty.protocol = kOwnProtocol;
  twoParty.hasMessages = true;
  twoParty.publicNames = options.publicNames;
  twoParty.caches = options.caches;
  twoParty.width = options.width.value_or(64);
  twoParty.fraction = options.fraction.value_or(16);
  if (twoParty.width != 64)
    return fail(ErrorKind::InvalidArgument, "--width 64, or leave it out",
                "--width is {}; the parties compute with words of 64 bits", twoParty.width);
  static constexpr int64_t kLeast = 8, kMost = 24;
  if (twoParty.fraction < kLeast || twoParty.fraction > kMost)
    return fail(ErrorKind::InvalidArgument, "--fraction 16",
                "--fraction is {}; the functions of 'tacit' have room for {} to {} bits",
                twoParty.fraction, kLeast, kMost);
  return twoParty;
}

static std::vector<twoparty::Disclosed>
disclosedBy(llvm::ArrayRef<mpc::Disclosure> disclosures) {
  std::vector<twoparty::Disclosed> disclosed;
  for (const mpc::Disclosure &disclosure : disclosures)
    disclosed.push_back(
        {disclosure.name, disclosure.bytes, mpc::stringifyReason(disclosure.reason).str()});
  return disclosed;
}

/// The activations that are computed by polynomials, each kind once.
static std::vector<twoparty::Approximation> approximationsIn(mlir::ModuleOp program) {
  std::map<std::string, double> errors;
  program.walk([&](mlir::Operation *op) {
    if (auto error = mpc::errorOfOwnFunction(op))
      errors[op->getName().stripDialect().str()] = *error;
  });
  std::vector<twoparty::Approximation> approximations;
  for (const auto &[op, error] : errors)
    approximations.push_back({op, error});
  return approximations;
}

llvm::Expected<twoparty::Schedule> driver::reachMessages(Compilation &compilation) {
  if (auto error = compilation.advance(PhaseKind::Mpc))
    return std::move(error);
  auto approximations = approximationsIn(compilation.program());
  // Below messages nothing says any more what a value is known by.
  if (auto error = compilation.advance(PhaseKind::Expand))
    return std::move(error);
  auto disclosures = mpc::disclosuresOf(compilation.program());
  auto ring = report::ringOf(compilation.program());
  if (auto error = compilation.advance(PhaseKind::Messages))
    return std::move(error);
  auto schedule = schedulePrograms(compilation.program());
  if (!schedule)
    return schedule;
  if (ring)
    schedule->fractionBits = ring->fraction;
  schedule->disclosed = disclosedBy(disclosures);
  schedule->approximations = std::move(approximations);
  return schedule;
}

void driver::writeWires(twoparty::Party party, const twoparty::Exchanged &words,
                        llvm::raw_ostream &os) {
  bool isClient = party == twoparty::Party::Client;
  auto write = [&](llvm::ArrayRef<int64_t> part, bool isSent) {
    size_t bytes = part.size() * sizeof(int64_t);
    // What a party has in place of a message that it does not send is nobody's concern.
    if (isSent)
      os.write(reinterpret_cast<const char *>(part.data()), bytes);
    else
      os.write_zeros(bytes);
  };
  write(isClient ? words.mine : words.theirs,
        words.direction != twoparty::Direction::ToClient);
  write(isClient ? words.theirs : words.mine,
        words.direction != twoparty::Direction::ToServer);
}

Compilation driver::forkProgram(const Compilation &compilation, Variant variant,
                                llvm::StringRef name) {
  variant.flow = Flow::Parties;
  variant.twoParty.program = name.str();
  // Its phases are those of the whole, seen by one of them.
  variant.isAside = true;
  return compilation.fork(std::move(variant));
}

llvm::Expected<twoparty::Schedule> driver::writePackage(Compilation &compilation,
                                                        const CompileOptions &options,
                                                        const TwoPartyOptions &twoParty,
                                                        OutputFiles &files) {
  PackagePaths paths(options.output);
  for (const std::string &folder :
       {paths.publicFolder, paths.clientFolder, paths.serverFolder})
    if (auto error = files.makeFolder(folder))
      return std::move(error);
  auto schedule = reachMessages(compilation);
  if (!schedule)
    return schedule;
  schedule->package = twoparty::DealingNumber::random().text();
  const Variant variant{Flow::Parties, options.transformations, twoParty, options};
  for (const auto &[name, path] :
       std::initializer_list<std::pair<const char *, const std::string &>>{
           {"party", paths.party},
           {"dealer", paths.dealer},
           {"client", paths.inputs},
           {"result", paths.outputs},
           {"server", paths.constants}}) {
    Compilation code = forkProgram(compilation, variant, name);
    if (auto error = code.advance(PhaseKind::Llvm))
      return std::move(error);
    if (auto parts = code.writeLibrary(path, files, /*isAlone=*/false); !parts)
      return parts.takeError();
  }
  auto write = [&](llvm::raw_ostream &os) {
    os << llvm::formatv("{0:2}\n", llvm::json::Value(toJson(*schedule)));
    return llvm::Error::success();
  };
  if (auto error = files.write(paths.schedule, twoparty::isScheduleFile, write))
    return std::move(error);
  return schedule;
}
