//===- Arithmetic.cpp - Ring arithmetic on tensors ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// Counting
//===----------------------------------------------------------------------===//

namespace {
/// The base of patterns that count something for the twin.
template <typename OpT>
struct Lower : OpConversionPattern<OpT> {
  Lower(const TypeConverter &converter, MLIRContext *context, TwinCounts &counts)
      : OpConversionPattern<OpT>(converter, context), counts(counts) {}
  TwinCounts &counts;
};
} // namespace

/// Adds numbers of one type.
static Value addNumbers(OpBuilder &b, Location loc, Value x, Value y) {
  if (isa<FloatType>(x.getType()))
    return arith::AddFOp::create(b, loc, x, y);
  return arith::AddIOp::create(b, loc, x, y);
}

void Counts::add(OpBuilder &b, Location loc, Type type, ArrayRef<int64_t> shape,
                 ValueRange inputs, ArrayRef<AffineMap> maps, BodyBuilder countOfElement) {
  int64_t rank = shape.size();
  SmallVector<int64_t> axes;
  if (rank > 0)
    axes.push_back(rank - 1);
  Value sums =
      reduceGeneric(b, loc, shape, axes, type, cast<TypedAttr>(b.getZeroAttr(type)), inputs,
                    maps, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                      Value count = countOfElement(b, loc, args.drop_back());
                      return addNumbers(b, loc, args.back(), count);
                    });
  rows.push_back(reshapeTo(b, loc, sums, {tensorOf(sums).getNumElements()}));
}

Value Counts::total(OpBuilder &b, Location loc, Type type) const {
  auto add = [](OpBuilder &b, Location loc, ValueRange args) -> Value {
    Value sum = args.front();
    for (Value arg : args.drop_front())
      sum = addNumbers(b, loc, sum, arg);
    return sum;
  };
  // Counts of the same length are added in one loop; if they were joined to one tensor,
  // bufferization would compare every pair of them.
  llvm::MapVector<int64_t, SmallVector<Value>> byLength;
  for (Value count : rows)
    byLength[tensorOf(count).getNumElements()].push_back(count);
  AffineMap identity = AffineMap::getMultiDimIdentityMap(1, b.getContext());
  auto scalar = RankedTensorType::get({}, type);
  TypedAttr zero = b.getZeroAttr(type);
  SmallVector<Value> totals{nn::ConstantOp::create(
      b, loc, scalar, DenseElementsAttr::get(scalar, ArrayRef<Attribute>(zero)))};
  for (auto &[length, group] : byLength) {
    Value sum = broadcastGeneric(b, loc, tensorOf(group.front()), group, add);
    totals.push_back(reduceGeneric(b, loc, {length}, {0}, type, zero, sum, identity, add));
  }
  return broadcastGeneric(b, loc, scalar, totals, add);
}

Value TwinCounts::streamOf(ConversionPatternRewriter &b, Operation *op) const {
  auto found = sites.places.find(op);
  if (!seed || found == sites.places.end())
    return {};
  int64_t number = found->second.number;
  // The function may have new arguments by now.
  Value word = b.getRemappedValue(seed);
  return broadcastGeneric(b, op->getLoc(), tensorOf(word), word,
                          [&](OpBuilder &b, Location loc, ValueRange args) {
                            return buildStream(b, loc, args[0], number);
                          });
}

/// Returns the number of the element that a loop over `shape` computes.
static Value buildElementIndex(OpBuilder &b, Location loc, ArrayRef<int64_t> shape) {
  Value index;
  int64_t stride = 1;
  for (int64_t dim = shape.size() - 1; dim >= 0; --dim) {
    if (shape[dim] != 1) {
      Value loop = arith::IndexCastOp::create(b, loc, b.getI64Type(),
                                              linalg::IndexOp::create(b, loc, dim));
      Value factor = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(stride));
      Value part = arith::MulIOp::create(b, loc, loop, factor);
      index = index ? Value(arith::AddIOp::create(b, loc, index, part)) : part;
    }
    stride *= shape[dim];
  }
  return index ? index : Value(arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(0)));
}

/// Returns the ring that an operation reads, or that the bits become numbers of.
static mpc::ShareType ringOf(Operation *op) {
  auto read = dyn_cast<mpc::ShareType>(op->getOperand(0).getType());
  return read ? read : shareOf(op->getResult(0));
}

namespace {
/// An elementwise operation, as it is computed and counted.
struct Elementwise {
  Operation *op;
  mpc::ShareType ring;
  /// The operands, and the stream of random words if there is one.
  SmallVector<Value> inputs;
  bool isRandom;
  RingBody body;

