//===- NNToLinalg.cpp - The nn dialect to linalg on tensors ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tacit/Conversion/Passes.h"

namespace tacit {
#define GEN_PASS_DEF_CONVERTNNTOLINALG
#include "tacit/Conversion/Passes.h.inc"
} // namespace tacit

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// Builders shared by the patterns
//===----------------------------------------------------------------------===//

Value tacit::floatConstant(OpBuilder &builder, Location loc, Type type, double value) {
  return arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, value));
}

Value tacit::parallelGeneric(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes,
                             Type element, ValueRange inputs, ArrayRef<AffineMap> maps,
                             BodyBuilder body) {
  int64_t rank = sizes.size();
  Value empty = emptyTensor(builder, loc, sizes, element);
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(AffineMap::getMultiDimIdentityMap(rank, builder.getContext()));
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, empty.getType(), inputs, empty, allMaps, iterators,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        linalg::YieldOp::create(b, loc, body(b, loc, args.drop_back()));
      });
  return generic.getResult(0);
}

Value tacit::parallelGeneric(OpBuilder &builder, Location loc, RankedTensorType type,
                             ValueRange inputs, ArrayRef<AffineMap> maps,
                             BodyBuilder body) {
  return parallelGeneric(builder, loc,
                         getAsIndexOpFoldResult(builder.getContext(), type.getShape()),
                         type.getElementType(), inputs, maps, body);
}

AffineMap tacit::broadcastMap(ArrayRef<int64_t> shape, int64_t rank, MLIRContext *context) {
  SmallVector<AffineExpr> results;
  for (auto [i, dim] : llvm::enumerate(shape))
    results.push_back(dim == 1 ? getAffineConstantExpr(0, context)
                               : getAffineDimExpr(rank - shape.size() + i, context));
  return AffineMap::get(rank, 0, results, context);
}

Value tacit::broadcastGeneric(OpBuilder &builder, Location loc,
                              ArrayRef<OpFoldResult> sizes, Type element, ValueRange inputs,
                              BodyBuilder body) {
  auto type = tensorType(sizes, element);
  SmallVector<AffineMap> maps;
  SmallVector<Value> settled;
  AffineMap identity =
      AffineMap::getMultiDimIdentityMap(type.getRank(), builder.getContext());
  for (Value input : inputs) {
    settled.push_back(resolveBroadcast(builder, loc, input, sizes));
    maps.push_back(tensorOf(input).getShape() == type.getShape()
                       ? identity
                       : broadcastMap(tensorOf(settled.back()).getShape(), type.getRank(),
                                      builder.getContext()));
  }
  return parallelGeneric(builder, loc, sizes, element, settled, maps, body);
}

Value tacit::broadcastGeneric(OpBuilder &builder, Location loc, RankedTensorType type,
                              ValueRange inputs, BodyBuilder body) {
  return broadcastGeneric(builder, loc,
                          getAsIndexOpFoldResult(builder.getContext(), type.getShape()),
                          type.getElementType(), inputs, body);
}

Value tacit::reduceGeneric(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes,
                           ArrayRef<int64_t> axes, Type elementType, TypedAttr init,
                           ValueRange inputs, ArrayRef<AffineMap> maps, BodyBuilder body) {
  int64_t rank = sizes.size();
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  Sizes kept;
  SmallVector<AffineExpr> outDims;
  for (int64_t i = 0; i < rank; ++i) {
    if (llvm::is_contained(axes, i)) {
      iterators[i] = utils::IteratorType::reduction;
      continue;
    }
    kept.push_back(sizes[i]);
    outDims.push_back(getAffineDimExpr(i, builder.getContext()));
  }
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(AffineMap::get(rank, 0, outDims, builder.getContext()));
  Value empty = emptyTensor(builder, loc, kept, elementType);
  Value start = arith::ConstantOp::create(builder, loc, init);
  Value filled = linalg::FillOp::create(builder, loc, start, empty).getResult(0);
  auto generic = linalg::GenericOp::create(
      builder, loc, filled.getType(), inputs, filled, allMaps, iterators,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        linalg::YieldOp::create(b, loc, body(b, loc, args));
      });
  return generic.getResult(0);
}

