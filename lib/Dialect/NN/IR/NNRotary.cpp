//===- NNRotary.cpp - Verifier of the rotary embedding --------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace tacit::nn;

int64_t RotaryOp::getNumRotated() {
  return 2 * cast<RankedTensorType>(getCos().getType()).getShape().back();
}

/// Checks that `angles`, cosines or sines, broadcast against the input with a last
/// dimension of `half` without changing its shape.
static LogicalResult verifyAngles(RotaryOp op, Value angles, StringRef name, int64_t half) {
  auto input = cast<RankedTensorType>(op.getInput().getType());
  auto type = cast<RankedTensorType>(angles.getType());
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = half;
  auto joint = broadcastShapes(type.getShape(), shape);
  bool fits = succeeded(joint) && type.getRank() > 0 && type.getShape().back() == half &&
              joint->size() == shape.size() &&
              type.getElementType() == input.getElementType() &&
              llvm::all_of(llvm::zip(*joint, shape), [](auto pair) {
                auto [found, expected] = pair;
                return ShapedType::isDynamic(found) || ShapedType::isDynamic(expected) ||
                       found == expected;
              });
  if (fits)
    return success();
  return op.emitOpError() << "has a " << name << " of type " << type
                          << "; expected a shape that broadcasts to "
                          << RankedTensorType::get(shape, input.getElementType())
                          << " and has its last dimension";
}

LogicalResult RotaryOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  auto cos = cast<RankedTensorType>(getCos().getType());
  if (input.getRank() == 0 || input.isDynamicDim(input.getRank() - 1))
    return emitOpError() << "needs an input whose last dimension is known, found " << input;
  int64_t features = input.getShape().back();
  if (cos.getRank() == 0 || cos.isDynamicDim(cos.getRank() - 1) ||
      cos.getShape().back() < 1 || cos.getShape().back() > features / 2)
    return emitOpError() << "has a cosine of type " << cos
                         << "; expected a last dimension from 1 to " << features / 2
                         << ", half of the input's";
  int64_t half = cos.getShape().back();
  return failure(failed(verifyAngles(*this, getCos(), "cosine", half)) ||
                 failed(verifyAngles(*this, getSin(), "sine", half)));
}
