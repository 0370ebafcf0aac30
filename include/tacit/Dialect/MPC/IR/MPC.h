//===- MPC.h - The mpc dialect --------------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_MPC_IR_MPC_H
#define TACIT_DIALECT_MPC_IR_MPC_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tacit/Numerics/GeluPieces.h"
#include <optional>

namespace tacit::mpc {
/// The dialect speaks of functions that Numerics defines.
using numerics::GeluKind;

/// True if protocols compute that kind of GELU as one function. The kind by sigmoid is a
/// product with mpc.sigmoid.
inline bool isOneFunction(GeluKind kind) { return kind != GeluKind::Sigmoid; }
} // namespace tacit::mpc

#include "tacit/Dialect/MPC/IR/MPCDialect.h.inc"
#include "tacit/Dialect/MPC/IR/MPCEnums.h.inc"
#define GET_TYPEDEF_CLASSES
#include "tacit/Dialect/MPC/IR/MPCTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "tacit/Dialect/MPC/IR/MPCAttributes.h.inc"

namespace tacit::mpc {

/// Returns true for what the parties have shares of, of either kind.
inline bool isSecret(mlir::Type type) { return llvm::isa<ShareType, BitsType>(type); }

inline constexpr llvm::StringLiteral kSiteAttr = "mpc.site";
inline constexpr llvm::StringLiteral kCostAttr = "mpc.cost";

/// Marks arguments and results of a function that are state: each party keeps its share
/// from one inference to the next. The value is the name of the other end, or "".
inline constexpr llvm::StringLiteral kStateAttr = "mpc.state";

/// Of arguments of @party: the party that the words belong to, and the number of the
/// material that masks them at the other one. Without a mask the other one has zeros.
inline constexpr llvm::StringLiteral kPartyAttr = "mpc.party";
inline constexpr llvm::StringLiteral kMaskAttr = "mpc.mask";

/// Of arguments of @client whose elements choose one of so many rows, which is checked
/// before each run.
inline constexpr llvm::StringLiteral kIndexBoundAttr = "mpc.index_bound";

/// Marks a function whose truncations are those of the parties' own shares: each shifts its
/// share by itself, which fails with a probability of |x| / 2^width.
inline constexpr llvm::StringLiteral kLocalTruncationAttr = "mpc.local_truncation";

/// The result of a cleartext twin that counts the numbers that left the ring.
inline constexpr llvm::StringLiteral kWrapsOutput = "wraps";
/// The input from which a twin draws the shares that are truncated, and its results: how
/// many truncations failed, and how many do on average, for each of `truncationSites`.
inline constexpr llvm::StringLiteral kSeedInput = "truncation_seed";
inline constexpr llvm::StringLiteral kFailedOutput = "failed_truncations";
inline constexpr llvm::StringLiteral kExpectedOutput = "expected_failed_truncations";

/// A workload, and its size in elements. `rows` and `row` are the number and the length of
/// the rows along which Max, Softmax and the norms work: elements = rows * row.
struct Workload {
  WorkloadKind kind = WorkloadKind::Local;
  int64_t elements = 0;
  int64_t rows = 0, row = 0;
  int64_t batch = 0, m = 0, k = 0, n = 0;
  int64_t width = 64, fraction = 0;
  /// For the right factor of a Matmul: the number of its matrices (a weight serves the
  /// whole batch and is 1).
  int64_t rightBatch = 0;
  /// For Matmul and Multiply: the number of different elements of a factor, if it has not
  /// as many as the product reads: windows of a convolution repeat some, and so does a
  /// factor that is broadcast.
  std::optional<int64_t> leftElements = std::nullopt, rightElements = std::nullopt;
  /// For Rsqrt: the steps of Newton's method.
  int64_t steps = 3;
};

} // namespace tacit::mpc

#include "tacit/Dialect/MPC/IR/MPCInterfaces.h.inc"
#define GET_OP_CLASSES
#include "tacit/Dialect/MPC/IR/MPCOps.h.inc"

#endif // TACIT_DIALECT_MPC_IR_MPC_H
