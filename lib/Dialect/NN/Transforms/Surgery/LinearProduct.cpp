//===- LinearProduct.cpp - The product of two linear layers ---------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearProduct.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Threading.h"
#include "tacit/Dialect/NN/Utils/ConstantBytes.h"
#include "tacit/Support/Elements.h"
#include <cstring>

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Returns the constant from which `value` is obtained, possibly by transposing, reshaping
/// or widening.
ConstantOp nn::sourceOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!typeOf(value).hasStaticShape())
      return {};
    if (auto constant = dyn_cast<ConstantOp>(op))
      return constant;
    bool isWidened =
        isa<CastOp>(op) && wideningOf(typeOf(op->getOperand(0)).getElementType());
    if (!isa<TransposeOp, ReshapeOp>(op) && !isWidened)
      return {};
    value = op->getOperand(0);
  }
  return {};
}

std::string nn::keyOf(Value value) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(sourceOf(value).getValue());
  return resource ? resource.getRawHandle().getKey().str() : "";
}

/// Visits the elements of `shape` in the order of the permuted dimensions.
static std::vector<float> transpose(ArrayRef<float> elements, ArrayRef<int64_t> shape,
                                    ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> strides(shape.size(), 1), index(shape.size(), 0);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  std::vector<float> result(elements.size());
  int64_t offset = 0;
  for (float &element : result) {
    element = elements[offset];
    for (size_t dim = shape.size(); dim-- > 0;) {
      int64_t from = permutation[dim];
      offset += strides[from];
      if (++index[dim] < shape[from])
        break;
      offset -= strides[from] * shape[from];
      index[dim] = 0;
    }
  }
  return result;
}

/// Returns the elements of a value that has a source, or none for a null value.
static FailureOr<std::vector<float>> readElements(Value value) {
  if (!value)
    return std::vector<float>();
  ConstantOp source = sourceOf(value);
  std::vector<char> scratch;
  auto bytes = readBytes(source, source.getValue(), scratch);
  if (failed(bytes))
    return failure();
  auto type = cast<RankedTensorType>(source.getType());
  std::vector<float> elements(type.getNumElements());
  numerics::readFloats(*bytes, 1, elements.size(), /*transposed=*/false,
                       wideningOf(type.getElementType()))
      .read(0, 1, elements.data());
  SmallVector<TransposeOp> transposes;
  for (Operation *op = value.getDefiningOp(); op != source;
       op = op->getOperand(0).getDefiningOp())
    if (auto transposition = dyn_cast<TransposeOp>(op))
      transposes.push_back(transposition);
  for (TransposeOp op : llvm::reverse(transposes))
    elements = transpose(elements, typeOf(op.getInput()).getShape(), op.getPermutation());
  return elements;
}

/// Computes `lhs` times `rhs`, a matrix of `columns` columns, plus `start` in each row,
/// summed in double precision, which holds each product exactly, and rounded once.
static std::vector<char> product(MLIRContext *context, ArrayRef<float> lhs,
                                 ArrayRef<float> rhs, ArrayRef<float> start, int64_t rows,
                                 int64_t columns) {
  std::vector<char> bytes(rows * columns * sizeof(float));
  // A matrix without columns may have any number of rows.
  if (bytes.empty())
    return bytes;
  parallelFor(context, 0, rows, [&](size_t row) {
    size_t inner = lhs.size() / rows;
    std::vector<double> sums(columns);
    llvm::copy(start, sums.begin());
    double *sum = sums.data();
    for (size_t k = 0; k < inner; ++k) {
      double factor = lhs[row * inner + k];
      const float *line = rhs.data() + k * columns;
      // The default build is not optimised for speed, which matters here.
#pragma clang loop vectorize(assume_safety)
      for (int64_t column = 0; column < columns; ++column)
        sum[column] += factor * double(line[column]);
    }
    std::vector<float> rounded(sums.begin(), sums.end());
    std::memcpy(bytes.data() + row * columns * sizeof(float), rounded.data(),
                columns * sizeof(float));
  });
  return bytes;
}

FailureOr<LinearProduct> nn::multiply(LinearOp first, LinearOp second) {
  auto w1 = readElements(first.getWeight()), w2 = readElements(second.getWeight());
  auto b1 = readElements(first.getBias()), b2 = readElements(second.getBias());
  if (failed(w1) || failed(w2) || failed(b1) || failed(b2))
    return failure();
  int64_t rows = typeOf(first.getWeight()).getDimSize(0);
  int64_t columns = typeOf(second.getWeight()).getDimSize(1);
  MLIRContext *context = first.getContext();
  LinearProduct layer{product(context, *w1, *w2, {}, rows, columns), {}};
  if (first.getBias())
    layer.bias = product(context, *b1, *w2, *b2, 1, columns);
  return layer;
}
