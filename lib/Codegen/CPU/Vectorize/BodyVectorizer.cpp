//===- BodyVectorizer.cpp - Vectorises a linalg body ----------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BodyVectorizer.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "tacit/Support/Elements.h"
#include <utility>

using namespace mlir;
using namespace tacit::cpu;

/// Computes the dimensions along which a value of the body varies; only `dim` matters here.
static bool varies(Value value, linalg::GenericOp op, unsigned dim,
                   DenseMap<Value, bool> &known) {
  auto [entry, isNew] = known.try_emplace(value, false);
  if (!isNew)
    return entry->second;
  bool result = false;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (argument.getOwner() == op.getBody()) {
      AffineMap map = op.getMatchingIndexingMap(&op->getOpOperand(argument.getArgNumber()));
      result = map.isFunctionOfDim(dim);
    }
  } else if (value.getParentBlock() == op.getBody()) {
    Operation *definition = value.getDefiningOp();
    if (auto index = dyn_cast<linalg::IndexOp>(definition))
      result = index.getDim() == dim;
    else
      for (Value operand : definition->getOperands())
        result |= varies(operand, op, dim, known);
  }
  return known[value] = result;
}

/// Handles tensor.extract along the vector: only its last index varies, and that is the
/// index of the loop.
static bool isRowRead(tensor::ExtractOp extract, linalg::GenericOp op, unsigned dim,
                      DenseMap<Value, bool> &known) {
  if (extract.getIndices().empty())
    return false;
  auto last = extract.getIndices().back().getDefiningOp<linalg::IndexOp>();
  return last && last.getDim() == dim &&
         llvm::none_of(extract.getIndices().drop_back(),
                       [&](Value index) { return varies(index, op, dim, known); });
}

bool tacit::cpu::hasVectors(Type tensor) {
  Type element = getElementTypeOrSelf(tensor);
  return !element.isInteger(1) && byteWidth(element) > 0;
}

/// Returns true if every result is a dimension of its own, or a fixed index.
static bool isProjection(AffineMap map) {
  SmallVector<bool> seen(map.getNumDims(), false);
  return llvm::all_of(map.getResults(), [&](AffineExpr result) {
    auto dim = dyn_cast<AffineDimExpr>(result);
    return dim ? !std::exchange(seen[dim.getPosition()], true)
               : isa<AffineConstantExpr>(result);
  });
}

bool tacit::cpu::isVectorizable(linalg::GenericOp op, unsigned dim) {
  DenseMap<Value, bool> known;
  for (OpOperand &operand : op->getOpOperands())
    if (!isProjection(op.getMatchingIndexingMap(&operand)) ||
        !hasVectors(operand.get().getType()))
      return false;
  for (Operation &inner : op.getBody()->without_terminator()) {
    if (inner.getNumResults() != 1 || inner.getNumRegions() != 0)
      return false;
    if (isa<linalg::IndexOp>(inner) || inner.hasTrait<OpTrait::ConstantLike>())
      continue;
    if (!varies(inner.getResult(0), op, dim, known)) {
      if (!isMemoryEffectFree(&inner))
        return false;
      continue;
    }
    if (auto extract = dyn_cast<tensor::ExtractOp>(inner)) {
      if (!isRowRead(extract, op, dim, known) || !hasVectors(extract.getTensor().getType()))
        return false;
      continue;
    }
    // Lanes beyond the end compute too, on zeros, and a division must not trap there.
    if (!OpTrait::hasElementwiseMappableTraits(&inner) || !isSpeculatable(&inner))
      return false;
  }
  return true;
}

SmallVector<Value> tacit::cpu::indicesAt(OpBuilder &builder, Location loc, AffineMap map,
                                         ValueRange ivs) {
  SmallVector<Value> indices;
  for (AffineExpr result : map.getResults()) {
    if (auto dim = dyn_cast<AffineDimExpr>(result))
      indices.push_back(ivs[dim.getPosition()]);
    else
      indices.push_back(arith::ConstantIndexOp::create(
          builder, loc, cast<AffineConstantExpr>(result).getValue()));
  }
  return indices;
}

