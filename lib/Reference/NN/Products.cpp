//===- Products.cpp - Matrix products and attention of nn -----------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Rows.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Numerics/Multiplier.h"
#include "tacit/Numerics/PowersOfTwo.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

//===----------------------------------------------------------------------===//
// Multipliers
//===----------------------------------------------------------------------===//

static numerics::Product productOf(nn::MultiplierAttr multiplier) {
  numerics::Product product;
  if (multiplier.getKind() == nn::MultiplierKind::LMul)
    product = numerics::lmul(multiplier.getMantissa());
  else if (multiplier.getKind() == nn::MultiplierKind::Pam)
    product = numerics::pam(multiplier.getAlphaValue());
  else
    product = numerics::powerOfTwo();
  product.zero = multiplier.getZero();
  product.overflow = multiplier.getOverflow();
  return product;
}

namespace {
/// Multiplies as a matrix product does: exactly, or as `#nn.multiplier` defines it. The
/// latter is defined on the bits of f32 numbers.
class Multiplier {
public:
  explicit Multiplier(nn::MultiplierAttr attribute) {
    if (!attribute || attribute.getKind() == nn::MultiplierKind::Exact)
      return;
    product = productOf(attribute);
    if (attribute.getKind() == nn::MultiplierKind::ShiftAdd)
      terms = attribute.getTerms();
  }

  double operator()(double x, double y) const {
    if (!product)
      return x * y;
    if (terms == 0)
      return numerics::multiply(*product, x, y);
    double sum = 0;
    float rest = y;
    for (int64_t i = 0; i < terms; ++i) {
      float term = numerics::powerOfTwoValue(numerics::nearestPowerOfTwo(rest));
      sum += term == 0 ? 0 : numerics::multiply(*product, x, term);
      rest -= term;
    }
    return sum;
  }

private:
  std::optional<numerics::Product> product;
  int64_t terms = 0; ///< of shift_add: powers of two that make up a weight
};
} // namespace

//===----------------------------------------------------------------------===//
// Products of matrices
//===----------------------------------------------------------------------===//

/// Computes [..., M, K] by [..., K, N], with broadcast leading dimensions.
static llvm::Expected<Tensor> multiplyMatrices(Operation *op, const Tensor &lhs,
                                               const Tensor &rhs,
                                               const Multiplier &multiply) {
  int64_t inner = lhs.getShape().back(), columns = rhs.getShape().back();
  if (rhs.getDim(rhs.getRank() - 2) != inner)
    return failAt(op, "found " + llvm::Twine(rhs.getDim(rhs.getRank() - 2)) +
                          " rows on the right; expected " + llvm::Twine(inner) +
                          ", the columns on the left");
  auto shape =
      broadcastShapes(op, {lhs.getShape().drop_back(2), rhs.getShape().drop_back(2)});
  if (!shape)
    return shape.takeError();
  shape->push_back(lhs.getDim(lhs.getRank() - 2));
  shape->push_back(columns);
  auto result = makeTensor(op, *shape, lhs.getElementType());
  if (!result || inner == 0)
    return result;
  int64_t k = 0;
  for (const Index &index : Positions(*shape)) {
    // The row of the left operand and the column of the right one.
    Index row(ArrayRef<int64_t>(index).take_back(lhs.getRank())),
        column(ArrayRef<int64_t>(index).take_back(rhs.getRank()));
    row.back() = 0;
    column[column.size() - 2] = 0;
    int64_t i = lhs.broadcastOffset(row), j = rhs.broadcastOffset(column);
    double sum = 0;
    uint64_t integerSum = 0;
    for (int64_t step = 0; step < inner; ++step, ++i, j += columns) {
      if (lhs.isFloat())
        sum += multiply(lhs.real(i), rhs.real(j));
      else
        integerSum += uint64_t(lhs.integer(i)) * uint64_t(rhs.integer(j));
    }
    if (result->isFloat())
      result->real(k++) = sum;
    else
      result->integer(k++) = integerSum;
  }
  return result;
}

