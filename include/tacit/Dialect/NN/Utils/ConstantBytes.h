//===- ConstantBytes.h - The bytes of dense constants -----------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_DIALECT_NN_UTILS_CONSTANTBYTES_H
#define TACIT_DIALECT_NN_UTILS_CONSTANTBYTES_H

#include "mlir/IR/Builders.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Numerics/Matrix.h"
#include <string>
#include <vector>

namespace tacit::nn {

/// The bytes of a dense constant. Fails, with an error at `user` that names its key, if
/// its blob is missing or has another size.
mlir::FailureOr<llvm::ArrayRef<char>>
readBytes(mlir::Operation *user, mlir::ElementsAttr value, std::vector<char> &scratch);

/// A new constant whose blob, if it is large enough to need one, is named after `key`.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location loc,
                         llvm::ArrayRef<int64_t> shape, mlir::Type elementType,
                         std::vector<char> bytes, const std::string &key);

/// Returns the conversion of elements of 16 bits to f32; null for f32 itself.
numerics::Widen wideningOf(mlir::Type element);

} // namespace tacit::nn

#endif // TACIT_DIALECT_NN_UTILS_CONSTANTBYTES_H
