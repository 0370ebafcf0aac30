//===- NNCanonicalize.cpp - One movement instead of several ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two movements in a row become one. This changes an operation in place, which a fold must
// not do. Therefore it is a method, which canonicalization calls, and so does the importer,
// which builds operations one by one.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/PatternMatch.h"
#include "tacit/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace tacit::nn;

bool ReshapeOp::compose() {
  auto producer = getInput().getDefiningOp<ReshapeOp>();
  if (!producer)
    return false;
  getInputMutable().set(producer.getInput());
  return true;
}

bool TransposeOp::compose() {
  auto producer = getInput().getDefiningOp<TransposeOp>();
  if (!producer)
    return false;
  SmallVector<int64_t> composed;
  for (int64_t i : getPermutation())
    composed.push_back(producer.getPermutation()[i]);
  setPermutation(composed);
  getInputMutable().set(producer.getInput());
  return true;
}

/// Removes parts without elements: an empty cache, or the padding of a mask that is long
/// enough.
bool ConcatOp::compose() {
  SmallVector<Value> parts;
  for (Value input : getInputs())
    if (cast<RankedTensorType>(input.getType()).getDimSize(getAxis()) != 0)
      parts.push_back(input);
  if (parts.empty())
    parts.push_back(getInputs().back());
  if (parts.size() == getInputs().size())
    return false;
  getInputsMutable().assign(parts);
  return true;
}

namespace {
template <typename OpT>
struct Compose : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    rewriter.startOpModification(op);
    if (!op.compose()) {
      rewriter.cancelOpModification(op);
      return rewriter.notifyMatchFailure(
          op, "does not read a movement that it can be composed with");
    }
    rewriter.finalizeOpModification(op);
    return success();
  }
};
} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<Compose<ReshapeOp>>(context);
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<Compose<TransposeOp>>(context);
}

void ConcatOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<Compose<ConcatOp>>(context);
}
