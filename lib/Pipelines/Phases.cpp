//===- Phases.cpp - The phases of each target -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "tacit/Dialect/MPC/Analysis/State.h"
#include "tacit/Pipelines/Pipelines.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tacit;

PhaseKind Transformation::phase() const {
  if (std::holds_alternative<SurgeryStep>(change))
    return PhaseKind::Surgery;
  if (std::holds_alternative<nn::QuantizeWeightsOptions>(change))
    return PhaseKind::Quantize;
  return PhaseKind::Multiplier;
}

//===----------------------------------------------------------------------===//
// The options of each phase, taken from those of all
//===----------------------------------------------------------------------===//

static void nothing(OpPassManager &, const PipelineOptions &) {}

/// Marks a phase without options.
template <void (*build)(OpPassManager &)>
static void always(OpPassManager &manager, const PipelineOptions &) {
  build(manager);
}

static void surgery(OpPassManager &manager, const PipelineOptions &options) {
  std::vector<SurgeryStep> steps;
  for (const Transformation &transformation : options.transformations)
    if (const auto *step = std::get_if<SurgeryStep>(&transformation.change))
      steps.push_back(*step);
  SurgeryOptions surgery;
  surgery.steps = llvm::ArrayRef(steps);
  buildSurgeryPipeline(manager, surgery);
}

static void quantize(OpPassManager &manager, const PipelineOptions &options) {
  for (const Transformation &transformation : options.transformations)
    if (const auto *asked = std::get_if<nn::QuantizeWeightsOptions>(&transformation.change))
      buildQuantizePipeline(manager, *asked);
}

static void multiplier(OpPassManager &manager, const PipelineOptions &options) {
  for (const Transformation &transformation : options.transformations)
    if (const auto *asked = std::get_if<nn::SetMultiplierOptions>(&transformation.change))
      buildMultiplierPipeline(manager, *asked);
}

static void schedule(OpPassManager &manager, const PipelineOptions &options) {
  ScheduleOptions schedule;
  schedule.tileRows = options.tileRows;
  schedule.panelColumns = options.panelColumns;
  buildSchedulePipeline(manager, schedule);
}

template <void (*build)(OpPassManager &, const LlvmOptions &)>
static void lowerToLlvm(OpPassManager &manager, const PipelineOptions &options) {
  LlvmOptions llvm;
  llvm.extendsF16 = options.extendsF16;
  llvm.threads = options.usesThreads;
  build(manager, llvm);
}

static void share(OpPassManager &manager, const PipelineOptions &options) {
  MPCOptions mpc;
  mpc.width = options.twoParty.width;
  mpc.fraction = options.twoParty.fraction;
  for (const std::string &name : options.twoParty.publicNames)
    mpc.publicNames.push_back(name);
  // The twin is called once for each inference, with caches in the clear.
  if (options.flow == Flow::Twin)
    mpc.caches.push_back(mpc::kNoCaches.str());
  else
    for (const std::string &pair : options.twoParty.caches)
      mpc.caches.push_back(pair);
  buildMPCPipeline(manager, mpc);
}

static void expand(OpPassManager &manager, const PipelineOptions &options) {
  // Whole functions are kept if the protocol has figures for them.
  if (!options.twoParty.isExpanded)
    return;
  mpc::ExpandOptions expand;
  expand.recipe = options.twoParty.hasMessages ? mpc::Recipe::Tacit
                  : options.twoParty.isBounded ? mpc::Recipe::CrypTenBounded
                                               : mpc::Recipe::CrypTen;
  expand.normScale = options.twoParty.normScale;
  expand.localTruncation = options.twoParty.truncatesLocally;
  buildExpandPipeline(manager, expand);
}

static void messages(OpPassManager &manager, const PipelineOptions &options) {
  if (!options.twoParty.hasMessages)
    return;
  // The programs are those of the expansion as it is now, which somebody may have edited.
  llvm::SmallVector<std::string> names(options.twoParty.publicNames.begin(),
                                       options.twoParty.publicNames.end());
  manager.addPass(mpc::createVerifySecrecy({names}));
  buildMessagesPipeline(manager);
}

static void program(OpPassManager &manager, const PipelineOptions &options) {
  buildProgramPipeline(manager, {options.twoParty.program});
}

static void twinLinalg(OpPassManager &manager, const PipelineOptions &options) {
  buildTwinLinalgPipeline(manager, options.twoParty.hasMessages);
}

static void cost(OpPassManager &manager, const PipelineOptions &options) {
  // The costs of a program of messages are the sums over them.
  if (options.twoParty.hasMessages)
    return;
  CostPhaseOptions cost;
  cost.protocol = options.twoParty.protocol;
  for (const std::string &name : options.twoParty.publicNames)
    cost.publicNames.push_back(name);
  for (const std::string &kind : options.twoParty.skip)
    cost.skip.push_back(kind);
  buildCostPipeline(manager, cost);
}

