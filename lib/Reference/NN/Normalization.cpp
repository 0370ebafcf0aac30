//===- Normalization.cpp - Softmax and norms of nn ------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Rows.h"
#include "../Scalars.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

void reference::applySoftmax(Tensor &x, int64_t axis, bool hasZeroRows) {
  if (x.getNumElements() == 0)
    return;
  Rows rows(x.getShape(), axis);
  for (int64_t row = 0; row < rows.count; ++row) {
    auto element = [&](int64_t i) -> double & { return x.real(rows.offset(row, i)); };
    double max = -INFINITY, sum = 0;
    for (int64_t i = 0; i < rows.length; ++i)
      max = maximum(max, element(i));
    bool isEmpty = hasZeroRows && max == -INFINITY;
    for (int64_t i = 0; i < rows.length; ++i) {
      element(i) = isEmpty ? 0 : std::exp(element(i) - max);
      sum += element(i);
    }
    for (int64_t i = 0; i < rows.length && !isEmpty; ++i)
      element(i) /= sum;
  }
}

void reference::normalize(Tensor &x, double epsilon, bool isCentered) {
  if (x.getNumElements() == 0)
    return;
  Rows rows(x.getShape(), x.getRank() - 1);
  for (int64_t row = 0; row < rows.count; ++row) {
    auto element = [&](int64_t i) -> double & { return x.real(rows.offset(row, i)); };
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < rows.length && isCentered; ++i)
      mean += element(i) / rows.length;
    for (int64_t i = 0; i < rows.length; ++i)
      variance += (element(i) - mean) * (element(i) - mean) / rows.length;
    for (int64_t i = 0; i < rows.length; ++i)
      element(i) = (element(i) - mean) / std::sqrt(variance + epsilon);
  }
}

static llvm::Expected<Tensor> evaluateSoftmax(nn::SoftmaxOp op, Operands operands) {
  Tensor result = *operands[0];
  applySoftmax(result, op.getAxis());
  return result;
}

static llvm::Expected<Tensor> evaluateLayerNorm(nn::LayerNormOp op, Operands operands) {
  Tensor result = *operands[0];
  normalize(result, op.getEpsilon().convertToFloat(), /*isCentered=*/true);
  const Tensor *scale = op.getScale() ? operands[1] : nullptr;
  const Tensor *bias = op.getBias() ? operands.back() : nullptr;
  for (const Tensor *vector : operands.drop_front())
    if (auto error = checkShape(op, "a scale or bias", *vector, {result.getShape().back()}))
      return std::move(error);
  int64_t k = 0;
  for (const Index &index : Positions(result.getShape())) {
    double &element = result.real(k++);
    if (scale)
      element *= scale->real(index.back());
    if (bias)
      element += bias->real(index.back());
  }
  return result;
}

static llvm::Expected<Tensor> evaluateRMSNorm(nn::RMSNormOp op, Operands operands) {
  Tensor result = *operands[0];
  normalize(result, op.getEpsilon().convertToFloat(), /*isCentered=*/false);
  for (const Tensor *vector : operands.drop_front())
    if (auto error = checkShape(op, "a scale", *vector, {result.getShape().back()}))
      return std::move(error);
  int64_t k = 0;
  for (const Index &index : Positions(result.getShape())) {
    double &element = result.real(k++);
    if (op.getScale())
      element *= operands[1]->real(index.back());
  }
  return result;
}

void reference::addNNNormalization(OpTable &table) {
  table.add(evaluateSoftmax);
  table.add(evaluateLayerNorm);
  table.add(evaluateRMSNorm);
}
