//===- Elementwise.cpp - Elementwise nn operations to linalg --------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;

namespace {
/// Lowers any elementwise operation: the loops are the same for all, and the operation
/// itself builds the body.
struct LowerElementwise : OpInterfaceConversionPattern<nn::ElementwiseOpInterface> {
  using OpInterfaceConversionPattern::OpInterfaceConversionPattern;

  LogicalResult matchAndRewrite(nn::ElementwiseOpInterface op, ArrayRef<Value> operands,
                                ConversionPatternRewriter &rewriter) const override {
    auto type =
        getTypeConverter()->convertType<RankedTensorType>(op->getResult(0).getType());
    if (!type)
      return rewriter.notifyMatchFailure(op, "the type of the result has no lowering");
    if (op->getResult(0).getType() == op->getOperand(0).getType() && isa<nn::CastOp>(*op))
      return rewriter.replaceOp(op, operands), success();
    Sizes sizes = sizesOf(rewriter, op.getLoc(), op->getResult(0));
    Value result =
        broadcastGeneric(rewriter, op.getLoc(), sizes, type.getElementType(), operands,
                         [&](OpBuilder &b, Location loc, ValueRange args) {
                           return op.buildScalar(b, loc, args);
                         });
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// A weight keeps its blob; a constant of booleans or unsigned numbers is rebuilt for the
/// converted type.
struct LowerConstant : OpConversionPattern<nn::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ConstantOp op, OpAdaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto value = cast<TypedAttr>(op.getValue());
    auto type = getTypeConverter()->convertType<RankedTensorType>(op.getType());
    if (type != op.getType()) {
      auto payload = readPayload(op.getValue(), std::numeric_limits<int64_t>::max());
      if (!payload) {
        InFlightDiagnostic diagnostic = op.emitOpError()
                                        << "is " << op.getType() << ", which becomes "
                                        << type << ", and its bytes are missing";
        diagnostic.attachNote() << "a dumped program names its constants, and the file "
                                   "weights.bin beside it holds them";
        return diagnostic;
      }
      value = makeElements(Payload{type, std::move(payload->values)}, "bytes");
    }
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, value);
    return success();
  }
};
} // namespace

void tacit::populateElementwisePatterns(TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<LowerConstant, LowerElementwise>(converter, patterns.getContext());
}
