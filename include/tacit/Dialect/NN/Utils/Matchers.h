//===- Matchers.h - Values that passes look for -----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_UTILS_MATCHERS_H
#define TACIT_DIALECT_NN_UTILS_MATCHERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include <optional>

namespace tacit::nn {

/// Returns the number that all elements of `value` are equal to, if it is known: that of a
/// splat constant, or of a little arithmetic on such constants.
std::optional<double> constantScalar(mlir::Value value, unsigned depth = 6);

/// Returns how far `number`, which constantScalar found, may be from the one that its
/// author meant: one unit in its last place, in its own type; a power of two is what it is.
double uncertaintyOf(mlir::Value value, double number);

/// Returns true if a tensor of the type of `scalar` broadcasts against one of the type of
/// `other` without changing its shape.
bool keepsShape(mlir::Value scalar, mlir::Value other);

/// `value` as the result of `OpT` on some other operand, whose shape it has, and
/// a constant scalar, which nn-normalize puts to the right.
struct ScalarOperation {
  mlir::Value other;
  double scalar;
  double uncertainty = 0; ///< see uncertaintyOf
};
template <typename OpT>
std::optional<ScalarOperation> matchScalar(mlir::Value value) {
  auto op = value.getDefiningOp<OpT>();
  auto scalar = op ? constantScalar(op.getRhs()) : std::nullopt;
  if (!scalar || !keepsShape(op.getRhs(), op.getLhs()))
    return std::nullopt;
  return ScalarOperation{op.getLhs(), *scalar, uncertaintyOf(op.getRhs(), *scalar)};
}

/// Describes a reduction.
struct Reduction {
  ReduceOp op;
  /// True if its dimensions stay as 1, or are restored at once.
  bool keepsDims = false;

  explicit operator bool() const { return op != nullptr; }
};
/// Matches `value` as a reduction of this kind. A mean may be a sum divided by the number
/// of its terms.
Reduction matchReduction(mlir::Value value, ReduceKind kind);

/// Returns true if two values are computed by equal operations from equal operands:
/// exporters repeat operations, and no earlier pass is required to remove the copies.
bool isSameValue(mlir::Value lhs, mlir::Value rhs, unsigned depth = 4);

/// Returns true if `value` holds one number per element of the last dimension of `like`.
bool isPerColumn(mlir::Value value, mlir::Value like);

/// Returns `value` as one number per element of the last dimension of `like`: itself, or
/// without leading dimensions of 1. Returns null for anything else.
mlir::Value asParameter(mlir::RewriterBase &rewriter, mlir::Value value, mlir::Value like);

/// If the only user of `root` is an `OpT` that combines it with one number per element of
/// its last dimension, returns those numbers and moves `root` to that operation.
template <typename OpT>
mlir::Value takeParameter(mlir::RewriterBase &rewriter, mlir::Operation *&root) {
  mlir::Value value = root->getResult(0);
  auto op = value.hasOneUse() ? llvm::dyn_cast<OpT>(*value.user_begin()) : OpT();
  if (!op || op.getType() != value.getType())
    return {};
  mlir::Value other = op.getLhs() == value ? op.getRhs() : op.getLhs();
  rewriter.setInsertionPoint(op);
  mlir::Value parameter = asParameter(rewriter, other, value);
  if (parameter)
    root = op;
  return parameter;
}

/// Returns the operations of one kind in a function, in program order.
template <typename OpT>
llvm::SmallVector<OpT> collect(mlir::func::FuncOp function) {
  llvm::SmallVector<OpT> ops;
  function.walk([&](OpT op) { ops.push_back(op); });
  return ops;
}

/// Erases what nothing reads, users before producers. True if there was something.
bool eraseDead(mlir::func::FuncOp function);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_UTILS_MATCHERS_H
