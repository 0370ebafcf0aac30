//===- Pipelines.cpp - The phases of the road -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Pipelines/Pipelines.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>

using namespace tacit;

static constexpr Phase kImport = {"import", "the ONNX graph as nn operations"};
static constexpr Phase kRaise = {"raise", "exporter fragments become whole operations"};
static constexpr Phase kSurgery = {
    "surgery",
    "norms and activations removed or replaced, as --aero and --approximate say"};
static constexpr Phase kQuantize = {"quantize", "weights in few bits, as --quantize says"};
static constexpr Phase kMultiplier = {"multiplier",
                                      "how each product is computed, as --multiplier says"};

static constexpr Phase kSchedule = {"schedule", "fused, packed, vectorised loops"};
static constexpr Phase kBufferize = {
    "bufferize", "tensors become memory: weights, one arena, inputs, outputs"};
static constexpr Phase kLlvm = {"llvm", "the llvm dialect, ready to be compiled"};
static constexpr Phase kMpc = {
    "mpc", "nn becomes mpc on shares, in fixed point; no secret gets out"};
static constexpr Phase kExpand = {
    "expand", "whole functions become what the protocol has, where it has formulas"};

static constexpr Phase kCpuPhases[] = {
    kImport,
    kRaise,
    kSurgery,
    kQuantize,
    kMultiplier,
    {"check", "may the target run this program?"},
    {"linalg", "nn becomes linalg on tensors"},
    kSchedule,
    kBufferize,
    kLlvm,
};

static constexpr Phase kTwoPartyPhases[] = {
    kImport,     kRaise,
    kSurgery,    kQuantize,
    kMultiplier, kMpc,
    kExpand,     {"cost", "bytes and hops of every operation, and when it begins"},
};

static constexpr Phase kTwinPhases[] = {
    kImport,
    kRaise,
    kSurgery,
    kQuantize,
    kMultiplier,
    {"check", "may the target run this program?"},
    kMpc,
    kExpand,
    {"linalg", "what the parties compute, in the clear, as linalg on integers"},
    kSchedule,
    kBufferize,
    kLlvm,
};

llvm::ArrayRef<Phase> tacit::phases(Road road) {
  switch (road) {
  case Road::Cpu:
    return kCpuPhases;
  case Road::TwoParty:
    return kTwoPartyPhases;
  case Road::Twin:
    return kTwinPhases;
  }
  return {};
}

std::optional<size_t> tacit::findPhase(llvm::StringRef name, Road road) {
  for (auto [i, phase] : llvm::enumerate(phases(road)))
    if (phase.name == name)
      return i;
  return std::nullopt;
}

std::string tacit::phaseNames(Road road) {
  return llvm::join(
      llvm::map_range(phases(road), [](const Phase &phase) { return phase.name; }), ", ");
}

/// One pass, or a nest of passes, as text.
using Steps = std::vector<std::string>;

static Steps onFunctions(const Steps &passes) {
  return {"func.func(" + llvm::join(passes, ",") + ")"};
}

static Steps raise() {
  return onFunctions({
      // Before anything is recognised: patterns look for dimensions they know.
      "nn-infer-shapes",
      // Norms first: their inner products and sums would otherwise be read as
      // parts of something else.
      "nn-raise-layer-norm",
      "nn-raise-rms-norm",
      "nn-raise-gelu",
      "nn-raise-silu",
      "nn-raise-softmax",
      "nn-raise-rotary",
      "nn-raise-linear",
      // Last: it looks for whole softmaxes.
      "nn-raise-attention",
      // Exporters write every constant once per use.
      "cse",
  });
}

/// The passes of one of the phases that do what the user asks for.
static Steps transform(llvm::StringRef phase, const PipelineOptions &options) {
  Steps steps;
  for (const Transformation &transformation : options.transformations)
    if (transformation.phase == phase)
      steps.push_back(transformation.pass);
  return steps.empty() ? steps : onFunctions(steps);
}

static Steps schedule(const PipelineOptions &options) {
  std::string panels = fmt::format("panel-columns={}", options.panelColumns);
  return onFunctions({
      "cpu-fuse-elementwise",
      // Equal fills and masks become one, so that a row's group is closed.
      "cse",
      // Before vectorisation, which reads the layout from the IR.
      "cpu-pack-operands{" + panels + "}",
      // Before vectorisation, which would loop over all rows for each operation.
      "cpu-tile-rows",
      "cse",
      fmt::format("cpu-vectorize{{{} tile-rows={}}}", panels, options.tileRows),
      // Folds the index arithmetic of loops that run once.
      "canonicalize",
      "cse",
  });
}

static Steps bufferize() {
  return {
      // While weights are still tensors: a view of the file bufferizes to itself.
      "cpu-externalize-weights",
      // What cse merged would make bufferization slow.
      "func.func(cpu-separate-destinations)",
      // What is written into a slice is computed there.
      "eliminate-empty-tensors",
      "one-shot-bufferize{bufferize-function-boundaries "
      "function-boundary-type-conversion=identity-layout-map}",
      // Drops allocations and copies that bufferization left without use.
      "canonicalize",
      "cse",
      // Results are written into the caller's buffers.
      "cpu-results-to-arguments",
      // Sizes are asked of arguments from now on, wherever buffers go.
      "cpu-bind-dimensions",
      "cpu-plan-memory",
      // Last: it reads the sizes of arena and results, and takes the assertions away.
      "cpu-derive-shapes",
      "canonicalize",
      "cse",
      // Buffers and sizes are in their final form: equal loops look equal.
      "cpu-outline-kernels",
  };
}

