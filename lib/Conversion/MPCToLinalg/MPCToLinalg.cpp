//===- MPCToLinalg.cpp - Lowers mpc to linalg, in the clear ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tacit/Conversion/Passes.h"

namespace tacit {
#define GEN_PASS_DEF_CONVERTMPCTOLINALG
#include "tacit/Conversion/Passes.h.inc"
} // namespace tacit

using namespace mlir;
using namespace tacit;

RankedTensorType tacit::clearType(Operation *op) {
  auto type = cast<mpc::ShareType>(op->getResult(0).getType());
  return RankedTensorType::get(type.getShape(), IntegerType::get(op->getContext(), 64));
}

Value tacit::mapElements(OpBuilder &builder, Operation *op, mpc::ShareType type,
                         RankedTensorType result, ValueRange inputs, RingBody body) {
  return broadcastGeneric(builder, op->getLoc(), result, inputs,
                          [&](OpBuilder &b, Location loc, ValueRange args) {
                            FixedPoint ring(b, loc, type);
                            return body(ring, args);
                          });
}

namespace {
struct ConvertMPCToLinalg : tacit::impl::ConvertMPCToLinalgBase<ConvertMPCToLinalg> {
  using Base::Base;

  /// Reports every operation that has no meaning here, all in one run.
  LogicalResult check() {
    bool ok = true;
    getOperation().walk([&](Operation *op) {
      for (Type type : op->getResultTypes()) {
        auto share = dyn_cast<mpc::ShareType>(type);
        if (share && share.getWidth() > kMaxClearWidth) {
          op->emitOpError() << "computes in a ring of " << share.getWidth()
                            << " bits; expected at most " << kMaxClearWidth
                            << " in the clear";
          ok = false;
        }
      }
      if (isa<mpc::ReluOp, mpc::SigmoidOp, mpc::TanhOp, mpc::SiluOp, mpc::GeluOp,
              mpc::SoftmaxOp, mpc::LayerNormOp, mpc::RMSNormOp>(op)) {
        op->emitOpError() << "is a whole function, which each protocol computes in its own "
                             "way; expected its primitives, as mpc-expand produces them";
        ok = false;
      }
    });
    return success(ok);
  }

  void runOnOperation() override {
    if (failed(check()))
      return signalPassFailure();
    MLIRContext *context = &getContext();
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    converter.addConversion([](mpc::ShareType type) -> Type {
      return RankedTensorType::get(type.getShape(),
                                   IntegerType::get(type.getContext(), 64));
    });
    RewritePatternSet patterns(context);
    WrapCounts wraps{countWraps, {}};
    populateBorderPatterns(converter, patterns);
    populateArithmeticPatterns(converter, patterns, wraps);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    // Operations that a party computes alone are already in nn, and are lowered to linalg
    // as such.
    ConversionTarget target(*context);
    target.addIllegalDialect<mpc::MPCDialect>();
    target.addDynamicallyLegalOp<func::FuncOp>(
        [&](func::FuncOp op) { return converter.isSignatureLegal(op.getFunctionType()); });
    target.addDynamicallyLegalOp<func::ReturnOp>(
        [&](func::ReturnOp op) { return converter.isLegal(op); });
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    if (failed(applyPartialConversion(getOperation(), target, std::move(patterns))))
      return signalPassFailure();
    if (countWraps && failed(returnWraps(wraps)))
      signalPassFailure();
  }

  /// @main gets one more result, the sum of all wraps.
  LogicalResult returnWraps(const WrapCounts &counts) {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || !main.getBody().hasOneBlock())
      return getOperation().emitError()
             << "expected a function @main with one block: the model";
    Operation *end = main.getBody().front().getTerminator();
    OpBuilder b(end);
    Value total = counts.total(b, main.getLoc());
    Type type = total.getType();
    end->insertOperands(end->getNumOperands(), total);
    if (failed(main.insertResult(main.getNumResults(), type,
                                 b.getDictionaryAttr(b.getNamedAttr(
                                     nn::kNameAttr, b.getStringAttr(mpc::kWrapsOutput))))))
      return failure();
    auto interface = getOperation()->getAttrOfType<nn::InterfaceAttr>(nn::kInterfaceAttr);
    if (!interface)
      return success();
    SmallVector<nn::TensorAttr> outputs(interface.getOutputs());
    outputs.push_back(nn::TensorAttr::get(&getContext(), b.getStringAttr(mpc::kWrapsOutput),
                                          cast<RankedTensorType>(type), /*dims=*/{},
                                          /*index_bound=*/0));
    getOperation()->setAttr(nn::kInterfaceAttr,
                            nn::InterfaceAttr::get(&getContext(), interface.getInputs(),
                                                   outputs, interface.getDims()));
    return success();
  }
};
} // namespace
