//===- Compilation.h - One model on its way through the phases --*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_COMPILATION_H
#define TACIT_LIB_DRIVER_COMPILATION_H

#include "Errors.h"
#include "Remarks.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "tacit/Codegen/CPU/Backend.h"
#include "tacit/Driver/Options.h"
#include "tacit/Pipelines/PhaseFiles.h"

namespace tacit::driver {

/// A model file and the program it has become.
class Compilation {
public:
  explicit Compilation(const Options &options);
  ~Compilation();

  /// Opens the model: ONNX, or a program with --from.
  llvm::Error open();
  /// Begins with the operation of --primitive, as phase `mpc` would leave it.
  llvm::Error openPrimitive();
  /// The ONNX file; null when we started from a program.
  const OnnxModel *onnx() const { return model.get(); }

  /// Fails with the dimensions that --dim and --shape leave free, and how to pin them.
  llvm::Error requireDimensions() const;

  /// Imports the ONNX file with these dimensions. No-op for a program.
  llvm::Error import(const DimBindings &bindings);

  /// Runs the phases up to and including `phase`. Dumps them if asked to.
  llvm::Error advance(llvm::StringRef phase);

  /// Runs a pipeline given as text instead.
  llvm::Error runPipeline(llvm::StringRef text);

  /// Finishes the dumps, if any.
  llvm::Error finish();

  mlir::ModuleOp program() { return *module; }
  /// What raise took for a whole operation at first; only `tacit inspect` asks.
  const std::vector<Missed> &missed() const { return remarks.missed(); }
  /// Position on the road of the last phase that has run.
  size_t phase() const { return reached; }
  /// Seconds since this object was made.
  double elapsed() const;

  /// Up to `llvm`, then into this process.
  llvm::Expected<std::unique_ptr<Executable>> makeExecutable();
  /// Writes the program, which has passed `llvm`, as a library.
  llvm::Error writeLibrary();

private:
  llvm::Error runPasses(llvm::StringRef pipeline, llvm::StringRef name, bool isOurs);
  llvm::Error phaseFailed(llvm::StringRef before, llvm::StringRef pipeline,
                          llvm::StringRef name, bool isOurs,
                          const std::string &messages) const;
  llvm::Error checkShares() const;
  /// For a code generator that crashed.
  llvm::Error noCode() const;
  llvm::Error dump();
  void progress(llvm::StringRef what);
  void reportTransformations(llvm::StringRef phase);

  const Options &options;
  RemarkListener remarks;
  std::unique_ptr<mlir::MLIRContext> context;
  std::unique_ptr<OnnxModel> model;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  cpu::Processor target;
  size_t reached = 0;
  std::unique_ptr<PhaseFiles> dumps;
  std::chrono::steady_clock::time_point start;
};

/// Peak resident memory of this process, in bytes.
int64_t peakMemory();

/// Writes `value` where --json says.
llvm::Error writeJson(const Options &options, llvm::json::Value value);

/// True if result text should go to stdout: unless --json - has it.
bool wantsText(const Options &options);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_COMPILATION_H
