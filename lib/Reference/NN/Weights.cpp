//===- Weights.cpp - Packed weights and rotary embeddings of nn -----------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../OpTable.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Numerics/PowersOfTwo.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

//===----------------------------------------------------------------------===//
// Weights of few bits
//===----------------------------------------------------------------------===//

/// Reads field `row` of a plane with fields of `width` bits. Rows of one column that share
/// a byte are neighbours; the stride of groups and columns is the number of bytes that a
/// group has in this plane, whatever dimensions they are written as.
static int64_t readField(const Tensor &plane, int64_t group, int64_t row, int64_t column,
                         int64_t width, int64_t bytesPerGroup) {
  int64_t fields = 8 / width, columns = plane.getShape().back();
  int64_t byte = group * bytesPerGroup + row / fields;
  uint8_t bits = static_cast<uint8_t>(plane.integer(byte * columns + column));
  return bits >> (row % fields * width) & ((1 << width) - 1);
}

/// Computes (u - z) * scale, where u has its lower 4 bits in one plane and its upper 2 in
/// another if there are 6 of them.
static llvm::Expected<Tensor> evaluateDequantize(nn::DequantizeOp op, Operands operands) {
  int64_t bits = op.getBits(), group = op.getGroup();
  const Tensor &scale = *operands[0];
  const Tensor *zeroPoint = op.getZeroPoint() ? operands[1] : nullptr;
  Operands planes = operands.drop_front(zeroPoint ? 2 : 1);
  int64_t low = bits == 6 ? 4 : bits;
  return generate(op, op.getType().getShape(), elementTypeOf(op), [&](const Index &index) {
    int64_t g = index[0] / group, row = index[0] % group, column = index[1];
    int64_t u = readField(*planes[0], g, row, column, low, group * low / 8);
    if (bits == 6)
      u += readField(*planes[1], g, row, column, 2, group / 4) << 4;
    int64_t entry = scale.offset({g, column});
    double zero = int64_t(1) << (bits - 1);
    if (op.hasRealZeroPoints())
      zero = zeroPoint->real(entry);
    else if (zeroPoint)
      zero = static_cast<uint8_t>(zeroPoint->integer(entry));
    return (static_cast<double>(u) - zero) * scale.real(entry);
  });
}

static llvm::Expected<Tensor> evaluatePowersOfTwo(nn::PowersOfTwoOp op, Operands operands) {
  const Tensor &codes = *operands[0];
  return generate(
      op, codes.getShape().drop_front(), elementTypeOf(op), [&](const Index &index) {
        double sum = 0;
        for (int64_t term = 0; term < codes.getDim(0); ++term) {
          int64_t code = codes.integer(codes.offset({term, index[0], index[1]}));
          sum += numerics::powerOfTwoValue(static_cast<uint8_t>(code));
        }
        return sum;
      });
}

//===----------------------------------------------------------------------===//
// Rotary embeddings
//===----------------------------------------------------------------------===//

static llvm::Expected<Tensor> evaluateRotary(nn::RotaryOp op, Operands operands) {
  const Tensor &input = *operands[0], &cos = *operands[1], &sin = *operands[2];
  int64_t half = cos.getShape().back();
  if (2 * half > input.getShape().back() || sin.getShape().back() != half)
    return failAt(op, "found " + llvm::Twine(half) + " angles for " +
                          llvm::Twine(input.getShape().back()) + " features");
  Index pairs = withDim(input.getShape(), input.getRank() - 1, half);
  for (const Tensor *angles : operands.drop_front()) {
    auto shape = broadcastShapes(op, {pairs, angles->getShape()});
    if (!shape)
      return shape.takeError();
    if (*shape != pairs)
      return failAt(op, "found angles of " + describe(*angles) + " for an input of " +
                            describe(input));
  }
  Tensor result = input;
  int64_t k = -1;
  for (const Index &index : Positions(input.getShape())) {
    ++k;
    int64_t feature = index.back();
    if (feature >= 2 * half)
      continue;
    bool isSecond = op.getInterleaved() ? feature % 2 : feature >= half;
    int64_t pair = op.getInterleaved() ? feature / 2 : feature % half;
    int64_t distance = op.getInterleaved() ? 1 : half;
    Index angle = withDim(index, index.size() - 1, pair);
    double c = cos.real(cos.broadcastOffset(angle)),
           s = sin.real(sin.broadcastOffset(angle));
    double other = input.real(isSecond ? k - distance : k + distance);
    // Maps (a, b) to (a cos - b sin, b cos + a sin).
    result.real(k) = input.real(k) * c + (isSecond ? other : -other) * s;
  }
  return result;
}

void reference::addNNWeights(OpTable &table) {
  table.add(evaluateDequantize);
  table.add(evaluatePowersOfTwo);
  table.add(evaluateRotary);
}
