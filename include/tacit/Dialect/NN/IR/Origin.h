//===- Origin.h - Where constants come from ---------------------*- C++ -*-===//
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
/// command line. Such a constant is part of the architecture. A constant without the
/// attribute holds a tensor of the model's file, or was computed from one, and may be a
/// weight.
inline constexpr llvm::StringLiteral kFromAttributeAttr = "nn.from_attribute";

inline void setFromAttribute(mlir::Operation *constant) {
  constant->setDiscardableAttr(kFromAttributeAttr,
                               mlir::UnitAttr::get(constant->getContext()));
}

inline bool isFromAttribute(mlir::Operation *constant) {
  return constant->getDiscardableAttr(kFromAttributeAttr) != nullptr;
}

/// The name that the model's file has for an nn.constant: the key of a blob, an attribute
/// `nn.name`, or else the location; "" if there is none. As a location it is no part of
/// the value, and equal constants are one to cse.
llvm::StringRef getConstantName(mlir::Operation *constant);

/// Text has no locations: writes the names that only locations have into attributes
/// `nn.name`, and back again.
void keepConstantNames(mlir::Operation *program);
void restoreConstantNames(mlir::Operation *program);

/// Writes the names of constants of the file into attributes, so that equal ones with
/// different names stay apart. What a program computes must not follow from what the
/// constants of such a program hold.
void keepConstantsApart(mlir::Operation *program);

/// Returns true if an nn.constant has its name as an attribute.
bool isKeptApart(mlir::Operation *constant);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_IR_ORIGIN_H
