//===- ElementTypes.h - The element types of tensors ------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_SUPPORT_ELEMENTTYPES_H
#define TACIT_SUPPORT_ELEMENTTYPES_H

#include "mlir/IR/Types.h"
#include "llvm/ADT/ArrayRef.h"

namespace tacit {

/// An element type of inputs and outputs of a model; ElementTypes.td is the list.
struct ElementType {
  /// Its number in ONNX, and the constant of tacit.h that has it.
  int32_t code, enumerator;
  llvm::StringLiteral constant;
  /// NumPy's names, in programs and in the header of a .npy file.
  llvm::StringLiteral name;
  int64_t bytes;
  llvm::StringLiteral cType, descr, mlirType;
};

/// All of them, by number.
llvm::ArrayRef<ElementType> elementTypes();

/// Null for what is none of them.
const ElementType *findElementType(int32_t code);
const ElementType *findElementType(mlir::Type type);

} // namespace tacit

#endif // TACIT_SUPPORT_ELEMENTTYPES_H
