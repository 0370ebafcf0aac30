//===- Attention.cpp - Attention on secrets -------------------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Support/Elements.h"
#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace tacit;

/// The number that a mask adds if only one party knows it. exp(-64) is 0 in fixed point,
/// and (1
/// + x/256)^256, by which protocols compute exp(x), is still decreasing there.
static constexpr double kSecretlyMasked = -64;
static constexpr char kSecretMask[] =
    "has a mask that depends on a secret; expected one that follows from the inputs alone, "
    "or from constants alone";
/// The most elements of a mask that are read. A larger constant is not treated as a mask.
static constexpr int64_t kMaxElements = int64_t(1) << 24;

//===----------------------------------------------------------------------===//
// Masks that both parties know
//===----------------------------------------------------------------------===//

/// Returns 1 where a score stays as it is and 0 where it is excluded. Returns nullopt if
/// the mask also does anything else, or if its bytes are not available.
static std::optional<std::vector<float>> readKeep(nn::ConstantOp mask) {
  auto payload = readPayload(mask.getValue(), kMaxElements);
  if (!payload)
    return std::nullopt;
  bool isBoolean = payload->type.getElementType().isInteger(1);
  std::vector<float> keep;
  keep.reserve(payload->values.size());
  for (int64_t value : payload->values) {
    float number = llvm::bit_cast<float>(static_cast<uint32_t>(value));
    if (!isBoolean && number != 0 && !(number <= kExcluded))
      return std::nullopt;
    keep.push_back(isBoolean ? value != 0 : number == 0);
  }
  return keep;
}

/// Returns true if all scores of some row would be excluded.
static bool hasEmptyRow(ArrayRef<float> keep, int64_t row) {
  for (; row > 0 && !keep.empty(); keep = keep.drop_front(row))
    if (llvm::all_of(keep.take_front(row), [](float value) { return value == 0; }))
      return true;
  return false;
}

/// Lowers a constant mask to numbers that both parties know.
static LogicalResult lowerConstant(nn::ConstantOp mask, ArrayRef<float> keep,
                                   LoweredMask &lowered, Lowering &l) {
  auto type = tensorOf(mask.getResult());
  if (hasEmptyRow(keep, type.getRank() > 0 ? type.getShape().back() : 1))
    return l.refuse("has a mask that excludes every score of a row; expected at least one "
                    "score that takes part: remove the row");
  if (llvm::all_of(keep, [](float value) { return value == 1; }))
    return success();
  std::string name = nn::getConstantName(mask).str();
  auto floats = RankedTensorType::get(type.getShape(), l.builder.getF32Type());
  // The expansion of a softmax reads the numbers, so that they stay with the program when
  // weights do not.
  lowered.keep = l.publicMask(DenseElementsAttr::get(floats, keep), name);
  return success();
}

//===----------------------------------------------------------------------===//
// All masks
//===----------------------------------------------------------------------===//

Value tacit::maskAddend(Value mask, Lowering &l, bool isInverse) {
  auto type = tensorOf(mask);
  Value least = l.number(kSecretlyMasked);
  Value numbers;
  if (type.getElementType().isInteger(1)) {
    auto floats = RankedTensorType::get(type.getShape(), l.builder.getF32Type());
    Value zero = l.number(0);
    numbers = nn::WhereOp::create(l.builder, l.loc, floats, mask, isInverse ? least : zero,
                                  isInverse ? zero : least);
  } else {
    numbers = nn::MaximumOp::create(l.builder, l.loc, type, mask, least);
  }
  return l.shareFrom(l.partyOf(mask), numbers);
}

/// Returns a mask of which each party knows a part, such as the server's table of relative
/// positions and the client's padding, as the sum of both parts.
static Value addendOfBoth(Value mask, Lowering &l) {
  if (l.knowledgeOf(mask) != mpc::Knowledge::Secret)
    return maskAddend(mask, l);
  Operation *op = mask.getDefiningOp();
  if (isa_and_present<nn::AddOp>(op))
    return l.sum(addendOfBoth(op->getOperand(0), l), addendOfBoth(op->getOperand(1), l));
  return l.refuse(kSecretMask);
}

static LogicalResult lowerMask(nn::AttentionOp op, LoweredMask &lowered, Lowering &l) {
  Value mask = op.getMask();
  bool isBoolean = tensorOf(mask).getElementType().isInteger(1);
  mpc::Knowledge knowledge = l.knowledgeOf(mask);
  if (knowledge == mpc::Knowledge::Secret) {
    lowered.bias = addendOfBoth(mask, l);
    return success(lowered.bias != nullptr);
  }
  if (knowledge == mpc::Knowledge::Public) {
    if (nn::ConstantOp constant = constantOf(mask))
      if (auto keep = readKeep(constant))
        return lowerConstant(constant, *keep, lowered, l);
    // Booleans only exclude scores, so their values need not be read.
    if (isBoolean) {
      auto floats =
          RankedTensorType::get(tensorOf(mask).getShape(), l.builder.getF32Type());
      lowered.keep = nn::CastOp::create(l.builder, l.loc, floats, mask);
      return success();
    }
  }
  lowered.bias = maskAddend(mask, l);
  return success(lowered.bias != nullptr);
}

/// Returns true if the mask replaces scores by a number that does not exclude them: they
/// are then selected instead.
static bool isChoice(nn::AttentionOp op) {
  return op.getFill() && !(op.getFill()->convertToFloat() <= kExcluded);
}

/// Lowers the mask of `op`, which other attentions may use too. A query that may attend to
/// no key gets the mean of the values, also with `zero_rows`: such rows are padding, and
/// finding them among secrets would cost a comparison for each.
static LogicalResult findMask(nn::AttentionOp op, LoweredMask &lowered, Lowering &l) {
  if (!op.getMask() || isChoice(op))
    return success();
  auto found = l.masks.find(op.getMask());
  if (found != l.masks.end()) {
    lowered = found->second;
    return success();
  }
  if (failed(lowerMask(op, lowered, l)))
    return failure();
  l.masks[op.getMask()] = lowered;
  return success();
}

/// Swaps the last two dimensions.
static Value transposeMatrix(Value secret, Lowering &l) {
  if (!secret)
    return {};
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shareOf(secret).getRank()));
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return l.transpose(secret, order);
}

LogicalResult tacit::convertAttention(nn::AttentionOp op, Lowering &l) {
  LoweredMask mask;
  if (failed(findMask(op, mask, l)))
    return failure();
  Value query = l.share(op.getQuery());
  Value key = transposeMatrix(l.share(op.getKey()), l);
  Value scores = l.matmul(query, key, mpc::Role::Scores);
  scores = l.scale(scores, op.getScale().convertToFloat());
  if (isChoice(op)) {
    if (l.knowledgeOf(op.getMask()) == mpc::Knowledge::Secret)
      return l.refuse(kSecretMask);
    scores = l.choose(op.getMask(), scores, l.term(op.getFill()->convertToFloat()));
  }
  if (mask.bias)
    scores = l.sum(scores, mask.bias);
  if (!scores)
    return failure();
  Value weights = l.apply<mpc::SoftmaxOp>(
      scores, mask.keep, l.builder.getI64IntegerAttr(shareOf(scores).getRank() - 1));
  return l.finish(l.matmul(weights, l.share(op.getValue()), mpc::Role::Values));
}
