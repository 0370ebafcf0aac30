//===- Primitive.h - A program of one operation -----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_COST_PRIMITIVE_H
#define TACIT_COST_PRIMITIVE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace tacit::cost {

/// Returns the names of the operations that makePrimitive takes.
std::vector<std::string> primitiveNames();

/// Returns the program, in the form that phase `mpc` leaves, of a single operation on
/// shares: `gelu=FORM` is a form of GELU. There is a shape for each operand; mul takes one
/// for both as well, and matmul takes [..., M, K, N], of which the batch is that of the
/// left factor alone. Fails with InvalidArgument if there is no such operation, or if its
/// size has the wrong form.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
makePrimitive(llvm::StringRef name, llvm::ArrayRef<std::vector<int64_t>> shapes,
              int64_t width, int64_t fraction, mlir::MLIRContext *context);

} // namespace tacit::cost

#endif // TACIT_COST_PRIMITIVE_H
