//===- Session.h - A model that is imported once ----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DRIVER_SESSION_H
#define TACIT_LIB_DRIVER_SESSION_H

#include "Errors.h"
#include "Remarks.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/Timing.h"
#include "tacit/Driver/Options.h"
#include "tacit/Pipelines/PhaseFiles.h"
#include <chrono>

namespace tacit::driver {

/// The purpose for which a model is read.
enum class Purpose {
  Look, ///< to say what is in it: nobody reads weights, or asks where a program is from
  Cost, ///< nobody reads weights
  Code,
};

/// Returns the number of steps that progress counts: phases, and code behind LLVM's.
size_t numSteps(Flow flow);

/// Holds a model file and the program that it is imported to, which happens once. Each
/// compilation of it begins with a copy of that program; weights are shared.
class Session {
public:
  /// What is dumped becomes part of `files`.
  Session(const ModelOptions &options, const OutputOptions &output, Purpose purpose,
          OutputFiles &files);
  ~Session();

  /// Opens the model: ONNX, or a program with --from. `isChanged` if changes of it are
  /// requested.
  llvm::Error open(bool isChanged);
  /// Starts with a program that was built in memory, in the form that `phase` leaves.
  void begin(mlir::OwningOpRef<mlir::ModuleOp> program, PhaseKind phase);

  /// The ONNX file; null if the session started from a program.
  const OnnxModel *onnx() const { return model.get(); }

  /// Fails with the dimensions that --dim and --shape leave free, and how to pin them.
  llvm::Error requireDimensions() const;

  /// Imports the ONNX file with these dimensions. Does nothing for a program. Fails with a
  /// SizeError if the model could be imported with a smaller size of a dimension.
  llvm::Error import(const DimBindings &bindings);

  /// Returns true if the ONNX file could be imported with these dimensions.
  bool canImport(const DimBindings &bindings);

  /// The names of inputs whose values would have determined a size in the last import.
  const llvm::StringSet<> &wantedValues() const { return wanted; }

  /// True if a user may have written or edited the program that the session started from.
  bool isUsersProgram() const { return isRead; }

  /// The program before any pass, and the index of the phase that left it.
  mlir::ModuleOp program() { return *module; }
  size_t phase() const { return reached; }

  mlir::MLIRContext *context() { return mlirContext.get(); }
  /// The near misses of raise, which only `tacit inspect` needs.
  const std::vector<report::MissedSite> &missed() const { return remarks.missed(); }

  /// The seconds from the start to the end of the import.
  double importSeconds() const { return imported; }

  /// Writes the program to the folder of dumps, if there is one.
  llvm::Error dump(mlir::ModuleOp program, size_t phase, Flow flow);
  /// Finishes the dumps, if any; must be called before the outputs are put in place.
  void finish();
  /// Puts the dumps in place after a failure, whose cause they help to find.
  void saveDumps();

  const ModelOptions options;
  const OutputOptions output;
  const Purpose purpose;
  RemarkListener remarks;

  /// What --mlir-timing prints when the session ends: each import with its number, and
  /// each phase.
  mlir::DefaultTimingManager timing;
  mlir::TimingScope time;

private:
  llvm::Error openModel(bool isChanged);
  llvm::Error readProgram();
  llvm::Error explainSize(llvm::Error error, const DimBindings &bindings);
  llvm::Error checkOutputs();
  std::string pathOfDump(size_t phase, Flow flow) const;

  OutputFiles &files;
  std::unique_ptr<mlir::MLIRContext> mlirContext;
  std::unique_ptr<OnnxModel> model;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  size_t reached = 0;
  bool isRead = false;
  int64_t imports = 0;
  llvm::StringSet<> wanted;
  std::unique_ptr<PhaseFiles> dumps;
  std::chrono::steady_clock::time_point start;
  double imported = 0;
};

/// Returns the largest size below `size` that is possible; 0 if there is none. Sizes below
/// a possible one are taken to be possible, too.
int64_t largestPossible(int64_t size, llvm::function_ref<bool(int64_t)> isPossible);

} // namespace tacit::driver

#endif // TACIT_LIB_DRIVER_SESSION_H
