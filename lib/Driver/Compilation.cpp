//===- Compilation.cpp - Runs a program through the phases ----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "Output.h"
#include "Protocol.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "tacit/Cost/Messages.h"
#include "tacit/Report/Place.h"
#include "tacit/Support/Error.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::driver;

/// Option parsing checked the name.
static cpu::Processor processorOf(const CodeOptions &code) {
  return llvm::cantFail(cpu::Processor::find(code.cpu, code.vectorBits));
}

Compilation::Compilation(Session &session, Variant variant, ModuleOp program, size_t phase)
    : session(session), variant(std::move(variant)),
      target(processorOf(this->variant.code)), module(program.clone()), reached(phase),
      start(std::chrono::steady_clock::now()) {}

Compilation::Compilation(Session &session, Variant variant)
    : Compilation(session, std::move(variant), session.program(), session.phase()) {}

Compilation Compilation::fork(Variant other) const {
  return Compilation(session, std::move(other), *module, reached);
}

double Compilation::elapsed() const {
  return session.importSeconds() + secondsSince(start);
}

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

namespace {
/// Distinguishes a pass that failed from one that crashed.
struct FailureWatch : PassInstrumentation {
  explicit FailureWatch(bool &hasFailed) : hasFailed(hasFailed) {}
  void runAfterPassFailed(Pass *, Operation *) override { hasFailed = true; }
  bool &hasFailed;
};
} // namespace

/// The file to which the pass manager writes the program and the passes after a failure.
static std::string reproducerPath() {
  llvm::SmallString<128> path;
  llvm::sys::fs::getPotentiallyUniqueTempFileName("tacit-reproducer", "mlir", path);
  return path.str().str();
}

llvm::Error Compilation::compilerFailed(const Phase *phase, StringRef reproducer,
                                        const std::string &messages) const {
  if (!phase || !session.onnx())
    return fail(ErrorKind::BadInput, "correct the program or the pipeline",
                "{} failed:\n  {}",
                phase ? "phase '" + phase->name.str() + "'" : "the pipeline", messages);
  return fail(ErrorKind::Internal,
              "report this" + (reproducer.empty() ? "" : " with " + reproducer.str()),
              "phase '{}' failed; this is a bug in the compiler:\n  {}", phase->name.str(),
              messages);
}

/// Says who is responsible if a phase failed without a crash.
llvm::Error Compilation::phaseFailed(const Phase *phase, StringRef reproducer,
                                     const std::string &messages) const {
  PhaseFailure failure = phase ? phase->failure : PhaseFailure::Internal;
  if (failure == PhaseFailure::Cpu && session.onnx())
    return fail(ErrorKind::Unsupported, "tacit inspect shows free dimensions and sites",
                "the CPU cannot run this model:\n  {}", messages);
  if (phase && phase->kind == PhaseKind::Cost && !session.isUsersProgram())
    return fail(ErrorKind::Unsupported,
                "--skip KIND leaves operations out of the figures, --aero and "
                "--approximate remove or replace them; tacit cost --list-protocols lists "
                "the protocols",
                "there is no estimate for this {} under '{}':\n  {}",
                session.onnx() ? "model" : "primitive", variant.twoParty.protocol,
                messages);
  if (failure == PhaseFailure::TwoParties && !session.isUsersProgram())
    return fail(
        ErrorKind::Unsupported,
        "--aero and --approximate remove or replace operations, --public NAME discloses a "
        "constant to the client; tacit cost --list-protocols lists the protocols",
        "two parties cannot run this {}:\n  {}", session.onnx() ? "model" : "primitive",
        messages);
  if (failure == PhaseFailure::Request)
    return fail(ErrorKind::InvalidArgument, "tacit inspect shows layers and sites",
                "phase '{}' failed:\n  {}", phase->name.str(), messages);
  return compilerFailed(phase, reproducer, messages);
}

namespace {
/// The errors of a phase. Those that say the same of several places share a line.
class Complaints {
public:
  void add(Diagnostic &diagnostic) {
    std::string text = diagnostic.str();
    for (Diagnostic &note : diagnostic.getNotes())
      text += " (" + note.str() + ")";
    auto same = llvm::find_if(messages, [&](auto &entry) { return entry.first == text; });
    if (same == messages.end())
      same = messages.insert(messages.end(), {std::move(text), {}});
    same->second.push_back(report::describePlace(diagnostic.getLocation()));
  }
  std::string str() const;

private:
  std::vector<std::pair<std::string, std::vector<std::string>>> messages;
};
} // namespace