Value tacit::reduceGeneric(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape,
                           ArrayRef<int64_t> axes, Type elementType, TypedAttr init,
                           ValueRange inputs, ArrayRef<AffineMap> maps, BodyBuilder body) {
  return reduceGeneric(builder, loc, getAsIndexOpFoldResult(builder.getContext(), shape),
                       axes, elementType, init, inputs, maps, body);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
/// Keeps nn.sized, because the known sizes are needed until everything is lowered.
struct LowerSized : OpConversionPattern<nn::SizedOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::SizedOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<nn::SizedOp>(op, adaptor.getInput(), adaptor.getSizes());
    return success();
  }
};

/// Updates tensor.dim of an argument whose type changes.
struct LowerDim : OpConversionPattern<tensor::DimOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(tensor::DimOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<tensor::DimOp>(op, adaptor.getSource(), adaptor.getIndex());
    return success();
  }
};

struct ConvertNNToLinalg : tacit::impl::ConvertNNToLinalgBase<ConvertNNToLinalg> {
  using Base::Base;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    if (!areSizesStated())
      return signalPassFailure();
    // A tensor of i1 is packed bits in a vector and bytes in a scalar; one i8 per element
    // means the same in both.
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    converter.addConversion([](RankedTensorType type) -> Type {
      if (type.getElementType().isInteger(1))
        return type.clone(IntegerType::get(type.getContext(), 8));
      // Signedness is a property of the lowered operations, not of the types.
      if (type.getElementType().isUnsignedInteger())
        return type.clone(
            IntegerType::get(type.getContext(), type.getElementTypeBitWidth()));
      return type;
    });

    RewritePatternSet patterns(context);
    populateElementwisePatterns(converter, patterns);
    populateImagePatterns(converter, patterns);
    populateNormalizationPatterns(converter, patterns);
    populateProductPatterns(converter, patterns);
    populateRotaryPatterns(converter, patterns);
    populateScanPatterns(converter, patterns);
    populateWeightPatterns(converter, patterns);
    populateIndexingPatterns(converter, patterns);
    populateMovementPatterns(converter, patterns);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);
    patterns.add<LowerDim, LowerSized>(converter, context);

    ConversionTarget target(*context);
    stateTarget(target, converter);
    if (failed(applyFullConversion(getOperation(), target, std::move(patterns))))
      return signalPassFailure();
    getOperation().walk([](nn::SizedOp op) {
      op.getResult().replaceAllUsesWith(op.getInput());
      op.erase();
    });
  }

  /// No operation of nn is legal afterwards; one without a pattern makes the conversion
  /// fail.
  static void stateTarget(ConversionTarget &target, const TypeConverter &converter) {
    target.addLegalDialect<arith::ArithDialect, bufferization::BufferizationDialect,
                           cf::ControlFlowDialect, linalg::LinalgDialect, math::MathDialect,
                           scf::SCFDialect, tensor::TensorDialect>();
    // The messages of a party's program stay as they are.
    target.addLegalDialect("mpc");
    target.addLegalOp<ModuleOp>();
    target.addDynamicallyLegalOp<func::FuncOp>(
        [&](func::FuncOp op) { return converter.isSignatureLegal(op.getFunctionType()); });
    target.addDynamicallyLegalOp<func::ReturnOp>(
        [&](func::ReturnOp op) { return converter.isLegal(op); });
    target.addDynamicallyLegalOp<tensor::DimOp>(
        [&](tensor::DimOp op) { return converter.isLegal(op.getSource().getType()); });
    target.addDynamicallyLegalOp<nn::SizedOp>(
        [&](nn::SizedOp op) { return converter.isLegal(op.getType()); });
  }

  /// Returns true if every free dimension has a stated size, because patterns query sizes.
  bool areSizesStated() {
    WalkResult result = getOperation().walk([](Operation *op) {
      for (Value operand : op->getOperands())
        if (isa_and_present<nn::NNDialect>(op->getDialect()) && !isa<nn::SizedOp>(op) &&
            !isStated(operand)) {
          op->emitOpError() << "reads " << operand.getType()
                            << ", and no nn.sized says what its free dimensions are; "
                               "nn-resolve-dims adds them";
          return WalkResult::interrupt();
        }
      return WalkResult::advance();
    });
    return !result.wasInterrupted();
  }

  static bool isStated(Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return !type || type.hasStaticShape() || value.getDefiningOp<nn::SizedOp>() ||
           llvm::any_of(value.getUsers(),
                        [](Operation *user) { return isa<nn::SizedOp>(user); });
  }
};
} // namespace
