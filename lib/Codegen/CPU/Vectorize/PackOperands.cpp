//===- PackOperands.cpp - Panels for matrix products ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Vectorize.h"
#include "Vectorize/Sizes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tacit/Codegen/CPU/Passes.h"
#include "tacit/Dialect/CPU/IR/CPU.h"

namespace tacit::cpu {
#define GEN_PASS_DEF_PACKOPERANDS
#include "tacit/Codegen/CPU/Vectorize/Passes.h.inc"
} // namespace tacit::cpu

using namespace mlir;
using namespace tacit::cpu;

namespace {
struct PackOperands : tacit::cpu::impl::PackOperandsBase<PackOperands> {
  using Base::Base;

  void runOnOperation() override {
    if (panelColumns < 1 || panelColumns > tacit::cpu::kMaxPanelColumns) {
      getOperation().emitError()
          << "panels of " << panelColumns.getValue() << " columns; expected 1 to "
          << tacit::cpu::kMaxPanelColumns;
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext());
    std::vector<Contraction> contractions;
    getOperation().walk([&](linalg::GenericOp op) {
      if (auto contraction = matchContraction(op))
        contractions.push_back(*contraction);
    });
    for (const Contraction &contraction : contractions)
      for (size_t right = 0; right < contraction.rights.size(); ++right)
        visit(rewriter, contraction, right);
  }

  void visit(RewriterBase &rewriter, const Contraction &contraction, size_t right) {
    auto layout = panelLayout(contraction, right);
    if (!layout)
      return; // the same for all columns
    linalg::GenericOp op = contraction.op;
    OpOperand &operand = op->getOpOperand(right + 1);
    Attribute constant;
    bool isWeight = matchPattern(operand.get(), m_Constant(&constant));
    bool isRowMajor = contraction.rights[right].getResults().back() ==
                      getAffineDimExpr(contraction.column, &getContext());
    if (isWeight)
      ++numWeights;
    else if (!isRowMajor)
      ++numAtRunTime;
    else
      return; // read in place: packing would cost more than it saves
    rewriter.setInsertionPoint(op);
    pack(rewriter, *layout, operand);
  }

  /// Rewrites operand -> unpack(pack(operand)): the values are the same, and users that
  /// look through the unpack read them from panels.
  void pack(RewriterBase &rewriter, const PanelLayout &layout, OpOperand &operand) {
    Location loc = operand.getOwner()->getLoc();
    auto type = cast<RankedTensorType>(operand.get().getType());
    int64_t width = panelColumns;
    SmallVector<OpFoldResult> own = sizesOf(rewriter, loc, operand.get()), sizes;
    SmallVector<int64_t> shape;
    for (int64_t position : layout.outerDimsPerm) {
      int64_t dim = type.getDimSize(position);
      bool isPacked = position == layout.innerDimsPos.front();
      if (isPacked && !ShapedType::isDynamic(dim))
        dim = llvm::divideCeil(dim, width);
      shape.push_back(dim);
      sizes.push_back(isPacked ? ceilDivide(rewriter, loc, own[position], width)
                               : own[position]);
    }
    shape.push_back(width);
    sizes.push_back(rewriter.getIndexAttr(width));
    SmallVector<OpFoldResult> tiles{rewriter.getIndexAttr(width)};
    Value empty = emptyTensor(rewriter, loc,
                              RankedTensorType::get(shape, type.getElementType()), sizes);
    Value zero = arith::ConstantOp::create(rewriter, loc,
                                           rewriter.getZeroAttr(type.getElementType()));
    Value packed =
        linalg::PackOp::create(rewriter, loc, operand.get(), empty, layout.innerDimsPos,
                               tiles, zero, layout.outerDimsPerm)
            ->getResult(0);
    Value original = emptyTensor(rewriter, loc, type, own);
    Value view = linalg::UnPackOp::create(rewriter, loc, packed, original,
                                          layout.innerDimsPos, tiles, layout.outerDimsPerm)
                     ->getResult(0);
    rewriter.modifyOpInPlace(operand.getOwner(), [&] { operand.set(view); });
  }
};
} // namespace