/// Creates a vector.transfer_read of consecutive elements, starting at `indices`, along the
/// tensor's dimension `along`.
static Value readVector(OpBuilder &builder, Location loc, Value tensor, ValueRange indices,
                        unsigned along, const VectorFrame &frame) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto vector = VectorType::get({frame.width}, type.getElementType());
  Value padding =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type.getElementType()));
  AffineMap map =
      AffineMap::get(type.getRank(), 0, getAffineDimExpr(along, builder.getContext()),
                     builder.getContext());
  return vector::TransferReadOp::create(builder, loc, vector, tensor, indices,
                                        AffineMapAttr::get(map), padding, frame.mask,
                                        builder.getBoolArrayAttr({true}));
}

Value tacit::cpu::readOperand(OpBuilder &builder, Location loc, Value tensor, AffineMap map,
                              const VectorFrame &frame) {
  SmallVector<Value> indices = indicesAt(builder, loc, map, frame.ivs);
  auto along = map.getResultPosition(getAffineDimExpr(frame.dim, builder.getContext()));
  if (!along)
    return tensor::ExtractOp::create(builder, loc, tensor, indices);
  return readVector(builder, loc, tensor, indices, *along, frame);
}

Value tacit::cpu::toVector(OpBuilder &builder, Location loc, Value value, int64_t width) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(builder, loc,
                                     VectorType::get({width}, value.getType()), value);
}

/// Returns the operations of the body that `wanted` needs, except those that are given.
static SmallPtrSet<Operation *, 16> neededFor(Value wanted, linalg::GenericOp op,
                                              const DenseMap<Value, Value> &given) {
  SmallPtrSet<Operation *, 16> needed;
  SmallVector<Value> values{wanted};
  while (!values.empty()) {
    Value value = values.pop_back_val();
    Operation *definition = value.getDefiningOp();
    if (given.count(value) || !definition || definition->getBlock() != op.getBody() ||
        !needed.insert(definition).second)
      continue;
    llvm::append_range(values, definition->getOperands());
  }
  return needed;
}

Value tacit::cpu::vectorizeBody(OpBuilder &builder, linalg::GenericOp op, Value wanted,
                                const VectorFrame &frame, DenseMap<Value, Value> given) {
  Location loc = op.getLoc();
  DenseMap<Value, bool> known;
  auto lookup = [&](Value value) -> Value {
    if (Value ready = given.lookup(value))
      return ready;
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument || argument.getOwner() != op.getBody())
      return value; // defined above the operation
    OpOperand &operand = op->getOpOperand(argument.getArgNumber());
    return given[value] = readOperand(builder, loc, operand.get(),
                                      op.getMatchingIndexingMap(&operand), frame);
  };
  SmallPtrSet<Operation *, 16> needed = neededFor(wanted, op, given);
  for (Operation &inner : op.getBody()->without_terminator()) {
    if (!needed.contains(&inner))
      continue;
    Value result = inner.getResult(0);
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      Value iv = frame.ivs[index.getDim()];
      if (index.getDim() == frame.dim) {
        auto type = VectorType::get({frame.width}, builder.getIndexType());
        Value base = vector::BroadcastOp::create(builder, loc, type, iv);
        Value step = vector::StepOp::create(builder, loc, type);
        iv = arith::AddIOp::create(builder, loc, base, step);
      }
      given[result] = iv;
      continue;
    }
    if (auto extract = dyn_cast<tensor::ExtractOp>(inner);
        extract && isRowRead(extract, op, frame.dim, known)) {
      SmallVector<Value> indices;
      for (Value index : extract.getIndices().drop_back())
        indices.push_back(lookup(index));
      indices.push_back(frame.ivs[frame.dim]);
      given[result] = readVector(builder, loc, lookup(extract.getTensor()), indices,
                                 indices.size() - 1, frame);
      continue;
    }
    SmallVector<Value> operands = llvm::map_to_vector(inner.getOperands(), lookup);
    bool isVector = llvm::any_of(
        operands, [](Value operand) { return isa<VectorType>(operand.getType()); });
    Type type = result.getType();
    if (isVector) {
      for (Value &operand : operands)
        operand = toVector(builder, loc, operand, frame.width);
      type = VectorType::get({frame.width}, type);
    }
    OperationState state(inner.getLoc(), inner.getName(), operands, type,
                         inner.getDiscardableAttrDictionary().getValue());
    state.propertiesAttr = inner.getPropertiesAsAttribute();
    Operation *clone = builder.create(state);
    given[result] = clone->getResult(0);
  }
  return lookup(wanted);
}
