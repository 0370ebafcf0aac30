//===- Pipelines.h - The phases and their pipelines -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_PIPELINES_PIPELINES_H
#define TACIT_PIPELINES_PIPELINES_H

#include "tacit/Pipelines/Options.h"
#include "tacit/Pipelines/Transformations.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace tacit {

//===----------------------------------------------------------------------===//
// The passes of each phase
//===----------------------------------------------------------------------===//

// All targets begin with these.
void buildRaisePipeline(mlir::OpPassManager &manager);
/// The same for two parties, who compute on floats where a file has quantized activations.
void buildTwoPartyRaisePipeline(mlir::OpPassManager &manager);
void buildSurgeryPipeline(mlir::OpPassManager &manager, const SurgeryOptions &options);
void buildQuantizePipeline(mlir::OpPassManager &manager,
                           const nn::QuantizeWeightsOptions &options);
void buildMultiplierPipeline(mlir::OpPassManager &manager,
                             const nn::SetMultiplierOptions &options);

// To machine code. The twin's `linalg` takes mpc as well as nn.
void buildCheckPipeline(mlir::OpPassManager &manager);
void buildLinalgPipeline(mlir::OpPassManager &manager);
/// With `isOwn` the program is one of our own protocol, which has rules of its own about
/// what may leave the ring.
void buildTwinLinalgPipeline(mlir::OpPassManager &manager, bool isOwn = false);
void buildSchedulePipeline(mlir::OpPassManager &manager, const ScheduleOptions &options);
void buildBufferizePipeline(mlir::OpPassManager &manager);
void buildLlvmPipeline(mlir::OpPassManager &manager, const LlvmOptions &options);

// To a schedule of two parties.
void buildMPCPipeline(mlir::OpPassManager &manager, const MPCOptions &options);
void buildExpandPipeline(mlir::OpPassManager &manager, const mpc::ExpandOptions &options);
void buildCostPipeline(mlir::OpPassManager &manager, const CostPhaseOptions &options);

/// Down to the programs of both parties and of the dealer, whose messages are the protocol.
void buildMessagesPipeline(mlir::OpPassManager &manager);
/// Keeps one of these programs, which the phases of the CPU then compile.
void buildProgramPipeline(mlir::OpPassManager &manager,
                          const mpc::SelectProgramOptions &options);
void buildPartyLinalgPipeline(mlir::OpPassManager &manager);
void buildPartyLlvmPipeline(mlir::OpPassManager &manager, const LlvmOptions &options);

/// Registers each of them as tacit-NAME: tacit-raise, tacit-surgery, ..., tacit-cost,
/// and the twin's linalg as tacit-twin-linalg. A phase of one pass takes the options of
/// that pass.
void registerPipelines();

//===----------------------------------------------------------------------===//
// Flows
//===----------------------------------------------------------------------===//

/// What a model is compiled to. All flows begin with the phases that change it. The twin is
/// a two-party program whose arithmetic the CPU does in the clear. `Parties` are the
/// programs that run between processes; up to `messages` they are two-party programs.
enum class Flow { Cpu, TwoParty, Twin, Parties };

/// The user's decisions about a two-party program.
struct TwoPartyOptions {
  std::string protocol = "crypten";
  bool isExpanded = true; ///< whole functions are expanded
  /// The protocol is our own, which goes down to messages.
  bool hasMessages = false;
  bool truncatesLocally = false; ///< each party truncates its own share
  int64_t width = 64, fraction = 18;
  bool isBounded = false; ///< functions for larger ranges than the published ones
  int64_t normScale = 1;  ///< moves the variances for which norms hold; see mpc-expand
  /// The names of constants that the client may know.
  std::vector<std::string> publicNames = {};
  /// The caches that stay shares; see mpc::markState.
  std::vector<std::string> caches = {};
  /// The kinds or sites of operations that costs leave out.
  std::vector<std::string> skip = {};
  /// The one of the programs of parties and dealer that is compiled.
  std::string program = {};
};

/// The processor's and the user's parameters of all phases of a target. Each phase takes
/// its own options from here.
struct PipelineOptions {
  int64_t tileRows = 8;
  int64_t panelColumns = 32;
  /// True if the processor has an instruction for f16 to f32.
  bool extendsF16 = false;
  /// For the phases surgery, quantize and multiplier, which are empty without them.
  std::vector<Transformation> transformations = {};
  Flow flow = Flow::Cpu;
  TwoPartyOptions twoParty = {};
  /// Parallel loops use the threads of OpenMP; otherwise they are serial.
  bool usesThreads = true;
};

/// The meaning of a phase's failure.
enum class PhaseFailure {
  Internal,   ///< the compiler is at fault
  Request,    ///< the request does not fit the model
  Cpu,        ///< the CPU cannot run the model
  TwoParties, ///< two parties cannot run the model
};

/// A named part of the pipeline. The driver can stop after it, start after it, and dump the
/// program that it leaves.
struct Phase {
  PhaseKind kind;
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
  PhaseFailure failure;
  /// Adds the passes of the phase: none for `import`, which creates the first program, and
  /// none if nothing was requested.
  void (*build)(mlir::OpPassManager &manager, const PipelineOptions &options);
};

/// All phases of a flow in order.
llvm::ArrayRef<Phase> phases(Flow flow = Flow::Cpu);

/// Returns the position of a phase in phases(flow).
std::optional<size_t> findPhase(llvm::StringRef name, Flow flow = Flow::Cpu);
std::optional<size_t> findPhase(PhaseKind kind, Flow flow = Flow::Cpu);

/// The name of a phase, which is the same on every flow that has it.
llvm::StringRef phaseName(PhaseKind kind);

/// Returns "import, raise, ...", for messages.
std::string phaseNames(Flow flow = Flow::Cpu);

/// Adds the passes after phase `from` up to and including phase `to`.
void buildPipeline(mlir::OpPassManager &manager, size_t from, size_t to,
                   const PipelineOptions &options);

} // namespace tacit

#endif // TACIT_PIPELINES_PIPELINES_H
