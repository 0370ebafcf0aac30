//===- DimInference.h - How dimensions follow from others -------*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_ANALYSIS_DIMINFERENCE_H
#define TACIT_LIB_DIALECT_NN_ANALYSIS_DIMINFERENCE_H

#include "tacit/Dialect/NN/Analysis/Dims.h"

namespace tacit::nn {

/// One look at a program, with the facts of the last one.
class DimInference {
public:
  explicit DimInference(Dims &dims) : dims(dims), table(dims.sizeTable) {}

  void visitArguments(mlir::func::FuncOp main);
  void visit(mlir::Operation *op);

private:
  // Sizes (DimRules.cpp).
  SizeList infer(mlir::Operation *op, unsigned result);
  SizeList inferBroadcast(mlir::ValueRange operands);
  SizeList inferMatmul(MatmulOp op);
  SizeList inferAttention(AttentionOp op);
  SizeList inferConcat(ConcatOp op);
  SizeList inferGather(mlir::Value data, mlir::Value indices, int64_t axis);
  SizeList inferReduction(mlir::Value input, llvm::ArrayRef<int64_t> axes, bool keepsDims);
  SizeList inferSlice(SliceOp op);
  SizeList inferReshape(ReshapeOp op);
  SizeList inferExpand(ExpandOp op);
  SizeList inferConv(ConvOp op);
  SizeList inferPool(PoolOp op);
  SizeList inferDynamicSlice(DynamicSliceOp op);
  SizeList inferDynamicReshape(DynamicReshapeOp op);
  SizeList inferDynamicExpand(DynamicExpandOp op);
  SizeList inferRange(RangeOp op);

  // Elements of small integer tensors (DimElements.cpp).
  std::optional<SizeList> readElements(mlir::Operation *op);
  std::optional<SizeList> readConstant(mlir::Operation *op);
  std::optional<SizeList> readElementwise(mlir::Operation *op);
  std::optional<SizeList> readGather(GatherOp op);
  std::optional<SizeList> readSlice(SliceOp op);
  std::optional<SizeList> readReduce(ReduceOp op);
  SizeExpr combine(mlir::Operation *op, llvm::ArrayRef<SizeExpr> operands);

  // What is known (Dims.cpp).
  SizeList sizesOf(mlir::Value value) { return dims.sizesOf(value); }
  std::optional<SizeList> elementsOf(mlir::Value value) { return dims.elementsOf(value); }
  SizeExpr product(llvm::ArrayRef<SizeExpr> sizes);

  // What has to hold (Dims.cpp).
  bool prove(SizeExpr a, SizeExpr b);
  void require(SizeExpr a, SizeExpr b);
  void requireAtMost(SizeExpr a, SizeExpr b);
  bool isSingle(SizeExpr size);
  /// The size of two dimensions that are broadcast against each other.
  SizeExpr broadcast(SizeExpr a, SizeExpr b);
  /// `size` is `wanted`, or 1 and repeated.
  void requireRepeatable(SizeExpr size, SizeExpr wanted);
  void fail(const llvm::Twine &text);
  void check(SizeCheck::Kind kind, SizeExpr a, SizeExpr b);

  Dims &dims;
  SizeTable &table;
  mlir::Operation *current = nullptr;
};

/// Tensors of at most this many elements are followed element by element.
inline constexpr int64_t kMaxElements = 1024;

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_ANALYSIS_DIMINFERENCE_H
