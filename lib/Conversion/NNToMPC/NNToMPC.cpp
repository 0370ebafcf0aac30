//===- NNToMPC.cpp - The nn dialect to two parties' secrets ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "tacit/Conversion/Passes.h"

namespace tacit {
#define GEN_PASS_DEF_CONVERTNNTOMPC
#include "tacit/Conversion/Passes.h.inc"
} // namespace tacit

using namespace mlir;
using namespace tacit;

/// Says what is wrong with the function before its operations are looked at.
static LogicalResult checkFunction(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return function.emitOpError() << "has branches; expected one block of nn operations";
  for (BlockArgument argument : function.getArguments()) {
    auto tensor = dyn_cast<RankedTensorType>(argument.getType());
    if (!tensor || !tensor.hasStaticShape())
      return emitError(argument.getLoc())
             << "argument " << argument.getArgNumber() << " is " << argument.getType()
             << "; expected a tensor of known dimensions: pin them with --dim or --shape";
  }
  return success();
}

/// A product by adding bit patterns has no meaning for secrets; nothing on the way
/// here may drop what was asked for in silence.
static LogicalResult checkMultiplier(Operation *op) {
  auto product = dyn_cast<nn::MultiplierOpInterface>(op);
  nn::MultiplierAttr multiplier = product ? product.getMultiplierAttr() : nullptr;
  if (!multiplier || multiplier.getKind() == nn::MultiplierKind::Exact)
    return success();
  if (multiplier.getKind() == nn::MultiplierKind::ShiftAdd)
    return op->emitOpError()
           << "multiplies by adding exponents of weights, which are plain "
              "numbers only for the server; leave shift_add out, it saves "
              "nothing between two parties";
  return op->emitOpError() << "multiplies by "
                           << nn::stringifyMultiplierKind(multiplier.getKind())
                           << ", which adds bit patterns of floats; a secret fixed-point "
                              "number has none: leave the multiplier out";
}

/// Numbers of 16 bits are widened before a secret picks among them, and so by whoever has
/// the table: a secret row has no bits to widen.
static void widenTables(func::FuncOp function) {
  SmallVector<nn::CastOp> casts(function.getBody().front().getOps<nn::CastOp>());
  for (nn::CastOp cast : casts) {
    auto pick = cast.getInput().getDefiningOp<nn::GatherOp>();
    Type element = getElementTypeOrSelf(cast.getType());
    if (!pick || !isa<FloatType>(getElementTypeOrSelf(pick.getType())) || !element.isF32())
      continue;
    OpBuilder b(pick);
    auto type = llvm::cast<RankedTensorType>(pick.getData().getType());
    Value table = nn::CastOp::create(b, cast.getLoc(), type.clone(element), pick.getData());
    Value rows = nn::GatherOp::create(b, pick.getLoc(), cast.getType(), table,
                                      pick.getIndices(), pick.getAxis());
    cast.replaceAllUsesWith(rows);
    cast.erase();
    if (pick.use_empty())
      pick.erase();
  }
}

/// True if one party can compute the operation alone.
static bool isKnown(Operation *op, const Lowering &lowering) {
  return llvm::all_of(op->getResults(), [&](Value result) {
    return lowering.sideOf(result) != Side::Secret;
  });
}

/// The client learns the results, and what it can compute by itself it has already.
static LogicalResult convertReturn(func::ReturnOp op, Lowering &lowering) {
  SmallVector<Value> results(op.getOperands());
  for (Value &result : results) {
    Side side = lowering.sideOf(result);
    if (side == Side::Client || side == Side::Public)
      continue;
    result = lowering.reveal(result);
    if (!result)
      return failure();
  }
  op->setOperands(results);
  return success();
}

/// Converts what must be; one error for each operation that cannot be.
static LogicalResult convertOperations(ArrayRef<Operation *> ops, const Rules &rules,
                                       Lowering &lowering, Pass::Statistic &converted) {
  bool hasFailed = false;
  for (Operation *op : ops) {
    lowering.begin(op);
    LogicalResult result = checkMultiplier(op);
    if (auto end = dyn_cast<func::ReturnOp>(op)) {
      // After an error the function stays as it was.
      result = failure(hasFailed || failed(convertReturn(end, lowering)));
    } else if (!isa_and_present<nn::NNDialect>(op->getDialect())) {
      result = op->emitOpError() << "is no operation of the nn dialect, which this "
                                    "conversion begins with";
    } else if (succeeded(result) && !isKnown(op, lowering)) {
      result = rules.apply(op, lowering);
      converted += succeeded(result);
    }
    if (succeeded(result))
      continue;
    hasFailed = true;
    lowering.finishFailed();
  }
  return failure(hasFailed);
}

namespace {
struct ConvertNNToMPC : tacit::impl::ConvertNNToMPCBase<ConvertNNToMPC> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (fraction < 1 || 2 * fraction >= width)
      return emitError(UnknownLoc::get(context))
             << "a fraction of " << fraction.getValue() << " bits in a ring of "
             << width.getValue() << "; expected 1 to " << (width - 1) / 2
             << ", because a product has twice as many before it is truncated";
    // The rest is the type's own affair.
    if (!mpc::ShareType::getChecked([&] { return emitError(UnknownLoc::get(context)); },
                                    context, ArrayRef<int64_t>(), width.getValue(),
                                    fraction.getValue()))
      return failure();
    addElementwiseRules(rules);
    addMovementRules(rules);
    addNormalizationRules(rules);
    addProductRules(rules);
    return success();
  }

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isDeclaration() && failed(convert(function)))
        signalPassFailure();
  }

private:
  LogicalResult convert(func::FuncOp function) {
    if (failed(checkFunction(function)))
      return failure();
    widenTables(function);
    Block &body = function.getBody().front();
    auto ops = llvm::to_vector(llvm::make_pointer_range(body));
    Lowering lowering(function, width, fraction);
    LogicalResult result = convertOperations(ops, rules, lowering, operations);
    // What was replaced; or, after an error, what came in its place.
    llvm::SmallPtrSet<Operation *, 32> old(llvm::from_range, ops);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (isOpTriviallyDead(&op) && (succeeded(result) || !old.contains(&op)))
        op.erase();
    return result;
  }

  Rules rules;
};
} // namespace
