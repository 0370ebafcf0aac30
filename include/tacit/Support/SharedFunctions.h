//===- SharedFunctions.h - One function for equal code ----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_SHAREDFUNCTIONS_H
#define TACIT_SUPPORT_SHAREDFUNCTIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include <string>
#include <unordered_map>

namespace tacit {

/// The functions that a pass moves code into, each of which exists once.
class SharedFunctions {
public:
  /// The functions get names with `prefix` and a number.
  SharedFunctions(mlir::ModuleOp module, llvm::StringRef prefix)
      : symbols(module), prefix(prefix) {}

  /// Takes a function that has no name and is in no module. Returns one that computes the
  /// same: an earlier one, in place of which `made` is erased, or `made`, which enters the
  /// module.
  mlir::func::FuncOp find(mlir::func::FuncOp made);

  unsigned size() const { return count; }

private:
  mlir::SymbolTable symbols;
  std::string prefix;
  std::unordered_map<size_t, llvm::SmallVector<mlir::func::FuncOp>> byHash;
  unsigned count = 0;
};

} // namespace tacit

#endif // TACIT_SUPPORT_SHAREDFUNCTIONS_H
