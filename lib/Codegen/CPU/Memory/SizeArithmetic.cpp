//===- SizeArithmetic.cpp - Sizes that follow from free dimensions --------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory/SizeArithmetic.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "tacit/Codegen/CPU/Passes.h"

using namespace mlir;

unsigned tacit::cpu::numFreeDims(func::FuncOp main) {
  unsigned count = 0;
  for (Type type : llvm::reverse(main.getArgumentTypes())) {
    if (!type.isIndex())
      break;
    ++count;
  }
  return count;
}

/// Computes the product of the sizes of the dimensions of `source` that were collapsed.
static OpFoldResult collapsedSize(OpBuilder &b, Location loc, memref::CollapseShapeOp op,
                                  int64_t dim) {
  Value product;
  ReassociationIndices group = op.getReassociationIndices()[dim];
  for (int64_t part : group) {
    OpFoldResult size = tacit::cpu::sizeOfBuffer(b, loc, op.getSrc(), part);
    Value value = getValueOrCreateConstantIndexOp(b, loc, size);
    product = product ? arith::MulIOp::create(b, loc, product, value) : value;
  }
  return product;
}

OpFoldResult tacit::cpu::sizeOfBuffer(OpBuilder &b, Location loc, Value buffer,
                                      int64_t dim) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.isDynamicDim(dim))
    return b.getIndexAttr(type.getDimSize(dim));
  Operation *definition = buffer.getDefiningOp();
  if (auto op = dyn_cast_or_null<memref::CastOp>(definition))
    return sizeOfBuffer(b, loc, op.getSource(), dim);
  if (auto op = dyn_cast_or_null<memref::ReinterpretCastOp>(definition))
    return op.getMixedSizes()[dim];
  if (auto op = dyn_cast_or_null<memref::ExpandShapeOp>(definition))
    return op.getMixedOutputShape()[dim];
  if (auto op = dyn_cast_or_null<memref::CollapseShapeOp>(definition))
    return collapsedSize(b, loc, op, dim);
  // The remaining operations fold.
  return b.createOrFold<memref::DimOp>(loc, buffer, dim);
}

Value tacit::cpu::castToShape(OpBuilder &b, Location loc, Value pointer, MemRefType type,
                              ArrayRef<OpFoldResult> sizes) {
  auto [known, offset] = type.getStridesAndOffset();
  SmallVector<OpFoldResult> strides(sizes.size(), b.getIndexAttr(1));
  for (int64_t d = static_cast<int64_t>(sizes.size()) - 2; d >= 0; --d) {
    if (!ShapedType::isDynamic(known[d])) {
      strides[d] = b.getIndexAttr(known[d]);
      continue;
    }
    Value size = getValueOrCreateConstantIndexOp(b, loc, sizes[d + 1]);
    Value stride = getValueOrCreateConstantIndexOp(b, loc, strides[d + 1]);
    strides[d] = b.createOrFold<arith::MulIOp>(loc, size, stride);
  }
  return memref::ReinterpretCastOp::create(b, loc, type, pointer, b.getIndexAttr(offset),
                                           sizes, strides);
}

/// Returns true for operations that may compute a size: operations on numbers that can run
/// anywhere once their operands are harmless.
static bool isArithmetic(Operation *op) {
  // A shift could leave the range of numbers undetected, and sizes are never computed by
  // one.
  return isa<affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(op) ||
         (isa<arith::ArithDialect>(op->getDialect()) &&
          !isa<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(op) &&
          llvm::all_of(op->getOperandTypes(),
                       [](Type t) { return t.isIntOrIndexOrFloat(); }) &&
          llvm::all_of(op->getResultTypes(),
                       [](Type t) { return t.isIntOrIndexOrFloat(); }));
}

bool tacit::cpu::isSizeArithmetic(Value value) {
  SmallVector<Value> pending{value};
  llvm::SmallDenseSet<Value> seen;
  while (!pending.empty()) {
    Value next = pending.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    Operation *op = next.getDefiningOp();
    if (op ? !isArithmetic(op) : !next.getType().isIndex())
      return false;
    if (op)
      llvm::append_range(pending, op->getOperands());
  }
  return true;
}

/// Expands affine.apply, affine.min and affine.max into arithmetic.
static Value expandAffine(OpBuilder &b, Operation *op, IRMapping &known) {
  SmallVector<Value> operands = llvm::map_to_vector(
      op->getOperands(), [&](Value operand) { return known.lookup(operand); });
  AffineMap map = isa<affine::AffineApplyOp>(op) ? cast<affine::AffineApplyOp>(op).getMap()
                  : isa<affine::AffineMinOp>(op) ? cast<affine::AffineMinOp>(op).getMap()
                                                 : cast<affine::AffineMaxOp>(op).getMap();
  auto values = affine::expandAffineMap(b, op->getLoc(), map, operands);
  if (!values || values->empty())
    return nullptr;
  Value result = values->front();
  for (Value value : llvm::drop_begin(*values))
    result = isa<affine::AffineMinOp>(op)
                 ? Value(arith::MinSIOp::create(b, op->getLoc(), result, value))
                 : Value(arith::MaxSIOp::create(b, op->getLoc(), result, value));
  return result;
}

/// Copies one operation whose operands are known. Fails if that is impossible.
static LogicalResult copyOperation(OpBuilder &b, Operation *op, IRMapping &known) {
  if (op->getName().getDialectNamespace() != affine::AffineDialect::getDialectNamespace()) {
    b.clone(*op, known);
    return success();
  }
  Value value = expandAffine(b, op, known);
  if (value)
    known.map(op->getResult(0), value);
  return success(value != nullptr);
}

FailureOr<Value> tacit::cpu::copySize(OpBuilder &b, Value value, IRMapping &known) {
  // This is a work list and not a recursion because a chain can be as long as a file.
  SmallVector<Value> pending{value};
  while (!pending.empty()) {
    Value next = pending.back();
    Operation *op = next.getDefiningOp();
    if (known.contains(next)) {
      pending.pop_back();
      continue;
    }
    if (op && isArithmetic(op)) {
      size_t before = pending.size();
      llvm::copy_if(op->getOperands(), std::back_inserter(pending),
                    [&](Value operand) { return !known.contains(operand); });
      if (pending.size() > before || succeeded(copyOperation(b, op, known)))
        continue;
    }
    if (op)
      return op->emitOpError()
             << "determines a size; expected arithmetic on the sizes of inputs";
    auto argument = cast<BlockArgument>(next);
    return argument.getOwner()->getParentOp()->emitOpError()
           << "determines a size; expected arithmetic on the sizes of inputs";
  }
  return known.lookup(value);
}
