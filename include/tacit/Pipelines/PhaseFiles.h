//===- PhaseFiles.h - Programs on disk, weights beside them -----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_PIPELINES_PHASEFILES_H
#define TACIT_PIPELINES_PHASEFILES_H

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Support/OutputFiles.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace tacit {

/// The program as text. Weights stand there as dense_resource keys only, and the names of
/// small constants as attributes `nn.name`.
void printProgram(mlir::ModuleOp module, llvm::raw_ostream &os);

/// The marks of a program as a file, and of the file with its weights.
bool isProgramFile(llvm::StringRef contents);
bool isProgramWeights(llvm::StringRef contents);

/// Returns the name of the file for the weights of a single program.
std::string weightsBeside(llvm::StringRef program);

/// Adds programs to the outputs, and the bytes of all weights that they name once, into
/// one file: key, offset and length of each, where readProgram finds them.
class PhaseFiles {
public:
  /// Creates the folder and begins `folder`/weights.bin. These files help to find the cause
  /// of a failure.
  static llvm::Expected<std::unique_ptr<PhaseFiles>> create(llvm::StringRef folder,
                                                            OutputFiles &outputs);
  /// Returns the name of the file for the weights of all programs in a folder.
  static std::string weightsIn(llvm::StringRef folder);
  /// Begins a single program: weights are written beside it, to NAME.weights.bin.
  static llvm::Expected<std::unique_ptr<PhaseFiles>> createBeside(llvm::StringRef program,
                                                                  OutputFiles &outputs);
  /// Finishes the weights. `outputs` must still exist.
  ~PhaseFiles();

  /// Adds one program and the weights that are not in the file yet. Weights that are
  /// names without bytes are left out if nobody needs them.
  llvm::Error write(mlir::ModuleOp module, llvm::StringRef path, bool needsWeights = true);

private:
  PhaseFiles(OutputFiles &outputs, llvm::raw_fd_ostream &weights, bool isDiagnostic)
      : outputs(outputs), weights(weights), isDiagnostic(isDiagnostic) {}

  struct Entry {
    std::string key;
    uint64_t offset, length;
  };
  OutputFiles &outputs;
  llvm::raw_fd_ostream &weights;
  bool isDiagnostic;
  std::vector<Entry> entries;
  llvm::StringMap<uint64_t> hashes; ///< of the weights in the file, by their keys
};

/// Parses the text of a program, without its weights; `path` is what messages call it.
/// Fails with BadInput, with the parser's message.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
parseProgram(std::unique_ptr<llvm::MemoryBuffer> text, llvm::StringRef path,
             mlir::MLIRContext *context);

/// Reads a program and attaches its weights from NAME.weights.bin or weights.bin beside it.
/// Fails with BadInput if the text is wrong (with the parser's message), or if a weight is
/// missing (by name), has the wrong size, or is not the one that the program was written
/// with. Callers that only look at a program do not need
/// the missing weights.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
readProgram(llvm::StringRef path, mlir::MLIRContext *context, bool needsWeights = true);

} // namespace tacit

#endif // TACIT_PIPELINES_PHASEFILES_H
