//===- Pipelines.cpp - The passes of each phase ---------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Pipelines/Pipelines.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "tacit/Codegen/CPU/Kernels/Passes.h"
#include "tacit/Codegen/CPU/Memory/Passes.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Codegen/CPU/Vectorize/Passes.h"
#include "tacit/Conversion/Passes.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h"

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

void tacit::buildRaisePipeline(OpPassManager &manager) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  // Before anything is recognised: patterns look for dimensions they know.
  functions.addPass(nn::createInferShapes());
  // Norms first: their inner products and sums would otherwise be read as
  // parts of something else.
  functions.addPass(nn::createRaiseLayerNorm());
  functions.addPass(nn::createRaiseRmsNorm());
  functions.addPass(nn::createRaiseGelu());
  functions.addPass(nn::createRaiseSilu());
  functions.addPass(nn::createRaiseSoftmax());
  functions.addPass(nn::createRaiseRotary());
  functions.addPass(nn::createRaiseLinear());
  // Last: it looks for whole softmaxes.
  functions.addPass(nn::createRaiseAttention());
  // Exporters write every constant once per use.
  functions.addPass(createCSEPass());
  // Behind cse, to which two operations with different names are not equal.
  functions.addPass(nn::createNameSites());
}

static std::unique_ptr<Pass> createPass(const nn::RemoveLayerNormOptions &options) {
  return nn::createRemoveLayerNorm(options);
}
static std::unique_ptr<Pass> createPass(const nn::ReplaceActivationOptions &options) {
  return nn::createReplaceActivation(options);
}
static std::unique_ptr<Pass> createPass(const nn::FoldLinearOptions &options) {
  return nn::createFoldLinear(options);
}

void tacit::buildSurgeryPipeline(OpPassManager &manager, const SurgeryOptions &options) {
  if (options.steps.empty())
    return;
  OpPassManager &functions = manager.nest<func::FuncOp>();
  // In the order that was asked for: each step finds what the others left.
  for (SurgeryStep step : options.steps) {
    if (auto *fold = std::get_if<nn::FoldLinearOptions>(&step.pass))
      fold->named |= options.named;
    functions.addPass(
        std::visit([](const auto &pass) { return createPass(pass); }, step.pass));
  }
}

void tacit::buildQuantizePipeline(OpPassManager &manager,
                                  const nn::QuantizeWeightsOptions &options) {
  manager.addNestedPass<func::FuncOp>(nn::createQuantizeWeights(options));
}

void tacit::buildMultiplierPipeline(OpPassManager &manager,
                                    const nn::SetMultiplierOptions &options) {
  manager.addNestedPass<func::FuncOp>(nn::createSetMultiplier(options));
}

//===----------------------------------------------------------------------===//
// The CPU, and the twin
//===----------------------------------------------------------------------===//

void tacit::buildCheckPipeline(OpPassManager &manager) {
  manager.addPass(cpu::createCheckProgram());
}

void tacit::buildLinalgPipeline(OpPassManager &manager) {
  manager.addNestedPass<func::FuncOp>(nn::createResolveDims());
  manager.addPass(createConvertNNToLinalg());
}

void tacit::buildTwinLinalgPipeline(OpPassManager &manager) {
  manager.addPass(createConvertMPCToLinalg({/*countWraps=*/true}));
  // What each party computes alone, and all movement.
  manager.addPass(createConvertNNToLinalg());
}

llvm::StringRef tacit::twinWrapsOutput() { return mpc::kWrapsOutput; }

void tacit::buildSchedulePipeline(OpPassManager &manager, const ScheduleOptions &options) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(cpu::createFuseElementwise());
  // Equal fills and masks become one, so that a row's group is closed.
  functions.addPass(createCSEPass());
  // Before vectorisation, which reads the layout from the IR.
  functions.addPass(cpu::createPackOperands({options.panelColumns}));
  // Before vectorisation, which would loop over all rows for each operation.
  functions.addPass(cpu::createTileRows());
  functions.addPass(createCSEPass());
  functions.addPass(cpu::createVectorize({options.tileRows, options.panelColumns}));
  // Folds the index arithmetic of loops that run once.
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
}

