//===- Arithmetic.cpp - Fixed-point arithmetic on shares ------------------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Arithmetic.h"
#include "tacit/Dialect/NN/IR/NN.h"
#include "tacit/Dialect/NN/IR/Origin.h"
#include "tacit/Dialect/NN/IR/SiteName.h"
#include <cmath>

using namespace mlir;
using namespace tacit;
using namespace tacit::mpc;

/// The number of significant bits of a public factor: with more, the product would need
/// more of the ring, and local truncation fails with a probability that doubles with each
/// bit.
static constexpr int64_t kSignificantBits = 14;

static ShareType shareOf(Value value) { return cast<ShareType>(value.getType()); }

/// Returns block and role of `function`, with its name as the function that the parts
/// belong to.
static SiteAttr siteOfParts(Operation *function) {
  auto site = dyn_cast_if_present<SiteAttr>(function->getDiscardableAttr(kSiteAttr));
  return SiteAttr::get(function->getContext(), site ? site.getBlock() : -1,
                       site ? site.getRole() : Role::Other,
                       function->getName().stripDialect());
}

Arithmetic::Arithmetic(Operation *function, bool hasBits)
    : builder(function), loc(function->getLoc()), site(siteOfParts(function)),
      name(tacit::nn::getSiteName(function)),
      type(cast<ShareType>(function->getResult(0).getType())), hasBits(hasBits) {}

template <typename OpT, typename... Args>
Value Arithmetic::write(Args &&...args) {
  auto op = OpT::create(builder, loc, std::forward<Args>(args)...);
  op->setDiscardableAttr(kSiteAttr, site);
  tacit::nn::setSiteName(op, name);
  ++written;
  return op.getResult();
}

//===----------------------------------------------------------------------===//
// Linear arithmetic
//===----------------------------------------------------------------------===//

Value Arithmetic::publicNumber(double number) { return publicNumbers(number, {}); }

Value Arithmetic::publicNumbers(ArrayRef<double> numbers, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  SmallVector<float> values(numbers.begin(), numbers.end());
  auto value = DenseElementsAttr::get(type, ArrayRef<float>(values));
  // Without a location, which would be taken for the number's name.
  auto constant = nn::ConstantOp::create(builder, builder.getUnknownLoc(), type, value);
  nn::setFromAttribute(constant);
  // The numbers belong to the definition of the function.
  auto name = builder.getStringAttr(site.getOf());
  return PublicOp::create(builder, loc, constant, Reason::Attribute, name);
}

Value Arithmetic::add(Value lhs, Value rhs) { return write<AddOp>(lhs, rhs); }
Value Arithmetic::sub(Value lhs, Value rhs) { return write<SubOp>(lhs, rhs); }
Value Arithmetic::add(Value x, double number) { return add(x, publicNumber(number)); }
Value Arithmetic::neg(Value x) { return write<NegOp>(x); }
Value Arithmetic::sum(Value x, int64_t axis) { return write<SumOp>(x, axis); }

