//===- Pool.cpp - Pooling of secrets --------------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Windows.h"
#include "tacit/Dialect/NN/IR/Movement.h"
#include "tacit/Dialect/NN/IR/Origin.h"

using namespace mlir;
using namespace tacit;

/// Returns what has to be added behind each spatial dimension for the last window.
static SmallVector<int64_t> padsHigh(nn::PoolOp op, const Windows &windows) {
  ArrayRef<int64_t> dims = tensorOf(op.getInput()).getShape().drop_front(2);
  SmallVector<int64_t> pads;
  for (auto [i, dim] : llvm::enumerate(dims)) {
    int64_t end = (windows.counts[i] - 1) * windows.strides[i] +
                  (windows.sizes[i] - 1) * windows.dilations[i] + 1;
    pads.push_back(std::max<int64_t>(end - op.getPadsLow()[i] - dim, 0));
  }
  return pads;
}

/// Returns the number of elements of each window that a mean divides by.
static std::vector<int64_t> countElements(nn::PoolOp op, const Windows &windows) {
  ArrayRef<int64_t> dims = tensorOf(op.getInput()).getShape().drop_front(2);
  std::vector<int64_t> counts{1};
  for (auto [i, dim] : llvm::enumerate(dims)) {
    bool isPadded = op.getCountIncludePad();
    int64_t low = isPadded ? -op.getPadsLow()[i] : 0;
    int64_t high = dim + (isPadded ? op.getPadsHigh()[i] : 0);
    std::vector<int64_t> next;
    for (int64_t before : counts)
      for (int64_t window = 0; window < windows.counts[i]; ++window) {
        int64_t count = 0;
        for (int64_t k = 0; k < windows.sizes[i]; ++k) {
          int64_t at =
              window * windows.strides[i] - op.getPadsLow()[i] + k * windows.dilations[i];
          count += at >= low && at < high;
        }
        next.push_back(before * count);
      }
    counts = std::move(next);
  }
  return counts;
}

/// Divides the sums of windows, [N, C, 1, windows], by the number of their elements, which
/// follows from the shapes.
static Value divide(Value sums, ArrayRef<int64_t> counts, Lowering &l) {
  if (llvm::all_equal(counts))
    return l.scale(sums, 1.0 / counts.front());
  auto integers =
      RankedTensorType::get({static_cast<int64_t>(counts.size())}, l.builder.getI64Type());
  auto constant = nn::ConstantOp::create(l.builder, l.builder.getUnknownLoc(), integers,
                                         DenseElementsAttr::get(integers, counts));
  nn::setFromAttribute(constant);
  Value known =
      mpc::PublicOp::create(l.builder, l.loc, integers, constant, mpc::Reason::Attribute,
                            l.builder.getStringAttr("pool"));
  auto floats = RankedTensorType::get(integers.getShape(), l.builder.getF32Type());
  known = nn::CastOp::create(l.builder, l.loc, floats, known);
  Value factors = nn::ReciprocalOp::create(l.builder, l.loc, floats, known);
  return l.product(sums, factors);
}

/// Returns true if the borders can be repeated in place of padding: each window has an
/// element at the border that is repeated.
static bool canRepeatBorders(nn::PoolOp op, ArrayRef<int64_t> high) {
  for (auto [i, size] : llvm::enumerate(op.getKernel())) {
    int64_t low = op.getPadsLow()[i];
    if ((low > 0 || high[i] > 0) &&
        (op.getDilations()[i] != 1 || low >= size || high[i] >= size))
      return false;
  }
  return true;
}

/// The mean is a sum, which is local, and a product with numbers that both parties know;
/// the maximum compares.
LogicalResult tacit::convertPool(nn::PoolOp op, Lowering &l) {
  Value x = l.share(op.getInput());
  auto result = tensorOf(op.getResult());
  if (!x)
    return failure();
  Windows windows{op.getKernel(), result.getShape().drop_front(2), op.getStrides(),
                  op.getDilations()};
  if (result.getNumElements() == 0 || shareOf(x).getNumElements() == 0)
    return l.refuse("has no elements; expected at least one window");
  if (windows.numElements() > kMaxWindow)
    return l.refuse("has windows of " + Twine(windows.numElements()) +
                    " elements; expected at most " + Twine(kMaxWindow) +
                    ", each of which is a slice");
  bool isMax = op.getKind() == nn::PoolKind::Max;
  SmallVector<int64_t> high = padsHigh(op, windows);
  if (isMax && !canRepeatBorders(op, high))
    return l.refuse("takes the maximum of windows that are dilated over padding, or lie in "
                    "it; expected windows with an element at the border");
  std::vector<int64_t> counts;
  if (!isMax && llvm::is_contained(counts = countElements(op, windows), 0))
    return l.refuse("takes the mean of a window that lies in padding alone; expected at "
                    "least one element");
  for (auto [i, pad] : llvm::enumerate(op.getPadsLow()))
    x = isMax ? padWithEdges(x, i + 2, pad, high[i], l)
              : padWithZeros(x, i + 2, pad, high[i], l);
  x = windowElements(x, windows, l);
  if (!x)
    return failure();
  if (isMax)
    x = l.apply<mpc::MaxOp>(x, /*axis=*/2);
  else
    x = divide(mpc::SumOp::create(l.builder, l.loc, x, ArrayRef<int64_t>{2}), counts, l);
  return l.finish(l.reshape(x, result.getShape()));
}
