//===- State.h - Caches that stay shares ------------------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A decoder returns its keys and values, and takes them again with the next token. They are
// neither inputs of the client nor results for it: each party keeps its share.
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_ANALYSIS_STATE_H
#define TACIT_DIALECT_MPC_ANALYSIS_STATE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <string>
#include <vector>

namespace tacit::mpc {

/// The entry of a list of caches that stands for "none".
inline constexpr llvm::StringLiteral kNoCaches = "none";

/// Marks the arguments and results of a function of nn operations that are caches, by the
/// attribute mpc.state. Each of `pairs` is IN=OUT, the names of an argument and of the
/// result that replaces it, or just kNoCaches; if there are none, the caches are
///
/// - floats that an attention reads as keys or values, perhaps moved or rotated, and that
///   are a part of a result, but not all of it: the two are a pair;
/// - floats of at least three dimensions that are named after the past, or as a cache, and
///   results named as present.
///
/// Fails, with an error, if there is no argument or result of a name, or if one is no f32.
mlir::LogicalResult markState(mlir::func::FuncOp function,
                              llvm::ArrayRef<std::string> pairs);

/// An argument or a result of @main that is a share.
struct StateTensor {
  std::string name;
  std::string other; ///< the name of the other end, or ""
  bool isInput;
  int64_t bytes; ///< of the share that each party keeps
};

/// Returns the state of @main, arguments first.
std::vector<StateTensor> stateOf(mlir::ModuleOp module);

} // namespace tacit::mpc

#endif // TACIT_DIALECT_MPC_ANALYSIS_STATE_H
