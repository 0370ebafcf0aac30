//===- Weights.cpp - Packed weights to linalg -----------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tacit/Numerics/Quantizer.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tacit;

static Value integer(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantOp::create(b, loc,
                                   b.getI32IntegerAttr(static_cast<int32_t>(value)));
}

/// Returns an i8 as the number from 0 to 255 that its bits mean.
static Value widen(OpBuilder &b, Location loc, Value byte) {
  return arith::ExtUIOp::create(b, loc, b.getI32Type(), byte);
}

//===----------------------------------------------------------------------===//
// Readers
//===----------------------------------------------------------------------===//

AffineMap WeightReader::map(size_t i, int64_t numDims, int64_t column, int64_t firstInner,
                            MLIRContext *context) const {
  SmallVector<AffineExpr> results;
  for (int64_t dim : dims[i])
    results.push_back(
        getAffineDimExpr(dim == kColumn ? column : firstInner + dim, context));
  return AffineMap::get(numDims, 0, results, context);
}

WeightReader tacit::readPlain(Value weight) {
  return {{tensorOf(weight).getDimSize(0)},
          {weight},
          {{0, WeightReader::kColumn}},
          [](OpBuilder &, Location, ValueRange args) { return args[0]; }};
}

WeightReader tacit::readWidened(Value weight) {
  WeightReader reader = readPlain(weight);
  reader.element = [](OpBuilder &b, Location loc, ValueRange args) -> Value {
    return arith::ExtFOp::create(b, loc, b.getF32Type(), args[0]);
  };
  return reader;
}

namespace {
/// Describes one plane of a weight of few bits.
struct Plane {
  numerics::BitPlane part;
  /// The loops that select the field within a byte, the outermost first.
  SmallVector<int64_t> fieldLoops;
};
} // namespace

/// Returns the bits that `plane` contributes to a weight: field f of the byte, where the
/// indices of the loops that select it are the binary digits of f.
static Value readField(OpBuilder &b, Location loc, const Plane &plane, Value byte) {
  Value bits = widen(b, loc, byte);
  Value shift;
  for (auto [i, loop] : llvm::enumerate(llvm::reverse(plane.fieldLoops))) {
    Value index = linalg::IndexOp::create(b, loc, loop);
    Value digit = arith::IndexCastOp::create(b, loc, b.getI32Type(), index);
    Value step =
        arith::MulIOp::create(b, loc, digit, integer(b, loc, plane.part.width << i));
    shift = shift ? arith::AddIOp::create(b, loc, shift, step).getResult() : step;
  }
  if (shift)
    bits = arith::ShRUIOp::create(b, loc, bits, shift);
  if (plane.part.width < 8)
    bits =
        arith::AndIOp::create(b, loc, bits, integer(b, loc, (1 << plane.part.width) - 1));
  if (plane.part.shift > 0)
    bits = arith::ShLIOp::create(b, loc, bits, integer(b, loc, plane.part.shift));
  return bits;
}

WeightReader tacit::readDequantized(nn::DequantizeOp op, Value scale, Value zeroPoint,
                                    ValueRange planes, int64_t firstInner) {
  int64_t bits = op.getBits();
  int64_t spanLoops = llvm::Log2_64(numerics::rowsPerByte(bits));
  ArrayRef<int64_t> first = tensorOf(planes.front()).getShape();
  WeightReader reader;
  reader.inner = {first[0], first[1]};
  reader.inner.append(spanLoops, 2);

  SmallVector<Plane> layout;
  for (auto [plane, part] : llvm::zip(planes, numerics::bitPlanes(bits))) {
    int64_t ownLoops = spanLoops - llvm::Log2_64(part.fields());
    SmallVector<int64_t> dims{0, 1};
    for (int64_t i = 0; i < ownLoops; ++i)
      dims.push_back(2 + i);
    dims.push_back(WeightReader::kColumn);
    layout.push_back({part, {}});
    for (int64_t i = ownLoops; i < spanLoops; ++i)
      layout.back().fieldLoops.push_back(firstInner + 2 + i);
    reader.operands.push_back(plane);
    reader.dims.push_back(dims);
  }
  reader.operands.push_back(scale);
  reader.dims.push_back({0, WeightReader::kColumn});
  if (zeroPoint) {
    reader.operands.push_back(zeroPoint);
    reader.dims.push_back({0, WeightReader::kColumn});
  }
  reader.element = [layout, bits](OpBuilder &b, Location loc, ValueRange args) {
    Value code;
    for (auto [plane, byte] : llvm::zip(layout, args)) {
      Value field = readField(b, loc, plane, byte);
      code = code ? arith::OrIOp::create(b, loc, code, field).getResult() : field;
    }
    bool isSymmetric = args.size() == layout.size() + 1;
    Value scale = args[layout.size()], zero = args.back();
    if (!isSymmetric && zero.getType().isF32()) {
      Value number = arith::SIToFPOp::create(b, loc, b.getF32Type(), code);
      Value difference = arith::SubFOp::create(b, loc, number, zero);
      return arith::MulFOp::create(b, loc, difference, scale).getResult();
    }
    zero = isSymmetric ? integer(b, loc, 1 << (bits - 1)) : widen(b, loc, zero);
    Value difference = arith::SubIOp::create(b, loc, code, zero);
    Value number = arith::SIToFPOp::create(b, loc, b.getF32Type(), difference);
    return arith::MulFOp::create(b, loc, number, scale).getResult();
  };
  return reader;
}

