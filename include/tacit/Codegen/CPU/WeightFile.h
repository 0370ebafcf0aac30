//===- WeightFile.h - The packed weights of a model -------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_CODEGEN_CPU_WEIGHTFILE_H
#define TACIT_CODEGEN_CPU_WEIGHTFILE_H

#include "mlir/IR/BuiltinOps.h"
#include "tacit/Dialect/CPU/IR/CPU.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace tacit::cpu {

/// Returns the bytes of memory of this machine.
uint64_t physicalMemory();

/// The weight file that `cpu.weights` of a module describes. It is produced weight by
/// weight, so that besides the file itself only one weight is in memory at a time, and
/// pages of the source that have been read are released.
class WeightFile {
public:
  /// Fails with BadInput if a weight's bytes are missing, naming its key.
  static llvm::Expected<WeightFile> of(mlir::ModuleOp module);

  uint64_t size() const { return bytes; }

  /// Fills `destination` (size() bytes).
  void packInto(llvm::MutableArrayRef<char> destination) const;

  /// Writes the file to `os` and returns its Fnv64 hash.
  uint64_t write(llvm::raw_ostream &os) const;

private:
  struct Entry {
    WeightAttr weight;
    llvm::ArrayRef<char> source;
  };
  std::vector<Entry> entries;
  /// The bytes of inline constants, to which `entries` point.
  std::vector<std::unique_ptr<std::vector<char>>> scratch;
  uint64_t bytes = 0;
};

} // namespace tacit::cpu

#endif // TACIT_CODEGEN_CPU_WEIGHTFILE_H
