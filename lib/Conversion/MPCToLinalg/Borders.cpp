//===- Borders.cpp - Borders of the secret part, in the clear -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tacit/Support/Elements.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace tacit;

/// Returns a constant in fixed point, encoded at compile time, so that weights are packed
/// as all weights are. Returns null if `input` is not a constant whose bytes are available.
static Value encodeConstant(OpBuilder &b, mpc::ShareOp op) {
  auto constant = op.getInput().getDefiningOp<nn::ConstantOp>();
  std::vector<char> scratch;
  auto bytes = constant ? rawBytes(constant.getValue(), scratch) : std::nullopt;
  auto type = shareOf(op.getResult());
  if (!bytes || type.getWidth() != kMaxClearWidth)
    return {};
  size_t count = bytes->size() / sizeof(float);
  std::vector<char> encoded(count * sizeof(int64_t));
  for (size_t i = 0; i < count; ++i) {
    float number;
    std::memcpy(&number, bytes->data() + i * sizeof(float), sizeof(float));
    double whole =
        std::floor(std::ldexp(static_cast<double>(number), type.getFraction()) + 0.5);
    // Rounds in the same way as FixedPoint::encode.
    double bound = std::ldexp(1.0, kMaxClearWidth - 1);
    int64_t value = whole >= -bound
                        ? static_cast<int64_t>(std::min(whole, std::nextafter(bound, 0)))
                        : INT64_MIN;
    std::memcpy(encoded.data() + i * sizeof(int64_t), &value, sizeof(int64_t));
  }
  std::string name = "constant";
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue()))
    name = resource.getRawHandle().getKey().str();
  return nn::ConstantOp::create(
      b, op.getLoc(), clearType(op),
      makeElements(clearType(op), std::move(encoded), name + ".fixed"));
}

Value tacit::buildIsColumn(OpBuilder &b, Location loc, Value index, int64_t dim,
                           int64_t classes) {
  Type word = b.getI64Type();
  if (!index.getType().isInteger(64))
    index = arith::ExtSIOp::create(b, loc, word, index);
  Value zero = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(0));
  Value size = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(classes));
  Value isNegative = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, index, zero);
  Value fromEnd = arith::AddIOp::create(b, loc, index, size);
  index = arith::SelectOp::create(b, loc, isNegative, fromEnd, index);
  Value column =
      arith::IndexCastOp::create(b, loc, word, linalg::IndexOp::create(b, loc, dim));
  Value is = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, index, column);
  return arith::ExtUIOp::create(b, loc, word, is);
}

namespace {
struct LowerShare : OpConversionPattern<mpc::ShareOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(mpc::ShareOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    if (Value constant = encodeConstant(rewriter, op)) {
      rewriter.replaceOp(op, constant);
      return success();
    }
    mpc::ShareType type = shareOf(op.getResult());
    rewriter.replaceOp(op,
                       mapElements(rewriter, op, type, clearType(op), adaptor.getInput(),
                                   [&](FixedPoint &ring, ValueRange args) {
                                     return ring.encode(args[0], type.getFraction());
                                   }));
    return success();
  }
};

struct LowerOneHot : OpConversionPattern<mpc::OneHotOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(mpc::OneHotOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = clearType(op);
    int64_t rank = type.getRank(), classes = type.getShape().back();
    AffineMap map =
        AffineMap::getMultiDimIdentityMap(rank, op.getContext()).getMajorSubMap(rank - 1);
    Value result =
        parallelGeneric(rewriter, op.getLoc(), type, adaptor.getInput(), map,
                        [&](OpBuilder &b, Location loc, ValueRange args) {
                          return buildIsColumn(b, loc, args[0], rank - 1, classes);
                        });
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct LowerPublic : OpConversionPattern<mpc::PublicOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(mpc::PublicOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, adaptor.getInput());
    return success();
  }
};

struct LowerReveal : OpConversionPattern<mpc::RevealOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(mpc::RevealOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    rewriter.replaceOp(op, mapElements(rewriter, op, shareOf(op.getInput()), type,
                                       adaptor.getInput(),
                                       [](FixedPoint &ring, ValueRange args) {
                                         return ring.decode(args[0]);
                                       }));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Movement: as in nn, on integers
//===----------------------------------------------------------------------===//

struct LowerPack : OpConversionPattern<mpc::PackOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(mpc::PackOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, packRows(rewriter, op.getLoc(), adaptor.getInput(),
                                    op.getBegins(), op.getEnds()));
    return success();
  }
};

