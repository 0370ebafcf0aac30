//===- FuzzImport.cpp - Any bytes as an ONNX file ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Import/ONNX/OnnxModel.h"

using namespace tacit;

/// Blobs live as long as their context, and creating one takes longer than most imports.
static mlir::MLIRContext &sharedContext() {
  constexpr unsigned kRunsPerContext = 64;
  static std::unique_ptr<mlir::MLIRContext> context;
  static unsigned run = 0;
  if (run++ % kRunsPerContext == 0)
    context = std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
  return *context;
}

/// Reads and imports what it can, as `tacit inspect` and `tacit compile` do. Rejecting an
/// input is correct; a crash or an endless run is a failure.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  auto model = OnnxModel::parse(llvm::MemoryBuffer::getMemBufferCopy(bytes), "model.onnx");
  if (!model) {
    llvm::consumeError(model.takeError());
    return 0;
  }
  for (bool needsWeights : {false, true})
    if (auto module = (*model)->import(&sharedContext(), {}, needsWeights); !module)
      llvm::consumeError(module.takeError());
  return 0;
}