std::string Complaints::str() const {
  static constexpr size_t kMostPlaces = 3;
  std::string text;
  for (const auto &[message, places] : messages) {
    // Each place ends with ": ", if it is known.
    std::string where;
    for (StringRef place : ArrayRef(places).take_front(kMostPlaces))
      if (!place.empty())
        where += (where.empty() ? "" : ", ") + place.drop_back(2).str();
    if (places.size() > kMostPlaces)
      where += fmt::format(" and {} more", places.size() - kMostPlaces);
    text += (text.empty() ? "" : "\n  ") + (where.empty() ? "" : where + ": ") + message;
  }
  return text;
}

llvm::Error Compilation::runPasses(PassManager &manager, const Phase *phase) {
  Complaints complaints;
  bool hasFailed = false;
  auto collect = [&](Diagnostic &diagnostic) {
    // After the failure of a pass the pass manager only adds that there was one.
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error && !hasFailed)
      complaints.add(diagnostic);
  };
  ScopedDiagnosticHandler handler(session.context(), collect);
  bool listens = session.output.verbose || !variant.transformations.empty() ||
                 session.purpose == Purpose::Look;
  if (listens && failed(session.remarks.attach(*session.context())))
    return fail(ErrorKind::Internal, "leave out -v", "remarks cannot be enabled");
  session.remarks.watch(manager, session.output.verbose && !variant.isAside);
  if (failed(applyPassManagerCLOptions(manager)))
    return fail(ErrorKind::InvalidArgument, "leave out the options --mlir-...", "{}",
                complaints.str());
  // A program that a user wrote is a reproducer already.
  std::string reproducer;
  if (phase && session.onnx() && !session.output.hasReproducer) {
    reproducer = reproducerPath();
    manager.enableCrashReproducerGeneration(reproducer);
  }
  // This handler is added after that of the reproducer: the last one is called first,
  // before the other reports.
  manager.addInstrumentation(std::make_unique<FailureWatch>(hasFailed));
  // Our own passes are verified where a phase ends: after each of them it would take as
  // long as the passes themselves.
  manager.enableVerifier(/*enabled=*/!phase);
  TimingScope scope = session.time.nest(phase ? phase->name : "pass-pipeline");
  manager.enableTiming(scope);
  LogicalResult result = failure();
  auto crashed = [&] {
    session.saveDumps();
    return compilerFailed(phase, reproducer, "a pass crashed");
  };
  auto run = [&] {
    result = manager.run(*module);
    if (phase && succeeded(result) && failed(verify(*module))) {
      hasFailed = true;
      result = failure();
    }
  };
  guard(run, crashed);
  if (succeeded(result))
    return llvm::Error::success();
  if (!hasFailed && (!reproducer.empty() || session.output.hasReproducer))
    exitAfterCrash(crashed());
  llvm::Error error = phaseFailed(phase, reproducer, complaints.str());
  if (phase && phase->failure != PhaseFailure::Internal && !reproducer.empty())
    llvm::sys::fs::remove(reproducer);
  return error;
}

/// Reports what each transformation of the last phase changed. One that changed nothing is
/// mistyped, or does not fit the model.
void Compilation::reportTransformations(const Phase &phase) {
  if (variant.isAside)
    return;
  std::vector<int64_t> sites = session.remarks.sites();
  size_t next = 0;
  for (const Transformation &transformation : variant.transformations) {
    if (transformation.phase() != phase.kind)
      continue;
    // In a program without functions no pass has run.
    int64_t count = next < sites.size() ? sites[next] : 0;
    ++next;
    // Products are exact unless something changes that.
    if (transformation.text == "exact")
      continue;
    if (count == 0)
      warn(fmt::format("{} {} changed nothing", transformation.option, transformation.text),
           "-v says what was kept, and why");
    else if (!session.output.quiet)
      llvm::errs() << fmt::format("{}: {} changed {} site{}\n", phase.name.str(),
                                  transformation.text, count, count == 1 ? "" : "s");
  }
}

llvm::Error Compilation::annotateMessages() {
  auto main = module->lookupSymbol<func::FuncOp>("main");
  // The programs take the place of a copy: @main has what is disclosed, and every
  // operation that messages belong to.
  Compilation programs = fork(variant);
  if (auto error = programs.advance(PhaseKind::Messages))
    return error;
  ++reached;
  auto costs = cost::MessageCosts::of(programs.program());
  if (costs && main)
    costs->annotate(main, variant.twoParty.skip);
  return costs.takeError();
}

