//===- InitAll.h - Registration of everything Tacit has ---------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_INITALL_INITALL_H
#define TACIT_INITALL_INITALL_H

namespace mlir {
class DialectRegistry;
class MLIRContext;
} // namespace mlir

namespace tacit {

/// Registers our dialects, the upstream ones that we use, and the interfaces that connect
/// them (bufferization, subset, translation to LLVM IR).
void registerAllDialects(mlir::DialectRegistry &registry);

/// Loads the dialects that programs are built of before any pass has run.
void loadProgramDialects(mlir::MLIRContext &context);

/// Registers our passes and pipelines.
void registerOwnPasses();

/// Registers our passes and pipelines, and the upstream passes of our pipelines.
void registerAllPasses();

} // namespace tacit

#endif // TACIT_INITALL_INITALL_H