WeightReader tacit::readPowersOfTwo(Value codes) {
  ArrayRef<int64_t> shape = tensorOf(codes).getShape();
  auto element = [](OpBuilder &b, Location loc, ValueRange args) -> Value {
    // The exponent field of f32 is the exponent of the code plus 63; the signs are 24 bits
    // apart.
    Value code = widen(b, loc, args[0]);
    Value exponent = arith::AndIOp::create(b, loc, code, integer(b, loc, 127));
    Value field = arith::AddIOp::create(b, loc, exponent, integer(b, loc, 63));
    field = arith::ShLIOp::create(b, loc, field, integer(b, loc, 23));
    Value sign = arith::AndIOp::create(b, loc, code, integer(b, loc, 128));
    sign = arith::ShLIOp::create(b, loc, sign, integer(b, loc, 24));
    Value word = arith::OrIOp::create(b, loc, field, sign);
    Value isZero = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, exponent,
                                         integer(b, loc, 0));
    word = arith::SelectOp::create(b, loc, isZero, integer(b, loc, 0), word);
    return arith::BitcastOp::create(b, loc, b.getF32Type(), word);
  };
  return {{shape[1], shape[0]}, {codes}, {{1, 0, WeightReader::kColumn}}, element};
}

//===----------------------------------------------------------------------===//
// Weights that are not read by a product alone
//===----------------------------------------------------------------------===//

/// Returns the elements of `reader` as a tensor: its inner dimensions, then the columns.
static Value materialize(OpBuilder &b, Location loc, const WeightReader &reader,
                         int64_t columns) {
  int64_t rank = reader.inner.size() + 1;
  SmallVector<int64_t> shape(reader.inner);
  shape.push_back(columns);
  SmallVector<AffineMap> maps;
  for (size_t i = 0; i < reader.operands.size(); ++i)
    maps.push_back(reader.map(i, rank, rank - 1, 0, b.getContext()));
  return parallelGeneric(b, loc, RankedTensorType::get(shape, b.getF32Type()),
                         reader.operands, maps, reader.element);
}

namespace {
struct LowerDequantize : OpConversionPattern<nn::DequantizeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::DequantizeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    // An empty slice would lie outside the tensor that it is taken from.
    if (type.getNumElements() == 0) {
      rewriter.replaceOpWithNewOp<tensor::EmptyOp>(op, type.getShape(),
                                                   type.getElementType());
      return success();
    }
    WeightReader reader = readDequantized(op, adaptor.getScale(), adaptor.getZeroPoint(),
                                          adaptor.getPlanes(), /*firstInner=*/0);
    int64_t rows = op.getGroup() * reader.inner.front(), columns = type.getDimSize(1);
    Value whole = materialize(rewriter, loc, reader, columns);
    Value matrix = reshapeTo(rewriter, loc, whole, {rows, columns});
    if (rows != type.getDimSize(0)) {
      SmallVector<OpFoldResult> zeros(2, rewriter.getIndexAttr(0)),
          ones(2, rewriter.getIndexAttr(1)),
          sizes = getAsIndexOpFoldResult(op.getContext(), type.getShape());
      matrix =
          tensor::ExtractSliceOp::create(rewriter, loc, type, matrix, zeros, sizes, ones);
    }
    rewriter.replaceOp(op, matrix);
    return success();
  }
};

struct LowerPowersOfTwo : OpConversionPattern<nn::PowersOfTwoOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::PowersOfTwoOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    WeightReader reader = readPowersOfTwo(adaptor.getCodes());
    SmallVector<int64_t> shape(reader.inner);
    shape.push_back(type.getDimSize(1));
    // Sums of a few powers of two that come from one f32 are exact in any order.
    AffineMap map = reader.map(0, 3, 2, 0, op.getContext());
    rewriter.replaceOp(
        op, reduceGeneric(rewriter, loc, shape, {1}, type.getElementType(),
                          rewriter.getF32FloatAttr(0), reader.operands, map,
                          [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                            Value power = reader.element(b, loc, args.take_front());
                            return arith::AddFOp::create(b, loc, args.back(), power);
                          }));
    return success();
  }
};
} // namespace

void tacit::populateWeightPatterns(TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<LowerDequantize, LowerPowersOfTwo>(converter, patterns.getContext());
}