static llvm::Expected<Tensor> evaluateMatmul(nn::MatmulOp op, Operands operands) {
  Tensor lhs = *operands[0], rhs = *operands[1];
  bool isRow = lhs.getRank() == 1, isColumn = rhs.getRank() == 1;
  if (isRow)
    lhs = lhs.reshaped({1, lhs.getDim(0)});
  if (isColumn)
    rhs = rhs.reshaped({rhs.getDim(0), 1});
  auto result = multiplyMatrices(op, lhs, rhs, Multiplier(op.getMultiplierAttr()));
  if (!result)
    return result;
  Index shape(result->getShape());
  if (isColumn)
    shape.pop_back();
  if (isRow)
    shape.erase(shape.end() - (isColumn ? 1 : 2));
  return result->reshaped(shape);
}

static llvm::Expected<Tensor> evaluateLinear(nn::LinearOp op, Operands operands) {
  const Tensor &input = *operands[0], &weight = *operands[1];
  // There is one row for each position of the leading dimensions.
  int64_t inner = input.getShape().back(),
          rows = countElements(input.getShape().drop_back());
  if (rows < 0)
    return failAt(op, "found an input of too many rows");
  auto result = multiplyMatrices(op, input.reshaped({rows, inner}), weight,
                                 Multiplier(op.getMultiplierAttr()));
  if (!result)
    return result;
  int64_t columns = weight.getDim(1);
  if (op.getBias())
    if (auto error = checkShape(op, "a bias", *operands[2], {columns}))
      return std::move(error);
  for (int64_t k = 0; op.getBias() && k < result->getNumElements(); ++k)
    result->real(k) += operands[2]->real(k % columns);
  return result->reshaped(withDim(input.getShape(), input.getRank() - 1, columns));
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Swaps the last two dimensions.
static llvm::Expected<Tensor> transposeMatrices(Operation *op, const Tensor &input) {
  Index shape(input.getShape());
  std::swap(shape.back(), shape[shape.size() - 2]);
  return rearrange(op, shape, input, [&](ArrayRef<int64_t> index) {
    Index from(index);
    std::swap(from.back(), from[from.size() - 2]);
    return input.offset(from);
  });
}

/// Scales the scores and applies the mask to them.
static llvm::Error maskScores(nn::AttentionOp op, Tensor &scores, const Tensor *mask) {
  double scale = op.getScale().convertToFloat();
  if (mask) {
    auto shape = broadcastShapes(op, {scores.getShape(), mask->getShape()});
    if (!shape)
      return shape.takeError();
    if (Shape(*shape) != scores.getShape())
      return failAt(op, "found a mask of " + describe(*mask) + " on scores of " +
                            describe(scores));
  }
  int64_t k = 0;
  for (const Index &index : Positions(scores.getShape())) {
    double &score = scores.real(k++);
    score *= scale;
    if (!mask)
      continue;
    int64_t where = mask->broadcastOffset(index);
    if (mask->isFloat())
      score += mask->real(where);
    else if (!mask->integer(where))
      score = op.getFill()->convertToFloat();
  }
  return llvm::Error::success();
}

static llvm::Expected<Tensor> evaluateAttention(nn::AttentionOp op, Operands operands) {
  Multiplier multiply(op.getMultiplierAttr());
  auto key = transposeMatrices(op, *operands[1]);
  if (!key)
    return key;
  auto scores = multiplyMatrices(op, *operands[0], *key, multiply);
  if (!scores)
    return scores;
  if (auto error = maskScores(op, *scores, op.getMask() ? operands[3] : nullptr))
    return std::move(error);
  applySoftmax(*scores, scores->getRank() - 1, op.getZeroRows());
  return multiplyMatrices(op, *scores, *operands[2], multiply);
}

void reference::addNNProducts(OpTable &table) {
  table.add(evaluateMatmul);
  table.add(evaluateLinear);
  table.add(evaluateAttention);
}