static Steps lowerToLLVM(const PipelineOptions &options) {
  std::string halves =
      fmt::format("cpu-expand-half-casts{{keep-f16-extension={}}}", options.extendsF16);
  Steps steps = onFunctions({
      // What the schedule left structured.
      "convert-linalg-to-loops",
      // What is left of them becomes memcpy, not a call of MLIR's own library.
      "cpu-split-copies",
      // Before expand-strided-metadata, to which one size of a group is unknown at most.
      "cpu-lower-reshapes",
      "cpu-parallelize",
      "convert-vector-to-scf{full-unroll=true}",
      // Vectors are in their final shape: one expansion each.
      "cpu-expand-math",
      // Of 16 bits processors convert what they please, and libraries the rest.
      halves,
      "canonicalize",
  });
  for (const char *pass : {
           "convert-scf-to-cf",
           // Subviews and reshapes become pointer arithmetic in affine form.
           "expand-strided-metadata",
           "lower-affine",
           // Integer powers.
           "convert-math-to-funcs",
           "convert-math-to-llvm",
           // f64 and pow have no kernel of ours.
           "convert-math-to-libm",
           "convert-vector-to-llvm",
           "convert-arith-to-llvm",
           "convert-index-to-llvm",
           "finalize-memref-to-llvm",
           // Every shape is static: one pointer per buffer is the whole interface.
           "convert-func-to-llvm{use-bare-ptr-memref-call-conv=true}",
           "convert-openmp-to-llvm",
           "convert-cf-to-llvm",
           "reconcile-unrealized-casts",
           "canonicalize",
           "cse",
       })
    steps.push_back(pass);
  return steps;
}

static Steps shareSecrets(const TwoPartyOptions &options) {
  return {
      // Ends in a full conversion: whatever cannot be computed on shares is listed.
      fmt::format("convert-nn-to-mpc{{width={} fraction={}}}", options.width,
                  options.fraction),
      // What the other party must not know is made and read by mpc operations alone.
      "mpc-verify-secrecy",
  };
}

static Steps expand(const TwoPartyOptions &options) {
  if (!options.isExpanded)
    return {};
  std::string scale =
      options.normScale == 1 ? "" : fmt::format(" norm-scale={}", options.normScale);
  return onFunctions({fmt::format("mpc-expand{{recipe={}{}{}}}", options.protocol,
                                  options.isBounded ? "-bounded" : "", scale)});
}

static Steps annotateCosts(const TwoPartyOptions &options) {
  // Of the program as it is now, which somebody may have edited.
  Steps steps = {"mpc-verify-secrecy"};
  // The path of a file may hold spaces.
  bool isName = llvm::StringRef(options.protocol).find(' ') == llvm::StringRef::npos;
  Steps costs = onFunctions({fmt::format("mpc-annotate-costs{{protocol={0}{1}{0}}}",
                                         isName ? "" : "\"", options.protocol)});
  steps.insert(steps.end(), costs.begin(), costs.end());
  return steps;
}

std::string tacit::phasePipeline(size_t phase, const PipelineOptions &options) {
  llvm::StringRef name = phases(options.road)[phase].name;
  Steps steps;
  if (name == "raise")
    steps = raise();
  else if (name == "surgery" || name == "quantize" || name == "multiplier")
    steps = transform(name, options);
  else if (name == "check")
    steps = {"cpu-check-program"};
  else if (name == "linalg" && options.road == Road::Twin)
    // The second lowers what each party computes alone, and all movement.
    steps = {"convert-mpc-to-linalg{count-wraps}", "convert-nn-to-linalg"};
  else if (name == "linalg")
    steps = {"func.func(nn-resolve-dims)", "convert-nn-to-linalg"};
  else if (name == "schedule")
    steps = schedule(options);
  else if (name == "bufferize")
    steps = bufferize();
  else if (name == "llvm")
    steps = lowerToLLVM(options);
  else if (name == "mpc")
    steps = shareSecrets(options.twoParty);
  else if (name == "expand")
    steps = expand(options.twoParty);
  else if (name == "cost")
    steps = annotateCosts(options.twoParty);
  return llvm::join(steps, ",");
}

std::string tacit::pipelineText(size_t from, size_t to, const PipelineOptions &options) {
  Steps steps;
  for (size_t i = from + 1; i <= to && i < phases(options.road).size(); ++i)
    if (std::string passes = phasePipeline(i, options); !passes.empty())
      steps.push_back(std::move(passes));
  return "builtin.module(" + llvm::join(steps, ",") + ")";
}

static void registerPhase(size_t phase, Road road) {
  PipelineOptions options;
  options.road = road;
  std::string text = phasePipeline(phase, options);
  if (text.empty())
    return;
  mlir::registerPassPipeline(
      ("tacit-" + phases(road)[phase].name).str(), phases(road)[phase].summary,
      [text](mlir::OpPassManager &manager, llvm::StringRef,
             llvm::function_ref<llvm::LogicalResult(const llvm::Twine &)> onError) {
        if (mlir::succeeded(mlir::parsePassPipeline(text, manager)))
          return mlir::success();
        return onError("the pipeline of a phase does not parse");
      },
      [](llvm::function_ref<void(const mlir::detail::PassOptions &)>) {});
}

void tacit::registerPipelines() {
  for (size_t i = 0; i < phases(Road::Cpu).size(); ++i)
    registerPhase(i, Road::Cpu);
  for (size_t i = 0; i < phases(Road::TwoParty).size(); ++i)
    // The roads begin alike.
    if (!findPhase(phases(Road::TwoParty)[i].name, Road::Cpu))
      registerPhase(i, Road::TwoParty);
}
