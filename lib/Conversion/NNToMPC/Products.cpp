//===- Products.cpp - Matrix products and look-ups of secrets -------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "tacit/Support/Elements.h"

using namespace mlir;
using namespace tacit;

//===----------------------------------------------------------------------===//
// Roles
//===----------------------------------------------------------------------===//

static mpc::Role roleOf(nn::LinearOp op, const nn::Blocks &blocks) {
  bool isInBlock = blocks.blockOf(op).has_value();
  if (isInBlock && (blocks.feedsAttention(op) || blocks.followsAttention(op)))
    return mpc::Role::Projection;
  if (nn::isHead(op))
    return mpc::Role::Head;
  return isInBlock ? mpc::Role::FeedForward : mpc::Role::Other;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// Returns `secret` with an extra dimension of 1 if it has only one, before it or after it.
static Value asMatrix(Value secret, bool isRow, Lowering &l) {
  if (!secret || shareOf(secret).getRank() != 1)
    return secret;
  int64_t length = shareOf(secret).getShape().front();
  return l.reshape(secret,
                   isRow ? ArrayRef<int64_t>{1, length} : ArrayRef<int64_t>{length, 1});
}

static LogicalResult convertLinear(nn::LinearOp op, Lowering &l) {
  Value x = asMatrix(l.share(op.getInput()), /*isRow=*/true, l);
  Value product = l.matmul(x, l.share(op.getWeight()), roleOf(op, l.getBlocks()));
  product = l.reshape(product, tensorOf(op.getResult()).getShape());
  if (op.getBias())
    product = l.addTo(product, op.getBias());
  return l.finish(product);
}

static LogicalResult convertMatmul(nn::MatmulOp op, Lowering &l) {
  Value lhs = asMatrix(l.share(op.getLhs()), /*isRow=*/true, l);
  Value rhs = asMatrix(l.share(op.getRhs()), /*isRow=*/false, l);
  Value product = l.matmul(lhs, rhs, mpc::Role::Other);
  return l.finish(l.reshape(product, tensorOf(op.getResult()).getShape()));
}

//===----------------------------------------------------------------------===//
// Look-ups
//===----------------------------------------------------------------------===//

/// Slices of a secret are joined one by one up to this number.
static constexpr size_t kMaxParts = 1024;

/// Returns the slice [first, last] in steps of `step` along `axis`.
static Value slice(Value secret, int64_t axis, int64_t first, int64_t last, int64_t step,
                   int64_t count, Lowering &l) {
  SmallVector<int64_t> ends(shareOf(secret).getShape()), starts(ends.size(), 0),
      steps(ends.size(), 1);
  starts[axis] = first;
  ends[axis] = count == 0 ? first : last + (step > 0 ? 1 : -1);
  steps[axis] = step;
  return mpc::SliceOp::create(l.builder, l.loc, secret, starts, ends, steps);
}

/// Returns the elements at `indices` along `axis`, in the order of the indices.
static Value select(Value secret, int64_t axis, ArrayRef<int64_t> indices, Lowering &l) {
  size_t count = indices.size();
  if (count == 0)
    return slice(secret, axis, 0, 0, 1, 0, l);
  int64_t step = count > 1 ? indices[1] - indices[0] : 1;
  bool isRegular = step != 0;
  for (size_t i = 1; i < count; ++i)
    isRegular &= indices[i] - indices[i - 1] == step;
  if (isRegular)
    return slice(secret, axis, indices.front(), indices.back(), step, count, l);
  if (count > kMaxParts)
    return l.refuse(
        "picks " + Twine(count) +
        " slices of a secret at irregular positions; expected equal steps, or at most " +
        Twine(kMaxParts) + " parts");
  SmallVector<Value> parts;
  for (int64_t index : indices)
    parts.push_back(slice(secret, axis, index, index, 1, 1, l));
  SmallVector<int64_t> shape(shareOf(secret).getShape());
  shape[axis] = count;
  if (failed(l.checkSize(shape)))
    return {};
  return mpc::ConcatOp::create(l.builder, l.loc, parts, axis);
}

/// Reads a secret at indices that both parties know.
static LogicalResult convertSelection(nn::GatherOp op, ArrayRef<int64_t> constant,
                                      Lowering &l) {
  Value secret = l.share(op.getData());
  if (!secret)
    return failure();
  auto axis = static_cast<int64_t>(op.getAxis());
  int64_t dim = shareOf(secret).getShape()[axis];
  SmallVector<int64_t> indices(constant);
  for (int64_t &index : indices) {
    if (index < -dim || index >= dim)
      return l.refuse("picks element " + Twine(index) + " of a dimension of " + Twine(dim) +
                      "; expected " + Twine(-dim) + " to " + Twine(dim - 1));
    index += index < 0 ? dim : 0;
  }
  Value picked = select(secret, axis, indices, l);
  return l.finish(l.reshape(picked, tensorOf(op.getResult()).getShape()));
}

/// Reads a row of a table at an index that one party knows: a product with a one-hot row.
static LogicalResult convertLookUp(nn::GatherOp op, Lowering &l) {
  Value indices = op.getIndices();
  if (op.getAxis() != 0)
    return l.refuse("looks up along axis " + Twine(op.getAxis()) +
                    "; expected 0, the rows of a table: transpose the table first");
  Value table = l.share(op.getData());
  if (!table)
    return failure();
  int64_t rows = shareOf(table).getShape().front();
  int64_t columns = 1;
  for (int64_t dim : shareOf(table).getShape().drop_front())
    columns *= dim;
  table = l.reshape(table, {rows, columns});
  Value ones = l.oneHot(indices, l.partyOf(indices), rows);
  Value found = l.matmul(asMatrix(ones, /*isRow=*/true, l), table, mpc::Role::Embedding);
  return l.finish(l.reshape(found, tensorOf(op.getResult()).getShape()));
}

static LogicalResult convertGather(nn::GatherOp op, Lowering &l) {
  mpc::Knowledge knowledge = l.knowledgeOf(op.getIndices());
  if (knowledge == mpc::Knowledge::Secret)
    return l.refuse("looks up at indices that neither party knows; expected indices that "
                    "follow from the inputs or from constants alone");
  nn::ConstantOp constant = constantOf(op.getIndices());
  if (constant && knowledge == mpc::Knowledge::Public)
    if (auto indices = readIntegers(constant.getValue()))
      return convertSelection(op, *indices, l);
  return convertLookUp(op, l);
}

void tacit::addProductRules(Rules &rules) {
  rules.add(convertLinear);
  rules.add(convertMatmul);
  rules.add(convertGather);
  rules.add(convertAttention);
  rules.add(convertRotary);
  rules.add(convertConv);
  rules.add(convertPool);
}