//===----------------------------------------------------------------------===//
// The phases
//===----------------------------------------------------------------------===//

static constexpr Phase kImport = {PhaseKind::Import, "import",
                                  "import the ONNX graph as nn operations",
                                  PhaseFailure::Internal, nothing};
static constexpr Phase kRaise = {PhaseKind::Raise, "raise",
                                 "recognise whole operations in exporter fragments",
                                 PhaseFailure::Internal, always<buildRaisePipeline>};
static constexpr Phase kTwoPartyRaise = {
    PhaseKind::Raise, "raise", "recognise whole operations in exporter fragments",
    PhaseFailure::Internal, always<buildTwoPartyRaisePipeline>};
static constexpr Phase kSurgery = {PhaseKind::Surgery, "surgery",
                                   "remove or replace norms and activations",
                                   PhaseFailure::Request, surgery};
static constexpr Phase kQuantize = {PhaseKind::Quantize, "quantize",
                                    "store weights in few bits", PhaseFailure::Request,
                                    quantize};
static constexpr Phase kMultiplier = {PhaseKind::Multiplier, "multiplier",
                                      "choose how each product is computed",
                                      PhaseFailure::Request, multiplier};

static constexpr Phase kCheck = {PhaseKind::Check, "check",
                                 "check that the target can run the program",
                                 PhaseFailure::Cpu, always<buildCheckPipeline>};
static constexpr Phase kLinalg = {PhaseKind::Linalg, "linalg",
                                  "lower nn to linalg on tensors", PhaseFailure::Internal,
                                  always<buildLinalgPipeline>};
static constexpr Phase kTwinLinalg = {
    PhaseKind::Linalg, "linalg",
    "lower what the parties compute, in the clear, to linalg on integers",
    PhaseFailure::Internal, twinLinalg};
static constexpr Phase kSchedule = {PhaseKind::Schedule, "schedule",
                                    "fuse, pack and vectorise loops",
                                    PhaseFailure::Internal, schedule};
static constexpr Phase kBufferize = {
    PhaseKind::Bufferize, "bufferize", "assign memory: weights, one arena, inputs, outputs",
    PhaseFailure::Internal, always<buildBufferizePipeline>};
static constexpr Phase kLlvm = {PhaseKind::Llvm, "llvm",
                                "lower to the llvm dialect, ready to be compiled",
                                PhaseFailure::Internal, lowerToLlvm<buildLlvmPipeline>};
static constexpr Phase kPartyLinalg = {
    PhaseKind::Linalg, "linalg", "lower what a party computes to linalg on integers",
    PhaseFailure::Internal, always<buildPartyLinalgPipeline>};
static constexpr Phase kPartyLlvm = {
    PhaseKind::Llvm, "llvm",
    "lower messages to calls, and the rest to the llvm dialect, ready to be compiled",
    PhaseFailure::Internal, lowerToLlvm<buildPartyLlvmPipeline>};

static constexpr Phase kMpc = {
    PhaseKind::Mpc, "mpc",
    "convert nn to mpc on shares, in fixed point, and prove its secrecy",
    PhaseFailure::TwoParties, share};
static constexpr Phase kExpand = {
    PhaseKind::Expand, "expand",
    "expand functions into primitives, if the protocol has formulas",
    PhaseFailure::TwoParties, expand};
static constexpr Phase kMessages = {
    PhaseKind::Messages, "messages",
    "write the programs of parties and dealer, if the protocol is our own",
    PhaseFailure::TwoParties, messages};
static constexpr Phase kProgram = {PhaseKind::Program, "program",
                                   "keep the program of one of those",
                                   PhaseFailure::Internal, program};
static constexpr Phase kCost = {PhaseKind::Cost, "cost",
                                "compute bytes, hops and start of every operation",
                                PhaseFailure::TwoParties, cost};

//===----------------------------------------------------------------------===//
// The flows
//===----------------------------------------------------------------------===//

static constexpr Phase kCpuFlow[] = {kImport, kRaise,  kSurgery,  kQuantize,  kMultiplier,
                                     kCheck,  kLinalg, kSchedule, kBufferize, kLlvm};

static constexpr Phase kTwoPartyFlow[] = {kImport,   kTwoPartyRaise, kSurgery,
                                          kQuantize, kMultiplier,    kMpc,
                                          kExpand,   kMessages,      kCost};

