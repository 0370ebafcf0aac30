//===- Primitive.h - A program of one operation -----------------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_TOOLS_TACIT_PRIMITIVE_H
#define TACIT_TOOLS_TACIT_PRIMITIVE_H

#include "Options.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tacit::tool {

/// The program, as phase `mpc` leaves one, of the operation that --primitive names. Fails
/// with Usage where there is no such operation, or its size has the wrong form.
llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> makePrimitive(const Options &options,
                                                                mlir::MLIRContext *context);

} // namespace tacit::tool

#endif // TACIT_TOOLS_TACIT_PRIMITIVE_H
