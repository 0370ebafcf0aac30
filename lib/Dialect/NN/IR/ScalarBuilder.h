//===- ScalarBuilder.h - Emits operations on scalars ------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_IR_SCALARBUILDER_H
#define TACIT_LIB_DIALECT_NN_IR_SCALARBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace tacit::nn {

/// The arguments of a scalar body, and short functions to build it.
struct ScalarBuilder {
  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::ValueRange args;
  /// The type of the first argument, with the signedness that nn gave its integers.
  mlir::Type type;
  bool isUnsigned;

  ScalarBuilder(mlir::Operation *op, mlir::OpBuilder &b, mlir::Location loc,
                mlir::ValueRange args)
      : b(b), loc(loc), args(args), type(args.front().getType()),
        isUnsigned(mlir::getElementTypeOrSelf(op->getOperand(0)).isUnsignedInteger()) {}

  bool isFloat() const { return mlir::isa<mlir::FloatType>(type); }
  template <typename Op, typename... Operands>
  mlir::Value make(Operands... operands) const {
    return Op::create(b, loc, operands...);
  }
  mlir::Value constant(double value) const {
    return make<mlir::arith::ConstantOp>(b.getFloatAttr(type, value));
  }
  mlir::Value integer(int64_t value) const {
    return make<mlir::arith::ConstantOp>(b.getIntegerAttr(type, value));
  }
  /// Creates the float, the signed or the unsigned form of an operation.
  template <typename FloatOp, typename SignedOp, typename UnsignedOp = SignedOp>
  mlir::Value either() const {
    if (isFloat())
      return make<FloatOp>(args[0], args[1]);
    return isUnsigned ? make<UnsignedOp>(args[0], args[1])
                      : make<SignedOp>(args[0], args[1]);
  }
  /// Computes 1 / (1 + exp(-x)).
  mlir::Value sigmoid(mlir::Value x) const {
    mlir::Value e = make<mlir::math::ExpOp>(make<mlir::arith::NegFOp>(x));
    return make<mlir::arith::DivFOp>(constant(1),
                                     make<mlir::arith::AddFOp>(constant(1), e));
  }
};

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_IR_SCALARBUILDER_H
