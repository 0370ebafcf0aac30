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
#include "tacit/Dialect/MPC/Transforms/Passes.h"
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h"

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

void tacit::buildRaisePipeline(OpPassManager &manager) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  // This comes before any recognition, because patterns need dimensions that are known.
  functions.addPass(nn::createInferShapes());
  // This comes after the shapes are known, because movements may turn out to do nothing,
  // and before any recognition, so that each matcher knows one form.
  functions.addPass(nn::createNormalize());
  // Norms come first: their inner products and sums would otherwise be read as parts of
  // something else.
  functions.addPass(nn::createRaiseLayerNorm());
  functions.addPass(nn::createRaiseRmsNorm());
  functions.addPass(nn::createRaiseGelu());
  functions.addPass(nn::createRaiseSilu());
  functions.addPass(nn::createRaiseSoftmax());
  functions.addPass(nn::createRaiseRotary());
  functions.addPass(nn::createRaiseLinear());
  // Attention comes last, because it looks for whole softmaxes.
  functions.addPass(nn::createRaiseAttention());
  // Exporters write every constant once per use.
  functions.addPass(createCSEPass());
  // Names are given after cse, which does not merge operations with different names.
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

void tacit::buildTwoPartyRaisePipeline(OpPassManager &manager) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(nn::createKeepConstantsApart());
  // The parties know no loops; a length may follow from other shapes.
  functions.addPass(nn::createInferShapes());
  functions.addPass(nn::createUnrollScans());
  // This comes before any recognition: products of integers are no linear layers.
  functions.addPass(nn::createDequantizeActivations());
  buildRaisePipeline(manager);
}

void tacit::buildSurgeryPipeline(OpPassManager &manager, const SurgeryOptions &options) {
  if (options.steps.empty())
    return;
  OpPassManager &functions = manager.nest<func::FuncOp>();
  // The steps run in the order in which they were given: each finds what the others left.
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
  OpPassManager &functions = manager.nest<func::FuncOp>();
  // Before sizes are resolved: the bounds of indices may be free.
  functions.addPass(nn::createCheckIndices());
  functions.addPass(nn::createResolveDims());
  manager.addPass(createConvertNNToLinalg());
}

void tacit::buildTwinLinalgPipeline(OpPassManager &manager, bool isOwn) {
  static constexpr int64_t kTruncatedBits = 62;
  manager.addPass(createConvertMPCToLinalg(
      {/*countWraps=*/true, /*truncatedBits=*/isOwn ? kTruncatedBits : 0}));
  // This part lowers what each party computes alone, and everything that only moves
  // numbers.
  manager.addPass(createConvertNNToLinalg());
}

void tacit::buildSchedulePipeline(OpPassManager &manager, const ScheduleOptions &options) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(cpu::createFuseElementwise());
  // Equal fills and masks become one, so that the group of a row is complete.
  functions.addPass(createCSEPass());
  // Packing comes before vectorisation, which reads the layout from the IR.
  functions.addPass(cpu::createPackOperands({options.panelColumns}));
  // Tiling comes before vectorisation, which would loop over all rows for each operation.
  functions.addPass(cpu::createTileRows());
  functions.addPass(createCSEPass());
  functions.addPass(cpu::createVectorize({options.tileRows, options.panelColumns}));
  // This folds the index arithmetic of loops that run once.
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
}

static std::unique_ptr<Pass> createBufferizeFunctions() {
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  // Every buffer at the border of a function is one block of memory.
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  return bufferization::createOneShotBufferizePass(options);
}

void tacit::buildBufferizePipeline(OpPassManager &manager) {
  // This runs while weights are still tensors: a view of the file bufferizes to itself.
  manager.addPass(cpu::createExternalizeWeights());
  // The constants that cse merged would make bufferization slow.
  manager.addNestedPass<func::FuncOp>(cpu::createSeparateDestinations());
  // Values that are inserted into a slice are computed there.
  manager.addPass(bufferization::createEmptyTensorEliminationPass());
  manager.addPass(createBufferizeFunctions());
  // The steps of a party's program come back into it, as calls of loops that all equal
  // steps share. Memory is planned for the program as a whole.
  manager.addPass(cpu::createOutlineKernels({/*steps=*/true}));
  manager.addPass(createInlinerPass({}, [](OpPassManager &) {}));
  // This removes allocations and copies that bufferization left without a use.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  // Results are written into the caller's buffers.
  manager.addPass(cpu::createResultsToArguments());
  // From here on sizes are read from arguments, wherever buffers are moved.
  manager.addPass(cpu::createBindDimensions());
  manager.addPass(cpu::createPlanMemory());
  // An assertion that depends on values becomes a status, which @main returns.
  manager.addPass(cpu::createReturnStatus());
  // This comes last: it reads the sizes of arena and results, and removes the assertions.
  manager.addPass(cpu::createDeriveShapes());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  // Buffers and sizes are in their final form, so that equal loops look equal.
  manager.addPass(cpu::createOutlineKernels());
}

