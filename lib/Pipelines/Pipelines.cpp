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

static constexpr Phase kPhases[] = {
    {"import", "the ONNX graph as nn operations"},
    {"raise", "exporter fragments become whole operations"},
    {"surgery",
     "norms and activations removed or replaced, as --aero and --approximate say"},
    {"quantize", "weights in few bits, as --quantize says"},
    {"multiplier", "how each product is computed, as --multiplier says"},
    {"check", "may the target run this program?"},
    {"linalg", "nn becomes linalg on tensors"},
    {"schedule", "fused, packed, vectorised loops"},
    {"bufferize", "tensors become memory: weights, one arena, inputs, outputs"},
    {"llvm", "the llvm dialect, ready to be compiled"},
};

llvm::ArrayRef<Phase> tacit::phases() { return kPhases; }

std::optional<size_t> tacit::findPhase(llvm::StringRef name) {
  for (auto [i, phase] : llvm::enumerate(kPhases))
    if (phase.name == name)
      return i;
  return std::nullopt;
}

std::string tacit::phaseNames() {
  return llvm::join(llvm::map_range(kPhases, [](const Phase &phase) { return phase.name; }),
                    ", ");
}

/// One pass, or a nest of passes, as text.
using Steps = std::vector<std::string>;

static Steps onFunctions(const Steps &passes) {
  return {"func.func(" + llvm::join(passes, ",") + ")"};
}

static Steps raise() {
  return onFunctions({
      // Norms first: their inner products and sums would otherwise be read as
      // parts of something else.
      "nn-raise-layer-norm",
      "nn-raise-rms-norm",
      "nn-raise-gelu",
      "nn-raise-silu",
      "nn-raise-softmax",
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
      // What is written into a slice is computed there.
      "eliminate-empty-tensors",
      "one-shot-bufferize{bufferize-function-boundaries "
      "function-boundary-type-conversion=identity-layout-map}",
      // Drops allocations and copies that bufferization left without use.
      "canonicalize",
      "cse",
      // Results are written into the caller's buffers.
      "cpu-results-to-arguments",
      "cpu-plan-memory",
      "canonicalize",
      "cse",
  };
}

static Steps lowerToLLVM() {
  Steps steps = onFunctions({
      // What the schedule left structured.
      "convert-linalg-to-loops",
      // What is left of them becomes memcpy, not a call of MLIR's own library.
      "cpu-split-copies",
      "cpu-parallelize",
      "convert-vector-to-scf{full-unroll=true}",
      // Vectors are in their final shape: one expansion each.
      "cpu-expand-math",
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

std::string tacit::phasePipeline(size_t phase, const PipelineOptions &options) {
  llvm::StringRef name = kPhases[phase].name;
  Steps steps;
  if (name == "raise")
    steps = raise();
  else if (name == "surgery" || name == "quantize" || name == "multiplier")
    steps = transform(name, options);
  else if (name == "check")
    steps = {"cpu-check-program"};
  else if (name == "linalg")
    steps = {"convert-nn-to-linalg"};
  else if (name == "schedule")
    steps = schedule(options);
  else if (name == "bufferize")
    steps = bufferize();
  else if (name == "llvm")
    steps = lowerToLLVM();
  return llvm::join(steps, ",");
}

std::string tacit::pipelineText(size_t from, size_t to, const PipelineOptions &options) {
  Steps steps;
  for (size_t i = from + 1; i <= to && i < std::size(kPhases); ++i)
    if (std::string passes = phasePipeline(i, options); !passes.empty())
      steps.push_back(std::move(passes));
  return "builtin.module(" + llvm::join(steps, ",") + ")";
}

void tacit::registerPipelines() {
  for (auto [i, phase] : llvm::enumerate(kPhases)) {
    if (phasePipeline(i, {}).empty())
      continue;
    mlir::registerPassPipeline(
        ("tacit-" + phase.name).str(), phase.summary,
        [i = i](mlir::OpPassManager &manager, llvm::StringRef,
                llvm::function_ref<llvm::LogicalResult(const llvm::Twine &)> onError) {
          if (mlir::succeeded(mlir::parsePassPipeline(phasePipeline(i, {}), manager)))
            return mlir::success();
          return onError("the pipeline of a phase does not parse");
        },
        [](llvm::function_ref<void(const mlir::detail::PassOptions &)>) {});
  }
}
