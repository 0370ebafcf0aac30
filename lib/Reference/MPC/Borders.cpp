//===- Borders.cpp - Borders of the secret part, evaluated in the clear ---===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../OpTable.h"
#include "Ring.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::reference;

static llvm::Expected<Tensor> evaluateShare(mpc::ShareOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Ring ring = ringOf(op.getResult());
  return generate(op, input.getShape(), elementTypeOf(op), [&](const Index &index) {
    return ring.encode(input.real(input.offset(index)));
  });
}

static llvm::Expected<Tensor> evaluateReveal(mpc::RevealOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Ring ring = ringOf(op.getInput());
  return generate(op, input.getShape(), elementTypeOf(op), [&](const Index &index) {
    return ring.decode(input.integer(input.offset(index)));
  });
}

/// An index below zero counts from the end; an index outside the table gives zeros.
static llvm::Expected<Tensor> evaluateOneHot(mpc::OneHotOp op, Operands operands) {
  const Tensor &indices = *operands[0];
  Shape shape = op.getResult().getType().getShape();
  return generate(op, shape, elementTypeOf(op), [&](const Index &index) {
    int64_t chosen = indices.integer(indices.offset(ArrayRef<int64_t>(index).drop_back()));
    if (chosen < 0)
      chosen += shape.back();
    return chosen == index.back();
  });
}

static llvm::Expected<Tensor> evaluatePublic(mpc::PublicOp, Operands operands) {
  return *operands[0];
}

void reference::addMPCBorders(OpTable &table) {
  table.add(evaluateShare);
  table.add(evaluateReveal);
  table.add(evaluateOneHot);
  table.add(evaluatePublic);
}
