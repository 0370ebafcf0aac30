//===- KnownShapes.cpp - Updates types with known shapes ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KnownShapes.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static bool isFree(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && !type.hasStaticShape();
}

SmallVector<Operation *> tacit::nn::operationsOf(func::FuncOp main) {
  SmallVector<Operation *> found;
  main.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) { found.push_back(op); });
  return found;
}

bool tacit::nn::hasFreeDims(func::FuncOp main) {
  if (main.isExternal() || !main.getBody().hasOneBlock())
    return false;
  return llvm::any_of(main.getArguments(), isFree) ||
         llvm::any_of(operationsOf(main), [](Operation *op) {
           return llvm::any_of(op->getResults(), isFree) ||
                  isa<DynamicSliceOp, DynamicReshapeOp, DynamicExpandOp>(op);
         });
}

LogicalResult tacit::nn::reportProblems(func::FuncOp main, const Dims &dims) {
  for (const SizeProblem &problem : dims.problems())
    (problem.op ? problem.op : main.getOperation())->emitOpError() << problem.text;
  return success(dims.problems().empty());
}

static bool refineType(Value value, Dims &dims) {
  if (!isFree(value))
    return false;
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  for (auto [dim, size] : llvm::zip(shape, dims.sizesOf(value)))
    if (auto known = dims.table().asConstant(size); known && *known >= 0)
      dim = *known;
  value.setType(type.clone(shape));
  return value.getType() != type;
}

/// "To the end" becomes a number once the end is known.
static void resolveEnds(SliceOp op) {
  SmallVector<int64_t> ends(op.getEnds());
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getInput().getType()).getShape();
  for (auto [end, dim] : llvm::zip(ends, shape))
    if (end == std::numeric_limits<int64_t>::max() && !ShapedType::isDynamic(dim))
      end = dim;
  op.setEnds(ends);
}

/// Names belong to free dimensions, so that those of known ones are removed.
static void dropNames(func::FuncOp main, BlockArgument argument) {
  auto names = main.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), kDimsAttr);
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  if (!names || !type || static_cast<int64_t>(names.size()) != type.getRank())
    return;
  if (type.hasStaticShape()) {
    main.removeArgAttr(argument.getArgNumber(), kDimsAttr);
    return;
  }
  Builder b(main.getContext());
  SmallVector<Attribute> left(names.begin(), names.end());
  for (auto [name, size] : llvm::zip(left, type.getShape()))
    if (!ShapedType::isDynamic(size))
      name = b.getStringAttr("");
  main.setArgAttr(argument.getArgNumber(), kDimsAttr, b.getArrayAttr(left));
}

unsigned tacit::nn::refineTypes(func::FuncOp main, Dims &dims) {
  unsigned count = 0;
  for (BlockArgument argument : main.getArguments())
    if (refineType(argument, dims)) {
      dropNames(main, argument);
      ++count;
    }
  for (Operation *op : operationsOf(main)) {
    for (OpResult result : op->getResults())
      count += refineType(result, dims);
    if (auto scan = dyn_cast<ScanOp>(op))
      for (BlockArgument argument : scan.getBody().getArguments())
        count += refineType(argument, dims);
    if (auto slice = dyn_cast<SliceOp>(op))
      resolveEnds(slice);
  }
  Operation *terminator = main.getBody().front().getTerminator();
  main.setFunctionType(FunctionType::get(
      main.getContext(), main.getBody().getArgumentTypes(), terminator->getOperandTypes()));
  return count;
}

ElementsAttr tacit::nn::constantElements(Dims &dims, RankedTensorType type,
                                         ArrayRef<SizeExpr> list) {
  Payload payload{type, {}};
  auto isFloat = dyn_cast<FloatType>(type.getElementType());
  for (SizeExpr element : list) {
    auto known = dims.table().asConstant(element);
    if (!known)
      return nullptr;
    APFloat number(static_cast<double>(*known));
    bool isRounded = false;
    if (isFloat)
      number.convert(isFloat.getFloatSemantics(), APFloat::rmNearestTiesToEven, &isRounded);
    payload.values.push_back(
        isFloat ? static_cast<int64_t>(number.bitcastToAPInt().getZExtValue()) : *known);
  }
  return makeElements(payload, "folded");
}

unsigned tacit::nn::foldElements(RewriterBase &rewriter, func::FuncOp main, Dims &dims,
                                 const OperationSet &kept) {
  unsigned count = 0;
  for (Operation *op : operationsOf(main)) {
    if (op->getNumResults() != 1 || isa<ConstantOp>(op) || kept.contains(op))
      continue;
    auto list = dims.elementsOf(op->getResult(0));
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    ElementsAttr value = list ? constantElements(dims, type, *list) : nullptr;
    if (!value)
      continue;
    rewriter.setInsertionPoint(op);
    Value constant = ConstantOp::create(rewriter, op->getLoc(), type, value);
    rewriter.replaceAllUsesWith(op->getResult(0), constant);
    ++count;
  }
  return count;
}

static bool eraseDeadIn(RewriterBase &rewriter, Block &block) {
  bool isFound = false;
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (isOpTriviallyDead(&op)) {
      rewriter.eraseOp(&op);
      isFound = true;
    } else if (auto scan = dyn_cast<ScanOp>(op)) {
      isFound |= eraseDeadIn(rewriter, scan.getBody().front());
    }
  }
  return isFound;
}

bool tacit::nn::eraseDead(RewriterBase &rewriter, func::FuncOp main) {
  return eraseDeadIn(rewriter, main.getBody().front());
}
