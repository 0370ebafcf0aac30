//===- InitAll.cpp - Registration of everything Tacit has -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/InitAll/InitAll.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Conversion/Passes.h"
#include "tacit/Dialect/CPU/IR/CPU.h"
#include "tacit/Dialect/MPC/IR/MPC.h"
#include "tacit/Dialect/MPC/Transforms/BufferizeMessages.h"
#include "tacit/Dialect/MPC/Transforms/Passes.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/Transforms/Quantize/Passes.h"
#include "tacit/Dialect/NN/Transforms/Raise/Passes.h"
#include "tacit/Dialect/NN/Transforms/Sizes/Passes.h"
#include "tacit/Dialect/NN/Transforms/Surgery/Passes.h"
#include "tacit/Pipelines/Pipelines.h"

void tacit::registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  registry.insert<cpu::CPUDialect, mpc::MPCDialect, nn::NNDialect>();
  mpc::registerBufferization(registry);
}

void tacit::loadProgramDialects(mlir::MLIRContext &context) {
  context.loadDialect<mlir::func::FuncDialect, mpc::MPCDialect, nn::NNDialect>();
}

void tacit::registerOwnPasses() {
  registerConversionPasses();
  cpu::registerCPUPasses();
  cpu::registerCPUKernelsPasses();
  cpu::registerCPUMemoryPasses();
  cpu::registerCPUVectorizePasses();
  mpc::registerMPCPasses();
  nn::registerNNQuantizePasses();
  nn::registerNNRaisePasses();
  nn::registerNNSizesPasses();
  nn::registerNNSurgeryPasses();
  registerPipelines();
}

void tacit::registerAllPasses() {
  static bool once = (mlir::registerAllPasses(), registerOwnPasses(), true);
  (void)once;
}
