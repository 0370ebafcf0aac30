//===- FuzzProgram.cpp - Any bytes as a program --------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/CPU/IR/CPU.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Pipelines/PhaseFiles.h"

/// Parses the text of a program with our operations. Other dialects are left out, except
/// for the two that every program uses.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                      tacit::cpu::CPUDialect, tacit::nn::NNDialect>();
  auto module =
      tacit::parseProgram(llvm::MemoryBuffer::getMemBufferCopy(bytes), "x.mlir", &context);
  if (!module) {
    llvm::consumeError(module.takeError());
    return 0;
  }
  llvm::raw_null_ostream nowhere;
  tacit::printProgram(**module, nowhere);
  return 0;
}
