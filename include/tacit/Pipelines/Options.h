//===- Options.h - Options of the phases ------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_PIPELINES_OPTIONS_H
#define TACIT_PIPELINES_OPTIONS_H

#include "mlir/Pass/PassOptions.h"
#include "tacit/Dialect/MPC/Transforms/Passes.h"
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h"
#include "tacit/Pipelines/SurgeryStep.h"

namespace tacit {

/// The phase `surgery`: its steps, in their order.
struct SurgeryOptions : mlir::PassPipelineOptions<SurgeryOptions> {
  ListOption<SurgeryStep> steps{
      *this, "steps",
      llvm::cl::desc("NAME[=VALUE][@SITES],... of remove-layernorm, gelu-to-relu[=SLOPE], "
                     "linearize-ffn, fuse-ffn and gelu=FORM, in the order they are taken")};
  Option<bool> named{*this, "named",
                     llvm::cl::desc("the new constants are names without bytes"),
                     llvm::cl::init(false)};
};

/// The phase `schedule`: the size of a register tile.
struct ScheduleOptions : mlir::PassPipelineOptions<ScheduleOptions> {
  Option<int64_t> tileRows{*this, "tile-rows", llvm::cl::desc("rows of a register tile"),
                           llvm::cl::init(8)};
  Option<int64_t> panelColumns{
      *this, "panel-columns",
      llvm::cl::desc("columns of a register tile and of a packed panel"),
      llvm::cl::init(32)};
};

/// The phase `llvm`.
struct LlvmOptions : mlir::PassPipelineOptions<LlvmOptions> {
  Option<bool> extendsF16{*this, "extends-f16",
                          llvm::cl::desc("the processor has an instruction for f16 to f32"),
                          llvm::cl::init(false)};
  Option<bool> threads{*this, "threads", llvm::cl::desc("use the threads of OpenMP"),
                       llvm::cl::init(true)};
  Option<int64_t> minOperations{*this, "min-operations",
                                llvm::cl::desc("run loops of fewer operations serially"),
                                llvm::cl::init(0)};
};

/// The phase `mpc`: the ring of the shares.
struct MPCOptions : mlir::PassPipelineOptions<MPCOptions> {
  Option<int64_t> width{*this, "width", llvm::cl::desc("bits of the ring"),
                        llvm::cl::init(64)};
  Option<int64_t> fraction{*this, "fraction",
                           llvm::cl::desc("bits behind the binary point"),
                           llvm::cl::init(18)};
  ListOption<std::string> publicNames{
      *this, "public", llvm::cl::desc("names of constants that the client may know")};
  ListOption<std::string> caches{
      *this, "caches",
      llvm::cl::desc("caches that stay shares, as IN=OUT; none for none of them")};
};

/// The phase `cost`.
struct CostPhaseOptions : mlir::PassPipelineOptions<CostPhaseOptions> {
  Option<std::string> protocol{
      *this, "protocol",
      llvm::cl::desc("a protocol suite, or the path of a .json file of published figures"),
      llvm::cl::init("crypten")};
  ListOption<std::string> publicNames{
      *this, "public", llvm::cl::desc("names of constants that the client may know")};
  ListOption<std::string> skip{
      *this, "skip", llvm::cl::desc("kinds or sites of operations that are not counted")};
};

} // namespace tacit

#endif // TACIT_PIPELINES_OPTIONS_H