struct LowerUnpack : OpConversionPattern<mpc::UnpackOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(mpc::UnpackOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op,
                       unpackRows(rewriter, op.getLoc(), adaptor.getInput(), op.getBegins(),
                                  op.getEnds(), static_cast<int64_t>(op.getColumns())));
    return success();
  }
};

template <typename OpT, typename ClearOpT>
struct LowerMovement : OpConversionPattern<OpT> {
  using OpConversionPattern<OpT>::OpConversionPattern;

  LogicalResult matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = clearType(op);
    Location loc = op.getLoc();
    ValueRange inputs = adaptor.getOperands();
    Value result;
    if constexpr (std::is_same_v<OpT, mpc::TransposeOp>)
      result = ClearOpT::create(rewriter, loc, type, inputs[0], op.getPermutation());
    else if constexpr (std::is_same_v<OpT, mpc::SliceOp>)
      result = ClearOpT::create(rewriter, loc, type, inputs[0], op.getStarts(),
                                op.getEnds(), op.getSteps());
    else if constexpr (std::is_same_v<OpT, mpc::ConcatOp>)
      result = ClearOpT::create(rewriter, loc, type, inputs, op.getAxis());
    else
      result = ClearOpT::create(rewriter, loc, type, inputs[0]);
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

/// Returns elements of the last dimension, by their indices.
static Value gatherLast(OpBuilder &b, Location loc, Value words,
                        ArrayRef<int64_t> indices) {
  auto type = cast<RankedTensorType>(words.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = static_cast<int64_t>(indices.size());
  Value places = nn::ConstantOp::create(b, loc, b.getI64TensorAttr(indices));
  return nn::GatherOp::create(b, loc, type.clone(shape), words, places,
                              static_cast<int64_t>(shape.size()) - 1);
}

Value tacit::packRows(OpBuilder &b, Location loc, Value words, ArrayRef<int64_t> begins,
                      ArrayRef<int64_t> ends) {
  SmallVector<int64_t> flat(cast<RankedTensorType>(words.getType()).getShape());
  int64_t columns = flat.pop_back_val();
  flat.back() *= columns;
  SmallVector<int64_t> indices;
  for (auto [row, range] : llvm::enumerate(llvm::zip(begins, ends)))
    for (int64_t i = std::get<0>(range); i < std::get<1>(range); ++i)
      indices.push_back(static_cast<int64_t>(row) * columns + i);
  return gatherLast(b, loc, reshapeTo(b, loc, words, flat), indices);
}

Value tacit::unpackRows(OpBuilder &b, Location loc, Value words, ArrayRef<int64_t> begins,
                        ArrayRef<int64_t> ends, int64_t columns) {
  auto type = cast<RankedTensorType>(words.getType());
  SmallVector<int64_t> shape(type.getShape()), one(shape);
  int64_t count = shape.back()++;
  one.back() = 1;
  auto zero = DenseElementsAttr::get(type.clone(one), b.getZeroAttr(type.getElementType()));
  Value withZero = nn::ConcatOp::create(
      b, loc, type.clone(shape), ValueRange{words, nn::ConstantOp::create(b, loc, zero)},
      static_cast<int64_t>(shape.size()) - 1);
  SmallVector<int64_t> indices;
  int64_t next = 0;
  for (auto [begin, end] : llvm::zip(begins, ends))
    for (int64_t i = 0; i < columns; ++i)
      indices.push_back(i < begin || i >= end ? count : next++);
  shape.back() = static_cast<int64_t>(begins.size());
  shape.push_back(columns);
  return reshapeTo(b, loc, gatherLast(b, loc, withZero, indices), shape);
}

void tacit::populateBorderPatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<LowerShare, LowerOneHot, LowerPublic, LowerReveal, LowerPack, LowerUnpack,
               LowerMovement<mpc::ReshapeOp, nn::ReshapeOp>,
               LowerMovement<mpc::TransposeOp, nn::TransposeOp>,
               LowerMovement<mpc::SliceOp, nn::SliceOp>,
               LowerMovement<mpc::ExpandOp, nn::ExpandOp>,
               LowerMovement<mpc::ConcatOp, nn::ConcatOp>>(converter,
                                                           patterns.getContext());
}
