//===- Scan.cpp - Lowering of the loop over a sequence --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// nn.scan becomes an scf.for that carries its states and its collected outputs. Each has
// one buffer for all steps: a slice of an output is inserted at its place, and the next
// states are written over the last ones when a step has computed all of them.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tacit;

static Value castTo(OpBuilder &b, Location loc, Value value, Type type) {
  return value.getType() == type ? value
                                 : tensor::CastOp::create(b, loc, type, value).getResult();
}

static Value indexConstant(OpBuilder &b, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

namespace {
/// Lowers one loop.
class LoopBuilder {
public:
  LoopBuilder(nn::ScanOp op, const TypeConverter &converter,
              ConversionPatternRewriter &rewriter)
      : op(op), converter(converter), b(rewriter), loc(op.getLoc()) {}

  LogicalResult build(nn::ScanOp::Adaptor adaptor);

private:
  Type convert(Value value) { return converter.convertType(value.getType()); }
  Value countSteps(nn::ScanOp::Adaptor adaptor);
  Value placeOf(Value iv, bool isReversed);
  Value sliceOf(Value input, Value slice, Value place);
  Value insert(Value slice, Value all, Value output, Value place);
  SmallVector<Value> argumentsOf(ValueRange inputs, Value iv, ValueRange carried);
  SmallVector<Value> finish(ValueRange yielded, Value iv, ValueRange carried);

  nn::ScanOp op;
  const TypeConverter &converter;
  ConversionPatternRewriter &b;
  Location loc;
  Value steps;
};
} // namespace

Value LoopBuilder::countSteps(nn::ScanOp::Adaptor adaptor) {
  if (!op.getInputs().empty())
    return sizeValue(b, loc, sizesOf(b, loc, op.getInputs().front()).front());
  if (!op.getCollected().empty())
    return sizeValue(b, loc, sizesOf(b, loc, op.getCollected().front()).front());
  Value count = tensor::ExtractOp::create(b, loc, adaptor.getCount(), ValueRange());
  count = arith::IndexCastOp::create(b, loc, b.getIndexType(), count);
  return arith::MaxSIOp::create(b, loc, count, indexConstant(b, loc, 0));
}

/// Returns the number of the slice that belongs to step `iv`.
Value LoopBuilder::placeOf(Value iv, bool isReversed) {
  if (!isReversed)
    return iv;
  Value last = arith::SubIOp::create(b, loc, steps, indexConstant(b, loc, 1));
  return arith::SubIOp::create(b, loc, last, iv);
}

/// Returns offsets, sizes and strides of one slice along the first dimension.
static std::tuple<Sizes, Sizes, Sizes> partAt(OpBuilder &b, Value place,
                                              ArrayRef<OpFoldResult> slice) {
  Sizes offsets(slice.size() + 1, b.getIndexAttr(0)), sizes(slice),
      strides(slice.size() + 1, b.getIndexAttr(1));
  offsets.front() = place;
  sizes.insert(sizes.begin(), b.getIndexAttr(1));
  return {offsets, sizes, strides};
}

Value LoopBuilder::sliceOf(Value input, Value slice, Value place) {
  Sizes wanted = sizesOf(b, loc, slice);
  auto [offsets, sizes, strides] = partAt(b, place, wanted);
  auto type = tensorType(wanted, tensorOf(input).getElementType());
  Value part = tensor::ExtractSliceOp::create(b, loc, type, input, offsets, sizes, strides);
  return castTo(b, loc, part, convert(slice));
}

/// Returns `all` with the slice of one step at its place.
Value LoopBuilder::insert(Value slice, Value all, Value output, Value place) {
  Sizes wanted(llvm::drop_begin(sizesOf(b, loc, output)));
  auto [offsets, sizes, strides] = partAt(b, place, wanted);
  auto type = tensorType(wanted, tensorOf(slice).getElementType());
  slice = castTo(b, loc, slice, type);
  return tensor::InsertSliceOp::create(b, loc, slice, all, offsets, sizes, strides);
}

/// Returns what the arguments of the body are in step `iv`.
SmallVector<Value> LoopBuilder::argumentsOf(ValueRange inputs, Value iv,
                                            ValueRange carried) {
  Value number = arith::IndexCastOp::create(b, loc, b.getI64Type(), iv);
  SmallVector<Value> arguments{tensor::FromElementsOp::create(
      b, loc, RankedTensorType::get({}, b.getI64Type()), number)};
  for (auto [state, argument] : llvm::zip(carried, op.getStateArguments()))
    arguments.push_back(castTo(b, loc, state, convert(argument)));
  for (auto [i, input, slice] : llvm::enumerate(inputs, op.getSliceArguments()))
    arguments.push_back(sliceOf(input, slice, placeOf(iv, op.isInputReversed(i))));
  return arguments;
}

/// Returns what is carried to the step after `iv`. Slices are inserted first, because they
/// may be states that are overwritten afterwards.
SmallVector<Value> LoopBuilder::finish(ValueRange yielded, Value iv, ValueRange carried) {
  SmallVector<Value> next(carried);
  for (unsigned i = 0, n = op.getCollected().size(), first = op.numStates(); i < n; ++i)
    next[first + i] = insert(yielded[first + i], carried[first + i], op.getCollected()[i],
                             placeOf(iv, op.isOutputReversed(i)));
  // All states are copied before the first is overwritten: another one may be computed from
  // it, and what computes a state must not write to the buffer of the last one, which it
  // may still read.
  SmallVector<Value> states;
  for (unsigned i = 0; i < op.numStates(); ++i) {
    Value state = castTo(b, loc, yielded[i], carried[i].getType());
    states.push_back(bufferization::AllocTensorOp::create(
        b, loc, cast<RankedTensorType>(state.getType()), ValueRange(), state));
  }
  for (auto [i, state] : llvm::enumerate(states))
    next[i] = bufferization::MaterializeInDestinationOp::create(b, loc, state.getType(),
                                                                state, carried[i])
                  .getResult();
  return next;
}

LogicalResult LoopBuilder::build(nn::ScanOp::Adaptor adaptor) {
  steps = countSteps(adaptor);
  SmallVector<Value> inits;
  for (auto [init, last] : llvm::zip(adaptor.getStates(), op.getLastStates()))
    inits.push_back(castTo(b, loc, init, convert(last)));
  for (Value output : op.getCollected()) {
    auto type = cast<RankedTensorType>(convert(output));
    inits.push_back(emptyTensor(b, loc, sizesOf(b, loc, output), type.getElementType()));
  }
  auto loop = scf::ForOp::create(b, loc, indexConstant(b, loc, 0), steps,
                                 indexConstant(b, loc, 1), inits);
  Block *target = loop.getBody();
  if (inits.empty())
    b.eraseOp(target->getTerminator());
  b.setInsertionPointToStart(target);
  SmallVector<Value> arguments =
      argumentsOf(adaptor.getInputs(), loop.getInductionVar(), loop.getRegionIterArgs());
  auto end = cast<nn::YieldOp>(op.getBody().front().getTerminator());
  if (failed(b.convertRegionTypes(&op.getBody(), converter)))
    return failure();
  b.inlineBlockBefore(&op.getBody().front(), target, target->end(), arguments);
  b.setInsertionPoint(end);
  SmallVector<Value> yielded;
  if (failed(b.getRemappedValues(end.getValues(), yielded)))
    return failure();
  SmallVector<Value> next =
      finish(yielded, loop.getInductionVar(), loop.getRegionIterArgs());
  b.replaceOpWithNewOp<scf::YieldOp>(end, next);
  b.replaceOp(op, loop.getResults());
  return success();
}

namespace {
struct LowerScan : OpConversionPattern<nn::ScanOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(nn::ScanOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const override {
    return LoopBuilder(op, *getTypeConverter(), rewriter).build(adaptor);
  }
};
} // namespace

void tacit::populateScanPatterns(const TypeConverter &converter,
                                 RewritePatternSet &patterns) {
  patterns.add<LowerScan>(converter, patterns.getContext());
}
