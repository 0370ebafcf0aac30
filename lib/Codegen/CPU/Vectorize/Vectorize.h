//===- Vectorize.h - Structured operations to vector loops ------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_CODEGEN_CPU_VECTORIZE_VECTORIZE_H
#define TACIT_LIB_CODEGEN_CPU_VECTORIZE_VECTORIZE_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace tacit::cpu {

/// Register tile of a matrix product: `rows` rows of `panel` columns stay in
/// registers over the whole sum.
struct RegisterTile {
  int64_t rows;
  int64_t panel;
};

/// A generic that sums products: acc + f(left, rights...) over its reduction
/// dimensions, where f is elementwise and the rights (a matrix, or what makes an
/// element of one: packed integers, scales) do not depend on the row.
struct Contraction {
  mlir::linalg::GenericOp op;
  /// Loop dimensions. `batch` are the dimensions of the result besides row and
  /// column, `inner` those that are summed over, both in loop order.
  llvm::SmallVector<unsigned> batch, inner;
  unsigned row, column;
  /// Indexing maps of operand 0, of the operands from 1 on, and of the result.
  mlir::AffineMap left;
  llvm::SmallVector<mlir::AffineMap> rights;
  mlir::AffineMap out;
  /// Loop sizes, kDynamic for what is known only at run time.
  llvm::SmallVector<int64_t> ranges;
  /// What the body adds.
  mlir::Value term;
};

/// Recognises a contraction whose result is read and written by row along
/// `column`. nullopt for anything else.
std::optional<Contraction> matchContraction(mlir::linalg::GenericOp op);

/// linalg.pack's attributes that turn right operand `right` of `contraction` into
/// panels: [batch..., columns / panel, inner..., panel]. nullopt if the operand has
/// no columns.
struct PanelLayout {
  llvm::SmallVector<int64_t> innerDimsPos, outerDimsPerm;
};
std::optional<PanelLayout> panelLayout(const Contraction &contraction, size_t right);

/// Each replaces `op` by loops over vectors and returns failure, having changed
/// nothing, where the form is not one of theirs. A contraction computes the
/// elementwise operation that alone uses it while its result is in registers;
/// `absorbed` is then the former address of that operation.
mlir::LogicalResult vectorizeContraction(mlir::RewriterBase &rewriter,
                                         mlir::linalg::GenericOp op, RegisterTile tile,
                                         mlir::Operation *&absorbed);
mlir::LogicalResult vectorizeRowReduction(mlir::RewriterBase &rewriter,
                                          mlir::linalg::GenericOp op);
mlir::LogicalResult vectorizeParallel(mlir::RewriterBase &rewriter,
                                      mlir::linalg::GenericOp op);
mlir::LogicalResult vectorizePack(mlir::RewriterBase &rewriter, mlir::linalg::PackOp op);

//===----------------------------------------------------------------------===//
// Loop building
//===----------------------------------------------------------------------===//

using LoopBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::OpBuilder &, mlir::Value, mlir::ValueRange)>;

/// for (iv = 0; iv < bound; iv += step), carrying `inits`. A bound known to give
/// no iteration or one leaves no loop behind.
llvm::SmallVector<mlir::Value> buildLoop(mlir::OpBuilder &builder, mlir::Location loc,
                                         mlir::OpFoldResult bound, int64_t step,
                                         mlir::ValueRange inits, LoopBody body);

/// for (iv = lower; iv < upper; iv += step), carrying `inits`.
llvm::SmallVector<mlir::Value> buildLoop(mlir::OpBuilder &builder, mlir::Location loc,
                                         mlir::Value lower, mlir::Value upper, int64_t step,
                                         mlir::ValueRange inits, LoopBody body);

/// Walks `size` elements in vectors of `width`, carrying `init`: whole ones with a null
/// mask, then what is left with a mask of the lanes that exist.
mlir::Value
buildMaskedLoop(mlir::OpBuilder &builder, mlir::Location loc, mlir::OpFoldResult size,
                int64_t width, mlir::Value init,
                llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Value iv,
                                               mlir::Value mask, mlir::Value carried)>
                    body);

/// A parallel loop over tiles of `init`: one iteration for each combination of
/// `steps`, each of which computes one tile. A null step takes the whole dimension.
/// `body` receives the offset of its tile and the tile, and returns the finished tile.
mlir::Value buildParallelTiles(
    mlir::OpBuilder &builder, mlir::Location loc, mlir::Value init,
    llvm::ArrayRef<mlir::OpFoldResult> steps,
    llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::ValueRange, mlir::Value)> body);

/// True if `op` is not inside a parallel loop yet.
bool isOutermost(mlir::Operation *op);

mlir::Value indexConstant(mlir::OpBuilder &builder, mlir::Location loc, int64_t value);

/// a + b on indices.
mlir::Value addIndex(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value a,
                     mlir::Value b);

/// Writes a vector along the last dimension of `tensor`.
mlir::Value writeVector(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value vector,
                        mlir::Value tensor, mlir::ValueRange indices, mlir::Value mask);

/// Mask of the first `count` lanes.
mlir::Value makeMask(mlir::OpBuilder &builder, mlir::Location loc, int64_t width,
                     mlir::Value count);

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_VECTORIZE_VECTORIZE_H
