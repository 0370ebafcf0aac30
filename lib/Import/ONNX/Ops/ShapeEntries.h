//===- ShapeEntries.h - Known entries of a computed shape -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_IMPORT_ONNX_OPS_SHAPEENTRIES_H
#define TACIT_LIB_IMPORT_ONNX_OPS_SHAPEENTRIES_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace tacit::onnx_import {

/// Returns the elements of an integer tensor of one dimension, each if it is known during
/// import. Returns nullopt if not even their number is known.
using ShapeEntries = llvm::SmallVector<std::optional<int64_t>>;
std::optional<ShapeEntries> shapeEntries(mlir::Value value);

/// Returns true if all of them are known.
bool allKnown(const ShapeEntries &entries);

/// Returns true if `value` is computed from nothing but constants and sizes.
bool followsFromSizes(mlir::Value value);

} // namespace tacit::onnx_import

#endif // TACIT_LIB_IMPORT_ONNX_OPS_SHAPEENTRIES_H
