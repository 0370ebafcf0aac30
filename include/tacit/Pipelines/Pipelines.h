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

/// What the processor and the user decide in the pipeline.
struct PipelineOptions {
  int64_t tileRows = 8;
  int64_t panelColumns = 32;
  /// For the phases surgery, quantize and multiplier, which are empty without them.
  std::vector<Transformation> transformations = {};
};

/// A stretch of the road with a name. The driver can stop after it, start after
/// it, and dump what it leaves.
struct Phase {
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
};

/// All phases of the CPU road in order. `import` makes the first program and has
/// no passes.
llvm::ArrayRef<Phase> phases();

/// Position of a phase in phases().
std::optional<size_t> findPhase(llvm::StringRef name);

/// "import, raise, ...", for messages.
std::string phaseNames();

/// The passes of one phase as text that tacit-opt accepts between
/// "builtin.module(" and ")". Empty for `import`, and where nothing is to be done.
std::string phasePipeline(size_t phase, const PipelineOptions &options);

/// Passes after phase `from` up to and including phase `to`, as
/// "builtin.module(...)".
std::string pipelineText(size_t from, size_t to, const PipelineOptions &options);

/// Registers tacit-raise, tacit-check, ... for tacit-opt, with default options. Phases
/// that do only what the user asks for have no such name.
void registerPipelines();

} // namespace tacit

#endif // TACIT_PIPELINES_PIPELINES_H
