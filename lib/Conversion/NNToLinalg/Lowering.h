//===- Lowering.h - Shared parts of the nn to linalg lowering ---*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CONVERSION_NNTOLINALG_LOWERING_H
#define TACIT_LIB_CONVERSION_NNTOLINALG_LOWERING_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Transforms/DialectConversion.h"
#include "tacit/Dialect/NN/IR/NN.h"

namespace tacit {

using BodyBuilder =
    llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// The ranked tensor type of a value.
inline mlir::RankedTensorType tensorOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

/// A linalg.generic over the shape of `type`, all dimensions parallel; `maps` has
/// one entry per input. `body` sees one scalar per input.
mlir::Value parallelGeneric(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::RankedTensorType type, mlir::ValueRange inputs,
                            llvm::ArrayRef<mlir::AffineMap> maps, BodyBuilder body);

/// As above, with NumPy broadcasting of the inputs to `type`.
mlir::Value broadcastGeneric(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::RankedTensorType type, mlir::ValueRange inputs,
                             BodyBuilder body);

/// Combines `inputs` (maps over the dimensions of `shape`) along `axes` into a
/// tensor of the remaining dimensions, starting from `init`. The last argument of
/// `body` is the value so far.
mlir::Value reduceGeneric(mlir::OpBuilder &builder, mlir::Location loc,
                          llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> axes,
                          mlir::Type elementType, mlir::TypedAttr init,
                          mlir::ValueRange inputs, llvm::ArrayRef<mlir::AffineMap> maps,
                          BodyBuilder body);

/// The map of an operand of `shape` broadcast (NumPy rules) to `rank` dimensions.
mlir::AffineMap broadcastMap(llvm::ArrayRef<int64_t> shape, int64_t rank,
                             mlir::MLIRContext *context);

/// A static reshape by tensor.collapse_shape and tensor.expand_shape.
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
                      llvm::ArrayRef<int64_t> shape);

/// exp(x - max) / sum along `axis`, as four generics.
mlir::Value lowerSoftmax(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
                         int64_t axis);

mlir::Value floatConstant(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type,
                          double value);

void populateElementwisePatterns(mlir::TypeConverter &converter,
                                 mlir::RewritePatternSet &patterns);
void populateNormalizationPatterns(mlir::TypeConverter &converter,
                                   mlir::RewritePatternSet &patterns);
void populateProductPatterns(mlir::TypeConverter &converter,
                             mlir::RewritePatternSet &patterns);
void populateMovementPatterns(mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_NNTOLINALG_LOWERING_H
