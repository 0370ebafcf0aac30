//===- NNArithmetic.cpp - How products are computed, weights of few bits --===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Numerics/Quantizer.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace tacit;
using namespace tacit::nn;

//===----------------------------------------------------------------------===//
// #nn.multiplier
//===----------------------------------------------------------------------===//

/// More terms than an f32 has bits add nothing.
static constexpr int64_t kMaxTerms = 24;
static constexpr int64_t kMaxMantissa = 23;
/// This factor makes the mean relative error of a piecewise-affine product vanish (Kosson
/// and Jaggi, arXiv 2305.17190).
static constexpr float kUnbiasedAlpha = 1.0552f;

float MultiplierAttr::getAlphaValue() const {
  return getAlpha() ? static_cast<float>(getAlpha().getValueAsDouble()) : kUnbiasedAlpha;
}

LogicalResult MultiplierAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                     MultiplierKind kind, int64_t mantissa, FloatAttr alpha,
                                     int64_t terms, ZeroPolicy, OverflowPolicy) {
  StringRef name = stringifyMultiplierKind(kind);
  if (mantissa < 1 || mantissa > kMaxMantissa)
    return emitError() << "keeps " << mantissa << " bits of mantissa; expected 1 to "
                       << kMaxMantissa;
  if (mantissa != kMaxMantissa && kind != MultiplierKind::LMul)
    return emitError() << "'mantissa' applies to lmul only; found it with " << name;
  if (alpha && kind != MultiplierKind::Pam)
    return emitError() << "'alpha' applies to pam only; found it with " << name;
  if (alpha && (!alpha.getType().isF32() || !(alpha.getValueAsDouble() >= 1) ||
                !(alpha.getValueAsDouble() < 2)))
    return emitError() << "has alpha = " << alpha << "; expected an f32 from 1 to below 2";
  if (terms < 1 || terms > kMaxTerms)
    return emitError() << "has " << terms << " terms; expected 1 to " << kMaxTerms;
  if (terms != 1 && kind != MultiplierKind::ShiftAdd)
    return emitError() << "'terms' applies to shift_add only; found it with " << name;
  return success();
}

/// The bits of a product are those of f32, and only linear layers have weights.
LogicalResult nn::detail::verifyMultiplier(Operation *op) {
  MultiplierAttr multiplier = cast<MultiplierOpInterface>(op).getMultiplierAttr();
  if (!multiplier || multiplier.getKind() == MultiplierKind::Exact)
    return success();
  Type element = tensorOf(op->getResult(0)).getElementType();
  if (!element.isF32())
    return op->emitOpError() << "multiplies " << element << " by "
                             << stringifyMultiplierKind(multiplier.getKind())
                             << ", which is defined for f32";
  if (multiplier.getKind() == MultiplierKind::ShiftAdd && !isa<LinearOp>(op))
    return op->emitOpError() << "multiplies by shift_add; expected this kind on nn.linear "
                                "only, whose weight can be powers of two";
  return success();
}

//===----------------------------------------------------------------------===//
// Weights of few bits
//===----------------------------------------------------------------------===//

int64_t DequantizeOp::getGroup() {
  return tensorOf(getPlanes().front()).getDimSize(1) * numerics::rowsPerByte(getBits());
}

bool DequantizeOp::hasRealZeroPoints() {
  return getZeroPoint() && tensorOf(getZeroPoint()).getElementType().isF32();
}

LogicalResult DequantizeOp::verify() {
  int64_t bits = getBits();
  if (!numerics::isLowBitWidth(bits))
    return emitOpError() << "has weights of " << bits << " bits; expected 4, 6 or 8";
  auto scale = tensorOf(getScale()), result = tensorOf(getResult());
  ArrayRef<numerics::BitPlane> layout = numerics::bitPlanes(bits);
  if (getPlanes().size() != layout.size())
    return emitOpError() << "has " << getPlanes().size() << " planes; expected "
                         << layout.size() << " for " << bits << " bits";
  if (!scale.hasStaticShape() || !result.hasStaticShape())
    return emitOpError() << "expected known dimensions, found " << scale << " and "
                         << result;
  auto first = tensorOf(getPlanes().front());
  bool hasQuotient = first.getRank() > 1 && !first.isDynamicDim(1);
  int64_t quotient = hasQuotient ? first.getDimSize(1) : 1;
  int64_t groups = scale.getDimSize(0), columns = scale.getDimSize(1);
  int64_t span = numerics::rowsPerByte(bits);
  auto group = llvm::checkedMul(quotient, span);
  if (!group || !llvm::checkedMul(groups, *group))
    return emitOpError() << "has " << groups << " groups of " << span << " x " << quotient
                         << " rows; expected fewer than 2^63 rows";
  for (auto [plane, part] : llvm::zip(getPlanes(), layout)) {
    auto expected = numerics::planeShape(part, bits, groups, *group, columns);
    if (!hasQuotient || tensorOf(plane).getShape() != ArrayRef(expected))
      return emitOpError() << "has a plane of type " << plane.getType() << "; expected "
                           << RankedTensorType::get(expected, first.getElementType())
                           << " for " << groups << " groups and " << columns << " columns";
  }
  if (getZeroPoint() && tensorOf(getZeroPoint()).getShape() != scale.getShape())
    return emitOpError() << "has zero points of type " << getZeroPoint().getType()
                         << "; expected one for each scale of " << scale;
  int64_t rows = result.getDimSize(0), most = groups * *group, before = most - *group;
  if (result.getDimSize(1) != columns || rows > most || rows <= before)
    return emitOpError() << "gives " << result << "; expected " << columns
                         << " columns and " << before + 1 << " to " << most << " rows, as "
                         << groups << " groups of " << *group << " hold";
  return success();
}

LogicalResult PowersOfTwoOp::verify() {
  auto codes = tensorOf(getCodes()), result = tensorOf(getResult());
  if (codes.hasStaticShape() && codes.getShape().drop_front() == result.getShape() &&
      codes.getDimSize(0) >= 1 && codes.getDimSize(0) <= kMaxTerms)
    return success();
  return emitOpError() << "turns codes of type " << codes << " into " << result
                       << "; expected [terms, K, N] and [K, N], 1 to " << kMaxTerms
                       << " terms";
}