  Elementwise(ConversionPatternRewriter &b, Operation *op, ValueRange operands,
              RingBody body, const TwinCounts &counts)
      : op(op), ring(ringOf(op)), inputs(operands), body(body) {
    Value stream = counts.streamOf(b, op);
    isRandom = static_cast<bool>(stream);
    if (stream)
      inputs.push_back(stream);
  }

  ArrayRef<int64_t> shape() const { return clearType(op).getShape(); }

  Value compute(OpBuilder &b, Location loc, FixedPoint &numbers, ValueRange args) const {
    if (isRandom) {
      numbers.truncateShares(
          buildCounter(b, loc, args.back(), buildElementIndex(b, loc, shape())));
      args = args.drop_back();
    }
    return body(numbers, args);
  }

  /// Adds what `begin` makes the numbers count, and `get` reads.
  void count(OpBuilder &builder, Type type, void (FixedPoint::*begin)(),
             Value (FixedPoint::*get)() const, Counts &counts) const;
};
} // namespace

void Elementwise::count(OpBuilder &builder, Type type, void (FixedPoint::*begin)(),
                        Value (FixedPoint::*get)() const, Counts &counts) const {
  // An operand is also indexed by a loop of one iteration where it can be, because
  // otherwise no operand would determine the size of that loop.
  MLIRContext *context = builder.getContext();
  SmallVector<AffineMap> maps;
  for (Value input : inputs) {
    SmallVector<AffineExpr> results;
    ArrayRef<int64_t> own = tensorOf(input).getShape();
    for (auto [i, dim] : llvm::enumerate(own)) {
      int64_t loop = shape().size() - own.size() + i;
      results.push_back(dim == shape()[loop] ? getAffineDimExpr(loop, context)
                                             : getAffineConstantExpr(0, context));
    }
    maps.push_back(AffineMap::get(shape().size(), 0, results, context));
  }
  counts.add(builder, op->getLoc(), type, shape(), inputs, maps,
             [&](OpBuilder &b, Location loc, ValueRange args) {
               FixedPoint numbers(b, loc, ring);
               (numbers.*begin)();
               compute(b, loc, numbers, args);
               return (numbers.*get)();
             });
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// Returns a second operand: a secret, or an f32 that is encoded with `bits` of fraction.
static Value secondOperand(FixedPoint &ring, Value operand, int64_t bits) {
  return operand.getType().isF32() ? ring.encode(operand, bits) : operand;
}

static Value addElements(FixedPoint &ring, mpc::AddOp op, ValueRange args) {
  return ring.add(args[0],
                  secondOperand(ring, args[1], shareOf(op.getLhs()).getFraction()));
}

static Value subtractElements(FixedPoint &ring, mpc::SubOp op, ValueRange args) {
  return ring.subtract(args[0],
                       secondOperand(ring, args[1], shareOf(op.getLhs()).getFraction()));
}

/// Multiplies. A public factor gets as many bits of fraction as the product has more than
/// the secret.
static Value multiplyElements(FixedPoint &ring, mpc::MulOp op, ValueRange args) {
  int64_t bits = shareOf(op.getResult()).getFraction() - shareOf(op.getLhs()).getFraction();
  return ring.multiply(args[0], secondOperand(ring, args[1], bits));
}

static Value negateElement(FixedPoint &ring, mpc::NegOp, ValueRange args) {
  return ring.subtract(ring.integer(0), args[0]);
}

static Value squareElement(FixedPoint &ring, mpc::SquareOp, ValueRange args) {
  return ring.multiply(args[0], args[0]);
}

static Value truncateElement(FixedPoint &ring, mpc::TruncateOp op, ValueRange args) {
  return ring.truncate(args[0], shareOf(op.getInput()).getFraction() -
                                    shareOf(op.getResult()).getFraction());
}

static Value signOfElement(FixedPoint &ring, mpc::IsNegativeOp, ValueRange args) {
  // This is the sign bit as a number.
  return ring.subtract(ring.integer(0), ring.shiftRight(args[0], kMaxClearWidth - 1));
}

static Value msbOfElement(FixedPoint &ring, mpc::MsbOp, ValueRange args) {
  return ring.isNegative(args[0]);
}

static Value numberOfBit(FixedPoint &ring, mpc::B2AOp, ValueRange args) {
  return ring.fromBit(args[0]);
}

static Value expOfElement(FixedPoint &ring, mpc::ExpOp, ValueRange args) {
  return ring.exp(args[0]);
}

static Value reciprocalOfElement(FixedPoint &ring, mpc::ReciprocalOp, ValueRange args) {
  return ring.reciprocal(args[0]);
}

static Value rsqrtOfElement(FixedPoint &ring, mpc::RsqrtOp op, ValueRange args) {
  return ring.rsqrt(args[0], op.getSteps());
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// Counts the numbers that have more bits than may be truncated.
static void countLarge(OpBuilder &builder, Location loc, Value numbers,
                       TwinCounts &counts) {
  ArrayRef<int64_t> shape = tensorOf(numbers).getShape();
  AffineMap identity =
      AffineMap::getMultiDimIdentityMap(shape.size(), builder.getContext());
  counts.wraps.add(builder, loc, builder.getI64Type(), shape, numbers, identity,
                   [&](OpBuilder &b, Location loc, ValueRange args) {
                     Value number =
                         arith::SIToFPOp::create(b, loc, b.getF64Type(), args[0]);
                     return buildIsOutside(b, loc, number, counts.truncatedBits + 1);
                   });
}

namespace {
/// Lowers an elementwise operation of one or two operands: `Compute` is a function of the
/// ring, the operation, and scalars.
template <typename OpT, Value (*Compute)(FixedPoint &, OpT, ValueRange)>
struct LowerElementwise : Lower<OpT> {
  using Lower<OpT>::Lower;

  LogicalResult matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    auto body = [&](FixedPoint &ring, ValueRange args) { return Compute(ring, op, args); };
    TwinCounts &counts = this->counts;
    Elementwise elements(rewriter, op, adaptor.getOperands(), body, counts);
    // Operations that drop bits stay within the ring. A single addition that leaves the
    // ring was so near its end that the next product leaves it as well.
    if constexpr (llvm::is_one_of<OpT, mpc::MulOp, mpc::SquareOp, mpc::ExpOp,
                                  mpc::ReciprocalOp, mpc::RsqrtOp>::value)
      if (counts.isWanted && counts.truncatedBits == 0)
        elements.count(rewriter, rewriter.getI64Type(), &FixedPoint::countWraps,
                       &FixedPoint::getWraps, counts.wraps);
    if constexpr (llvm::is_one_of<OpT, mpc::TruncateOp, mpc::IsNegativeOp,
                                  mpc::MsbOp>::value)
      if (counts.isWanted && counts.truncatedBits != 0)
        countLarge(rewriter, op->getLoc(), adaptor.getOperands().front(), counts);
    if (counts.isWanted && elements.isRandom) {
      elements.count(rewriter, rewriter.getI64Type(), &FixedPoint::countFailed,
                     &FixedPoint::getFailed, counts.failed);
      elements.count(rewriter, rewriter.getF64Type(), &FixedPoint::countExpected,
                     &FixedPoint::getExpected,
                     counts.expected[counts.sites.places.lookup(op).site]);
    }
    rewriter.replaceOp(
        op, broadcastGeneric(rewriter, op->getLoc(), clearType(op), elements.inputs,
                             [&](OpBuilder &b, Location loc, ValueRange args) {
                               FixedPoint numbers(b, loc, elements.ring);
                               return elements.compute(b, loc, numbers, args);
                             }));
    return success();
  }
};

/// Counts the wraps of a sum, which is computed again on doubles.
static void countSum(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape,
                     ArrayRef<int64_t> axes, ValueRange operands, ArrayRef<AffineMap> maps,
                     int64_t width, TwinCounts &counts) {
  if (!counts.isWanted || counts.truncatedBits != 0)
    return;
  Type f64 = builder.getF64Type();
  Value exact =
      reduceGeneric(builder, loc, shape, axes, f64, builder.getF64FloatAttr(0), operands,
                    maps, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                      Value term = arith::SIToFPOp::create(b, loc, f64, args[0]);
                      if (args.size() == 3)
                        term = arith::MulFOp::create(
                            b, loc, term, arith::SIToFPOp::create(b, loc, f64, args[1]));
                      return arith::AddFOp::create(b, loc, args.back(), term);
                    });
  ArrayRef<int64_t> sums = tensorOf(exact).getShape();
  AffineMap identity = AffineMap::getMultiDimIdentityMap(sums.size(), builder.getContext());
  counts.wraps.add(builder, loc, builder.getI64Type(), sums, exact, identity,
                   [&](OpBuilder &b, Location loc, ValueRange args) {
                     return buildIsOutside(b, loc, args[0], width);
                   });
}

struct LowerMatmul : Lower<mpc::MatmulOp> {
  using Lower::Lower;

  LogicalResult matchAndRewrite(mpc::MatmulOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = clearType(op);
    MLIRContext *context = op.getContext();
    int64_t rank = type.getRank(), inner = rank;
    auto map = [&](Value operand, bool isLeft) {
      ArrayRef<int64_t> shape = tensorOf(operand).getShape();
      int64_t own = shape.size();
      SmallVector<AffineExpr> results;
      for (int64_t i = 0; i < own - 2; ++i)
        results.push_back(shape[i] == 1 ? getAffineConstantExpr(0, context)
                                        : getAffineDimExpr(rank - own + i, context));
      results.push_back(getAffineDimExpr(isLeft ? rank - 2 : inner, context));
      results.push_back(getAffineDimExpr(isLeft ? inner : rank - 1, context));
      return AffineMap::get(rank + 1, 0, results, context);
    };
    SmallVector<int64_t> shape(type.getShape());
    shape.push_back(tensorOf(adaptor.getLhs()).getShape().back());
    mpc::ShareType ring = shareOf(op.getLhs());
    SmallVector<AffineMap> maps{map(adaptor.getLhs(), true), map(adaptor.getRhs(), false)};
    countSum(rewriter, op.getLoc(), shape, {inner}, adaptor.getOperands(), maps,
             ring.getWidth(), counts);
    Value sum = reduceGeneric(rewriter, op.getLoc(), shape, {inner}, type.getElementType(),
                              rewriter.getI64IntegerAttr(0), adaptor.getOperands(), maps,
                              [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                                // Sums modulo 2^64 determine those modulo smaller powers of
                                // two.
                                Value product =
                                    arith::MulIOp::create(b, loc, args[0], args[1]);
                                return arith::AddIOp::create(b, loc, args[2], product);
                              });
    if (ring.getWidth() != kMaxClearWidth)
      sum =
          mapElements(rewriter, op, ring, type, sum, [](FixedPoint &ring, ValueRange args) {
            return ring.add(args[0], ring.integer(0));
          });
    rewriter.replaceOp(op, sum);
    return success();
  }
};

/// Lowers sums and maxima along axes that stay as 1.
template <typename OpT>
struct LowerReduction : Lower<OpT> {
  using Lower<OpT>::Lower;

  static ArrayRef<int64_t> axesOf(mpc::SumOp op) { return op.getAxes(); }
  static SmallVector<int64_t> axesOf(mpc::MaxOp op) {
    return {static_cast<int64_t>(op.getAxis())};
  }

  LogicalResult matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    constexpr bool isSum = std::is_same_v<OpT, mpc::SumOp>;
    ArrayRef<int64_t> shape = tensorOf(adaptor.getInput()).getShape();
    mpc::ShareType ring = shareOf(op.getInput());
    AffineMap identity = AffineMap::getMultiDimIdentityMap(shape.size(), op.getContext());
    SmallVector<int64_t> axes(axesOf(op));
    if (isSum)
      countSum(rewriter, op.getLoc(), shape, axes, adaptor.getInput(), identity,
               ring.getWidth(), this->counts);
    Value reduced =
        reduceGeneric(rewriter, op.getLoc(), shape, axes, rewriter.getI64Type(),
                      rewriter.getI64IntegerAttr(isSum ? 0 : INT64_MIN), adaptor.getInput(),
                      identity, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                        if (isSum)
                          return arith::AddIOp::create(b, loc, args[1], args[0]);
                        return arith::MaxSIOp::create(b, loc, args[1], args[0]);
                      });
    RankedTensorType type = clearType(op);
    Value result = reshapeTo(rewriter, op.getLoc(), reduced, type.getShape());
    if (isSum && ring.getWidth() != kMaxClearWidth)
      result = mapElements(rewriter, op, ring, type, result,
                           [](FixedPoint &ring, ValueRange args) {
                             return ring.add(args[0], ring.integer(0));
                           });
    rewriter.replaceOp(op, result);
    return success();
  }
};
} // namespace

void tacit::populateArithmeticPatterns(TypeConverter &converter,
                                       RewritePatternSet &patterns, TwinCounts &counts) {
  patterns.add<LowerMatmul, LowerReduction<mpc::SumOp>, LowerReduction<mpc::MaxOp>,
               LowerElementwise<mpc::AddOp, addElements>,
               LowerElementwise<mpc::SubOp, subtractElements>,
               LowerElementwise<mpc::MulOp, multiplyElements>,
               LowerElementwise<mpc::NegOp, negateElement>,
               LowerElementwise<mpc::SquareOp, squareElement>,
               LowerElementwise<mpc::TruncateOp, truncateElement>,
               LowerElementwise<mpc::IsNegativeOp, signOfElement>,
               LowerElementwise<mpc::MsbOp, msbOfElement>,
               LowerElementwise<mpc::B2AOp, numberOfBit>,
               LowerElementwise<mpc::ExpOp, expOfElement>,
               LowerElementwise<mpc::ReciprocalOp, reciprocalOfElement>,
               LowerElementwise<mpc::RsqrtOp, rsqrtOfElement>>(
      converter, patterns.getContext(), counts);
}
