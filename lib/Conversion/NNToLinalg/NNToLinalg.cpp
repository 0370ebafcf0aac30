//===- NNToLinalg.cpp - The nn dialect to linalg on tensors ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
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

Value tacit::parallelGeneric(OpBuilder &builder, Location loc, RankedTensorType type,
                             ValueRange inputs, ArrayRef<AffineMap> maps, BodyBuilder body) {
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(AffineMap::getMultiDimIdentityMap(type.getRank(), builder.getContext()));
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, inputs, empty, allMaps, iterators,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        linalg::YieldOp::create(b, loc, body(b, loc, args.drop_back()));
      });
  return generic.getResult(0);
}

AffineMap tacit::broadcastMap(ArrayRef<int64_t> shape, int64_t rank, MLIRContext *context) {
  SmallVector<AffineExpr> results;
  for (auto [i, dim] : llvm::enumerate(shape))
    results.push_back(dim == 1
                          ? getAffineConstantExpr(0, context)
                          : getAffineDimExpr(rank - shape.size() + i, context));
  return AffineMap::get(rank, 0, results, context);
}

Value tacit::broadcastGeneric(OpBuilder &builder, Location loc, RankedTensorType type,
                              ValueRange inputs, BodyBuilder body) {
  SmallVector<AffineMap> maps;
  AffineMap identity =
      AffineMap::getMultiDimIdentityMap(type.getRank(), builder.getContext());
  for (Value input : inputs)
    maps.push_back(tensorOf(input).getShape() == type.getShape()
                       ? identity
                       : broadcastMap(tensorOf(input).getShape(), type.getRank(),
                                      builder.getContext()));
  return parallelGeneric(builder, loc, type, inputs, maps, body);
}

Value tacit::reduceGeneric(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape,
                           ArrayRef<int64_t> axes, Type elementType, TypedAttr init,
                           ValueRange inputs, ArrayRef<AffineMap> maps, BodyBuilder body) {
  int64_t rank = shape.size();
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  SmallVector<int64_t> kept;
  SmallVector<AffineExpr> outDims;
  for (int64_t i = 0; i < rank; ++i) {
    if (llvm::is_contained(axes, i)) {
      iterators[i] = utils::IteratorType::reduction;
      continue;
    }
    kept.push_back(shape[i]);
    outDims.push_back(getAffineDimExpr(i, builder.getContext()));
  }
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(AffineMap::get(rank, 0, outDims, builder.getContext()));
  Value empty = tensor::EmptyOp::create(builder, loc, kept, elementType);
  Value start = arith::ConstantOp::create(builder, loc, init);
  Value filled = linalg::FillOp::create(builder, loc, start, empty).getResult(0);
  auto generic = linalg::GenericOp::create(
      builder, loc, filled.getType(), inputs, filled, allMaps, iterators,
      [&](OpBuilder &b, Location loc, ValueRange args) {
        linalg::YieldOp::create(b, loc, body(b, loc, args));
      });
  return generic.getResult(0);
}

Value tacit::reshapeTo(OpBuilder &builder, Location loc, Value input, ArrayRef<int64_t> shape) {
  auto from = tensorOf(input);
  if (from.getShape() == shape)
    return input;
  auto to = RankedTensorType::get(shape, from.getElementType());
  if (auto groups = getReassociationIndicesForReshape(from, to)) {
    if (from.getRank() > to.getRank())
      return tensor::CollapseShapeOp::create(builder, loc, to, input, *groups);
    return tensor::ExpandShapeOp::create(builder, loc, to, input, *groups);
  }
  // Neither a plain merge nor a plain split: through one dimension.
  auto flat = RankedTensorType::get({from.getNumElements()}, from.getElementType());
  ReassociationIndices all;
  if (from.getRank() > 1) {
    all.assign(llvm::to_vector(llvm::seq<int64_t>(0, from.getRank())));
    input = tensor::CollapseShapeOp::create(builder, loc, flat, input,
                                            ArrayRef<ReassociationIndices>{all});
  }
  all.assign(llvm::to_vector(llvm::seq<int64_t>(0, to.getRank())));
  return tensor::ExpandShapeOp::create(builder, loc, to, input,
                                       ArrayRef<ReassociationIndices>{all});
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct ConvertNNToLinalg : tacit::impl::ConvertNNToLinalgBase<ConvertNNToLinalg> {
  using Base::Base;

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    // A tensor of i1 is packed bits to a vector and bytes to a scalar; one i8 per
    // element means the same to both.
    TypeConverter converter;
    converter.addConversion([](Type type) { return type; });
    converter.addConversion([](RankedTensorType type) -> Type {
      if (type.getElementType().isInteger(1))
        return type.clone(IntegerType::get(type.getContext(), 8));
      // Operations know the sign, not types.
      if (type.getElementType().isUnsignedInteger())
        return type.clone(
            IntegerType::get(type.getContext(), type.getElementTypeBitWidth()));
      return type;
    });

    RewritePatternSet patterns(context);
    populateElementwisePatterns(converter, patterns);
    populateNormalizationPatterns(converter, patterns);
    populateProductPatterns(converter, patterns);
    populateWeightPatterns(converter, patterns);
    populateMovementPatterns(converter, patterns);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
    populateReturnOpTypeConversionPattern(patterns, converter);

    // Everything leaves nn: what has no pattern, or no known dimensions, fails.
    ConversionTarget target(*context);
    target.addLegalDialect<arith::ArithDialect, linalg::LinalgDialect, math::MathDialect,
                           tensor::TensorDialect>();
    target.addLegalOp<ModuleOp>();
    target.addDynamicallyLegalOp<func::FuncOp>(
        [&](func::FuncOp op) { return converter.isSignatureLegal(op.getFunctionType()); });
    target.addDynamicallyLegalOp<func::ReturnOp>(
        [&](func::ReturnOp op) { return converter.isLegal(op); });
    if (failed(applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
