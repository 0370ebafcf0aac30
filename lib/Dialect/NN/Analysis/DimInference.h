//===- DimInference.h - Inference of dimensions from others -----*- C++ -*-===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TACIT_LIB_DIALECT_NN_ANALYSIS_DIMINFERENCE_H
#define TACIT_LIB_DIALECT_NN_ANALYSIS_DIMINFERENCE_H

#include "tacit/Dialect/NN/Analysis/Dims.h"
#include "tacit/Dialect/NN/IR/SizeInference.h"

namespace tacit::nn {

/// Goes through a program once, with the facts of the previous round. The rules of each
/// operation are its methods: see SizesOpInterface.
class DimInference : public SizeInference {
public:
  explicit DimInference(Dims &dims) : SizeInference(dims.sizeTable), dims(dims) {}

  void visitArguments(mlir::func::FuncOp main);
  void visit(mlir::Operation *op);

  // Queries for what is known.
  SizeList sizesOf(mlir::Value value) override { return dims.sizesOf(value); }
  std::optional<SizeList> elementsOf(mlir::Value value) override {
    return dims.elementsOf(value);
  }
  SizeSpan spanOf(mlir::Value value) override { return dims.spanOf(value); }

  // Conditions that must hold.
  void require(SizeExpr a, SizeExpr b) override;
  void requireAtMost(SizeExpr a, SizeExpr b) override;
  void requireRepeatable(SizeExpr size, SizeExpr wanted) override;
  using SizeInference::broadcast;
  SizeExpr broadcast(SizeExpr a, SizeExpr b) override;
  void fail(const llvm::Twine &text) override;
  void setStarts(mlir::Operation *slice, llvm::ArrayRef<SizeExpr> starts) override;

private:
  void visitBody(ScanOp scan);
  void requireStated(mlir::Value value, SizeList &list);
  SizeList inferSizes(mlir::OpResult result);
  std::optional<SizeList> inferElements(mlir::Operation *op);
  void setSpan(mlir::OpResult result);
  SizeSpan spanOfArgument(mlir::Value argument);
  bool prove(SizeExpr a, SizeExpr b);
  bool isSingle(SizeExpr size);
  void check(SizeCheck::Kind kind, SizeExpr a, SizeExpr b);
  SizeExpr ifRuns(SizeExpr least);

  Dims &dims;
  mlir::Operation *current = nullptr;
  /// In the body of a loop, how often it runs; null outside of loops, or if not known.
  SizeExpr runs;
};

} // namespace tacit::nn

#endif // TACIT_LIB_DIALECT_NN_ANALYSIS_DIMINFERENCE_H
