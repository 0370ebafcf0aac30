//===- Origin.h - Constants that no tensor of the file holds ----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_IR_ORIGIN_H
#define TACIT_DIALECT_NN_IR_ORIGIN_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace tacit::nn {

/// A unit attribute on an nn.constant whose value follows from attributes of an operation
/// (an epsilon, the slope of a LeakyRelu), from the definition of a function, or from the
/// command line. It is part of the architecture. A constant without it holds a tensor of
/// the model's file, or was computed from one, and may be a weight.
inline constexpr llvm::StringLiteral kFromAttributeAttr = "nn.from_attribute";

inline void setFromAttribute(mlir::Operation *constant) {
  constant->setDiscardableAttr(kFromAttributeAttr,
                               mlir::UnitAttr::get(constant->getContext()));
}

inline bool isFromAttribute(mlir::Operation *constant) {
  return constant->getDiscardableAttr(kFromAttributeAttr) != nullptr;
}

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_ORIGIN_H
