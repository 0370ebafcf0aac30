//===- Movement.cpp - Movement of secrets ---------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Movement.h"
#include "tacit/Dialect/MPC/IR/MPC.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

static llvm::Expected<Tensor> evaluateReshape(mpc::ReshapeOp op, Operands operands) {
  return reshape(op, *operands[0], op.getResult().getType().getShape());
}

static llvm::Expected<Tensor> evaluateTranspose(mpc::TransposeOp op, Operands operands) {
  return transpose(op, *operands[0], op.getPermutation());
}

static llvm::Expected<Tensor> evaluateSlice(mpc::SliceOp op, Operands operands) {
  return slice(op, *operands[0], op.getStarts(), op.getEnds(), op.getSteps());
}

static llvm::Expected<Tensor> evaluateExpand(mpc::ExpandOp op, Operands operands) {
  return expand(op, *operands[0], op.getResult().getType().getShape());
}

static llvm::Expected<Tensor> evaluateConcat(mpc::ConcatOp op, Operands operands) {
  return concat(op, operands, op.getAxis());
}

static llvm::Expected<Tensor> evaluatePack(mpc::PackOp op, Operands operands) {
  const Tensor &input = *operands[0];
  // The rows and columns of the elements that are kept.
  SmallVector<std::pair<int64_t, int64_t>> places;
  for (auto [row, range] : llvm::enumerate(llvm::zip(op.getBegins(), op.getEnds())))
    for (int64_t i = std::get<0>(range); i < std::get<1>(range); ++i)
      places.push_back({static_cast<int64_t>(row), i});
  return rearrange(op, op.getResult().getType().getShape(), input,
                   [&](ArrayRef<int64_t> index) {
                     Index from(index.drop_back());
                     auto [row, column] = places[index.back()];
                     from.append({row, column});
                     return input.offset(from);
                   });
}

static llvm::Expected<Tensor> evaluateUnpack(mpc::UnpackOp op, Operands operands) {
  const Tensor &input = *operands[0];
  ArrayRef<int64_t> begins = op.getBegins(), ends = op.getEnds();
  SmallVector<int64_t> firsts;
  int64_t first = 0;
  for (auto [begin, end] : llvm::zip(begins, ends)) {
    firsts.push_back(first);
    first += end - begin;
  }
  return generate(op, op.getResult().getType().getShape(), elementTypeOf(op),
                  [&](const Index &index) -> int64_t {
                    int64_t row = index[index.size() - 2], column = index.back();
                    if (column < begins[row] || column >= ends[row])
                      return 0;
                    Index from(ArrayRef<int64_t>(index).drop_back(2));
                    from.push_back(firsts[row] + column - begins[row]);
                    return input.integer(input.offset(from));
                  });
}

void reference::addMPCMovement(OpTable &table) {
  table.add(evaluateReshape);
  table.add(evaluateTranspose);
  table.add(evaluateSlice);
  table.add(evaluateExpand);
  table.add(evaluatePack);
  table.add(evaluateUnpack);
  table.add(evaluateConcat);
}