llvm::Error Compilation::advance(PhaseKind last) {
  PipelineOptions pipeline{target.tileRows,         target.panelColumns, target.extendsF16,
                           variant.transformations, variant.flow,        variant.twoParty,
                           variant.code.usesThreads};
  size_t end = *findPhase(last, variant.flow);
  bool isForecast = last == PhaseKind::Cost && variant.twoParty.hasMessages;
  while (reached < end) {
    if (isForecast && phases(variant.flow)[reached + 1].kind == PhaseKind::Messages) {
      if (auto error = annotateMessages())
        return error;
      continue;
    }
    const Phase &phase = phases(variant.flow)[++reached];
    if (phase.kind == PhaseKind::Mpc) {
      llvm::Error error = checkPublicNames(*module, variant.twoParty);
      if (!error)
        error = checkCaches(*module, variant.twoParty);
      if (error) {
        session.saveDumps();
        return error;
      }
    }
    auto manager = PassManager::on<ModuleOp>(session.context());
    phase.build(manager, pipeline);
    if (!manager.empty()) {
      if (!variant.isAside)
        progress(session.output, reached, numSteps(variant.flow), phase.name, elapsed());
      // The dumps of the phases before the failed one help to find the cause.
      if (auto error = runPasses(manager, &phase)) {
        session.saveDumps();
        return error;
      }
      reportTransformations(phase);
    }
    if (!variant.isAside)
      if (auto error = session.dump(*module, reached, variant.flow))
        return error;
  }
  return llvm::Error::success();
}

/// Returns the pass that differs in one letter from the one that a message calls unknown;
/// empty if there is none. The list of passes cannot be read, only asked.
static std::string nearestPass(StringRef message) {
  auto [before, rest] = message.rsplit("' does not refer to a registered pass");
  StringRef name = before.rsplit('\'').second;
  if (before.size() == message.size() || name.empty())
    return "";
  auto isPass = [](const std::string &pass) { return PassInfo::lookup(pass) != nullptr; };
  for (size_t i = 0; i <= name.size(); ++i) {
    std::string head = name.take_front(i).str(), tail = name.drop_front(i).str();
    if (!tail.empty() && isPass(head + tail.substr(1)))
      return head + tail.substr(1);
    for (char letter : StringRef("abcdefghijklmnopqrstuvwxyz-0123456789"))
      for (const std::string &end : {tail, tail.empty() ? tail : tail.substr(1)})
        if (isPass(head + letter + end))
          return head + letter + end;
  }
  return "";
}

llvm::Error Compilation::runPipeline(StringRef text) {
  std::string message;
  llvm::raw_string_ostream os(message);
  auto parsed = parsePassPipeline(text, os);
  std::string near = nearestPass(message);
  if (failed(parsed))
    return fail(ErrorKind::InvalidArgument,
                near.empty() ? "tacit passes" : "did you mean '" + near + "'?",
                "the pipeline does not parse: {}", StringRef(message).trim().str());
  if (parsed->getOpAnchorName() != ModuleOp::getOperationName())
    return fail(ErrorKind::InvalidArgument, "write builtin.module(...)",
                "the pipeline starts with '{}'; expected builtin.module",
                parsed->getOpAnchorName().str());
  PassManager manager(session.context());
  static_cast<OpPassManager &>(manager) = std::move(*parsed);
  return runPasses(manager, nullptr);
}

void Compilation::beginCode() const {
  if (variant.isAside)
    return;
  size_t steps = numSteps(variant.flow);
  progress(session.output, steps - 1, steps, "code", elapsed());
}

llvm::Expected<std::unique_ptr<Executable>> Compilation::makeExecutable() {
  if (auto error = advance(PhaseKind::Llvm))
    return std::move(error);
  session.finish();
  beginCode();
  llvm::Expected<std::unique_ptr<Executable>> made = std::unique_ptr<Executable>();
  llvm::consumeError(made.takeError());
  guard([&] { made = cpu::makeJit(*module, target); }, [&] { return noCode(); });
  return made;
}

llvm::Expected<LibraryParts> Compilation::writeLibrary(StringRef path, OutputFiles &files,
                                                       bool isAlone) {
  std::string irPath;
  // A command that starts after the last phase has dumped none.
  const std::string &dumps = session.options.dumpPhases;
  if (isAlone && !dumps.empty() && llvm::sys::fs::exists(dumps))
    irPath = dumps + "/library.ll";
  beginCode();
  llvm::Expected<LibraryParts> made = LibraryParts();
  llvm::consumeError(made.takeError());
  guard(
      [&] {
        made = cpu::writeLibrary(*module, target, path,
                                 isAlone ? session.options.model : std::string(), files,
                                 irPath);
      },
      [&] { return noCode(); });
  return made;
}

llvm::Error Compilation::noCode() const {
  session.saveDumps();
  return fail(session.onnx() ? ErrorKind::Internal : ErrorKind::BadInput,
              session.onnx() ? "report this with the model" : "start from an earlier phase",
              "LLVM crashed while it compiled the program");
}
