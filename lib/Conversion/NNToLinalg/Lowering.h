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

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//
//
// A lowering works on sizes: attributes if they are known and index values if they are
// free, so that one pattern serves both. They come from `sizesOf`, applied to the
// operation's own results and operands (or to the converted ones). All of them are computed
// at the top of the function, once each: equal sizes are the same attribute or value, and
// different ones may differ at run time. For known sizes the builders below create the same
// IR that a static type would give.

using Sizes = llvm::SmallVector<mlir::OpFoldResult>;

/// Returns the sizes of a tensor. Never fails: ConvertNNToLinalg rejects programs on which
/// nn-resolve-dims has not run.
Sizes sizesOf(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value);

/// Returns the type of a tensor of these sizes.
mlir::RankedTensorType tensorType(llvm::ArrayRef<mlir::OpFoldResult> sizes,
                                  mlir::Type element);

mlir::Value emptyTensor(mlir::OpBuilder &builder, mlir::Location loc,
                        llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type element);

/// Returns the product of sizes.
mlir::OpFoldResult sizeProduct(mlir::OpBuilder &builder, mlir::Location loc,
                               llvm::ArrayRef<mlir::OpFoldResult> sizes);

mlir::OpFoldResult sizeSum(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::OpFoldResult a, mlir::OpFoldResult b);

/// Returns a size as a value; a constant is created at the insertion point of the builder.
mlir::Value sizeValue(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::OpFoldResult size);

/// Returns the size as a number of floating-point type `element`.
mlir::Value sizeAsFloat(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::OpFoldResult size, mlir::Type element);

/// Returns true for a size that is known to be `value`.
bool isSize(mlir::OpFoldResult size, int64_t value);

/// Returns `input` in a form whose broadcast to `sizes` (aligned at the last dimension) is
/// fully determined: each of its dimensions is a known 1 or the same as that of the result.
/// A dimension that may be either at run time is repeated, by a copy.
mlir::Value resolveBroadcast(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::Value input, llvm::ArrayRef<mlir::OpFoldResult> sizes);

//===----------------------------------------------------------------------===//
// Generics
//===----------------------------------------------------------------------===//

/// Creates a linalg.generic over `sizes`, all dimensions parallel; `maps` has one entry per
/// input. `body` sees one scalar per input. Captured tensors may be read by tensor.extract.
mlir::Value parallelGeneric(mlir::OpBuilder &builder, mlir::Location loc,
                            llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type element,
                            mlir::ValueRange inputs, llvm::ArrayRef<mlir::AffineMap> maps,
                            BodyBuilder body);

/// Does the same with NumPy broadcasting of the inputs to `sizes`.
mlir::Value broadcastGeneric(mlir::OpBuilder &builder, mlir::Location loc,
                             llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type element,
                             mlir::ValueRange inputs, BodyBuilder body);

/// Combines `inputs` (maps over the dimensions of `sizes`) along `axes` into a tensor of
/// the remaining dimensions, starting from `init`. The last argument of `body` is the
/// accumulator.
mlir::Value reduceGeneric(mlir::OpBuilder &builder, mlir::Location loc,
                          llvm::ArrayRef<mlir::OpFoldResult> sizes,
                          llvm::ArrayRef<int64_t> axes, mlir::Type elementType,
                          mlir::TypedAttr init, mlir::ValueRange inputs,
                          llvm::ArrayRef<mlir::AffineMap> maps, BodyBuilder body);

/// Reshapes by tensor.collapse_shape and tensor.expand_shape. The number of elements is the
/// same, which nn-resolve-dims guarantees.
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
                      llvm::ArrayRef<mlir::OpFoldResult> sizes);

// Does the same for types of which every dimension is known.

mlir::Value parallelGeneric(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::RankedTensorType type, mlir::ValueRange inputs,
                            llvm::ArrayRef<mlir::AffineMap> maps, BodyBuilder body);
mlir::Value broadcastGeneric(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::RankedTensorType type, mlir::ValueRange inputs,
                             BodyBuilder body);
mlir::Value reduceGeneric(mlir::OpBuilder &builder, mlir::Location loc,
                          llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> axes,
                          mlir::Type elementType, mlir::TypedAttr init,
                          mlir::ValueRange inputs, llvm::ArrayRef<mlir::AffineMap> maps,
                          BodyBuilder body);
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
                      llvm::ArrayRef<int64_t> shape);

/// Returns the map of an operand of `shape` that is broadcast (NumPy rules) to `rank`
/// dimensions: a free dimension is that of the result (see resolveBroadcast).
mlir::AffineMap broadcastMap(llvm::ArrayRef<int64_t> shape, int64_t rank,
                             mlir::MLIRContext *context);

/// Computes exp(x - max) / sum along `axis`, as four generics. With `hasZeroRows` a row in
/// which everything is -inf gives zeros.
mlir::Value lowerSoftmax(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value input,
                         int64_t axis, bool hasZeroRows = false);

mlir::Value floatConstant(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type,
                          double value);

void populateElementwisePatterns(mlir::TypeConverter &converter,
                                 mlir::RewritePatternSet &patterns);
void populateImagePatterns(mlir::TypeConverter &converter,
                           mlir::RewritePatternSet &patterns);
void populateNormalizationPatterns(mlir::TypeConverter &converter,
                                   mlir::RewritePatternSet &patterns);
void populateProductPatterns(mlir::TypeConverter &converter,
                             mlir::RewritePatternSet &patterns);
void populateRotaryPatterns(mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);
void populateScanPatterns(const mlir::TypeConverter &converter,
                          mlir::RewritePatternSet &patterns);
void populateIndexingPatterns(mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns);
void populateMovementPatterns(mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns);

} // namespace tacit

#endif // TACIT_LIB_CONVERSION_NNTOLINALG_LOWERING_H
