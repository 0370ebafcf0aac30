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
  Type type = op->getResult(0).getType();
  return RankedTensorType::get(
      cast<ShapedType>(type).getShape(),
      IntegerType::get(op->getContext(), isa<mpc::BitsType>(type) ? 1 : kMaxClearWidth));
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
                                   IntegerType::get(type.getContext(), kMaxClearWidth));
    });
    converter.addConversion([](mpc::BitsType type) -> Type {
      return RankedTensorType::get(type.getShape(), type.getElementType());
    });
    RewritePatternSet patterns(context);
    TwinCounts counts;
    counts.isWanted = countWraps;
    counts.truncatedBits = truncatedBits;
    addSeed(counts);
    populateBorderPatterns(converter, patterns);
    populateArithmeticPatterns(converter, patterns, counts);
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
    if (countWraps && failed(returnCounts(counts)))
      signalPassFailure();
  }

  /// If @main truncates locally, it gets one more input, from which shares are drawn.
  void addSeed(TwinCounts &counts) {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || !mpc::truncatesLocally(main) || !main.getBody().hasOneBlock())
      return;
    main->removeDiscardableAttr(mpc::kLocalTruncationAttr);
    counts.sites = mpc::TruncationSites::of(main);
    if (counts.sites.sites.empty())
      return;
    counts.expected.resize(counts.sites.sites.size());
    OpBuilder b(main);
    auto type = RankedTensorType::get({}, b.getI64Type());
    unsigned number = main.getNumArguments();
    auto name = b.getStringAttr(mpc::kSeedInput);
    (void)main.insertArgument(number, type,
                              b.getDictionaryAttr(b.getNamedAttr(nn::kNameAttr, name)),
                              main.getLoc());
    counts.seed = main.getArgument(number);
    if (auto interface = interfaceOf()) {
      SmallVector<nn::TensorAttr> inputs(interface.getInputs());
      inputs.push_back(nn::TensorAttr::get(&getContext(), name, type, /*dims=*/{},
                                           /*index_bound=*/0));
      setInterface(inputs, interface.getOutputs(), interface);
    }
  }

  nn::InterfaceAttr interfaceOf() {
    return getOperation()->getAttrOfType<nn::InterfaceAttr>(nn::kInterfaceAttr);
  }

  void setInterface(ArrayRef<nn::TensorAttr> inputs, ArrayRef<nn::TensorAttr> outputs,
                    nn::InterfaceAttr interface) {
    getOperation()->setAttr(
        nn::kInterfaceAttr,
        nn::InterfaceAttr::get(&getContext(), inputs, outputs, interface.getDims()));
  }

  /// @main gets one more result, the sum of all wraps, and two more if it draws shares.
  LogicalResult returnCounts(const TwinCounts &counts) {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || !main.getBody().hasOneBlock())
      return getOperation().emitError()
             << "expected a function @main with one block: the model";
    OpBuilder b(main.getBody().front().getTerminator());
    Location loc = main.getLoc();
    if (counts.seed) {
      if (failed(addResult(main, counts.failed.total(b, loc, b.getI64Type()),
                           mpc::kFailedOutput)) ||
          failed(addResult(main, expectedOf(counts, b, loc), mpc::kExpectedOutput)))
        return failure();
    }
    return addResult(main, counts.wraps.total(b, loc, b.getI64Type()), mpc::kWrapsOutput);
  }

  /// Returns how many truncations fail on average, one number for each site.
  static Value expectedOf(const TwinCounts &counts, OpBuilder &b, Location loc) {
    SmallVector<Value> totals;
    for (const Counts &site : counts.expected)
      totals.push_back(reshapeTo(b, loc, site.total(b, loc, b.getF64Type()), {1}));
    auto type =
        RankedTensorType::get({static_cast<int64_t>(totals.size())}, b.getF64Type());
    return nn::ConcatOp::create(b, loc, type, totals, /*axis=*/0);
  }

  LogicalResult addResult(func::FuncOp main, Value result, StringRef name) {
    Operation *end = main.getBody().front().getTerminator();
    auto nameAttr = StringAttr::get(&getContext(), name);
    end->insertOperands(end->getNumOperands(), result);
    OpBuilder b(end);
    if (failed(main.insertResult(
            main.getNumResults(), result.getType(),
            b.getDictionaryAttr(b.getNamedAttr(nn::kNameAttr, nameAttr)))))
      return failure();
    if (auto interface = interfaceOf()) {
      SmallVector<nn::TensorAttr> outputs(interface.getOutputs());
      outputs.push_back(nn::TensorAttr::get(&getContext(), nameAttr,
                                            cast<RankedTensorType>(result.getType()),
                                            /*dims=*/{}, /*index_bound=*/0));
      setInterface(interface.getInputs(), outputs, interface);
    }
    return success();
  }
};
} // namespace