Value Arithmetic::mean(Value x, int64_t axis, double factor) {
  int64_t count = std::max<int64_t>(shareOf(x).getDimSize(axis), 1);
  return scale(sum(x, axis), factor / static_cast<double>(count));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

Value Arithmetic::truncate(Value x, int64_t fraction) {
  if (shareOf(x).getFraction() == fraction)
    return x;
  return write<TruncateOp>(x, fraction);
}

Value Arithmetic::mul(Value lhs, Value rhs) {
  int64_t left = shareOf(lhs).getFraction(), right = shareOf(rhs).getFraction();
  return truncate(write<MulOp>(lhs, rhs), std::max(left, right));
}

Value Arithmetic::square(Value x) {
  return truncate(write<SquareOp>(x), shareOf(x).getFraction());
}

/// Returns the product with a public factor of `bits` bits of fraction, without truncation.
Value Arithmetic::mulPublic(Value x, Value factor, int64_t bits) {
  return write<MulOp>(x, factor, bits);
}

/// Returns the number of bits of fraction that a public factor gets.
int64_t Arithmetic::bitsFor(double factor) const {
  int64_t most = type.getWidth() - type.getFraction() - kIntegerBits;
  // Fewer bits are better if they represent the factor exactly.
  for (int64_t bits = 0; bits <= std::min<int64_t>(most, kSignificantBits); ++bits)
    if (std::ldexp(factor, bits) == std::trunc(std::ldexp(factor, bits)))
      return bits;
  int64_t needed = kSignificantBits - 1 - std::ilogb(factor);
  return std::min(most, std::max(needed, type.getFraction()));
}

Value Arithmetic::scale(Value x, double factor) {
  if (factor == 1)
    return x;
  int64_t fraction = shareOf(x).getFraction();
  return truncate(mulPublic(x, publicNumber(factor), bitsFor(factor)), fraction);
}

Value Arithmetic::mask(Value x, Value keep) { return mulPublic(x, keep, 0); }

Value Arithmetic::product(Value lhs, Value rhs) { return write<MulOp>(lhs, rhs); }
Value Arithmetic::squareOf(Value x) { return write<SquareOp>(x); }

Value Arithmetic::scaleBy(Value x, double factor, int64_t bits) {
  return mulPublic(x, publicNumber(factor), bits);
}

Value Arithmetic::shift(Value x, int64_t exponent) {
  return scaleBy(x, std::ldexp(1.0, -static_cast<int>(exponent)), exponent);
}

Value Arithmetic::raise(Value x, int64_t fraction) {
  int64_t more = fraction - shareOf(x).getFraction();
  return more == 0 ? x : scaleBy(x, 1, more);
}

Value Arithmetic::limitFraction(Value x, int64_t fraction) {
  return truncate(x, std::min(fractionOf(x), fraction));
}

Value Arithmetic::row(Value x, int64_t i) {
  return write<ReshapeOp>(slice(x, 0, i, i + 1), shareOf(x).getShape().drop_front());
}

Value Arithmetic::slice(Value x, int64_t axis, int64_t from, int64_t to) {
  SmallVector<int64_t> starts(shareOf(x).getRank(), 0), ends(shareOf(x).getShape()),
      steps(shareOf(x).getRank(), 1);
  starts[axis] = from;
  ends[axis] = to;
  return write<SliceOp>(x, starts, ends, steps);
}

Value Arithmetic::concat(ValueRange values, int64_t axis) {
  return write<ConcatOp>(values, axis);
}

Value Arithmetic::expand(Value x, ArrayRef<int64_t> shape) {
  return write<ExpandOp>(x, shape);
}

Value Arithmetic::pack(Value x, ArrayRef<int64_t> begins, ArrayRef<int64_t> ends) {
  return write<PackOp>(x, begins, ends);
}

Value Arithmetic::unpack(Value x, ArrayRef<int64_t> begins, ArrayRef<int64_t> ends,
                         int64_t columns) {
  return write<UnpackOp>(x, begins, ends, columns);
}

Value Arithmetic::addEach(Value x, ArrayRef<double> numbers) {
  SmallVector<int64_t> shape(shareOf(x).getShape()), ones(shape.size() + 1, 1);
  shape.insert(shape.begin(), 1);
  Value one = write<ReshapeOp>(x, shape);
  shape[0] = ones[0] = static_cast<int64_t>(numbers.size());
  return add(write<ExpandOp>(one, shape), publicNumbers(numbers, ones));
}

Value Arithmetic::sumOfEach(Value x, ArrayRef<double> numbers, int64_t bits) {
  SmallVector<int64_t> ones(shareOf(x).getRank(), 1);
  ones[0] = static_cast<int64_t>(numbers.size());
  Value sum = this->sum(mulPublic(x, publicNumbers(numbers, ones), bits), 0);
  return write<ReshapeOp>(sum, shareOf(x).getShape().drop_front());
}

//===----------------------------------------------------------------------===//
// Functions and bits
//===----------------------------------------------------------------------===//

Value Arithmetic::max(Value x, int64_t axis) { return write<MaxOp>(x, axis); }
Value Arithmetic::exp(Value x) { return write<ExpOp>(x); }
Value Arithmetic::reciprocal(Value x) { return write<ReciprocalOp>(x); }
Value Arithmetic::rsqrt(Value x, int64_t steps) { return write<RsqrtOp>(x, steps); }
Value Arithmetic::isNegative(Value x) {
  if (hasBits)
    return write<B2AOp>(write<MsbOp>(x), shareOf(x).getWidth());
  return write<IsNegativeOp>(x);
}
Value Arithmetic::flip(Value bit) { return add(neg(bit), 1); }
Value Arithmetic::signOf(Value bit) { return add(scale(bit, -2), 1); }

Value Arithmetic::lift(Value bit) {
  return mulPublic(bit, publicNumber(1), type.getFraction());
}
