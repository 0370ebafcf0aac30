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

namespace tacit::cost {

/// The program, as phase `mpc` leaves one, of one operation on shares. Fails
/// with InvalidArgument where there is no such operation, or its size has the wrong form.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
makePrimitive(llvm::StringRef name, llvm::ArrayRef<int64_t> shape, int64_t width,
              int64_t fraction, mlir::MLIRContext *context);

} // namespace tacit::cost

#endif // TACIT_COST_PRIMITIVE_H