static constexpr Phase kPartiesFlow[] = {
    kImport,   kTwoPartyRaise, kSurgery,     kQuantize, kMultiplier, kMpc,      kExpand,
    kMessages, kProgram,       kPartyLinalg, kSchedule, kBufferize,  kPartyLlvm};

static constexpr Phase kTwinFlow[] = {kImport,     kTwoPartyRaise, kSurgery,   kQuantize,
                                      kMultiplier, kCheck,         kMpc,       kExpand,
                                      kTwinLinalg, kSchedule,      kBufferize, kLlvm};

llvm::ArrayRef<Phase> tacit::phases(Flow flow) {
  switch (flow) {
  case Flow::Cpu:
    return kCpuFlow;
  case Flow::TwoParty:
    return kTwoPartyFlow;
  case Flow::Twin:
    return kTwinFlow;
  case Flow::Parties:
    return kPartiesFlow;
  }
  return {};
}

std::optional<size_t> tacit::findPhase(llvm::StringRef name, Flow flow) {
  for (auto [i, phase] : llvm::enumerate(phases(flow)))
    if (phase.name == name)
      return i;
  return std::nullopt;
}

std::optional<size_t> tacit::findPhase(PhaseKind kind, Flow flow) {
  for (auto [i, phase] : llvm::enumerate(phases(flow)))
    if (phase.kind == kind)
      return i;
  return std::nullopt;
}

llvm::StringRef tacit::phaseName(PhaseKind kind) {
  for (Flow flow : {Flow::Cpu, Flow::Parties, Flow::TwoParty})
    if (auto position = findPhase(kind, flow))
      return phases(flow)[*position].name;
  llvm_unreachable("a phase of no flow");
}

std::string tacit::phaseNames(Flow flow) {
  return llvm::join(
      llvm::map_range(phases(flow), [](const Phase &phase) { return phase.name; }), ", ");
}

void tacit::buildPipeline(OpPassManager &manager, size_t from, size_t to,
                          const PipelineOptions &options) {
  for (size_t i = from + 1; i <= to && i < phases(options.flow).size(); ++i)
    phases(options.flow)[i].build(manager, options);
}

/// Registers a phase of one pass, which reads the options itself: no other struct lists
/// them. Help shows them with the pass.
static void registerPassAsPhase(llvm::StringRef name, llvm::StringRef summary,
                                const PassAllocatorFunction &create) {
  std::string text = (summary + "; takes the options of " + create()->getArgument()).str();
  auto build =
      [create](
          OpPassManager &manager, llvm::StringRef options,
          llvm::function_ref<LogicalResult(const llvm::Twine &)> onError) -> LogicalResult {
    std::unique_ptr<Pass> pass = create();
    if (failed(pass->initializeOptions(options, onError)))
      return failure();
    manager.addNestedPass<func::FuncOp>(std::move(pass));
    return success();
  };
  registerPassPipeline(name, text, build,
                       [](llvm::function_ref<void(const mlir::detail::PassOptions &)>) {});
}

void tacit::registerPipelines() {
  PassPipelineRegistration<>("tacit-raise", kRaise.summary, buildRaisePipeline);
  PassPipelineRegistration<SurgeryOptions>("tacit-surgery", kSurgery.summary,
                                           buildSurgeryPipeline);
  registerPassAsPhase("tacit-quantize", kQuantize.summary,
                      [] { return nn::createQuantizeWeights(); });
  registerPassAsPhase("tacit-multiplier", kMultiplier.summary,
                      [] { return nn::createSetMultiplier(); });
  PassPipelineRegistration<>("tacit-check", kCheck.summary, buildCheckPipeline);
  PassPipelineRegistration<>("tacit-linalg", kLinalg.summary, buildLinalgPipeline);
  PassPipelineRegistration<>(
      "tacit-twin-linalg", kTwinLinalg.summary,
      [](OpPassManager &manager) { buildTwinLinalgPipeline(manager); });
  PassPipelineRegistration<ScheduleOptions>("tacit-schedule", kSchedule.summary,
                                            buildSchedulePipeline);
  PassPipelineRegistration<>("tacit-bufferize", kBufferize.summary, buildBufferizePipeline);
  PassPipelineRegistration<LlvmOptions>("tacit-llvm", kLlvm.summary, buildLlvmPipeline);
  PassPipelineRegistration<MPCOptions>("tacit-mpc", kMpc.summary, buildMPCPipeline);
  PassPipelineRegistration<>("tacit-messages", kMessages.summary, buildMessagesPipeline);
  registerPassAsPhase("tacit-expand", kExpand.summary, [] { return mpc::createExpand(); });
  PassPipelineRegistration<CostPhaseOptions>("tacit-cost", kCost.summary,
                                             buildCostPipeline);
}
