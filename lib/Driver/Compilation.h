//===- Compilation.h - Runs a program through the phases --------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_COMPILATION_H
#define TACIT_LIB_DRIVER_COMPILATION_H

#include "Session.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/Runtime/Executable.h"

namespace tacit::driver {

/// One compilation of the session's model.
struct Variant {
  Flow flow = Flow::Cpu;
  std::vector<Transformation> transformations = {};
  TwoPartyOptions twoParty = {};
  CodeOptions code = {};
  /// This compilation is only the reference of a comparison: it is silent and not dumped.
  bool isAside = false;
};

/// Starts with a copy of the session's program, which passes through the phases.
class Compilation {
public:
  Compilation(Session &session, Variant variant);

  /// Returns another variant that continues from the current state of this one.
  Compilation fork(Variant other) const;

  /// Runs the phases up to and including `last`. Dumps them if asked to.
  llvm::Error advance(PhaseKind last);

  /// Runs a pipeline that is given as text instead.
  llvm::Error runPipeline(llvm::StringRef text);

  mlir::ModuleOp program() { return *module; }
  /// The index of the last phase that has run.
  size_t phase() const { return reached; }
  /// The seconds from the start to this point.
  double elapsed() const;

  /// Compiles up to `llvm`, and then into this process.
  llvm::Expected<std::unique_ptr<Executable>> makeExecutable();
  /// Adds the program, which has passed `llvm`, to the outputs as a library. One that is
  /// not alone has no header, and does not say what it was compiled from.
  llvm::Expected<LibraryParts> writeLibrary(llvm::StringRef path, OutputFiles &files,
                                            bool isAlone = true);

private:
  Compilation(Session &session, Variant variant, mlir::ModuleOp program, size_t phase);
  /// Runs the passes of a phase, or those of a user's pipeline if the phase is null.
  llvm::Error runPasses(mlir::PassManager &manager, const Phase *phase);
  llvm::Error phaseFailed(const Phase *phase, llvm::StringRef reproducer,
                          const std::string &messages) const;
  llvm::Error compilerFailed(const Phase *phase, llvm::StringRef reproducer,
                             const std::string &messages) const;
  /// Shows that machine code is generated, which takes longer than all phases.
  void beginCode() const;
  /// Reports a crash of the code generator.
  llvm::Error noCode() const;
  void reportTransformations(const Phase &phase);
  /// Annotates @main with the costs of the programs that phase `messages` writes.
  llvm::Error annotateMessages();

  Session &session;
  Variant variant;
  cpu::Processor target;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  size_t reached;
  std::chrono::steady_clock::time_point start;
};

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_COMPILATION_H
