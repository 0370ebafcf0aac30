//===- Backend.h - Machine code from the llvm dialect -----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_BACKEND_H
#define TACIT_CODEGEN_CPU_BACKEND_H

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Runtime/Executable.h"
#include "tacit/Runtime/LibraryWriter.h"
#include "llvm/Support/Error.h"

namespace tacit::cpu {

/// The processor that code is made for.
struct Processor {
  std::string cpu;      ///< LLVM's name
  std::string features; ///< LLVM's feature string: "+avx2,-avx512f,..."
  /// Register tile of matrix products that suits its vector registers.
  int64_t tileRows, panelColumns;
  /// It has an instruction that extends f16 to f32.
  bool extendsF16;
  /// What the runtime checks before it runs the code.
  std::string required;

  /// The machine we run on; with `maxVectorBits` = 256 or 128, as if its vectors
  /// were no wider. The numbers do not depend on this.
  static Processor host(int64_t maxVectorBits = 512);
};

/// What the description of a model needs beside the code.
struct ModelFacts {
  std::vector<LibraryTensor> inputs, outputs;
  /// Names of the free dimensions, and what @shapes checks.
  std::vector<std::string> dims, checks;
  uint64_t weightsBytes = 0, weightsHash = 0, arenaBytes = 0;
  std::string weightsFile, features;

  /// Reads `nn.interface` and either `cpu.arena_bytes` or, where dimensions are free,
  /// `cpu.checks` of a module, which may be hand-written.
  static llvm::Expected<ModelFacts> of(mlir::ModuleOp module);
};

/// Does @main of a program, as some phase from `check` on left it, take and give what
/// `nn.interface` says? Programs are edited by hand.
llvm::Error checkInterface(mlir::ModuleOp module);

/// Optimises and compiles a module of the llvm dialect whose @main was made by our
/// pipeline. The object defines `tacit_model`.
llvm::Expected<std::vector<char>> emitObject(mlir::ModuleOp module, const ModelFacts &facts,
                                             const Processor &processor);

/// Loads the code into this process, with its weights.
llvm::Expected<std::unique_ptr<Executable>> makeJit(mlir::ModuleOp module,
                                                    const Processor &processor);

/// Writes NAME.so, NAME.h and NAME.weights.
llvm::Error writeLibrary(mlir::ModuleOp module, const Processor &processor,
                         llvm::StringRef output, llvm::StringRef source);

} // namespace tacit::cpu

#endif // TACIT_CODEGEN_CPU_BACKEND_H
