//===- ShapeEntries.cpp - Known entries of a computed shape ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The shape that an exporter computes for Reshape or Expand is usually joined from a few
// dimensions that are free and others that are constants. With the constants, the type of
// the result can state more dimensions.
//
//===----------------------------------------------------------------------===//

#include "Ops/ShapeEntries.h"
#include "Ops/NodeBuilder.h"
#include "tacit/Dialect/NN/IR/Strides.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::onnx_import;

/// These limit how deep and how wide the search is; a hostile file holds chains of any
/// length.
static constexpr int kMaxDepth = 32, kMaxSteps = 512;
static constexpr int64_t kMaxEntries = 1024;

static bool isSmall(Value value) {
  auto type = tensorOf(value);
  return type.hasStaticShape() && type.getNumElements() <= kMaxEntries;
}

static bool isList(Value value) { return tensorOf(value).getRank() == 1 && isSmall(value); }

namespace {
class EntryReader {
public:
  /// Returns `count` entries of a static integer tensor, in row-major order.
  ShapeEntries read(Value value, int64_t count, int depth = 0);

private:
  ShapeEntries readConcat(nn::ConcatOp op, int depth);
  ShapeEntries readShape(nn::ShapeOfOp op);
  template <typename OpTy>
  ShapeEntries readMoved(OpTy op, int depth);
  ShapeEntries pick(Value source, ArrayRef<int64_t> indices, int depth);

  int steps = 0;
};
} // namespace

ShapeEntries EntryReader::readConcat(nn::ConcatOp op, int depth) {
  ShapeEntries entries;
  for (Value input : op.getInputs())
    llvm::append_range(entries, read(input, tensorOf(input).getNumElements(), depth));
  return entries;
}

ShapeEntries EntryReader::readShape(nn::ShapeOfOp op) {
  ShapeEntries entries;
  for (int64_t dim : tensorOf(op.getInput()).getShape())
    entries.push_back(ShapedType::isDynamic(dim) ? std::optional<int64_t>() : dim);
  return entries;
}

template <typename OpTy>
ShapeEntries EntryReader::readMoved(OpTy op, int depth) {
  int64_t count = tensorOf(op.getInput()).getNumElements();
  return nn::moved(op, read(op.getInput(), count, depth));
}

/// Handles elements picked from a tensor of one dimension.
ShapeEntries EntryReader::pick(Value source, ArrayRef<int64_t> indices, int depth) {
  int64_t count = tensorOf(source).getNumElements();
  ShapeEntries all = read(source, count, depth), picked;
  for (int64_t index : indices) {
    index += index < 0 ? count : 0;
    bool isInside = index >= 0 && index < static_cast<int64_t>(all.size());
    picked.push_back(isInside ? all[index] : std::nullopt);
  }
  return picked;
}

ShapeEntries EntryReader::read(Value value, int64_t count, int depth) {
  ShapeEntries unknown(count, std::nullopt);
  if (auto constant = constantOf(value)) {
    auto values = readIntegers(constant);
    return values ? ShapeEntries(values->begin(), values->end()) : unknown;
  }
  if (++depth > kMaxDepth || ++steps > kMaxSteps || !value.getDefiningOp())
    return unknown;
  return llvm::TypeSwitch<Operation *, ShapeEntries>(value.getDefiningOp())
      .Case([&](nn::ConcatOp op) {
        return llvm::all_of(op.getInputs(), isList) ? readConcat(op, depth) : unknown;
      })
      .Case([&](nn::ShapeOfOp op) { return readShape(op); })
      .Case([&](nn::ReshapeOp op) {
        return tensorOf(op.getInput()).hasStaticShape() ? read(op.getInput(), count, depth)
                                                        : unknown;
      })
      .Case<nn::SliceOp, nn::TransposeOp>(
          [&](auto op) { return isSmall(op.getInput()) ? readMoved(op, depth) : unknown; })
      .Case([&](nn::CastOp op) {
        bool isInteger = isa<IntegerType>(tensorOf(op.getInput()).getElementType()) &&
                         tensorOf(op.getResult()).getElementType().isInteger(64);
        return isInteger ? read(op.getInput(), count, depth) : unknown;
      })
      .Case([&](nn::GatherOp op) {
        auto indices = readIntegers(constantOf(op.getIndices()));
        return isList(op.getData()) && indices ? pick(op.getData(), *indices, depth)
                                               : unknown;
      })
      .Default([&](Operation *) { return unknown; });
}

std::optional<ShapeEntries> onnx_import::shapeEntries(Value value) {
  if (!value || !isList(value))
    return std::nullopt;
  return EntryReader().read(value, tensorOf(value).getNumElements());
}

bool onnx_import::allKnown(const ShapeEntries &entries) {
  return llvm::all_of(entries,
                      [](std::optional<int64_t> entry) { return entry.has_value(); });
}

bool onnx_import::followsFromSizes(Value value) {
  constexpr size_t kMaxSteps = 1000;
  SmallVector<Value> open{value};
  for (size_t step = 0; !open.empty(); ++step) {
    Operation *op = open.pop_back_val().getDefiningOp();
    if (!op || step > kMaxSteps)
      return false;
    if (!isa<nn::ShapeOfOp>(op))
      llvm::append_range(open, op->getOperands());
  }
  return true;
}