static std::unique_ptr<Pass> createBufferizeFunctions() {
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  // Every buffer at a border is one block of memory.
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  return bufferization::createOneShotBufferizePass(options);
}

void tacit::buildBufferizePipeline(OpPassManager &manager) {
  // While weights are still tensors: a view of the file bufferizes to itself.
  manager.addPass(cpu::createExternalizeWeights());
  // What cse merged would make bufferization slow.
  manager.addNestedPass<func::FuncOp>(cpu::createSeparateDestinations());
  // What is written into a slice is computed there.
  manager.addPass(bufferization::createEmptyTensorEliminationPass());
  manager.addPass(createBufferizeFunctions());
  // Drops allocations and copies that bufferization left without use.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  // Results are written into the caller's buffers.
  manager.addPass(cpu::createResultsToArguments());
  // Sizes are asked of arguments from now on, wherever buffers go.
  manager.addPass(cpu::createBindDimensions());
  manager.addPass(cpu::createPlanMemory());
  // Last: it reads the sizes of arena and results, and takes the assertions away.
  manager.addPass(cpu::createDeriveShapes());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  // Buffers and sizes are in their final form: equal loops look equal.
  manager.addPass(cpu::createOutlineKernels());
}

/// The part of `llvm` that still sees loops, vectors and buffers.
static void lowerLoops(OpPassManager &functions, const LlvmOptions &options) {
  // What the schedule left structured.
  functions.addPass(createConvertLinalgToLoopsPass());
  // What is left of them becomes memcpy, not a call of MLIR's own library.
  functions.addPass(cpu::createSplitCopies());
  // Before expand-strided-metadata, to which one size of a group is unknown at most.
  functions.addPass(cpu::createLowerReshapes());
  functions.addPass(cpu::createParallelize());
  functions.addPass(
      createConvertVectorToSCFPass(VectorTransferToSCFOptions().enableFullUnroll()));
  // Vectors are in their final shape: one expansion each.
  functions.addPass(cpu::createExpandMath());
  // Of 16 bits processors convert what they please, and libraries the rest.
  functions.addPass(cpu::createExpandHalfCasts({options.extendsF16}));
  functions.addPass(createCanonicalizerPass());
}

void tacit::buildLlvmPipeline(OpPassManager &manager, const LlvmOptions &options) {
  lowerLoops(manager.nest<func::FuncOp>(), options);
  manager.addPass(createSCFToControlFlowPass());
  // Subviews and reshapes become pointer arithmetic in affine form.
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  // Integer powers.
  manager.addPass(createConvertMathToFuncs());
  manager.addPass(createConvertMathToLLVMPass());
  // f64 and pow have no kernel of ours.
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createConvertVectorToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  // Every shape is static: one pointer per buffer is the whole interface.
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  manager.addPass(createConvertFuncToLLVMPass(functions));
  manager.addPass(createConvertOpenMPToLLVMPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

//===----------------------------------------------------------------------===//
// Two parties
//===----------------------------------------------------------------------===//

void tacit::buildMPCPipeline(OpPassManager &manager, const MPCOptions &options) {
  // Ends in a full conversion: whatever cannot be computed on shares is listed.
  llvm::SmallVector<std::string> names(options.publicNames.begin(),
                                       options.publicNames.end());
  manager.addPass(createConvertNNToMPC({options.width, options.fraction, names}));
  // What the other party must not know is made and read by mpc operations alone.
  manager.addPass(mpc::createVerifySecrecy({names}));
}

void tacit::buildExpandPipeline(OpPassManager &manager, const mpc::ExpandOptions &options) {
  manager.addNestedPass<func::FuncOp>(mpc::createExpand(options));
}

void tacit::buildCostPipeline(OpPassManager &manager, const CostPhaseOptions &options) {
  // Of the program as it is now, which somebody may have edited.
  llvm::SmallVector<std::string> names(options.publicNames.begin(),
                                       options.publicNames.end());
  manager.addPass(mpc::createVerifySecrecy({names}));
  manager.addNestedPass<func::FuncOp>(mpc::createAnnotateCosts({options.protocol}));
}
