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

/// The register tile of a matrix product: `rows` rows of `panel` columns stay in registers
/// over the whole sum.
struct RegisterTile {
  int64_t rows;
  int64_t panel;
};

/// Describes a generic that sums products: acc + f(left, rights...) over its reduction
/// dimensions, where f is elementwise and the rights (a matrix, or the operands from which
/// its elements are computed: packed integers, scales) do not depend on the row.
struct Contraction {
  mlir::linalg::GenericOp op;
  /// The loop dimensions. `batch` are the dimensions of the result besides row and column,
  /// `inner` those that are summed over, both in loop order.
  llvm::SmallVector<unsigned> batch, inner;
  unsigned row, column;
  /// The indexing maps of operand 0, of the operands from 1 on, and of the result.
  mlir::AffineMap left;
  llvm::SmallVector<mlir::AffineMap> rights;
  mlir::AffineMap out;
  /// The loop sizes, with kDynamic for those known only at run time.
  llvm::SmallVector<int64_t> ranges;
  /// The term that the body adds.
  mlir::Value term;
};

/// Recognises a contraction whose result is read and written by rows along `column`.
/// Returns nullopt for anything else.
std::optional<Contraction> matchContraction(mlir::linalg::GenericOp op);

/// Returns the attributes of the linalg.pack that turns right operand `right` of
/// `contraction` into panels: [batch..., columns / panel, inner..., panel]. Returns nullopt
/// if the operand has no columns.
struct PanelLayout {
  llvm::SmallVector<int64_t> innerDimsPos, outerDimsPerm;
};
std::optional<PanelLayout> panelLayout(const Contraction &contraction, size_t right);

/// Each of these replaces `op` by loops over vectors. If `op` does not have a supported
/// form, it changes nothing and returns failure. A contraction also computes the
/// elementwise operation that is its only user, while its result is in registers;
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

/// Builds for (iv = 0; iv < bound; iv += step), carrying `inits`. If the bound is known to
/// give at most one iteration, no loop is created.
llvm::SmallVector<mlir::Value> buildLoop(mlir::OpBuilder &builder, mlir::Location loc,
                                         mlir::OpFoldResult bound, int64_t step,
                                         mlir::ValueRange inits, LoopBody body);

/// Builds for (iv = lower; iv < upper; iv += step), carrying `inits`.
llvm::SmallVector<mlir::Value> buildLoop(mlir::OpBuilder &builder, mlir::Location loc,
                                         mlir::Value lower, mlir::Value upper, int64_t step,
                                         mlir::ValueRange inits, LoopBody body);

/// Iterates over `size` elements in vectors of `width`, carrying `init`: whole vectors with
/// a null mask, then the remainder with a mask of the lanes that exist.
mlir::Value
buildMaskedLoop(mlir::OpBuilder &builder, mlir::Location loc, mlir::OpFoldResult size,
                int64_t width, mlir::Value init,
                llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Value iv,
                                               mlir::Value mask, mlir::Value carried)>
                    body);

/// Builds a parallel loop over tiles of `init`: one iteration for each combination of
/// `steps`, each of which computes one tile. A null step takes the whole dimension. `body`
/// receives the offset of its tile and the tile, and returns the finished tile.
mlir::Value buildParallelTiles(
    mlir::OpBuilder &builder, mlir::Location loc, mlir::Value init,
    llvm::ArrayRef<mlir::OpFoldResult> steps,
    llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::ValueRange, mlir::Value)> body);

/// Returns true if `op` is not yet inside a parallel loop.
bool isOutermost(mlir::Operation *op);

mlir::Value indexConstant(mlir::OpBuilder &builder, mlir::Location loc, int64_t value);

/// Returns a + b on indices.
mlir::Value addIndex(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value a,
                     mlir::Value b);

/// Writes a vector along the last dimension of `tensor`.
mlir::Value writeVector(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value vector,
                        mlir::Value tensor, mlir::ValueRange indices, mlir::Value mask);

/// Returns a mask of the first `count` lanes.
mlir::Value makeMask(mlir::OpBuilder &builder, mlir::Location loc, int64_t width,
                     mlir::Value count);

} // namespace tacit::cpu

#endif // TACIT_LIB_CODEGEN_CPU_VECTORIZE_VECTORIZE_H