/// This is the part of `llvm` that still sees loops, vectors and buffers.
static void lowerLoops(OpPassManager &functions, const LlvmOptions &options) {
  // These lower the operations that the schedule left structured.
  functions.addPass(createConvertLinalgToLoopsPass());
  // The remaining copies become memcpy, not calls of MLIR's own library.
  functions.addPass(cpu::createSplitCopies());
  // This comes before expand-strided-metadata, which allows at most one unknown size in a
  // group.
  functions.addPass(cpu::createLowerReshapes());
  functions.addPass(cpu::createParallelize({options.threads, options.minOperations}));
  functions.addPass(
      createConvertVectorToSCFPass(VectorTransferToSCFOptions().enableFullUnroll()));
  // Vectors are in their final shape, so that one expansion of each is enough.
  functions.addPass(cpu::createExpandMath());
  // Which conversions of 16-bit floats exist depends on the processor; the others would
  // become library calls.
  functions.addPass(cpu::createExpandHalfCasts({options.extendsF16}));
  functions.addPass(createCanonicalizerPass());
}

void tacit::buildLlvmPipeline(OpPassManager &manager, const LlvmOptions &options) {
  lowerLoops(manager.nest<func::FuncOp>(), options);
  manager.addPass(createSCFToControlFlowPass());
  // Subviews and reshapes become pointer arithmetic in affine form.
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  // This expands integer powers.
  manager.addPass(createConvertMathToFuncs());
  manager.addPass(createConvertMathToLLVMPass());
  // We have no kernels for f64 and pow.
  manager.addPass(createConvertMathToLibmPass());
  manager.addPass(createConvertVectorToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  // Every shape is static, so that one pointer per buffer is the whole interface.
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
  // The conversion fails with a list of everything that cannot be computed on shares.
  llvm::SmallVector<std::string> names(options.publicNames.begin(),
                                       options.publicNames.end());
  llvm::SmallVector<std::string> caches(options.caches.begin(), options.caches.end());
  manager.addPass(createConvertNNToMPC({options.width, options.fraction, names, caches}));
  // Only mpc operations create and read values that the other party must not know.
  manager.addPass(mpc::createVerifySecrecy({names}));
}

void tacit::buildExpandPipeline(OpPassManager &manager, const mpc::ExpandOptions &options) {
  manager.addNestedPass<func::FuncOp>(mpc::createExpand(options));
}

void tacit::buildMessagesPipeline(OpPassManager &manager) {
  manager.addPass(createConvertMPCToParties());
  // Equal layers of movement and constants become one before the hops are counted.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addNestedPass<func::FuncOp>(mpc::createScheduleMessages());
}

void tacit::buildProgramPipeline(OpPassManager &manager,
                                 const mpc::SelectProgramOptions &options) {
  manager.addPass(mpc::createSelectProgram(options));
}

void tacit::buildPartyLinalgPipeline(OpPassManager &manager) {
  // Every dimension of a party's program is known, and every index constant.
  manager.addPass(createConvertNNToLinalg());
  // Loops are fused, vectorised and bufferized once for all layers that are equal. Fusion
  // loses nothing, because values with one use are computed in the step that needs them.
  manager.addPass(mpc::createOutlineSteps());
}

/// So many operations on vectors take some 50 microseconds, in which a thread can wake.
static constexpr int64_t kMinPartyOperations = 1 << 17;

void tacit::buildPartyLlvmPipeline(OpPassManager &manager, const LlvmOptions &options) {
  // Messages have buffers now, and become calls of what stands around the program.
  manager.addPass(createConvertMPCToLLVM());
  // Between two hops a party computes little, and the other party may share its cores.
  LlvmOptions own;
  own.extendsF16 = options.extendsF16;
  own.threads = options.threads;
  own.minOperations = kMinPartyOperations;
  buildLlvmPipeline(manager, own);
}

void tacit::buildCostPipeline(OpPassManager &manager, const CostPhaseOptions &options) {
  // The costs are those of the program as it is now, which somebody may have edited.
  llvm::SmallVector<std::string> names(options.publicNames.begin(),
                                       options.publicNames.end());
  manager.addPass(mpc::createVerifySecrecy({names}));
  llvm::SmallVector<std::string> skip(options.skip.begin(), options.skip.end());
  manager.addNestedPass<func::FuncOp>(mpc::createAnnotateCosts({options.protocol, skip}));
}
