//===- Pipelines.h - The phases of the road ---------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_PIPELINES_PIPELINES_H
#define TACIT_PIPELINES_PIPELINES_H

#include "tacit/Pipelines/Transformations.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace tacit {

/// Where a model goes. All roads begin with the phases that change it. The twin is a
/// two-party program whose arithmetic the CPU does in the clear.
enum class Road { Cpu, TwoParty, Twin };

/// What the user decides about a two-party program.
struct TwoPartyOptions {
  std::string protocol = "crypten";
  bool isExpanded = true; ///< whole functions are taken apart
  int64_t width = 64, fraction = 18;
  bool isBounded = false; ///< functions for larger ranges than the published ones
  int64_t normScale = 1;  ///< moves the variances for which norms hold; see mpc-expand
};

/// What the processor and the user decide in the pipeline.
struct PipelineOptions {
  int64_t tileRows = 8;
  int64_t panelColumns = 32;
  /// The processor has an instruction for f16 to f32.
  bool extendsF16 = false;
  /// For the phases surgery, quantize and multiplier, which are empty without them.
  std::vector<Transformation> transformations = {};
  Road road = Road::Cpu;
  TwoPartyOptions twoParty = {};
};

/// A stretch of the road with a name. The driver can stop after it, start after
/// it, and dump what it leaves.
struct Phase {
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
};

/// All phases of a road in order. `import` makes the first program and has no passes.
llvm::ArrayRef<Phase> phases(Road road = Road::Cpu);

/// Position of a phase in phases(road).
std::optional<size_t> findPhase(llvm::StringRef name, Road road = Road::Cpu);

/// "import, raise, ...", for messages.
std::string phaseNames(Road road = Road::Cpu);

/// The passes of one phase as text that tacit-opt accepts between
/// "builtin.module(" and ")". Empty for `import`, and where nothing is to be done.
std::string phasePipeline(size_t phase, const PipelineOptions &options);

/// Passes after phase `from` up to and including phase `to`, as
/// "builtin.module(...)".
std::string pipelineText(size_t from, size_t to, const PipelineOptions &options);

/// Registers tacit-raise, tacit-check, tacit-mpc, ... for tacit-opt, with default
/// options. Phases that do only what the user asks for have no such name.
void registerPipelines();

} // namespace tacit

#endif // TACIT_PIPELINES_PIPELINES_H
